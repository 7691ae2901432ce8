"""Verification in the background: after unlocking, when nothing else is asked for, everything is checked.

Once a day is enough, unless the last one found something, or the unlocking had something to say. It waits until it has
been quiet for a while before it begins, longer each time that it was interrupted, so that somebody who works does not
leave a line of an interrupted verification at every pause. Checking when asked begins at once.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from notes.desktop import words
from notes.desktop.desk import Desk, Notice
from notes.desktop.worker import Job
from notes.errors import Cancelled, NotesError, UsageError

if TYPE_CHECKING:
    from notes.practice.checked import Checked
    from notes.practice.practice import Practice
    from notes.practice.verification import Report

QUIET = (2.0, 10.0, 60.0)
"""Seconds without any work after which it begins; the last counts for every later time."""


class Verifying(QObject):
    """One for each unlocked window. `report` is what was found since the unlocking; `saying` stands at the foot."""

    def __init__(self, desk: Desk, quiet: tuple[float, ...] = QUIET, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._quiet = desk, quiet
        self._job: Job | None = None
        self._asked = self._begun = False
        self.report: Report | None = None
        self.at: datetime | None = None
        self.saying = ""

        self.checking = False

    def begin(self) -> None:
        """After unlocking: check if it is due."""
        self._start(asked=False)

    def now(self) -> None:
        """Somebody asked for it. One that has begun goes on; one that waits for a quiet moment makes room."""
        if self._job is None:
            self._start(asked=True)
        elif not self._begun:
            self._asked = True
            self._job.stop()

    def stop(self) -> None:
        """At the lock."""
        if self._job is not None:
            self._job.stop()

    def _start(self, asked: bool) -> None:
        self._asked = False
        begun = 0

        def check(practice: Practice, job: Job) -> Report | Checked:
            nonlocal begun
            from notes.practice import verification

            if not (asked or self._asked):
                last = practice.checked
                if last is not None and not _due(last, practice, self._desk.now()):
                    return last
                if job.stopped.wait(self._quiet[min(begun, len(self._quiet) - 1)]):
                    job.check()
                begun += 1
            self._begun = True
            try:
                return practice.do(verification.verify, self._desk.worker.progress(job))
            finally:
                self._begun = False

        self._job = self._desk.worker.run(
            check,
            then=self._found,
            failed=self._failed,
            progress=self._tell_progress,
            owner=self,
            background=True,
        )
        if asked:
            self._say("Checking the record …", checking=True)

    def _tell_progress(self, what: str, done: int, total: int) -> None:
        self._say(f"Checking the record … {100 * done // total} %" if total else "Checking the record …", checking=True)

    def _found(self, found: Report | Checked) -> None:
        from notes.practice.verification import Report

        self._job = None
        if not isinstance(found, Report):
            self._say(f"Everything checked {words.clock(found.at)}", "good")
            return
        self.report, self.at = found, self._desk.now()
        if found.ok and found.anchored:
            self._say(f"Everything checked {self.at:%H:%M}", "good")
        elif found.ok:
            self._say(f"Checked {self.at:%H:%M}, not anchored", "attention")
        else:
            self._say(f"{words.counted(len(found.problems), 'problem')} found", "alarm")
            self._alarm(found)
        self._desk.verified.emit(found)

    def _alarm(self, report: Report) -> None:
        found = words.counted(len(report.problems), "problem")
        detail = "What it is, and what to do, stands on the screen Access log (Ctrl+4)."
        self._desk.said.emit(Notice(f"The record was checked: {found} found.", detail, "alarm", None, True))

    def _failed(self, error: NotesError) -> None:
        self._job = None
        if isinstance(error, Cancelled) and self._asked:
            self._start(asked=True)
            return
        self._say("Not checked yet", "quiet")
        if not isinstance(error, Cancelled | UsageError):  # stopped by the lock
            self._desk.complain(error)

    def _say(self, text: str, tone: str = "quiet", checking: bool = False) -> None:
        self.saying, self.checking = text, checking
        self._desk.checked.emit(text, tone)


def _due(last: Checked, practice: Practice, now: datetime) -> bool:
    return bool(last.problems or practice.warnings) or words.moment(last.at).date() != now.date()
