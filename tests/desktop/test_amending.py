"""Amendment and addendum, beside the original, saved as they are typed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest

from notes.practice import log
from notes.record import reading
from notes.vault.slots import Secret
from tests.desktop.conftest import PATIENCE
from tests.desktop.editor_kit import CTRL, SHIFT, Hands, Key


def begin(hands: Hands, key: Key, reason: str) -> Any:
    editor = hands.open(hands.note("signed"))
    hands.press(key, CTRL | SHIFT)
    assert editor.middle.currentWidget() is editor.amending
    assert hands.window.focusWidget() is editor.amending.reason
    editor.amending.reason.setText(reason)
    hands.press(Key.Key_Return)
    hands.wait(lambda: editor.amending.spell is not None)
    return editor


def test_an_amendment_begins_with_the_signed_text_and_replaces_it(hands: Hands) -> None:
    editor = begin(hands, Key.Key_A, "a slip")
    assert editor.amending.original.toPlainText() == editor.amending.page.text() == "She laughed about the two herons."
    assert not editor.amending.sign.isEnabled()
    hands.type("Twice: ")
    editor.amending.sign.click()
    last_look = editor.middle.last_look
    assert editor.middle.currentWidget() is last_look
    assert "Twice:" in last_look.text.toPlainText() and "a slip" in last_look._about.text()
    assert last_look._asked.text() == "Sign this amendment?"
    hands.press(Key.Key_Escape)
    assert editor.middle.currentWidget() is editor.amending  # and can be written on
    editor.amending.sign.click()
    last_look.sign.click()
    hands.wait(lambda: hands.notices)
    note = hands.ask(reading.open, hands.note("signed"))
    assert (note.text, note.version, note.reason) == ("Twice: She laughed about the two herons.", 3, "a slip")
    assert "Twice" in editor.reading.toPlainText()


def test_an_addendum_is_added_below_and_signed_with_the_keys_that_sign_a_draft(hands: Hands) -> None:
    editor = begin(hands, Key.Key_D, "remembered later")
    assert editor.amending.page.text() == ""
    hands.type("A third heron.")
    hands.press(Key.Key_Return, CTRL)
    hands.wait(lambda: hands.window.focusWidget() is editor.middle.last_look.sign)
    hands.press(Key.Key_Return)
    hands.wait(lambda: hands.notices)
    text = hands.ask(reading.open, hands.note("signed")).text
    assert text.startswith("She laughed about the two herons.") and text.endswith("A third heron.")


def test_a_reason_typed_and_not_yet_in_the_record_is_there_when_one_comes_back(hands: Hands) -> None:
    editor = hands.open(hands.note("signed"))
    hands.press(Key.Key_D, CTRL | SHIFT)
    QTest.keyClicks(editor.amending.reason, "A long reason")
    assert "A long reason" in (hands.window.house.where() or "")
    hands.window.desk.go("today")
    assert editor.amending.reason.text() == ""
    hands.open(hands.note("signed"))
    editor.take_up(editor.typed() | {"soon": "no number", "7": 7})
    hands.press(Key.Key_D, CTRL | SHIFT)
    assert editor.amending.reason.text() == "A long reason"
    hands.press(Key.Key_Return)
    hands.wait(lambda: editor.amending.spell is not None)
    hands.type("A third heron.")
    editor.amending.sign.click()
    editor.middle.last_look.sign.click()
    hands.wait(lambda: hands.notices)
    assert hands.ask(reading.open, hands.note("signed")).reason == "A long reason"
    assert editor.typed() == {}


def test_without_a_reason_nothing_begins(hands: Hands) -> None:
    editor = hands.open(hands.note("signed"))
    hands.press(Key.Key_A, CTRL | SHIFT)
    assert editor.middle.currentWidget() is editor.amending
    assert not editor.amending._begin_button.isEnabled()
    hands.press(Key.Key_Return)
    hands.settle()
    assert editor.amending.spell is None
    assert not editor.amending.page.isEnabled()
    assert hands.ask(log.show, event="note.edit") == []
    assert hands.notices == []


def test_an_unfinished_amendment_is_saved_shown_and_gone_on_with(hands: Hands) -> None:
    editor = begin(hands, Key.Key_A, "a slip")
    hands.type("Half ")
    editor.amending._later.click()
    hands.settle()
    note = hands.ask(reading.open, hands.note("signed"))
    assert (note.unfinished, note.version) == ("amendment", 2)
    assert not editor.side._unfinished.isHidden()
    editor.side.go_on.emit()
    hands.wait(lambda: editor.amending.spell is not None)
    assert editor.amending.page.text().startswith("Half ")
    assert editor.amending.reason.text() == "a slip"


def test_an_amendment_in_which_nothing_was_changed_is_not_kept(hands: Hands) -> None:
    editor = begin(hands, Key.Key_A, "a slip")
    editor.amending._later.click()
    hands.settle()
    assert hands.ask(reading.open, hands.note("signed")).unfinished is None
    assert editor.side._unfinished.isHidden()


def test_a_lock_brings_one_back_to_the_amendment(hands: Hands, vault: Path, small_vault: tuple[Path, bytes]) -> None:
    begin(hands, Key.Key_A, "a slip")
    hands.type("Half ")
    hands.window.lock()
    hands.wait(lambda: hands.window.afresh)  # type: ignore[attr-defined]
    given: list[Any] = []
    hands.window.desk.worker.unlock(vault, Secret("recovery", bytearray(small_vault[1])), given.append, given.append)
    hands.wait(lambda: given)
    hands.window.gate.opened.emit(given[0])
    hands.wait(lambda: hands.editor.amending.spell is not None)
    assert hands.editor.amending.page.text() == "Half She laughed about the two herons."
    assert hands.editor.amending.reason.text() == "a slip"


def test_an_amendment_thrown_away_can_be_brought_back(hands: Hands) -> None:
    editor = begin(hands, Key.Key_A, "a slip")
    hands.type("Half ")
    editor.amending._away.click()
    hands.wait(lambda: hands.notices)
    hands.settle()
    assert hands.ask(reading.open, hands.note("signed")).unfinished is None
    hands.notices[-1].undo()
    hands.wait(lambda: editor.amending.spell is not None)
    assert editor.amending.page.text().startswith("Half ")
    assert editor.amending.reason.text() == "a slip"


def test_a_change_kept_in_memory_outlasts_a_visit_that_ends_before_it_is_open(hands: Hands) -> None:
    editor, note, desk = begin(hands, Key.Key_A, "a slip"), hands.note("signed"), hands.window.desk
    hands.type("Begun. ")
    desk.go("today")
    hands.settle()
    desk.unsaved[note] = "Kept in memory."
    hands.open(note)
    editor.side.go_on.emit()
    desk.go("today")
    hands.settle()
    assert desk.unsaved == {note: "Kept in memory."}


def test_after_leaving_it_for_later_nothing_is_typed_that_would_not_be_saved(hands: Hands) -> None:
    editor = begin(hands, Key.Key_D, "remembered later")
    hands.type("First. ")
    saved = threading.Event()
    hands.window.desk.worker.run(lambda practice, job: saved.wait(PATIENCE / 1000))
    editor.amending._later.click()
    hands.type("Second.")
    assert editor.amending.page.text() == "First. "
    saved.set()
    hands.settle()


def test_a_change_comes_back_also_where_its_reason_was_rubbed_out_before(hands: Hands) -> None:
    editor = begin(hands, Key.Key_D, "remembered later")
    hands.type("First. ")
    editor.amending.reason.setText("")
    thrown_away_and_back(hands)
    assert editor.amending.page.text() == "First. "
    assert editor.amending.reason.text() == "remembered later"


def test_a_change_that_was_not_gone_on_with_comes_back_too(hands: Hands) -> None:
    editor = begin(hands, Key.Key_D, "remembered later")
    hands.type("First. ")
    hands.window.desk.go("today")
    hands.open(hands.note("signed"))
    thrown_away_and_back(hands)
    assert editor.amending.page.text() == "First. "


def thrown_away_and_back(hands: Hands) -> None:
    hands.editor.note_discard()
    hands.wait(lambda: hands.notices and hands.notices[-1].text == "Addendum thrown away.")
    hands.settle()
    assert hands.ask(reading.open, hands.note("signed")).unfinished is None
    hands.window.desk.action("go.undo").trigger()
    hands.wait(lambda: hands.editor.amending.spell is not None)


def test_tab_goes_from_the_reason_by_the_buttons_to_the_text(hands: Hands) -> None:
    editor = begin(hands, Key.Key_D, "remembered later")
    editor.amending.reason.setFocus()
    for control in (editor.amending._later, editor.amending._away, editor.amending.page):
        hands.press(Key.Key_Tab)
        assert hands.window.focusWidget() is control
