"""Settings, backups: where they go and when, making one, seeing that they hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QFileDialog, QListView, QWidget

from notes.desktop import parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.long_work import LongWork
from notes.desktop.notices import plain
from notes.desktop.worker import Job
from notes.errors import Cancelled, NotesError
from notes.exchange import drill_report
from notes.practice import backups, generations, restoring
from notes.practice.generations import Listed
from notes.practice.overview import Overview
from notes.vault.files import write_atomically


class Backups(QWidget):
    """A backup counts only once it was restored in private and verified; this part shows which do."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._vault = ""
        self.setLayout(parts.stacked(self._place(), self._there(), self._rehearsal(), 0, gap=theme.L))
        self._show_folder()

    def show_overview(self, found: Overview) -> None:
        """Say how old the last backup is, and list what lies in the folder."""
        self._vault = found.vault
        now = self._desk.now()
        last = found.last_backup
        self._last.setText(f"The last one was made {words.ago(last, now)}." if last else "There is no backup yet.")
        parts.set_tone(self._last, "quiet" if last else "attention")
        drill = found.last_drill
        self._drilled.setText(
            f"Last rehearsed {words.ago(drill, now)}." if drill else "It was never rehearsed that one can be restored."
        )
        self._list_them()

    # --- making ------------------------------------------------------------------------------------------------

    def _place(self) -> parts.Card:
        card = parts.Card("Backups")
        self._last, self._folder = parts.words(""), parts.words("", tone="quiet")
        choose = parts.button("Choose folder …", self._ask_for_folder)
        self.daily = QCheckBox("Make one each time I open the vault, at most once a day")
        self.daily.setChecked(self._desk.preferences.backup_daily)
        self.daily.toggled.connect(self._set_daily)
        self.make = parts.button("Back up now", self._make, tone="main")
        self.working = LongWork()
        row = parts.beside(gap=theme.M)
        row.addWidget(self._folder, 1)
        row.addWidget(choose)
        card.body.addWidget(self._last)
        card.body.addLayout(row)
        for thing in (self.daily, self.working, self.make):
            card.body.addWidget(thing)
        return card

    def set_folder(self, folder: Path) -> None:
        """Backups go here from now on."""
        self._desk.preferences.backup_folder = folder
        self._show_folder()
        self._list_them()

    def _ask_for_folder(self) -> None:
        start = str(self._desk.preferences.backup_folder or Path.home())
        chosen = QFileDialog.getExistingDirectory(self, "Where backups go", start)
        if chosen:
            self.set_folder(Path(chosen))

    def _show_folder(self) -> None:
        folder = self._desk.preferences.backup_folder
        advice = "Choose a folder, best on another disk. They are encrypted: a folder in a cloud will do as well."
        self._folder.setText(f"They go to {folder}" if folder else advice)
        self.daily.setEnabled(folder is not None)
        for button in (self.make, self.rehearse):
            button.setEnabled(folder is not None and not self.working.at_work)
        self._check.setEnabled(not self.working.at_work)

    def _set_daily(self, wanted: bool) -> None:
        self._desk.preferences.backup_daily = wanted

    def _make(self) -> None:
        folder, worker = self._desk.preferences.backup_folder, self._desk.worker
        if folder is None:
            return
        self._long(
            lambda practice, job: backups.make(practice, folder, progress=worker.progress(job)),
            lambda made: self._good(
                "Backed up, restored in private, and verified.", " ".join(map(plain, made.warnings))
            ),
            "Backing up",
        )

    # --- what is there -----------------------------------------------------------------------------------------

    def _there(self) -> parts.Card:
        card = parts.Card("What is in the folder")
        self.model = QStringListModel(self)
        self._list = QListView()
        self._list.setModel(self.model)
        self._list.setAccessibleName("Backups in the folder")
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setMinimumHeight(theme.TARGET * 4)
        self._rule = parts.words(
            "Kept are the newest of each of the last 7 days, 4 weeks and 12 months that have one.",
            theme.SMALL,
            tone="quiet",
        )
        self._none = parts.words("Nothing yet.", tone="quiet")
        card.body.addWidget(self._none)
        card.body.addWidget(self._list)
        card.body.addWidget(self._rule)
        self._list.hide()
        self.model.modelReset.connect(self._show_or_hide)
        return card

    def _show_or_hide(self) -> None:
        self._list.setVisible(self.model.rowCount() > 0)
        self._none.setVisible(not self.model.rowCount())

    def _list_them(self) -> None:
        folder = self._desk.preferences.backup_folder
        if folder is None:
            return
        self._desk.worker.apart(
            lambda job: generations.listed(folder),
            then=self._show_list,
            failed=lambda error: self.model.setStringList([plain(error.what)]),
            owner=self,
            latest="backups",
        )

    def _show_list(self, found: list[Listed]) -> None:
        today = self._desk.now().date()
        ours = [entry for entry in found if not self._vault or entry.vault[:8] == self._vault[:8]]
        self.model.setStringList([_in_words(entry, words.day_and_clock(entry.made, today)) for entry in ours])

    # --- does it hold? -----------------------------------------------------------------------------------------

    def _rehearsal(self) -> parts.Card:
        card = parts.Card("Would it come back?")
        self._drilled = parts.words("", tone="quiet")
        self._report = parts.words("")
        self._report.setFont(theme.font(theme.SMALL, fixed=True))
        self._report.hide()
        self.rehearse = parts.button("Rehearse a restore", self._drill)
        self._check = parts.button("Check a file …", self._ask_for_file)
        card.body.addWidget(
            parts.words("The newest backup is restored in private and compared with the vault. You get a report.")
        )
        card.body.addWidget(self._drilled)
        card.body.addWidget(self._report)
        card.body.addLayout(parts.beside(self.rehearse, self._check, 0))
        return card

    def _drill(self) -> None:
        folder, vault = self._desk.preferences.backup_folder, self._vault
        if folder is None:
            return
        worker, at = self._desk.worker, self._desk.now().astimezone()

        def drill(practice: Any, job: Job) -> str:
            began, file = time.monotonic(), generations.newest(folder, vault)
            try:
                told = drill_report.passed(practice.do(restoring.drill, file, worker.progress(job)), at)
            except Cancelled:
                raise
            except NotesError as error:
                told = drill_report.failed(error, file.name, at, time.monotonic() - began)
            write_atomically(folder / f"session-notes-drill-{at:%Y-%m-%d-%H%M%S}.txt", told.encode())
            return told

        self._long(drill, self._show_report, "Rehearsing a restore")

    def _show_report(self, told: str) -> None:
        self._report.setText(told)
        self._report.show()
        if "PASSED" in told:
            self._good("The rehearsal went well.", "The report lies beside the backups.")
        else:
            self._desk.say("The rehearsal failed.", "The report below says why.", tone="alarm")

    def _ask_for_file(self) -> None:
        start = str(self._desk.preferences.backup_folder or Path.home())
        chosen, _ = QFileDialog.getOpenFileName(self, "The backup to check", start, "Backups (session-notes-*.tar)")
        if chosen:
            self.check(Path(chosen))

    def check(self, file: Path) -> None:
        """Restore one backup in private and verify it."""
        worker = self._desk.worker
        self._long(
            lambda practice, job: practice.do(restoring.check, file, worker.progress(job)),
            lambda found: self._good("This backup holds.", "Every byte, page, line, row and signed text was checked."),
            "Checking a backup",
        )

    def _long(self, function: Callable[[Any, Job], Any], then: Callable[[Any], None], what: str) -> None:
        def done(result: Any) -> None:
            self._over()
            then(result)

        job = self._desk.worker.run(
            function,
            then=done,
            failed=self._failed,
            progress=self.working.tell,
            owner=self,
            name=what,
            changes=frozenset({"backup"}),
        )
        self.working.watch(job, what)
        self._show_folder()

    def _over(self) -> None:
        self.working.over()
        self._show_folder()

    def _failed(self, error: NotesError) -> None:
        self._over()
        if isinstance(error, Cancelled):
            self._desk.say("Stopped.", "Nothing half-done was kept.")
        else:
            self._desk.complain(type(error)(plain(error.what), plain(error.why), plain(error.hint)))

    def _good(self, text: str, detail: str) -> None:
        self._desk.say(text, detail, tone="good")


def _in_words(entry: Listed, when: str) -> str:
    size = f"{entry.bytes / 10**6:,.1f} MB" if entry.bytes else ""
    kept = f"newest of its {', '.join(entry.kept)}" if entry.kept else "goes with the next backup"
    return "  ·  ".join(filter(None, (when, size, entry.problem or kept)))
