"""A backup onto a disk that is really full, or really read-only: said, nothing left, the vault and its log unharmed."""

from __future__ import annotations

from typing import Any

import pytest
from store_kit import Stored, on_a_disk_of

SCRIPT = """
import json, os, shutil, subprocess, sys, tempfile
from pathlib import Path
from notes.errors import NotesError
from notes.practice import backups, log, opening, restoring, verification
from notes.vault.slots import Secret
place, vault, recovery = Path(sys.argv[1]), Path(sys.argv[2]), bytes.fromhex(sys.argv[3])
said = {}
usage = shutil.disk_usage
def attempt(name, function, *given, **named):
    try:
        function(*given, **named)
        said[name] = ["done", 0, ""]
    except NotesError as error:
        said[name] = [type(error).__name__, error.exit_code, f"{error.what} {error.why} {error.hint}"]
with opening.unlock(vault, Secret("recovery", bytearray(recovery))) as practice:
    attempt("counted before", backups.make, practice, place)
    shutil.disk_usage = lambda _: type("usage", (), {"free": 10**12})
    attempt("full in the middle", backups.make, practice, place)
    said["left after full"] = os.listdir(place)
    shutil.disk_usage = usage
    elsewhere = place.parent / "elsewhere"
    elsewhere.mkdir()
    made = elsewhere / backups.make(practice, elsewhere).file
    shutil.disk_usage = lambda _: type("usage", (), {"free": 10**12})
    tempfile.tempdir = str(place)
    attempt("no room to check", practice.do, restoring.check, made)
    attempt("no room to restore", restoring.restore, made, place / "R.vault", Secret("recovery", bytearray(recovery)))
    said["left after check and restore"] = os.listdir(place)
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    attempt("read-only", backups.make, practice, place)
    attempt("nowhere to check", practice.do, restoring.check, made)
    tempfile.tempdir = None
    attempt("elsewhere", practice.do, restoring.check, made)
    said["events"] = [(line.event, line.outcome) for line in practice.do(log.show)][::-1]
    said["verified"] = practice.do(verification.verify).ok
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(alder_pattern: Stored, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the program said, on a disk of 100 kB."""
    place = tmp_path_factory.mktemp("small-disk")
    (place / "disk").mkdir()
    alder = alder_pattern.copy(place / "alder.vault")
    return on_a_disk_of("100k", SCRIPT, str(place / "disk"), str(alder.folder), alder.recovery.hex())


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("counted before", "too little room"),
        ("full in the middle", "disk is full"),
        ("no room to check", "disk is full"),
        ("no room to restore", "disk is full"),
        ("read-only", "Read-only file system"),
        ("nowhere to check", "Read-only file system"),
    ],
)
def test_it_is_said_what_happened_and_what_to_do(said: dict[str, Any], what: str, words: str) -> None:
    kind, code, told = said[what]
    assert (kind, code) == ("BackupFailed", 8)
    assert words in told


def test_nothing_is_left_on_the_full_disk(said: dict[str, Any]) -> None:
    assert said["left after full"] == said["left after check and restore"] == []


def test_the_vault_goes_on_and_its_log_tells_of_every_attempt(said: dict[str, Any]) -> None:
    assert said["verified"] is True
    assert said["elsewhere"][0] == "done"
    assert [tuple(event) for event in said["events"] if event[0].startswith("backup")] == [
        ("backup.make", "failed"),
        ("backup.make", "failed"),
        ("backup.make", "done"),
        ("backup.check", "failed"),
        ("backup.make", "failed"),
        ("backup.check", "failed"),
        ("backup.check", "done"),
    ]
