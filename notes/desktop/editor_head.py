"""Above the text: whose note it is, of when, of which kind, whether it is signed, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from notes.desktop import icons, names, parts, theme, words
from notes.desktop.desk import Desk
from notes.record.reading import Note


class Head(QFrame):
    """One line of who and one of what, the state in a word with its sign, the tools, the main button."""

    client_wanted = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = desk.preferences
        self.client = parts.button("", self.client_wanted.emit, tone="link")
        self.client.setFont(theme.font(theme.TITLE, strong=True))
        self.client.setToolTip("To this client's page")
        self._about = parts.words(tone="quiet")
        self._sign, self._state = QLabel(), parts.words(strong=True, wrap=False)
        self._main = parts.button("Sign …", desk.action("note.sign").trigger, tone="main", icon="pen-nib")
        self._add = parts.button("Addendum …", desk.action("note.addendum").trigger)
        self._amend = parts.button("Amend …", desk.action("note.amend").trigger)
        tools = parts.beside(gap=theme.XS)
        for name in ("note.read", "note.find", "note.print", "note.side"):
            tools.addWidget(parts.tool(desk.action(name)))
        upper = parts.beside(self.client, 0, self._sign, self._state, theme.M, gap=theme.S)
        for thing in (self._amend, self._add, self._main):
            upper.addWidget(thing)
        lower = parts.beside(gap=theme.S)
        lower.addWidget(self._about, 1)
        lower.addLayout(tools)
        self.setLayout(parts.stacked(upper, lower, gap=theme.XS, margin=(theme.XL, theme.S)))
        self.setVisible(False)

    def forget(self) -> None:
        """Nobody is named here any more."""
        self.client.setText("")
        self.client.setAccessibleName("Client")
        self._about.clear()

    def tell(self, note: Note) -> None:
        """Show what stands around a note."""
        signed = note.status == "signed"
        name = names.shown(note.client_name, self._preferences)
        self.client.setText(name)
        self.client.setAccessibleName(f"Client {name}: to the client's page")
        kind = note.template if note.kind in ("progress", note.template) else f"{note.template}, {note.kind}"
        changed = f"version {note.newest}" if note.newest > 1 else ""
        told = (note.pronouns, kind, words.full_day(note.session_at), changed)
        self._about.setText("  ·  ".join(filter(None, told)))
        self._state.setText(f"Signed {words.full_day(note.signed_at)}" if signed else "Draft")
        parts.set_tone(self._state, "good" if signed else "attention")
        icon = icons.icon("check-circle", "good") if signed else icons.icon("pencil-simple", "attention")
        self._sign.setPixmap(icon.pixmap(QSize(18, 18)))
        self._main.setVisible(not signed)
        self._add.setVisible(signed)
        self._amend.setVisible(signed)
        self.setVisible(True)
