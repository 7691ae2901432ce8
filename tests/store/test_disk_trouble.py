"""A disk that is full, limited or read-only: said as such, nothing half-done is kept, the vault opens afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from store_kit import Stored, on_a_disk_of

from notes.errors import NotWritable
from notes.practice import verification
from notes.record import clients

HEAD = """
import json, os, resource, shutil, subprocess, sys
from pathlib import Path
from notes.errors import NotesError
from notes.practice import keyring, opening, verification
from notes.record import clients, progress_notes, reading
from notes.vault.slots import Secret
place, pattern, recovery = Path(sys.argv[1]), Path(sys.argv[2]), bytes.fromhex(sys.argv[3])
vault = Path(shutil.copytree(pattern, place / "alder.vault"))
said = {}
def unlock():
    return opening.unlock(vault, Secret("recovery", bytearray(recovery)))
def attempt(name, function, *given, **named):
    try:
        function(*given, **named)
        said[name] = ["done", 0]
    except NotesError as error:
        said[name] = [type(error).__name__, error.exit_code]
def look():
    with unlock() as practice:
        said["verified"] = practice.do(verification.verify).ok
        said["clients"] = [client.name for client in practice.do(clients.list_clients)]
        said["notes"] = sorted(practice.do(reading.open, n.id).text[:20] for n in practice.do(reading.list_notes))
    said["files"] = sorted(os.listdir(vault))
    print(json.dumps(said))
"""

FULL = (
    HEAD
    + """
def fill_up():
    with open(place / "filler", "ab", buffering=0) as filler:
        try:
            while filler.write(b"x" * 512):
                pass
        except OSError:
            pass
def until_refused(name, times, operation, given):
    \"\"\"How often it was done before the disk refused: there is some room inside the files that are there.\"\"\"
    for count in range(times):
        attempt(name, practice.do, operation, *given(count))
        if said[name][0] != "done":
            return count
practice = unlock()
practice.do(clients.create, "Before It Was Full")
attempt("a long note", practice.do, progress_notes.create, "Jonas Weber", "free", text="x" * 2_000_000, at="2026-04-01")
attempt("a short one", practice.do, clients.create, "After It Was Full")
attempt("rotation", keyring.rotate, practice, bytearray(b"lantern gravel orbit tuba"))
fill_up()
said["added"] = until_refused("with no room at all", 500, clients.create, lambda n: (f"{n:03} " + "x" * 400,))
said["looks"] = until_refused("a look with no room for its line", 2000, clients.open, lambda n: ("Jonas Weber",))
attempt("locking", practice.lock)
fill_up()
attempt("unlocking", lambda: unlock().lock())
(place / "filler").unlink()
with unlock() as practice:
    with practice._engine.connect() as connection:
        query = "SELECT count(*) FROM access_log WHERE event = 'client.open'"
        said["lines of looks"] = connection.exec_driver_sql(query).scalar_one()
look()
"""
)
NOTES = ["Second version.", "Still a draft."]
LOCKED = ["READ-ME.txt", "header.bak", "header.json", "lock", "locked.state", "vault.db"]


@pytest.fixture(scope="module")
def full(alder_pattern: Stored, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened on a disk with room for the vault and a little more."""
    place = tmp_path_factory.mktemp("full")
    return on_a_disk_of("300k", FULL, str(place), str(alder_pattern.folder), alder_pattern.recovery.hex())


@pytest.mark.parametrize("what", ["a long note", "rotation", "with no room at all"])
def test_a_full_disk_is_told_as_such(what: str, full: dict[str, Any]) -> None:
    assert full[what] == ["DiskFull", 8]


def test_what_still_fits_is_still_kept(full: dict[str, Any]) -> None:
    assert full["a short one"] == ["done", 0]


def test_nothing_is_shown_when_there_is_no_room_for_its_line(full: dict[str, Any]) -> None:
    assert full["a look with no room for its line"] == ["DiskFull", 8]
    assert full["lines of looks"] == full["looks"]


def test_a_vault_on_a_full_disk_is_not_unlocked(full: dict[str, Any]) -> None:
    assert full["unlocking"] == ["DiskFull", 8]


def test_once_there_is_room_again_the_vault_opens_with_all_that_was_kept(full: dict[str, Any]) -> None:
    assert full["verified"] is True
    added = [name for name in full["clients"] if name.endswith("xxx")]
    assert len(added) == full["added"]
    assert full["clients"] == [*added, "After It Was Full", "Before It Was Full", "Jonas Weber"]
    assert full["notes"] == NOTES
    assert full["files"] == LOCKED


LIMITED = (
    HEAD
    + """
practice = unlock()
practice.do(clients.create, "Before The Limit")
size = (vault / "vault.db").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, resource.RLIM_INFINITY))
attempt("a long note", practice.do, progress_notes.create, "Jonas Weber", "free", text="x" * 2_000_000, at="2026-04-01")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
attempt("a short one", practice.do, clients.create, "After The Limit")
attempt("locking", practice.lock)
look()
"""
)


@pytest.fixture(scope="module")
def limited(alder_pattern: Stored, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened in a process that may not write files longer than the database and two pages."""
    place = tmp_path_factory.mktemp("limited")
    command = [sys.executable, "-c", LIMITED, str(place), str(alder_pattern.folder), alder_pattern.recovery.hex()]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_quota_or_file_size_limit_is_the_machine_and_not_damage(limited: dict[str, Any]) -> None:
    assert limited["a long note"][1] == 8


def test_after_a_file_size_limit_all_that_was_kept_is_there(limited: dict[str, Any]) -> None:
    assert limited["a long note"][0] != "done"
    assert limited["a short one"] == ["done", 0]
    assert limited["verified"] is True
    assert limited["clients"] == ["After The Limit", "Before The Limit", "Jonas Weber"]
    assert limited["notes"] == NOTES
    assert limited["files"] == LOCKED


READ_ONLY = (
    HEAD
    + """
subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
attempt("unlocking", unlock)
attempt("making a vault", opening.create, place / "new.vault", bytearray(b"lantern gravel orbit tuba"), "Other")
subprocess.run(["mount", "-o", "remount,rw", str(place)], check=True)
look()
"""
)


def test_a_read_only_disk_is_not_writable(alder_pattern: Stored, tmp_path: Path) -> None:
    """Every look leaves a line; where none can be written, nothing is shown."""
    said = on_a_disk_of("2m", READ_ONLY, str(tmp_path), str(alder_pattern.folder), alder_pattern.recovery.hex())
    assert said["unlocking"] == ["NotWritable", 8]
    assert said["making a vault"] == ["NotWritable", 8]
    assert said["verified"] is True


def test_a_database_file_that_may_not_be_written_is_not_writable(alder: Stored) -> None:
    if os.geteuid() == 0:
        if not shutil.which("chattr") or subprocess.run(["chattr", "+i", alder.database], check=False).returncode:
            pytest.skip("nothing is forbidden to root here: chattr +i does not work on this file system")
    else:
        alder.database.chmod(0o400)
    try:
        with pytest.raises(NotWritable) as caught:
            alder.open()
        assert caught.value.exit_code == 8
    finally:
        if os.geteuid() == 0:
            subprocess.run(["chattr", "-i", alder.database], check=True)
        else:
            alder.database.chmod(0o600)
    with alder.open() as practice:
        assert practice.do(verification.verify).ok
        assert [client.name for client in practice.do(clients.list_clients)] == ["Jonas Weber"]
