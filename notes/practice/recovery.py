"""Copies of database and journal from before SQLite rolled the journal back into the database.

After a crash rolling back is right. A journal that a sync program brought back destroys what was written since; where
unlocking notices, the copies go back in place. Unlocking does not read everything, so the copies stay until a full,
anchored verification finds nothing wrong. There are two pairs at most: of the first time since then, and of the last.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from notes.vault import vault as vaults
from notes.vault.files import flush, machine_error, sync_folder

JOURNAL = vaults.DATABASE + "-journal"
FIRST, LAST = ".before-recovery", ".before-recovery-2"
"""Endings of the copies. They are encrypted as what they are copies of."""


def keep(folder: Path) -> list[Path]:
    """Copy database and journal where there is a journal to roll back. Gives the copies. Raises DiskFull, NotWritable.

    A pair counts once its journal is there: that is named last, so a crash in between leaves no pair.
    """
    journal = folder / JOURNAL
    ending = LAST if (folder / (JOURNAL + FIRST)).exists() else FIRST
    try:
        for half_made in folder.glob(f"{vaults.DATABASE}*{FIRST}*.new"):  # by a crash in the middle of copying
            half_made.unlink()
        if not journal.is_file() or not journal.stat().st_size:
            return []
        (folder / (JOURNAL + ending)).unlink(missing_ok=True)
        made = [_copy(path, ending) for path in (folder / vaults.DATABASE, journal) if path.is_file()]
        sync_folder(folder)
        return made
    except OSError as error:
        raise machine_error(error) from None


def put_back(kept: list[Path]) -> None:
    """Put these copies in place again."""
    for copy in kept:
        if copy.exists():
            copy.replace(copy.with_name(copy.name.removesuffix(LAST).removesuffix(FIRST)))


def kept(folder: Path) -> list[str]:
    """The names of the databases among the copies, the last first."""
    found = ((vaults.DATABASE + ending, JOURNAL + ending) for ending in (LAST, FIRST))
    return [database for database, journal in found if (folder / database).exists() and (folder / journal).exists()]


def forget(folder: Path) -> None:
    """Remove every copy. Raises NotWritable."""
    try:
        for copy in folder.glob(f"{vaults.DATABASE}*{FIRST}*"):
            copy.unlink()
    except OSError as error:
        raise machine_error(error) from None


def _copy(path: Path, ending: str) -> Path:
    new = path.with_name(f"{path.name}{ending}.new")
    shutil.copy2(path, new)
    with new.open("rb+") as written:
        flush(written.fileno())
    return new.replace(path.with_name(path.name + ending))
