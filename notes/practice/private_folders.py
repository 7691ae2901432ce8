"""A folder of one's own in the system's temporary place, for restoring a backup to see whether it holds.

Only ciphertext ever lies in it: the parts of the backup as they are, and SQLite's journal, which is encrypted too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from notes.errors import BackupFailed
from notes.vault.files import machine_error

PREFIX = "session-notes-private-"
LEFT_OVER = 24 * 60 * 60
"""Seconds after which a folder was left by a program that was killed: no check takes a day."""


def in_memory() -> Path | None:
    """A place for private folders that is not on a disk; None where the system has none."""
    for place in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"):  # noqa: S108
        if place and os.access(place, os.W_OK | os.X_OK):
            return Path(place)
    return None


@contextlib.contextmanager
def private_folder(place: Path | None = None) -> Iterator[Path]:
    """A new folder, mode 0700, in `place` or the system's temporary one; gone at the end of the block.

    Raises BackupFailed.
    """
    try:
        place = place or Path(tempfile.gettempdir())
        _tidy(place)
        made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    except OSError as error:
        told = machine_error(error)
        hint = "TMPDIR can name another place for it."
        raise BackupFailed("No private folder could be made for a copy.", told.why, hint) from None
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _tidy(place: Path) -> None:
    """Remove what killed programs left."""
    for path in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if not path.is_symlink() and time.time() - path.stat().st_mtime > LEFT_OVER:
                shutil.rmtree(path, ignore_errors=True)
