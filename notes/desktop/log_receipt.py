"""A receipt of the access log as a picture for a telephone, and as a page. It holds no client data."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPagedPaintDevice, QPainter, QPixmap
from PySide6.QtWidgets import QLabel

from notes.access_log.receipts import Receipt
from notes.desktop import qr_code, theme


def label(receipt: Receipt) -> QLabel:
    """The picture, to be shown."""
    made = QLabel()
    made.setPixmap(QPixmap.fromImage(qr_code.picture(receipt.code)))
    made.setAccessibleName("The receipt as a QR code")
    return made


def draw(receipt: Receipt, page: QPagedPaintDevice) -> None:
    """The receipt on a page of a printer."""
    painter = QPainter(page)
    across = page.pageLayout().paintRectPixels(page.logicalDpiX()).width()
    font = theme.font(theme.BODY, fixed=True)
    font.setPointSizeF(9)
    painter.setFont(font)
    painter.setPen(qr_code.DARKEST)
    height = painter.fontMetrics().lineSpacing()
    *told, code = receipt.text().rstrip("\n").split("\n")
    down = 0
    for line in [*told, *(code[start : start + 80] for start in range(0, len(code), 80))]:
        down += height
        painter.drawText(QPointF(0, down), line)
    side = across / 3
    painter.drawImage(QRectF(0, down + height, side, side), qr_code.picture(receipt.code))
    painter.end()
