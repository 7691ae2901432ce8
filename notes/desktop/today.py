"""Today: what the day holds, what is unfinished, what the log has to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from notes.desktop import parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.parts import Card, Column
from notes.desktop.screen import Screen

if TYPE_CHECKING:
    from notes.record.sessions import Session


class Today(Screen):
    """Home."""

    name = "today"
    title = "Today"
    shows = frozenset({"session", "note", "client"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._column = Column()
        self.setLayout(parts.stacked(self._column, gap=0))

    def refresh(self) -> None:
        from notes.record import sessions

        self.desk.do(sessions.list_sessions, limit=20, then=self._show, owner=self, latest="today")

    def _show(self, found: list[Session]) -> None:
        parts.clear(self._column.body)
        today = self.desk.now().date()
        self._column.body.addWidget(parts.words(f"{today:%A}, {today.day} {today:%B}", theme.DISPLAY, strong=True))
        card = Card("Sessions")
        for session in found:
            card.body.addWidget(parts.words(f"{words.day_and_clock(session.started_at, today)}  {session.client_name}"))
        self._column.body.addWidget(card)
        self._column.body.addStretch(1)
