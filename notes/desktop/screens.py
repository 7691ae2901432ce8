"""The screens, by name. A screen's own file is read when it is first gone to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from notes.desktop.desk import Desk
from notes.desktop.screen import Screen


def _today(desk: Desk, parent: QWidget) -> Screen:
    from notes.desktop.today import Today

    return Today(desk, parent)


def _clients(desk: Desk, parent: QWidget) -> Screen:
    from notes.desktop.clients import Clients

    return Clients(desk, parent)


def _client(desk: Desk, parent: QWidget) -> Screen:
    from notes.desktop.client_page import ClientPage

    return ClientPage(desk, parent)


def _note(desk: Desk, parent: QWidget) -> Screen:
    from notes.desktop.editor import Editor

    return Editor(desk, parent)


def _new_note(desk: Desk, parent: QWidget) -> Screen:
    from notes.desktop.editor_new import NewNote

    return NewNote(desk, parent)


def _snippets(desk: Desk, parent: QWidget) -> Screen:
    from notes.desktop.snippets import Snippets

    return Snippets(desk, parent)


def _search(desk: Desk, parent: QWidget) -> Screen:
    from notes.desktop.search import Search

    return Search(desk, parent)


def _log(desk: Desk, parent: QWidget) -> Screen:
    from notes.desktop.log_screen import LogScreen

    return LogScreen(desk, parent)


def _help(desk: Desk, parent: QWidget) -> Screen:
    from notes.desktop.help_screen import Help

    return Help(desk, parent)


def _settings(desk: Desk, parent: QWidget) -> Screen:
    from notes.desktop.settings_screen import Settings

    return Settings(desk, parent)


AHEAD = tuple(
    f"notes.desktop.{file}"
    for file in ("editor", "client_page", "clients", "editor_new", "log_screen", "settings_screen", "search")
)
"""Modules of screens that are read ahead once the vault is open, those gone to most first."""

SCREENS: dict[str, Callable[[Desk, QWidget], Screen]] = {
    "today": _today,
    "clients": _clients,
    "client": _client,
    "note": _note,
    "new_note": _new_note,
    "snippets": _snippets,
    "search": _search,
    "log": _log,
    "help": _help,
    "settings": _settings,
}
