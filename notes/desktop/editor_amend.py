"""An amendment or addendum, written beside what is signed: the original on the left, the new text on the right."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QSplitter, QWidget

from notes.desktop import parts, theme
from notes.desktop.editor_page import Page
from notes.desktop.reading_view import ReadingView
from notes.record.reading import Note

_WORDS = {
    "amendment": (
        "Amendment",
        "The new text takes the place of the signed one, which stays readable.",
        "Sign amendment",
    ),
    "addendum": ("Addendum", "What you write is added below the signed text, with today's date.", "Sign addendum"),
}


class Amending(QWidget):
    """The reason first, then the text."""

    begun = Signal(str, str)
    """Purpose and reason: the text may be written now."""
    signed = Signal(str)
    """The reason as it is now."""
    later = Signal()
    thrown_away = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.purpose, self._original = "amendment", ""
        self.original = ReadingView("The signed text")
        self.page = Page("The new text")
        self.reason = QLineEdit()
        self.reason.setMaxLength(500)
        self.reason.returnPressed.connect(self._begin)
        self.reason.textChanged.connect(self._weigh)
        self._title, self._meaning = parts.words(scale=theme.LEAD, strong=True), parts.words(tone="quiet")
        label = QLabel("Reason, as it will stand in the record")
        label.setBuddy(self.reason)
        self._begin_button = parts.button("Begin writing", self._begin, tone="main")
        self.sign = parts.button("Sign", self._sign, tone="main", icon="pen-nib")
        self._later = parts.button("Leave for later", self.later.emit)
        self._away = parts.button("Throw away", self.thrown_away.emit, tone="alarm")
        self.page.typed.connect(self._weigh)
        right = QWidget()
        right.setLayout(
            parts.stacked(
                label,
                self.reason,
                parts.beside(self._begin_button, self.sign, self._later, self._away, 0),
                self.page,
                gap=theme.S,
                margin=theme.M,
            )
        )
        left = QWidget()
        left.setLayout(parts.stacked(parts.words("Signed", strong=True), self.original, margin=theme.M))
        columns = QSplitter()
        columns.setChildrenCollapsible(False)
        columns.addWidget(left)
        columns.addWidget(right)
        columns.setSizes([500, 500])
        head = parts.stacked(self._title, self._meaning, gap=theme.XS, margin=(theme.XL, theme.S))
        whole = parts.stacked(gap=0)
        whole.addLayout(head)
        whole.addWidget(columns, 1)
        self.setLayout(whole)

    def show_note(self, note: Note, purpose: str) -> None:
        """Lay the signed text beside an empty page; writing begins once there is a reason."""
        self.purpose, self._original = purpose, note.text
        title, meaning, sign = _WORDS[purpose]
        self._title.setText(title)
        self._meaning.setText(meaning)
        self.sign.setText(sign)
        self.original.read(note.text)
        self.page.write("")
        self.reason.clear()
        self._writing(False)
        self.reason.setFocus()

    def write(self, text: str, reason: str) -> None:
        """The spell is open: write."""
        self.page.write(text)
        self.reason.setText(reason)
        self._writing(True)
        self.page.setFocus()

    def _writing(self, on: bool) -> None:
        self.page.setEnabled(on)
        self._begin_button.setVisible(not on)
        self.sign.setVisible(on)
        self._away.setVisible(on)
        self._weigh()

    def _weigh(self) -> None:
        """Only what has a reason and changes something can be signed."""
        reason, text = self.reason.text().strip(), self.page.text()
        self._begin_button.setEnabled(bool(reason))
        self.sign.setEnabled(bool(reason) and bool(text.strip()) and text != self._original)

    def _begin(self) -> None:
        if self.reason.text().strip() and self._begin_button.isVisible():
            self.begun.emit(self.purpose, self.reason.text().strip())

    def _sign(self) -> None:
        self.signed.emit(self.reason.text().strip())
