"""Settings, checks: verifying everything now, and the second place that remembers the end of the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from notes.desktop import parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.long_work import LongWork
from notes.desktop.notices import in_words
from notes.desktop.worker import Job
from notes.errors import Cancelled, NotesError
from notes.practice import anchoring, verification
from notes.practice.overview import Overview
from notes.practice.verification import Report


class Checks(QWidget):
    """Is everything as it was written, and would an older copy be noticed?"""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setLayout(parts.stacked(self._all(), self._witness(), 0, gap=theme.L))

    def show_overview(self, found: Overview) -> None:
        """Say when it was last verified, and where the end of the log is kept too."""
        last = found.last_verified
        self._last.setText(f"Last done {words.ago(last, self._desk.now())}." if last else "It was never done.")
        self._place.setText(f"Also kept in {found.second_place}" if found.second_place else "On this computer only.")
        self._none.setVisible(bool(found.second_place))

    def _all(self) -> parts.Card:
        card = parts.Card("Verify everything")
        self._last, self.outcome = parts.words("", tone="quiet"), parts.words("")
        self.outcome.hide()
        self.working = LongWork()
        self.verify = parts.button("Verify everything now", self._verify, tone="main")
        card.body.addWidget(
            parts.words("Every page, every line of the access log, every row and signed text, against each other.")
        )
        for thing in (self._last, self.outcome, self.working, self.verify):
            card.body.addWidget(thing)
        return card

    def _verify(self) -> None:
        worker = self._desk.worker

        def verify(practice: Any, job: Job) -> Report:
            report: Report = practice.do(verification.verify, worker.progress(job))
            return report

        self.verify.setEnabled(False)
        self.outcome.hide()
        job = worker.run(
            verify,
            then=self._verified,
            failed=self._failed,
            progress=self.working.tell,
            owner=self,
            name="Verifying",
        )
        self.working.watch(job, "Verifying everything")

    def _verified(self, report: Report) -> None:
        self.working.over()
        self.verify.setEnabled(True)
        self._last.setText("Last done just now.")
        if report.ok:
            counts = f"{words.counted(report.notes, 'note')} and {words.counted(report.log_lines, 'line')} of the log"
            self._tell(f"All as it should be: {counts}.", "good")
            return
        named = "\n".join(f"{p.what.capitalize()} {p.where}: {p.detail}" for p in report.problems[:20])
        more = len(report.problems) - 20
        self._tell(
            f"{words.counted(len(report.problems), 'problem')} found. Keep a copy of the vault's folder as it is, and "
            f"compare it with your last backup.\n{named}" + (f"\n… and {more} more" if more > 0 else ""),
            "alarm",
        )

    def _tell(self, text: str, tone: str) -> None:
        self.outcome.setText(text)
        parts.set_tone(self.outcome, tone)
        self.outcome.show()

    def _failed(self, error: NotesError) -> None:
        self.working.over()
        self.verify.setEnabled(True)
        if isinstance(error, Cancelled):
            self._tell("Stopped before the end.", "quiet")
        else:
            self._tell(in_words(error), "alarm")

    def _witness(self) -> parts.Card:
        card = parts.Card("A second witness")
        card.body.addWidget(
            parts.words(
                "This computer remembers where the access log ended, so that an older copy of the vault is noticed. A "
                "stick or another folder can remember it too. It holds no client data.",
                tone="quiet",
            )
        )
        self._place = parts.words("")
        choose = parts.button("Choose a second place …", self._ask_for_place)
        self._none = parts.button("Keep it here only", lambda: self.set_place(None))
        self._none.hide()
        card.body.addWidget(self._place)
        card.body.addLayout(parts.beside(choose, self._none, 0))
        return card

    def set_place(self, folder: Path | None) -> None:
        """Keep the end of the log in this folder as well."""

        def show(_: None) -> None:
            self._place.setText(f"Also kept in {folder}" if folder else "On this computer only.")
            self._none.setVisible(folder is not None)

        self._desk.do(anchoring.set_second_place, folder, then=show, owner=self, label="Noting the second place")

    def _ask_for_place(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "A second place for the end of the log")
        if chosen:
            self.set_place(Path(chosen))
