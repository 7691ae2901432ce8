"""The palette: few letters find a client or a command, and no name stays when it closes."""

from __future__ import annotations

from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot

from notes.desktop.desk import Desk
from notes.desktop.matching import fit, plain
from notes.desktop.palette import Palette
from notes.practice import log
from notes.record import clients
from tests.desktop.conftest import PATIENCE


@pytest.fixture
def frame(qtbot: QtBot, open_desk: Desk) -> QMainWindow:
    made = QMainWindow()
    field = QLineEdit()
    made.setCentralWidget(field)
    qtbot.addWidget(made)
    made.resize(900, 600)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    field.setFocus()
    return made


@pytest.fixture
def palette(qtbot: QtBot, open_desk: Desk, frame: QMainWindow) -> Palette:
    open_desk.take_up("go.today", lambda: open_desk.go("today"))
    open_desk.take_up("vault.lock", lambda: open_desk.go("locked"))
    made = Palette(open_desk, frame)
    made.open_up()
    qtbot.waitUntil(lambda: "Ada Quillfeather" in texts(made), timeout=PATIENCE)
    return made


def texts(palette: Palette) -> list[str]:
    return [palette._model.index(row, 0).data() for row in range(palette._model.rowCount())]


def test_before_anything_is_typed_it_shows_recent_clients_then_commands_in_force(palette: Palette) -> None:
    assert texts(palette) == ["Ada Quillfeather", "Bruno Østergård", "Today", "Lock"]


def test_letters_in_order_find_a_client_and_enter_opens_it(
    qtbot: QtBot, palette: Palette, open_desk: Desk, ask: Any
) -> None:
    qtbot.keyClicks(palette._box, "ostg")
    assert texts(palette) == ["Bruno Østergård"]
    palette._box.clear()
    qtbot.keyClicks(palette._box, "quil")
    with qtbot.waitSignal(open_desk.went) as went:
        qtbot.keyClick(palette._box, Qt.Key.Key_Return)
    assert went.args == ["client", {"client": ask(clients.open, "Ada").id}]
    assert not palette.isVisible()


def test_control_enter_begins_a_note_for_the_client(qtbot: QtBot, palette: Palette, open_desk: Desk, ask: Any) -> None:
    qtbot.keyClicks(palette._box, "ada")
    with qtbot.waitSignal(open_desk.went) as went:
        qtbot.keyClick(palette._box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert went.args == ["new_note", {"client": ask(clients.open, "Ada").id}]


def test_arrows_choose_and_commands_run(qtbot: QtBot, palette: Palette, open_desk: Desk) -> None:
    for _ in range(2):
        qtbot.keyClick(palette._box, Qt.Key.Key_Down)
    assert palette._box.accessibleDescription() == "Today, Ctrl+1"
    with qtbot.waitSignal(open_desk.went) as went:
        qtbot.keyClick(palette._box, Qt.Key.Key_Return)
    assert went.args == ["today", {}]


def test_escape_closes_it_and_the_focus_is_back_where_it_was(
    qtbot: QtBot, palette: Palette, frame: QMainWindow
) -> None:
    qtbot.keyClick(palette._box, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert QApplication.focusWidget() is frame.centralWidget()


def test_no_name_stays_when_it_closes(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(palette._box, "ada")
    palette.close_up()
    assert palette._rows == [] and texts(palette) == [] and palette._box.text() == ""


def test_a_click_beside_it_closes_it(qtbot: QtBot, palette: Palette) -> None:
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=palette.rect().bottomLeft())
    assert not palette.isVisible()


def test_names_that_come_too_late_are_dropped(qtbot: QtBot, open_desk: Desk, frame: QMainWindow, ask: Any) -> None:
    palette = Palette(open_desk, frame)
    palette.open_up()
    palette.close_up()
    ask(log.show, limit=1)  # by now the names have been read
    assert palette._rows == []


def test_opening_it_leaves_one_line(palette: Palette, ask: Any) -> None:
    lines = ask(log.show, event="client.list")
    assert [line.counts for line in lines] == [{"clients": 2, "tags": 1}]


@pytest.mark.parametrize(
    "typed, best_first",
    [
        ("ann", ["Ann Lee", "Joanne Smith"]),
        ("smi", ["Joanne Smith", "Ismail Ibn Said"]),
        ("js", ["Joanne Smith", "Josie"]),
        ("jo sm", ["Joanne Smith"]),
        ("jnsth", ["Joanne Smith"]),
        ("ost", ["Bruno Østergård".replace("Ø", "Ö")]),
    ],
)
def test_names_are_found_best_first(typed: str, best_first: list[str]) -> None:
    names = ["Joanne Smith", "Josie", "Ann Lee", "Ismail Ibn Said", "Bruno Östergård"]
    fits = sorted((found, name) for name in names if (found := fit(plain(typed), plain(name))) is not None)
    assert [name for _, name in fits][: len(best_first)] == best_first


def test_what_does_not_fit_is_not_found() -> None:
    assert fit("xyz", "joanne smith") is None
    assert fit("htims", "joanne smith") is None


def test_it_closes_also_where_what_had_the_focus_is_gone_by_now(
    qtbot: QtBot, palette: Palette, frame: QMainWindow
) -> None:
    palette.close_up()
    field = QLineEdit(frame)
    field.show()
    field.setFocus()
    palette.open_up()
    shiboken6.delete(field)
    palette.close_up()
    assert not palette.isVisible()
