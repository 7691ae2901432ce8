"""What people type instead of nineteen digits: a short reference, or a client's name where only one answers to it."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import Row

from notes.errors import NotFound
from notes.practice.operations import Work
from notes.store.ids import read_reference
from notes.store.models import Base, Client, Note, Session

Given = int | str
"""An id, or what somebody typed: an id, a reference, a client's name."""

_LONGEST_ID = 19


def client(work: Work, given: Given) -> Row[Any]:
    """The client meant; the line of the operation is about them. Raises NotFound, also when several could be meant."""
    found = _by_id_or_reference(work, Client, given)
    if found is None:
        found = _by_name(work, str(given))
    work.about(client=found.id)
    return found


def session(work: Work, given: Given) -> Row[Any]:
    """The session meant. Raises NotFound."""
    found = _by_id_or_reference(work, Session, given)
    if found is None:
        raise NotFound("No session answers to that.", "", "See the references with: notes session list")
    work.about(client=found.client_id, object=found.id)
    return found


def note(work: Work, given: Given) -> Row[Any]:
    """The note meant; the line of the operation is about it and its client. Raises NotFound."""
    found = _by_id_or_reference(work, Note, given)
    if found is None:
        raise NotFound("No note answers to that.", "", "See the references with: notes note list")
    work.about(client=found.client_id, object=found.id)
    return found


def plain(name: str) -> str:
    """A name without case and accents, for comparing."""
    spread = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).split())


def _by_id_or_reference(work: Work, model: type[Base], given: Given) -> Row[Any] | None:
    if isinstance(given, int) or (given.isascii() and given.isdigit() and 12 <= len(given) <= _LONGEST_ID):
        number = int(given)
        found = work.one(model, id=number) if -(2**63) <= number < 2**63 else None
        if found is not None or isinstance(given, int):
            return found
    return work.one(model, ref=read_reference(str(given)))


def _by_name(work: Work, given: str) -> Row[Any]:
    wanted = plain(given)
    named = [(plain(row.name), row.id) for row in work.sql("SELECT id, name FROM clients")]
    same = [number for name, number in named if name == wanted]
    similar = same or [number for name, number in named if wanted and f" {wanted}" in f" {name}"]
    found = work.one(Client, id=similar[0]) if len(similar) == 1 else None
    if found is not None:
        return found
    if similar:
        raise NotFound(
            "Several clients answer to that.", f"{len(similar)} names fit.", "Use the reference from: notes client list"
        )
    raise NotFound("No client answers to that.", "", "See names and references with: notes client list")
