"""The middle of a note's screen: one of six pages. Two show the note; the others are laid over it for a while."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from notes.desktop.desk import Desk
from notes.desktop.editor_amend import Amending
from notes.desktop.editor_history import History
from notes.desktop.editor_move import Moving
from notes.desktop.editor_page import Page
from notes.desktop.editor_sign import LastLook
from notes.desktop.reading_view import ReadingView


class Middle(QStackedWidget):
    """`page` is written on, `reading` read; `last_look`, `amending`, `history` and `moving` are laid over them."""

    ready = Signal(QWidget)
    """A page laid over has what it shows, and can be turned to."""
    back = Signal()
    """From there to the note."""
    counts = Signal()
    """The words shown have changed elsewhere than on `page`."""
    moved = Signal(object)
    """The note, as it is since it was moved."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.page, self.reading = Page("The note", self), ReadingView("The note, for reading", self)
        self.last_look, self.amending = LastLook(self), Amending(desk, self)
        for page in (self.page, self.reading, self.last_look, self.amending):
            self.addWidget(page)
        self._escaped: list[LastLook | History | Moving] = []
        self._lay_over(self.last_look)
        self.amending.typed.connect(self.counts)

    @cached_property
    def history(self) -> History:
        """Made when it is first wanted, as is `moving`: the first note opened does not wait for them."""
        made = History(self.desk, self)
        made.ready.connect(lambda: self.ready.emit(made))
        made.text.textChanged.connect(self.counts)
        self._lay_over(made)
        return made

    @cached_property
    def moving(self) -> Moving:
        """Corrects whose the note is, or of when."""
        made = Moving(self.desk, self)
        made.ready.connect(lambda: self.ready.emit(made))
        made.moved.connect(self.moved)
        self._lay_over(made)
        return made

    def _lay_over(self, page: LastLook | History | Moving) -> None:
        self.addWidget(page)
        page.back.connect(self.back)
        self._escaped.append(page)

    def laid_over(self) -> bool:
        """Whether what is shown is left by Escape. A change is not: it is left for later, or thrown away."""
        return self.currentWidget() in self._escaped

    def alone(self) -> bool:
        """Whether what is shown leaves no room for another note beside it."""
        return self.currentWidget() not in (self.page, self.reading, self.last_look)

    def text_shown(self) -> Page | ReadingView:
        """The text that is shown, to count, find and scroll in; the page where there is none."""
        shown = self.currentWidget()
        if isinstance(shown, LastLook | History):
            return shown.text
        return self.amending.page if shown is self.amending else self.reading if shown is self.reading else self.page

    def forget(self) -> None:
        """Nothing of a note stays here."""
        self.page.write("")
        self.reading.read("")
        for page in self._escaped:
            page.forget()
