"""A hit of the search as it is drawn: whose note, of what kind, from when; below, the passage with its matches marked.

Matches are heavier and underlined, and in the accent's colour: never told apart by colour alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from notes.desktop import theme, words
from notes.record.search import MATCH_END, MATCH_START, Hit

LINES = 2
"""Lines of the passage that are shown."""

_MATCH = re.compile(f"{MATCH_START}([^{MATCH_START}{MATCH_END}]*){MATCH_END}")


def marked(snippet: str) -> tuple[str, list[tuple[int, int]]]:
    """The passage without its signs, and where the matches are: start and length."""
    plain, places, last = "", [], 0
    for found in _MATCH.finditer(snippet):
        plain += snippet[last : found.start()]
        places.append((len(plain), len(found[1])))
        plain += found[1]
        last = found.end()
    return plain + snippet[last:], places


class HitLine(QStyledItemDelegate):
    """Draws hits. All are of one height, so that thousands scroll at once."""

    def __init__(self, today: Callable[[], date], called: Callable[[str], str], parent: QWidget) -> None:
        super().__init__(parent)
        self._today, self._called = today, called

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hit: Hit | None = index.data(Qt.ItemDataRole.UserRole)
        lines, gap = (LINES, theme.XS) if hit is None or hit.snippet else (0, 0)  # a list has passages or has none
        return QSize(0, (1 + lines) * QFontMetrics(theme.font()).lineSpacing() + gap + 2 * theme.M)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a hit."""
        hit: Hit = index.data(Qt.ItemDataRole.UserRole)
        painter.save()
        _ground(painter, option)
        inner = option.rect.adjusted(theme.L, theme.M, -theme.L, -theme.M)
        self._head(painter, inner, hit)
        inner.setTop(inner.top() + QFontMetrics(theme.font()).lineSpacing() + theme.XS)
        _passage(painter, inner, hit.snippet)
        painter.setPen(theme.colour("line"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.restore()

    def _head(self, painter: QPainter, box: QRect, hit: Hit) -> None:
        strong, small = theme.font(strong=True), theme.font(theme.SMALL)
        told = " · ".join(
            filter(
                None, (hit.kind, "draft" if hit.status == "draft" else "", words.day_and_clock(hit.at, self._today()))
            )
        )
        line = QRect(box.left(), box.top(), box.width(), QFontMetrics(strong).lineSpacing())
        room = QFontMetrics(small).horizontalAdvance(told) + theme.M
        painter.setFont(strong)
        painter.setPen(theme.colour("text"))
        name = QFontMetrics(strong).elidedText(
            self._called(hit.client_name), Qt.TextElideMode.ElideRight, line.width() - room
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(small)
        painter.setPen(theme.colour("quiet"))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, told)


def _ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
    state, box = option.state, option.rect
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(box, theme.colour("chosen"))
        painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), theme.colour("accent"))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(box, theme.colour("hover"))


def _passage(painter: QPainter, box: QRect, snippet: str) -> None:
    text, places = marked(snippet)
    laid = QTextLayout(text, theme.font())
    laid.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    match = QTextCharFormat()
    match.setFontWeight(QFont.Weight.DemiBold)
    match.setFontUnderline(True)
    match.setForeground(theme.colour("accent"))
    laid.setFormats([_range(start, length, match) for start, length in places])
    laid.beginLayout()
    top = 0.0
    for _ in range(LINES):
        line = laid.createLine()
        if not line.isValid():
            break
        line.setLineWidth(box.width())
        line.setPosition(QPointF(0, top))
        top += line.height()
    laid.endLayout()
    painter.setPen(theme.colour("text"))
    laid.draw(painter, QPointF(box.topLeft()))


def _range(start: int, length: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, length, look
    return made
