"""Sessions in lists: how each stands with its note, whether the client came, and what can be done from there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from notes.desktop import words
from notes.desktop.desk import Desk
from notes.errors import NotFound, RecordError
from notes.record import sessions
from notes.record.sessions import Session
from notes.record.values import ATTENDANCE

if TYPE_CHECKING:
    from notes.desktop.worker import Job
    from notes.practice.practice import Practice

WORDS = {"attended": "Came", "late": "Came late", "cancelled": "Cancelled", "no-show": "Did not come"}
CAME = ("attended", "late")
EARLY = timedelta(minutes=15)
"""A session that begins within this time may have begun: somebody came early, or a clock is slow."""
_ICONS = {"cancelled": "x-circle", "no-show": "minus-circle"}


def called(attendance: str, at: str, now: datetime) -> str:
    """Whether they came, in words; of a time to come nobody can say more than that they are expected."""
    return "Expected" if attendance == "attended" and words.moment(at) > now else WORDS[attendance]


def is_to_come(session: Session, now: datetime) -> bool:
    """Whether it is still to take place."""
    return words.moment(session.started_at) > now + EARLY


def is_due(session: Session, now: datetime) -> bool:
    """Whether it took place, so that a note of it can be written."""
    return session.attendance in CAME and not is_to_come(session, now)


def icon_of(session: Session) -> str:
    """How it stands with its note, or that it did not take place."""
    if session.attendance not in CAME:
        return _ICONS[session.attendance]
    return "check-circle" if session.signed else "note-pencil" if session.drafts else "circle"


def note_state(session: Session, now: datetime) -> tuple[str, str]:
    """How it stands with its note, in words, and the tone."""
    if session.signed:
        return "Signed", "good"
    if session.drafts:
        return "Draft · continue", "attention"
    if session.attendance not in CAME:
        return WORDS[session.attendance], "quiet"
    return ("", "quiet") if is_to_come(session, now) else ("No note yet · write", "accent")


def details(session: Session) -> str:
    """Length, modality, and whether they came, where there is something to say."""
    came = WORDS[session.attendance].lower() if session.attendance == "late" else ""
    return " · ".join(filter(None, (f"{session.minutes} minutes" if session.minutes else "", session.modality, came)))


def go_to(desk: Desk, session: Session) -> None:
    """To its note: the draft, the signed one, or a new one; to the client where none is due, or not yet."""
    if session.note is not None:
        desk.go("note", note=session.note)
    elif is_due(session, desk.now()):
        desk.go("new_note", client=session.client, session=session.id)
    else:
        desk.go("client", client=session.client)


def menu(desk: Desk, session: Session, parent: QWidget, edit: Callable[[], None] | None = None) -> QMenu:
    """What can be done with a session. `edit` opens its form, where there is one; else the client's page does."""
    made = QMenu(parent)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if edit is None:
        made.addAction("Open the client's page", lambda: desk.go("client", client=session.client))
    made.addAction("New note …", lambda: desk.go("new_note", client=session.client, session=session.id))
    made.addAction("Change the session …", edit or (lambda: _change(desk, session)))
    if edit is not None:
        made.addAction("Remove the session", lambda: remove(desk, session))
    made.addSection("Did they come?")
    for attendance in ATTENDANCE:
        action = made.addAction(called(attendance, session.started_at, desk.now()))
        action.setCheckable(True)
        action.setChecked(session.attendance == attendance)
        action.triggered.connect(lambda _=False, wanted=attendance: set_attendance(desk, session, wanted))
    return made


def _change(desk: Desk, session: Session) -> None:
    desk.go("client", client=session.client, change=session.id)


def set_attendance(desk: Desk, session: Session, wanted: str) -> None:
    """Say whether the client came; it can be undone."""
    if wanted == session.attendance:
        return

    def undo() -> None:
        desk.do(sessions.change, session.id, attendance=session.attendance)

    def told(_: Session) -> None:
        desk.say(f"Noted: {called(wanted, session.started_at, desk.now()).lower()}.", undo=undo)

    desk.do(sessions.change, session.id, attendance=wanted, then=told)


def remove(desk: Desk, session: Session) -> None:
    """Remove a session entered by mistake; it can be undone."""

    def undo() -> None:
        desk.do(
            sessions.create,
            session.client,
            session.started_at,
            session.minutes,
            session.modality,
            session.attendance,
        )

    desk.do(sessions.remove, session.id, then=lambda _: desk.say("The session is removed.", undo=undo))


def say_changed(desk: Desk, session: Session, before: Session) -> None:
    """Say that a session was changed from what it was `before`; it can be undone."""

    def undo() -> None:
        stated = (before.minutes, before.modality, before.attendance)
        moved = before.started_at if before.started_at != session.started_at else None
        desk.do(sessions.change, session.id, *stated, moved, then=told)

    def told(now: Session) -> None:
        if (now.minutes, now.modality) != (before.minutes, before.modality):
            desk.say("It is as it was, but for what was not stated before.", "Length and kind of meeting stay.")

    desk.say(f"The session of {words.full_day(session.started_at)} is in the record.", undo=undo)


def say_entered(desk: Desk, made: list[Session]) -> None:
    """Say that sessions are in the record; one Undo takes out again all of them that have no note by then."""

    def take_out(practice: Practice, _: Job) -> int:
        stay = 0
        for session in made:
            try:
                practice.do(sessions.remove, session.id)
            except NotFound:
                continue  # somebody was quicker
            except RecordError:
                stay += 1
        return stay

    def told(stay: int) -> None:
        if stay:
            desk.say(f"{words.counted(stay, 'session stays', 'sessions stay')}.", "A note belongs to what stays.")

    def undo() -> None:
        desk.worker.run(take_out, then=told, failed=desk.complain, changes=frozenset({"session"}))

    first, last = words.full_day(made[0].started_at), words.full_day(made[-1].started_at)
    if len(made) == 1:
        desk.say(f"The session of {first} is in the record.", undo=undo)
    else:
        desk.say(f"{words.counted(len(made), 'session')} are in the record.", f"{first} to {last}.", undo=undo)
