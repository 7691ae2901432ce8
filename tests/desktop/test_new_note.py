"""A new note: of which session it is, in which shape, and whose, chosen for the practitioner where that can be."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from notes.practice import log
from notes.record import clients, progress_notes, reading, sessions
from tests.desktop.editor_kit import Hands, Key, new_note

CONTACT = Key.Key_9


@pytest.fixture
def noon(hands: Hands) -> datetime:
    """It is twelve o'clock at the desk."""
    at = datetime.combine(hands.window.desk.now().date(), time(12))
    hands.window.desk.now = lambda: at
    return at


def bruno(hands: Hands) -> int:
    return int(hands.ask(clients.open, "Bruno").id)


def at(when: datetime) -> str:
    return when.isoformat(timespec="minutes")


def begun(hands: Hands) -> Any:
    """The note that was begun last."""
    hands.press(Key.Key_Return)
    hands.wait(lambda: hands.window.house.current and hands.window.house.current.name == "note" and hands.editor._note)
    hands.settle()
    return hands.editor._here


# --- of which session ------------------------------------------------------------------------------------------------


def test_a_phone_call_does_not_count_as_the_note_of_todays_session(hands: Hands, noon: datetime) -> None:
    session = hands.ask(sessions.create, "Bruno", at(noon - timedelta(hours=3)))
    screen = new_note(hands, client=session.client)
    assert screen.session.currentData() == session.id
    hands.press(CONTACT)
    assert screen.session.currentText() == "Today, of no session"
    note = begun(hands)
    assert (note.kind, note.session, note.session_at[:10]) == ("contact", None, at(noon)[:10])
    hands.ask(progress_notes.sign, note.id)
    assert [(one.signed, one.note) for one in hands.ask(sessions.list_sessions, "Bruno")] == [(0, None)]


def test_the_session_chosen_is_chosen_again_with_a_template_that_has_one(hands: Hands, noon: datetime) -> None:
    earlier = hands.ask(sessions.create, "Bruno", at(noon - timedelta(days=3)))
    screen = new_note(hands, client=earlier.client)
    screen.session.setCurrentIndex(screen.session.findData(earlier.id))
    hands.press(CONTACT)
    assert screen.session.currentText() == "Today, of no session"
    hands.press(Key.Key_2)
    assert screen.session.currentData() == earlier.id
    hands.press(Key.Key_1)
    assert screen.session.currentData() == earlier.id


def test_bookings_ahead_do_not_push_todays_session_off_the_list(hands: Hands, noon: datetime) -> None:
    session = hands.ask(sessions.create, "Bruno", at(noon - timedelta(hours=1)))
    hands.ask(sessions.create_weekly, "Bruno", at(noon + timedelta(days=7)), 20)
    screen = new_note(hands, client=session.client)
    assert screen.session.currentData() == session.id
    assert screen.session.currentText() == "Today, 11:00 (no note yet)"


def test_a_session_nobody_came_to_or_that_is_to_come_is_not_chosen(hands: Hands, noon: datetime) -> None:
    hands.ask(sessions.create, "Bruno", at(noon - timedelta(hours=1)), attendance="cancelled")
    hands.ask(sessions.create, "Bruno", at(noon + timedelta(hours=5)))
    screen = new_note(hands, client=bruno(hands))
    assert screen.session.currentText() == "Now"
    listed = [screen.session.itemText(row) for row in range(screen.session.count())]
    assert listed[1:3] == ["Today, 17:00 (to come)", "Today, 11:00 (cancelled)"]


def test_the_session_asked_for_is_offered_however_old_it_is(hands: Hands, noon: datetime) -> None:
    wanted = hands.ask(sessions.create, "Bruno", at(noon - timedelta(days=150)))
    hands.ask(sessions.create_weekly, "Bruno", at(noon - timedelta(days=140)), 12)
    screen = new_note(hands, client=wanted.client, session=wanted.id)
    assert screen.session.currentData() == wanted.id
    assert begun(hands).session == wanted.id


