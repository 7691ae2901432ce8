"""The versions of a note: listed, readable, and what changed drawn in more than colour."""

from __future__ import annotations

from notes.desktop.editor_history import in_words
from notes.record.reading import Change
from tests.desktop.editor_kit import CTRL, Hands, Key


def test_what_an_amendment_changed_is_underlined_and_struck_through(hands: Hands) -> None:
    editor = hands.open(hands.note("signed"))
    hands.press(Key.Key_H, CTRL)
    hands.settle()
    history = editor.middle.history
    assert editor.middle.currentWidget() is history
    assert "a slip" in history.list.item(0).text()
    assert history.told.text() == "2 words added (underlined), 1 word removed (struck through)"
    looks = set()
    block = history.text.document().firstBlock()
    for fragment in block:
        shape = fragment.fragment().charFormat()
        looks.add((fragment.fragment().text().strip(), shape.fontUnderline(), shape.fontStrikeOut()))
    assert looks == {
        ("She laughed about the", False, False),
        ("heron", False, True),
        ("two herons", True, False),
        (".", False, False),
    }


def test_an_earlier_version_can_be_read(hands: Hands) -> None:
    editor = hands.open(hands.note("signed"))
    hands.press(Key.Key_H, CTRL)
    hands.settle()
    hands.press(Key.Key_Down)
    hands.settle()
    assert editor.middle.history.text.toPlainText() == "She laughed about the heron."
    hands.press(Key.Key_Escape)
    assert editor.middle.currentWidget() is editor.reading


def test_changes_are_told_in_words_too() -> None:
    changes = [Change("kept", "a "), Change("removed", "b c"), Change("added", "d")]
    assert in_words(changes) == "1 word added (underlined), 2 words removed (struck through)"
