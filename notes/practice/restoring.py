"""Restoring a backup: for good, to check that it holds, or as a rehearsal.

Whatever the reason, it is the same: the parts are written into a new folder, opened by a key, and verified whole before
anybody is told that they hold. A vault that was restored is told so by its own log.
"""

from __future__ import annotations

import contextlib
import glob
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from notes.access_log import chain
from notes.errors import BackupDamaged, BackupFailed, StoreError, UsageError, WrongKey
from notes.practice import opening
from notes.practice.accounts import Progress
from notes.practice.keyring import SlotView, slot_view
from notes.practice.operations import Work, operation
from notes.practice.practice import Practice
from notes.practice.private_folders import private_folder
from notes.practice.surroundings import Surroundings, alone, here
from notes.practice.verification import Report, examine
from notes.store import backup
from notes.store.backup import Manifest
from notes.store.engine import diagnose
from notes.store.faults import FAULTS
from notes.vault import header as headers
from notes.vault import keys, synced_folders
from notes.vault import vault as vaults
from notes.vault.files import machine_error, sync_folder
from notes.vault.slots import Secret
from notes.vault.vault import OpenVault


@dataclass(frozen=True)
class Checked:
    """A backup that holds. `slots` are who can open it.

    `changed` are the kinds of key (passphrase, recovery) that were changed in the vault since: the backup opens with
    the ones before. `lines_since` is how many lines the vault's log has had since. Both are None for a backup that was
    checked by itself.
    """

    file: str
    made: str
    vault: str
    bytes: int
    seconds: float
    notes: int
    log_lines: int
    slots: tuple[SlotView, ...]
    changed: tuple[str, ...] | None = None
    lines_since: int | None = None


@dataclass(frozen=True)
class Restored:
    """A vault that was restored. `old` and `new` are the end of the log in the backup and after the restoring."""

    vault: str
    made: str
    folder: str
    slots: tuple[SlotView, ...]
    old: chain.End
    new: chain.End
    warnings: tuple[str, ...]


@operation("backup.check")
def check(work: Work, path: Path, progress: Progress | None = None) -> Checked:
    """Restore the backup into a private folder and verify everything, with the key of the vault that is open.

    Raises NotABackup, BackupDamaged, BackupFailed, WrongKey (another vault's, or from before a rotation), Altered.
    """
    vault, began = work.standing.vault, time.monotonic()
    with private_folder() as private:
        found = rehearse(vault, path, private, progress)
        found.check()
        return found.checked(path, began, vault, _lines_since(work, found.end))


@operation("backup.drill")
def drill(work: Work, path: Path, progress: Progress | None = None) -> Checked:
    """Rehearse the restoring of a backup in a private place: open it, and compare some of its notes with the vault's.

    Raises what ``check`` raises, and what unlocking a vault raises.
    """
    standing, began = work.standing, time.monotonic()
    with private_folder() as private:
        found = rehearse(standing.vault, path, private, progress)
        found.check()
        vault = vaults.reopen(private, standing.vault.data_key, standing.vault.slot)
        try:
            with (
                _backup_faults(),
                opening._start(vault, standing.face, alone(standing.surroundings), apart=True) as practice,
            ):
                say_restored(practice, found.end)
                assert practice._engine is not None
                with practice._engine.connect() as db:
                    _compare_notes(work.db, db)
        finally:
            vault.close()
        return found.checked(path, began, standing.vault, _lines_since(work, found.end))


@operation("backup.restore")
def _restored(work: Work, old: chain.End) -> None:
    """Say, in a restored vault, that it is one, and where its log ended in the backup."""
    work.counts.update(lines=old.seq)


def say_restored(practice: Practice, old: chain.End) -> tuple[chain.End, chain.End]:
    """Tell a vault that it was restored: gives the end of the log in the backup, and the end that now counts."""
    practice.do(_restored, old)
    return old, practice._standing.end


def made_when(path: Path) -> str:
    """When a backup says that it was made, UTC, ISO 8601; asked before a key is, so that no key is typed for nothing.

    Raises NotABackup, BackupDamaged, BackupFailed, FormatTooNew.
    """
    return backup.look(path).made


def check_alone(path: Path, secret: Secret, progress: Progress | None = None) -> Checked:
    """``check`` where there is no vault: the backup is opened by one of its own slots. It leaves no line anywhere.

    Raises NotABackup, BackupDamaged, BackupFailed, WrongKey, Altered.
    """
    began = time.monotonic()
    with private_folder() as private:
        manifest = backup.unpack(path, private, in_bytes(progress, "restoring"))
        with _unlocked(private, secret) as vault:
            found = _verified(vault, manifest, progress)
        found.check()
        return found.checked(path, began)


