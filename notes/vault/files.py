"""Writing small files so that a crash leaves the old one or the new one, never half of either."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from notes.errors import DiskFull, NotesError, NotWritable


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` by `content`: temporary name, fsync, rename, fsync of the folder. Mode 0600.

    Raises DiskFull or NotWritable; the old file then still stands.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            written = 0
            while written < len(content):
                written += os.write(handle, content[written:])
            flush(handle)
        finally:
            os.close(handle)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # the first error says more than a failed tidying up
            temporary.unlink(missing_ok=True)
        raise machine_error(error) from None


def tidy(folder: Path, name: str) -> None:
    """Remove what a crash in the middle of ``write_atomically`` left of `name`. Call it while nobody else writes."""
    for path in folder.glob(f".{name}.????????"):
        with contextlib.suppress(OSError):  # untidy, but harmless
            path.unlink()


def flush(handle: int) -> None:
    """fsync; on macOS F_FULLFSYNC, since plain fsync leaves the drive's cache unflushed there."""
    try:
        import fcntl

        full = getattr(fcntl, "F_FULLFSYNC", None)
        if full is not None:
            fcntl.fcntl(handle, full)
            return
    except ImportError:  # Windows: os.fsync calls FlushFileBuffers
        pass
    os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable. Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def machine_error(error: OSError) -> NotesError:
    """What the operating system refused, as an error a person can act on. Names no file."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(
            "The disk is full.",
            "There was no room to write; nothing was changed.",
            "Free some space and do it again.",
        )
    return NotWritable(
        "The disk or folder does not allow this.",
        f"The operating system said: {error.strerror or error.errno}.",
        "Check the folder's permissions and that the disk is connected and not write-protected.",
    )
