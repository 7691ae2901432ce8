"""A change of keys whose line cannot be written has not happened."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from notes.errors import Cancelled, DiskFull, WrongKey
from notes.practice import keyring, log, opening
from notes.practice.practice import Practice
from notes.practice.surroundings import here
from notes.vault import anchor
from notes.vault.slots import FLOOR, Secret

OLD = b"nineteen patient herons by the weir"  # of the small vault in conftest.py
NEW = b"another passphrase of many words"


def test_the_old_passphrase_still_opens_when_the_change_could_not_be_recorded(practice: Practice, vault: Path) -> None:
    def refuse(_: object) -> None:
        raise OperationalError("commit", None, sqlcipher.OperationalError("database or disk is full"))

    event.listen(practice._engine, "commit", refuse)
    with pytest.raises(DiskFull):
        practice.do(keyring.change_passphrase, bytearray(NEW), cost=FLOOR)
    event.remove(practice._engine, "commit", refuse)
    practice.lock()
    with pytest.raises(WrongKey):
        opening.unlock(vault, Secret("passphrase", bytearray(NEW)))
    opening.unlock(vault, Secret("passphrase", bytearray(OLD))).lock()


class Ended(BaseException):
    """The program is killed at this moment."""


def test_a_rotation_that_a_crash_ends_before_it_counts_is_no_rollback(vault: Path, tmp_path: Path) -> None:
    """The anchor moves when the new database is in place, not while it is only being made."""
    state, crashed = tmp_path / "anchors", tmp_path / "Crashed.vault"

    def show(key: bytearray) -> None:
        shutil.copytree(vault, crashed)
        shutil.copytree(state, tmp_path / "anchors then")
        raise Ended

    opening.unlock(vault, Secret("passphrase", bytearray(OLD)), surroundings=here(state)).lock()
    practice = opening.unlock(vault, Secret("passphrase", bytearray(OLD)), surroundings=here(state))
    with pytest.raises(Ended):
        keyring.rotate(practice, bytearray(OLD), show=show)
    practice.abandon()
    around = here(tmp_path / "anchors then")
    with opening.unlock(crashed, Secret("passphrase", bytearray(OLD)), surroundings=around) as again:
        assert again._standing.anchored
        assert again.rollback is None


def test_the_anchor_knows_a_rotation_at_once(vault: Path, tmp_path: Path) -> None:
    with opening.unlock(vault, Secret("passphrase", bytearray(OLD)), surroundings=here(tmp_path)) as practice:
        keyring.rotate(practice, bytearray(OLD))
        known = anchor.read(practice._standing.anchors()[0], practice._standing.anchor_key, practice.vault_id)
        assert known is not None
        assert (known.seq, known.head) == (practice._standing.end.seq, practice._standing.end.head.hex())


def test_a_rotation_that_was_stopped_leaves_a_line(practice: Practice) -> None:
    def stop(*_: object) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        keyring.rotate(practice, bytearray(OLD), progress=stop)
    line = practice.do(log.show, limit=1)[0]
    assert (line.event, line.outcome, line.reason) == ("key.rotate", "failed", "Cancelled")
