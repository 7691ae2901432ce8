"""What is in force on every screen once the vault is open: palette, veil, clipboard, capture, verification, help."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from notes.desktop import capture
from notes.desktop.clipboard import STAYS, Clipboard
from notes.desktop.desk import Notice
from notes.desktop.palette import Palette
from notes.desktop.veil import Veil
from notes.desktop.verifying import Verifying
from notes.desktop.worker import Job
from notes.vault import header

if TYPE_CHECKING:
    from notes.desktop.window import Window


def furnish(window: Window) -> None:
    """Build what takes a moment to build, before the vault is open."""
    for veil in window.findChildren(Veil):
        veil.end()  # somebody may have gone away since it was locked
    for kind in (Veil, Palette, Clipboard, Verifying):  # of the last unlocking
        for left in window.findChildren(kind):
            left.setParent(None)
            left.deleteLater()
    Veil(window, lambda: window.desk.preferences.veil_when_away)
    Palette(window.desk, window)


def begin(window: Window) -> None:
    """Take all of it up for a window that was furnished and whose vault has just been opened."""
    desk, veil, palette = window.desk, window.findChild(Veil), window.findChild(Palette)
    assert veil is not None and palette is not None  # furnished
    desk.take_up("vault.veil", veil.toggle)
    desk.take_up("go.palette", palette.toggle)
    for part in ("keys", "guide", "about"):
        desk.take_up(f"help.{part}", partial(desk.go, "help", part=part))
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)  # a window has one
    desk.before_lock(veil.end)
    veil.falls.connect(palette.close_up)
    veil.lock_wanted.connect(window.lock)
    application.applicationStateChanged.connect(veil.came_or_went)
    _copying(window)
    _capture(window)
    _verification(window)
    _recovery_sheet(window)


def _copying(window: Window) -> None:
    desk = window.desk
    told = f"Copied. It is cleared from the clipboard after {STAYS // 1000} seconds, and when you lock."
    board = Clipboard(lambda: desk.saved.emit(told), parent=window)
    desk.before_lock(board.clear)


def _capture(window: Window) -> None:
    """Kept out of captures from the start; allowed for this run only."""
    desk = window.desk
    protected = capture.protect(window)

    def allow() -> None:
        if not protected:
            desk.say("Screenshots and screen sharing show this window.", capture.about(), tone="attention")
            return
        capture.protect(window, hidden=False)
        desk.say(
            "Screenshots and screen sharing show this window from now on.",
            "Until you lock or close it.",
            tone="attention",
            undo=lambda: _hide(window),
        )

    desk.take_up("vault.capture", allow)


def _hide(window: Window) -> None:
    capture.protect(window)
    window.desk.say("This window is kept out of screenshots and shared screens again.")


def _verification(window: Window) -> None:
    desk = window.desk
    verifying = desk.verifying = Verifying(desk, parent=window)
    desk.take_up("vault.verify", verifying.now)
    desk.before_lock(verifying.stop)
    verifying.begin()


def _recovery_sheet(window: Window) -> None:
    """Say it again at each unlocking, where the sheet that counts was made here and never typed back."""
    desk, folder = window.desk, window.folder
    if folder is None or desk.sample:
        return

    def look(_: Job) -> bool:
        unconfirmed = desk.preferences.unconfirmed_sheets
        return not any(slot.id in unconfirmed for slot in header.read(folder).header.slots)

    def tell(on_paper: bool) -> None:
        if not on_paper:
            go = partial(desk.go, "settings", part="keys")
            desk.said.emit(Notice(_NO_SHEET, _WHY_A_SHEET, "attention", go, True, "Make a new one"))

    desk.worker.apart(look, then=tell, failed=lambda _: None, owner=window)


_NO_SHEET = "The recovery sheet was never confirmed."
_WHY_A_SHEET = "If the passphrase is lost, nothing opens this vault but a sheet that you have on paper."
