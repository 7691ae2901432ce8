"""The backup that makes itself: after the vault was opened, at most once a day, while nobody is writing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from notes.desktop.desk import Desk, Notice
from notes.desktop.notices import in_words
from notes.desktop.worker import Job
from notes.errors import Cancelled, NotesError

LOOK = 5_000
"""Milliseconds between two looks whether it is quiet."""
QUIET = 20.0
"""Seconds without a key or the mouse after which it is begun."""


class DailyBackup(QObject):
    """`quiet` gives the seconds since the last key or movement."""

    def __init__(self, desk: Desk, quiet: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._quiet = desk, quiet
        self._timer = QTimer(self, interval=LOOK)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """The vault is open; look from now on, if it is wanted."""
        if self._desk.preferences.backup_daily and self._desk.preferences.backup_folder and not self._desk.sample:
            self._timer.start()

    def end(self) -> None:
        """The vault is locked."""
        self._timer.stop()

    def look(self) -> None:
        """Begin it, if it is quiet."""
        folder, worker = self._desk.preferences.backup_folder, self._desk.worker
        if self._quiet() < QUIET or not worker.idle or folder is None:
            return
        self._timer.stop()
        today = self._desk.now().date()

        def make(practice: Any, job: Job) -> bool:
            return back_up(practice, folder, today, worker.progress(job))

        worker.run(
            make,
            then=lambda done: None if done else self._timer.start(),
            failed=self._failed,
            owner=self,
            name="Backing up",
            background=True,
            changes=frozenset({"backup"}),
        )

    def _failed(self, error: NotesError) -> None:
        if not isinstance(error, Cancelled):
            told = in_words(error)
            self._desk.said.emit(
                Notice(
                    "Today's backup could not be made.",
                    told,
                    "attention",
                    lambda: self._desk.go("settings", part="backups"),
                    True,
                    "See the backups",
                )
            )


def back_up(practice: Any, folder: Path, today: date, progress: Callable[[str, int, int], None]) -> bool:
    """Make today's backup unless there is one. False when it made room for something more urgent."""
    from notes.practice import backups, generations

    try:
        newest = next((b for b in generations.listed(folder) if practice.vault_id.startswith(b.vault[:8])), None)
        made = datetime.fromisoformat(newest.made).astimezone().date() if newest and not newest.problem else None
        if made != today:
            backups.make(practice, folder, progress=progress)
    except Cancelled:
        return False
    return True
