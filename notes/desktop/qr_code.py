"""A text as a QR code: a picture that a telephone reads."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage

DARKEST, LIGHTEST = QColor(Qt.GlobalColor.black), QColor(Qt.GlobalColor.white)
"""A code is black on white in the dark too: not every telephone reads one that is turned over."""
BORDER = 4
"""Modules of white around the code (ISO/IEC 18004, 6.3.8)."""


def picture(text: str, modules: int = 3) -> QImage:
    """The text as a QR code, with so many pixels for each module."""
    import segno

    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    size = len(rows) + 2 * BORDER
    drawn = QImage(size, size, QImage.Format.Format_RGB32)
    drawn.fill(LIGHTEST)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                drawn.setPixelColor(across + BORDER, down + BORDER, DARKEST)
    return drawn.scaled(QSize(size, size) * modules)
