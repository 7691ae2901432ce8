"""The sample practice: built in a folder of its own, which is thrown away when the window is closed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

PREFIX = "session-notes-sample-"
_STATE, _OWN = "NOTES_STATE_DIR", "NOTES_OWN_STATE_DIR"
LEFT_OVER = 7 * 24 * 60 * 60
"""Seconds after which a folder was left by a program that was killed."""


def build(today: date, progress: Callable[[str, int, int], None]) -> Path:
    """Make it; gives the vault's folder. `progress` may raise, to cancel: then nothing is left."""
    from notes.sample import building

    _tidy()
    place = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder = place / "Sample.vault"
    try:
        building.build(folder, today, lambda done, total: progress("Living through a year of sessions", done, total))
        building.show_to_this_computer(folder, place / "state")
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return folder


def passphrase() -> bytes:
    """Known to everybody."""
    from notes.sample import building

    return building.PASSPHRASE


def use(folder: Path) -> None:
    """What outlasts a run is kept beside the sample, so that it goes with it."""
    if _ours(folder):
        os.environ.setdefault(_OWN, os.environ.get(_STATE, ""))
        os.environ[_STATE] = str(folder.parent / "state")


def leave(folder: Path) -> bool:
    """Another vault is wanted. If it is no sample, what outlasts a run is kept where it was before; gives whether."""
    if _ours(folder):
        return False
    before = os.environ.pop(_OWN, "")
    os.environ.pop(_STATE, None)
    if before:
        os.environ[_STATE] = before
    return True


def throw_away(folder: Path) -> None:
    """Remove the sample; a vault that stands anywhere else is left alone."""
    if _ours(folder):
        shutil.rmtree(folder.parent, ignore_errors=True)


def _ours(folder: Path) -> bool:
    place = folder.absolute().parent
    return place.name.startswith(PREFIX) and place.parent == Path(tempfile.gettempdir()).absolute()


def _tidy() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if not path.is_symlink() and time.time() - path.stat().st_mtime > LEFT_OVER:
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue
