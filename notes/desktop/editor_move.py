"""Correcting a slip: whose an unsigned note is, or of when."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QDateTimeEdit, QLabel, QWidget

from notes.desktop import parts, theme, words
from notes.record.clients import Client
from notes.record.reading import Note


class ClientChoice(QComboBox):
    """A client by typing part of the name."""

    picked = Signal(object)
    """The client's id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName("Client")
        completer = self.completer()
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.activated.connect(lambda _: self.picked.emit(self.client()))

    def tell(self, clients: Sequence[Client], chosen: int | None) -> None:
        """The clients there are."""
        self.clear()
        for client in clients:
            self.addItem(client.name, client.id)
        self.setCurrentIndex(self.findData(chosen) if chosen is not None else -1)
        if chosen is None:
            self.clearEditText()

    def client(self) -> int | None:
        """Whose name stands there; None while it is nobody's, or could be several people's."""
        typed = self.currentText().strip().casefold()
        names = [(self.itemText(row).casefold(), self.itemData(row)) for row in range(self.count())]
        same = [number for name, number in names if name == typed]
        fitting = same or [number for name, number in names if typed and typed in name]
        if same and self.currentText() == self.itemText(self.currentIndex()):
            return int(self.itemData(self.currentIndex()))
        return int(fitting[0]) if len(fitting) == 1 else None


class Moving(QWidget):
    """Client and time, as they should be."""

    corrected = Signal(object, object)
    """Client, and the time as ISO text; None where it stays."""
    back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.client = ClientChoice()
        self.at = QDateTimeEdit()
        self.at.setDisplayFormat("ddd d MMM yyyy  HH:mm")
        self.at.setCalendarPopup(True)
        self.at.setAccessibleName("When the session was")
        whose, when = QLabel("Client"), QLabel("When the session was")
        whose.setBuddy(self.client)
        when.setBuddy(self.at)
        card = parts.Card("Correct client or date")
        card.body.addWidget(parts.words("The text stays as it is. Both clients' logs will show the correction."))
        for thing in (whose, self.client, when, self.at):
            card.body.addWidget(thing)
        self._do = parts.button("Correct", self._correct, tone="main")
        card.body.addLayout(parts.beside(self._do, parts.button("Back to writing", self.back.emit), 0))
        card.setMaximumWidth(theme.characters(70))
        outer = parts.stacked(card, 0, margin=theme.XL)
        self.setLayout(outer)
        self._note: Note | None = None

    def show_note(self, note: Note, clients: Sequence[Client]) -> None:
        """As it is now."""
        self._note = note
        self.client.tell(clients, note.client)
        now = words.moment(note.session_at) if note.session_at else None
        self.at.setDateTime(QDateTime(now) if now else QDateTime.currentDateTime())
        self._before = self.at.dateTime()
        self.client.setFocus()

    def _correct(self) -> None:
        assert self._note is not None
        client = self.client.client()
        if client is None:
            self.client.setFocus()
            return
        at = self.at.dateTime()
        told = at.toString("yyyy-MM-ddTHH:mm") if at != self._before else None
        self.corrected.emit(None if client == self._note.client else client, told)
