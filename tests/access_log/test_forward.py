"""Forward seals: the sheet proves the log's history, also against somebody who has the data key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from notes.access_log import chain, forward
from notes.errors import Altered, NotesError, WrongKey
from notes.practice import keyring, opening
from notes.practice.practice import Practice
from notes.store.engine import schema_changes
from notes.vault import keys
from notes.vault.slots import Secret


@pytest.fixture
def connection(practice: Practice) -> Iterator[Connection]:
    """As somebody has it who holds the data key: triggers off; all is rolled back."""
    engine = practice._engine
    assert engine
    with schema_changes(engine), engine.connect() as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection
        connection.rollback()


@pytest.fixture
def sheet(small_vault: tuple[Path, bytes]) -> bytes:
    return small_vault[1]


def last(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT max(seq) FROM access_log").scalar_one())


def rewrite(connection: Connection, vault_id: str, first: int, change: Callable[[str], str]) -> None:
    """The log from line `first` on, written anew with heads that fit and seals by the keys that can be had."""
    lines = connection.exec_driver_sql("SELECT seq, record FROM access_log ORDER BY seq").all()
    head = chain.genesis(vault_id)
    key = connection.exec_driver_sql("SELECT key FROM seals ORDER BY epoch DESC LIMIT 1").scalar_one()
    for seq, record in lines:
        content = change(record) if seq >= first else record
        head = keys.sha256(head + content.encode())
        connection.exec_driver_sql(
            "UPDATE access_log SET record = ?, head = ?, seal = CASE WHEN seq < ? THEN seal ELSE ? END WHERE seq = ?",
            (content, head, first, forward.seal(key, head), seq),
        )


def test_the_sheet_proves_every_line(practice: Practice, connection: Connection, sheet: bytes) -> None:
    assert forward.verify(connection, practice.vault_id, sheet) == forward.Proven(1, 1, last(connection))


def test_seals_are_as_the_format_page_says(practice: Practice, connection: Connection, sheet: bytes) -> None:
    key = bytes(keys.derive(sheet, "notes/v1/seals", bytes.fromhex(practice.vault_id) + (1).to_bytes(8, "big")))
    for head, seal in connection.exec_driver_sql("SELECT head, seal FROM access_log ORDER BY seq").all():
        assert hmac.digest(key, head, hashlib.sha256) == seal
        key = hmac.digest(key, b"next", hashlib.sha256)
    assert connection.exec_driver_sql("SELECT key FROM seals").scalar_one() == key, "and the one before is not kept"


@pytest.mark.parametrize("first", [1, 2, 5])
def test_history_written_anew_with_the_data_key_is_refuted(
    first: int, practice: Practice, connection: Connection, sheet: bytes
) -> None:
    rewrite(connection, practice.vault_id, first, lambda record: record.replace("terminal", "program") + " ")
    with pytest.raises(NotesError) as caught:
        forward.verify(connection, practice.vault_id, sheet)
    if first > 1:
        assert f"line {first} " in caught.value.what + " "


def test_an_epoch_begun_anew_to_hide_a_rewriting_is_refuted(
    practice: Practice, connection: Connection, sheet: bytes
) -> None:
    rewrite(connection, practice.vault_id, 1, lambda record: record)
    connection.exec_driver_sql("DELETE FROM seals")
    key = forward.begin_epoch(connection, 1, practice.vault_id, b"another recovery key")
    for seq, head in connection.exec_driver_sql("SELECT seq, head FROM access_log ORDER BY seq").all():
        connection.exec_driver_sql("UPDATE access_log SET seal = ? WHERE seq = ?", (forward.seal(key, head), seq))
        key = forward.next_key(key)
    with pytest.raises(WrongKey):
        forward.verify(connection, practice.vault_id, sheet)


def test_a_cut_tail_is_refuted_by_the_key_that_is_in_the_vault(
    practice: Practice, connection: Connection, sheet: bytes
) -> None:
    connection.exec_driver_sql("DELETE FROM access_log WHERE seq = (SELECT max(seq) FROM access_log)")
    with pytest.raises(Altered):
        forward.verify(connection, practice.vault_id, sheet)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_log SET seal = x'00' WHERE seq = 3",
        "UPDATE access_log SET seal = 'text' WHERE seq = 3",
        "UPDATE access_log SET seal = (SELECT seal FROM access_log WHERE seq = 2) WHERE seq = 3",
        "DELETE FROM access_log WHERE seq = 3",
    ],
)
def test_a_seal_or_line_changed_in_the_middle_is_named(
    statement: str, practice: Practice, connection: Connection, sheet: bytes
) -> None:
    connection.exec_driver_sql(statement)
    with pytest.raises(Altered, match="line 3 "):
        forward.verify(connection, practice.vault_id, sheet)


def test_a_new_sheet_begins_a_new_epoch_and_the_old_one_still_proves_what_was_before(
    vault: Path, unlock: Callable[[Path], Practice], sheet: bytes
) -> None:
    with unlock(vault) as practice:
        before = practice._standing.end.seq
        new = bytes(practice.do(keyring.new_recovery_key))
        assert practice._engine
        with practice._engine.connect() as connection:
            assert forward.verify(connection, practice.vault_id, sheet) == forward.Proven(1, 1, before)
            assert forward.verify(connection, practice.vault_id, new) == forward.Proven(2, before + 1, before + 1)
            with pytest.raises(WrongKey):
                forward.verify(connection, practice.vault_id, bytes(20))
    with opening.unlock(vault, Secret("recovery", bytearray(new))) as practice:
        assert practice._engine
        with practice._engine.connect() as connection:
            assert forward.verify(connection, practice.vault_id, new).last == practice._standing.end.seq


def test_a_refused_operation_keeps_the_keys_in_step(practice: Practice, sheet: bytes) -> None:
    with pytest.raises(NotesError):
        from notes.record import reading

        practice.do(reading.open, "zzzzz")
    assert practice._engine
    with practice._engine.connect() as connection:
        assert forward.verify(connection, practice.vault_id, sheet).last == practice._standing.end.seq
