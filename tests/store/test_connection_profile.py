"""The connection: every safety setting is as the design says, is asserted, and cannot be changed afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from store_kit import Stored

from notes.errors import StoreError
from notes.store import engine as engines
from notes.store.engine import open_engine, schema_changes

# Design, section 5, with the reasons there. Written out here, so that a change in the code is a change in two places.
DESIGNED = {
    "journal_mode": "delete",
    "synchronous": 3,  # EXTRA
    "fullfsync": 1,
    "locking_mode": "exclusive",
    "temp_store": 2,  # MEMORY
    "secure_delete": 1,
    "foreign_keys": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,
}


@pytest.mark.parametrize(("name", "expected"), [*DESIGNED.items(), ("recursive_triggers", 1)])
def test_the_setting_is_as_the_design_says(name: str, expected: Any, alder_connection: Connection) -> None:
    assert alder_connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() == expected


def test_an_unlocked_practice_works_over_such_a_connection(alder: Stored) -> None:
    with alder.open() as practice:
        assert practice._engine
        with practice._engine.connect() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in DESIGNED}
    assert found == DESIGNED


@pytest.mark.parametrize("name", engines.PROFILE)
def test_a_setting_that_was_not_accepted_is_noticed_and_nothing_opens(
    name: str, alder: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, expected = engines.PROFILE[name]
    other = "something else" if isinstance(expected, str) else int(str(expected)) + 1
    monkeypatch.setitem(engines.PROFILE, name, (asked, other))
    with pytest.raises(StoreError) as caught:
        open_engine(alder.database, bytearray(alder.key))
    assert name in caught.value.why


@pytest.mark.parametrize(
    ("name", "weaker"),
    [("synchronous", "NORMAL"), ("temp_store", "FILE"), ("foreign_keys", "OFF"), ("secure_delete", "OFF")],
)
def test_a_weaker_setting_is_noticed_by_reading_it_back(
    name: str, weaker: str, alder: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engines.PROFILE, name, (weaker, engines.PROFILE[name][1]))
    with pytest.raises(StoreError):
        open_engine(alder.database, bytearray(alder.key))


def test_an_older_sqlcipher_is_refused(alder: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "CIPHER_FLOOR", (5, 0))
    with pytest.raises(StoreError, match="too old"):
        open_engine(alder.database, bytearray(alder.key))


def test_the_sqlite_inside_carries_the_fix_for_lost_checkpoints() -> None:
    """3.51.3, SQLCipher 4.14: sqlite.org/wal.html#walresetbug."""
    assert engines.CIPHER_FLOOR >= (4, 14)
    assert tuple(map(int, sqlcipher.sqlite_version.split("."))) >= (3, 51, 3)


