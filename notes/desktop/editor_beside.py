"""The client's notes before and after: the one before read beside the page while writing, and leafing through them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QWidget

from notes.desktop import parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.reading_view import ReadingView
from notes.record import reading
from notes.record.reading import Note

NONE = {-1: "This client has no earlier note.", 1: "This client has no later note."}


def leaf(desk: Desk, owner: QObject, note: int, step: int) -> None:
    """Go to the client's next note (1) or the one before (-1). It is read once, and shown as it was read."""

    def go(found: Note) -> None:
        if found.id == note:
            desk.say(NONE[step])
        else:
            desk.go("note", note=found.id, read=found)

    desk.do(reading.neighbour, note, step, then=go, owner=owner, latest="leaf")


class Beside(QFrame):
    """A column on the right with the client's note before the one that is open."""

    turned = Signal()
    """It came into view, or went."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._for: int | None = None
        self.setObjectName("card")
        self.text = ReadingView("The note before this one")
        self.text.setMinimumWidth(theme.characters(32))
        self._when, self._what = parts.words(strong=True), parts.words(scale=theme.SMALL, tone="quiet")
        close = parts.icon_button("x", "Close the last note", self.put_away)
        close.setToolTip("Close the last note (Esc)")
        head = parts.beside(margin=(theme.M, theme.S))
        head.addLayout(parts.stacked(self._when, self._what, gap=0), 1)
        head.addWidget(close)
        whole = parts.stacked(head, gap=0, margin=2)
        whole.addWidget(self.text, 1)
        self.setLayout(whole)
        self.hide()

    def turn(self, note: int) -> None:
        """Show the note before this one, or put it away when it is shown."""
        if not self.isHidden():
            self.put_away()
            return
        self._for = note
        self.desk.do(
            reading.neighbour, note, -1, then=lambda found: self._tell(note, found), owner=self, latest="beside"
        )

    def put_away(self) -> None:
        """Take it out of view; its text goes out of the window's memory."""
        self._for = None
        self.text.read("")
        self._when.clear()
        self._what.clear()
        if not self.isHidden():
            self.hide()
            self.turned.emit()

    def _tell(self, note: int, found: Note) -> None:
        if self._for != note:  # put away, or another note is open by now
            return
        if found.id == note:
            self.desk.say(NONE[-1])
            return
        self._when.setText(words.full_day(found.session_at))
        signed = "signed" if found.status == "signed" else "draft, not signed"
        self._what.setText(f"{found.template}  ·  {signed}")
        self.text.read(found.text)
        self.show()
        self.turned.emit()
