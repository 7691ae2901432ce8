"""A change of keys whose line cannot be written has not happened."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from notes.errors import DiskFull, WrongKey
from notes.practice import keyring, opening
from notes.practice.practice import Practice
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
