"""A text for reading is inert: it loads nothing, opens nothing, dresses nothing up."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from notes.desktop.reading_view import Inert, ReadingView
from tests.desktop.editor_kit import Hands


@pytest.fixture
def view(qtbot: QtBot, window: object) -> ReadingView:
    made = ReadingView("for a test")
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b>",
        "<img src='file:///etc/hostname'>",
        "<script>alert(1)</script>",
        "<div style='color:red'>x</div>",
        "<a href='x'>y</a>",
    ],
)
def test_html_is_shown_as_the_letters_it_is(view: ReadingView, text: str) -> None:
    view.read(text)
    assert view.toPlainText() == text
    assert "\ufffc" not in view.document().toRawText()


def red_picture(folder: Path) -> Path:
    path = folder / "red.png"
    picture = QImage(200, 200, QImage.Format.Format_RGB32)
    picture.fill("#ff0000")
    assert picture.save(str(path))
    return path


def test_a_picture_named_in_a_text_is_not_loaded(view: ReadingView, tmp_path: Path) -> None:
    path = red_picture(tmp_path)
    view.read(
        f"![p]({path})\n\n![p](file://{path})\n\n![p](data:image/png;base64,iVBORw0KGgo=)\n\n![p](http://x/y.png)"
    )
    QTest.qWait(50)
    seen = view.grab().toImage()
    reds = [
        (x, y)
        for x in range(0, seen.width(), 3)
        for y in range(0, seen.height(), 3)
        if seen.pixelColor(x, y).red() > 200 and seen.pixelColor(x, y).green() < 60
    ]
    assert reds == []


def test_a_document_asked_for_anything_gives_nothing(tmp_path: Path, view: ReadingView) -> None:
    url = QUrl.fromLocalFile(str(red_picture(tmp_path)))
    picture = Inert().resource(QTextDocument.ResourceType.ImageResource.value, url)
    assert picture.width() == 1
    assert not bytes(Inert().resource(QTextDocument.ResourceType.StyleSheetResource.value, url))


def test_a_link_opens_nothing(view: ReadingView, qtbot: QtBot) -> None:
    view.read("[a link](file:///etc/hostname) and https://example.org")
    assert not view.openLinks() and not view.openExternalLinks()
    html = QTextDocument.ResourceType.HtmlResource.value
    assert bytes(view.loadResource(html, QUrl("file:///etc/hostname"))) == b""  # type: ignore[arg-type]


def test_lines_stay_where_they_were_typed(view: ReadingView) -> None:
    view.read("one\ntwo\n- a\n- b\n\n## Head\nbelow\n\n```\nx\ny\n```\nafter")
    assert view.toPlainText().split("\n") == ["one", "two", "a", "b", "Head", "below", "x", "y", "after"]


def test_the_reading_view_of_a_draft_is_of_what_is_typed_now(hands: Hands) -> None:
    editor = hands.open(hands.note("draft"))
    hands.type("*Soft* ")
    editor.note_read()
    assert editor.reading.toPlainText().startswith("Soft A thought")
