"""A new note: whose, of which session, in which shape. Three choices, made for the practitioner where they can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLabel, QListWidget, QListWidgetItem, QWidget

from notes.desktop import attending, parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.editor_move import ClientChoice
from notes.desktop.screen import Screen
from notes.desktop.when_field import WhenField
from notes.record import beginning, choices, progress_notes, templates
from notes.record.beginning import Beginning
from notes.record.choices import Choices
from notes.record.reading import Note
from notes.record.sessions import OF_A_SESSION, Session
from notes.record.templates import Template

_DATA = Qt.ItemDataRole.UserRole
_NOW, _OTHER = "now", "other"


class TemplateList(QListWidget):
    """The templates; a digit chooses one, Enter begins. `by_hand` says whether somebody chose."""

    def __init__(self, begin: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._begin = begin
        self.by_hand = self._telling = False
        self.setAccessibleName("Template")
        self.itemDoubleClicked.connect(lambda _: begin())
        self.itemClicked.connect(lambda _: self._by_hand())
        self.currentRowChanged.connect(lambda _: self._by_hand())

    def tell(self, found: Sequence[Template]) -> None:
        """Show the templates; the first nine have a digit."""
        self._telling = True
        self.clear()
        for number, template in enumerate(found, 1):
            heads = [line.lstrip("# ") for line in template.body.splitlines() if line.startswith("#")]
            shape = ", ".join(heads) if heads else "an empty page" if not template.body.strip() else "own text"
            digit = f"{number}   " if number < 10 else "     "
            item = QListWidgetItem(f"{digit}{template.name}: {shape}")
            item.setData(_DATA, template)
            self.addItem(item)
        self._telling = False

    def choose(self, *wanted: str | None) -> None:
        """The first of these that there is, else the first in the list; not where somebody chose by hand."""
        offered = {self.item(row).data(_DATA).name: row for row in range(self.count())}
        if not self.by_hand or self.currentRow() < 0:
            self._telling = True
            self.setCurrentRow(next((offered[name] for name in wanted if name in offered), 0))
            self._telling = False

    @property
    def chosen(self) -> Template | None:
        """The template; None before there are any."""
        item = self.currentItem()
        found: Template | None = None if item is None else item.data(_DATA)
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._begin()
        elif event.text().isdigit() and 0 < int(event.text()) <= self.count():
            self.setCurrentRow(int(event.text()) - 1)
            self._by_hand()
        else:
            super().keyPressEvent(event)

    def _by_hand(self) -> None:
        self.by_hand = self.by_hand or not self._telling


class NewNote(Screen):
    """Begins a note and goes to it."""

    name = "new_note"
    title = "New note"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._place: dict[str, Any] = {}
        self._wanted: str | None = None
        self._last: str | None = None
        self._behind = Beginning([], None)
        self._beginning = self._asking = False
        self._asked: int | None = None
        self._with_sessions, self._session_before = True, _NOW
        self.client, self.session = ClientChoice(desk), QComboBox()
        self.client.picked.connect(lambda _: self._ask())
        line = self.client.lineEdit()
        assert line is not None  # an editable box has one
        line.editingFinished.connect(self._ask)
        self.session.setAccessibleName("Session")
        self.session.currentIndexChanged.connect(lambda _: self._weigh())
        self.at = WhenField()
        self.not_come = parts.button("They did not come", lambda: self._nobody_came("no-show"), tone="link")
        self.cancelled = parts.button("They cancelled", lambda: self._nobody_came("cancelled"), tone="link")
        self.templates = TemplateList(self.begin)
        self.templates.currentRowChanged.connect(lambda _: self._suit_template())
        self.go_on = parts.button("Begin writing", self.begin, tone="main", icon="note-pencil")
        self._lay_out()

    def _lay_out(self) -> None:
        own = parts.button("Templates and snippets …", lambda: self.desk.go("snippets"), tone="link")
        card = parts.Card()
        card.body.addWidget(parts.words("New note", theme.TITLE, strong=True))
        for told, field in (("&Client", self.client), ("&Session", self.session), ("&Template", self.templates)):
            label = QLabel(told)
            label.setBuddy(field)
            card.body.addWidget(label)
            card.body.addWidget(field)
            if field is self.session:
                card.body.addWidget(self.at)
                card.body.addLayout(parts.beside(self.not_come, self.cancelled, 0))
        card.body.addLayout(parts.beside(self.go_on, 0, own))
        column = parts.Column(720)
        column.body.addWidget(card)
        column.body.addStretch(1)
        self.setLayout(parts.stacked(column, gap=0))

    def arrive(self, **place: Any) -> None:
        self._place = {"client": place.get("client"), "session": place.get("session")}
        self._beginning = self._asking = False
        self._asked = None
        self._behind = Beginning([], None)
        self.at.setDateTime(parts.for_field(self.desk.now()))
        self.templates.by_hand = False
        self._wanted = place.get("template")
        self.templates.choose(self._wanted, self._last)
        self._fill_sessions()
        self.client.tell([], None)
        self.desk.do(choices.offer, then=self._fill_clients, owner=self, latest="new-clients")
        self.desk.do(templates.list_templates, then=self._fill_templates, owner=self, latest="new-templates")

    def leave(self) -> None:
        """Nobody stays named behind the other screens."""
        self.client.tell([], None)
        self._behind = Beginning([], None)
        self._fill_sessions()

    def place(self) -> dict[str, Any]:
        return self._place

    def _fill_clients(self, found: Choices) -> None:
        if not self.in_view:
            return
        self.client.tell(found.clients, self._place["client"])
        self._weigh()
        if self._place["client"] is None:
            parts.focus(self.client)
        else:
            self._ask()
            parts.focus(self.templates)

    def _fill_templates(self, found: list[Template]) -> None:
        before = self.templates.chosen
        self.templates.tell(found)
        kept = before.name if before is not None and self.templates.by_hand else self._wanted
        self.templates.choose(kept, self._behind.template, self._last)
        rows = min(self.templates.count(), 12)
        self.templates.setMinimumHeight(rows * (self.templates.sizeHintForRow(0) + 2) + theme.L)

    def _ask(self) -> None:
        """What stands behind a note of the client who is named now; until it is known, none is begun."""
        client = self.client.client()
        if client is not None and client != self._asked:
            self._asked, self._asking, self._behind = client, True, Beginning([], None)
            self._fill_sessions()
            wanted = self._place["session"] if client == self._place["client"] else None
            self.desk.do(
                beginning.offer,
                *(client, wanted),
                then=self._show_behind,
                failed=self._not_begun,
                owner=self,
                latest="new-beginning",
            )
        self._weigh()

    def _show_behind(self, behind: Beginning) -> None:
        if not self.in_view:
            return
        self._behind, self._asking = behind, False
        self.templates.choose(self._wanted, behind.template, self._last)
        self._fill_sessions()

    def _suit_template(self) -> None:
        """Another template: what is chosen stays, but a note of a kind that belongs to no session only has a date."""
        if self._of_a_session() == self._with_sessions:
            return
        left, before = self.session.currentData(), self._session_before
        self._fill_sessions()
        if not self._with_sessions:
            self._session_before = left
        elif self.session.findData(before) >= 0:
            self.session.setCurrentIndex(self.session.findData(before))

    def _fill_sessions(self) -> None:
        """What a note of the chosen template can be of, and of these the likeliest."""
        self._with_sessions = self._of_a_session()
        found, now = self._behind.sessions if self._with_sessions else [], self.desk.now()
        likely = self._likely(now)
        self._session_before = likely
        self.session.clear()
        self.session.addItem("Now" if self._with_sessions else "Today, of no session", _NOW)
        for session in found:
            told = words.day_and_clock(session.started_at, now.date())
            self.session.addItem(f"{told} ({_state(session, now)})", session.id)
        self.session.addItem("Another day or time …", _OTHER)
        self.session.setCurrentIndex(max(0, self.session.findData(likely)))
        self._weigh()

    def _likely(self, now: datetime) -> Any:
        """The session that was asked for, else the newest of today that took place and has no note."""
        found = self._behind.sessions
        wanted = (one.id for one in found if one.id == self._place.get("session"))
        of_today = (one for one in found if words.moment(one.started_at).date() == now.date())
        due = (one.id for one in of_today if _is_open(one) and attending.is_due(one, now))
        return next(wanted, next(due, _NOW))

    def _of_a_session(self) -> bool:
        template = self.templates.chosen
        return template is None or template.kind in OF_A_SESSION

    def _session(self) -> Session | None:
        """The session that is chosen, where it is one that is in the record."""
        chosen = self.session.currentData()
        return next((session for session in self._behind.sessions if session.id == chosen), None)

    def _weigh(self) -> None:
        self.at.setVisible(self.session.currentData() == _OTHER)
        client, session = self.client.client(), self._session()
        missed = session is not None and client == session.client and _is_open(session)
        for button in (self.not_come, self.cancelled):
            button.setVisible(missed and session is not None and session.attendance in attending.CAME)
        self.go_on.setEnabled(client is not None and not self._beginning and not self._asking)

    def _nobody_came(self, attendance: str) -> None:
        session = self._session()
        if session is not None:
            attending.set_attendance(self.desk, session, attendance)
            self.desk.go("today")

    def begin(self) -> None:
        """Begin the note as it was chosen."""
        client, template = self.client.client(), self.templates.chosen
        if client != self._asked:
            self._ask()
        if client is None or template is None:
            self.client.setFocus()
            return
        if self._asking:  # what it can be of is about to be shown: the next Enter begins
            self.templates.setFocus()
        if self._asking or self._beginning:
            return
        self._beginning = True
        self._last = template.name if template.kind in OF_A_SESSION else self._last
        chosen, session = self.session.currentData(), self._session()
        at = self.at.dateTime().toString("yyyy-MM-ddTHH:mm") if chosen == _OTHER else None
        self.desk.do(
            progress_notes.create,
            *(client, template.name, None, at, None if session is None else session.id),
            then=self._begun,
            failed=self._not_begun,
            owner=self,
        )

    def _begun(self, note: Note) -> None:
        if self.in_view:
            self.desk.go("note", note=note.id)
        else:
            self.desk.say("The note is begun.", "It is on the screen Today, under “To finish”.")

    def _not_begun(self, error: Any) -> None:
        self._asked = None if self._asking else self._asked
        self._beginning = self._asking = False
        self._weigh()
        self.desk.complain(error)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.client.client() is not None:
            self.begin()
        else:
            super().keyPressEvent(event)


def _is_open(session: Session) -> bool:
    return not session.signed and not session.drafts


def _state(session: Session, now: datetime) -> str:
    """How a session stands with its note, for the list."""
    if not _is_open(session):
        return "has a signed note" if session.signed else "has a draft"
    if session.attendance not in attending.CAME:
        return attending.WORDS[session.attendance].lower()
    return "to come" if attending.is_to_come(session, now) else "no note yet"
