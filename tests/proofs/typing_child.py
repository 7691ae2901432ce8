"""Types in the real window, off screen, and tells each key and each acknowledged save. Killed from outside.

Takes the vault and the recovery key. Loading Qt and the program takes longer than most rounds, so this one process
forks before there is a window: each line on standard input begins one more child that types until it is killed.

Lines told, with the computer's monotonic time: ``child PID``, ``key N T`` (N characters of this round are typed),
``saved N T`` (the window says that N characters of this round are on disk).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from notes.desktop import app, editor, house, window  # noqa: F401  (loaded before the fork)
from notes.desktop.desk import Desk
from notes.desktop.preferences import Preferences
from notes.desktop.worker import Worker
from notes.practice import opening  # noqa: F401
from notes.record import reading
from notes.vault.slots import Secret

BETWEEN = 12
"""Milliseconds between two keys: faster than anybody types, and never a pause."""


def text_of(round_: str) -> str:
    """What is typed in a round."""
    return f"round {round_}: " + " ".join(str(number) for number in range(1, 2000))


def serve(vault: Path, key: str, settings: Path) -> None:
    """For each line: fork, say the child's number, and wait for its end."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.alarm(120)
            try:
                type_away(vault, key, settings, line.strip())
            finally:
                os._exit(9)
        os.waitpid(child, 0)
        os.write(1, b"over\n")


def type_away(vault: Path, key: str, settings: Path, round_: str) -> None:
    """Unlock, open the draft, and type over what is there, for ever."""
    os.write(1, f"child {os.getpid()}\n".encode())
    application = app.application(Preferences(settings))
    desk = Desk(Worker(), Preferences(settings))
    shown = window.Window(desk, vault, lambda _: None)
    shown.show()
    given: list[Any] = []
    desk.worker.unlock(vault, Secret("recovery", bytearray.fromhex(key)), given.append, given.append)
    wait(application, lambda: bool(given))
    shown.gate.opened.emit(given[0])
    desk.do(reading.list_notes, status="draft", then=given.append, failed=given.append)
    wait(application, lambda: len(given) > 1)
    desk.go("note", note=given[1][0].id)
    screen: Any = shown.house.screens["note"]
    wait(application, lambda: screen._spell is not None)
    page, wanted = screen.page, text_of(round_)

    def acknowledged(told: str) -> None:
        on_disk = screen._spell._pen.on_disk
        if told.startswith("Saved") and wanted.startswith(on_disk):
            os.write(1, f"saved {len(on_disk)} {time.monotonic()}\n".encode())

    desk.saved.connect(acknowledged)
    cursor = page.textCursor()
    cursor.select(QTextCursor.SelectionType.Document)
    page.setTextCursor(cursor)
    keys(page, wanted)


def keys(page: QWidget, wanted: str) -> None:
    """One key after the other, each told once the page has taken it."""
    for number, letter in enumerate(wanted, 1):
        QTest.keyClick(page, letter)
        os.write(1, f"key {number} {time.monotonic()}\n".encode())
        QTest.qWait(BETWEEN)


def wait(application: QApplication, until: Any) -> None:
    """Let the window live until something is so."""
    while not until():
        application.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
