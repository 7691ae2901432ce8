"""The program with a window: ``notes`` where there is a display."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from notes.desktop import capture, notices, theme
from notes.desktop.desk import Desk
from notes.desktop.idle import on_signals
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
    made.styleHints().colorSchemeChanged.connect(lambda _: theme.apply(made, preferences.scheme))
    return made


def tell_faults(tell: Callable[[BaseException], object]) -> None:
    """A fault in the program is told by its place. Python would print its text, and desktops keep what is printed."""

    def hook(kind: type[BaseException], error: BaseException | None, _: TracebackType | None) -> None:
        error = error or kind()
        print(notices.fault(error).detail, file=sys.stderr)
        tell(error)

    sys.excepthook = hook
    sys.unraisablehook = lambda told: hook(told.exc_type, told.exc_value, told.exc_traceback)


def main(folder: Path | None, sample: bool = False) -> int:
    """Show the window until it is closed. Gives the exit code."""
    process.harden()
    preferences = Preferences()
    if folder is None and not sample:
        folder = next(iter(preferences.recent), None)
    app = application(preferences)
    desk = Desk(Worker(), preferences)
    tell_faults(desk.worker.went_wrong.emit)
    desk.sample = sample and folder is not None
    if desk.sample:
        assert folder is not None
        from notes.desktop import sample_practice

        sample_practice.use(folder)

    def start_afresh(folder: Path) -> None:
        process.replace([str(folder.absolute()), *(["--sample"] if desk.sample else [])])

    window = Window(desk, folder, start_afresh)
    window.system.listen(int(window.winId()))
    app.commitDataRequest.connect(lambda _: window.end_now())
    on_signals(window.close)
    window.show()
    capture.protect(window)
    if sample and folder is None:
        window.first_run.try_sample()
    code = app.exec()
    desk.worker.stop()
    if desk.sample and window.folder is not None:
        from notes.desktop import sample_practice

        sample_practice.throw_away(window.folder)
    return code
