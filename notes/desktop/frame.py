"""What stands around every screen: the rooms on the left, the line at the foot, and the strips that warn."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QFrame, QMainWindow, QStackedWidget, QToolButton, QWidget

from notes.desktop import parts, theme
from notes.desktop.actions import COMMANDS, MENUS
from notes.desktop.desk import Desk
from notes.desktop.identity import Identity
from notes.desktop.lines import Lines
from notes.desktop.parts import NoticeBar

ROOMS = ("go.today", "go.clients", "go.search", "go.log", "go.settings")


class Frame(QWidget):
    """All of it, with a screen in the middle: `stack` holds the screens, and `identity`, which may take their place."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        rooms = Rooms(desk)
        self.rooms = rooms.buttons
        self.foot, self.notice = Foot(), NoticeBar()
        self.lines = Lines(desk, self.notice)
        self.stack, self.identity = QStackedWidget(), Identity(desk.worker)
        self.stack.addWidget(self.identity)
        self.above = parts.stacked(self.notice, gap=theme.S, margin=(theme.L, theme.S))
        middle = parts.stacked(gap=0)
        middle.addLayout(self.above)
        middle.addWidget(self.stack, 1)
        middle.addWidget(self.foot)
        row = parts.beside(gap=0)
        row.addWidget(rooms)
        row.addLayout(middle, 1)
        self.setLayout(row)


class Rooms(QFrame):
    """Where one can go, on the left. `buttons` are by the screen's name."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setFixedWidth(theme.characters(26))
        rooms = parts.stacked(gap=theme.XS, margin=(theme.S, theme.L))
        self.buttons: dict[str, QToolButton] = {}
        for name in ROOMS:
            made = _room(desk, name)
            self.buttons[name.removeprefix("go.")] = made
            rooms.addWidget(made)
        rooms.addStretch(1)
        rooms.addWidget(_room(desk, "vault.veil"))
        rooms.addWidget(_room(desk, "vault.lock"))
        self.setLayout(rooms)


class Foot(QFrame):
    """The line at the foot: what was saved, when it locks, what is at work, what the verification found."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("foot")
        self.saved = parts.words(scale=theme.SMALL, tone="quiet", wrap=False)
        self.locks = parts.words(scale=theme.SMALL, tone="attention", wrap=False)
        self.working = parts.words(scale=theme.SMALL, tone="quiet", wrap=False)
        self.state = parts.words(scale=theme.SMALL, tone="quiet", wrap=False)
        """What the verification in the background found, in words."""
        self.setLayout(
            parts.beside(self.saved, 0, self.locks, self.working, self.state, gap=theme.L, margin=(theme.L, theme.XS))
        )


def _room(desk: Desk, name: str) -> QToolButton:
    made = parts.tool(desk.action(name), text=True)
    made.setSizePolicy(made.sizePolicy().Policy.Expanding, made.sizePolicy().Policy.Fixed)
    made.setIconSize(QSize(20, 20))
    made.setMinimumHeight(theme.TARGET)
    return made


def fill_menus(window: QMainWindow, desk: Desk) -> None:
    """Every command in its menu, its keys everywhere in the window; the menus are hidden until the vault is open."""
    for menu in MENUS:
        made = window.menuBar().addMenu(menu)
        made.addActions([desk.action(command.name) for command in COMMANDS if command.menu == menu])
    window.addActions([desk.action(command.name) for command in COMMANDS])
    window.menuBar().hide()


def hide_what_floats(window: QWidget) -> None:
    """Take menus, dialogs and tips off the screen: they too show what is inside."""
    for widget in QApplication.topLevelWidgets():
        if widget is not window and widget.isVisible():
            widget.close()


def sample_strip() -> QFrame:
    """Says that nobody here is real."""
    strip = QFrame()
    strip.setObjectName("strip")
    told = parts.words("Sample practice: invented clients, thrown away at the end. Write no real client in here.")
    told.setFont(theme.font(theme.SMALL))
    strip.setLayout(parts.beside(told, margin=(theme.L, theme.XS)))
    return strip


def read_only_strip(decide: Callable[[], None]) -> QFrame:
    """Says that this is an older copy, for as long as nothing is decided."""
    strip = QFrame()
    strip.setObjectName("strip")
    told = parts.words("For reading only: this is not the newest state of your record.")
    row = parts.beside(gap=theme.M, margin=(theme.L, theme.XS))
    row.addWidget(told, 1)
    row.addWidget(parts.button("Decide …", decide))
    strip.setLayout(row)
    return strip