def test_the_key_that_was_handed_over_stays_with_the_caller_and_is_not_in_any_statement(
    alder: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements: list[str] = []
    real = sqlcipher.connect

    class Watched(sqlcipher.Connection):  # type: ignore[misc]
        def execute(self, statement: str, *rest: Any) -> Any:
            statements.append(statement)
            return super().execute(statement, *rest)

    monkeypatch.setattr(sqlcipher, "connect", lambda *given, **named: real(*given, factory=Watched, **named))
    key = bytearray(alder.key)
    open_engine(alder.database, key).dispose()
    assert key == alder.key
    assert len(statements) > len(DESIGNED)
    assert not any(alder.key.hex() in statement.lower() for statement in statements)


def test_the_bytes_that_carried_the_key_are_zeroed(alder: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[bytearray] = []
    real = sqlcipher.connect

    class Watched(sqlcipher.Connection):  # type: ignore[misc]
        def set_key(self, raw: bytearray) -> None:
            assert raw == b"x'" + alder.key.hex().encode() + b"'"
            handed.append(raw)
            super().set_key(raw)

    monkeypatch.setattr(sqlcipher, "connect", lambda *given, **named: real(*given, factory=Watched, **named))
    open_engine(alder.database, bytearray(alder.key)).dispose()
    assert handed == [bytearray(67)] * 2  # the second is the connection that only reads


def test_parameters_are_kept_out_of_errors(alder_connection: Connection) -> None:
    with pytest.raises(DBAPIError) as caught:
        alder_connection.exec_driver_sql("INSERT INTO templates VALUES (?, ?)", ("a secret", "another secret"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_a_new_database_is_for_the_owner_alone(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        open_engine(tmp_path / "new.db", bytearray(range(32)), create=True).dispose()
    finally:
        os.umask(before)
    assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600


def test_disposing_of_an_engine_that_was_not_used_closes_its_connection(alder: Stored) -> None:
    engine = open_engine(alder.database, bytearray(alder.key))
    engine.dispose()
    still_open = [
        path
        for path in Path("/proc/self/fd").iterdir()
        if path.is_symlink() and str(alder.database) in str(path.readlink())
    ]
    assert still_open == []


# --- what no statement may do -----------------------------------------------------------------------------------------

SETTINGS = (
    "key = 'x'",
    "rekey = 'x'",
    "hexkey = '00'",
    "hexrekey = '00'",
    "cipher_page_size = 1024",
    "cipher_use_hmac = OFF",
    "cipher_compatibility = 3",
    "cipher_plaintext_header_size = 32",
    "cipher_migrate",
    "cipher_profile = '/tmp/profile'",
    "cipher_log = '/tmp/log'",
    "cipher_log_level = TRACE",
    "journal_mode = WAL",
    "journal_mode = OFF",
    "journal_mode = MEMORY",
    "journal_mode = DELETE",
    "main.journal_mode = PERSIST",
    "journal_mode(WAL)",
    "synchronous = OFF",
    "main.synchronous = OFF",
    "fullfsync = OFF",
    "locking_mode = NORMAL",
    "temp_store = FILE",
    "temp_store_directory = '/tmp'",
    "secure_delete = OFF",
    "foreign_keys = OFF",
    "recursive_triggers = OFF",
    "trusted_schema = ON",
    "writable_schema = ON",
    "cell_size_check = OFF",
    "mmap_size = 1000000000",
    "cache_size = 1",
    "ignore_check_constraints = ON",
    "defer_foreign_keys = ON",
    "legacy_alter_table = ON",
    "query_only = ON",
    "user_version = 7",
    "application_id = 7",
    "encoding = 'UTF-16'",
    "page_size = 1024",
    "auto_vacuum = FULL",
    "incremental_vacuum",
    "wal_checkpoint",
    "optimize",
    "schema_version = 1",
    "database_list",
    "table_info(clients)",
)


def profile(connection: Connection) -> dict[str, Any]:
    return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in engines.PROFILE}


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_setting_can_be_changed_on_an_open_vault(setting: str, alder_connection: Connection) -> None:
    before = profile(alder_connection)
    with pytest.raises(DBAPIError, match="not authorized"):
        alder_connection.exec_driver_sql(f"PRAGMA {setting}")
    assert profile(alder_connection) == before


FORBIDDEN = (
    "ATTACH ':memory:' AS other",
    "ATTACH '{folder}/plain.db' AS other KEY ''",
    "DETACH main",
    "VACUUM",
    "VACUUM INTO '{folder}/plain.db'",
    "SELECT load_extension('/tmp/extension.so')",
    "SELECT * FROM pragma_table_info('clients')",
    "CREATE TABLE extra (a)",
    "CREATE TEMP TABLE extra (a)",
    "CREATE TABLE extra AS SELECT * FROM clients",
    "CREATE VIEW extra AS SELECT * FROM clients",
    "CREATE TEMP VIEW extra AS SELECT * FROM clients",
    "CREATE INDEX extra ON clients (name)",
    "CREATE TRIGGER extra BEFORE INSERT ON clients BEGIN SELECT 1; END",
    "CREATE TEMP TRIGGER extra BEFORE INSERT ON clients BEGIN SELECT 1; END",
    "CREATE VIRTUAL TABLE extra USING fts5 (a)",
    "DROP TABLE drafts",
    "DROP TABLE note_index",
    "DROP VIEW note_text",
    "DROP INDEX notes_of_client",
    "DROP TRIGGER version_is_final_update",
    "DROP TRIGGER log_is_append_only_delete",
    "ALTER TABLE clients ADD COLUMN extra",
    "ALTER TABLE clients RENAME TO others",
    "ALTER TABLE clients DROP COLUMN phone",
    "REINDEX",
    "ANALYZE",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_nothing_may_be_attached_loaded_built_or_taken_down(statement: str, alder: Stored) -> None:
    engine = open_engine(alder.database, bytearray(alder.key))
    connection: Any = engine.raw_connection().driver_connection  # outside a transaction, where VACUUM could run
    before = connection.execute("SELECT * FROM sqlite_master").fetchall()
    with pytest.raises(sqlcipher.DatabaseError, match=r"not authorized|authorization denied|prohibited"):
        connection.execute(statement.format(folder=alder.folder))
    assert connection.execute("SELECT * FROM sqlite_master").fetchall() == before
    assert not (alder.folder / "plain.db").exists()
    engine.dispose()


def test_extensions_stay_out_even_when_python_switches_them_on(alder: Stored) -> None:
    engine = open_engine(alder.database, bytearray(alder.key))
    connection: Any = engine.raw_connection().driver_connection
    connection.enable_load_extension(True)
    with pytest.raises(sqlcipher.DatabaseError, match="not authorized"):
        connection.execute("SELECT load_extension('/tmp/extension.so')")
    engine.dispose()


def test_the_plain_text_cannot_be_exported_past_the_authorizer(alder_connection: Connection) -> None:
    with pytest.raises(DBAPIError):
        alder_connection.exec_driver_sql("SELECT sqlcipher_export('temp')")


@pytest.mark.parametrize("statement", ["UPDATE sqlite_master SET sql = ''", "DELETE FROM sqlite_master"])
def test_the_schema_table_cannot_be_written(statement: str, alder_connection: Connection) -> None:
    with pytest.raises(DBAPIError, match="may not be modified"):
        alder_connection.exec_driver_sql(statement)


def test_inside_a_migration_tables_may_be_built_but_nothing_else_is_allowed(alder: Stored) -> None:
    engine = open_engine(alder.database, bytearray(alder.key))
    with engine.connect() as connection:
        with schema_changes(engine):
            connection.exec_driver_sql("CREATE TABLE extra (a)")
            connection.exec_driver_sql("DROP TABLE extra")
            for statement in ("ATTACH ':memory:' AS other", "PRAGMA temp_store = FILE", "PRAGMA rekey = 'x'"):
                with pytest.raises(DBAPIError, match="not authorized"):
                    connection.exec_driver_sql(statement)
        with pytest.raises(DBAPIError, match="not authorized"):
            connection.exec_driver_sql("CREATE TABLE extra (a)")
    engine.dispose()


def test_the_door_for_migrations_closes_after_one_that_failed(alder: Stored) -> None:
    engine = open_engine(alder.database, bytearray(alder.key))
    with engine.connect() as connection:
        with pytest.raises(RuntimeError), schema_changes(engine):
            raise RuntimeError
        with pytest.raises(DBAPIError, match="not authorized"):
            connection.exec_driver_sql("DROP TABLE drafts")
    engine.dispose()
