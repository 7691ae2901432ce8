"""The note before this one beside the page, and leafing from note to note of one client."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton

from notes.desktop.veil import Veil
from notes.practice import log
from notes.record import progress_notes
from tests.desktop.editor_kit import CTRL, Hands, Key


@pytest.fixture
def late(hands: Hands) -> int:
    """A note of Ada's written late, for a day between her two others."""
    return int(hands.ask(progress_notes.create, "Ada", "free", "Written late.", "2026-03-05T10:00").id)


def read_by_log(hands: Hands) -> list[str]:
    return [line.object for line in hands.ask(log.show, event="note.open")]


def test_the_note_before_is_read_beside_the_page_while_writing(hands: Hands) -> None:
    editor = hands.open(hands.note("draft"))
    before = len(read_by_log(hands))
    hands.press(Key.Key_B, CTRL)
    hands.settle()
    assert editor.beside.isVisible() and editor.page.isVisible()
    assert editor.beside.text.toPlainText() == "She laughed about the two herons."
    assert editor.beside._when.text() == "Sunday 1 March 2026, 10:00"
    assert editor.beside.x() > editor.page.x() + editor.page.width()
    assert read_by_log(hands)[0] == str(hands.note("signed")) and len(read_by_log(hands)) == before + 1
    assert hands.window.focusWidget() is editor.page
    hands.type("Still writing. ")
    assert "Still writing." in editor.page.text()


@pytest.mark.parametrize("key", ["the same", "escape", "the small x"])
def test_it_is_put_away_and_its_text_with_it(hands: Hands, key: str) -> None:
    editor = hands.open(hands.note("draft"))
    hands.press(Key.Key_B, CTRL)
    hands.settle()
    assert editor.beside.isVisible()
    if key == "the same":
        hands.press(Key.Key_B, CTRL)
    elif key == "escape":
        hands.press(Key.Key_Escape)
    else:
        from tests.desktop.test_editor import named

        named(editor.beside, "Close the last note").click()
    assert not editor.beside.isVisible()
    assert editor.beside.text.toPlainText() == ""
    assert hands.window.focusWidget() is editor.page
    assert editor.side.isVisible()


def test_it_goes_with_the_screen_and_behind_the_veil(hands: Hands) -> None:
    editor = hands.open(hands.note("draft"))
    editor.note_beside()
    hands.settle()
    veil = hands.window.findChild(Veil) or Veil(hands.window)
    veil.fall()
    assert not editor.beside.text.isVisible()
    veil.lift()
    assert editor.beside.text.isVisible()
    hands.window.desk.go("today")
    assert editor.beside.isHidden() and editor.beside.text.toPlainText() == ""


def test_the_side_panel_of_a_draft_offers_help_in_writing(hands: Hands) -> None:
    editor = hands.open(hands.note("draft"))
    links = {button.text(): button for button in editor.side.findChildren(QPushButton) if button.isVisible()}
    assert {"Last note beside", "Start from last note", "Insert snippet …"} <= set(links)
    links["Last note beside"].click()
    hands.settle()
    assert editor.beside.isVisible()
    hands.press(Key.Key_Escape)
    hands.open(hands.note("signed"))
    shown = {button.text() for button in editor.side.findChildren(QPushButton) if button.isVisible()}
    assert "Insert snippet …" not in shown


def test_one_leafs_through_a_clients_notes_by_time(hands: Hands, late: int) -> None:
    first, last = hands.note("signed"), next(n for n in map(int, drafts(hands)) if n != late)
    editor = hands.open(last)
    hands.type("Kept. ")
    leafed = len(read_by_log(hands))
    for key, expected in (("PageUp", late), ("PageUp", first), ("PageDown", late), ("PageDown", last)):
        hands.press(Key[f"Key_{key}"], CTRL)
        hands.wait(lambda expected=expected: editor._note is not None and editor._note.id == expected)
        hands.settle()
    assert "Kept." in editor.page.text() == hands.on_disk(last)
    assert len(read_by_log(hands)) == leafed + 5  # four, and the look at what is on disk
    hands.window.house.back()
    hands.wait(lambda: editor._note is not None and editor._note.id == late)


def drafts(hands: Hands) -> list[int]:
    from notes.record import reading

    return [note.id for note in hands.ask(reading.list_notes, status="draft")]


def test_no_note_before_or_after_is_said_quietly(hands: Hands) -> None:
    editor = hands.open(hands.note("signed"))
    for do, told in ((editor.note_earlier, "no earlier note"), (editor.note_beside, "no earlier note")):
        do()
        hands.settle()
        assert told in hands.notices[-1].text and hands.notices[-1].tone == "plain"
    hands.open(hands.note("draft"))
    editor.note_later()
    hands.settle()
    assert "no later note" in hands.notices[-1].text
    assert editor._here.id == hands.note("draft")
    assert {line.outcome for line in hands.ask(log.show, event="note.open")} == {"done"}
