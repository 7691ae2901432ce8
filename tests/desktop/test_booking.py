"""Sessions to come: booked for weeks, called expected, changed from Today, and no note is due before they were."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from notes.desktop import attending
from notes.desktop.client_page import ClientPage
from notes.errors import NotFound
from notes.practice import log
from notes.record import clients, progress_notes, sessions, today
from notes.record.sessions import Session
from notes.record.today import LogState
from notes.record.values import ATTENDANCE
from tests.desktop.editor_kit import CTRL, SHIFT, Hands


@pytest.fixture
def noon(hands: Hands) -> datetime:
    """It is twelve o'clock at the desk."""
    at = datetime.combine(hands.window.desk.now().date(), time(12))
    hands.window.desk.now = lambda: at
    return at


def at(when: datetime) -> str:
    return when.isoformat(timespec="minutes")


def page_of(hands: Hands, client: int | None = None) -> ClientPage:
    hands.window.desk.go("client", client=client or hands.ask(clients.open, "Bruno").id)
    return settled(hands)


def settled(hands: Hands) -> ClientPage:
    hands.settle()
    page = hands.window.house.current
    assert isinstance(page, ClientPage)
    return page


def book(hands: Hands, when: datetime, more: int) -> ClientPage:
    page = page_of(hands)
    page.session_new()
    page.session_form.when.setDateTime(when)
    page.session_form.more.setValue(more)
    page.session_form.keep.click()
    hands.settle()
    return page


def test_a_session_is_booked_for_weeks_and_one_undo_takes_all_of_them_back(hands: Hands, noon: datetime) -> None:
    page = book(hands, noon + timedelta(days=1), 3)
    assert not page.session_form.isVisible()
    booked = hands.ask(sessions.list_sessions, "Bruno")
    week = [at(noon + timedelta(days=1, weeks=n)) + ":00" for n in range(4)]
    assert [session.started_at for session in reversed(booked)] == week
    assert hands.notices[-1].text == "4 sessions are in the record."
    hands.notices[-1].undo()
    hands.settle()
    assert hands.ask(sessions.list_sessions, "Bruno") == []
    assert [row.title for row in page.list.rows.rows] == ["Nothing of that kind"]


def test_each_week_has_its_line_and_names_its_session(hands: Hands, noon: datetime) -> None:
    book(hands, noon + timedelta(days=1), 2)
    booked = {str(session.id) for session in hands.ask(sessions.list_sessions, "Bruno")}
    lines = [line for line in hands.ask(log.show, limit=20) if line.event == "session.create"]
    assert {line.object for line in lines} == booked
    assert len(lines) == 3


def test_when_one_week_is_taken_none_is_entered_and_no_command_is_advised(hands: Hands, noon: datetime) -> None:
    hands.ask(sessions.create, "Bruno", at(noon + timedelta(days=15)))
    page = book(hands, noon + timedelta(days=1), 3)
    told = page.session_form._trouble.text()
    assert page.session_form._trouble.isVisible()
    assert "one of the weeks" in told
    assert "notes session" not in told
    assert len(hands.ask(sessions.list_sessions, "Bruno")) == 1


def test_the_form_of_a_client_advises_no_command_either(hands: Hands) -> None:
    hands.window.desk.go("clients", new=True)
    hands.settle()
    form: Any = hands.window.house.screens["clients"].form  # type: ignore[attr-defined]
    form._complain(NotFound("No client answers to that.", "", "See names and references with: notes client list"))
    assert form._trouble.text().startswith("No client answers to that.")
    assert "notes client" not in form._trouble.text()


def test_only_a_new_session_can_be_booked_for_weeks(hands: Hands, noon: datetime) -> None:
    page = book(hands, noon, 0)
    page._session_form(hands.ask(sessions.list_sessions, "Bruno")[0], None)
    assert not page.session_form.more.isVisible()
    page.session_new()
    assert page.session_form.more.isVisible()
    assert page.session_form.more.accessibleName()


def test_who_is_to_come_is_expected_and_who_was_there_came(hands: Hands, noon: datetime) -> None:
    page = page_of(hands)
    page.session_new()
    form = page.session_form
    form.when.setDateTime(noon + timedelta(days=1))
    assert form.attendance.currentText() == "Expected"
    form.when.setDateTime(noon - timedelta(days=1))
    assert form.attendance.currentText() == "Came"
    came = ["Expected", "Came late", "Cancelled", "Did not come"]
    assert [attending.called(one, at(noon + timedelta(days=1)), noon) for one in ATTENDANCE] == came


@pytest.mark.parametrize(("minutes", "goes"), [(-30, "new_note"), (14, "new_note"), (16, "client")])
def test_a_note_is_asked_for_of_what_took_place_or_is_about_to(
    hands: Hands, noon: datetime, minutes: int, goes: str
) -> None:
    session = hands.ask(sessions.create, "Bruno", at(noon + timedelta(minutes=minutes)))
    attending.go_to(hands.window.desk, session)
    assert hands.window.house.current is not None
    assert hands.window.house.current.name == goes