@pytest.mark.parametrize(("link", "attendance"), [("not_come", "no-show"), ("cancelled", "cancelled")])
def test_nobody_came_is_said_there_and_taken_back(hands: Hands, noon: datetime, link: str, attendance: str) -> None:
    session = hands.ask(sessions.create, "Bruno", at(noon - timedelta(hours=1)))
    screen = new_note(hands, client=session.client)
    getattr(screen, link).click()
    hands.settle()
    assert hands.window.house.current is hands.window.house.screens["today"]
    assert hands.ask(sessions.list_sessions, "Bruno")[0].attendance == attendance
    hands.notices[-1].undo()
    assert hands.ask(sessions.list_sessions, "Bruno")[0].attendance == "attended"


def test_whether_somebody_came_is_asked_of_an_open_session_only(hands: Hands, noon: datetime) -> None:
    written = hands.ask(reading.open, hands.note("draft"))
    screen = new_note(hands, client=written.client, session=written.session)
    assert screen.session.currentData() == written.session
    assert not screen.not_come.isVisible()
    screen.session.setCurrentIndex(0)
    assert not screen.not_come.isVisible()


# --- in which shape ---------------------------------------------------------------------------------------------------


def test_the_template_is_that_of_the_clients_newest_progress_note(hands: Hands) -> None:
    hands.ask(progress_notes.create, "Bruno", "DAP", "", "2026-04-01T09:00")
    hands.ask(progress_notes.create, "Bruno", "contact", "", "2026-04-02T09:00")
    hands.ask(progress_notes.create, "Bruno", "GIRP", "", "2026-03-01T09:00")
    screen = new_note(hands, client=bruno(hands))
    assert screen.templates.chosen and screen.templates.chosen.name == "DAP"


def test_the_template_chosen_by_hand_stays_when_the_client_is_known(hands: Hands) -> None:
    hands.ask(progress_notes.create, "Bruno", "DAP", "", "2026-04-01T09:00")
    screen = new_note(hands)
    screen.templates.setFocus()
    hands.press(Key.Key_3)
    screen.client.setEditText("Bruno")
    screen._ask()
    hands.settle()
    assert screen._behind.template == "DAP"
    assert screen.templates.chosen and screen.templates.chosen.name == "BIRP"


def test_for_a_client_without_notes_it_is_the_last_one_used_that_belongs_to_a_session(hands: Hands) -> None:
    ada = hands.ask(clients.open, "Ada").id
    screen = new_note(hands, client=bruno(hands))
    assert screen.templates.chosen and screen.templates.chosen.name == "SOAP"
    for digit in (Key.Key_4, CONTACT):
        new_note(hands, client=ada)
        hands.press(digit)
        begun(hands)
    new_note(hands, client=bruno(hands))
    assert screen.templates.chosen.name == "GIRP"


def test_all_that_a_client_has_behind_a_new_note_is_asked_for_with_one_line(hands: Hands) -> None:
    before = hands.ask(log.show, limit=1)[0].seq
    new_note(hands, client=bruno(hands))
    lines = [line.event for line in hands.ask(log.show, limit=10) if line.seq > before + 2]  # log.open, client.open
    assert sorted(lines) == ["client.list", "note.templates", "session.list"]


# --- whose ------------------------------------------------------------------------------------------------------------


def test_enter_in_the_name_shows_what_the_note_can_be_of_before_it_begins(hands: Hands, noon: datetime) -> None:
    session = hands.ask(sessions.create, "Bruno", at(noon - timedelta(hours=1)))
    screen = new_note(hands)
    screen.client.setEditText("bruno")
    hands.press(Key.Key_Return)
    hands.settle()
    assert hands.window.house.current is screen
    assert begun(hands).session == session.id


def test_a_late_discharge_note_of_an_archived_client_can_be_written(hands: Hands) -> None:
    hands.ask(clients.archive, "Ada")
    screen = new_note(hands)
    listed = [screen.client.itemText(row) for row in range(screen.client.count())]
    assert listed == ["Bruno Østergård", "Ada Quillfeather (archived)"]
    screen.client.setEditText("quill")
    screen._ask()
    hands.settle()
    screen.templates.setFocus()
    hands.press(Key.Key_8)
    assert begun(hands).kind == "discharge"
