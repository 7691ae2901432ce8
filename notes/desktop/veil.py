"""The veil: one key hides everything in the window, at once, until it is lifted. It hides and does not lock."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QToolTip, QWidget

from notes.desktop import parts, theme
from notes.desktop.actions import COMMANDS

KEYS, LOCKING = (next(c.keys for c in COMMANDS if c.name == name) for name in ("vault.veil", "vault.lock"))
LIFTING = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Veil(QWidget):
    """Over all of a window, its menus too. What is below is not only covered but out of view, also of screen readers.

    Lifted by the same keys, Esc, Enter, Space or a click. What is typed meanwhile goes nowhere: a letter may be meant
    for the note below.
    """

    lock_wanted = Signal()
    """The keys that lock do so here too."""
    falls = Signal()
    """Before everything is hidden."""

    def __init__(self, window: QMainWindow, when_away: Callable[[], bool] = lambda: False) -> None:
        super().__init__(window)
        self._window, self._when_away = window, when_away
        self._below: list[QWidget] = []
        self._focus: QWidget | None = None
        self.setObjectName("veil")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Hidden")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        told = parts.words("Hidden", theme.TITLE, strong=True)
        how = parts.words(f"Click, or press {KEYS[0]} or Enter, to show it again.", tone="quiet")
        for label in (told, how):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setLayout(parts.stacked(0, told, how, 0))
        self.hide()
        window.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)  # a window has one
        application.focusChanged.connect(self._keep_focus)

    def _keep_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        """An answer that comes now may give the focus to what is hidden: it gets it, and the keys, when this lifts."""
        if self.isVisible() and now is not None and now is not self and now.window() is self._window:
            self._focus = now
            self.setFocus()

    def toggle(self) -> None:
        """Hide everything, or show it again."""
        if self.isVisible():
            self.lift()
        else:
            self.fall()

    def fall(self) -> None:
        """Hide everything."""
        if self.isVisible():
            return
        self.falls.emit()
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
            if QApplication.activePopupWidget() is popup:
                popup.hide()
                break
        QToolTip.hideText()
        self._focus = QApplication.focusWidget()
        self._below = [thing for thing in self._all() if thing.isVisible()]
        for thing in self._below:
            thing.hide()
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.setFocus()

    def lift(self) -> None:
        """Show everything again; of what was there, some may be gone by now."""
        below, focus = self._below, self._focus
        self._below, self._focus = [], None
        self.hide()
        for thing in filter(shiboken6.isValid, below):
            thing.show()
        back = focus if focus is not None and shiboken6.isValid(focus) and focus.isVisible() else None
        (back or self._middle()).setFocus()  # never here: this takes every key

    def end(self) -> None:
        """The vault is locked: of what is below only the lock screen comes into view again."""
        self._below, self._focus = [], None
        self.hide()
        self._middle().show()

    def _middle(self) -> QWidget:
        middle = self._window.centralWidget()
        assert middle is not None  # the window has one
        return middle

    def came_or_went(self, state: Qt.ApplicationState) -> None:
        """Fall when another program comes to the front, where that is wished."""
        if state == Qt.ApplicationState.ApplicationInactive and self._when_away():
            self.fall()

    def _all(self) -> list[QWidget]:
        """What is in the window, and what else of the program is on the screen."""
        found: list[QWidget | None] = [self._window.menuBar(), self._window.centralWidget()]
        found += [thing for thing in QApplication.topLevelWidgets() if thing is not self._window]
        found += [thing for thing in self._window.findChildren(QWidget, options=_DIRECTLY) if thing is not self]
        return list(dict.fromkeys(thing for thing in found if thing is not None))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return False

    def event(self, event: QEvent) -> bool:
        """Keys of commands are keys like any other here."""
        if event.type() == QEvent.Type.ShortcutOverride:  # no command runs while everything is hidden
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        pressed = QKeySequence(event.keyCombination())
        if any(pressed == QKeySequence(keys) for keys in LOCKING):
            self.lock_wanted.emit()
        elif event.key() in LIFTING or any(pressed == QKeySequence(keys) for keys in KEYS):
            self.lift()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.lift()

    def focusNextPrevChild(self, forward: bool) -> bool:
        return True


_DIRECTLY = Qt.FindChildOption.FindDirectChildrenOnly
