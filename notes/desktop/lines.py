"""What is said on top of the screen, one line at a time, and the command that undoes what it tells of."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from notes.desktop import icons, parts, theme
from notes.desktop.desk import Desk, Notice

STAYS = 8_000
"""Milliseconds for which a line stays that needs nothing done and can take nothing back."""
QUIET = 2.0
"""Seconds without a key or the mouse before it goes: what is below moves up then, and not under somebody's hand."""


class NoticeBar(QFrame):
    """The line on top: what was done and can be undone, or what went wrong and what to do."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._text, self._detail = parts.words(strong=True), parts.words()
        self._undo = parts.button("Undo", self.take_back)
        self._close = QToolButton()
        self._close.setIcon(icons.icon("x"))
        self._close.setAccessibleName("Close this line")
        self._close.setToolTip("Close this line (Esc)")
        self._close.clicked.connect(self.dismiss)
        told = parts.stacked(self._text, self._detail, gap=theme.XS)
        self._row = parts.beside(gap=theme.M, margin=(theme.M, theme.S))
        self._row.addLayout(told, 1)
        self._row.addWidget(self._undo)
        self._row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(self._row)
        self._back: Callable[[], None] | None = None
        self.hide()

    def tell(self, text: str, detail: str, tone: str, undo: Callable[[], None] | None, verb: str = "Undo") -> None:
        """Show a line. `verb` stands on the button that runs `undo`."""
        self._text.setText(text)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._back = undo
        self._undo.setText(verb)
        self._undo.setVisible(undo is not None)
        parts.set_tone(self, tone)
        self.setAccessibleName(f"{text} {detail}".strip())
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.accessibleName()))

    def dismiss(self) -> None:
        """Take the line away."""
        self._back = None
        self.hide()
        self.closed.emit()

    def take_back(self) -> None:
        """Do what stands on the button of the line, and take the line away."""
        run = self._back
        self.dismiss()
        if run is not None:
            run()


class Lines(QObject):
    """Shows lines in a bar. One that stays comes back after what covers it.

    `quiet` gives the seconds since the last key or movement.
    """

    over = Signal()
    """Nothing is left to say."""

    def __init__(self, desk: Desk, bar: NoticeBar, quiet: Callable[[], float]) -> None:
        super().__init__(bar)
        self._desk, self._bar, self._quiet = desk, bar, quiet
        self.shown: Notice | None = None
        self._waiting: list[Notice] = []
        self.goes = QTimer(self, singleShot=True, interval=STAYS)
        self.goes.timeout.connect(self._go)
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
        if self.shown is not None and (self.shown.stays or (self.shown.can_be_undone and notice.stays)):
            self._waiting.insert(0, self.shown)  # not read yet; or it can be undone, and what covers it came unasked
        self.shown = notice
        self._bar.tell(notice.text, notice.detail, notice.tone, notice.undo, notice.verb)
        if notice.can_be_undone:
            self._desk.take_up("go.undo", self._bar.take_back)
        elif not notice.stays:
            self.goes.start(STAYS)

    def _go(self) -> None:
        if self._quiet() < QUIET:
            self.goes.start(int(QUIET * 1000))
        else:
            self._bar.dismiss()

    def next(self) -> None:
        """Say what waits."""
        self.shown = None
        self._desk.lay_down("go.undo")
        if self._waiting:
            self.say(self._waiting.pop(0))
        else:
            self.over.emit()
