"""The lock screen: the vault's passphrase, or its recovery key."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QProgressBar, QWidget

from notes.desktop import parts, theme
from notes.desktop.worker import Worker
from notes.errors import NotesError


class Gate(QWidget):
    """Asks for the passphrase and unlocks. Says nothing of what is inside."""

    opened = Signal(object)
    """The warnings to show first, as a list."""

    def __init__(self, worker: Worker, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker, self.folder = worker, folder
        self._typed = QLineEdit()
        self._typed.setEchoMode(QLineEdit.EchoMode.Password)
        self._typed.setAccessibleName("Passphrase")
        self._typed.setPlaceholderText("Passphrase")
        self._typed.returnPressed.connect(self._unlock)
        self._open = parts.button("Unlock", self._unlock, tone="main")
        self._at_work = QProgressBar(maximum=0, textVisible=False)
        self._at_work.hide()
        self._trouble = parts.words(tone="alarm")
        self._trouble.hide()
        card = parts.Card()
        card.setMaximumWidth(440)
        for thing in (
            parts.words("Session Notes", theme.TITLE, strong=True),
            parts.words(folder.stem, tone="quiet"),
            self._typed,
            self._trouble,
            self._at_work,
        ):
            card.body.addWidget(thing)
        card.body.addLayout(parts.beside(0, self._open))
        outer = parts.stacked(0, gap=0, margin=theme.XL)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(1)
        card.setMinimumWidth(420)
        self.setLayout(outer)
        self.setFocusProxy(self._typed)

    def _unlock(self) -> None:
        from notes.vault import passphrase
        from notes.vault.slots import Secret

        typed = bytearray(self._typed.text().encode())
        self._typed.clear()
        self._busy(True)
        self._worker.unlock(self.folder, Secret("passphrase", passphrase.prepare(typed)), self._opened, self._failed)

    def _opened(self, warnings: list[str]) -> None:
        self.opened.emit(warnings)

    def _failed(self, error: NotesError) -> None:
        self._busy(False)
        self._trouble.setText(" ".join(filter(None, (error.what, error.why, error.hint))))
        self._trouble.show()
        self._typed.setFocus()

    def _busy(self, at_work: bool) -> None:
        self._at_work.setVisible(at_work)
        self._typed.setEnabled(not at_work)
        self._open.setEnabled(not at_work)
        self._trouble.hide()