def test_on_the_clients_page_a_session_to_come_opens_its_form(hands: Hands, noon: datetime) -> None:
    session = hands.ask(sessions.create, "Bruno", at(noon + timedelta(days=1)))
    page = page_of(hands)
    page._go(("session", session))
    assert hands.window.house.current is page
    assert page.session_form.isVisible()


def actions(menu: QMenu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions()}


def test_a_session_is_changed_from_todays_menu(hands: Hands, noon: datetime) -> None:
    session = hands.ask(sessions.create, "Bruno", at(noon + timedelta(days=1)), 45)
    offered = actions(attending.menu(hands.window.desk, session, hands.window))
    assert offered["Expected"].isChecked()
    offered["Change the session …"].trigger()
    page = settled(hands)
    assert page.session_form.isVisible()
    assert page.session_form.minutes.value() == 45
    page.session_form.minutes.setValue(60)
    page.session_form.keep.click()
    hands.settle()
    changed = hands.ask(sessions.list_sessions, "Bruno")
    assert [(one.id, one.minutes) for one in changed] == [(session.id, 60)]
    assert not page.session_form.isVisible()
    assert "change" not in page.place()


def test_more_sessions_without_a_note_than_are_listed_are_counted_in_the_last_row(hands: Hands) -> None:
    hands.settle()
    screen: Any = hands.window.house.screens["today"]
    when = "2026-05-04T10:00:00"
    listed = [Session(n, "a", 1, "b", "Bruno", when, 50, None, "attended", 0, 0, None) for n in range(today.MOST)]
    nothing = LogState(0, None, None, None, None, 0, None)
    screen._show(today.Today([], [], listed, 57, [], 0, 1, nothing))
    assert screen.to_finish.rows.rows[-1].title == f"Show {today.MOST - 6} more"
    screen._go(("more", None))
    assert screen.to_finish.rows.rows[-1].title == "and 7 more, newer than these"
    screen._show(today.Today([], [], listed, today.MOST, [], 0, 1, nothing))
    assert "more" not in screen.to_finish.rows.rows[-1].title


def test_correcting_one_thing_of_a_session_states_nothing_else(hands: Hands, noon: datetime) -> None:
    """A session of which only the day is known, as imported ones are, gets no hour or length by being corrected."""
    day = (noon - timedelta(days=3)).date().isoformat()
    hands.ask(sessions.create, "Bruno", day)
    page = page_of(hands)
    page._session_form(hands.ask(sessions.list_sessions, "Bruno")[0], None)
    page.session_form.attendance.setCurrentIndex(ATTENDANCE.index("late"))
    page.session_form.keep.click()
    hands.settle()
    now = hands.ask(sessions.list_sessions, "Bruno")[0]
    assert (now.started_at, now.minutes, now.modality, now.attendance) == (day, None, None, "late")


def test_undo_takes_out_the_sessions_that_have_no_note_and_says_how_many_stay(hands: Hands, noon: datetime) -> None:
    page = book(hands, noon + timedelta(days=1), 3)
    second = hands.ask(sessions.list_sessions, "Bruno")[-2]
    hands.ask(progress_notes.create, "Bruno", "free", "Text.", None, second.id)
    hands.notices[-1].undo()
    hands.settle()
    assert [session.id for session in hands.ask(sessions.list_sessions, "Bruno")] == [second.id]
    assert hands.notices[-1].text == "1 session stays."
    assert len([row for row in page.list.rows.rows if row.key and row.key[0] == "session"]) == 1


def test_a_session_of_which_only_the_day_is_known_gets_no_time_by_being_changed(hands: Hands) -> None:
    session = hands.ask(sessions.create, "Bruno", "2026-03-02")
    page = page_of(hands)
    page._session_form(session, None)
    page.session_form.minutes.setValue(30)
    page.session_form.keep.click()
    hands.settle()
    (changed,) = hands.ask(sessions.list_sessions, "Bruno")
    assert (changed.started_at, changed.minutes) == ("2026-03-02", 30)


def test_the_form_begins_on_the_day_enter_enters_it_and_escape_puts_it_away(hands: Hands) -> None:
    page = page_of(hands)
    hands.press(Qt.Key.Key_S, CTRL | SHIFT)
    when = page.session_form.when
    assert hands.window.focusWidget() is when
    assert when.currentSection() == when.Section.DaySection
    hands.press(Qt.Key.Key_Escape)
    assert not page.session_form.isVisible()
    assert hands.ask(sessions.list_sessions, "Bruno") == []
    hands.press(Qt.Key.Key_S, CTRL | SHIFT)
    page.session_form.more.setFocus()
    hands.press(Qt.Key.Key_Return)
    hands.settle()
    assert len(hands.ask(sessions.list_sessions, "Bruno")) == 1
