"""Spelling: a quiet underline, and never a word of a client in a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QTextCharFormat, QTextCursor

from notes.desktop import spelling
from notes.desktop.editor_page import Page
from notes.practice import log
from notes.record import own_words, progress_notes
from tests.desktop.editor_kit import Hands


@pytest.fixture(autouse=True)
def personal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where enchant keeps words of somebody's own; not those of the person who runs the tests."""
    folder = tmp_path / "enchant"
    folder.mkdir()
    monkeypatch.setenv("ENCHANT_CONFIG_DIR", str(folder))
    return folder


def marked(page: Page) -> list[str]:
    """Words that are underlined."""
    found, block = [], page.document().firstBlock()
    while block.isValid():
        text = block.text().encode("utf-16-le")  # as Qt counts
        for span in block.layout().formats():
            if span.format.underlineStyle() == QTextCharFormat.UnderlineStyle.DotLine:  # type: ignore[attr-defined]
                found.append(text[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le"))  # type: ignore[attr-defined]
        block = block.next()
    return found


@pytest.fixture
def page(hands: Hands) -> Page:
    if "en_GB" not in spelling.languages():
        pytest.skip("needs pyenchant and an English dictionary")
    hands.window.desk.preferences.spelling = "en_GB"
    text = "Quillfeather was teh first. HRT and Łucja’s colour 🦢 wrod."
    return hands.open(hands.ask(progress_notes.create, "Ada", "free", text).id).page


def test_without_the_extra_nothing_is_marked(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spelling, "enchant", None)
    assert spelling.languages() == []
    hands.window.desk.preferences.spelling = "en_GB"
    page = hands.open(hands.ask(progress_notes.create, "Ada", "free", "Teh wrod.").id).page
    assert marked(page) == []


def test_misspelt_words_are_marked_and_the_clients_name_is_not(page: Page) -> None:
    assert marked(page)[0] == "teh"
    assert not {"Quillfeather", "HRT", "colour", "first"} & set(marked(page))


def test_a_word_being_typed_is_marked_only_when_it_is_done(page: Page, hands: Hands) -> None:
    page.moveCursor(QTextCursor.MoveOperation.End)
    hands.type(" wroong")
    assert "wroong" not in marked(page)
    hands.type(" ")
    assert "wroong" in marked(page)


def test_a_suggestion_is_put_in(page: Page) -> None:
    cursor = QTextCursor(page.document())
    cursor.setPosition(17)
    cursor.select(QTextCursor.SelectionType.WordUnderCursor)
    menu = page.menu_at(cursor)
    meant = next(action for action in menu.actions() if action.text() == "the")
    meant.trigger()
    assert page.text().startswith("Quillfeather was the first.")


def test_ones_own_words_are_kept_in_the_vault_only(page: Page, hands: Hands, personal: Path) -> None:
    page.word_kept.emit("teh")
    hands.settle()
    assert "teh" not in marked(page)
    assert hands.ask(own_words.list_words) == ["teh"]
    assert "note.word_keep" in {line.event for line in hands.ask(log.show)}
    assert not any(b"teh" in path.read_bytes() for path in personal.rglob("*") if path.is_file())


def test_spelling_can_be_turned_off(page: Page, hands: Hands) -> None:
    page.language_chosen.emit("off")
    hands.settle()
    assert marked(page) == []
    assert hands.window.desk.preferences.spelling == "off"


def test_a_computer_without_dictionaries_marks_nothing(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spelling, "languages", list)
    hands.window.desk.preferences.spelling = "en_GB"
    page = hands.open(hands.ask(progress_notes.create, "Ada", "free", "teh wrod").id).page
    assert marked(page) == []


def test_a_language_without_a_dictionary_is_no_error() -> None:
    assert spelling.speller("xx_XX") is None
