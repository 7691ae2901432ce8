"""The clipboard: plain text, with the signs that keep it out of histories, and gone after a while and at the lock."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QClipboard, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QTextEdit
from pytestqt.qtbot import QtBot

from notes.desktop import capture
from notes.desktop.clipboard import STAYS, Clipboard
from notes.desktop.window import Window
from tests.desktop.conftest import PATIENCE


@pytest.fixture
def board(qapp: QApplication) -> Iterator[QClipboard]:
    found = QGuiApplication.clipboard()
    found.clear()
    yield found
    found.clear()


@pytest.fixture
def guard(board: QClipboard) -> Iterator[Clipboard]:
    made = Clipboard(owns=lambda: True)
    yield made
    made.deleteLater()


def test_what_a_widget_copies_is_marked_as_not_for_histories(qtbot: QtBot, board: QClipboard, guard: Clipboard) -> None:
    field = QLineEdit("two herons")
    qtbot.addWidget(field)
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    there = board.mimeData()
    assert there.text() == "two herons"
    windows = 'application/x-qt-windows-mime;value="{}"'
    signs = {
        "x-kde-passwordManagerHint": b"secret",
        windows.format("ExcludeClipboardContentFromMonitorProcessing"): b"1",
        windows.format("CanIncludeInClipboardHistory"): b"\0\0\0\0",
        windows.format("CanUploadToCloudClipboard"): b"\0\0\0\0",
    }
    assert {sign: there.data(sign).data() for sign in signs} == signs


def test_only_plain_text_is_copied(qtbot: QtBot, board: QClipboard, guard: Clipboard) -> None:
    page = QTextEdit()
    qtbot.addWidget(page)
    page.setHtml("<b>two</b> <a href='https://example.org'>herons</a>")
    page.selectAll()
    page.copy()
    there = board.mimeData()
    assert there.text() == "two herons" and not there.hasHtml()


def test_it_is_cleared_after_a_while(qtbot: QtBot, board: QClipboard) -> None:
    guard = Clipboard(stays=1, owns=lambda: True)
    guard.copy("two herons")
    assert board.text() == "two herons"
    qtbot.waitUntil(lambda: board.text() == "", timeout=PATIENCE)
    assert STAYS == 20_000
    guard.deleteLater()


def test_what_another_program_copied_since_stays(board: QClipboard) -> None:
    guard = Clipboard(owns=lambda: False)
    guard.copy("two herons")
    theirs = QMimeData()
    theirs.setText("a shopping list")
    board.setMimeData(theirs)
    guard.clear()
    assert board.text() == "a shopping list"
    guard.deleteLater()


def test_the_lock_clears_it(qtbot: QtBot, window: Window, board: QClipboard) -> None:
    guard = window.findChild(Clipboard)
    assert guard is not None
    guard.copy("two herons")
    assert board.text() == "two herons"
    window.lock()
    assert board.text() == ""
    qtbot.waitUntil(lambda: bool(window.afresh), timeout=PATIENCE)  # type: ignore[attr-defined]


def test_copying_says_that_it_will_go(qtbot: QtBot, window: Window) -> None:
    guard = window.findChild(Clipboard)
    assert guard is not None
    with qtbot.waitSignal(window.desk.saved) as told:
        guard.copy("two herons")
    assert told.args is not None and "20 seconds" in told.args[0]
    guard.clear()


def test_where_no_window_can_be_kept_out_of_captures_the_command_says_so(qtbot: QtBot, window: Window) -> None:
    assert not capture.protect(window)  # the platform without a screen cannot
    with qtbot.waitSignal(window.desk.said) as told:
        window.desk.action("vault.capture").trigger()
    assert told.args is not None and told.args[0].detail == capture.about()


def test_selecting_with_the_mouse_keeps_no_copy_there_any_longer(
    board: QClipboard, guard: Clipboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of X11 alone: the system of these tests has no selection."""
    cleared: list[object] = []
    yes, nothing = (lambda: True), (lambda: None)
    guard.copy("two herons")
    guard._away.stop()
    x11 = SimpleNamespace(supportsSelection=yes, ownsSelection=yes, mimeData=nothing, clear=cleared.append)
    monkeypatch.setattr(guard, "_board", x11)
    guard._marked()
    assert not guard._away.isActive()
    guard.clear()
    assert cleared == [QClipboard.Mode.Selection]
