"""Therapy sessions: when, how long, how, and whether the client came."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func

from notes.errors import BadValue, RecordError
from notes.practice import references
from notes.practice.operations import Work, operation
from notes.practice.references import Given
from notes.record import values
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
    if work.db.query(models.Session).filter_by(client_id=owner.id, started_at=started_at).first():
        raise RecordError("There is a session at that time already.", "", "See it with: notes session list")
    row = add(work, owner.id, started_at, minutes, modality, attendance)
    work.about(object=row.id)
    return _shown(row, owner, 0, 0)


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
    signed = func.count(models.Note.id).filter(models.Note.status == "signed")
    drafts = func.count(models.Note.id).filter(models.Note.status == "draft")
    query = (
        work.db.query(models.Session, models.Client, signed, drafts)
        .join(models.Client, models.Client.id == models.Session.client_id)
        .outerjoin(models.Note, models.Note.session_id == models.Session.id)
        .group_by(models.Session.id)
    )
    if client is not None:
        query = query.filter(models.Session.client_id == references.client(work, client).id)
    if since is not None:
        query = query.filter(models.Session.started_at >= values.day(since))
    if until is not None:
        query = query.filter(models.Session.started_at <= values.day(until) + "T99")
    if without_signed_note:
        query = query.filter(models.Session.attendance.in_(("attended", "late"))).having(signed == 0)
    query = query.order_by(models.Session.started_at.desc()).limit(limit)
    found = [_shown(*row) for row in query]
    work.counts["sessions"] = len(found)
    return found


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
    if minutes is not None:
        row.minutes = _minutes(minutes)
    if modality is not None:
        row.modality = values.one_of(modality, values.MODALITIES, "The modality")
    if attendance is not None:
        row.attendance = values.one_of(attendance, values.ATTENDANCE, "The attendance")
    states = [note.status for note in work.db.query(models.Note).filter_by(session_id=row.id)]
    owner = work.db.get_one(models.Client, row.client_id)
    return _shown(row, owner, states.count("signed"), states.count("draft"))


def find_or_add(work: Work, client_id: int, at: str) -> models.Session:
    """The client's session at that time, or the only one of that day when `at` is a date; else a new one."""
    query = work.db.query(models.Session).filter_by(client_id=client_id)
    found = query.filter_by(started_at=at).one_or_none()
    if found is None and len(at) == 10:
        that_day = query.filter(models.Session.started_at.like(at + "%")).limit(2).all()
        found = that_day[0] if len(that_day) == 1 else None
    return found or add(work, client_id, at)


def add(
    work: Work,
    client_id: int,
    started_at: str,
    minutes: int | None = None,
    modality: str | None = None,
    attendance: str = "attended",
) -> models.Session:
    """A new row. Raises BadValue."""
    row = models.Session(
        id=work.new_id(),
        ref=work.new_refs(models.Session)[0],
        client_id=client_id,
        started_at=started_at,
        minutes=None if minutes is None else _minutes(minutes),
        modality=None if modality is None else values.one_of(modality, values.MODALITIES, "The modality"),
        attendance=values.one_of(attendance, values.ATTENDANCE, "The attendance"),
        created_at=work.milliseconds,
    )
    work.db.add(row)
    work.db.flush()
    return row


def _minutes(minutes: int) -> int:

    if not 0 < minutes <= 24 * 60:
        raise BadValue("The length cannot be true.", "A session has between 1 minute and a day.", "Correct it.")
    return minutes


def _shown(row: models.Session, owner: models.Client, signed: int, drafts: int) -> Session:
    return Session(
        id=row.id,
        ref=row.ref,
        client=owner.id,
        client_ref=owner.ref,
        client_name=owner.name,
        started_at=row.started_at,
        minutes=row.minutes,
        modality=row.modality,
        attendance=row.attendance,
        signed=signed,
        drafts=drafts,
    )
