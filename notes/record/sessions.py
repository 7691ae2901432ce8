"""Therapy sessions: when, how long, how, and whether the client came.

A slip is corrected as long as nothing signed rests on it: a session keeps its time once a signed note belongs to it,
and is removed only while no note does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from notes.errors import BadValue, RecordError
from notes.practice import references
from notes.practice.operations import Work, operation
from notes.practice.references import Given
from notes.record import values
from notes.record.filters import during, where
from notes.store import models

OF_A_SESSION = ("progress", "intake", "crisis")
"""Kinds of note that belong to a session; the others only have a date."""


@dataclass(frozen=True)
class Session:
    """A session as the faces see it. `signed` counts its signed notes, `drafts` those not signed.

    `note` is the one to go on with: a draft where there is one, else the newest signed one.
    """

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
    note: int | None


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
    started_at = values.stated_time(at, work.now.date())
    _free(work, owner.id, started_at)
    number = add(work, owner.id, started_at, minutes, modality, attendance)
    work.about(object=number)
    return _one(work, number)


@operation("session.create")
def create_weekly(
    work: Work,
    client: Given,
    at: str,
    more: int,
    minutes: int | None = None,
    modality: str | None = None,
    attendance: str = "attended",
) -> list[Session]:
    """Enter a session and `more` at the same hour in the weeks that follow: all of them, each with its line, or none.

    `at` has a time. Raises as ``create``.
    """
    owner = references.client(work, client)
    stated = values.stated_time(at, work.now.date())
    if "T" not in stated:
        raise BadValue("The sessions have no hour.", "Sessions of every week are at the same hour.", "Add the time.")
    first = datetime.fromisoformat(stated)
    times = [values.stated_time((first + timedelta(weeks=n)).isoformat(), work.now.date()) for n in range(more + 1)]
    for started_at in times:
        _free(work, owner.id, started_at, "It is in one of the weeks that follow." if started_at != times[0] else "")
    made: list[int] = []
    for started_at in times:
        if made:
            work.account("session.create")
        made.append(add(work, owner.id, started_at, minutes, modality, attendance))
        work.about(client=owner.id, object=made[-1])
    return [_one(work, number) for number in made]


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
    conditions, given = where(
        [
            ("s.client_id = :client", "client", None if client is None else references.client(work, client).id),
            *during("s.started_at", since and values.day(since), until and values.day(until)),
            (f"s.id IN ({UNWRITTEN})", "now", values.local_minute(work.now) if without_signed_note else None),
        ]
    )
    rows = work.sql(
        f"{SHOWN} WHERE {conditions} ORDER BY s.started_at DESC LIMIT :limit",
        **given,
        limit=values.limit(limit),
    )
    found = [Session(**row) for row in rows.mappings()]
    work.counts["sessions"] = len(found)
    return found


SHOWN = """
SELECT s.id, s.ref, s.client_id AS client, c.ref AS client_ref, c.name AS client_name, s.started_at, s.minutes,
    s.modality, s.attendance,
    (SELECT count(*) FROM notes n WHERE n.session_id = s.id AND n.status = 'signed') AS signed,
    (SELECT count(*) FROM notes n WHERE n.session_id = s.id AND n.status = 'draft') AS drafts,
    (SELECT n.id FROM notes n WHERE n.session_id = s.id ORDER BY n.status, n.id DESC LIMIT 1) AS note
FROM sessions s JOIN clients c ON c.id = s.client_id
"""
"""Sessions as the faces see them; what is asked of them follows. `note` is the newest draft, else the newest note."""

UNWRITTEN = """
SELECT u.id FROM sessions u WHERE u.attendance IN ('attended', 'late') AND u.started_at <= :now AND NOT EXISTS (
    SELECT 1 FROM notes w WHERE w.session_id = u.id AND w.id NOT IN (SELECT id FROM notes WHERE status = 'draft'))
