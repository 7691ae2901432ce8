"""Settings, bringing in notes: a file or folder is chosen, shown as it was understood, and then brought in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QFileDialog, QHBoxLayout, QListView, QWidget

from notes.desktop import parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.long_work import LongWork
from notes.desktop.notices import in_words, plain
from notes.desktop.worker import EVERYTHING, Job
from notes.errors import Cancelled, NotesError
from notes.exchange import importing, reading_files
from notes.exchange.importing import Imported
from notes.exchange.rows import Reading


class BringIn(QWidget):
    """All or nothing, and nothing twice. Nothing is changed before the preview was seen."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._reading: Reading | None = None
        """What the preview shows."""
        self._job: Job | None = None
        """What reads it, or brings it in."""
        self._bringing = False
        self._path = ""
        self._map: Path | None = None
        self._chosen = parts.words("", tone="quiet")
        self.counts, self._understood = parts.words(""), parts.words("", theme.SMALL, tone="quiet")
        self.model = QStringListModel(self)
        self._rows = QListView()
        self._rows.setModel(self.model)
        self._rows.setAccessibleName("Rows that cannot be brought in, and doubts")
        self._rows.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._rows.setMinimumHeight(theme.TARGET * 5)
        self._rows.setUniformItemSizes(True)
        self.working = LongWork()
        self.go = parts.button("Bring them in", self._bring_in, tone="main")
        self.go.setEnabled(False)
        card = parts.Card("Bring in earlier notes")
        card.body.addWidget(
            parts.words(
                "A table (CSV, as spreadsheets save it), or a folder of Markdown or text files. Each becomes a signed "
                "note of its client. You can also drop it onto this window."
            )
        )
        card.body.addLayout(
            parts.beside(
                parts.button("Choose a table …", self._ask_for_file),
                parts.button("Choose a folder …", self._ask_for_folder),
                0,
            )
        )
        card.body.addLayout(self._how())
        for thing in (self._chosen, self.counts, self._understood, self._rows, self.working, self.go):
            card.body.addWidget(thing)
        self._rows.hide()
        self.setLayout(parts.stacked(card, 0, gap=theme.L))

    def _how(self) -> QHBoxLayout:
        """How a table is read that is not understood by itself."""
        self.encoding = QComboBox()
        self.encoding.addItem("UTF-8, as usual", None)
        for encoding in reading_files.TRIED:
            self.encoding.addItem(encoding, encoding)
        self.encoding.setAccessibleName("Encoding")
        self.encoding.activated.connect(self._again)
        label = parts.words("Encoding", wrap=False)
        label.setBuddy(self.encoding)
        self._mapped = parts.words("", tone="quiet")
        self._no_map = parts.button("Without the map file", lambda: self.map_with(None), tone="link")
        self._no_map.hide()
        choose = parts.button("Choose a map file …", self._ask_for_map)
        choose.setToolTip("A text file that says which column is what")
        return parts.beside(choose, self._mapped, self._no_map, 0, label, self.encoding)

    def map_with(self, file: Path | None) -> None:
        """Let this file say which column is what; None: as the columns' names say."""
        self._map = file
        self._mapped.setText(file.name if file else "")
        self._no_map.setVisible(file is not None)
        self._again()

    def _again(self) -> None:
        if self._path:
            self.choose(self._path)

    def choose(self, path: str) -> None:
        """Read a file or folder, and show what would come of it."""
        if self._bringing:
            self._desk.say("Notes are being brought in just now.", "Choose again when that is done.", tone="attention")
            return
        place, worker, self._path = Path(path), self._desk.worker, path
        map_file, encoding = self._map, self.encoding.currentData()
        self._reading = None
        self._chosen.setText(place.name)
        self.counts.clear()
        self._understood.clear()
        self.go.setEnabled(False)
        self._rows.hide()
        job = worker.apart(
            lambda job: importing.read(place, map_file, encoding),
            then=lambda reading: self._read(job, reading),
            failed=self._failed,
            progress=self.working.tell,
            owner=self,
            name="Reading",
            latest="import",
        )
        self._job = job
        self.working.watch(job, "Reading")

    def _ask_for_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "The table", str(Path.home()), "Tables (*.csv *.tsv *.txt)")
        if chosen:
            self.choose(chosen)

    def _ask_for_map(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "The map file", str(Path.home()), "Map files (*.toml *.txt)")
        if chosen:
            self.map_with(Path(chosen))

    def _ask_for_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "The folder of notes", str(Path.home()))
        if chosen:
            self.choose(chosen)

    def _read(self, job: Job, reading: Reading) -> None:
        preview, name = lambda found: self._preview(job, reading, found), "Looking it over"
        failed = lambda error: self._failed(error) if job is self._job else None  # noqa: E731
        if job.stopped.is_set():
            self._failed(Cancelled("It was stopped.", "", "Nothing was brought in."))
        else:
            self._desk.do(importing.preview, reading, then=preview, failed=failed, owner=self, label=name)

    def _preview(self, job: Job, reading: Reading, found: Imported) -> None:
        if job is not self._job:  # another one is being read by now
            return
        if job.stopped.is_set():
            self._failed(Cancelled("It was stopped.", "", "Nothing was brought in."))
            return
        self._reading = reading
        self.working.over()
        self._show(found, "It would bring in")
        self.go.setEnabled(found.notes > 0)
        if found.notes:
            parts.focus(self.go)

    def _show(self, found: Imported, did: str) -> None:
        new = f", {words.counted(found.clients, 'new client')}" if found.clients else ""
        sessions = f" in {words.counted(found.sessions, 'session')}" if found.sessions else ""
        self.counts.setText(
            f"{did} {words.counted(found.notes, 'note')}{sessions}{new}. "
            f"{found.skipped:,} were there already, {(found.rejected and len(found.rejected)) or 0:,} cannot be taken."
        )
        self._understood.setText("\n".join(f"{column}: {taken}" for column, taken in found.understood.items()))
        told = [f"{rejected.line}: {plain(rejected.why)}" for rejected in found.rejected]
        told += [f"Doubtful: {doubt}" for doubt in found.doubtful]
        told += [f"New client: {name}" for name in found.new_clients]
        self.model.setStringList(told)
        self._rows.setVisible(bool(told))

    def _bring_in(self) -> None:
        reading, worker = self._reading, self._desk.worker
        if reading is None:
            return

        def bring_in(practice: Any, job: Job) -> Imported:
            tell = worker.progress(job)
            done: Imported = practice.do(
                importing.bring_in, reading, lambda count, total: tell("bringing in", count, total)
            )
            return done

        self.go.setEnabled(False)
        self._bringing = True
        job = worker.run(
            bring_in,
            then=self._done,
            failed=self._failed,
            progress=self.working.tell,
            owner=self,
            name="Bringing in notes",
            changes=EVERYTHING,
        )
        self.working.watch(job, "Bringing in notes")

    def _done(self, found: Imported) -> None:
        self.working.over()
        self._bringing = False
        self._reading, self._path = None, ""
        self._show(found, "Brought in")
        self._desk.say(f"{words.counted(found.notes, 'note')} brought in.", tone="good")

    def _failed(self, error: NotesError) -> None:
        self.working.over()
        self._bringing = False
        self.go.setEnabled(self._reading is not None)
        if isinstance(error, Cancelled):
            self._desk.say("Stopped.", "Nothing was brought in.")
        else:
            self.counts.setText(in_words(error))
