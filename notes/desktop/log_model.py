"""The lines of the access log as a table that reads on as one scrolls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from notes.desktop import icons, log_words, theme, words
from notes.practice.log import LineView

WHEN, WHO, WHAT, CLIENT, OUTCOME, WHY = range(6)
HEADINGS = ("When", "Who", "What", "Client", "Outcome", "Why it is shown")

_HERE = QModelIndex()


class Lines(QAbstractTableModel):
    """Lines, newest first: those read so far; ``more`` asks for those before the oldest of them."""

    more = Signal(object)

    def __init__(self, today: Callable[[], date], called: Callable[[str], str], parent: QObject) -> None:
        super().__init__(parent)
        self._today, self._called = today, called
        self._lines: list[LineView] = []
        self._why: dict[int, str] = {}
        self._whole = True
        self._waiting = False

    def show(self, lines: list[LineView], why: dict[int, str], whole: bool) -> None:
        """Show these; `whole` when there are no more."""
        self.beginResetModel()
        self._lines, self._why, self._whole, self._waiting = list(lines), dict(why), whole, False
        self.endResetModel()

    def add(self, lines: list[LineView], why: dict[int, str], whole: bool) -> None:
        """Show these below."""
        self._whole, self._waiting = whole, False
        if lines:
            self.beginInsertRows(_HERE, len(self._lines), len(self._lines) + len(lines) - 1)
            self._lines += lines
            self._why |= why
            self.endInsertRows()

    def nothing_came(self) -> None:
        """What was asked for could not be read: scrolling asks again."""
        self._waiting = False

    def line(self, index: QModelIndex | QPersistentModelIndex) -> LineView | None:
        """The line of a row."""
        return self._lines[index.row()] if index.isValid() and index.row() < len(self._lines) else None

    def why(self, line: LineView) -> str:
        """Why a line is pointed out; empty where it is not."""
        return self._why.get(line.seq, "")

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _HERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _HERE) -> int:
        return len(HEADINGS)

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> bool:
        return not (self._whole or self._waiting)

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> None:
        if self._lines and self.canFetchMore(parent):
            self._waiting = True
            self.more.emit(self._lines[-1].seq)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What is shown of a row, read out, or drawn from."""
        line = self.line(index)
        if line is None:
            return None
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.full_day(line.at) if column == WHEN else None
        sign, colour = log_words.SIGNS.get(line.outcome, ("question", "quiet"))
        if role == Qt.ItemDataRole.DecorationRole and column == OUTCOME:
            return icons.icon(sign, colour)
        if role == Qt.ItemDataRole.ForegroundRole and column in (WHEN, WHO, OUTCOME):
            return theme.colour(colour if column == OUTCOME else "quiet")
        return None

    def _text(self, line: LineView, column: int) -> str:
        if column == WHEN:
            return words.day_and_clock(line.at, self._today())
        if column == CLIENT:
            if line.client_name:
                return self._called(line.client_name)
            return words.counted(len(line.among), "client") if line.among else ""
        return {
            WHO: log_words.who(line),
            WHAT: log_words.what(line, self._called),
            OUTCOME: line.outcome.capitalize(),
            WHY: self.why(line),
        }[column]
