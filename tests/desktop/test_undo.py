"""What was done can be taken back: for as long as it is offered, from the keyboard too, and in every place."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from notes.desktop.client_page import ClientPage
from notes.desktop.desk import Notice
from notes.desktop.window import Window
from notes.record import clients, progress_notes, reading, sessions
from tests.desktop.editor_kit import CTRL, SHIFT, Hands, Key


def undo_key(hands: Hands) -> None:
    """Ctrl+Shift+Backspace, wherever the focus is."""
    QTest.keyClick(hands.window.focusWidget() or hands.window, Key.Key_Backspace, CTRL | SHIFT)
    hands.settle()


def offered(window: Window) -> bool:
    """Whether the command is in force."""
    return window.desk.action("go.undo").isEnabled()


def test_a_line_that_can_be_undone_stays_and_any_other_goes_by_itself(window: Window) -> None:
    frame = window.house
    window.desk.say("Done.")
    assert frame.lines.goes.isActive()
    window.desk.say("The tag is taken away.", undo=lambda: None)
    assert not frame.lines.goes.isActive()
    assert frame.notice.isVisible()
    window.desk.say("Done.")
    assert frame.lines.goes.isActive()


def test_the_key_takes_back_once_and_is_in_force_only_while_the_line_offers_it(hands: Hands) -> None:
    window, done = hands.window, list[str]()
    assert not offered(window)
    window.desk.say("Removed.", undo=lambda: done.append("undone"))
    assert offered(window)
    undo_key(hands)
    assert done == ["undone"]
    assert not offered(window)
    assert not window.house.notice.isVisible()
    undo_key(hands)
    assert done == ["undone"]


@pytest.mark.parametrize("next_line", ["another line", "Escape", "the lock"])
def test_what_takes_the_line_away_takes_the_command_away(hands: Hands, next_line: str) -> None:
    window = hands.window
    window.desk.say("Removed.", undo=lambda: None)
    if next_line == "another line":
        window.desk.say("Saved.")
    elif next_line == "Escape":
        QTest.keyClick(window, Qt.Key.Key_Escape)
    else:
        window.lock()
    assert not offered(window)


def test_a_button_that_goes_somewhere_is_no_undo(window: Window) -> None:
    window.desk.said.emit(Notice("No backup yet.", "", "attention", lambda: None, True, "See the backups"))
    assert not offered(window)


def test_a_tag_taken_away_comes_back(hands: Hands) -> None:
    note = hands.note("signed")
    editor = hands.open(note)
    editor.side.tag_removed.emit("grief")
    hands.settle()
    assert hands.ask(reading.open, note).tags == ()
    undo_key(hands)
    assert hands.ask(reading.open, note).tags == ("grief",)
    names = [editor.side._tags.itemAt(row).itemAt(0).widget().text() for row in range(editor.side._tags.count())]
    assert names == ["grief"]


def test_tags_of_one_note_never_show_beside_another(hands: Hands) -> None:
    signed, draft = hands.note("signed"), hands.note("draft")
    hands.open(signed).side.tag_removed.emit("grief")
    hands.settle()
    editor = hands.open(draft)
    hands.notices[-1].undo()
    hands.settle()
    assert hands.ask(reading.open, signed).tags == ("grief",)
    assert editor.side._tags.count() == 0


def page_of(hands: Hands, name: str) -> ClientPage:
    """The client's page."""
    hands.window.desk.go("client", client=hands.ask(clients.open, name).id)
    hands.settle()
    assert isinstance(hands.window.house.current, ClientPage)
    return hands.window.house.current


def test_details_of_a_client_are_put_back_as_they_were(hands: Hands) -> None:
    page = page_of(hands, "Ada Quillfeather")
    page.client_edit()
    page.form.fields["born"].clear()
    page.form.fields["phone"].setText("01632 960002")
    page.form.save()
    hands.settle()
    changed = hands.ask(clients.open, "Ada Quillfeather")
    assert (changed.born, changed.phone) == (None, "01632 960002")
    undo_key(hands)
    back = hands.ask(clients.open, "Ada Quillfeather")
    assert (back.born, back.phone, back.pronouns) == ("1975-06-01", None, "she/her")


