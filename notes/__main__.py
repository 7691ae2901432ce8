"""``notes``: the window when nothing is asked for and there is a display, else the terminal face.

``notes FOLDER`` opens the window on that vault: a folder is no command.
"""

from __future__ import annotations

import sys
from pathlib import Path

from notes.cli.display import has_display


def main() -> None:
    """Run the program."""
    if has_display() and (len(sys.argv) == 1 or is_vault(sys.argv[1])):
        from notes.desktop.__main__ import main as window  # the terminal face never waits for Qt

        window()
    else:
        from notes.cli.main import main as terminal

        terminal()


def is_vault(argument: str) -> bool:
    """Whether it names a place and no command. A whole path counts even when nothing is there any more."""
    return Path(argument).is_absolute() or (Path(argument) / "header.json").is_file()


if __name__ == "__main__":
    main()
