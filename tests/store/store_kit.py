"""What the tests of the store share: one small vault, copied for every test, and ways to its database."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection

from notes.practice import opening
from notes.practice.practice import Practice
from notes.record import clients, progress_notes, templates
from notes.store.engine import open_engine
from notes.vault import keys, slots
from notes.vault import vault as vaults
from notes.vault.slots import Secret

PASSPHRASE = b"lantern gravel orbit tuba"


@dataclass(frozen=True)
class Stored:
    """A locked vault, its recovery key and the raw key of its database."""

    folder: Path
    recovery: bytes
    key: bytes

    @property
    def database(self) -> Path:
        """vault.db."""
        return self.folder / "vault.db"

    def copy(self, target: Path) -> Stored:
        """The same vault in another place."""
        shutil.copytree(self.folder, target)
        return Stored(target, self.recovery, self.key)

    def open(self) -> Practice:
        """Unlocked by the recovery key, which needs no stretching."""
        return opening.unlock(self.folder, Secret("recovery", bytearray(self.recovery)))

    @contextmanager
    def connected(self, *, commit: bool = False) -> Iterator[Connection]:
        """A transaction on the database, over the program's own connection; rolled back unless told otherwise."""
        engine = open_engine(self.database, bytearray(self.key))
        try:
            with engine.connect() as connection:
                yield connection
                if commit:
                    connection.commit()
        finally:
            engine.dispose()

    @contextmanager
    def other_software(self) -> Iterator[Any]:
        """A connection as other software with the key would have it: no profile, no authorizer, each change kept."""
        connection = sqlcipher.connect(str(self.database), isolation_level=None)
        connection.set_key(bytearray(b"x'" + self.key.hex().encode() + b"'"))
        try:
            yield connection
        finally:
            connection.close()


def make_stored(folder: Path) -> Stored:
    """A vault with a client, a signed and amended note, a draft, a template, tags."""
    created = opening.create(folder, bytearray(PASSPHRASE), "Alder Practice", cost=slots.FLOOR)
    recovery = bytes(created.recovery_key)
    with opening.unlock(folder, Secret("recovery", bytearray(recovery))) as practice:
        practice.do(clients.create, "Jonas Weber", born="1984-05-06", phone="01632 960 123")
        note = practice.do(
            progress_notes.create, "Jonas Weber", "free", text="First draft.", at="2026-03-02T10:00", tags=("sleep",)
        )
        practice.do(progress_notes.sign, note.id)
        practice.do(progress_notes.amend, note.id, "a date was wrong", "Second version.")
        practice.do(progress_notes.create, "Jonas Weber", "free", text="Still a draft.", at="2026-03-09T10:00")
        practice.do(templates.save, "mine", "progress", "## What was said\n")
    vault = vaults.unlock(folder, Secret("recovery", bytearray(recovery)))
    try:
        return Stored(folder, recovery, bytes(vault.subkey(keys.DATABASE)))
    finally:
        vault.close()


def on_a_disk_of(size: str, script: str, *arguments: str, readonly_after: bool = False) -> dict[str, Any]:
    """Run a Python script in a process whose folder argument is a disk of its own with `size` (a tmpfs).

    The first of `arguments` is the mount point; the script prints one JSON object. Skips where the system does not
    allow mounting in a namespace of one's own.
    """
    if not shutil.which("unshare"):
        pytest.skip("no unshare on this machine: a small disk cannot be made")
    shell = f'mount -t tmpfs -o size={size} tmpfs "$2" 2>/dev/null || exit 77; exec "$0" -c "$1" "$2" "$3" "$4"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", shell, sys.executable, script, *arguments]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=120)
    if done.returncode == 77 or done.stderr.startswith("unshare"):
        pytest.skip("this machine does not allow mounting in a namespace: a small disk cannot be made")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))
