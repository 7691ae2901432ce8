"""What is said on top of the screen, one line at a time, and the command that undoes what it tells of."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from notes.desktop.desk import Desk, Notice
from notes.desktop.parts import NoticeBar

STAYS = 8_000
"""Milliseconds for which a line stays that needs nothing done and can take nothing back."""


class Lines(QObject):
    """Shows lines in a bar. One that stays comes back after what covers it."""

    over = Signal()
    """Nothing is left to say."""

    def __init__(self, desk: Desk, bar: NoticeBar) -> None:
        super().__init__(bar)
        self._desk, self._bar = desk, bar
        self.shown: Notice | None = None
        self._waiting: list[Notice] = []
        self.goes = QTimer(self, singleShot=True, interval=STAYS)
        self.goes.timeout.connect(bar.dismiss)
        bar.closed.connect(self.next)

    def later(self, notice: Notice) -> None:
        """Say it when its turn comes."""
        self._waiting.append(notice)

    def say(self, notice: Notice | None) -> None:
        """Say it now; None takes away what is shown."""
        self.goes.stop()
        self._desk.lay_down("go.undo")
        if notice is None:
            self._bar.dismiss()
            return
        if self.shown is not None and self.shown.stays:
            self._waiting.insert(0, self.shown)  # not read yet
        self.shown = notice
        self._bar.tell(notice.text, notice.detail, notice.tone, notice.undo, notice.verb)
        if notice.can_be_undone:
            self._desk.take_up("go.undo", self._bar.take_back)
        elif not notice.stays:
            self.goes.start()

    def next(self) -> None:
        """Say what waits."""
        self.shown = None
        self._desk.lay_down("go.undo")
        if self._waiting:
            self.say(self._waiting.pop(0))
        else:
            self.over.emit()
