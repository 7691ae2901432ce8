"""Icons: signs of the Phosphor font, drawn in the colour of the text around them, sharp at every scale.

The font comes with the QtAwesome package (MIT). Its file is read directly: importing the package would load a dozen
other fonts before the first window shows.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from notes.desktop import theme
from notes.desktop.icon_signs import SIGNS

FONT = "phosphor-1.3.0.ttf"


def icon(name: str, role: str = "text") -> QIcon:
    """An icon by its Phosphor name (lock-simple, house), in the colour of a role; it follows light and dark.

    Raises KeyError when there is no such sign among ``SIGNS``.
    """
    return QIcon(_Engine(SIGNS[name], role))


class _Engine(QIconEngine):
    """Draws one sign of the font."""

    def __init__(self, sign: str, role: str) -> None:
        super().__init__()
        self._sign, self._role = sign, role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        font = QFont(_family())
        font.setPixelSize(min(rect.width(), rect.height()))
        painter.setFont(font)
        painter.setPen(theme.colour("edge" if mode == QIcon.Mode.Disabled else self._role))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._sign)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return drawn

    def clone(self) -> QIconEngine:
        return _Engine(self._sign, self._role)


def folder() -> Path:
    """Where QtAwesome keeps its fonts."""
    found = importlib.util.find_spec("qtawesome")
    assert found is not None and found.origin is not None  # it is among the requirements
    return Path(found.origin).parent / "fonts"


@functools.cache
def _family() -> str:
    return QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(folder() / FONT)))[0]
