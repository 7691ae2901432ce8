"""Settings: how the window behaves, who can open the vault, backups, checks, and bringing in notes."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtWidgets import QTabWidget, QWidget

from notes.desktop import parts, theme
from notes.desktop.desk import Desk
from notes.desktop.screen import Screen
from notes.desktop.settings_backups import Backups
from notes.desktop.settings_checks import Checks
from notes.desktop.settings_general import General
from notes.desktop.settings_import import BringIn
from notes.desktop.settings_keys import Keys
from notes.desktop.worker import Kinds
from notes.practice import overview
from notes.practice.overview import Overview


class Settings(Screen):
    """One tab for each part; what they show of the vault is asked for once."""

    name: ClassVar[str] = "settings"
    title: ClassVar[str] = "Settings"
    shows: ClassVar[Kinds] = frozenset({"key", "backup", "vault"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.general, self.keys, self.backups = General(desk), Keys(desk), Backups(desk)
        self.checks, self.bring_in = Checks(desk), BringIn(desk)
        self._parts: dict[str, QWidget] = {
            "general": self.general,
            "keys": self.keys,
            "backups": self.backups,
            "checks": self.checks,
            "import": self.bring_in,
        }
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setDrawBase(False)
        self._tabs.setAccessibleName("Parts of the settings")
        for part, title in zip(
            self._parts.values(), ("General", "Passphrase and keys", "Backups", "Checks", "Bring in notes"), strict=True
        ):
            column = parts.Column(760)
            column.body.addWidget(part)
            column.body.addStretch(1)
            self._tabs.addTab(column, title)
        head = parts.words(self.title, theme.DISPLAY, strong=True)
        column_ = parts.stacked(gap=theme.M, margin=(theme.XXL, theme.XL))
        column_.addWidget(head)
        column_.addWidget(self._tabs, 1)
        self.setLayout(column_)

    def arrive(self, part: str = "", path: str = "", **place: Any) -> None:
        if part in self._parts:
            self._tabs.setCurrentIndex(list(self._parts).index(part))
        if path:
            self.bring_in.choose(path)
        self.refresh()

    def refresh(self) -> None:
        self.desk.do(overview.overview, then=self._show, owner=self, latest="settings")

    def leave(self) -> None:
        self.keys.forget()

    def place(self) -> dict[str, Any]:
        return {"part": list(self._parts)[self._tabs.currentIndex()]}

    def _show(self, found: Overview) -> None:
        self.general.show_overview(found)
        self.keys.show_overview(found)
        self.backups.show_overview(found)
        self.checks.show_overview(found)
