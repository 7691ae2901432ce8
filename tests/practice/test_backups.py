"""Making a backup: done only when it was restored and verified; whatever goes wrong, nothing half-done is left."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from notes.access_log import chain
from notes.errors import Altered, BackupDamaged, BackupFailed, NotesError, StoreError, UsageError
from notes.practice import backups, keyring, log, opening, restoring, verification
from notes.practice.practice import Practice
from notes.record import clients, progress_notes, reading
from notes.store import backup
from notes.vault import keys
from notes.vault.slots import FLOOR, Secret

PASSPHRASE = b"nineteen patient herons by the weir"


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder, of the test's own."""
    made = tmp_path / "private"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


@pytest.fixture
def folder(tmp_path: Path, private: Path) -> Iterator[Path]:
    """A folder for backups. Afterwards no private folder is left, and no partial file."""
    made = tmp_path / "backups"
    made.mkdir()
    yield made
    made.chmod(0o700)
    assert list(private.iterdir()) == []
    assert [path.name for path in made.iterdir() if path.name.startswith(".")] == []


def events(practice: Practice) -> list[tuple[str, str]]:
    return [(line.event, line.outcome) for line in practice.do(log.show)]


def texts(practice: Practice) -> dict[int, str]:
    return {note.id: practice.do(reading.open, note.id).text for note in practice.do(reading.list_notes)}


def test_a_backup_is_one_file_verified_and_logged(practice: Practice, folder: Path) -> None:
    made = backups.make(practice, folder)
    assert [path.name for path in folder.iterdir()] == [made.file]
    assert events(practice)[0] == ("backup.make", "done")
    assert practice.do(verification.verify).ok


def test_what_is_restored_reads_the_same_and_verifies(
    practice: Practice, folder: Path, tmp_path: Path, small_vault: tuple[Path, bytes]
) -> None:
    made = backups.make(practice, folder)
    before = texts(practice)
    target = tmp_path / "Restored.vault"
    restored = restoring.restore(folder / made.file, target, Secret("recovery", bytearray(small_vault[1])))
    assert {path.name for path in target.iterdir()} == {
        *("header.json", "header.bak", "vault.db", "READ-ME.txt", "locked.state")
    }
    if os.name == "posix":
        assert target.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in target.iterdir()} == {0o600}
    with opening.unlock(target, Secret("recovery", bytearray(small_vault[1]))) as again:
        assert texts(again) == before
        assert again.do(verification.verify).ok
        line = next(line for line in again.do(log.show) if line.event == "backup.restore")
        assert line.counts == {"lines": restored.old.seq}
        assert restored.new.seq > restored.old.seq
        assert practice._engine is not None and again._engine is not None
        with practice._engine.connect() as old, again._engine.connect() as new:
            head = "SELECT head FROM access_log WHERE seq = :n"
            for connection in (old, new):
                at = {"n": restored.old.seq}
                assert bytes(connection.exec_driver_sql(head, at).scalar_one()) == restored.old.head


def test_the_old_passphrase_opens_an_old_backup_and_that_is_said(
    practice: Practice, folder: Path, tmp_path: Path
) -> None:
    made = backups.make(practice, folder)
    practice.do(keyring.change_passphrase, bytearray(b"another passphrase of many words"), cost=FLOOR)
    assert practice.do(restoring.check, folder / made.file).changed == ("passphrase",)
    practice.do(keyring.new_recovery_key)
    assert practice.do(restoring.check, folder / made.file).changed == ("passphrase", "recovery")
    with pytest.raises(NotesError, match="does not open this backup") as raised:
        secret = Secret("passphrase", bytearray(b"another passphrase of many words"))
        restoring.restore(folder / made.file, tmp_path / "R.vault", secret)
    assert "when it was made" in raised.value.why
    restoring.restore(folder / made.file, tmp_path / "R.vault", Secret("passphrase", bytearray(PASSPHRASE)))
    assert (tmp_path / "R.vault").is_dir()


def test_a_check_says_how_much_was_added_since(practice: Practice, folder: Path) -> None:
    made = backups.make(practice, folder)
    found = practice.do(restoring.check, folder / made.file)
    assert (found.changed, found.lines_since) == ((), 1)
    practice.do(clients.list_clients)
    assert practice.do(restoring.check, folder / made.file).lines_since == 3
    assert events(practice)[0] == ("backup.check", "done")


