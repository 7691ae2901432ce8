"""A client's page, and the list of clients with what is to be done for each: one look, one line."""

from __future__ import annotations

from dataclasses import dataclass

from notes.practice import references
from notes.practice.operations import Work, operation
from notes.practice.references import Given
from notes.record import clients, reading, values
from notes.record.clients import Client
from notes.record.reading import Summary
from notes.record.sessions import SHOWN, Session


@dataclass(frozen=True)
class Listed:
    """A client in the list. `seen` is the last session that took place, `next` the one to come."""

    id: int
    name: str
    pronouns: str | None
    status: str
    seen: str | None
    next: str | None
    drafts: int


@dataclass(frozen=True)
class Page:
    """A client with all sessions and all notes (without text), newest first, and the tags their notes bear."""

    client: Client
    sessions: list[Session]
    notes: list[Summary]
    tags: list[str]


@operation("client.list")
def overview(work: Work) -> list[Listed]:
    """All clients, by name, archived ones too: when they were last seen, when they come next, what is unfinished."""
    rows = work.sql(_OVERVIEW, now=values.local_minute(work.now)).mappings()
    found = sorted((Listed(**row) for row in rows), key=lambda client: references.plain(client.name))
    work.counts["clients"] = len(found)
    return found


@operation("client.open")
def open(work: Work, client: Given) -> Page:
    """A client's page. Raises NotFound."""
    row = references.client(work, client)
    query = f"{SHOWN} WHERE s.client_id = :client ORDER BY s.started_at DESC"
    meetings = [Session(**found) for found in work.sql(query, client=row.id).mappings()]
    notes = reading.of_client(work, row.id)
    work.counts.update(sessions=len(meetings), notes=len(notes))
    tags = sorted({tag for note in notes for tag in note.tags})
    return Page(clients.shown(row._mapping), meetings, notes, tags)


_OVERVIEW = """
SELECT c.id, c.name, c.pronouns, c.status,
    (SELECT max(s.started_at) FROM sessions s WHERE s.client_id = c.id AND s.started_at <= :now
        AND s.attendance IN ('attended', 'late')) AS seen,
    (SELECT min(s.started_at) FROM sessions s WHERE s.client_id = c.id AND s.started_at > :now
        AND s.attendance IN ('attended', 'late')) AS next,
    (SELECT count(*) FROM drafts d JOIN notes n ON n.id = d.note_id WHERE n.client_id = c.id) AS drafts
FROM clients c"""
