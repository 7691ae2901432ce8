"""Sessions in lists: how each stands with its note, whether the client came, and what can be done from there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from notes.desktop import words
from notes.desktop.desk import Desk
from notes.record import sessions
from notes.record.sessions import Session
from notes.record.values import ATTENDANCE

WORDS = {"attended": "Came", "late": "Came late", "cancelled": "Cancelled", "no-show": "Did not come"}
CAME = ("attended", "late")
_ICONS = {"cancelled": "x-circle", "no-show": "minus-circle"}


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
    return ("", "quiet") if words.moment(session.started_at) > now else ("No note yet · write", "accent")


def details(session: Session) -> str:
    """Length, modality, and whether they came, where there is something to say."""
    came = WORDS[session.attendance].lower() if session.attendance == "late" else ""
    return " · ".join(filter(None, (f"{session.minutes} minutes" if session.minutes else "", session.modality, came)))


def go_to(desk: Desk, session: Session) -> None:
    """To its note: the draft, the signed one, or a new one; to the client where none is due."""
    if session.note is not None:
        desk.go("note", note=session.note)
    elif session.attendance in CAME:
        desk.go("new_note", client=session.client, session=session.id)
    else:
        desk.go("client", client=session.client)


def menu(desk: Desk, session: Session, parent: QWidget, edit: Callable[[], None] | None = None) -> QMenu:
    """What can be done with a session. `edit` opens its form, where there is one."""
    made = QMenu(parent)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if edit is None:
        made.addAction("Open the client's page", lambda: desk.go("client", client=session.client))
    made.addAction("New note …", lambda: desk.go("new_note", client=session.client, session=session.id))
    if edit is not None:
        made.addAction("Change the session …", edit)
        made.addAction("Remove the session", lambda: remove(desk, session))
    made.addSection("Did they come?")
    for attendance in ATTENDANCE:
        action = made.addAction(WORDS[attendance])
        action.setCheckable(True)
        action.setChecked(session.attendance == attendance)
        action.triggered.connect(lambda _=False, wanted=attendance: set_attendance(desk, session, wanted))
    return made


def set_attendance(desk: Desk, session: Session, wanted: str) -> None:
    """Say whether the client came; it can be undone."""
    if wanted == session.attendance:
        return

    def undo() -> None:
        desk.do(sessions.change, session.id, attendance=session.attendance)

    def told(_: Session) -> None:
        desk.say(f"Noted: {WORDS[wanted].lower()}.", undo=undo)

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


def say_kept(desk: Desk, session: Session, before: Session | None) -> None:
    """Say that a session was entered, or changed from what it was `before`; it can be undone."""

    def undo() -> None:
        if before is None:
            desk.do(sessions.remove, session.id)
            return
        stated = (before.minutes, before.modality, before.attendance)
        moved = before.started_at if before.started_at != session.started_at else None
        desk.do(sessions.change, session.id, *stated, moved, then=told)

    def told(now: Session) -> None:
        assert before is not None
        if (now.minutes, now.modality) != (before.minutes, before.modality):
            desk.say("It is as it was, but for what was not stated before.", "Length and kind of meeting stay.")

    desk.say(f"The session of {words.full_day(session.started_at)} is in the record.", undo=undo)
