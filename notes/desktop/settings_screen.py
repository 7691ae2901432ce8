"""Settings: how the window behaves, who can open the vault, backups, checks, and bringing in notes."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, TypeVar

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

PARTS = {
    "general": "General",
    "keys": "Passphrase and keys",
    "backups": "Backups",
    "checks": "Checks",
    "import": "Bring in notes",
}
"""The tabs: their names in the program, and their titles."""

Part = TypeVar("Part", General, Keys, Backups, Checks, BringIn)


class Settings(Screen):
    """One tab for each part; what they show of the vault is asked for once."""

    name: ClassVar[str] = "settings"
    title: ClassVar[str] = "Settings"
    shows: ClassVar[Kinds] = frozenset({"key", "backup", "vault"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._found: Overview | None = None
        self._made: dict[str, General | Keys | Backups | Checks | BringIn] = {}
        self._tabs = QTabWidget(self)
        self._columns = {part: parts.Column(760, self._tabs) for part in PARTS}
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setDrawBase(False)
        self._tabs.setAccessibleName("Parts of the settings")
        for part, title in PARTS.items():
            self._columns[part].body.addStretch(1)
            self._tabs.addTab(self._columns[part], title)
        self._tabs.currentChanged.connect(self._make)
        head = parts.words(self.title, theme.DISPLAY, strong=True)
        column_ = parts.stacked(gap=theme.M, margin=(theme.XXL, theme.XL))
        column_.addWidget(head)
        column_.addWidget(self._tabs, 1)
        self.setLayout(column_)

    def arrive(self, part: str = "", path: str = "", **place: Any) -> None:
        if part in PARTS:
            self._tabs.setCurrentIndex(list(PARTS).index(part))
        self._make(self._tabs.currentIndex())
        if path:
            self.bring_in.choose(path)
        self.refresh()

    def refresh(self) -> None:
        self.desk.do(overview.overview, then=self._show, owner=self, latest="settings")

    def leave(self) -> None:
        if "keys" in self._made:
            self.keys.forget()

    def place(self) -> dict[str, Any]:
        return {"part": list(PARTS)[self._tabs.currentIndex()]}

    def _show(self, found: Overview) -> None:
        self._found = found
        for made in self._made.values():
            if not isinstance(made, BringIn):
                made.show_overview(found)

    # --- the parts, each made when its tab is first shown ------------------------------------------------------

    @cached_property
    def general(self) -> General:
        """Looks, when it locks, names."""
        return self._put("general", General(self.desk, self._columns["general"]))

    @cached_property
    def keys(self) -> Keys:
        """Who can open the vault."""
        return self._put("keys", Keys(self.desk, self._columns["keys"]))

    @cached_property
    def backups(self) -> Backups:
        """Where they go, and whether one would come back."""
        return self._put("backups", Backups(self.desk, self._columns["backups"]))

    @cached_property
    def checks(self) -> Checks:
        """Verifying everything, and the second place that remembers the end of the log."""
        return self._put("checks", Checks(self.desk, self._columns["checks"]))

    @cached_property
    def bring_in(self) -> BringIn:
        """Notes from elsewhere."""
        return self._put("import", BringIn(self.desk, self._columns["import"]))

    def _make(self, tab: int) -> None:
        """All at once would keep the window from answering for a moment."""
        getattr(self, "bring_in" if list(PARTS)[tab] == "import" else list(PARTS)[tab])

    def _put(self, part: str, made: Part) -> Part:
        self._made[part] = made
        self._columns[part].body.insertWidget(0, made)
        if self._found is not None and not isinstance(made, BringIn):
            made.show_overview(self._found)
        return made
