"""The program with a window: ``notes`` where there is a display."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication

from notes.desktop import faults, icons, theme
from notes.desktop.desk import Desk
from notes.desktop.preferences import Preferences
from notes.desktop.window import TITLE, Window
from notes.desktop.worker import Worker
from notes.vault import process


def application(preferences: Preferences) -> QApplication:
    """The one QApplication, dressed."""
    # Qt's file dialog keeps the folders visited in a file of its own, and folders are called after clients.
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, os.devnull)
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    theme.set_text_size(made, preferences.text_size)
    made.setApplicationDisplayName(TITLE)
    made.setDesktopFileName("session-notes")
    theme.apply(made, preferences.scheme)
    made.setWindowIcon(icons.icon("notebook", "accent"))
    made.styleHints().colorSchemeChanged.connect(lambda _: theme.apply(made, preferences.scheme))
    return made


def on_signals(end: Callable[[], object]) -> None:
    """Run `end` when the system asks the program to end. Python looks at signals between two steps, so at each tick."""
    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: end())


def lock_with_the_system(window: Window) -> None:
    """Lock when the computer is about to sleep, or its screen or session is locked."""
    from notes.desktop.idle import System  # read only now: the lock screen does not wait for it

    system = System(window)
    system.lock_wanted.connect(window.lock)
    system.listen(int(window.winId()))


def main(folder: Path | None, sample: bool = False, restore: bool = False) -> int:
    """Show the window until it is closed; with `restore`, where a backup is restored. Gives the exit code."""
    process.harden()
    preferences = Preferences()
    if folder is None and not sample:
        folder = next(iter(preferences.recent), None)
    app = application(preferences)
    desk = Desk(Worker(), preferences)
    faults.tell(desk.worker.went_wrong.emit)
    desk.sample = sample and folder is not None
    if desk.sample:
        assert folder is not None
        from notes.desktop import sample_practice

        sample_practice.use(folder)

    def start_afresh(folder: Path | None) -> None:
        was = folder or window.folder
        assert was is not None  # there was a vault to lock
        asked = [*(["--restore"] if folder is None else []), *(["--sample"] if desk.sample else [])]
        process.replace([str(was.absolute()), *asked])  # the folder first: it says that the window is meant

    window = Window(desk, None if restore else folder, start_afresh)
    window.furnished.connect(lambda: lock_with_the_system(window), Qt.ConnectionType.SingleShotConnection)
    app.commitDataRequest.connect(lambda _: window.end_now())
    on_signals(window.close)
    window.show()
    from notes.desktop import capture  # read only now: the lock screen does not wait for it

    capture.protect(window)
    if restore:
        window.first_run.restore()
    elif sample and folder is None:
        window.first_run.try_sample()
    code = app.exec()
    desk.worker.stop()
    if desk.sample and window.folder is not None:
        from notes.desktop import sample_practice

        sample_practice.throw_away(window.folder)
    return code
