"""Making backups, and keeping as many as the rule says.

A backup counts as made only when it has been restored into a private folder, where only ciphertext ever lies, and the
restored copy has been verified whole and ends its log where the vault does. The file gets its name together with its
line; before that it is a partial one, and whatever goes wrong, it is removed.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from notes import __version__
from notes.access_log import chain
from notes.errors import NotesError, StoreError, UsageError
from notes.practice import generations, restoring, whereabouts
from notes.practice.accounts import Progress
from notes.practice.operations import Work, operation
from notes.practice.practice import Practice
from notes.practice.private_folders import private_folder
from notes.store import backup
from notes.store.backup import Manifest
from notes.store.engine import raw_file
from notes.store.faults import FAULTS
from notes.vault import keys
from notes.vault import vault as vaults
from notes.vault.files import sync_folder

PARTIAL = ".partial"
"""Ending of a backup that is not done; its name begins with a dot."""


@dataclass(frozen=True)
class Made:
    """A backup that was made and verified. `removed` are the names of older ones that the rule does not keep."""

    file: str
    made: str
    bytes: int
    seconds: float
    removed: tuple[str, ...]
    warnings: tuple[str, ...]


def make(practice: Practice, folder: Path, *, keep_all: bool = False, progress: Progress | None = None) -> Made:
    """Back the vault up into one new file in `folder`, verify it by restoring it, and remove what the rule lets go.

    `progress` may raise, to cancel.
    Raises UsageError, BackupFailed, BackupDamaged, Altered (the vault itself is not as its log says), StoreError. In
    all these cases, and when it is interrupted, no file is left.
    """
    standing, began = practice._standing, time.monotonic()
    _must_take_backups(folder, standing.vault.folder)
    made = standing.surroundings.now().astimezone(UTC).replace(microsecond=0)
    path = generations.free_name(folder, made, standing.vault_id)
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        with _told_in_the_log(practice):
            _tidy(folder, standing.vault_id)
            manifest = _write(practice, partial, made, progress)
            with private_folder() as private:
                restoring.rehearse(standing.vault, partial, private, progress).check()
        since = standing.end.seq
        try:
            warnings = practice.do(_made, partial, path, manifest)
        except BaseException:
            if not partial.exists() and not _accounted(practice, since):  # it has its name, but no line
                path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise restoring.failed("The backup could not be made.", error) from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    removed = [] if keep_all else _remove_older(practice, folder, path)
    size = sum(length for _, length, _ in manifest.files)
    return Made(path.name, manifest.made, size, time.monotonic() - began, tuple(removed), tuple(warnings))


@operation("backup.make")
def _made(work: Work, partial: Path, path: Path, manifest: Manifest) -> list[str]:
    """Let a verified backup count: it gets its name together with its line. Gives what should be said of its place."""
    warnings = whereabouts.news(work, whereabouts.of_backups(path.parent))
    work.counts.update(header=manifest.sequence, lines=work.end.seq)
    with restoring.machine("The backup could not be given its name."):
        if path.exists():
            raise FileExistsError
        partial.rename(path)
        sync_folder(path.parent)
    return warnings


@operation("backup.remove")
def _removing(work: Work, count: int) -> None:
    """Say that so many older backups are going to be removed."""
    work.counts.update(files=count)


def _accounted(practice: Practice, since: int) -> bool:
    """Whether a backup was noted after line `since`: it can be stopped just after that."""
    assert practice._engine is not None  # it has just been at work
    try:
        with practice._engine.connect() as db:
            last = chain.last_done(db, "backup.make")
    except FAULTS:
        return True  # nobody can tell, and the file was verified
    return last is not None and last["seq"] > since


def _write(practice: Practice, partial: Path, made: datetime, progress: Progress | None) -> Manifest:
    """The file, under its temporary name, as the vault stands at this moment."""
    vault, key = practice._standing.vault, practice._standing.vault.subkey(keys.BACKUP)
    header = vault.header.to_bytes()
    small = {"READ-ME.txt": vaults.READ_ME.encode(), "header.json": header, "header.bak": header}
    try:
        with practice._begin() as work:  # no other operation can be at work, and what is committed is in the file
            draft = Manifest(
                vault=vault.header.vault,
                made=made.strftime(backup.MADE),
                program=__version__,
                sequence=vault.header.sequence,
                end=restoring.end_code(key, work.end),
                files=(),
            )
            database = raw_file(practice._engine)  # type: ignore[arg-type]  # open, or _begin had refused
            return backup.write(partial, database, small, draft, key, restoring.in_bytes(progress, "writing"))
    finally:
        keys.wipe(key)


def _remove_older(practice: Practice, folder: Path, new: Path) -> list[str]:
    """Remove what the rule does not keep, after the line that says so; what cannot be removed stays."""
    vault, key = practice._standing.vault, practice._standing.vault.subkey(keys.BACKUP)
    try:
        outdated = generations.outdated(folder, vault.header.vault, lambda found: found.authenticate(key), new)
    finally:
        keys.wipe(key)
    removed = []
    if outdated:
        practice.do(_removing, len(outdated))
    for path in outdated:
        with contextlib.suppress(OSError):
            path.unlink()
            removed.append(path.name)
    return removed


def _tidy(folder: Path, vault_id: str) -> None:
    """Remove what a killed run left of a backup of this vault: nobody else writes one, since we hold the vault."""
    for path in folder.glob(f".session-notes-*-{vault_id[:8]}*.tar{PARTIAL}"):
        with contextlib.suppress(OSError):
            path.unlink()


@contextlib.contextmanager
def _told_in_the_log(practice: Practice) -> Iterator[None]:
    """A failed attempt at a backup leaves its line too."""
    try:
        yield
    except StoreError as error:  # the vault's own disk or database: no line can be counted on
        with contextlib.suppress(NotesError):
            practice._append("backup.make", "failed", reason=type(error).__name__)
        raise
    except BaseException as error:
        practice._append("backup.make", "failed", reason=type(error).__name__)
        raise


def _must_take_backups(folder: Path, vault: Path) -> None:
    if not folder.is_dir():
        raise UsageError(
            "The folder for the backup does not exist.",
            "",
            "Make it, or connect the disk it is on; then do it again.",
        )
    if vault.resolve() in (folder.resolve(), *folder.resolve().parents):
        raise UsageError(
            "A backup must not lie in the vault's own folder.",
            "It would be lost together with the vault.",
            "Name a folder on another disk, best on a stick that you keep elsewhere.",
        )
