"""The screens, by name. A screen's own file is read when it is first gone to, or ahead of that."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from PySide6.QtWidgets import QWidget

from notes.desktop.desk import Desk
from notes.desktop.screen import Screen


def _of(file: str, kind: str) -> Callable[[Desk, QWidget], Screen]:
    """Makes the screen of that class, which stands in that file."""

    def make(desk: Desk, parent: QWidget) -> Screen:
        made = getattr(import_module(f"notes.desktop.{file}"), kind)(desk, parent)
        assert isinstance(made, Screen)
        return made

    return make


SCREENS: dict[str, Callable[[Desk, QWidget], Screen]] = {
    "today": _of("today", "Today"),
    "clients": _of("clients", "Clients"),
    "client": _of("client_page", "ClientPage"),
    "note": _of("editor", "Editor"),
    "new_note": _of("editor_new", "NewNote"),
    "snippets": _of("snippets", "Snippets"),
    "search": _of("search", "Search"),
    "log": _of("log_screen", "LogScreen"),
    "help": _of("help_screen", "Help"),
    "settings": _of("settings_screen", "Settings"),
}

AHEAD = tuple(
    f"notes.desktop.{file}"
    for file in ("editor", "client_page", "clients", "editor_new", "log_screen", "settings_screen", "search")
)
"""Files that are read ahead once the vault is open, those of screens gone to most first."""
