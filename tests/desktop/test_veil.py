"""The veil: one key, and nothing of what was on the screen is left to see, to read out or to type into."""

from __future__ import annotations

from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from notes.desktop.palette import Palette
from notes.desktop.screens import SCREENS
from notes.desktop.veil import Veil
from notes.desktop.window import TITLE, Window
from notes.record import reading
from tests.desktop.conftest import PATIENCE


@pytest.fixture
def field(qtbot: QtBot, window: Window) -> QLineEdit:
    """Something to write in, in the middle of the window."""
    assert window.house.current is not None
    made = QLineEdit(window.house.current)
    made.setGeometry(20, 20, 300, 40)
    made.show()
    window.activateWindow()
    made.setFocus()
    return made


@pytest.fixture
def veil(window: Window) -> Veil:
    found = window.findChild(Veil)
    assert found is not None
    return found


def test_everything_is_out_of_view_and_one_colour_with_a_word(window: Window, veil: Veil, field: QLineEdit) -> None:
    field.setText("She laughed about the heron")
    window.desk.action("vault.veil").trigger()
    assert veil.geometry() == window.rect()
    assert not field.isVisible() and not window.menuBar().isVisible()
    seen = window.grab().toImage()
    edge = {seen.pixel(x, y) for x in range(0, seen.width(), 7) for y in (2, seen.height() // 4, seen.height() - 3)}
    assert len(edge) == 1


def test_what_is_typed_meanwhile_goes_nowhere_and_runs_no_command(
    qtbot: QtBot, window: Window, veil: Veil, field: QLineEdit
) -> None:
    ran: list[str] = []
    window.desk.take_up("go.clients", lambda: ran.append("clients"))
    veil.fall()
    focus = QApplication.focusWidget()
    assert focus is veil
    qtbot.keyClicks(focus, "secret")
    qtbot.keyClick(focus, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert veil.isVisible() and field.text() == "" and ran == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_it_lifts_and_one_goes_on_where_one_was(
    qtbot: QtBot, veil: Veil, field: QLineEdit, key: Qt.Key, window: Window
) -> None:
    veil.fall()
    qtbot.keyClick(veil, key)
    assert not veil.isVisible() and field.isVisible() and window.menuBar().isVisible()
    assert QApplication.focusWidget() is field


def test_its_own_keys_and_a_click_lift_it(qtbot: QtBot, veil: Veil, field: QLineEdit) -> None:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    veil.fall()
    qtbot.keyClick(veil, Qt.Key.Key_H, both)
    assert not veil.isVisible()
    veil.fall()
    qtbot.mouseClick(veil, Qt.MouseButton.LeftButton)
    assert not veil.isVisible()


def test_menus_and_the_palette_go_too(qtbot: QtBot, window: Window, veil: Veil, field: QLineEdit) -> None:
    palette = window.findChild(Palette)
    assert palette is not None
    palette.open_up()
    qtbot.waitUntil(lambda: palette._model.rowCount() > 3, timeout=PATIENCE)
    veil.fall()
    assert not palette.isVisible() and palette._rows == []
    veil.lift()
    assert not palette.isVisible()
    menu = QMenu(window)
    menu.addAction("Ada Quillfeather")
    menu.popup(window.mapToGlobal(window.rect().center()))
    veil.fall()
    assert not menu.isVisible()


def test_a_screen_reader_finds_a_word_only(window: Window, veil: Veil, field: QLineEdit) -> None:
    field.setAccessibleName("Ada Quillfeather")
    veil.fall()
    heard: list[str] = []

    def read(widget: object) -> None:
        found = QAccessible.queryAccessibleInterface(widget)  # type: ignore[call-overload]
        for place in range(found.childCount()):
            child = found.child(place)
            if child is not None and not child.state().invisible and child.object() is not None:
                heard.append(child.text(QAccessible.Text.Name))
                read(child.object())

    read(window)
    assert "Hidden" in heard
    assert not [name for name in heard if "Ada" in name or "Today" in name]


def test_it_falls_when_another_program_comes_only_where_that_is_wished(window: Window, veil: Veil) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert not veil.isVisible()
    window.desk.preferences.veil_when_away = True
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert veil.isVisible()


def test_it_grows_with_the_window(window: Window, veil: Veil) -> None:
    veil.fall()
    window.resize(1300, 900)
    assert veil.geometry() == window.rect()


def test_the_title_names_nobody_on_any_screen(qtbot: QtBot, window: Window, ask: Any) -> None:
    note = ask(reading.list_notes)[0]
    of_a_client = {"client": {"client": note.client}, "note": {"note": note.id}, "new_note": {"client": note.client}}
    for screen in SCREENS:
        window.desk.go(screen, **of_a_client.get(screen, {}))
        qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
        assert window.house.current is not None and window.house.current.name == screen
        assert window.windowTitle() == TITLE


def test_it_lifts_also_where_what_was_below_is_gone_by_now(window: Window, veil: Veil, field: QLineEdit) -> None:
    dialog = QDialog(window)
    dialog.show()
    field.setFocus()
    veil.fall()
    for gone in (dialog, field):
        shiboken6.delete(gone)
    veil.lift()
    assert window.house is not None and window.house.isVisible()
    veil.fall()  # and again
    assert not window.house.isVisible()


def test_under_the_veil_it_locks_and_text_that_could_not_be_saved_is_not_behind_an_empty_window(
    qtbot: QtBot, window: Window, veil: Veil
) -> None:
    veil.fall()
    window.desk.before_lock(lambda: window.desk.unsaved.update({1: "Kept in memory."}))
    window.lock()
    assert window.gate.isVisible() and not veil.isVisible()
    qtbot.waitUntil(lambda: not window._locking, timeout=PATIENCE)
    veil.fall()  # somebody goes away before the next veil is there
    window.gate.ready.emit()
    assert window.gate.isVisible()
    assert not window.menuBar().isVisible()


def test_an_answer_that_comes_under_the_veil_does_not_get_the_keys(
    window: Window, veil: Veil, field: QLineEdit
) -> None:
    veil.fall()
    field.setFocus()
    assert QApplication.focusWidget() is veil
    veil.lift()
    assert QApplication.focusWidget() is field


def test_where_nothing_can_take_the_focus_any_more_it_does_not_stay_on_the_veil(
    window: Window, veil: Veil, field: QLineEdit
) -> None:
    field.setFocus()
    veil.fall()
    field.setVisible(False)
    veil._below = [thing for thing in veil._below if thing is not field]
    veil.lift()
    assert QApplication.focusWidget() is not veil
