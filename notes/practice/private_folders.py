"""A folder of one's own in the system's temporary place, for restoring a backup to see whether it holds.

Only ciphertext ever lies in it: the parts of the backup as they are, and SQLite's journal, which is encrypted too.
"""

from __future__ import annotations

import contextlib
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


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder, mode 0700, gone at the end of the block. Raises BackupFailed."""
    try:
        _tidy(Path(tempfile.gettempdir()))
        made = Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        told = machine_error(error)
        hint = "TMPDIR can name another place for it."
        raise BackupFailed("No private folder could be made for the check.", told.why, hint) from None
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