def restore(
    path: Path,
    folder: Path,
    secret: Secret,
    *,
    face: str = "program",
    surroundings: Surroundings | None = None,
    progress: Progress | None = None,
) -> Restored:
    """Restore a backup as the vault `folder`, which must not exist. It appears there verified, or not at all.

    It opens with what opened the vault when the backup was made, and its log says that it was restored. Raises
    UsageError, NotABackup, BackupDamaged, BackupFailed, WrongKey, Altered.
    """
    surroundings = surroundings or here()
    folder = folder.absolute()
    must_not_exist(folder)
    building = folder.with_name(f".{folder.name}.{surroundings.random_bytes(4).hex()}")
    try:
        with machine("The backup could not be restored."):
            _remove_abandoned(folder, surroundings)
            building.mkdir(0o700)
            manifest = backup.unpack(path, building, in_bytes(progress, "restoring"), durable=True)
            with _unlocked(building, secret) as vault:
                found = _verified(vault, manifest, progress)
                found.check()
                with _backup_faults(), opening._start(vault, face, alone(surroundings), apart=True) as practice:
                    old, new = say_restored(practice, found.end)
                    slots = tuple(slot_view(slot) for slot in vault.header.slots)
                    warnings = tuple(practice.warnings)
            (building / "lock").unlink(missing_ok=True)
            sync_folder(building)
            must_not_exist(folder)
            building.rename(folder)
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Restored(manifest.vault, manifest.made, str(folder), slots, old, new, warnings)


ABANDONED_AFTER = 24 * 3600
"""Seconds without a change after which nobody can still be restoring there."""


def _remove_abandoned(folder: Path, surroundings: Surroundings) -> None:
    """Remove what a restoring as `folder` left half-built when the program was killed: ours, and long untouched."""
    for left in folder.parent.glob(f"{glob.escape(f'.{folder.name}.')}{'[0-9a-f]' * 8}"):
        if left.is_dir() and not left.is_symlink():
            inside = list(left.iterdir())
            touched = max(path.lstat().st_mtime for path in (left, *inside))
            ours = all(synced_folders.is_ours(path.name) and path.is_file() for path in inside)
            if ours and surroundings.now().timestamp() - touched > ABANDONED_AFTER:
                shutil.rmtree(left, ignore_errors=True)


@dataclass(frozen=True)
class Found:
    """What verifying a restored copy gave."""

    manifest: Manifest
    report: Report
    end: chain.End
    header: headers.Header

    def check(self) -> None:
        """Raises Altered when anything is wrong with the record in the backup."""
        self.report.check()

    def checked(self, path: Path, began: float, vault: OpenVault | None = None, since: int | None = None) -> Checked:
        """The result for the faces."""
        return Checked(
            file=path.name,
            made=self.manifest.made,
            vault=self.manifest.vault,
            bytes=sum(length for _, length, _ in self.manifest.files),
            seconds=time.monotonic() - began,
            notes=self.report.notes,
            log_lines=self.report.log_lines,
            slots=tuple(slot_view(slot) for slot in self.header.slots),
            changed=None
            if vault is None
            else tuple(slot.kind for slot in vault.header.slots if slot not in self.header.slots),
            lines_since=since,
        )


def rehearse(vault: OpenVault, path: Path, private: Path, progress: Progress | None) -> Found:
    """Restore the file into the private folder and verify it there, under the data key of `vault`.

    Raises NotABackup, BackupDamaged, BackupFailed, WrongKey, Altered.
    """
    manifest = backup.unpack(path, private, in_bytes(progress, "restoring"))
    with _backup_faults():
        header = headers.read(private).header
        if header.commitment != vault.header.commitment:
            raise WrongKey(
                "This backup was made under another key.",
                "It is another vault's, or from before this vault's key was rotated.",
                "Check it by itself, with the passphrase or recovery key of its day: notes backup check FILE --alone",
            )
        copy = vaults.reopen(private, vault.data_key, vault.slot)
        try:
            return _verified(copy, manifest, progress)
        finally:
            copy.close()


def _verified(vault: OpenVault, manifest: Manifest, progress: Progress | None) -> Found:
    """Everything about a restored copy: seal, header, end of the log, then the whole record. Changes nothing in it."""
    key = vault.subkey(keys.BACKUP)
    try:
        manifest.authenticate(key)
        with _backup_faults():
            engine = opening.connect(vault)
            try:
                with engine.connect() as db:
                    end = chain.end(db, vault.header.vault)
                    if not keys.same(end_code(key, end), manifest.end) or manifest.vault != vault.header.vault:
                        raise backup.damaged("Its log does not end where the vault's did.")
                    last_known, row_key = opening._settings(db)
                    vaults.check_sequence(vault, last_known)
                    report = examine(db, vault.header.vault, row_key, _open_spells(db), progress)
                return Found(manifest, report, end, vault.header)
            except FAULTS as error:
                raise diagnose(engine, error) from None
            finally:
                engine.dispose()
    finally:
        keys.wipe(key)


