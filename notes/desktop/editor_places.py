"""Where one is in a text: the cursor and how far it is scrolled, kept and gone back to."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QTextCursor

from notes.desktop.editor_page import Page


def place_in(shown: Any) -> dict[str, Any]:
    """As ``go_back`` takes it. `shown` is a page that is written on, or a reading view."""
    return {"place": shown.textCursor().position(), "scroll": shown.verticalScrollBar().value()}


def go_back(shown: Any, place: int | None, scroll: int | None) -> None:
    """To where one was; None leaves it as it is."""
    if place is not None:
        cursor = shown.textCursor()
        cursor.setPosition(max(0, min(place, shown.document().characterCount() - 1)))
        shown.setTextCursor(cursor)
    if scroll is not None:
        QTimer.singleShot(0, shown, lambda: shown.verticalScrollBar().setValue(scroll))


def go_to_section(shown: Any, block: int) -> None:
    """To the heading in a block of the text."""
    if isinstance(shown, Page):
        shown.go_to_block(block)
    else:
        shown.setTextCursor(QTextCursor(shown.document().findBlockByNumber(block)))
        shown.ensureCursorVisible()
    shown.setFocus()
