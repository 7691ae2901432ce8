"""A database that is missing, cut short, exchanged or damaged: said in words, with exit code 4, and left alone."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from store_kit import Stored, make_stored

from notes.errors import Corrupt, NotesError
from notes.practice import opening, verification
from notes.practice.surroundings import here
from notes.record import reading
from notes.store.engine import check_file, open_engine
from notes.vault.slots import Secret

PAGE = 4096
LOCKED = ["READ-ME.txt", "header.bak", "header.json", "lock", "locked.state", "vault.db"]


def refused(alder: Stored) -> Corrupt:
    """The error of an unlocking; nothing in the folder may have changed but the lock and the record of attempts."""
    before = {path.name: path.read_bytes() for path in alder.folder.iterdir() if path.is_file()}
    with pytest.raises(Corrupt) as caught:
        alder.open()
    after = {path.name: path.read_bytes() for path in alder.folder.iterdir() if path.is_file()}
    recorded = {"lock": b"", "locked.log": b"", "locked.state": b""}
    assert {**before, **recorded} == {**after, **recorded}
    assert caught.value.exit_code == 4
    assert caught.value.hint
    return caught.value


def test_a_missing_database_is_corrupt_and_none_is_made(alder: Stored) -> None:
    alder.database.unlink()
    assert "missing" in refused(alder).what
    assert not alder.database.exists()


def test_an_empty_database_is_corrupt_and_is_not_filled(alder: Stored) -> None:
    alder.database.write_bytes(b"")
    assert "cut short" in refused(alder).what


def test_a_database_cut_at_any_thousand_bytes_is_corrupt(alder: Stored) -> None:
    content = alder.database.read_bytes()
    for length in range(1000, len(content), 1000):
        alder.database.write_bytes(content[:length])
        refused(alder)


def test_a_database_cut_between_two_pages_is_corrupt(alder: Stored) -> None:
    content = alder.database.read_bytes()
    assert len(content) > 20 * PAGE
    for length in range(PAGE, len(content), PAGE):
        alder.database.write_bytes(content[:length])
        refused(alder)


@pytest.mark.parametrize("added", [1, 100, PAGE - 1])
def test_a_database_with_bytes_added_is_corrupt(added: int, alder: Stored) -> None:
    with alder.database.open("ab") as file:
        file.write(bytes(added))
    refused(alder)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(random.Random(1).randbytes(20 * PAGE), id="noise"),
        pytest.param(bytes(20 * PAGE), id="zeros"),
        pytest.param(b"\xff" * 20 * PAGE, id="ones"),
        pytest.param(random.Random(2).randbytes(PAGE), id="a page of noise"),
        pytest.param(b"SQLite format 3\0" + bytes(PAGE - 16), id="the start of a plain database"),
    ],
)
def test_a_file_of_anything_is_corrupt(content: bytes, alder: Stored) -> None:
    alder.database.write_bytes(content)
    refused(alder)


def test_a_plain_sqlite_database_is_corrupt(alder: Stored) -> None:
    """Somebody's plain text must not be taken for the record."""
    alder.database.unlink()
    connection = sqlite3.connect(alder.database)
    connection.execute("CREATE TABLE settings (name, value)")
    connection.commit()
    connection.close()
    assert alder.database.read_bytes().startswith(b"SQLite format 3")
    refused(alder)


def test_the_database_of_another_vault_is_corrupt(alder: Stored, tmp_path: Path) -> None:
    other = make_stored(tmp_path / "other.vault")
    alder.database.write_bytes(other.database.read_bytes())
    refused(alder)


@pytest.mark.parametrize("key", [bytes(32), b"\xff" * 32, bytes(range(32))])
def test_a_wrong_raw_key_is_corrupt(key: bytes, alder: Stored) -> None:
    before = alder.database.read_bytes()
    with pytest.raises(Corrupt) as caught:
        open_engine(alder.database, bytearray(key))
    assert caught.value.exit_code == 4
    assert alder.database.read_bytes() == before


def test_every_raw_key_that_is_one_bit_off_is_wrong(alder: Stored) -> None:
    for bit in range(0, 256, 5):
        key = bytearray(alder.key)
        key[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Corrupt):
            open_engine(alder.database, key)


def findings(alder: Stored) -> list[str]:
    """What unlocking, or verifying after it, says is wrong. Nothing but an error of ours may come out."""
    said: list[str] = []
    alder.database.with_name("vault.db-journal").unlink(missing_ok=True)
    try:
        with alder.open() as practice:
            said += [f"{problem.where} {problem.detail}" for problem in practice.do(verification.verify).problems]
    except NotesError as error:
        assert error.exit_code == 4
        said.append(f"{error.what} {error.why}")
    return said