"""
"""Sessions that took place before :now and have no signed note. Answered from indexes alone."""


@operation("session.change")
def change(
    work: Work,
    session: Given,
    minutes: int | None = None,
    modality: str | None = None,
    attendance: str | None = None,
    at: str | None = None,
) -> Session:
    """Correct a session's length, modality, attendance or time; its unsigned notes go to the new time with it.

    Raises NotFound, BadValue; RecordError when a signed note belongs to the session, or another is at that time.
    """
    row = references.session(work, session)
    changes: dict[str, Any] = {}
    if at is not None:
        changes["started_at"] = _moved(work, row, at)
    if minutes is not None:
        changes["minutes"] = _minutes(minutes)
    if modality is not None:
        changes["modality"] = values.one_of(modality, values.MODALITIES, "The modality")
    if attendance is not None:
        changes["attendance"] = values.one_of(attendance, values.ATTENDANCE, "The attendance")
    if changes:
        work.update(models.Session, row, **changes)
    return _one(work, row.id)


@operation("session.remove")
def remove(work: Work, session: Given) -> None:
    """Remove a session that was entered by mistake. Raises NotFound; RecordError when a note belongs to it."""
    row = references.session(work, session)
    if work.one(models.Note, session_id=row.id):
        raise RecordError(
            "A note belongs to this session.",
            "Without its session the note would say less than it did.",
            "A note that is not signed can be moved first (notes note move NOTE) or thrown away.",
        )
    work.delete(models.Session, row)


def of_a_note(
    work: Work, owner: Row[Any], kind: str, at: str | None, meeting: Row[Any] | None
) -> tuple[int | None, str]:
    """The session that a note of this kind belongs to, and when the note is of: `at`, else the session's time, or now.

    A session of the client at that time is used or entered. Raises BadValue; RecordError when `meeting` is another
    client's.
    """
    if meeting is not None and meeting.client_id != owner.id:
        raise RecordError("That session is another client's.", "", "See the client's: notes session list --client")
    if meeting is not None:
        return meeting.id, values.stated_time(at, work.now.date()) if at else meeting.started_at
    when = values.stated_time(at, work.now.date()) if at else values.local_minute(work.now)
    return find_or_add(work, owner.id, when) if kind in OF_A_SESSION else (None, when)


def without_note(work: Work, session_id: int | None) -> str | None:
    """The reference of the session, when no note belongs to it any more."""
    if session_id is None or work.one(models.Note, session_id=session_id):
        return None
    return str(work.sql("SELECT ref FROM sessions WHERE id = :id", id=session_id).scalar_one())


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
    return Session(**work.sql(f"{SHOWN} WHERE s.id = :id", id=number).mappings().one())


def _free(work: Work, client_id: int, started_at: str, why: str = "") -> None:
    """Raises RecordError when the client has a session at that time."""
    if work.one(models.Session, client_id=client_id, started_at=started_at):
        raise RecordError("There is a session at that time already.", why, "See it with: notes session list")


def _moved(work: Work, row: Row[Any], at: str) -> str:
    """The session's new time, with its notes moved there. Raises BadValue, RecordError."""
    started_at = values.stated_time(at, work.now.date())
    if started_at == row.started_at:
        return started_at
    if work.one(models.Note, session_id=row.id, status="signed"):
        raise RecordError(
            "A signed note belongs to this session.",
            "What is signed keeps its date, and the session is of that date.",
            "Say in an amendment when it was: notes note amend NOTE --reason WHY",
        )
    _free(work, row.client_id, started_at)
    notes = work.sql("SELECT * FROM notes WHERE session_id = :id AND at = :at", id=row.id, at=row.started_at).all()
    for note in notes:
        work.update(models.Note, note, at=started_at)
    return started_at


def _minutes(minutes: int) -> int:
    if not 0 < minutes <= 24 * 60:
        raise BadValue("The length cannot be true.", "A session has between 1 minute and a day.", "Correct it.")
    return minutes
