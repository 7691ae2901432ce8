"""What a screen showed is shown again only when the log has its line: nothing stays behind the other screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QPlainTextEdit, QTableView, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from notes.desktop.filter_boxes import ChoiceBox
from notes.desktop.window import Window
from notes.record import clients
from tests.desktop.conftest import PATIENCE


def told_by(screen: QWidget) -> str:
    """Everything the screen holds, shown or not."""
    told = [label.text() for label in screen.findChildren(QLabel)]
    told += [line.text() for line in screen.findChildren(QLineEdit)]
    told += [text.toPlainText() for kind in (QPlainTextEdit, QTextEdit) for text in screen.findChildren(kind)]
    for view in screen.findChildren(QAbstractItemView):
        model = view.model()
        columns = model.columnCount() if isinstance(view, QTableView) else 1
        cells = [(row, column) for row in range(model.rowCount()) for column in range(columns)]
        told += [str(model.index(*cell).data()) for cell in cells]
    return "\n".join(told)


@pytest.mark.parametrize(
    "name, place",
    [
        ("today", {}),
        ("clients", {}),
        ("client", {}),
        ("client", {"tab": "looked"}),
        ("client", {"tab": "details"}),
        ("search", {"words": "heron"}),
        ("log", {}),
    ],
)
def test_nobody_stays_named_on_a_screen_that_was_left(
    qtbot: QtBot, window: Window, ask: Callable[..., Any], name: str, place: dict[str, Any]
) -> None:
    if name == "client":
        place = {"client": ask(clients.open, "Ada Quillfeather").id, **place}
    window.desk.go(name, **place)
    screen = window.house.screens[name]
    qtbot.waitUntil(lambda: "Quillfeather" in told_by(screen), timeout=PATIENCE)
    window.desk.go("settings")
    assert "Quillfeather" not in told_by(screen)
    assert "heron" not in told_by(screen).replace("heron", "", 1 if name == "search" else 0)


def test_the_names_offered_as_a_filter_are_asked_for_again(qtbot: QtBot, window: Window) -> None:
    window.desk.go("search")
    box = window.house.screens["search"].client  # type: ignore[attr-defined]
    assert isinstance(box, ChoiceBox)
    box.setFocus()
    qtbot.waitUntil(lambda: box._names.rowCount() > 0, timeout=PATIENCE)
    window.desk.go("today")
    assert box._names.rowCount() == 0


def test_the_list_of_clients_is_where_it_was_when_one_comes_back(qtbot: QtBot, window: Window) -> None:
    window.desk.go("clients")
    shown = window.house.screens["clients"].list  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: len(shown.rows.rows) > 1, timeout=PATIENCE)
    shown.setCurrentIndex(shown.rows.index(1))
    chosen = shown.current()
    window.desk.go("today")
    window.desk.go("clients")
    qtbot.waitUntil(lambda: len(shown.rows.rows) > 1, timeout=PATIENCE)
    assert shown.current() == chosen
