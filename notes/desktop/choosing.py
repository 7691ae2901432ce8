"""Choosing one of many by typing a part of it: without case and accents, and by the name where initials are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QCompleter

from notes.desktop.matching import plain

FOUND_BY = Qt.ItemDataRole.UserRole + 1
"""Where a model keeps what an item is found by: lines of ``found_by``."""
Thing = TypeVar("Thing")


def found_by(label: str, name: str = "") -> str:
    """What an item is found by, a line each: what is shown of it, and its name where that is something else."""
    return "\n".join(dict.fromkeys(" ".join(plain(told).split()) for told in (label, name or label)))


def meant(typed: str, offered: Iterable[tuple[str, Thing]]) -> Thing | None:
    """What was meant, of things with what they are found by; None while it is nothing, or could be several.

    All that is shown goes before the whole name, and that before a part of either.
    """
    asked = " ".join(plain(typed).split())
    listed = [(lines, lines.split("\n"), thing) for lines, thing in offered] if asked else []
    for found in (
        [thing for _, (label, *_), thing in listed if label == asked],
        [thing for _, names, thing in listed if asked in names],
        [thing for lines, _, thing in listed if asked in lines],
    ):
        if found:
            return found[0] if len(found) == 1 else None
    return None


class Finder(QCompleter):
    """Offers the items in which there is what was typed (see ``FOUND_BY``), and puts in what is shown of one."""

    def __init__(self, model: QAbstractItemModel, parent: QObject) -> None:
        super().__init__(model, parent)
        self.setCompletionRole(FOUND_BY)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setMaxVisibleItems(12)

    def splitPath(self, path: str) -> list[str]:
        return [" ".join(plain(path).split())]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        return str(index.data(Qt.ItemDataRole.DisplayRole) or "")
