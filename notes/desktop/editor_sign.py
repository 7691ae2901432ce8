"""A last look before signing: the text as it will be fixed, whose it is and of when, and what signing means."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from notes.desktop import parts, theme, words
from notes.desktop.reading_view import ReadingView
from notes.record.reading import Note

MEANING = "After signing the text changes only by amendment or addendum. What you sign stays readable for good."


class LastLook(QWidget):
    """Shown in place of the page; Escape and the second button go back to writing."""

    agreed = Signal()
    back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ReadingView("The text as it will be signed")
        self._about = parts.words()
        self.sign = parts.button("Sign", self.agreed.emit, tone="main", icon="pen-nib")
        self._back = parts.button("Back to writing", self.back.emit)
        self._asked = parts.words(strong=True)
        card = parts.Card()
        card.body.addWidget(self._asked)
        card.body.addWidget(self._about)
        card.body.addWidget(parts.words(MEANING))
        card.body.addLayout(parts.beside(self.sign, self._back, 0))
        self.setLayout(parts.stacked(card, self.text, gap=theme.M, margin=(theme.XL, theme.M)))

    def forget(self) -> None:
        """Nothing of a note stays here."""
        self._about.clear()
        self.text.read("")

    def show_note(self, note: Note, name: str, text: str, purpose: str = "note", reason: str = "") -> None:
        """Lay before the practitioner what will be signed, as it stands on the page now: the note, or a change."""
        self._asked.setText(f"Sign this {purpose}?")
        about = f"{name}  ·  {words.full_day(note.session_at)}  ·  {note.template}"
        self._about.setText(f"{about}\nReason: {reason}" if reason else about)
        self.text.read(text)
        self.sign.setEnabled(True)
        self.sign.setFocus()