def test_a_backup_from_before_a_rotation_needs_the_key_of_its_day(
    practice: Practice, folder: Path, small_vault: tuple[Path, bytes]
) -> None:
    made = backups.make(practice, folder)
    keyring.rotate(practice, bytearray(PASSPHRASE))
    with pytest.raises(NotesError, match="another key"):
        practice.do(restoring.check, folder / made.file)
    alone = restoring.check_alone(folder / made.file, Secret("recovery", bytearray(small_vault[1])))
    assert alone.changed is None
    assert practice.do(restoring.check, folder / backups.make(practice, folder).file).lines_since == 1


def test_a_draft_being_edited_is_in_the_backup(
    practice: Practice, folder: Path, tmp_path: Path, small_vault: tuple[Path, bytes]
) -> None:
    note = next(n.id for n in practice.do(reading.list_notes) if n.status == "draft")
    spell = practice.do(progress_notes.edit, note)
    practice.do(progress_notes.save_draft, note, spell.spell, spell.counter, "Half a sentence about")
    made = backups.make(practice, folder)
    practice.do(restoring.drill, folder / made.file)
    practice.do(progress_notes.save_draft, note, spell.spell, spell.counter + 1, "Half a sentence about the weir")
    restoring.restore(folder / made.file, tmp_path / "R.vault", Secret("recovery", bytearray(small_vault[1])))
    with opening.unlock(tmp_path / "R.vault", Secret("recovery", bytearray(small_vault[1]))) as again:
        assert again.do(reading.open, note).text == "Half a sentence about"
        assert again.do(verification.verify).ok


def test_a_drill_leaves_its_line_and_nothing_else(practice: Practice, folder: Path) -> None:
    made = backups.make(practice, folder)
    before = (folder / made.file).read_bytes()
    found = practice.do(restoring.drill, folder / made.file)
    assert found.file == made.file
    assert events(practice)[0] == ("backup.drill", "done")
    assert (folder / made.file).read_bytes() == before


def test_only_ciphertext_is_ever_in_the_private_folder_and_it_is_private(
    practice: Practice, folder: Path, private: Path
) -> None:
    seen: dict[str, bytes] = {}
    modes = set()

    def look(*_: object) -> None:
        for place in private.iterdir():
            modes.add(place.stat().st_mode & 0o777)
            for path in place.iterdir():
                seen[path.name] = path.read_bytes()

    practice.do(clients.create, "Wilhelmina Unheard-Of")
    backups.make(practice, folder, progress=look)
    look()
    assert {"vault.db", "header.json"} <= set(seen)
    assert not any(word in content for content in seen.values() for word in (b"Wilhelmina", b"heron", b"Quillfeather"))
    assert os.name != "posix" or modes == {0o700}


def test_no_words_are_in_the_backup_file(practice: Practice, folder: Path) -> None:
    practice.do(clients.create, "Wilhelmina Unheard-Of")
    content = (folder / backups.make(practice, folder).file).read_bytes()
    for word in ("Wilhelmina", "heron", "Quillfeather", "Weir Practice", "01632"):
        assert word.encode() not in content
        assert word.encode("utf-16-le") not in content
    assert b'"seq"' not in content  # how much is done in the practice is not told either


