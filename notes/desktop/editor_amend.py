"""An amendment or addendum, written beside what is signed: the original on the left, the new text on the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QSplitter, QWidget

from notes.desktop import parts, theme
from notes.desktop.desk import Desk
from notes.desktop.editing import Spell, let_go
from notes.desktop.editor_page import Page
from notes.desktop.reading_view import ReadingView
from notes.errors import NotesError
from notes.record import progress_notes, reading
from notes.record.progress_notes import Editing
from notes.record.reading import Note

if TYPE_CHECKING:
    from notes.practice.practice import Practice

_WORDS = {
    "amendment": (
        "Amendment",
        "The new text replaces the signed one, which stays readable.",
        "Sign amendment",
    ),
    "addendum": ("Addendum", "What you write is added below the signed text, with today's date.", "Sign addendum"),
}


class Amending(QWidget):
    """The reason first, then the text. Its spell of editing is its own."""

    typed = Signal()
    look_wanted = Signal(str, str, str)
    """A last look at the text that is about to be signed; its purpose and its reason."""
    finished = Signal(object, str)
    """The note as it is now, and what to say of it."""
    thrown_away = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.spell: Spell | None = None
        self.purpose, self._note, self._original = "amendment", 0, ""
        self.reasons: dict[int, str] = {}
        """Reasons that were typed and are not in the record yet, by note."""
        columns = QSplitter(self)
        left, right = QWidget(columns), QWidget(columns)
        self.original = ReadingView("The signed text", left)
        self.reason = QLineEdit()
        self.reason.setMaxLength(500)
        self.reason.returnPressed.connect(self._begin)
        self.reason.textChanged.connect(self._weigh)
        self._title, self._meaning = parts.words(scale=theme.LEAD, strong=True), parts.words(tone="quiet")
        label = QLabel("Reason, as it will stand in the record")
        label.setBuddy(self.reason)
        self._begin_button = parts.button("Begin writing", self._begin, tone="main")
        self.sign = parts.button("Sign", self._look, tone="main", icon="pen-nib")
        self._later = parts.button("Leave for later", self._leave_for_later)
        self._away = parts.button("Throw away", self.thrown_away.emit, tone="alarm")
        buttons = parts.beside(self._begin_button, self.sign, self._later, self._away, 0)
        writing = parts.stacked(label, self.reason, buttons, gap=theme.S, margin=theme.M)
        right.setLayout(writing)
        self.page = Page("The new text", right)  # Tab comes to it last
        self.page.typed.connect(self._changed)
        writing.addWidget(self.page)
        left.setLayout(parts.stacked(parts.words("Signed", strong=True), self.original, margin=theme.M))
        columns.setChildrenCollapsible(False)
        columns.addWidget(left)
        columns.addWidget(right)
        columns.setSizes([500, 500])
        head = parts.stacked(self._title, self._meaning, gap=theme.XS, margin=(theme.XL, theme.S))
        whole = parts.stacked(gap=0)
        whole.addLayout(head)
        whole.addWidget(columns, 1)
        self.setLayout(whole)

    def open(self, note: Note, purpose: str) -> None:
        """Lay the signed text beside an empty page; a change that was begun is gone on with at once."""
        begun = note.unfinished
        self.purpose, self._note, self._original = begun or purpose, note.id, note.text
        title, meaning, sign = _WORDS[self.purpose]
        self._title.setText(title)
        self._meaning.setText(meaning)
        self.sign.setText(sign)
        self.sign.setShortcut("Ctrl+Return")  # as a draft is signed; that command is out of force here
        self.original.read(note.text)
        self.page.write("")
        self.reason.setText(self.reasons.get(note.id, ""))
        self._writing(False)
        self.reason.setFocus()
        if begun:
            self._edit(None)
        if begun and begun != purpose:
            self.desk.say(f"An {begun} was begun earlier.", "Sign it or throw it away first.", tone="attention")

    def leave(self) -> Spell | None:
        """Save what was written, and end the spell."""
        spell, self.spell = self.spell, None
        if spell is not None:
            spell.close()  # it keeps the text that is still to be saved
        self._note, self._original = 0, ""  # from here on no reason is heard
        self.original.read("")
        self.page.write("")
        self.reason.setText("")  # ``clear`` could be undone
        return spell

    def _edit(self, reason: str | None) -> None:
        self._begin_button.setEnabled(False)
        self.desk.do(
            progress_notes.edit, self._note, self.purpose, reason, then=self._write, failed=self._not_begun, owner=self
        )

    def _not_begun(self, error: NotesError) -> None:
        self.desk.complain(error)
        self._weigh()

    def _write(self, editing: Editing) -> None:
        """The spell is open: write."""
        if editing.note != self._note or self.spell is not None:  # somewhere else by now
            let_go(self.desk, editing)
            return
        kept = self.desk.unsaved.get(editing.note, editing.text)
        self.page.write(kept)
        self.reason.setText(self.reasons.get(editing.note) or editing.reason or "")
        self.spell = Spell(self.desk, editing, self.page.text, self)
        if kept != editing.text:
            self.spell.changed()
        self._writing(True)
        self.typed.emit()
        self.page.setFocus()

    def _writing(self, on: bool) -> None:
        self.page.setEnabled(on)
        self._begin_button.setVisible(not on)
        self.sign.setVisible(on)
        self._away.setVisible(on)
        self._weigh()

    def _changed(self) -> None:
        if self.spell is not None:
            self.spell.changed()
        self._weigh()
        self.typed.emit()

    def _weigh(self) -> None:
        """Only what has a reason and changes something can be signed."""
        reason, text = self.reason.text().strip(), self.page.text()
        if self._note:
            self.reasons[self._note] = reason
        self._begin_button.setEnabled(bool(reason))
        self.sign.setEnabled(bool(reason) and bool(text.strip()) and text != self._original)

    def _begin(self) -> None:
        if self.reason.text().strip() and self.spell is None:
            self._edit(self.reason.text().strip())

    def _look(self) -> None:
        self.look_wanted.emit(self.page.text(), self.purpose, self.reason.text().strip())

    def sign_now(self) -> None:
        """It was looked at."""
        note, reason, addendum = self._note, self.reason.text().strip(), self.purpose == "addendum"

        def last(practice: Practice, text: str) -> Note:
            return practice.do(progress_notes.amend, note, reason, text, addendum)

        self._conclude(last, f"{self.purpose.capitalize()} signed.")

    def _leave_for_later(self) -> None:
        note = self._note
        if self.spell is None:
            self.finished.emit(None, "")
        else:
            self._conclude(lambda practice, _: practice.do(reading.open, note), "")

    def _conclude(self, last: Callable[[Practice, str], Note], told: str) -> None:
        spell, self.spell = self.spell, None
        if spell is None:
            return
        self.sign.setEnabled(False)
        self.page.setEnabled(False)  # what is typed now would be in no save
        note, purpose = spell.note, spell.purpose

        def failed(error: NotesError) -> None:
            self.desk.complain(error)
            if self._note == note:
                self.desk.go("note", note=note, change=purpose)

        def done(result: Note) -> None:
            if told:
                self.reasons.pop(note, None)
            self.finished.emit(result, told)

        spell.conclude(last, done, failed, "Signing" if told else "Saving")
