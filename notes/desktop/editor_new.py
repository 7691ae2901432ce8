"""A new note: whose, of which session, in which shape. Three choices, made for the practitioner where they can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLabel, QListWidget, QListWidgetItem, QWidget

from notes.desktop import parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.editor_move import ClientChoice, when_field
from notes.desktop.screen import Screen
from notes.record import clients, progress_notes, sessions, templates
from notes.record.clients import Client
from notes.record.sessions import Session
from notes.record.templates import Template

_DATA = Qt.ItemDataRole.UserRole
_NOW, _OTHER = "now", "other"


class TemplateList(QListWidget):
    """The templates; a digit chooses one, Enter begins."""

    def __init__(self, begin: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._begin = begin
        self.setAccessibleName("Template")
        self.itemDoubleClicked.connect(lambda _: begin())

    def tell(self, found: Sequence[Template], chosen: str | None) -> None:
        """Show the templates; the first nine have a digit."""
        self.clear()
        for number, template in enumerate(found, 1):
            heads = [line.lstrip("# ") for line in template.body.splitlines() if line.startswith("#")]
            shape = ", ".join(heads) if heads else "an empty page" if not template.body.strip() else "own text"
            digit = f"{number}   " if number < 10 else "     "
            item = QListWidgetItem(f"{digit}{template.name}: {shape}")
            item.setData(_DATA, template.name)
            self.addItem(item)
            if template.name == chosen:
                self.setCurrentItem(item)
        if self.currentRow() < 0:
            self.setCurrentRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._begin()
        elif event.text().isdigit() and 0 < int(event.text()) <= self.count():
            self.setCurrentRow(int(event.text()) - 1)
        else:
            super().keyPressEvent(event)


class NewNote(Screen):
    """Begins a note and goes to it."""

    name = "new_note"
    title = "New note"
    commands = ("note.templates",)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._place: dict[str, Any] = {}
        self._template = "SOAP"
        self._beginning = False
        self._asked: int | None = None
        self.client, self.session = ClientChoice(desk), QComboBox()
        self.client.picked.connect(lambda _: self._ask_sessions())
        line = self.client.lineEdit()
        assert line is not None  # an editable box has one
        line.editingFinished.connect(self._ask_sessions)
        self.session.setAccessibleName("Session")
        self.session.currentIndexChanged.connect(lambda _: self._weigh())
        self.at = when_field()
        self.templates = TemplateList(self.begin)
        self.go_on = parts.button("Begin writing", self.begin, tone="main", icon="note-pencil")
        own = parts.button("Templates and snippets …", lambda: desk.go("snippets"), tone="link")
        card = parts.Card()
        card.body.addWidget(parts.words("New note", theme.TITLE, strong=True))
        for told, field in (("&Client", self.client), ("&Session", self.session), ("&Template", self.templates)):
            label = QLabel(told)
            label.setBuddy(field)
            card.body.addWidget(label)
            card.body.addWidget(field)
            if field is self.session:
                card.body.addWidget(self.at)
        card.body.addLayout(parts.beside(self.go_on, 0, own))
        column = parts.Column(720)
        column.body.addWidget(card)
        column.body.addStretch(1)
        self.setLayout(parts.stacked(column, gap=0))

    def arrive(self, **place: Any) -> None:
        self._place = {"client": place.get("client"), "session": place.get("session")}
        self._beginning, self._asked = False, None
        self._template = place.get("template") or self._template
        self.at.setDateTime(parts.for_field(self.desk.now()))
        self._fill_sessions([])
        self.client.tell([], None)
        self.desk.do(clients.list_clients, then=self._fill_clients, owner=self, latest="new-clients")
        self.desk.do(templates.list_templates, then=self._fill_templates, owner=self, latest="new-templates")

    def place(self) -> dict[str, Any]:
        return self._place

    def _fill_clients(self, found: list[Client]) -> None:
        self.client.tell(found, self._place["client"])
        self._weigh()
        if self._place["client"] is None:
            self.client.setFocus()
        else:
            self._ask_sessions()
            self.templates.setFocus()

    def _fill_templates(self, found: list[Template]) -> None:
        self.templates.tell(found, self._template)
        rows = min(self.templates.count(), 12)
        self.templates.setMinimumHeight(rows * (self.templates.sizeHintForRow(0) + 2) + theme.L)

    def _ask_sessions(self) -> None:
        client = self.client.client()
        self._weigh()
        if client is not None and client != self._asked:
            self._asked = client
            self.desk.do(
                sessions.list_sessions, client, limit=10, then=self._fill_sessions, owner=self, latest="new-sessions"
            )

    def _fill_sessions(self, found: list[Session]) -> None:
        today = self.desk.now().date()
        self.session.clear()
        self.session.addItem("Now", _NOW)
        for session in found:
            told = words.day_and_clock(session.started_at, today)
            state = "has a signed note" if session.signed else "has a draft" if session.drafts else session.attendance
            self.session.addItem(f"{told} ({state})", session.id)
        self.session.addItem("Another day or time …", _OTHER)
        wanted = self._place.get("session")
        open_today = (
            s.id for s in found if not s.signed and not s.drafts and words.moment(s.started_at).date() == today
        )
        chosen = wanted if wanted is not None else next(open_today, _NOW)
        self.session.setCurrentIndex(max(0, self.session.findData(chosen)))
        self._weigh()

    def _weigh(self) -> None:
        self.at.setVisible(self.session.currentData() == _OTHER)
        self.go_on.setEnabled(self.client.client() is not None and not self._beginning)

    def begin(self) -> None:
        """Begin the note as it was chosen."""
        client, item = self.client.client(), self.templates.currentItem()
        if client is None or item is None or self._beginning:
            self.client.setFocus()
            return
        self._template, self._beginning = str(item.data(_DATA)), True
        chosen = self.session.currentData()
        at = self.at.dateTime().toString("yyyy-MM-ddTHH:mm") if chosen == _OTHER else None
        session = None if chosen in (_NOW, _OTHER) else chosen
        self.desk.do(
            progress_notes.create,
            *(client, self._template, None, at, session),
            then=lambda note: self.desk.go("note", note=note.id),
            failed=self._not_begun,
            owner=self,
        )

    def _not_begun(self, error: Any) -> None:
        self._beginning = False
        self._weigh()
        self.desk.complain(error)

    def note_templates(self) -> None:
        self.desk.go("snippets")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.client.client() is not None:
            self.begin()
        else:
            super().keyPressEvent(event)
