"""Restoring a backup as a new vault: which file, into which folder, and what opened the vault when it was made."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from notes.desktop import parts, theme
from notes.desktop.desk import Desk
from notes.desktop.long_work import LongWork
from notes.desktop.notices import in_words
from notes.desktop.opening_fields import OpeningFields
from notes.desktop.worker import Job
from notes.errors import Cancelled, NotesError


class RestoreCard(QWidget):
    """Nothing is ever restored over anything: the vault appears in a folder of its own, verified, or not at all."""

    restored = Signal(object)
    """The folder of the restored vault."""
    called_off = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._file: Path | None = None
        self._folder: Path | None = None
        self._file_told, self._folder_told = (
            parts.words("No backup chosen.", tone="quiet"),
            parts.words("", tone="quiet"),
        )
        self._fields = OpeningFields()
        self._fields.entered.connect(self._restore)
        self._trouble = parts.words(tone="alarm")
        self._trouble.hide()
        self._work = LongWork()
        self._go = parts.button("Restore", self._restore, tone="main")
        self._go.setEnabled(False)
        choose = parts.button("Choose the backup …", self._ask_for_file)
        card = parts.Card("Restore a backup")
        card.body.addWidget(
            parts.words("It opens with the passphrase, or recovery key, of the day it was made.", tone="quiet")
        )
        card.body.addLayout(parts.beside(self._file_told, 0, choose))
        for thing in (self._folder_told, self._fields, self._trouble, self._work):
            card.body.addWidget(thing)
        card.body.addLayout(parts.beside(self._fields.way, self._fields.file, 0))
        card.body.addLayout(parts.beside(0, parts.button("Back", self._call_off), self._go))
        self._folder_told.hide()
        self.setLayout(parts.stacked(card, 0, gap=theme.L))
        self.setFocusProxy(choose)

    def choose(self, file: Path, into: Path | None = None) -> None:
        """Take this backup, and restore it into a folder that does not exist yet."""
        beside = self._desk.preferences.recent
        place = beside[0].parent if beside else file.parent
        self._file, self._folder = file, into or _free(place / "Restored.vault")
        self._file_told.setText(file.name)
        self._folder_told.setText(f"It will be in {self._folder}")
        self._folder_told.show()
        self._go.setEnabled(True)
        self._fields.setFocus()

    def _ask_for_file(self) -> None:
        start = str(self._desk.preferences.backup_folder or Path.home())
        chosen, _ = QFileDialog.getOpenFileName(
            self, "The backup", start, "Backups (session-notes-*.tar);;All files (*)"
        )
        if chosen:
            self.choose(Path(chosen))

    def _call_off(self) -> None:
        self._work.stop()
        self._fields.begin()
        self.called_off.emit()

    def _restore(self) -> None:
        if self._file is None or self._folder is None or not self._go.isEnabled():
            return
        file, folder, worker = self._file, self._folder, self._desk.worker
        try:
            secret = self._fields.take()
        except NotesError as error:
            self._failed(error)
            return

        def restore(job: Job) -> Path:
            from notes.practice import restoring
            from notes.practice.surroundings import this_computer
            from notes.vault import keys

            around = this_computer()
            try:
                restoring.restore(
                    file, folder, secret, face="window", surroundings=around, progress=worker.progress(job)
                )
            finally:
                keys.wipe(secret.value)
            return folder

        self._go.setEnabled(False)
        self._trouble.hide()
        job = worker.apart(
            restore,
            then=self.restored.emit,
            failed=self._failed,
            progress=self._work.tell,
            owner=self,
            name="Restoring",
        )
        self._work.watch(job, "Restoring")

    def _failed(self, error: NotesError) -> None:
        self._work.over()
        self._go.setEnabled(True)
        if not isinstance(error, Cancelled):
            self._trouble.setText(in_words(error))
            self._trouble.show()


def _free(folder: Path) -> Path:
    """A name that is not taken."""
    number, found = 1, folder
    while found.exists():
        number += 1
        found = folder.with_name(f"{folder.stem} {number}{folder.suffix}")
    return found
