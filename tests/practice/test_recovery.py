"""Copies from before a journal was rolled back stay until a full verification finds nothing wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from notes.errors import Altered, NotesError
from notes.practice import keyring, opening, recovery
from notes.practice.practice import Practice
from notes.practice.surroundings import here
from notes.practice.verification import verify
from notes.record import clients
from notes.vault.slots import Secret

PASSPHRASE = b"nineteen patient herons by the weir"
FIRST = {"vault.db.before-recovery", "vault.db-journal.before-recovery"}
LAST = {"vault.db.before-recovery-2", "vault.db-journal.before-recovery-2"}

Unlock = Callable[[Path], Practice]


def copies(folder: Path) -> set[str]:
    """The names of the copies that are there."""
    return {path.name for path in folder.glob("*before-recovery*")}


def leave_a_journal(folder: Path) -> bytes:
    """A journal beside the database, as a sync program brings one back; gives the database. It rolls nothing back."""
    (folder / "vault.db-journal").write_bytes(b"brought back by a sync program")
    return (folder / "vault.db").read_bytes()


@pytest.fixture
def at_home(small_vault: tuple[Path, bytes], tmp_path: Path) -> Unlock:
    """Unlocks on a computer that remembers the end of the log."""
    secret = small_vault[1]
    return lambda folder: opening.unlock(
        folder, Secret("recovery", bytearray(secret)), surroundings=here(tmp_path / "state")
    )


def test_copies_stay_until_an_anchored_verification_finds_nothing_wrong(vault: Path, at_home: Unlock) -> None:
    before = leave_a_journal(vault)
    with at_home(vault) as practice:  # seen for the first time: an older copy would look as sound
        assert practice.do(verify).before == ["vault.db.before-recovery"]
    with at_home(vault) as practice:
        assert copies(vault) == FIRST
        assert (vault / "vault.db.before-recovery").read_bytes() == before
        report = practice.do(verify)
        assert (report.ok, report.before) == (True, [])
        assert copies(vault) == set()


def test_where_verification_finds_something_the_copies_stay_and_the_way_back_is_said(
    vault: Path, unlock: Unlock, tmp_path: Path
) -> None:
    leave_a_journal(vault)
    with unlock(vault) as practice:
        with practice._begin() as work:
            work.sql("UPDATE clients SET phone = 'of an older page'")
        report = practice.do(verify)
        with pytest.raises(Altered) as caught:
            report.check()
    assert copies(vault) == FIRST
    assert report.before == ["vault.db.before-recovery"]
    assert "vault.db.before-recovery" in caught.value.hint
    copy = Path(shutil.copytree(vault, tmp_path / "As advised.vault"))
    (copy / "vault.db.before-recovery").replace(copy / "vault.db")
    with unlock(copy) as practice:
        assert practice.do(verify).ok


def test_a_second_and_a_third_crash_keep_the_first_and_the_last_copies(
    vault: Path, unlock: Unlock, at_home: Unlock
) -> None:
    databases = []
    for number in range(3):
        databases.append(leave_a_journal(vault))
        with unlock(vault) as practice:
            practice.do(clients.create, f"Client {number}")
    assert copies(vault) == FIRST | LAST
    assert (vault / "vault.db.before-recovery").read_bytes() == databases[0]
    assert (vault / "vault.db.before-recovery-2").read_bytes() == databases[2]
    at_home(vault).lock()
    with at_home(vault) as practice:
        assert practice.do(verify).ok
    assert copies(vault) == set()


def test_a_copy_that_a_crash_left_half_made_counts_for_nothing(vault: Path, unlock: Unlock) -> None:
    (vault / "vault.db.before-recovery").write_bytes(b"half")
    (vault / "vault.db-journal.before-recovery.new").write_bytes(b"ha")
    assert recovery.kept(vault) == []
    before = leave_a_journal(vault)
    with unlock(vault):
        assert (vault / "vault.db.before-recovery").read_bytes() == before
        assert copies(vault) == FIRST


def test_what_a_crash_in_the_middle_of_copying_left_is_gone_after_the_next_unlocking(
    vault: Path, unlock: Unlock
) -> None:
    (vault / "vault.db.before-recovery.new").write_bytes(b"half")
    unlock(vault).lock()
    assert copies(vault) == set()


def test_an_unlocking_that_fails_puts_back_its_own_copies_and_no_older_ones(
    vault: Path, unlock: Unlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = leave_a_journal(vault)
    with unlock(vault) as practice:
        practice.do(clients.create, "Clara Nightjar")
    newer = leave_a_journal(vault)
    with monkeypatch.context() as patch:
        patch.setattr("notes.practice.anchoring.check", _fail)
        with pytest.raises(Altered):
            unlock(vault)
    assert (vault / "vault.db").read_bytes() == newer
    assert (vault / "vault.db-journal").exists()
    assert (vault / "vault.db.before-recovery").read_bytes() == older


def _fail(*_: object) -> None:
    raise Altered("It does not hold.")


def test_rotation_removes_the_copies_which_are_under_the_old_key(vault: Path, unlock: Unlock) -> None:
    leave_a_journal(vault)
    with unlock(vault) as practice:
        assert copies(vault) == FIRST
        keyring.rotate(practice, bytearray(PASSPHRASE))
        assert copies(vault) == set()


def test_a_cancelled_verification_keeps_the_copies(vault: Path, unlock: Unlock) -> None:
    def stop(*_: object) -> None:
        raise NotesError("enough")

    leave_a_journal(vault)
    with unlock(vault) as practice:
        with pytest.raises(NotesError):
            practice.do(verify, stop)
        assert copies(vault) == FIRST
