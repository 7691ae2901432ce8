"""The form of a client's details, for a new client and for changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFormLayout, QLineEdit

from notes.desktop import parts
from notes.desktop.desk import Desk
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
    """A card in the screen. `done` gets the client when it was saved; `cancelled` is called when it was not."""

    def __init__(self, desk: Desk, done: Callable[[Client], None], cancelled: Callable[[], None]) -> None:
        super().__init__()
        self._desk, self._done, self._cancelled = desk, done, cancelled
        self._client: Client | None = None
        self._title = parts.words(strong=True)
        self._trouble = parts.words(tone="alarm")
        self._trouble.hide()
        self.fields = {name: QLineEdit(placeholderText=_HINTS.get(name, "")) for name in FIELDS}
        form = QFormLayout()
        for name, field in self.fields.items():
            field.setAccessibleName(_LABELS[name].replace("&", ""))
            field.returnPressed.connect(self.save)
            form.addRow(_LABELS[name], field)
        self.keep = parts.button("Add", self.save, tone="main")
        self.body.addWidget(self._title)
        self.body.addLayout(form)
        self.body.addWidget(self._trouble)
        self.body.addLayout(parts.beside(0, parts.button("Cancel", cancelled), self.keep))

    def begin(self, client: Client | None) -> None:
        """Empty for a new client, or with a client's details."""
        self._client = client
        title = "A new client" if client is None else "Details"
        self._title.setText(title)
        self.setAccessibleName(title)
        self.keep.setText("Add" if client is None else "Save")
        self._trouble.hide()
        for name, field in self.fields.items():
            field.setText(getattr(client, name, None) or "")

    def save(self) -> None:
        """Add the client, or change what was changed."""
        stated = {name: field.text() for name, field in self.fields.items()}
        if self._client is None:
            details = {name: value for name, value in stated.items() if value or name == "name"}
            self._desk.do(clients.create, **details, then=self._done, failed=self._complain, owner=self)
            return
        changed = {name: value for name, value in stated.items() if value != (getattr(self._client, name) or "")}
        if changed:
            self._desk.do(
                clients.change, self._client.id, **changed, then=self._done, failed=self._complain, owner=self
            )
        else:
            self._cancelled()

    def _complain(self, error: NotesError) -> None:
        self._trouble.setText(" ".join(filter(None, (error.what, error.why, error.hint))))
        self._trouble.show()
