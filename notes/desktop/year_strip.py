"""A year of sessions at a glance: one column a week, a mark for each session, filled when they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from notes.desktop import theme, words
from notes.desktop.attending import CAME, WORDS
from notes.record.sessions import Session

WEEKS = 52
MOST_IN_A_WEEK = 3
"""Marks drawn above each other; more in one week are counted in the words only."""


class YearStrip(QWidget):
    """The last 52 weeks. The same is said in words (``summary``) and listed in the timeline."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._weeks: list[list[Session]] = [[] for _ in range(WEEKS)]
        self._first = date.today()
        self.summary = ""
        """What is drawn, in words."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_sessions(self, sessions: Sequence[Session], now: datetime) -> None:
        """Draw those that have begun."""
        today = now.date()
        monday = today - timedelta(days=today.weekday())
        self._first = monday - timedelta(weeks=WEEKS - 1)
        self._weeks = [[] for _ in range(WEEKS)]
        shown = []
        for session in sessions:
            week = (words.moment(session.started_at).date() - self._first).days // 7
            if 0 <= week < WEEKS and words.moment(session.started_at) <= now:
                self._weeks[week].append(session)
                shown.append(session)
        counts = Counter("came" if session.attendance in CAME else session.attendance for session in shown)
        told = [words.counted(counts["came"], "session")]
        told += [f"{counts['cancelled']} cancelled"] if counts["cancelled"] else []
        told += [f"{counts['no-show']} missed"] if counts["no-show"] else []
        self.summary = f"In the last 52 weeks: {', '.join(told)}"
        self.setAccessibleName(self.summary)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WEEKS * 10, 3 * 12 + theme.L)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.width() / WEEKS
        size = min(9.0, step - 2)
        floor = self.height() - theme.L
        painter.setFont(theme.font(theme.SMALL))
        for number, week in enumerate(self._weeks):
            left = number * step + (step - size) / 2
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.drawLine(QPointF(left, floor + 2), QPointF(left + size, floor + 2))
            for above, session in enumerate(week[:MOST_IN_A_WEEK]):
                _mark(painter, QRectF(left, floor - (above + 1) * 12, size, size), session)
            monday = self._first + timedelta(weeks=number)
            if monday.day <= 7:
                painter.setPen(theme.colour("quiet"))
                painter.drawText(QPointF(left, self.height() - 2), f"{monday:%b}")
        painter.end()

    def event(self, event: QEvent) -> bool:
        """A tip for each week."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            week = min(WEEKS - 1, max(0, int(event.pos().x() / (self.width() / WEEKS))))
            told = [f"{words.full_day(s.started_at)}: {WORDS[s.attendance].lower()}" for s in self._weeks[week]]
            QToolTip.showText(event.globalPos(), "\n".join(told) or "No session", self)
            return True
        return super().event(event)


def _mark(painter: QPainter, area: QRectF, session: Session) -> None:
    """Filled for came, an outline for cancelled, a cross for not come: told apart without colour."""
    if session.attendance in CAME:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        painter.drawRoundedRect(area, 2, 2)
        return
    painter.setPen(QPen(theme.colour("edge" if session.attendance == "cancelled" else "attention"), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if session.attendance == "cancelled":
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 2, 2)
    else:
        inside = area.adjusted(1, 1, -1, -1)
        painter.drawLine(inside.topLeft(), inside.bottomRight())
        painter.drawLine(inside.topRight(), inside.bottomLeft())