def _open_spells(db: Connection) -> set[int]:
    """Spells of editing that were open at that moment: their drafts may have moved on since their last line."""
    query = (
        "SELECT spell FROM drafts WHERE spell IS NOT NULL "
        "AND spell IN (SELECT json_extract(record, '$.counts.spell') FROM access_log WHERE event = 'note.edit')"
    )
    return set(db.exec_driver_sql(query).scalars())


def _compare_notes(db: Connection, copy: Connection) -> None:
    """The oldest and newest signed versions and some between, as they stand in the backup and in the vault."""
    for order in ("id LIMIT 1", "id DESC LIMIT 1", "random() LIMIT 5"):
        query = f"SELECT * FROM note_versions ORDER BY {order}"
        for row in copy.exec_driver_sql(query).all():
            same = db.exec_driver_sql("SELECT * FROM note_versions WHERE id = :id", {"id": row.id}).first()
            if same is None or tuple(same) != tuple(row):
                raise BackupDamaged(
                    "A signed note in the backup is not as it is in the vault.",
                    "Both hold together in themselves: one of them has another history.",
                    "Keep both as they are, and compare them: notes note history.",
                )


def _lines_since(work: Work, end: chain.End) -> int:
    """Lines of the vault's log since the backup. Raises BackupDamaged when the backup's log is no beginning of it."""
    row = work.sql("SELECT head FROM access_log WHERE seq = :seq", seq=end.seq).first()
    if row is None or bytes(row.head) != end.head:
        raise BackupDamaged(
            "The backup holds, but it has another history than this vault.",
            "Its log is no beginning of the vault's log: the vault, or the backup, was put back to an older state and "
            "then worked with.",
            "Keep both as they are, and restore the backup into a folder of its own to compare them.",
        )
    return work.end.seq - end.seq


def end_code(key: bytearray, end: chain.End) -> str:
    """The end of a log as a backup tells it: a MAC, since the number of lines is client data."""
    return keys.mac(key, keys.canonical({"seq": end.seq, "head": end.head.hex()})).hex()


def in_bytes(progress: Progress | None, what: str) -> Callable[[int, int], None]:
    """The progress of copying, as the verification tells its own."""
    return lambda done, total: progress(what, done, total) if progress else None


@contextlib.contextmanager
def _backup_faults() -> Iterator[None]:
    """What goes wrong with the restored copy is said of the backup, not of the vault."""
    try:
        yield
    except StoreError as error:
        if error.exit_code == BackupDamaged.exit_code:
            raise backup.damaged(f"{error.what} {error.why}") from None
        raise BackupFailed("The backup could not be checked.", f"{error.what} {error.why}", error.hint) from None


@contextlib.contextmanager
def machine(what: str) -> Iterator[None]:
    """What the operating system refuses inside the block, as a BackupFailed that begins with `what`."""
    try:
        yield
    except FileExistsError:
        raise BackupFailed(what, "Something is already there under that name.", "Do it again.") from None
    except OSError as error:
        raise failed(what, error) from None


def failed(what: str, error: OSError) -> BackupFailed:
    """What the operating system refused."""
    told = machine_error(error)
    return BackupFailed(what, f"{told.what} {told.why}", told.hint)


@contextlib.contextmanager
def _unlocked(folder: Path, secret: Secret) -> Iterator[OpenVault]:
    """A restored copy, opened by one of its own slots."""
    try:
        vault = vaults.unlock(folder, secret)
    except WrongKey as error:
        since = ", ".join(f"{slot.label} {slot.created[:10]}" for slot in headers.read(folder).header.slots)
        raise WrongKey(
            error.what.replace("vault", "backup"),
            f"It opens with what opened the vault when it was made ({since}), whatever was changed since.",
            error.hint,
        ) from None
    try:
        yield vault
    finally:
        vault.close()


def must_not_exist(folder: Path) -> None:
    """Raises UsageError where something stands in the way of a new folder."""
    if folder.exists() or folder.is_symlink():
        raise UsageError(
            "That folder is already there.",
            "A backup is never restored over anything.",
            "Name a folder that does not exist; compare the two afterwards.",
        )
    if not folder.parent.is_dir():
        raise UsageError("The folder to restore into cannot be made.", "The one above it does not exist.", "Make it.")
