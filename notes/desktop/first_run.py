"""Before there is a vault: make one, open one, try the sample practice, restore a backup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QWidget

from notes.desktop import parts, sample_practice, theme
from notes.desktop.choose_passphrase import ChoosePassphrase
from notes.desktop.desk import Desk
from notes.desktop.long_work import LongWork
from notes.desktop.notices import in_words
from notes.desktop.recovery_card import RecoveryCard
from notes.desktop.restore_card import RestoreCard
from notes.desktop.worker import Job
from notes.errors import Cancelled, NotesError

WIDTH = 640
STEPS = ("The practice", "The passphrase", "The recovery sheet")


class FirstRun(QWidget):
    """A calm column: the ways to begin, then the steps to a new vault."""

    chosen = Signal(object)
    """The folder of the vault to open."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._made: Path | None = None
        self._slot = ""
        self._named_by_hand = False
        self._where_am_i = parts.words("", theme.SMALL, tone="quiet")
        self._trouble = parts.words(tone="alarm")
        self.start, self.practice_page, self.passphrase_page = self._start(), self._practice(), self._passphrase()
        self._sheet_page, self._restore_page = QWidget(), RestoreCard(desk)
        self._sheet_room = parts.stacked(gap=0)
        self._sheet_page.setLayout(self._sheet_room)
        self._restore_page.restored.connect(self.chosen)
        self._restore_page.called_off.connect(lambda: self._turn(self.start))
        forms = (self.practice_page, self.passphrase_page, self._sheet_page, self._restore_page)
        self._all_pages: tuple[QWidget, ...] = (self.start, *forms)
        column = parts.Column(WIDTH)
        for thing in (
            parts.words("Session Notes", theme.TITLE, strong=True),
            self._where_am_i,
            *self._all_pages,
            self._trouble,
        ):
            column.body.addWidget(thing)
        column.body.addStretch(1)
        self.setLayout(parts.stacked(column, gap=0))
        self._turn(self.start)

    def _turn(self, page: QWidget) -> None:
        if page is not self.start:
            self._building.stop()  # else it would come up in the middle of something else
        steps = (self.practice_page, self.passphrase_page, self._sheet_page)
        number = steps.index(page) if page in steps else -1
        told = f"A new vault. Step {number + 1} of {len(STEPS)}: {STEPS[number]}" if number >= 0 else ""
        self._where_am_i.setText(told)
        self._where_am_i.setVisible(bool(told))
        self._trouble.hide()
        for other in self._all_pages:
            other.setVisible(other is page)
        self.setFocusProxy(page)
        page.setFocus()

    def _failed(self, error: NotesError) -> None:
        for work in (self._making, self._building):
            work.over()
        self._make.setEnabled(self._choose.will_do)
        if not isinstance(error, Cancelled):
            self._trouble.setText(in_words(error))
            self._trouble.show()

    # --- the ways to begin -------------------------------------------------------------------------------------

    def _start(self) -> QWidget:
        page, column = QWidget(), parts.stacked(gap=theme.L)
        recent = self._desk.preferences.recent
        first: QWidget | None = None
        if recent:
            card = parts.Card("Your vaults")
            for folder in recent:
                open_it = parts.button(folder.stem, self._opener(folder), icon="lock-simple")
                open_it.setToolTip(str(folder.parent))
                card.body.addWidget(open_it)
                first = first or open_it
            column.addWidget(card)
        new = parts.button("Make a new vault", lambda: self._turn(self.practice_page), tone="" if recent else "main")
        self._begin = new
        column.addWidget(
            _way(
                "A new vault",
                "One encrypted folder on this computer holds your whole record. Nobody but you can open it.",
                new,
            )
        )
        self._building = LongWork()
        self._try = parts.button("Try with a sample practice", self.try_sample)
        sample = _way(
            "Look around first",
            "A year of invented clients to read, write and try things on. It is thrown away when you close the window.",
            self._try,
        )
        sample.body.addWidget(self._building)
        column.addWidget(sample)
        there = parts.Card("You have one already")
        there.body.addLayout(
            parts.beside(
                parts.button("Open a vault …", self._ask_for_vault),
                parts.button("Restore a backup …", self.restore),
                0,
            )
        )
        column.addWidget(there)
        column.addStretch(1)
        page.setLayout(column)
        page.setFocusProxy(first or new)  # Tab would pass over what stands above it
        return page

    def _opener(self, folder: Path) -> Callable[[], None]:
        return lambda: self.chosen.emit(folder)

    def _ask_for_vault(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "The vault's folder", str(_documents()))
        if chosen:
            self.open(Path(chosen))

    def open(self, folder: Path) -> None:
        """Go to the vault's lock screen, if the folder holds one."""

        def look(_: Job) -> Path:
            from notes.vault import header

            header.read(folder)
            return folder

        self._desk.worker.apart(look, then=self.chosen.emit, failed=self._failed, owner=self)

    def restore(self) -> None:
        """Restore a backup as a new vault."""
        self._turn(self._restore_page)

    def try_sample(self) -> None:
        """Build the sample practice and open it."""
        worker, today = self._desk.worker, self._desk.now().date()

        def build(job: Job) -> Path:
            return sample_practice.build(today, worker.progress(job))

        self._try.setEnabled(False)
        job = worker.apart(
            build, then=self._built, failed=self._not_built, progress=self._building.tell, owner=self, name="Building"
        )
        self._building.watch(job, "Living through a year of sessions")

    def _built(self, folder: Path) -> None:
        if self.start.isHidden():  # it was done before it could be stopped
            self._building.over()
            self._try.setEnabled(True)
            self._desk.worker.apart(lambda _: sample_practice.throw_away(folder))
            return
        sample_practice.use(folder)
        self._desk.sample = True
        self.chosen.emit(folder)

    def _not_built(self, error: NotesError) -> None:
        self._try.setEnabled(True)
        self._failed(error)

    # --- step 1: the practice ----------------------------------------------------------------------------------

    def _practice(self) -> QWidget:
        page, card = QWidget(), parts.Card("Where your notes live")
        self._name, self._folder = QLineEdit(), QLineEdit()
        self._name.setPlaceholderText("As it stands on your letters")
        self._name.textEdited.connect(self._named)
        self._folder.textEdited.connect(self._placed)
        self._synced = parts.words("", theme.SMALL, tone="attention")
        self._synced.hide()
        self._further = parts.button("Next", self._to_passphrase, tone="main")
        self._further.setEnabled(False)
        self._name.returnPressed.connect(self._to_passphrase)
        self._folder.returnPressed.connect(self._to_passphrase)
        for text, line in (("Name of the practice", self._name), ("Folder of the vault", self._folder)):
            label = parts.words(text)
            label.setBuddy(line)
            line.setAccessibleName(text)
            card.body.addWidget(label)
            if line is self._folder:
                card.body.addLayout(parts.beside(line, parts.button("Choose …", self._ask_for_place)))
            else:
                card.body.addWidget(line)
        card.body.addWidget(self._synced)
        column = parts.stacked(card, gap=theme.L)
        column.addLayout(parts.beside(parts.button("Back", lambda: self._turn(self.start)), 0, self._further))
        column.addStretch(1)
        page.setLayout(column)
        page.setFocusProxy(self._name)
        return page

    def _named(self) -> None:
        if not self._named_by_hand:
            plain_name = "".join(c for c in self._name.text() if c.isalnum() or c in " -_").strip()
            self._folder.setText(str(_documents() / f"{plain_name[:60]}.vault") if plain_name else "")
        self._look_at_place()

    def _placed(self) -> None:
        self._named_by_hand = True
        self._look_at_place()

    def _ask_for_place(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where the vault's folder is to be made", str(_documents()))
        if chosen:
            name = Path(self._folder.text()).name or "Practice.vault"
            self._folder.setText(str(Path(chosen) / name))
            self._placed()

    def _look_at_place(self) -> None:
        folder = Path(self._folder.text())
        self._further.setEnabled(bool(self._name.text().strip()) and folder.is_absolute())

        def look(_: Job) -> str:
            from notes.vault import synced_folders

            return synced_folders.service(folder) or ""

        self._desk.worker.apart(look, then=self._say_synced, failed=lambda _: None, owner=self, latest="place")

    def _say_synced(self, program: str) -> None:
        self._synced.setText(
            f"This folder is copied by {program}. Your notes stay encrypted there, but a sync program may mix older "
            "and newer files while you work. A folder that is not copied is better; put backups there instead."
        )
        self._synced.setVisible(bool(program))

    def _to_passphrase(self) -> None:
        if self._further.isEnabled():
            self._choose.own_words = (self._name.text().strip(),)
            self._turn(self.passphrase_page)

    # --- step 2: the passphrase --------------------------------------------------------------------------------

    def _passphrase(self) -> QWidget:
        page, card = QWidget(), parts.Card("The passphrase that opens it")
        self._choose = ChoosePassphrase(self._desk.worker)
        self._make: QPushButton = parts.button("Make the vault", self._create, tone="main")
        self._make.setEnabled(False)
        self._choose.changed.connect(self._make.setEnabled)
        self._choose.entered.connect(self._create)
        card.body.addWidget(
            parts.words(
                "You type it each time. Nobody can look it up or reset it for you; the next step gives you a recovery "
                "sheet for the day it is lost.",
                tone="quiet",
            )
        )
        card.body.addWidget(self._choose)
        self._making = LongWork(cancel=False)
        column = parts.stacked(card, self._making, gap=theme.L)
        self._back = parts.button("Back", lambda: self._turn(self.practice_page))
        column.addLayout(parts.beside(self._back, 0, self._make))
        column.addStretch(1)
        page.setLayout(column)
        page.setFocusProxy(self._choose)
        return page

    def _create(self) -> None:
        if not self._choose.will_do or not self._back.isEnabled():
            return
        typed, name, folder = self._choose.take(), self._name.text().strip(), Path(self._folder.text())

        def create(_: Job) -> tuple[str, str, bytearray]:
            from notes.practice import opening
            from notes.practice.surroundings import this_computer
            from notes.vault import header, keys
            from notes.vault.files import machine_error

            try:
                folder.parent.mkdir(parents=True, exist_ok=True)
                created = opening.create(folder, typed, name, face="window", surroundings=this_computer())
            except OSError as error:
                raise machine_error(error) from None
            finally:
                keys.wipe(typed)
            sheet = next(slot.id for slot in header.read(folder).header.slots if slot.kind == "recovery")
            return created.vault_id, sheet, created.recovery_key

        self._back.setEnabled(False)
        self._make.setEnabled(False)
        job = self._desk.worker.apart(
            create, then=lambda made: self._created(folder, *made), failed=self._not_created, owner=self, name="Making"
        )
        self._making.watch(job, "Making the vault")

    def _not_created(self, error: NotesError) -> None:
        self._back.setEnabled(True)
        self._failed(error)
        self._choose.setFocus()

    # --- step 3: the recovery sheet ----------------------------------------------------------------------------

    def _created(self, folder: Path, vault_id: str, slot: str, key: bytearray) -> None:
        self._making.over()
        self._made, self._slot = folder, slot
        self._desk.preferences.remember(folder)
        self._desk.preferences.note_sheet(slot, on_paper=False)  # the window may be closed before it is
        today = self._desk.now().date()
        self.sheet = RecoveryCard(self._desk.worker, key, self._name.text().strip(), vault_id, today)
        self.sheet.confirmed.connect(self._done)
        self._sheet_room.addWidget(self.sheet)
        self._sheet_page.setFocusProxy(self.sheet)
        self._turn(self._sheet_page)

    def _done(self) -> None:
        self.sheet.forget()
        self._desk.preferences.note_sheet(self._slot, on_paper=True)
        self.chosen.emit(self._made)


def _way(heading: str, about: str, do: QPushButton) -> parts.Card:
    card = parts.Card(heading)
    card.body.addWidget(parts.words(about, tone="quiet"))
    card.body.addWidget(do, 0, Qt.AlignmentFlag.AlignLeft)
    return card


def _documents() -> Path:
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())
