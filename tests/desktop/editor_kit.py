"""What the tests of the editor share: the screen of a note, opened in a real window, and hands to type with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from notes.desktop.editor import Editor
from notes.desktop.editor_new import NewNote
from notes.desktop.window import Window
from notes.record import reading
from tests.desktop.conftest import PATIENCE

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Hands:
    """One practitioner at the window."""

    def __init__(self, qtbot: QtBot, window: Window, ask: Callable[..., Any]) -> None:
        self.qtbot, self.window, self.ask = qtbot, window, ask
        self.told: list[str] = []
        self.notices: list[Any] = []
        window.desk.saved.connect(self.told.append)
        window.desk.said.connect(self.notices.append)

    @property
    def editor(self) -> Editor:
        found = self.window.house.screens["note"]
        assert isinstance(found, Editor)
        return found

    def note(self, status: str) -> int:
        return int(next(note.id for note in self.ask(reading.list_notes) if note.status == status))

    def open(self, note: int, **place: Any) -> Editor:
        self.window.desk.go("note", note=note, **place)
        self.wait(lambda: self.editor._note is not None)
        self.settle()
        return self.editor

    def wait(self, until: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(until()), timeout=PATIENCE)

    def settle(self) -> None:
        self.wait(lambda: self.window.desk.worker.idle)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.editor.middle.text_shown(), text)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window.focusWidget() or self.window, key, modifiers)

    def on_disk(self, note: int) -> str:
        """The text as it is in the vault."""
        return str(self.ask(reading.open, note).text)


def new_note(hands: Hands, **place: object) -> NewNote:
    """The screen where a note is begun."""
    hands.window.desk.go("new_note", **place)
    hands.settle()
    screen = hands.window.house.screens["new_note"]
    assert isinstance(screen, NewNote)
    return screen
