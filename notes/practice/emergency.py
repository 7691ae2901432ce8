"""The emergency way in: reading where nothing can be written, on a full disk or a medium that is write-protected.

A copy of the vault, ciphertext as it is, is opened in a private folder in memory. Only reading is possible; each look
is recorded outside the vault before it is shown (``carried``), and becomes a line at the next ordinary unlocking.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from notes.errors import NotesError, UsageError
from notes.practice import anchoring, carried, door, opening
from notes.practice.practice import Practice
from notes.practice.private_folders import in_memory, private_folder
from notes.practice.surroundings import Surroundings, alone, here
from notes.vault import header as headers
from notes.vault import vault as vaults
from notes.vault.files import machine_error, write_atomically
from notes.vault.header import Header
from notes.vault.slots import Secret

COPIED = (
    *headers.NAMES,
    *(f"{name}{end}" for name in (vaults.DATABASE, vaults.NEXT_DATABASE) for end in ("", "-journal")),
)
PROBE, PROBE_BYTES = "probe", 256 * 1024
"""A vault whose folder takes as much as this can be opened the ordinary way."""

TOLD = (
    "Nothing can be written in the vault's folder, so it is open for reading only. What you look at is recorded "
    "outside the vault and goes into the access log at the next ordinary unlocking."
)


@contextmanager
def opened(
    folder: Path, secret: Secret, *, face: str = "program", surroundings: Surroundings | None = None
) -> Iterator[Practice]:
    """The vault, open for reading only, for as long as the block lasts.

    Raises UsageError where it can be opened the ordinary way, NotRecorded where no trace can be left, and what
    ``opening.unlock`` raises.
    """
    around = surroundings or here()
    headers.look(folder)
    guard = _needed(folder)
    try:
        with private_folder(in_memory()) as private:
            _copy(folder, private)
            with _unlocked(folder, private, secret, face, around) as practice:
                yield practice
    finally:
        if guard is not None:
            guard.release()


def _needed(folder: Path) -> FileLock | None:
    """The lock of the vault's folder, where it can be had. Raises UsageError when there is no emergency, Busy."""
    try:
        guard = vaults.keep_others_out(folder)
    except NotesError as error:
        if error.exit_code == 8:
            return None  # nobody can write here, so nobody is at work here
        raise
    try:
        write_atomically(folder / PROBE, bytes(PROBE_BYTES))
    except NotesError:
        return guard
    (folder / PROBE).unlink(missing_ok=True)
    guard.release()
    raise UsageError(
        "There is no emergency: this vault can be opened the ordinary way.",
        "Its folder can be written, so every look can go into its access log at once.",
        "Leave out --emergency.",
    )


def _copy(folder: Path, private: Path) -> None:
    try:
        for name in COPIED:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, private / name)
    except OSError as error:
        raise machine_error(error) from None


def _unlocked(folder: Path, private: Path, secret: Secret, face: str, around: Surroundings) -> Practice:
    def refused(header: Header | None, error: NotesError) -> None:
        door.record(folder, header, secret, error, face, around)

    vault = vaults.unlock(private, secret, refused)
    try:
        practice = opening._start(vault, face, alone(around), apart=True)
    except BaseException as error:
        vault.close()
        if isinstance(error, NotesError):
            refused(vault.header, error)
        raise
    try:
        _carry(practice, around)
        practice._append(carried.EVENT)
    except BaseException:
        practice.abandon()
        raise
    practice.warnings.insert(0, TOLD)
    return practice


def _carry(practice: Practice, around: Surroundings) -> None:
    """From now on every line goes outside before anything is shown, and nothing else does: no anchor of the copy."""
    standing = practice._standing
    assert practice._engine is not None
    query = "SELECT seq, head FROM access_log WHERE json_extract(record, '$.unlock') <> ? ORDER BY seq DESC LIMIT 1"
    with practice._engine.connect() as db:
        after, head = db.exec_driver_sql(query, (standing.unlock,)).one()
        standing.carry = carried.Carrier(standing, after, bytes(head))
        standing.surroundings = around
        if alarm := anchoring.check(db, standing):
            practice.warnings.insert(0, alarm)
