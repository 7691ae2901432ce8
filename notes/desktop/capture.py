"""Screen capture: where the system lets a window keep itself out of screenshots and shared screens, it does.

Windows 10 2004 and later does (SetWindowDisplayAffinity). macOS keeps it out of older ways of capturing; since macOS
15 programs that use ScreenCaptureKit get it all the same. Linux has no such thing: X11 lets every program see every
window, Wayland leaves it to the one who shares.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

HIDDEN, SHOWN = 0x11, 0x0
"""WDA_EXCLUDEFROMCAPTURE and WDA_NONE (winuser.h)."""

CONCEALED = b"org.nspasteboard.ConcealedType"
"""The sign by which clipboard histories of macOS leave a copy alone (nspasteboard.org)."""


def protect(window: QWidget, hidden: bool = True) -> bool:
    """Keep the window out of captures, or let it be captured. Whether the system does what was asked."""
    platform = QGuiApplication.platformName()
    if platform == "windows":  # pragma: no cover
        user32 = ctypes.windll.user32  # type: ignore[attr-defined, unused-ignore]
        return bool(user32.SetWindowDisplayAffinity(ctypes.c_void_p(int(window.winId())), HIDDEN if hidden else SHOWN))
    if platform == "cocoa":  # pragma: no cover
        view = ctypes.c_void_p(int(window.winId()))
        native = _send(view, b"window")
        _send(ctypes.c_void_p(native), b"setSharingType:", ctypes.c_ulong(0 if hidden else 1))
        return bool(native)
    return False


def about() -> str:
    """What this system can do, in words."""
    if sys.platform == "win32":
        return "Windows keeps this window out of screenshots and shared screens."
    if sys.platform == "darwin":
        return (
            "macOS keeps this window out of most screenshots and shared screens; since macOS 15 some programs see it "
            "all the same. Hide it with Ctrl+Shift+H before you share your screen."
        )
    return (
        "Linux has no way to keep a window out of screenshots and shared screens. Share single windows, not the whole "
        "screen, and hide this one with Ctrl+Shift+H."
    )


def conceal_pasteboard() -> None:  # pragma: no cover
    """Mark what is on macOS's clipboard as not for histories."""
    of_text = ctypes.c_void_p(_send(_class(b"NSString"), b"stringWithUTF8String:", ctypes.c_char_p(CONCEALED)))
    board = ctypes.c_void_p(_send(_class(b"NSPasteboard"), b"generalPasteboard"))
    types = ctypes.c_void_p(_send(_class(b"NSArray"), b"arrayWithObject:", of_text))
    _send(board, b"addTypes:owner:", types, ctypes.c_void_p(None))
    empty = ctypes.c_void_p(_send(_class(b"NSString"), b"string"))
    _send(board, b"setString:forType:", empty, of_text)


def _objc() -> Any:  # pragma: no cover
    import ctypes.util  # slow to read, and of use here only

    return ctypes.CDLL(ctypes.util.find_library("objc"))


def _class(name: bytes) -> ctypes.c_void_p:  # pragma: no cover
    get = _objc().objc_getClass
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    return ctypes.c_void_p(get(name))


def _send(target: ctypes.c_void_p, message: bytes, *arguments: Any) -> Any:  # pragma: no cover
    library = _objc()
    library.sel_registerName.restype, library.sel_registerName.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    kinds: list[Any] = [ctypes.c_void_p, ctypes.c_void_p, *(type(argument) for argument in arguments)]
    send = ctypes.CFUNCTYPE(ctypes.c_void_p, *kinds)(("objc_msgSend", library))
    return send(target, ctypes.c_void_p(library.sel_registerName(message)), *arguments)
