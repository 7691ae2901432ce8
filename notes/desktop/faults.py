"""A fault in the program, told by its place: Python would tell its text, which could hold what was being worked on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from notes.desktop.desk import Notice


def notice(error: BaseException) -> Notice:
    """What is said of it in the window."""
    import traceback  # read only now: the lock screen does not wait for it

    frames = traceback.extract_tb(error.__traceback__)
    where = f", {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    told = (
        f"Nothing half-done was kept. Please report this line; it holds no client data: {type(error).__name__}{where}"
    )
    return Notice("Session Notes has a fault.", told, "alarm", None, True)


def tell(to: Callable[[BaseException], object]) -> None:
    """From now on faults are told in the window, and on standard error by their place only: desktops keep that."""

    def hook(kind: type[BaseException], error: BaseException | None, _: TracebackType | None) -> None:
        error = error or kind()
        print(notice(error).detail, file=sys.stderr)
        to(error)

    sys.excepthook = hook
    sys.unraisablehook = lambda told: hook(told.exc_type, told.exc_value, told.exc_traceback)
