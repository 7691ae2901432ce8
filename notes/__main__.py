"""``notes``: the window when nothing is asked for and there is a display, else the terminal face."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the program."""
    if len(sys.argv) == 1 and has_display():
        from notes.desktop.__main__ import main as window  # the terminal face never waits for Qt

        window()
    else:
        from notes.cli.main import main as terminal

        terminal()


def has_display() -> bool:
    """Whether a window could be shown here."""
    wayland_or_x = bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))
    return sys.platform in ("win32", "darwin") or wayland_or_x or bool(os.environ.get("QT_QPA_PLATFORM"))


if __name__ == "__main__":
    main()
