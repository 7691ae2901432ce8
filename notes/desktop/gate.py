"""The lock screen: the vault's passphrase, or its recovery key. It says nothing of what is inside."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from notes.desktop import parts, theme
from notes.desktop.opening_fields import OpeningFields
from notes.desktop.worker import Opened, Worker
from notes.errors import Busy, NotesError, WrongKey

WIDTH = 460
AFTER_THE_FIRST_PICTURE = 60
"""Milliseconds. What is read before would make the lock screen come later."""


class Gate(QWidget):
    """Asks for what opens the vault, and unlocks."""

    opened = Signal(object)
    """An ``Opened``."""
    elsewhere = Signal()
    """Another vault is wanted, or a new one."""
    ready = Signal()
    """What unlocking needs has been read: now is the time to build what will be shown."""
    given_up = Signal()
    """The lines that are not on disk are to be lost, and the program ended."""

    def __init__(self, worker: Worker, folder: Path, parent: QWidget | None = None, *, filled_in: bytes = b"") -> None:
        super().__init__(parent)
        self._worker, self.folder = worker, folder
        self._wanted = self._under_way = False
        self._fields = OpeningFields()
        self._fields.entered.connect(self._unlock)
        self._build(filled_in)
        self.setFocusProxy(self._fields)
        QTimer.singleShot(AFTER_THE_FIRST_PICTURE, self, self._get_ready)

    def _build(self, filled_in: bytes) -> None:
        self._open = parts.button("Unlock", self._unlock, tone="main", icon="lock-simple-open")
        self._stop = parts.button("Cancel", self.cancel)
        self._stop.hide()
        self._other_vault = parts.button("Another vault …", self.elsewhere.emit, tone="link")
        self._lose = parts.button("Give these lines up and quit", self.given_up.emit, tone="alarm")
        self._at_work = QProgressBar(maximum=0, textVisible=False)
        self._at_work.setAccessibleName("Unlocking")
        self._waiting = parts.words("Unlocking …", theme.SMALL, tone="quiet")
        self._trouble = parts.words(tone="alarm")
        self._fields.way.clicked.connect(self._trouble.hide)  # it was about the other way
        self._kept = parts.words(tone="attention")
        self._sample = parts.words(tone="quiet")
        if filled_in:
            self._fields.passphrase.line.setText(filled_in.decode())
            self._sample.setText(f"The sample's passphrase is filled in for you: {filled_in.decode()}")
        for label in (self._lose, self._at_work, self._waiting, self._trouble, self._kept):
            label.hide()
        self._sample.setVisible(bool(filled_in))
        name = parts.words(self.folder.stem, tone="quiet")
        name.setToolTip(str(self.folder.parent))
        card = parts.Card()
        for thing in (
            parts.words("Session Notes", theme.TITLE, strong=True),
            name,
            self._kept,
            self._lose,
            self._sample,
            self._fields,
            self._trouble,
            self._waiting,
            self._at_work,
        ):
            card.body.addWidget(thing)
        card.body.addLayout(parts.beside(self._fields.way, 0, self._stop, self._open))
        column = parts.Column(max(WIDTH, theme.characters(56)))
        column.body.addStretch(1)
        column.body.addWidget(card)
        column.body.addWidget(self._other_vault, 0, Qt.AlignmentFlag.AlignHCenter)
        column.body.addStretch(1)
        self.setLayout(parts.stacked(column, gap=0))

    def say_kept(self, count: int) -> None:
        """Say that the text of so many notes is not on disk yet."""
        notes = "a note are" if count == 1 else f"{count} notes are"
        self._kept.setText(
            f"The last lines of {notes} not on disk: saving failed when the vault locked. They are kept in memory. "
            "Make room on the disk if it is full, then unlock: they are saved then. Closing would lose them."
        )
        self._kept.show()
        self._lose.show()
        self._other_vault.hide()

    def cancel(self) -> None:
        """Unlock no more: what comes of the attempt under way is locked at once, and only then is there another."""
        self._wanted = False
        self._busy(False)
        self._rest()
        self.setFocus()

    # --- unlocking ---------------------------------------------------------------------------------------------

    def _get_ready(self) -> None:
        """Look whether the vault asks for a key file (in the header, in clear); read what unlocking will need."""

        def look(_: object) -> bool:
            from notes.vault import header

            return any(slot.key_file for slot in header.read(self.folder).header.slots)

        self._worker.apart(look, then=self._fields.want_file, failed=self._say, owner=self)
        self._worker.prepare(self.ready.emit, self)

    def _unlock(self) -> None:
        if self._wanted or self._under_way:
            return
        try:
            secret = self._fields.take()
        except NotesError as error:
            self._say(error)
            return
        self._wanted = self._under_way = True
        self._busy(True)
        self._worker.unlock(self.folder, secret, self._opened, self._failed)

    def _opened(self, opened: Opened) -> None:
        if not self._wanted:
            self._worker.lock(self._locked_again, self._locked_again)
            return
        self._under_way = False
        self._wanted = False
        self._busy(False)
        self.opened.emit(opened)

    def _locked_again(self, _: object) -> None:
        self._under_way = False
        self._rest()

    def _rest(self) -> None:
        """While an attempt is under way there is no second one and no other vault: what it opens is locked first."""
        for button in (self._open, self._other_vault):
            button.setEnabled(not self._under_way)

    def _failed(self, error: NotesError) -> None:
        self._under_way = False
        self._rest()
        if self._wanted:
            self._wanted = False
            self._busy(False)
            self._say(error)

    def _say(self, error: NotesError) -> None:
        self._trouble.setText(_told(error, self._fields.with_recovery))
        self._trouble.show()
        self.setFocus()

    def _busy(self, at_work: bool) -> None:
        for shown in (self._at_work, self._waiting, self._stop):
            shown.setVisible(at_work)
        for field in (self._fields, self._fields.way, self._open, self._other_vault):
            field.setEnabled(not at_work)
        if at_work:
            self._trouble.hide()
            self._stop.setFocus()


def _told(error: NotesError, recovery: bool) -> str:
    """What went wrong and what to do, without the terminal's commands."""
    if isinstance(error, WrongKey) and not recovery:
        return "That passphrase does not open this vault. Type it again, slowly; it may help to show it with the eye."
    if isinstance(error, Busy):
        return "This vault is open in another window or program. Close it there, then unlock here."
    from notes.desktop.notices import in_words  # read only now: the lock screen does not wait for it

    return in_words(error)
