"""What the window's tests share: a real vault behind a real window, off screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from notes.desktop import theme
from notes.desktop.desk import Desk
from notes.desktop.preferences import Preferences
from notes.desktop.window import Window
from notes.desktop.worker import Opened, Worker
from notes.practice import keyring, opening
from notes.practice.surroundings import this_computer
from notes.vault import slots
from notes.vault.slots import Secret
from tests.conftest import PASSPHRASE

PATIENCE = 20_000
"""Milliseconds for which a test waits for the worker; only a hang takes as long."""


@pytest.fixture(autouse=True)
def widgets_end_with_their_test(qapp: QApplication) -> Iterator[None]:
    """Not in the middle of the next one."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[call-overload]


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    """Of nobody else."""
    return Preferences(tmp_path / "window.ini")


@pytest.fixture
def worker(qapp: QApplication) -> Iterator[Worker]:
    """A worker that ends with the test."""
    made = Worker()
    yield made
    made.stop()


@pytest.fixture
def desk(qapp: QApplication, worker: Worker, preferences: Preferences) -> Desk:
    """A desk without a window; the vault is not open yet."""
    theme.apply(qapp, "light")
    return Desk(worker, preferences)


@pytest.fixture
def ask(qtbot: QtBot, desk: Desk) -> Callable[..., Any]:
    """Runs an operation through the worker, as screens do, and waits for what it gives."""

    def run(operation: Any, *args: Any, **kwargs: Any) -> Any:
        given: list[Any] = []
        desk.do(operation, *args, then=given.append, failed=given.append, **kwargs)
        qtbot.waitUntil(lambda: bool(given), timeout=PATIENCE)
        if isinstance(given[0], Exception):
            raise given[0]
        return given[0]

    return run


@pytest.fixture
def open_desk(qtbot: QtBot, desk: Desk, vault: Path, small_vault: tuple[Path, bytes]) -> Desk:
    """A desk with the small vault open, opened quickly: with its recovery key."""
    given: list[object] = []
    secret = Secret("recovery", bytearray(small_vault[1]))
    desk.worker.unlock(vault, secret, given.append, given.append)
    qtbot.waitUntil(lambda: bool(given), timeout=PATIENCE)
    assert isinstance(given[0], Opened), given
    return desk


@pytest.fixture
def window(qtbot: QtBot, open_desk: Desk, vault: Path) -> Window:
    """The whole window on the small vault, unlocked, on Today. `window.afresh` lists where it was started afresh."""
    afresh: list[Path] = []
    made = Window(open_desk, vault, afresh.append)
    made.afresh = afresh  # type: ignore[attr-defined]
    qtbot.addWidget(made, before_close_func=lambda _: end(qtbot, made))
    made.show()
    made.gate.opened.emit(Opened())
    return made


@pytest.fixture
def key_file(vault: Path, small_vault: tuple[Path, bytes], tmp_path: Path) -> Path:
    """The file without which the vault's passphrase opens it no more."""
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"no holiday at all")
    around = replace(this_computer(), state=None)
    with opening.unlock(vault, Secret("recovery", bytearray(small_vault[1])), surroundings=around) as practice:
        practice.do(keyring.change_passphrase, bytearray(PASSPHRASE), file.read_bytes(), cost=slots.FLOOR)
    return file


@pytest.fixture
def hands(qtbot: QtBot, window: Window, ask: Callable[..., Any]) -> Any:
    """A practitioner at the window (``editor_kit``)."""
    from tests.desktop.editor_kit import Hands

    window.activateWindow()
    return Hands(qtbot, window, ask)


def end(qtbot: QtBot, window: Window) -> None:
    """Close a window, and wait until it has locked and ended."""
    window.desk.lay_everything_down()
    window.desk.unsaved.clear()
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible() and window.desk.worker.idle, timeout=PATIENCE)
