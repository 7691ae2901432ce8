"""What stands around every screen: the rooms on the left, the line at the foot, the menus."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QMainWindow, QToolButton

from notes.desktop import parts, theme
from notes.desktop.actions import COMMANDS, MENUS
from notes.desktop.desk import Desk

ROOMS = ("go.today", "go.clients", "go.search", "go.log", "go.settings")


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