def test_a_session_just_entered_is_removed_again(hands: Hands, qtbot: QtBot) -> None:
    page = page_of(hands, "Bruno")
    page.session_new()
    page.session_form.save()
    hands.settle()
    assert len(hands.ask(sessions.list_sessions, "Bruno")) == 1
    undo_key(hands)
    assert hands.ask(sessions.list_sessions, "Bruno") == []


def test_a_session_that_was_changed_is_as_it_was(hands: Hands) -> None:
    made = hands.ask(sessions.create, "Bruno", "2026-03-02T09:00", 50, "video", "late")
    page = page_of(hands, "Bruno")
    page._session_form(made, None)
    page.session_form.minutes.setValue(80)
    page.session_form.attendance.setCurrentIndex(3)
    page.session_form.when.setDateTime(page.session_form.when.dateTime().addDays(1))
    page.session_form.save()
    hands.settle()
    changed = hands.ask(sessions.list_sessions, "Bruno")[0]
    assert (changed.started_at[:10], changed.minutes, changed.attendance) == ("2026-03-03", 80, "no-show")
    undo_key(hands)
    assert hands.ask(sessions.list_sessions, "Bruno") == [made]


def test_what_was_never_stated_of_a_session_stays_and_that_is_said(hands: Hands) -> None:
    made = hands.ask(sessions.create, "Bruno", "2026-03-02T09:00")
    page = page_of(hands, "Bruno")
    page._session_form(made, None)
    page.session_form.attendance.setCurrentIndex(3)
    page.session_form.minutes.setValue(30)
    page.session_form.save()
    hands.settle()
    undo_key(hands)
    now = hands.ask(sessions.list_sessions, "Bruno")[0]
    assert (now.attendance, now.minutes, now.modality) == ("attended", 30, None)
    assert hands.notices[-1].detail == "Length and kind of meeting stay."


@pytest.mark.parametrize("client, days", [("Bruno Østergård", 0), ("Ada Quillfeather", 2), ("Bruno Østergård", 1)])
def test_a_note_given_to_somebody_else_or_another_day_goes_back(hands: Hands, client: str, days: int) -> None:
    meeting = hands.ask(reading.open, hands.note("draft")).session
    late = hands.ask(progress_notes.create, "Ada", "free", "Written the day after.", "2026-03-09", meeting)
    before = hands.ask(reading.open, late.id)
    editor = hands.open(before.id)
    editor.note_move()
    hands.settle()
    moving: Any = editor.middle.moving
    moving.client.setCurrentIndex(moving.client.findText(client))
    moving.at.setDateTime(moving.at.dateTime().addDays(days))
    moving.do.click()
    hands.settle()
    there = hands.ask(reading.open, before.id)
    assert (there.client_name, there.session_at != before.session_at) == (client, days > 0)
    undo_key(hands)
    back = hands.ask(reading.open, before.id)
    assert (back.client, back.session, back.session_at) == (before.client, before.session, before.session_at)
    assert editor._here.client == before.client


def test_what_comes_unasked_takes_nothing_away_that_can_be_undone(hands: Hands) -> None:
    window = hands.window
    window.desk.say("Draft thrown away.", undo=lambda: None)
    window.desk.said.emit(Notice("Today's backup could not be made.", "", "attention", None, True))
    assert not offered(window)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert offered(window)


def test_a_draft_comes_back_with_the_tags_it_was_given_last(hands: Hands) -> None:
    editor = hands.open(hands.note("draft"))
    editor._add_tag("heron")
    hands.settle()
    editor.note_discard()
    hands.wait(lambda: offered(hands.window))
    undo_key(hands)
    hands.wait(lambda: editor._note is not None)
    assert editor._here.tags == ("heron",)
