"""The walk of one note in the window, by keyboard alone: written, locked in mid-sentence, gone on with, signed,
amended, found, looked up in the log, backed up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from notes.desktop import theme
from notes.desktop.desk import Desk
from notes.desktop.preferences import Preferences
from notes.desktop.window import Window
from notes.desktop.worker import Worker
from notes.practice import opening, verification
from notes.record import clients, reading
from notes.vault.slots import Secret
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import PATIENCE

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier


class Seat:
    """Somebody at the keyboard, from the lock screen on. `left` is where the program started afresh."""

    def __init__(self, qtbot: QtBot, preferences: Preferences, vault: Path) -> None:
        self._qtbot = qtbot
        self.left: list[Path] = []
        self.desk = Desk(Worker(), preferences)
        self.window = Window(self.desk, vault, self.left.append)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        self.type(PASSPHRASE.decode())
        self.press(Key.Key_Return)
        self.wait(lambda: self.window.house is not None)
        self.settle()

    def type(self, text: str) -> None:
        """Letters go where the focus is."""
        for letter in text:
            QTest.keyClicks(self.window.focusWidget(), letter)

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = PLAIN) -> None:
        """One key, with what is held down."""
        QTest.keyClick(self.window.focusWidget() or self.window, key, held)

    def wait(self, until: Callable[[], object]) -> None:
        """Until it is so."""
        self._qtbot.waitUntil(lambda: bool(until()), timeout=PATIENCE)

    def settle(self) -> None:
        """Until everything asked for is answered and shown."""
        self.wait(lambda: self.desk.worker.idle)
        QApplication.processEvents()

    def on(self, screen: str) -> bool:
        """Whether this screen is in front, and has what it asked for."""
        return (
            self.window.house.current is not None and self.window.house.current.name == screen and self.desk.worker.idle
        )


@pytest.fixture
def sit_down(qtbot: QtBot, qapp: QApplication, preferences: Preferences, vault: Path) -> Iterator[Callable[[], Seat]]:
    """Gives a fresh program at its lock screen, unlocked by typing."""
    theme.apply(qapp, "light")
    seats: list[Seat] = []

    def start() -> Seat:
        seats.append(Seat(qtbot, preferences, vault))
        return seats[-1]

    yield start
    for seat in seats:
        seat.desk.worker.stop()


def test_the_whole_story_without_a_mouse(
    sit_down: Callable[[], Seat], preferences: Preferences, vault: Path, tmp_path: Path, small_vault: tuple[Path, bytes]
) -> None:
    (tmp_path / "stick").mkdir()
    preferences.backup_folder = tmp_path / "stick"
    seat = sit_down()
    seat.press(Key.Key_N, CTRL | SHIFT)
    seat.type("Cleo Marsh")
    seat.press(Key.Key_Return)
    seat.wait(lambda: seat.on("client"))
    seat.press(Key.Key_N, CTRL)
    seat.wait(lambda: seat.on("new_note"))
    seat.press(Key.Key_Return)
    seat.wait(lambda: seat.on("note"))
    seat.type("She hummed on the way out, for the fir")
    seat.press(Key.Key_L, CTRL)
    seat.wait(lambda: seat.left)

    seat = sit_down()
    seat.wait(lambda: seat.on("note"))
    seat.type("st time.")
    seat.press(Key.Key_Return, CTRL)
    seat.settle()
    seat.press(Key.Key_Return)
    seat.wait(lambda: seat.window.house.screens["note"]._note.status == "signed")  # type: ignore[attr-defined]
    seat.press(Key.Key_A, CTRL | SHIFT)
    seat.settle()
    seat.type("a slip of the pen")
    seat.press(Key.Key_Return)
    seat.wait(lambda: seat.window.house.screens["note"].amending.spell is not None)  # type: ignore[attr-defined]
    seat.type("Twice: ")
    seat.press(Key.Key_Return, CTRL)
    last_look = seat.window.house.screens["note"].middle.last_look  # type: ignore[attr-defined]
    seat.wait(lambda: seat.window.focusWidget() is last_look.sign)
    seat.press(Key.Key_Return)
    seat.wait(lambda: seat.window.house.screens["note"]._note.version == 2)  # type: ignore[attr-defined]

    seat.press(Key.Key_F, CTRL | SHIFT)
    seat.wait(lambda: seat.on("search"))
    seat.type("hummed")
    seat.wait(lambda: seat.window.house.current.list.model().rowCount() == 1)  # type: ignore[union-attr]
    seat.press(Key.Key_Return)
    seat.wait(lambda: seat.on("note"))
    seat.press(Key.Key_K, CTRL)
    seat.settle()
    seat.type("cleo")
    seat.press(Key.Key_Return)
    seat.wait(lambda: seat.on("client"))
    seat.press(Key.Key_L, CTRL | SHIFT)
    looked = seat.window.house.screens["client"].looked.rows  # type: ignore[attr-defined]
    seat.wait(lambda: any("amended note" in row.title for row in looked.rows))

    seat.press(Key.Key_B, CTRL | SHIFT)
    seat.wait(lambda: seat.on("settings"))
    for _ in range(30):
        if seat.window.focusWidget() is seat.window.house.screens["settings"].backups.make:  # type: ignore[attr-defined]
            break
        seat.press(Key.Key_Tab)
    seat.press(Key.Key_Return)
    seat.wait(lambda: seat.desk.worker.idle and list((tmp_path / "stick").glob("*.tar")))
    seat.press(Key.Key_L, CTRL)
    seat.wait(lambda: seat.left)

    with opening.unlock(vault, Secret("recovery", bytearray(small_vault[1]))) as practice:
        assert practice.do(verification.verify).ok
        cleo = practice.do(clients.open, "Cleo Marsh")
        note = practice.do(reading.open, practice.do(reading.list_notes, cleo.id)[0].id)
    assert (note.status, note.version, note.reason) == ("signed", 2, "a slip of the pen")
    assert "She hummed on the way out, for the first time." in note.text
