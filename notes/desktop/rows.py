"""A list of rows: an icon, a title, a line below it, and a word on the right that says how it stands.

One model and one painter for every list of the window, however long; a row's text for screen readers is all its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from notes.desktop import icons, theme

Index = QModelIndex | QPersistentModelIndex
ICON = 20


@dataclass(frozen=True)
class Row:
    """A row. `key` is what it stands for; a `heading` cannot be chosen. `tone` colours state and icon."""

    title: str
    detail: str = ""
    state: str = ""
    icon: str = ""
    tone: str = "quiet"
    key: Any = None
    heading: bool = False
    inset: int = 0

    @property
    def spoken(self) -> str:
        """Everything it says, for screen readers."""
        return ", ".join(filter(None, (self.title, self.detail, self.state)))


class Rows(QAbstractListModel):
    """The rows of a list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row itself, or its words."""
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.spoken
        return row if role == Qt.ItemDataRole.UserRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings are passed over by the arrow keys."""
        if self.rows[index.row()].heading:
            return Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


class Painter(QStyledItemDelegate):
    """Paints a row. Rows with and without a detail have one height each, measured once: lists have thousands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heights: dict[bool, QSize] = {}

    def measure_anew(self) -> None:
        """The font may have changed."""
        self._heights.clear()

    def height_of(self, row: Row) -> int:
        """How high the row is."""
        return self._size(row).height()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self._size(index.data(Qt.ItemDataRole.UserRole))

    def _size(self, row: Row) -> QSize:
        found = self._heights.get(bool(row.detail))
        if found is None:
            body, small = QFontMetrics(theme.font()), QFontMetrics(theme.font(theme.SMALL))
            lines = body.height() + (small.height() + 2 if row.detail else 0)
            found = self._heights[bool(row.detail)] = QSize(200, max(theme.TARGET, lines + 2 * theme.S))
        return found

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw it: ground, icon, words, state."""
        row: Row = index.data(Qt.ItemDataRole.UserRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        self._ground(painter, area, state)
        inside = area.adjusted(theme.M + row.inset * (ICON + theme.S), 0, -theme.M, 0)
        if row.icon:
            at = QRect(inside.left(), area.center().y() - ICON // 2 + 1, ICON, ICON)
            icons.icon(row.icon, row.tone).paint(painter, at)
            inside.setLeft(inside.left() + ICON + theme.M)
        if row.state:
            painter.setFont(theme.font(theme.SMALL, strong=row.tone in ("attention", "alarm")))
            painter.setPen(theme.colour(row.tone))
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.state)
            inside.setRight(inside.right() - painter.fontMetrics().horizontalAdvance(row.state) - theme.M)
        self._words(painter, inside, row)
        painter.restore()

    def _ground(self, painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
        flag = QStyle.StateFlag
        view = self.parent()
        quiet = isinstance(view, RowList) and view.snug and not view.hasFocus()  # of several lists one is in use
        role = (
            "chosen" if state & flag.State_Selected and not quiet else "hover" if state & flag.State_MouseOver else ""
        )
        painter.setPen(Qt.PenStyle.NoPen)
        if role:
            painter.setBrush(theme.colour(role))
            painter.drawRoundedRect(area.adjusted(2, 1, -2, -1), 6, 6)
        if state & flag.State_HasFocus:
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(theme.colour("accent"))
            pen.setWidth(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(3, 2, -3, -2), 6, 6)

    def _words(self, painter: QPainter, inside: QRect, row: Row) -> None:
        font = theme.font(theme.SMALL if row.heading else theme.BODY, strong=row.heading)
        painter.setFont(font)
        painter.setPen(theme.colour("quiet" if row.heading else "text"))
        metrics, small = QFontMetrics(font), QFontMetrics(theme.font(theme.SMALL))
        height = metrics.height() + (small.height() + 2 if row.detail else 0)
        top = inside.center().y() - height // 2 + (4 if row.heading else 0)
        title = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(QRect(inside.left(), top, inside.width(), metrics.height()), 0, title)
        if row.detail:
            painter.setFont(theme.font(theme.SMALL))
            painter.setPen(theme.colour("quiet"))
            detail = small.elidedText(row.detail, Qt.TextElideMode.ElideRight, inside.width())
            below = QRect(inside.left(), top + metrics.height() + 2, inside.width(), small.height())
            painter.drawText(below, 0, detail)


class RowList(QListView):
    """The list. Enter, Space or a click chooses a row; `snug` makes it as high as its rows."""

    chosen = Signal(object)
    """The key of the row."""
    menu_wanted = Signal(object, object)
    """The key of a row, and where on the screen, for its menu."""

    def __init__(self, name: str, *, snug: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.snug = snug
        self.rows = Rows(self)
        self.setModel(self.rows)
        self._painter = Painter(self)
        self.setItemDelegate(self._painter)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.clicked.connect(self._clicked)
        if snug:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setFrameShape(QListView.Shape.NoFrame)
            self.setProperty("bare", True)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these; the row that was current stays it where it is still there."""
        before = self.current()
        self._painter.measure_anew()
        self.rows.set_rows(rows)
        keys = [row.key if not row.heading else None for row in rows]
        wanted = keys.index(before) if before in keys and before is not None else -1
        if wanted < 0:
            wanted = next((number for number, row in enumerate(rows) if not row.heading), -1)
        if wanted >= 0:
            self.setCurrentIndex(self.rows.index(wanted))
        if self.snug:
            self.setFixedHeight(sum(self._painter.height_of(row) for row in rows) + 2 * theme.XS)

    def go_to(self, key: Any) -> None:
        """Make the row with this key the current one, if it is there."""
        found = next((number for number, row in enumerate(self.rows.rows) if row.key == key and not row.heading), -1)
        if found >= 0:
            self.setCurrentIndex(self.rows.index(found))

    def current(self) -> Any:
        """The key of the current row."""
        index = self.currentIndex()
        return index.data(Qt.ItemDataRole.UserRole).key if index.isValid() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self._choose(self.currentIndex().data(Qt.ItemDataRole.UserRole))
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._painter.measure_anew()
            self.viewport().update()

    def _clicked(self, index: QModelIndex) -> None:
        """Chosen once Qt is done with the click: where it leads, this list is emptied, and Qt would end the program."""
        row: Row = index.data(Qt.ItemDataRole.UserRole)
        QTimer.singleShot(0, self, lambda: self._choose(row))

    def _choose(self, row: Row) -> None:
        if not row.heading and row.key is not None:
            self.chosen.emit(row.key)

    def _menu(self, at: Any) -> None:
        index = self.indexAt(at)
        index = index if index.isValid() else self.currentIndex()
        row: Row | None = index.data(Qt.ItemDataRole.UserRole) if index.isValid() else None
        if row is not None and not row.heading:
            self.setCurrentIndex(index)
            self.menu_wanted.emit(row.key, self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))