def test_the_database_stays_locked_against_other_software_after_a_backup(practice: Practice, folder: Path) -> None:
    """To close a second handle of the database would take away SQLite's locks on it."""
    backups.make(practice, folder)
    vault = practice._standing.vault
    program = f"""
import sqlcipher3.dbapi2 as s
c = s.connect({str(vault.folder / "vault.db")!r}, timeout=0)
c.execute("PRAGMA key = \\"x'{bytes(vault.subkey(keys.DATABASE)).hex()}'\\"")
try:
    c.execute("SELECT count(*) FROM sqlite_master").fetchone()
    print("open")
except s.OperationalError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "locked" in done.stdout


def test_a_backup_unpacked_by_hand_opens_as_a_vault(
    practice: Practice, folder: Path, tmp_path: Path, unlock: Callable[[Path], Practice]
) -> None:
    """As somebody would do it in twenty years, with tar."""
    made = backups.make(practice, folder)
    with tarfile.open(folder / made.file) as tar:
        tar.extractall(tmp_path / "by hand", filter="data")
    with unlock(tmp_path / "by hand" / "session-notes.vault") as again:
        assert ["record of failed attempts is missing" in warning for warning in again.warnings] == [True]
        assert again.do(verification.verify).ok
        assert texts(again) == texts(practice)


# --- what goes wrong --------------------------------------------------------------------------------------


def breaking(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException) -> None:
    """Writing a backup or its private copy fails at the write of that number."""
    put, count = backup._put, iter(range(10_000))

    def breaks(file: Any, content: Any) -> None:
        if next(count) == number:
            put(file, bytes(content)[: len(content) // 2])
            raise error
        put(file, content)

    monkeypatch.setattr(backup, "_put", breaks)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), OSError(errno.EIO, "broken"), KeyboardInterrupt()], ids=repr
)
@pytest.mark.parametrize("number", [0, 2, 5, 6, 7, 10], ids=lambda n: f"write {n}")
def test_a_backup_that_breaks_off_leaves_nothing_and_says_so_in_the_log(
    practice: Practice, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException
) -> None:
    good = backups.make(practice, folder)
    with monkeypatch.context() as during:
        breaking(during, number, error)
        with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else BackupFailed):
            backups.make(practice, folder)
    assert [path.name for path in folder.iterdir()] == [good.file]
    assert events(practice)[0] == ("backup.make", "failed")
    assert practice.do(verification.verify).ok
    practice.do(restoring.check, folder / good.file)


def test_cancelling_by_raising_from_the_progress_leaves_nothing(practice: Practice, folder: Path) -> None:
    class Enough(Exception):
        pass

    def stop(what: str, done: int, total: int) -> None:
        if what == "restoring":
            raise Enough

    with pytest.raises(Enough):
        backups.make(practice, folder, progress=stop)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("part", ["vault.db", "header.json", "manifest.json"])
def test_a_disk_that_writes_something_else_than_it_was_given_is_found(
    practice: Practice, folder: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """Between writing and reading back, a byte on the disk changes."""
    write = backup.write

    def lies(path: Path, *arguments: Any) -> Any:
        manifest = write(path, *arguments)
        content = path.read_bytes()
        place = content.index(f"session-notes.vault/{part}".encode()) + 512 + 100
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        return manifest

    monkeypatch.setattr(backup, "write", lies)
    with pytest.raises(BackupDamaged):
        backups.make(practice, folder)
    assert list(folder.iterdir()) == []
    assert events(practice)[0] == ("backup.make", "failed")


def test_a_vault_that_is_not_as_its_log_says_is_not_backed_up(practice: Practice, folder: Path) -> None:
    assert practice._engine is not None
    with practice._engine.begin() as db:
        db.exec_driver_sql("UPDATE clients SET phone = '0' WHERE name LIKE 'Ada%'")
    with pytest.raises(Altered):
        backups.make(practice, folder)
    assert list(folder.iterdir()) == []


def test_without_its_line_there_is_no_backup(practice: Practice, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise MemoryError

    append = chain.append
    monkeypatch.setattr(chain, "append", fails)
    with pytest.raises(StoreError):
        backups.make(practice, folder)
    monkeypatch.setattr(chain, "append", append)
    assert list(folder.iterdir()) == []


def test_a_folder_that_may_not_be_written_is_said(
    practice: Practice, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuses(path: Any, *arguments: Any, **named: Any) -> int:
        if str(path).startswith(str(folder)):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", refuses)
    with pytest.raises(BackupFailed, match="could not be made") as raised:
        backups.make(practice, folder)
    assert "Permission denied" in raised.value.why
    monkeypatch.undo()


def test_too_little_room_is_said_before_anything_is_written(
    practice: Practice, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("usage", (), {"free": 10_000}))
    with pytest.raises(BackupFailed, match="too little room"):
        backups.make(practice, folder)
    assert list(folder.iterdir()) == []


def test_a_place_that_makes_no_sense_is_refused(practice: Practice, vault: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        backups.make(practice, vault)
    (vault / "inside").mkdir()
    with pytest.raises(UsageError):
        backups.make(practice, vault / "inside")
    with pytest.raises(UsageError):
        backups.make(practice, tmp_path / "nowhere")


@pytest.mark.parametrize("kind", ["folder", "empty folder", "file", "link to nowhere"])
def test_a_backup_is_never_restored_over_anything(
    practice: Practice, folder: Path, tmp_path: Path, small_vault: tuple[Path, bytes], kind: str
) -> None:
    made = backups.make(practice, folder)
    target = tmp_path / "There.vault"
    if kind == "file":
        target.write_text("mine")
    elif kind == "link to nowhere":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.mkdir()
        if kind == "folder":
            (target / "mine").write_text("mine")
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="already there"):
        restoring.restore(folder / made.file, target, Secret("recovery", bytearray(small_vault[1])))
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_restoring_that_fails_leaves_nothing(
    practice: Practice, folder: Path, tmp_path: Path, small_vault: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backups.make(practice, folder)
    before = sorted(tmp_path.iterdir())
    secret = Secret("recovery", bytearray(small_vault[1]))
    with monkeypatch.context() as during:
        breaking(during, 3, OSError(errno.ENOSPC, "full"))
        with pytest.raises(BackupFailed, match="could not be restored"):
            restoring.restore(folder / made.file, tmp_path / "R.vault", secret)
    with pytest.raises(NotesError, match="does not open this backup"):
        restoring.restore(folder / made.file, tmp_path / "R.vault", Secret("recovery", bytearray(20)))
    assert sorted(tmp_path.iterdir()) == before


def test_a_vault_put_back_and_worked_with_has_another_history_than_its_newer_backup(
    practice: Practice, vault: Path, folder: Path, tmp_path: Path, unlock: Callable[[Path], Practice]
) -> None:
    practice.lock()
    older = Path(shutil.copytree(vault, tmp_path / "Older.vault"))
    with unlock(vault) as now:
        now.do(clients.create, "Cyril Bannerman")
        made = backups.make(now, folder)
    with unlock(older) as back:
        for name in ("Doris Quayle", "Edmund Frith", "Flora Ives"):
            back.do(clients.create, name)
        with pytest.raises(BackupDamaged, match="another history"):
            back.do(restoring.check, folder / made.file)
        assert events(back)[0] == ("backup.check", "failed")


KILLED = """
import os, sys
from pathlib import Path
from notes.practice import backups, opening
from notes.store import backup
from notes.vault.slots import FLOOR, Secret
practice = opening.unlock(Path(sys.argv[1]), Secret("recovery", bytearray.fromhex(sys.argv[2])))
def die(what, done, total):
    if what == sys.argv[4]:
        os.kill(os.getpid(), 9)
