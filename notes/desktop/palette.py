"""The palette: one box over clients and commands, in the window. Names of clients leave it when it closes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QListView,
    QMainWindow,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from notes.desktop import icons, matching, names, parts, theme
from notes.desktop.actions import COMMANDS
from notes.desktop.desk import Desk

if TYPE_CHECKING:
    from notes.record.choices import Choices

MOST = 60
"""Rows shown at most: nobody reads further, they type another letter."""
SHOWN = 11
"""Rows seen at once."""
RECENT = 6
"""Clients shown before anything was typed: those with the newest notes."""
_HERE = QModelIndex()


@dataclass(frozen=True)
class Row:
    """A client (with an id) or a command (with its name)."""

    text: str
    detail: str
    icon: str
    plain: str
    client: int | None = None
    command: str = ""
    last: int = 0


class Palette(QWidget):
    """Over the whole window while it is open, so that a click beside it closes it."""

    def __init__(self, desk: Desk, window: QMainWindow) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self._rows: list[Row] = []
        self._back: QWidget | None = None
        self._opened = 0
        self._box = QLineEdit()
        self._box.setPlaceholderText("Client or command")
        self._box.setAccessibleName("Client or command")
        self._box.setFont(theme.font(theme.LEAD))
        self._box.textChanged.connect(self._look)
        self._box.installEventFilter(self)
        self._model = _Rows(self)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setItemDelegate(_Line(self))
        self._list.setUniformItemSizes(True)
        self._list.setAccessibleName("Clients and commands")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.clicked.connect(lambda _: QTimer.singleShot(0, self, self._take))  # see ``RowList``
        self._how = parts.words("", theme.SMALL, tone="quiet", wrap=False)
        self._list.selectionModel().currentChanged.connect(lambda now, _: self._tell(now))
        self._card = parts.Card()
        for thing in (self._box, self._list, self._how):
            self._card.body.addWidget(thing)
        across = parts.beside()
        across.addStretch(1)
        across.addWidget(self._card, 1000)
        across.addStretch(1)
        self._card.setMaximumWidth(theme.characters(80))
        self.setLayout(parts.stacked(theme.XXL, across, 0, gap=0))
        self.setAccessibleName("Go to")
        self.hide()
        window.installEventFilter(self)
        desk.went.connect(self.close_up)
        desk.before_lock(self.close_up)

    def toggle(self) -> None:
        """Open it, or close it."""
        if self.isVisible():
            self.close_up()
        else:
            self.open_up()

    def open_up(self) -> None:
        """Open it; commands are there at once, clients as soon as they are read."""
        from notes.record import choices

        self._back = QApplication.focusWidget()
        self._opened += 1
        self._rows = [
            Row(command.text, self._keys(command.name), command.icon, matching.plain(command.text), None, command.name)
            for command in COMMANDS
            if command.name != "go.palette" and self._desk.action(command.name).isEnabled()
        ]
        opened = self._opened
        self._desk.do(choices.offer, then=lambda found: self._read(found, opened), owner=self)
        self._look("")
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self._box.setFocus()

    def close_up(self) -> None:
        """Close it; no name stays here, and the focus goes back to where it was."""
        self.hide()

    def hideEvent(self, event: object) -> None:
        self._rows = []
        self._model.show([])
        self._box.setText("")  # ``clear`` could be undone
        self._box.setAccessibleDescription("")
        self._how.clear()
        back, self._back = self._back, None
        if back is not None and shiboken6.isValid(back) and back.isVisible():
            back.setFocus()

    def _keys(self, command: str) -> str:
        return self._desk.action(command).shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def _read(self, found: Choices, opened: int) -> None:
        if not self.isVisible() or opened != self._opened:
            return
        self._rows += [
            Row(
                names.shown(client.name, self._desk.preferences),
                "Archived client" if client.archived else "Client",
                "user",
                matching.plain(client.name),
                client.id,
                "",
                client.last,
            )
            for client in found.clients
        ]
        self._look(self._box.text())

    def _look(self, typed: str) -> None:
        asked = matching.plain(typed).strip()
        if not asked:
            clients = sorted((row for row in self._rows if row.client is not None), key=lambda row: -row.last)
            shown = [*clients[:RECENT], *(row for row in self._rows if row.client is None)]
        else:
            fits = [(found, row) for row in self._rows if (found := matching.fit(asked, row.plain)) is not None]
            fits.sort(key=lambda pair: (pair[0], -pair[1].last, pair[1].plain))
            shown = [row for _, row in fits]
        self._model.show(shown[:MOST])
        height = self._list.sizeHintForRow(0) * min(len(shown), SHOWN) if shown else 0
        self._list.setFixedHeight(height + 2 * self._list.frameWidth())
        self._list.setCurrentIndex(self._model.index(0, 0))
        if not shown:
            self._how.setText("Nothing fits. Names and commands are found by any letters of theirs, in order.")

    def _tell(self, now: QModelIndex) -> None:
        row = self._model.row_at(now)
        if row is not None:
            more = " · Ctrl+Enter begins a note" if row.client is not None else ""
            self._how.setText(f"Enter {'opens' if row.client is not None else 'runs'} it{more} · Esc closes")
            self._box.setAccessibleDescription(f"{row.text}, {row.detail}")

    def _take(self, new_note: bool = False) -> None:
        row = self._model.row_at(self._list.currentIndex())
        if row is None:
            return
        if row.client is None:
            self.close_up()
            self._desk.action(row.command).trigger()
            return
        client = row.client
        self._back = None  # the screen that comes takes the focus
        self.close_up()
        if new_note:
            self._desk.go("new_note", client=client)
        else:
            self._desk.go("client", client=client)

    def _move(self, by: int) -> None:
        count = self._model.rowCount()
        if count:
            row = (self._list.currentIndex().row() + by) % count
            self._list.setCurrentIndex(self._model.index(row, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self.setGeometry(self._window.rect())
            return False
        if not isinstance(event, QKeyEvent) or event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        keys: dict[tuple[Qt.Key, bool], Callable[[], None]] = {
            (Qt.Key.Key_Down, False): lambda: self._move(1),
            (Qt.Key.Key_Up, False): lambda: self._move(-1),
            (Qt.Key.Key_Return, False): self._take,
            (Qt.Key.Key_Enter, False): self._take,
            (Qt.Key.Key_Return, True): lambda: self._take(new_note=True),
            (Qt.Key.Key_Enter, True): lambda: self._take(new_note=True),
            (Qt.Key.Key_Escape, False): self.close_up,
            (Qt.Key.Key_K, True): self.close_up,
            (Qt.Key.Key_Tab, False): lambda: self._move(1),
            (Qt.Key.Key_Backtab, False): lambda: self._move(-1),
        }
        run = keys.get((Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)))
        if run is None:
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            run()
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close_up()

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = QColor(theme.colour("side"))
        shade.setAlpha(190)
        QPainter(self).fillRect(self.rect(), shade)


class _Rows(QAbstractListModel):
    """The rows that fit, best first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def show(self, rows: list[Row]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row_at(self, index: QModelIndex | QPersistentModelIndex) -> Row | None:
        return self._rows[index.row()] if index.isValid() else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _HERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What is shown of a row, read out, or drawn from."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.text}, {row.detail}"
        return row if role == Qt.ItemDataRole.UserRole else None


class _Line(QStyledItemDelegate):
    """Icon, name, and on the right the keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, max(theme.TARGET, QFontMetrics(theme.font()).height() + 2 * theme.S))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: Row = index.data(Qt.ItemDataRole.UserRole)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.colour("chosen"))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), theme.colour("accent"))
        inner = box.adjusted(theme.M, 0, -theme.M, 0)
        icons.icon(row.icon, "quiet").paint(painter, QRect(inner.left(), inner.top(), 18, inner.height()))
        inner.setLeft(inner.left() + 18 + theme.S)
        small = theme.font(theme.SMALL)
        room = QFontMetrics(small).horizontalAdvance(row.detail) + theme.L
        painter.setFont(small)
        painter.setPen(theme.colour("quiet"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.detail)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text"))
        inner.setRight(inner.right() - room)
        text = QFontMetrics(theme.font()).elidedText(row.text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()
