"""The program with a window: ``notes`` where there is a display."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from notes.desktop import theme
from notes.desktop.desk import Desk
from notes.desktop.preferences import Preferences
from notes.desktop.window import TITLE, Window
from notes.desktop.worker import Worker


def application(preferences: Preferences) -> QApplication:
    """The one QApplication, dressed."""
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    made.setApplicationDisplayName(TITLE)
    made.setDesktopFileName("session-notes")
    theme.apply(made, preferences.scheme)
    made.styleHints().colorSchemeChanged.connect(lambda _: theme.apply(made, preferences.scheme))
    return made


def main(folder: Path | None, sample: bool = False) -> int:
    """Show the window until it is closed. Gives the exit code."""
    preferences = Preferences()
    folder = folder or next(iter(preferences.recent), None)
    assert folder is not None
    app = application(preferences)
    desk = Desk(Worker(), preferences)
    desk.sample = sample
    window = Window(desk, folder, start_afresh)
    window.show()
    code = app.exec()
    desk.worker.stop()
    return code


def start_afresh(folder: Path) -> None:
    """Replace this program by a new one at the lock screen: nothing of what was open stays in memory."""
    os.execv(sys.executable, [sys.executable, "-m", "notes.desktop", str(folder)])  # noqa: S606
