"""An older copy of the vault was put back: what is missing, and the two ways to go on. Until then it is read only."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from notes.desktop import parts, theme
from notes.desktop.notices import in_words
from notes.desktop.worker import EVERYTHING, Job, Worker
from notes.errors import NotesError


class OlderCopy(QWidget):
    """A card in the place of the screen, shown first after unlocking, and again on demand."""

    decided = Signal()
    """This copy is the record now."""
    restore_wanted = Signal()
    read_wanted = Signal()

    def __init__(self, worker: Worker, told: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        column = parts.Column(720)
        column.body.addWidget(parts.words("This is not the newest state of your record", theme.TITLE, strong=True))
        column.body.addWidget(parts.words(told))
        column.body.addWidget(
            parts.words(
                "What was written after that is not in this copy. It can be read, but nothing can be changed in it "
                "until you have decided. Nothing is lost by waiting.",
                tone="quiet",
            )
        )
        column.body.addWidget(self._newest())
        column.body.addWidget(self._this_one())
        look = parts.button("Only read for now", self.read_wanted.emit)
        column.body.addWidget(look, 0, Qt.AlignmentFlag.AlignLeft)
        column.body.addStretch(1)
        self.setLayout(parts.stacked(column, gap=0))
        self.setFocusProxy(self._restore)

    def _newest(self) -> parts.Card:
        card = parts.Card("Go back to the newest copy")
        card.body.addWidget(
            parts.words(
                "If there is a newer copy of the folder, close this window, put it back in place and open it. If there "
                "is not, restore the newest backup."
            )
        )
        self._restore = parts.button("Restore a backup …", self.restore_wanted.emit, tone="main")
        card.body.addWidget(self._restore)
        return card

    def _this_one(self) -> parts.Card:
        card = parts.Card("Make this copy the record")
        card.body.addWidget(
            parts.words("From now on this copy counts. The access log will say so, and why. How did it come about?")
        )
        self._reason = QComboBox()
        self._reason.setAccessibleName("How it came about")
        self._reason.addItem("Choose …", None)
        for reason, words in _reasons().items():
            self._reason.addItem(words[0].upper() + words[1:], reason)
        self._accept = parts.button("Make this copy the record", self._decide)
        self._accept.setEnabled(False)
        self._reason.currentIndexChanged.connect(lambda chosen: self._accept.setEnabled(chosen > 0))
        self._trouble = parts.words(tone="alarm")
        self._trouble.hide()
        for thing in (self._reason, self._trouble, self._accept):
            card.body.addWidget(thing)
        return card

    def _decide(self) -> None:
        reason = str(self._reason.currentData())

        def accept(practice: Any, job: Job) -> None:
            from notes.practice import anchoring

            anchoring.accept(practice, reason)

        self._accept.setEnabled(False)
        self._worker.run(
            accept,
            then=lambda _: self.decided.emit(),
            failed=self._failed,
            owner=self,
            name="Noting the decision",
            changes=EVERYTHING,
        )

    def _failed(self, error: NotesError) -> None:
        self._accept.setEnabled(True)
        self._trouble.setText(in_words(error))
        self._trouble.show()


def _reasons() -> dict[str, str]:
    from notes.practice.anchoring import REASONS  # shown only once the vault is open

    return REASONS
