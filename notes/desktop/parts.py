"""Small widgets that several screens use, dressed by ``theme``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QCoreApplication, QDateTime, QEvent, QPoint, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from notes.desktop import icons, theme

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtGui import QAction  # a type that Qt would make for the lock screen to no purpose

Box = TypeVar("Box", bound=QBoxLayout)


def words(
    text: str = "", scale: float = theme.BODY, *, tone: str = "", strong: bool = False, wrap: bool = True
) -> QLabel:
    """A label: plain text, never read as HTML, so that nothing typed can dress itself up."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(scale, strong=strong))
    label.setWordWrap(wrap)
    if tone:
        label.setProperty("tone", tone)
    return label


def set_tone(widget: QWidget, tone: str) -> None:
    """Change the tone of a widget that is shown already."""
    widget.setProperty("tone", tone)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def button(text: str, run: Callable[[], object] | None = None, *, tone: str = "", icon: str = "") -> QPushButton:
    """A push button. `tone` is main for what to do next, link for going somewhere, alarm for what takes away."""
    made = QPushButton(text)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    made.setAutoDefault(True)  # Enter presses it too, not Space alone
    if tone:
        made.setProperty("tone", tone)
    if icon:
        role = {"main": "on_accent", "link": "accent", "alarm": "alarm"}.get(tone, "text")
        made.setIcon(icons.icon(icon, role))
        made.setIconSize(QSize(18, 18))
    if run is not None:
        made.clicked.connect(lambda: run())
    return made


def icon_button(icon: str, name: str, run: Callable[[], object]) -> QToolButton:
    """A flat button that shows an icon only; its name is its tip."""
    made = QToolButton()
    made.setIcon(icons.icon(icon))
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.clicked.connect(lambda: run())
    return made


def tool(action: QAction, *, text: bool = False) -> QToolButton:
    """A flat button for a command. Without `text` it shows its icon only; its name and keys are its tip."""
    made = QToolButton()
    made.setDefaultAction(action)
    made.setIconSize(QSize(18, 18))
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
    made.setToolButtonStyle(style)
    name = action.text().removesuffix(" …")
    made.setAccessibleName(name)
    keys = action.shortcut().toString()
    made.setToolTip(f"{name} ({keys})" if keys else name)
    return made


def stacked(*things: QWidget | QLayout | int, gap: int = theme.M, margin: int | tuple[int, int] = 0) -> QVBoxLayout:
    """Things one below the other; a number is extra room, 0 what is left. `margin` is around, or across and down."""
    return _fill(QVBoxLayout(), things, gap, margin)


def beside(*things: QWidget | QLayout | int, gap: int = theme.S, margin: int | tuple[int, int] = 0) -> QHBoxLayout:
    """Things side by side; a number is extra room, 0 takes what is left."""
    return _fill(QHBoxLayout(), things, gap, margin)


def _fill(box: Box, things: tuple[QWidget | QLayout | int, ...], gap: int, margin: int | tuple[int, int]) -> Box:
    across, down = margin if isinstance(margin, tuple) else (margin, margin)
    box.setContentsMargins(across, down, across, down)
    box.setSpacing(gap)
    for thing in things:
        if isinstance(thing, QWidget):
            box.addWidget(thing)
        elif isinstance(thing, QLayout):
            box.addLayout(thing)
        elif thing:
            box.addSpacing(thing)
        else:
            box.addStretch(1)
    return box


def focus(widget: QWidget) -> None:
    """Give it the focus if it can be seen. Qt gives it to a hidden one too, and the next letters would go there."""
    if widget.isVisible():
        widget.setFocus()


def bring_into_view(widget: QWidget) -> None:
    """Scroll to it once it has its place: what comes up below the edge would not be noticed."""
    around = widget.parentWidget()
    while around is not None and not isinstance(around, QScrollArea):
        around = around.parentWidget()
    inner = around.widget() if around is not None else None
    if around is None or inner is None:
        return
    bar = around.verticalScrollBar()

    def scroll() -> None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        bar.setValue(widget.mapTo(inner, QPoint(0, -theme.L)).y())

    for wait in (0, 100):  # texts that wrap find their height in a second go
        QTimer.singleShot(wait, widget, scroll)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def for_field(at: datetime) -> QDateTime:
    """A time to the minute, as fields of date and time take it."""
    return QDateTime(at.year, at.month, at.day, at.hour, at.minute, 0)


class Card(QFrame):
    """A surface with a heading; `body` is what it holds."""

    def __init__(self, heading: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.body = stacked(gap=theme.S)
        self.head = beside()
        outer = stacked(margin=theme.L)
        if heading:
            self.head.addWidget(words(heading, strong=True), 1)
            self.setAccessibleName(heading)
        outer.addLayout(self.head)
        outer.addLayout(self.body)
        self.setLayout(outer)


class Empty(QWidget):
    """What stands where there is nothing yet: why that is, and what to do about it."""

    def __init__(self, icon: str, title: str, detail: str = "", do: QPushButton | None = None) -> None:
        super().__init__()
        picture = QLabel()
        picture.setPixmap(icons.icon(icon, "quiet").pixmap(QSize(36, 36)))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = stacked(0, picture, margin=theme.XL)
        for label in (words(title, theme.LEAD, strong=True), words(detail, tone="quiet")):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            if label.text():
                box.addWidget(label)
        if do is not None:
            box.addWidget(do, 0, Qt.AlignmentFlag.AlignCenter)
        box.addStretch(1)
        self.setLayout(box)


class Pages(QStackedWidget):
    """Pages of which one is shown. It asks for the room of that one, not of the largest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(self._fit)

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return shown.minimumSizeHint() if shown is not None else super().minimumSizeHint()

    def heightForWidth(self, width: int) -> int:
        """The least, not what would be comfortable: lists and texts scroll by themselves."""
        shown = self.currentWidget()
        layout = shown.layout() if shown is not None else None
        return layout.totalMinimumHeightForWidth(width) if layout is not None else self.minimumSizeHint().height()

    def _fit(self) -> None:
        layout = self.layout()
        assert layout is not None
        layout.update()


def scrolling(widget: QWidget) -> QScrollArea:
    """Around what may be larger than the room there is: the window never grows for it."""
    around = QScrollArea(widgetResizable=True)
    around.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    around.setWidget(widget)
    return around


class Column(QScrollArea):
    """A column of things in the middle, no wider than is good to read; scrolls when it is too long."""

    def __init__(self, width: int = 900, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setMaximumWidth(width)
        self.body = stacked(gap=theme.L, margin=theme.XL)
        inner.setLayout(self.body)
        around = QWidget()
        row = beside()
        row.addStretch(1)
        row.addWidget(inner, 1000)
        row.addStretch(1)
        around.setLayout(row)
        self.setWidget(around)