def test_one_changed_bit_in_any_page_is_found(alder: Stored) -> None:
    """Two places in every page: somewhere in its content, and in the seal at its end."""
    content = alder.database.read_bytes()
    source = random.Random(4)
    for page in range(len(content) // PAGE):
        for place in (source.randrange(PAGE - 80), source.randrange(PAGE - 64, PAGE)):
            damaged = bytearray(content)
            damaged[page * PAGE + place] ^= 1 << source.randrange(8)
            alder.database.write_bytes(damaged)
            assert findings(alder), (page + 1, place)


def test_two_pages_that_changed_places_are_found(alder: Stored) -> None:
    content = alder.database.read_bytes()
    pages = [content[start : start + PAGE] for start in range(0, len(content), PAGE)]
    source = random.Random(5)
    for _ in range(20):
        one, other = source.sample(range(len(pages)), 2)
        swapped = list(pages)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        alder.database.write_bytes(b"".join(swapped))
        assert findings(alder), (one, other)


def test_a_damaged_page_is_named(alder: Stored) -> None:
    """All but those of the schema, which are read before anything can be told from a wrong key."""
    content = alder.database.read_bytes()
    unnamed = []
    for page in range(2, len(content) // PAGE + 1):
        damaged = bytearray(content)
        damaged[page * PAGE - 2000] ^= 1
        alder.database.write_bytes(damaged)
        said = findings(alder)
        assert said
        if not any(f"Page {page} " in line or f"page {page}" in line for line in said):
            unnamed.append(page)
    assert len(unnamed) <= 3, unnamed


def test_an_untouched_database_is_not_found_to_be_anything(alder: Stored) -> None:
    """Otherwise the tests above could pass because everything is."""
    assert findings(alder) == []
    check_file(alder.database)


def test_once_the_database_is_put_back_the_vault_opens(alder: Stored) -> None:
    content = alder.database.read_bytes()
    for wrong in (b"", bytes(PAGE), content[: 10 * PAGE]):
        alder.database.write_bytes(wrong)
        refused(alder)
    alder.database.write_bytes(content)
    assert findings(alder) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from notes.practice import opening
from notes.record import clients, progress_notes
from notes.vault.slots import Secret
practice = opening.unlock(Path(sys.argv[1]), Secret("recovery", bytearray.fromhex(sys.argv[2])))
practice.do(clients.create, "Committed Before")
connection = practice._engine.raw_connection().driver_connection
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE clients SET name = 'Half Done'")
connection.execute("UPDATE drafts SET text = ?", ("half done " * 4_000_000,))  # more than the cache holds
assert Path(sys.argv[1], "vault.db").stat().st_size > 10_000_000, "nothing was written yet"
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_program_killed_half_way_through_a_change_leaves_the_state_before_it(alder: Stored) -> None:
    """With pages of the change already in the file: the journal takes them out again."""
    command = [sys.executable, "-c", KILLED, str(alder.folder), alder.recovery.hex()]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (alder.folder / "vault.db-journal").exists()
    with alder.open() as practice:
        assert practice.do(verification.verify).ok
        listed = practice.do(reading.list_notes)
        assert {note.client_name for note in listed} == {"Jonas Weber"}
        assert {practice.do(reading.open, note.id).text for note in listed} == {"Second version.", "Still a draft."}
    kept = {"vault.db.before-recovery", "vault.db-journal.before-recovery"}  # until something outside bears it out
    assert {path.name for path in alder.folder.iterdir()} == {*LOCKED, *kept}


@pytest.mark.parametrize("left", ["vault.db.before-recovery", "vault.db-journal.before-recovery"])
def test_copies_left_by_a_crash_during_recovery_are_removed(left: str, alder: Stored, tmp_path: Path) -> None:
    """Unlocking keeps copies while SQLite rolls a journal back; a crash in between leaves them lying there."""
    (alder.folder / left).write_bytes(alder.database.read_bytes())
    secret, computer = bytes(alder.recovery), here(tmp_path / "state")
    for _ in range(2):  # the second time this computer knows the vault
        with opening.unlock(alder.folder, Secret("recovery", bytearray(secret)), surroundings=computer) as practice:
            assert practice.do(verification.verify).ok
    assert sorted(path.name for path in alder.folder.iterdir()) == LOCKED
