"""Templates and snippets of one's own: made, used, removed, brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from notes.desktop.snippets import Snippets
from notes.errors import BadValue, NotFound
from notes.record import progress_notes, snippets, templates
from notes.vault.slots import Secret
from tests.desktop.editor_kit import Hands, Key


@pytest.fixture
def screen(hands: Hands) -> Snippets:
    hands.window.desk.go("snippets")
    hands.settle()
    found = hands.window.house.screens["snippets"]
    assert isinstance(found, Snippets)
    return found


def fill(screen: Snippets, name: str, kind: str, text: str) -> None:
    screen.typed_name.setText(name)
    screen.kind.setCurrentIndex(screen.kind.findData(kind))
    screen.text.setPlainText(text)
    screen.keep.click()


def test_a_snippet_is_put_in_by_its_name_and_tab(hands: Hands, screen: Snippets) -> None:
    fill(screen, "sleep", "Snippet", "Slept well through the night.")
    hands.settle()
    assert screen.list.item(0).text() == "/sleep"
    note = hands.ask(progress_notes.create, "Ada", "free", "").id
    editor = hands.open(note)
    hands.type("Today: /Sleep")
    hands.press(Key.Key_Tab)
    assert editor.page.text() == "Today: Slept well through the night."
    assert hands.window.focusWidget() is editor.page


def test_tab_goes_on_where_there_is_no_such_snippet(hands: Hands) -> None:
    hands.ask(snippets.save, "sleep", "Slept well.")
    editor = hands.open(hands.ask(progress_notes.create, "Ada", "free", "").id)
    hands.type("either/or")
    hands.press(Key.Key_Tab)
    hands.settle()
    assert editor.page.text() == "either/or"
    assert hands.window.focusWidget() not in (None, editor.page)


def test_a_template_of_ones_own_is_offered_for_new_notes(hands: Hands, screen: Snippets) -> None:
    fill(screen, "Couples", "progress", "## Both\n\n")
    hands.settle()
    hands.window.desk.go("new_note")
    hands.settle()
    new: Any = hands.window.house.screens["new_note"]
    assert any("Couples" in new.templates.item(row).text() for row in range(new.templates.count()))


def test_what_was_removed_can_be_brought_back(hands: Hands, screen: Snippets) -> None:
    fill(screen, "sleep", "Snippet", "Slept well.")
    hands.settle()
    screen.remove.click()
    hands.settle()
    assert hands.ask(snippets.list_snippets) == []
    hands.notices[-1].undo()
    hands.settle()
    assert [s.text for s in hands.ask(snippets.list_snippets)] == ["Slept well."]


def test_snippets_and_templates_never_mix(hands: Hands) -> None:
    hands.ask(snippets.save, "sleep", "Slept well.")
    assert not any(template.own for template in hands.ask(templates.list_templates))
    with pytest.raises(NotFound):
        hands.ask(progress_notes.create, "Ada", "/sleep")
    with pytest.raises(NotFound):
        hands.ask(templates.remove, "/sleep")
    with pytest.raises(BadValue):
        hands.ask(templates.save, "/sleep", "progress", "x")


@pytest.mark.parametrize("name", ["", "two words", "a/b", "x" * 41])
def test_a_snippets_name_is_one_word(hands: Hands, name: str) -> None:
    with pytest.raises(BadValue):
        hands.ask(snippets.save, name, "x")


# --- what is not saved yet -------------------------------------------------------------------------------------


def typed_in(screen: Snippets) -> tuple[str, str]:
    """What stands in the fields."""
    return screen.typed_name.text(), screen.text.toPlainText()


def lock_and_unlock(hands: Hands, key: bytes) -> None:
    """As after five minutes without a key; it comes back to where it was."""
    given: list[Any] = []
    hands.window.lock()
    hands.wait(lambda: not hands.window._locking)
    hands.window.desk.worker.unlock(hands.window.gate.folder, Secret("recovery", bytearray(key)), *[given.append] * 2)
    hands.wait(lambda: given)
    hands.window.gate.opened.emit(given[0])
    hands.settle()


def test_a_new_text_is_still_there_after_going_elsewhere(hands: Hands, screen: Snippets) -> None:
    screen.typed_name.setText("Couples")
    screen.text.setPlainText("## Both")
    hands.window.desk.go("today")
    hands.settle()
    hands.window.desk.go("snippets")
    hands.settle()
    assert typed_in(screen) == ("Couples", "## Both")


def test_choosing_another_one_keeps_what_was_typed_and_undo_goes_back_to_it(hands: Hands, screen: Snippets) -> None:
    fill(screen, "sleep", "Snippet", "Slept well.")
    hands.settle()
    screen._new()
    fill(screen, "food", "Snippet", "Ate well.")
    hands.settle()
    screen.text.setPlainText("Ate well, and")
    screen.list.setCurrentRow(1)
    assert typed_in(screen) == ("sleep", "Slept well.")
    assert hands.notices[-1].text == "That is not saved yet."
    hands.notices[-1].undo()
    assert typed_in(screen) == ("food", "Ate well, and")
    screen.list.setCurrentRow(1)
    screen.list.setCurrentRow(0)
    assert typed_in(screen) == ("food", "Ate well, and")
    assert [s.text for s in hands.ask(snippets.list_snippets)] == ["Ate well.", "Slept well."]  # only Save saves


def test_choosing_another_one_says_nothing_when_all_is_saved(hands: Hands, screen: Snippets) -> None:
    fill(screen, "Sleep", "Snippet", "Slept well.")
    hands.settle()
    told = len(hands.notices)
    screen._new()
    assert typed_in(screen) == ("", "")
    screen.list.setCurrentRow(0)
    assert len(hands.notices) == told
    assert not screen.as_it_was.isEnabled()


def test_everything_half_written_comes_back_after_a_lock_on_another_screen(
    hands: Hands, screen: Snippets, small_vault: tuple[Path, bytes]
) -> None:
    fill(screen, "sleep", "Snippet", "Slept well.")
    hands.settle()
    screen.text.setPlainText("Slept well, and then")
    screen._new()
    screen.typed_name.setText("Couples")
    screen.kind.setCurrentIndex(screen.kind.findData("progress"))
    long = "## A heading with a question under it?\n\n" * 2_500
    screen.text.setPlainText(long)
    hands.window.desk.go("today")
    lock_and_unlock(hands, small_vault[1])
    lock_and_unlock(hands, small_vault[1])  # nor is it lost by one who does not look at it in between
    hands.window.desk.go("snippets")
    hands.settle()
    again: Any = hands.window.house.screens["snippets"]
    assert (*typed_in(again), again.kind.currentData()) == ("Couples", long, "progress")
    again.list.setCurrentRow(0)
    assert typed_in(again) == ("sleep", "Slept well, and then")
    again.as_it_was.click()
    assert typed_in(again) == ("sleep", "Slept well.")
    hands.notices[-1].undo()
    assert typed_in(again) == ("sleep", "Slept well, and then")


def test_a_lock_comes_back_to_the_text_that_was_being_changed(
    hands: Hands, screen: Snippets, small_vault: tuple[Path, bytes]
) -> None:
    fill(screen, "sleep", "Snippet", "Slept well.")
    hands.settle()
    screen.text.setPlainText("Slept well, and then")
    lock_and_unlock(hands, small_vault[1])
    again: Any = hands.window.house.current
    assert typed_in(again) == ("sleep", "Slept well, and then")
    assert again.list.currentItem().text() == "/sleep"


def test_what_is_typed_while_saving_is_not_taken_for_saved(hands: Hands, screen: Snippets) -> None:
    fill(screen, "sleep", "Snippet", "Slept well.")
    screen.text.setPlainText("Slept well, and then")
    hands.settle()
    assert typed_in(screen) == ("sleep", "Slept well, and then")
    assert screen.as_it_was.isEnabled()


def test_hard_blanks_are_no_change(hands: Hands, screen: Snippets) -> None:
    hands.ask(snippets.save, "sleep", "Slept\u00a0well.")
    screen.arrive()
    hands.settle()
    screen.list.setCurrentRow(0)
    assert not screen.as_it_was.isEnabled()


def test_no_text_is_written_over_by_another_that_gets_its_name(hands: Hands, screen: Snippets) -> None:
    fill(screen, "sleep", "Snippet", "Slept well.")
    hands.settle()
    screen._new()
    fill(screen, "/Sleep", "Snippet", "Something else.")
    hands.settle()
    assert hands.notices[-1].text == "There is a text called /sleep already."
    assert [one.text for one in hands.ask(snippets.list_snippets)] == ["Slept well."]
    assert screen.text.toPlainText() == "Something else."
    fill(screen, "waking", "Snippet", "Something else.")
    hands.settle()
    assert [one.name for one in hands.ask(snippets.list_snippets)] == ["sleep", "waking"]


def test_removing_one_leaves_the_focus_in_the_list(hands: Hands, screen: Snippets) -> None:
    fill(screen, "sleep", "Snippet", "Slept well.")
    hands.settle()
    screen.remove.setFocus()
    screen.remove.click()
    hands.settle()
    assert hands.window.focusWidget() is screen.list
