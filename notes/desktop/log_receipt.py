"""A receipt of the access log as a picture for a telephone, and as a page. It holds no client data."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPagedPaintDevice, QPainter, QPixmap
from PySide6.QtWidgets import QLabel

from notes.access_log.receipts import Receipt
from notes.desktop import theme

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


def label(receipt: Receipt) -> QLabel:
    """The picture, to be shown."""
    made = QLabel()
    made.setPixmap(QPixmap.fromImage(picture(receipt.code)))
    made.setAccessibleName("The receipt as a QR code")
    return made


def draw(receipt: Receipt, page: QPagedPaintDevice) -> None:
    """The receipt on a page of a printer."""
    painter = QPainter(page)
    across = page.pageLayout().paintRectPixels(page.logicalDpiX()).width()
    font = theme.font(theme.BODY, fixed=True)
    font.setPointSizeF(9)
    painter.setFont(font)
    painter.setPen(DARKEST)
    height = painter.fontMetrics().lineSpacing()
    *told, code = receipt.text().rstrip("\n").split("\n")
    down = 0
    for line in [*told, *(code[start : start + 80] for start in range(0, len(code), 80))]:
        down += height
        painter.drawText(QPointF(0, down), line)
    side = across / 3
    painter.drawImage(QRectF(0, down + height, side, side), picture(receipt.code))
    painter.end()
