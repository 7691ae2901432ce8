"""The screen of a note: where one is in it, what stands around it, what helps in writing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from notes.desktop import words
from notes.desktop.editor import Editor
from notes.desktop.editor_find import matches
from notes.desktop.markdown_looks import HEADING, headings, places
from notes.errors import NotFound
from notes.practice import log
from notes.record import clients, progress_notes, reading, sessions
from tests.desktop.conftest import PATIENCE
from tests.desktop.editor_kit import CTRL, SHIFT, Hands, Key, new_note

TEXT = "## Mood\n\nBetter; she *laughed*.\n\n## Sleep\n\nThe heron slept badly.\n\n## Plan\n\nHerons again."


@pytest.fixture
def long(hands: Hands) -> int:
    """A draft with three sections."""
    return int(hands.ask(progress_notes.create, "Ada", "free", TEXT).id)


def test_the_header_says_whose_of_when_and_in_which_state(hands: Hands) -> None:
    head = hands.open(hands.note("draft")).head
    assert head.client.text() == "Ada Quillfeather"
    assert head._about.text() == "she/her  ·  free  ·  Sunday 8 March 2026, 10:00"
    assert head._state.text() == "Draft"
    hands.open(hands.note("signed"))
    assert head._state.text().startswith("Signed ")


def test_clients_shown_by_initials_are_so_here_too(hands: Hands) -> None:
    hands.window.desk.preferences.initials = True
    editor = hands.open(hands.note("draft"))
    assert editor.head.client.text() == "A. Q."
    editor.note_sign()
    assert "Quillfeather" not in editor.middle.last_look._about.text()


def test_the_window_title_never_names_anybody(hands: Hands) -> None:
    hands.open(hands.note("draft"))
    assert hands.window.windowTitle() == "Session Notes"


def test_sections_are_listed_and_enter_goes_to_one(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    assert [editor.side.outline.item(row).text() for row in range(3)] == ["Mood", "Sleep", "Plan"]
    editor.side.outline.setFocus()
    editor.side.outline.setCurrentRow(1)
    hands.press(Key.Key_Return)
    assert editor.page.textCursor().block().previous().text() == "## Sleep"


def test_keys_go_from_section_to_section(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    hands.press(Key.Key_F6)
    hands.press(Key.Key_F6)
    assert editor.page.textCursor().block().previous().text() == "## Plan"
    hands.press(Key.Key_F6, SHIFT)
    assert editor.page.textCursor().block().previous().text() == "## Sleep"


def test_words_are_counted_while_typing(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    assert editor.count.text().startswith("12 words")
    hands.type("three more words ")
    hands.wait(lambda: editor.count.text().startswith("15 words"))


def test_one_comes_back_to_the_same_place(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    cursor = editor.page.textCursor()
    cursor.setPosition(30)
    editor.page.setTextCursor(cursor)
    place = editor.place()
    hands.window.desk.go("today")
    hands.open(**place)
    assert editor.page.textCursor().position() == 30


def test_what_was_found_is_not_replaced_by_what_is_typed_next(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    before = editor.page.text()
    hands.press(Key.Key_F, CTRL)
    QTest.keyClicks(editor.finding.typed, "heron")
    hands.press(Key.Key_Escape)
    hands.type("!")
    assert len(editor.page.text()) == len(before) + 1


def test_escape_goes_from_the_tags_back_to_the_text(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    hands.press(Key.Key_T, CTRL)
    assert hands.window.focusWidget() is editor.side.tag_line
    hands.press(Key.Key_Escape)
    assert hands.window.focusWidget() is editor.page


def test_a_signed_note_says_that_it_was_changed(hands: Hands) -> None:
    assert "version 2" in hands.open(hands.note("signed")).head._about.text()


def test_finding_counts_and_goes_round(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    hands.press(Key.Key_F, CTRL)
    for key in (Key.Key_H, Key.Key_E, Key.Key_R, Key.Key_O, Key.Key_N):
        hands.press(key)
    assert editor.finding.count.text() == "1 of 2"
    assert editor.page.textCursor().selectedText() == "heron"
    hands.press(Key.Key_Return)
    assert editor.page.textCursor().selectedText() == "Heron"
    hands.press(Key.Key_Return)
    assert editor.finding.count.text() == "1 of 2"
    hands.press(Key.Key_Escape)
    assert not editor.finding.isVisible()
    assert editor.page.extraSelections() == []


def test_a_note_opened_from_a_search_shows_the_first_hit(hands: Hands, long: int) -> None:
    editor = hands.open(long, find="laugh* OR badly")
    assert editor.page.textCursor().selectedText() == "laugh"
    assert len(editor.page.extraSelections()) == 2


@pytest.mark.parametrize(
    "text, wanted, as_words, found",
    [
        ("Østergård ging", "østergard", False, [(0, 9)]),
        ("🦢 heron", "HERON", False, [(3, 8)]),
        ("she sheds", "she", False, [(0, 3), (4, 7)]),
        ("worse her", "or her", True, [(6, 9)]),
        ("anything", "  ", False, []),
        ("a.b", "a.b", False, [(0, 3)]),
    ],
)
def test_finding_forgives_case_and_accents(text: str, wanted: str, as_words: bool, found: object) -> None:
    assert matches(text, wanted, as_words=as_words) == found


def test_places_are_counted_as_qt_counts_them() -> None:
    assert list(places("a🦢b")) == [0, 1, 3, 4]
    assert list(places("añb")) == [0, 1, 2, 3]


def test_a_new_note_begins_below_its_first_heading(hands: Hands) -> None:
    screen = new_note(hands, client=hands.ask(clients.open, "Bruno").id)
    assert screen.session.currentText() == "Now"
    hands.press(Key.Key_2)
    hands.press(Key.Key_Return)
    hands.wait(lambda: "note" in hands.window.house.screens and hands.editor._note)
    hands.settle()
    editor = hands.editor
    assert (editor._here.client_name, editor._here.template) == ("Bruno Østergård", "DAP")
    assert editor.page.textCursor().blockNumber() == 1
    assert hands.window.focusWidget() is editor.page


def test_a_client_is_chosen_by_typing_part_of_the_name(hands: Hands) -> None:
    screen = new_note(hands)
    assert not screen.go_on.isEnabled()
    screen.client.setEditText("quill")
    assert screen.client.client() == hands.ask(clients.open, "Ada").id
    screen.client.setEditText("nobody")
    assert screen.client.client() is None


def test_a_new_note_takes_the_session_it_was_asked_for(hands: Hands) -> None:
    session = hands.ask(sessions.create, "Ada", "2026-04-01T10:00")
    screen = new_note(hands, client=session.client, session=session.id)
    hands.wait(lambda: screen.session.currentData() == session.id)
    screen.begin()
    hands.wait(lambda: "note" in hands.window.house.screens and hands.editor._note)
    assert hands.editor._here.session == session.id


def test_the_last_note_of_the_same_template_is_put_into_an_empty_draft(hands: Hands) -> None:
    note = hands.ask(progress_notes.create, "Ada", "SOAP").id
    editor = hands.open(note)
    hands.press(Key.Key_C, CTRL | SHIFT)
    hands.settle()
    assert editor.page.text() == "She laughed about the two herons."
    line = hands.ask(log.show, limit=1)[0]
    assert (line.event, line.object) == ("note.open", str(hands.note("signed")))
    hands.press(Key.Key_Z, CTRL)
    assert "Subjective" in editor.page.text()


def test_the_last_note_never_goes_over_what_was_written(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    hands.press(Key.Key_C, CTRL | SHIFT)
    hands.settle()
    assert editor.page.text() == TEXT
    assert "text already" in hands.notices[-1].text


def test_another_clients_last_note_is_never_the_one(hands: Hands) -> None:
    note = hands.ask(progress_notes.create, "Bruno", "SOAP").id
    with pytest.raises(NotFound):
        hands.ask(reading.last_alike, note)


def test_tags_are_added_and_taken_away(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    hands.press(Key.Key_T, CTRL)
    assert hands.window.focusWidget() is editor.side.tag_line
    editor.side.tag_line.setText("Sleep")
    hands.press(Key.Key_Return)
    hands.settle()
    assert hands.ask(reading.open, long).tags == ("sleep",)
    away = named(editor.side, "Take away the tag sleep")
    assert min(away.width(), away.height()) >= 24
    away.click()
    hands.settle()
    assert hands.ask(reading.open, long).tags == ()


def named(within: QWidget, name: str) -> QAbstractButton:
    """The button that screen readers call so."""
    return next(button for button in within.findChildren(QAbstractButton) if button.accessibleName() == name)


def test_tags_in_use_are_offered_after_one_question(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    hands.press(Key.Key_T, CTRL)
    before = len(hands.ask(log.show, event="client.list"))
    QTest.keyClicks(editor.side.tag_line, "gr")
    completer = editor.side.tag_line.completer()
    hands.wait(lambda: completer.currentCompletion() == "grief")
    QTest.keyClicks(editor.side.tag_line, "ie")
    hands.settle()
    assert len(hands.ask(log.show, event="client.list")) == before + 1
    popup = completer.popup()
    QTest.keyClick(popup, Key.Key_Down)
    QTest.keyClick(popup, Key.Key_Return)
    hands.press(Key.Key_Return)
    hands.settle()
    assert hands.ask(reading.open, long).tags == ("grief",)
    hands.window.desk.go("today")
    assert editor.side.tag_line._in_use.stringList() == []


def test_a_tag_leads_to_the_notes_that_have_it(hands: Hands) -> None:
    editor = hands.open(hands.note("signed"))
    named(editor.side, "Search notes with the tag grief").click()
    search = hands.window.house.screens["search"]
    hands.wait(lambda: search.model.rowCount() == 1)
    assert (search.tag.text(), search.box.text()) == ("grief", "")
    hit = search.model.hit(search.model.index(0, 0))
    assert (hit.note, hit.snippet) == (hands.note("signed"), "")
    hands.window.house.back()
    hands.wait(lambda: editor._note is not None)


def test_nothing_of_a_note_stays_behind_the_other_screens(hands: Hands, long: int) -> None:
    editor = hands.open(hands.note("signed"))
    editor.note_history()
    hands.settle()
    editor._to_text()
    editor.note_addendum()
    editor.amending.reason.setText("A slip.")
    hands.press(Key.Key_Return)
    hands.settle()
    hands.type("The herons came back.")
    assert "herons" in editor.middle.history.text.toPlainText() + editor.middle.history.list.item(0).text()
    assert editor.amending._original
    hands.window.desk.go("today")
    hands.settle()
    assert traces(editor) == []
    hands.open(long)
    editor.note_sign()
    editor.note_beside()
    hands.settle()
    assert "heron" in editor.middle.last_look.text.toPlainText()
    hands.window.desk.go("today")
    hands.settle()
    assert traces(editor) == []


def traces(editor: Editor) -> list[str]:
    """Words of a note or a name that are still somewhere on the screen of a note."""
    texts = [text.toPlainText() for text in editor.findChildren(QTextEdit)]
    texts += [text.toPlainText() for text in editor.findChildren(QPlainTextEdit)]
    texts += [label.text() for label in editor.findChildren(QLabel)]
    texts += [line.text() for line in editor.findChildren(QLineEdit)]
    texts += [button.accessibleName() + button.text() for button in editor.findChildren(QAbstractButton)]
    texts += [found.item(row).text() for found in editor.findChildren(QListWidget) for row in range(found.count())]
    texts.append(editor.amending._original)
    telling = ("heron", "Quillfeather", "slip", "grief", "Sleep", "Plan")
    return [text for text in texts if any(word in text for word in telling)]


def test_a_note_that_comes_after_one_has_left_is_not_shown(hands: Hands, long: int) -> None:
    hands.open(long)
    hands.window.desk.go("today")
    hands.window.desk.go("note", note=long)
    hands.window.desk.go("today")
    hands.settle()
    assert hands.editor._note is None
    assert traces(hands.editor) == []
    lines = [line.event for line in hands.ask(log.show) if line.event in ("note.edit", "note.close")]
    assert lines.count("note.edit") == lines.count("note.close")


def test_who_looked_is_a_key_away_from_the_note(hands: Hands) -> None:
    hands.open(hands.note("signed"))
    hands.press(Key.Key_L, CTRL | SHIFT)
    hands.settle()
    page: Any = hands.window.house.screens["client"]
    assert hands.window.house.current is page and page.looked.isVisible()
    assert any("read note" in line.sentence for line in hands.ask(log.show))


@pytest.mark.parametrize(
    "text, told",
    [
        ("", "0 words  ·  0 characters"),
        ("Rain.", "1 word  ·  5 characters"),
        ("## Data\nShe laughed.\n\n- a walk\n* tea\n> so\n", "7 words  ·  42 characters"),
        ("It is #2 - or so. #", "7 words  ·  19 characters"),
    ],
)
def test_marks_of_markdown_are_no_words(text: str, told: str) -> None:
    assert words.length(text) == told


def test_going_back_leads_to_the_same_place_in_the_note(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    cursor = editor.page.textCursor()
    cursor.setPosition(30)
    editor.page.setTextCursor(cursor)
    hands.window.desk.go("today")
    hands.window.house.back()
    hands.wait(lambda: editor._note is not None)
    assert editor.page.textCursor().position() == 30


def test_a_slip_in_client_and_date_is_corrected(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    editor.note_move()
    hands.settle()
    before = editor.middle.moving.at.dateTime().toPython()
    editor.middle.moving.client.setEditText("bruno")
    editor.middle.moving.at.setDateTime(editor.middle.moving.at.dateTime().addDays(-1))
    editor.middle.moving.do.click()
    hands.settle()
    assert editor.head.client.text() == "Bruno Østergård"
    moved = hands.ask(reading.open, long)
    assert moved.client_name == "Bruno Østergård"
    assert words.moment(moved.session_at) == before - timedelta(days=1)
    hands.type("Whose? ")
    hands.press(Key.Key_S, CTRL)
    assert hands.on_disk(long) == TEXT.replace("\n\n", "\nWhose? \n", 1)


def test_a_draft_thrown_away_can_be_brought_back(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    hands.type("Precious. ")
    written = editor.page.text()
    editor.note_discard()
    hands.wait(lambda: hands.notices)
    hands.settle()
    assert long not in {note.id for note in hands.ask(reading.list_notes)}
    hands.notices[-1].undo()
    hands.wait(lambda: editor._note is not None and editor._here.id != long)
    hands.settle()
    assert editor.page.text() == written == hands.on_disk(editor._here.id)


def test_qts_own_editing_keys_give_way_to_commands(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    hands.press(Key.Key_K, CTRL)
    hands.press(Key.Key_H, CTRL)
    assert editor.page.text() == TEXT
    hands.press(Key.Key_E, CTRL)
    assert editor.middle.currentWidget() is editor.reading
    hands.press(Key.Key_E, CTRL)
    assert editor.middle.currentWidget() is editor.page


def test_only_plain_text_goes_out_and_only_by_copying(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    for text in (editor.page, editor.reading):
        editor.reading.read("Some **text**.")
        text.selectAll()
        assert text.createMimeDataFromSelection().formats() == []
    editor.page.setFocus()
    hands.press(Key.Key_A, CTRL)
    hands.press(Key.Key_C, CTRL)
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.text() == TEXT
    assert not mime.hasHtml()


def test_what_is_selected_cannot_be_dragged_away(hands: Hands, long: int) -> None:
    page = hands.open(long).page
    page.selectAll()
    where = QPointF(page.cursorRect(QTextCursor(page.document())).center())
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    press = QMouseEvent(QEvent.Type.MouseButtonPress, where, page.viewport().mapToGlobal(where), left, left, none)
    QApplication.sendEvent(page.viewport(), press)
    assert not page.textCursor().hasSelection()


def test_what_comes_in_is_plain_text_that_can_be_kept(hands: Hands, long: int) -> None:
    page = hands.open(long).page
    mime = QMimeData()
    mime.setHtml("<b>bold</b><img src='http://x/y.png'>")
    mime.setText("plain\0 text")
    page.insertFromMimeData(mime)
    assert page.text() == TEXT.replace("\n\n", "\nplain text\n", 1)


def test_headings_are_found_in_what_is_typed_and_what_is_read(hands: Hands, long: int) -> None:
    editor = hands.open(long)
    editor.reading.read(TEXT)
    found = [text for _, _, text in headings(editor.page.document())]
    assert found == [text for _, _, text in headings(editor.reading.document())] == ["Mood", "Sleep", "Plan"]
    assert not HEADING.match("#no heading")


@pytest.fixture
def busy(hands: Hands) -> Iterator[threading.Event]:
    """Something long is at work, until this is set; a note was open before."""
    ends = threading.Event()
    hands.open(hands.note("draft"))
    hands.window.desk.go("settings")
    hands.settle()
    hands.window.desk.worker.run(lambda practice, job: ends.wait(PATIENCE / 1000))
    yield ends
    ends.set()


def test_until_a_note_is_open_nothing_can_be_typed_or_pressed(hands: Hands, busy: threading.Event) -> None:
    hands.window.house.back()
    editor = hands.editor
    QTest.keyClicks(hands.window.focusWidget() or hands.window, "Typed too early.")
    hands.type("Typed too early.")
    QTest.mouseClick(editor.head.client, Qt.MouseButton.LeftButton)
    assert editor.page.text() == ""
    busy.set()
    hands.wait(lambda: editor._note is not None)
    assert hands.window.focusWidget() is editor.page
    hands.type("Now. ")
    assert editor.page.text().startswith("Now. ")


def test_the_last_note_is_put_nowhere_once_one_has_gone_on(hands: Hands, busy: threading.Event) -> None:
    busy.set()
    before = hands.ask(reading.open, hands.note("signed"))
    hands.open(hands.ask(progress_notes.create, before.client, before.template, "").id)
    goes_on = threading.Event()
    hands.window.desk.worker.run(lambda practice, job: goes_on.wait(PATIENCE / 1000))
    hands.editor.note_last()
    hands.window.desk.go("today")
    goes_on.set()
    hands.settle()
    assert hands.editor.page.text() == ""


def test_tab_goes_as_one_reads_from_the_header_to_the_text_and_on_to_its_side(hands: Hands) -> None:
    editor, window = hands.open(hands.note("draft")), hands.window
    assert window.focusWidget() is editor.page
    hands.press(Key.Key_Tab)
    assert window.focusWidget() is editor.side.tag_line
    editor.page.setFocus()
    hands.press(Key.Key_Backtab, SHIFT)
    focus = window.focusWidget()
    assert focus is not None and editor.head.isAncestorOf(focus)


def test_menus_over_a_text_go_with_its_words(hands: Hands) -> None:
    editor = hands.open(hands.note("draft"))
    for text in (editor.page, editor.reading):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), text.mapToGlobal(QPoint(5, 5)))
        text.contextMenuEvent(event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        menu.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[call-overload]
        assert text.findChildren(QMenu) == []
