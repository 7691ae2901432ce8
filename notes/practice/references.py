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

MOST_NAMED = 10
"""References named when several clients fit."""


def client(work: Work, given: Given) -> Row[Any]:
    """The client meant; the line of the operation is about them. Raises NotFound, also when several could be meant."""
    found = _by_id_or_reference(work, Client, given)
    if isinstance(given, str):
        found = _by_name(work, given, found)
    if found is None:
        raise NotFound("No client answers to that.", "", "See names and references with: notes client list")
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
    typed = str(given).encode("utf-8", "replace").decode()  # half characters name nothing
    return work.one(model, ref=read_reference(typed))


def _by_name(work: Work, given: str, by_reference: Row[Any] | None) -> Row[Any] | None:
    """The client of that name, unless the reference found already is meant. Raises NotFound when several could be.

    The whole name goes before whole words of it ("Ada" is Ada, not Adam), and these before the beginning of a word.
    """
    wanted = plain(given)
    named = [(plain(row.name), row) for row in work.sql("SELECT * FROM clients")]
    same = [row for name, row in named if name == wanted]
    words = [row for name, row in named if wanted and f" {wanted} " in f" {name} "]
    beginnings = [row for name, row in named if wanted and f" {wanted}" in f" {name}"]
    fitting = same or words or ([] if by_reference else beginnings)
    if by_reference is not None and by_reference.id not in {row.id for row in fitting}:
        fitting = [*fitting, by_reference]
    if len(fitting) > 1:
        refs = ", ".join(sorted(row.ref for row in fitting)[:MOST_NAMED])
        raise NotFound(
            "Several clients answer to that.",
            f"{len(fitting)} names or references fit: {refs}{', …' if len(fitting) > MOST_NAMED else ''}.",
            "Use one of these references; whose they are is in: notes client list",
        )
    return fitting[0] if fitting else None
