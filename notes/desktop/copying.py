"""The one way out of a note for the clipboard: plain text, on demand, never by itself."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QTextCursor


def plain(text: str) -> str:
    """The text of a Qt document with ordinary line ends."""
    return text.replace("\u2029", "\n").replace("\u2028", "\n").replace("\ufffc", "")


def copy_out(cursor: QTextCursor) -> None:
    """Copy what is selected, as plain text; the guard of the clipboard takes it from there (``clipboard``)."""
    if cursor.hasSelection():
        QGuiApplication.clipboard().setText(plain(cursor.selectedText()))
