"""The form of a client's details, for a new client and for changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QFormLayout, QLineEdit

from notes.desktop import parts
from notes.desktop.desk import Desk
from notes.desktop.notices import in_words
from notes.desktop.parts import Card
from notes.errors import NotesError
from notes.record import clients
from notes.record.clients import FIELDS, Client

_LABELS = {
    "name": "&Name",
    "pronouns": "&Pronouns",
    "born": "&Born",
    "phone": "P&hone",
    "email": "&E-mail",
    "emergency_contact": "E&mergency contact",
}
_HINTS = {"born": "1984-03-31", "pronouns": "she/her", "emergency_contact": "Who, and how to reach them"}


class ClientForm(Card):
    """A card in the screen. `done` gets the client when it was saved; `cancelled` is called when it was not.

    What was typed and not saved is kept for each client, until it is saved or called off.
    """

    def __init__(self, desk: Desk, done: Callable[[Client], None], cancelled: Callable[[], None]) -> None:
        super().__init__()
        self._desk, self._done, self._cancelled = desk, done, cancelled
        self._client: Client | None = None
        self._typed: dict[int | None, dict[str, str]] = {}
        self._title = parts.words(strong=True)
        self._trouble = parts.words(tone="alarm")
        self._trouble.hide()
        self.fields = {name: QLineEdit(placeholderText=_HINTS.get(name, "")) for name in FIELDS}
        form = QFormLayout()
        for name, field in self.fields.items():
            field.setAccessibleName(_LABELS[name].replace("&", ""))
            field.returnPressed.connect(self.save)
            field.textEdited.connect(self._note_typed)
            form.addRow(_LABELS[name], field)
        self.keep = parts.button("Add", self.save, tone="main")
        self.body.addWidget(self._title)
        self.body.addLayout(form)
        self.body.addWidget(self._trouble)
        self.body.addLayout(parts.beside(0, parts.button("Cancel", self._cancel), self.keep))

    def begin(self, client: Client | None) -> None:
        """Empty for a new client, or with a client's details; and with what was typed of them before."""
        if client is None or client.id != self._number:
            self._trouble.hide()
        self._client = client
        title = "A new client" if client is None else "Details"
        self._title.setText(title)
        self.setAccessibleName(title)
        self.keep.setText("Add" if client is None else "Save")
        for name, field in self.fields.items():
            text = self._typed.get(self._number, {}).get(name, self._known(name))
            if text != field.text():  # else the cursor stays where it is
                field.setText(text)

    def typed(self) -> dict[str, dict[str, str]]:
        """What was typed and not saved, by the client's number; of a new client under nothing."""
        return {"" if number is None else str(number): told for number, told in self._typed.items()}

    def take_up(self, typed: dict[str, Any]) -> None:
        """Have again what ``typed`` gave."""
        for number, told in typed.items():
            if isinstance(told, dict) and (number == "" or number.isdecimal()):
                fields = {name: value for name, value in told.items() if name in FIELDS and isinstance(value, str)}
                self._typed[int(number) if number else None] = fields

    def save(self) -> None:
        """Add the client, or change what was changed."""
        if not self.keep.isEnabled():
            return
        before, stated = self._client, {name: field.text() for name, field in self.fields.items()}
        if before is None:
            self._hold(True)
            details = {name: value for name, value in stated.items() if value or name == "name"}
            self._desk.do(clients.create, **details, then=self._added, failed=self._complain, owner=self)
            return
        changed = {name: value for name, value in stated.items() if value != self._known(name)}
        if not changed:
            self._cancel()
            return
        self._hold(True)
        as_it_was = {name: self._known(name) for name in changed}
        then = lambda client: self._changed(client, as_it_was)  # noqa: E731
        self._desk.do(clients.change, before.id, **changed, then=then, failed=self._complain, owner=self)

    def _hold(self, saving: bool) -> None:
        """Until it is saved nothing more is typed, which would be in no save, and nothing saved twice."""
        self.keep.setEnabled(not saving)
        for field in self.fields.values():
            field.setReadOnly(saving)

    def _added(self, client: Client) -> None:
        self._hold(False)
        self._typed.pop(None, None)
        if self._number is None:
            self._done(client)

    def _changed(self, client: Client, as_it_was: dict[str, str]) -> None:
        self._hold(False)
        self._typed.pop(client.id, None)
        self._desk.say("The details are saved.", undo=lambda: self._put_back(client.id, as_it_was))
        if self._number == client.id:  # else the form is about somebody else by now
            self._trouble.hide()
            self._done(client)

    def _put_back(self, client: int, as_it_was: dict[str, str]) -> None:
        details: dict[str, Any] = {**as_it_was}
        self._desk.do(clients.change, client, **details)

    def _cancel(self) -> None:
        self._typed.pop(self._number, None)
        self._trouble.hide()
        self.begin(self._client)
        self._cancelled()

    def _note_typed(self) -> None:
        typed = {name: field.text() for name, field in self.fields.items() if field.text() != self._known(name)}
        self._typed[self._number] = typed
        if not typed:
            del self._typed[self._number]

    @property
    def _number(self) -> int | None:
        return self._client.id if self._client is not None else None

    def _known(self, field: str) -> str:
        return getattr(self._client, field, None) or ""

    def _complain(self, error: NotesError) -> None:
        self._hold(False)
        self._trouble.setText(in_words(error))
        self._trouble.show()
