"""A click on a row leads where Enter does, and Qt outlives it: where it leads, the list is emptied."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from notes.desktop.palette import Palette
from notes.desktop.window import Window
from notes.record import clients
from tests.desktop.conftest import PATIENCE


def click(lists: list[QListView]) -> None:
    """The first row that can be chosen."""
    rows, chosen = next(
        (rows, index)
        for rows in lists
        for index in (rows.model().index(row, 0) for row in range(rows.model().rowCount()))
        if index.flags() & Qt.ItemFlag.ItemIsSelectable
    )
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(chosen).center())


def gone_to(qtbot: QtBot, window: Window, screen: str) -> None:
    qtbot.waitUntil(lambda: window.house.current.name == screen, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("screen", "place", "leads_to"),
    [
        ("clients", {}, "client"),
        ("client", {}, "note"),
        ("search", {"words": "heron"}, "note"),
        ("today", {}, "note"),
    ],
)
def test_a_click_on_a_row_opens_it(
    qtbot: QtBot, window: Window, ask: Any, screen: str, place: dict[str, Any], leads_to: str
) -> None:
    if screen == "client":
        place = {"client": ask(clients.open, "Ada Quillfeather").id}
    window.desk.go(screen, **place)
    gone_to(qtbot, window, screen)
    click([rows for rows in window.house.current.findChildren(QListView) if rows.isVisible()])
    gone_to(qtbot, window, leads_to)
    assert window.house.lines.shown is None


def test_a_click_in_the_palette_goes_there(qtbot: QtBot, window: Window) -> None:
    window.desk.action("go.palette").trigger()
    palette = window.findChild(Palette)
    assert palette is not None
    qtbot.waitUntil(lambda: palette._model.index(0, 0).data() == "Ada Quillfeather", timeout=PATIENCE)
    click([palette._list])
    gone_to(qtbot, window, "client")
    assert not palette.isVisible()
