"""The clipboard: what is copied from the window is plain text, kept out of histories, and gone after 20 seconds.

Every copy is caught where it arrives, whichever widget it came from, and put there again in this form. Clipboard
histories and clouds leave it alone where they keep to the signs of their systems; no program can be made to.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

STAYS = 20_000
"""Milliseconds after which what was copied is cleared."""

MARK = "application/x-session-notes-copy"
"""Tells what this window has copied; holds a number and nothing else."""

WINDOWS = 'application/x-qt-windows-mime;value="{}"'
"""How Qt is told the name of a clipboard format of Windows."""

SIGNS: dict[str, bytes] = {
    "x-kde-passwordManagerHint": b"secret",
    WINDOWS.format("ExcludeClipboardContentFromMonitorProcessing"): b"1",
    WINDOWS.format("CanIncludeInClipboardHistory"): bytes(4),
    WINDOWS.format("CanUploadToCloudClipboard"): bytes(4),
}
"""What keeps a copy out of histories: KDE's Klipper, and Windows (Microsoft, "Clipboard formats": a DWORD of 0)."""


class Clipboard(QObject):
    """Guards the clipboard for as long as it lives. `copied` is called after each copy, to say that it will go.

    `owns` tells whether what is there came from this program; the system knows.
    """

    def __init__(
        self,
        copied: Callable[[], None] = lambda: None,
        stays: int = STAYS,
        owns: Callable[[], bool] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._board, self._copied = QGuiApplication.clipboard(), copied
        self._owns = owns or self._board.ownsClipboard
        self._numbers = itertools.count(1)
        self._mark = b""
        self._selected = False
        self._away = QTimer(self, singleShot=True, interval=stays)
        self._away.timeout.connect(self._clear_copy)
        self._unmark = QTimer(self, singleShot=True, interval=stays)
        self._unmark.timeout.connect(self._clear_selection)
        self._board.dataChanged.connect(self._arrived)
        self._board.selectionChanged.connect(self._marked)

    def copy(self, text: str) -> None:
        """Put text there."""
        self._mark = str(next(self._numbers)).encode()
        kept = QMimeData()
        kept.setText(text)
        kept.setData(MARK, self._mark)
        for sign, value in SIGNS.items():
            kept.setData(sign, value)
        self._board.setMimeData(kept)
        if sys.platform == "darwin":  # pragma: no cover
            from notes.desktop import capture

            capture.conceal_pasteboard()
        self._away.start()
        self._copied()

    def clear(self) -> None:
        """Clear it, if it is still ours: at every lock."""
        self._clear_copy()
        self._clear_selection()

    def _clear_copy(self) -> None:
        self._away.stop()
        there = self._board.mimeData()
        if self._mark and there is not None and there.data(MARK).data() == self._mark:
            self._board.clear()
        self._mark = b""

    def _clear_selection(self) -> None:
        self._unmark.stop()
        if self._selected and self._board.ownsSelection():
            self._board.clear(QClipboard.Mode.Selection)
        self._selected = False

    def _arrived(self) -> None:
        """Something was copied: by a widget of this window, it is put there anew; by another program, it is theirs."""
        there = self._board.mimeData()
        if not self._owns() or there is None or there.hasFormat(MARK):
            return
        if there.hasText() and there.text():
            self.copy(there.text())

    def _marked(self) -> None:
        """On X11 what is selected with the mouse can be pasted with its middle button: that goes away too."""
        if self._board.supportsSelection() and self._board.ownsSelection():
            self._selected = True
            self._unmark.start()
