"""``python -m notes.desktop [FOLDER] [--sample] [--restore]``: the window, on a vault or where one is chosen."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path


def main() -> None:
    """Show the window until it is closed."""
    parser = argparse.ArgumentParser(prog="notes", description="The window of Session Notes.")
    parser.add_argument("folder", nargs="?", type=Path, help="the vault's folder")
    parser.add_argument("--sample", action="store_true", help="it is the sample practice: mark it on every screen")
    parser.add_argument("--restore", action="store_true", help="begin where a backup is restored")
    asked = parser.parse_args()
    gc.disable()  # nothing is garbage while modules are read; later the worker sees to it (``worker.collect``)
    from notes.desktop import app

    sys.exit(app.main(asked.folder, asked.sample, asked.restore))


if __name__ == "__main__":
    main()
