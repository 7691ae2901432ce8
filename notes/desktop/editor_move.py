"""Correcting a slip: whose an unsigned note is, or of when."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from notes.desktop import names, parts, theme, words
from notes.desktop.choosing import FOUND_BY, Finder, found_by, meant
from notes.desktop.desk import Desk
from notes.desktop.when_field import WhenField
from notes.record import choices, moving
from notes.record.choices import Choices, Named
from notes.record.reading import Note


class ClientChoice(QComboBox):
    """A client by typing part of the name; archived ones stand last."""

    picked = Signal(object)
    """The client's id."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = desk.preferences
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName("Client")
        self.setCompleter(Finder(self.model(), self))
        self.activated.connect(lambda _: self.picked.emit(self.client()))

    def tell(self, clients: Sequence[Named], chosen: int | None) -> None:
        """The clients there are."""
        self.clear()
        for row, (label, client) in enumerate(names.to_choose(clients, self._preferences).items()):
            self.addItem(label, client.id)
            self.setItemData(row, found_by(label, client.name), FOUND_BY)
        self.setCurrentIndex(self.findData(chosen) if chosen is not None else -1)
        if chosen is None:
            self.clearEditText()

    def client(self) -> int | None:
        """Whose name stands there; None while it is nobody's, or could be several people's."""
        rows = ((str(self.itemData(row, FOUND_BY)), int(self.itemData(row))) for row in range(self.count()))
        return meant(self.currentText(), rows)


class Moving(QWidget):
    """Client and time, as they should be."""

    ready = Signal()
    moved = Signal(object)
    """The note as it is now."""
    back = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._note: Note | None = None
        self.client, self.at = ClientChoice(desk), WhenField()
        whose, when = QLabel("Client"), QLabel("When the session was")
        whose.setBuddy(self.client)
        when.setBuddy(self.at)
        card = parts.Card("Correct client or date")
        card.body.addWidget(parts.words("The text stays as it is. The log of both clients will show the correction."))
        for thing in (whose, self.client, when, self.at):
            card.body.addWidget(thing)
        self.do = parts.button("Correct", self._correct, tone="main")
        card.body.addLayout(parts.beside(self.do, parts.button("Back to writing", self.back.emit), 0))
        card.setMaximumWidth(theme.characters(70))
        self.setLayout(parts.stacked(card, 0, margin=theme.XL))

    def open(self, note: Note) -> None:
        """Show how it is now, once the clients are known; then ``ready`` is told."""
        self._note = note
        self.desk.do(choices.offer, then=self._tell, owner=self, latest="moving")

    def forget(self) -> None:
        """Nobody is named here any more."""
        self._note = None
        self.client.tell([], None)

    def _tell(self, found: Choices) -> None:
        if self._note is None:  # the screen was left meanwhile
            return
        self.client.tell(found.clients, self._note.client)
        now = words.moment(self._note.session_at) if self._note.session_at else self.desk.now()
        self.at.setDateTime(parts.for_field(now))
        self._before = self.at.dateTime()
        self.ready.emit()
        self.client.setFocus()

    def _correct(self) -> None:
        client = self.client.client()
        if client is None or self._note is None:
            self.client.setFocus()
            return
        at = self.at.dateTime()
        stated = at.toString("yyyy-MM-ddTHH:mm") if at != self._before else None
        other = None if client == self._note.client else client
        before = self._note
        then = lambda moved: self._moved(moved, lambda: self._put_back(before))  # noqa: E731
        self.desk.do(moving.move, before.id, other, stated, then=then, owner=self)

    def _put_back(self, before: Note) -> None:
        as_it_was = (before.client, before.session_at, before.session)
        self.desk.do(moving.move, before.id, *as_it_was, then=self._moved, owner=self)

    def _moved(self, moved: moving.Moved, undo: Callable[[], None] | None = None) -> None:
        self.moved.emit(moved.note)
        detail = "The session it left has no note now." if moved.left else ""
        self.desk.say("Corrected." if undo else "As it was before.", detail, tone="good", undo=undo)
