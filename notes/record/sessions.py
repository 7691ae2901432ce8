"""Therapy sessions: when, how long, how, and whether the client came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notes.errors import BadValue, RecordError
from notes.practice import references
from notes.practice.operations import Work, operation
from notes.practice.references import Given
from notes.record import values
from notes.record.filters import during, where
from notes.store import models


@dataclass(frozen=True)
class Session:
    """A session as the faces see it. `signed` counts its signed notes, `drafts` those not signed."""

    id: int
    ref: str
    client: int
    client_ref: str
    client_name: str
    started_at: str
    minutes: int | None
    modality: str | None
    attendance: str
    signed: int
    drafts: int


@operation("session.create")
def create(
    work: Work,
    client: Given,
    at: str,
    minutes: int | None = None,
    modality: str | None = None,
    attendance: str = "attended",
) -> Session:
    """Enter a session. `minutes` is its length. Raises NotFound, BadValue; RecordError when there is one already."""
    owner = references.client(work, client)
    started_at = values.moment(at)
    if work.one(models.Session, client_id=owner.id, started_at=started_at):
        raise RecordError("There is a session at that time already.", "", "See it with: notes session list")
    number = add(work, owner.id, started_at, minutes, modality, attendance)
    work.about(object=number)
    return _one(work, number)


@operation("session.list")
def list_sessions(
    work: Work,
    client: Given | None = None,
    since: str | None = None,
    until: str | None = None,
    without_signed_note: bool = False,
    limit: int = 200,
) -> list[Session]:
    """Sessions, newest first. `since` and `until` are days, both included.

    `without_signed_note` leaves only sessions that took place and have none yet. Raises NotFound, BadValue.
    """
    having = "HAVING signed = 0" if without_signed_note else ""
    conditions, given = where(
        [
            ("s.client_id = :client", "client", None if client is None else references.client(work, client).id),
            *during("s.started_at", since and values.day(since), until and values.day(until)),
            ("s.attendance IN ('attended', 'late') AND :unsigned", "unsigned", without_signed_note or None),
        ]
    )
    rows = work.sql(
        f"{_SHOWN} WHERE {conditions} GROUP BY s.id {having} ORDER BY s.started_at DESC LIMIT :limit",
        **given,
        limit=values.limit(limit),
    )
    found = [Session(**row) for row in rows.mappings()]
    work.counts["sessions"] = len(found)
    return found


_SHOWN = """
SELECT s.id, s.ref, s.client_id AS client, c.ref AS client_ref, c.name AS client_name, s.started_at, s.minutes,
    s.modality, s.attendance, count(n.id) FILTER (WHERE n.status = 'signed') AS signed,
    count(n.id) FILTER (WHERE n.status = 'draft') AS drafts
FROM sessions s JOIN clients c ON c.id = s.client_id LEFT JOIN notes n ON n.session_id = s.id
"""


@operation("session.change")
def change(
    work: Work,
    session: Given,
    minutes: int | None = None,
    modality: str | None = None,
    attendance: str | None = None,
) -> Session:
    """Correct a session's length, modality or attendance. Raises NotFound, BadValue."""
    row = references.session(work, session)
    changes: dict[str, Any] = {}
    if minutes is not None:
        changes["minutes"] = _minutes(minutes)
    if modality is not None:
        changes["modality"] = values.one_of(modality, values.MODALITIES, "The modality")
    if attendance is not None:
        changes["attendance"] = values.one_of(attendance, values.ATTENDANCE, "The attendance")
    if changes:
        work.update(models.Session, row, **changes)
    return _one(work, row.id)


def find_or_add(work: Work, client_id: int, at: str) -> tuple[int, str]:
    """The client's session at that time, or the only one of that day when `at` is a date; else a new one.

    Gives its id and when it started.
    """
    found = work.one(models.Session, client_id=client_id, started_at=at)
    if found is None and len(at) == 10:
        query = "SELECT id, started_at FROM sessions WHERE client_id = :client AND started_at BETWEEN :day AND :end"
        that_day = work.sql(query + " LIMIT 2", client=client_id, day=at, end=at + "T99").all()
        found = that_day[0] if len(that_day) == 1 else None
    return (int(found.id), str(found.started_at)) if found else (add(work, client_id, at), at)


def add(
    work: Work,
    client_id: int,
    started_at: str,
    minutes: int | None = None,
    modality: str | None = None,
    attendance: str = "attended",
) -> int:
    """A new session; gives its id. Raises BadValue."""
    number = work.new_id()
    row = {
        "id": number,
        "ref": work.new_refs(models.Session)[0],
        "client_id": client_id,
        "started_at": started_at,
        "minutes": None if minutes is None else _minutes(minutes),
        "modality": None if modality is None else values.one_of(modality, values.MODALITIES, "The modality"),
        "attendance": values.one_of(attendance, values.ATTENDANCE, "The attendance"),
        "created_at": work.milliseconds,
    }
    work.insert(models.Session, [row])
    return number


def _one(work: Work, number: int) -> Session:
    return Session(**work.sql(f"{_SHOWN} WHERE s.id = :id GROUP BY s.id", id=number).mappings().one())


def _minutes(minutes: int) -> int:

    if not 0 < minutes <= 24 * 60:
        raise BadValue("The length cannot be true.", "A session has between 1 minute and a day.", "Correct it.")
    return minutes
