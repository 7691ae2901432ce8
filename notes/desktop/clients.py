"""Clients: everybody, found by typing; who was seen when, who comes next, what is unfinished."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from notes.desktop import names, parts, theme, words
from notes.desktop.client_form import ClientForm
from notes.desktop.desk import Desk
from notes.desktop.parts import Empty
from notes.desktop.rows import Row, RowList
from notes.desktop.screen import Screen
from notes.practice.references import plain
from notes.record import client_page
from notes.record.client_page import Listed
from notes.record.clients import Client

_MOVING = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
BY_NAME, BY_SEEN, BY_NEXT = range(3)


class Clients(Screen):
    """The list of clients."""

    name = "clients"
    title = "Clients"
    shows = frozenset({"client", "session", "note"})
    commands = ("client.new", "note.find")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._everybody: list[tuple[str, Listed]] = []
        self._was: Any = None
        self.filter = QLineEdit(placeholderText="Type a name", clearButtonEnabled=True)
        self.filter.setAccessibleName("Find a client by name")
        self.filter.textChanged.connect(self._narrow)
        self.filter.installEventFilter(self)
        self._order = QComboBox()
        self._order.addItems(["By name", "Last seen first", "Next session first"])
        self._order.setAccessibleName("Order")
        self._order.currentIndexChanged.connect(self._narrow)
        self._archived = QCheckBox("Archived too")
        self._archived.toggled.connect(self._narrow)
        self._count = parts.words(tone="quiet", wrap=False)
        self.list = RowList("Clients")
        self.list.chosen.connect(lambda client: desk.go("client", client=client))
        self.list.installEventFilter(self)
        self.form = ClientForm(desk, self._made, self._put_away)
        self.form.hide()
        self._nobody = Empty("users", "No client of that name", "Clear the field to see everybody.")
        self._nobody.hide()
        head = parts.beside(parts.words(self.title, theme.DISPLAY, strong=True), self._count, gap=theme.M)
        head.setAlignment(self._count, Qt.AlignmentFlag.AlignBottom)
        head.addStretch(1)
        head.addWidget(parts.button("New client", self.client_new, tone="main", icon="user-plus"))
        narrow = parts.beside(self.filter, self._order, self._archived)
        narrow.setStretch(0, 1)
        whole = parts.stacked(head, self.form, narrow, self.list, self._nobody, margin=(theme.XXL, theme.XL))
        whole.setStretchFactor(self.list, 1)
        whole.setStretchFactor(self._nobody, 1)
        self.setLayout(whole)

    def arrive(self, new: bool = False, **place: Any) -> None:
        super().arrive()
        self._put_away()
        self.filter.setFocus()
        self.filter.selectAll()  # what is typed next is another name
        if new:
            self.client_new()

    def place(self) -> dict[str, Any]:
        return {"new": True} if not self.form.isHidden() else {}

    def typed(self) -> dict[str, Any]:
        return self.form.typed()

    def take_up(self, typed: dict[str, Any]) -> None:
        self.form.take_up(typed)

    def leave(self) -> None:
        """Nobody stays named behind the other screens."""
        self._was, self._everybody = self.list.current(), []
        self.list.show_rows([])

    def refresh(self) -> None:
        self.desk.do(client_page.overview, then=self._show, owner=self, latest="clients")

    def client_new(self) -> None:
        self.form.begin(None)
        self.form.show()
        self.form.fields["name"].setFocus()

    def note_find(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows in the field move in the list; letters in the list go to the field."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if watched is self.filter and key in (
                Qt.Key.Key_Down,
                Qt.Key.Key_Up,
                Qt.Key.Key_PageDown,
                Qt.Key.Key_PageUp,
            ):
                self.list.keyPressEvent(event)
                return True
            if watched is self.filter and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if (current := self.list.current()) is not None:
                    self.list.chosen.emit(current)
                return True
            if watched is self.list and event.text().strip() and event.text().isprintable():
                self.filter.setFocus()
                self.filter.setText(self.filter.text() + event.text())
                return True
        return super().eventFilter(watched, event)

    # --- showing -----------------------------------------------------------------------------------------------

    def _show(self, found: list[Listed]) -> None:
        if not self.in_view:
            return
        self._everybody = [(plain(client.name), client) for client in found]
        self._narrow()
        self.list.go_to(self._was)
        self._was = None

    def _narrow(self) -> None:
        now = self.desk.now()
        wanted = plain(self.filter.text())
        archived = self._archived.isChecked()
        kept = [
            client
            for name, client in self._everybody
            if (archived or client.status == "active") and matches(name, wanted)
        ]
        order = self._order.currentIndex()
        if order == BY_SEEN:
            kept.sort(key=lambda client: client.seen or "", reverse=True)
        elif order == BY_NEXT:
            kept.sort(key=lambda client: client.next or "9")
        self.list.show_rows([self._row(client, now) for client in kept])
        self._count.setText(words.counted(len(kept), "client"))
        self._nobody.setVisible(not kept and bool(self._everybody))
        self.list.setVisible(bool(kept) or not self._everybody)

    def _row(self, client: Listed, now: datetime) -> Row:
        told = []
        if client.seen:
            told.append(f"Last seen {words.day(client.seen, now.date())}")
        if client.next:
            told.append(f"next {words.day_and_clock(client.next, now.date())}")
        state, tone = ("Archived", "quiet") if client.status != "active" else ("", "quiet")
        if client.drafts:
            state, tone = words.counted(client.drafts, "draft"), "attention"
        title = names.shown(client.name, self.desk.preferences)
        if client.pronouns:
            title = f"{title}   {client.pronouns}"
        detail = " · ".join(told) or "No session yet"
        return Row(title, detail, state, "archive" if client.status != "active" else "user", tone, key=client.id)

    # --- the form ----------------------------------------------------------------------------------------------

    def _made(self, client: Client) -> None:
        self._put_away()
        if self.in_view:
            self.desk.go("client", client=client.id)
        else:
            self.desk.say("The new client is in the record.")

    def _put_away(self) -> None:
        self.form.hide()
        parts.focus(self.filter)


def matches(name: str, wanted: str) -> bool:
    """Whether every word typed begins some part of the name."""
    parts_of_name = name.replace("-", " ").split()
    return all(any(part.startswith(word) for part in parts_of_name) for word in wanted.split()) or (
        bool(wanted) and name.startswith(wanted)
    )
