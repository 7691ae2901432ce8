"""Correcting a slip in what stands around an unsigned note: whose it is, of when, of which template.

The text stays as it is. A signed note stays as it was signed: its client, date and kind are part of what was signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from notes.errors import Signed
from notes.practice import references
from notes.practice.operations import Work, operation
from notes.practice.references import Given
from notes.record import sessions, templates
from notes.record.reading import Note, shown
from notes.store import models


@dataclass(frozen=True)
class Moved:
    """The note as it is now, and the reference of the session it left when no other note belongs to that."""

    note: Note
    left: str | None


@operation("note.move")
def move(
    work: Work,
    note: Given,
    client: Given | None = None,
    at: str | None = None,
    session: Given | None = None,
    template: str | None = None,
) -> Moved:
    """Give an unsigned note to another client, another time or session, or another template; what is left out stays.

    The line stands in the log of both clients. Raises NotFound, BadValue, Signed; RecordError as ``create``.
    """
    row = references.note(work, note)
    if row.status == "signed":
        raise Signed(
            "The note is signed.",
            "Whose it is and of when was signed with it.",
            "Say so in an amendment (notes note amend NOTE --reason WHY), or enter the note anew.",
        )
    owner = references.client(work, row.client_id if client is None else client)
    chosen = None if template is None else templates.find(work, template)
    kind = chosen.kind if chosen else row.kind
    meeting = _session(work, row, owner, session, stays=at is None and _may_stay(row.kind, kind))
    meeting_id, when = sessions.of_a_note(work, owner, kind, at or (None if session else row.at), meeting)
    changes = {"client_id": owner.id, "session_id": meeting_id, "at": when}
    work.update(models.Note, row, **changes, kind=kind, template=chosen.name if chosen else row.template)
    work.about(client=owner.id, object=row.id)
    work.clients = sorted({row.client_id, owner.id})
    left = None if meeting_id == row.session_id else sessions.without_note(work, row.session_id)
    return Moved(shown(work, row.id), left)


def _may_stay(before: str, kind: str) -> bool:
    """Whether a note of this kind stays with its session: not one that became of a kind that has none by itself."""
    return kind in sessions.OF_A_SESSION or before not in sessions.OF_A_SESSION


def _session(work: Work, row: Row[Any], owner: Row[Any], session: Given | None, *, stays: bool) -> Row[Any] | None:
    """The session asked for; else the one the note has, where client and time stay; else none yet."""
    if session is not None:
        return references.session(work, session)
    if stays and owner.id == row.client_id and row.session_id is not None:
        return work.one(models.Session, id=row.session_id)
    return None