backups.make(practice, Path(sys.argv[3]), progress=die)
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
@pytest.mark.parametrize("moment", ["writing", "restoring"])
def test_killed_in_the_middle_it_leaves_no_backup_and_the_next_one_tidies_up(
    vault: Path,
    folder: Path,
    private: Path,
    small_vault: tuple[Path, bytes],
    unlock: Callable[[Path], Practice],
    moment: str,
) -> None:
    command = [sys.executable, "-c", KILLED, str(vault), small_vault[1].hex(), str(folder), moment]
    done = subprocess.run(command, env={**os.environ, "TMPDIR": str(private)}, check=False)
    assert done.returncode == -signal.SIGKILL
    left = list(folder.iterdir())
    assert [path.suffix for path in left] == [".partial"]
    for path in private.iterdir():  # as if it had been a day ago
        os.utime(path, (time.time() - 2 * 24 * 3600,) * 2)
    with unlock(vault) as practice:
        made = backups.make(practice, folder)
        assert practice.do(verification.verify).ok
    assert [path.name for path in folder.iterdir()] == [made.file]


def test_what_a_killed_restoring_left_is_removed_when_it_is_surely_ours_and_old(
    practice: Practice, folder: Path, tmp_path: Path, small_vault: tuple[Path, bytes]
) -> None:
    made = backups.make(practice, folder)
    left = {
        "old and ours": (".R.vault.0123abcd", "vault.db", 2),
        "fresh": (".R.vault.1123abcd", "vault.db", 0),
        "another's file": (".R.vault.2123abcd", "letter.txt", 2),
        "another vault's": (".S.vault.3123abcd", "vault.db", 2),
        "another name": (".R.vault.notours!", "vault.db", 2),
    }
    for name, inside, days in left.values():
        (tmp_path / name).mkdir()
        (tmp_path / name / inside).write_bytes(b"")
        then = time.time() - days * 86_400
        for path in (tmp_path / name / inside, tmp_path / name):
            os.utime(path, (then, then))
    restoring.restore(folder / made.file, tmp_path / "R.vault", Secret("recovery", bytearray(small_vault[1])))
    assert {case for case, (name, *_) in left.items() if not (tmp_path / name).exists()} == {"old and ours"}
