"""Templates and snippets of one's own: made, used, removed, brought back."""

from __future__ import annotations

from typing import Any

import pytest

from notes.desktop.snippets import Snippets
from notes.errors import BadValue, NotFound
from notes.record import progress_notes, snippets, templates
from tests.desktop.editor_kit import Hands, Key


@pytest.fixture
def screen(hands: Hands) -> Snippets:
    hands.window.desk.go("snippets")
    hands.settle()
    found = hands.window._screens["snippets"]
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
    new: Any = hands.window._screens["new_note"]
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
