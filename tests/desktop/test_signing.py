"""Signing: a last look at exactly what is fixed, and then it is."""

from __future__ import annotations

from notes.practice import log
from notes.record import progress_notes, reading
from tests.desktop.editor_kit import CTRL, Hands, Key


def test_a_note_is_signed_after_a_last_look(hands: Hands) -> None:
    note = hands.note("draft")
    editor = hands.open(note)
    hands.type("Typed just now. ")
    hands.press(Key.Key_Return, CTRL)
    assert editor.middle.currentWidget() is editor.middle.last_look
    assert "Typed just now." in editor.middle.last_look.text.toPlainText()
    assert "Ada Quillfeather" in editor.middle.last_look._about.text()
    assert hands.window.focusWidget() is editor.middle.last_look.sign
    hands.press(Key.Key_Space)
    hands.wait(lambda: hands.notices)
    signed = hands.ask(reading.open, note)
    assert (signed.status, signed.text) == ("signed", "Typed just now. A thought for later: the weir.")
    assert editor.middle.currentWidget() is editor.reading
    assert "Typed just now." in editor.reading.toPlainText()
    events = [line.event for line in hands.ask(log.show, limit=4, event="note")]  # verification may have begun
    assert events[1:3] == ["note.sign", "note.close"]


def test_one_can_go_back_to_writing(hands: Hands) -> None:
    note = hands.note("draft")
    editor = hands.open(note)
    hands.press(Key.Key_Return, CTRL)
    hands.press(Key.Key_Escape)
    assert editor.middle.currentWidget() is editor.page
    hands.type("More. ")
    hands.press(Key.Key_S, CTRL)
    assert hands.on_disk(note).startswith("More. ")
    assert hands.ask(reading.open, note).status == "draft"


def test_an_empty_note_is_not_brought_before_one_to_sign(hands: Hands) -> None:
    note = hands.ask(progress_notes.create, "Ada", "free", " ").id
    editor = hands.open(note)
    hands.press(Key.Key_Return, CTRL)
    assert editor.middle.currentWidget() is editor.page
    assert hands.notices[-1].text == "There is nothing to sign yet."


def test_a_note_that_cannot_be_saved_is_not_signed(hands: Hands) -> None:
    note = hands.note("draft")
    editor = hands.open(note)
    hands.type("Mine. ")
    other = hands.ask(progress_notes.edit, note)
    hands.ask(progress_notes.save_draft, note, other.spell, other.counter, "Somebody else's.")
    hands.press(Key.Key_Return, CTRL)
    editor.middle.last_look.sign.click()
    hands.wait(lambda: hands.notices)
    hands.settle()
    assert hands.ask(reading.open, note).status == "draft"
    assert editor.page.text().startswith("Mine. ")


def test_concluding_saves_what_was_typed_a_moment_ago(hands: Hands) -> None:
    note = hands.note("draft")
    editor = hands.open(note)
    spell, editor._spell = editor._spell, None
    editor.page.put("A moment ago. ")
    assert spell is not None
    done: list[object] = []
    spell.conclude(lambda practice, _: practice.do(progress_notes.sign, note), done.append, done.append, "Signing")
    hands.wait(lambda: done)
    assert hands.ask(reading.open, note).text.startswith("A moment ago. ")


def test_nothing_of_a_signed_note_can_be_typed_over(hands: Hands) -> None:
    note = hands.note("signed")
    editor = hands.open(note)
    hands.type("x")
    assert editor.reading.toPlainText() == "She laughed about the two herons."
    assert not hands.window.desk.action("note.sign").isEnabled()
    assert not hands.window.desk.action("note.discard").isEnabled()
