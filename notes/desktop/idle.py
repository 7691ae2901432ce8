"""When the vault is to lock by itself: nobody is at the keyboard, the computer sleeps, the screen or the session locks.

Where the system can tell of it, it is asked to; where it cannot (no message bus, another platform), that stays quiet. A
clock that runs late tells everywhere that the computer slept.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import (
    QAbstractNativeEventFilter,
    QByteArray,
    QCoreApplication,
    QEvent,
    QObject,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QGuiApplication

TICK = 1000
"""Milliseconds between two looks at the clocks."""
LATE = 30.0
"""Seconds; a look that comes later than this after the one before it means that the computer slept in between."""

SOON = 30
"""Seconds before locking from which on it is told."""

_ACTIVITY = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.ShortcutOverride,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
        QEvent.Type.InputMethod,
    }
)


class Idle(QObject):
    """Tells when to lock. `after` gives the minutes without a key or the mouse; the clocks give seconds."""

    lock_wanted = Signal()
    soon = Signal(int)
    """Seconds until it locks, from SOON on, at each look; 0 when that is not so any more."""

    def __init__(
        self,
        after: Callable[[], int],
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._after, self._monotonic, self._wall = after, monotonic, wall
        self._touched = self._looked = monotonic()
        self._looked_wall = wall()
        self._told = 0
        self._watched: list[QObject] = []
        self._timer = QTimer(self, interval=TICK)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """From now on, until ``end``."""
        self._touched = self._looked = self._monotonic()
        self._looked_wall = self._wall()
        self._watch()
        self._timer.start()

    def end(self) -> None:
        """The vault is locked; nothing is left to watch."""
        self._timer.stop()
        self._watch_nothing()

    def _watch(self) -> None:
        """The windows, by which keys and the mouse come, and where one writes: input methods type past the windows.

        The application as a whole would be simpler to watch, but then each of its events would wait for Python, those
        of laying out and drawing too.
        """
        self._watch_nothing()
        application = QCoreApplication.instance()
        assert isinstance(application, QGuiApplication)  # a window has one
        writes_to: QObject | None = application.focusObject()
        self._watched = [*application.allWindows(), *([writes_to] if writes_to is not None else [])]
        for watched in self._watched:
            watched.installEventFilter(self)

    def _watch_nothing(self) -> None:
        for watched in filter(shiboken6.isValid, self._watched):
            watched.removeEventFilter(self)
        self._watched = []

    @property
    def quiet(self) -> float:
        """Seconds since the last key or movement."""
        return self._monotonic() - self._touched

    def look(self) -> None:
        """See whether the time has come. By either clock: one of them goes on while a computer sleeps."""
        self._watch()  # anew: a menu that came up since is a window, and one writes elsewhere by now
        now, wall = self._monotonic(), self._wall()
        slept = max(now - self._looked, wall - self._looked_wall) > LATE
        self._looked, self._looked_wall = now, wall
        left = self._after() * 60 - (now - self._touched)
        soon = math.ceil(left) if 0 < left <= SOON and not slept else 0
        if soon != self._told:
            self._told = soon
            self.soon.emit(soon)
        if slept or left <= 0:
            self.lock_wanted.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY:
            self._touched = self._monotonic()
        return False


class System(QObject):
    """What the system tells: about to sleep, screen locked, another user's turn."""

    lock_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._native: _WindowsMessages | None = None
        self._inhibitor: Any = None

    def listen(self, window: int) -> None:
        """Ask the system to tell. `window` is the window's number in the system."""
        with contextlib.suppress(OSError, ImportError, AttributeError):
            if sys.platform == "win32":
                self._native = _WindowsMessages(self.lock_wanted.emit, window)
            elif sys.platform == "linux":
                self._listen_on_the_buses()

    def _listen_on_the_buses(self) -> None:
        from PySide6.QtDBus import QDBusConnection

        own = os.environ.get("XDG_SESSION_ID", "")
        session = (
            f"/org/freedesktop/login1/session/{_on_the_bus(own)}" if own else "/org/freedesktop/login1/session/auto"
        )
        login, properties = "org.freedesktop.login1", "org.freedesktop.DBus.Properties"
        system = QDBusConnection.systemBus()
        if system.isConnected():
            manager = "/org/freedesktop/login1"
            system.connect(login, manager, f"{login}.Manager", "PrepareForSleep", self, b"1asked(bool)")
            system.connect(login, session, f"{login}.Session", "Lock", self, b"1asked()")
            slot = b"1changed(QString,QVariantMap,QStringList)"
            system.connect(login, session, properties, "PropertiesChanged", self, slot)
            self.hold_sleep()
        user = QDBusConnection.sessionBus()
        if user.isConnected():
            for name in ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.cinnamon.ScreenSaver"):
                user.connect("", "", name, "ActiveChanged", self, b"1asked(bool)")

    def hold_sleep(self) -> None:
        """Ask for the moment that locking takes before the computer sleeps (logind's inhibitor of kind delay)."""
        from PySide6.QtDBus import QDBusConnection, QDBusInterface, QDBusMessage

        login = "org.freedesktop.login1"
        manager = QDBusInterface(login, "/org/freedesktop/login1", f"{login}.Manager", QDBusConnection.systemBus())
        if manager.isValid():
            answer = manager.call("Inhibit", "sleep", "Session Notes", "Locks the vault", "delay")
            if answer.type() == QDBusMessage.MessageType.ReplyMessage:
                self._inhibitor = answer.arguments()[0]  # held for as long as this process lives

    @Slot()
    @Slot(bool)
    def asked(self, begins: bool = True) -> None:
        """The computer is about to sleep, or the screen was locked; with False, that is over."""
        if begins:
            self.lock_wanted.emit()

    @Slot(str, "QVariantMap", "QStringList")
    def changed(self, interface: str, values: dict[str, object], _: list[str]) -> None:
        """Something about the session changed: another user's turn, or it was locked."""
        if values.get("Active") is False or values.get("LockedHint") is True:
            self.lock_wanted.emit()


def _on_the_bus(name: str) -> str:
    """A session's number as systemd writes it in a path: what is no letter, and a digit in front, in hexadecimal."""
    return "".join(
        c if c.isascii() and (c.isalpha() or (n and c.isdigit())) else "".join(f"_{b:02x}" for b in c.encode())
        for n, c in enumerate(name)
    )


class _WindowsMessages(QAbstractNativeEventFilter):
    """WM_WTSSESSION_CHANGE (locked, disconnected) and WM_POWERBROADCAST (about to sleep)."""

    _POWER, _SUSPEND, _SESSION, _GONE = 0x0218, 0x0004, 0x02B1, (0x2, 0x4, 0x6, 0x7)

    def __init__(self, tell: Callable[[], None], window: int) -> None:
        super().__init__()
        self._tell = tell
        ctypes.windll.wtsapi32.WTSRegisterSessionNotification(window, 0)  # type: ignore[attr-defined,unused-ignore]
        application = QCoreApplication.instance()
        if application is not None:
            application.installNativeEventFilter(self)

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: int) -> object:
        from ctypes import wintypes

        told = wintypes.MSG.from_address(int(message))
        sleeps = told.message == self._POWER and told.wParam == self._SUSPEND
        gone = told.message == self._SESSION and told.wParam in self._GONE
        if sleeps or gone:
            self._tell()
        return False, 0
