"""The schema: what the migrations build is the golden file, the models say the same, and any change is noticed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Integer, LargeBinary, Text
from store_kit import Stored

import notes.store
from notes.access_log.events import EVENTS
from notes.errors import Altered, FormatTooNew, NotesError
from notes.store import schema
from notes.store.engine import open_engine
from notes.store.models import MILESTONES, RECORD_TABLES, Base

STORE = Path(notes.store.__file__).parent
GOLDEN = (STORE / "schema.sql").read_text("utf-8")
TRIGGERS = [line.split()[2] for line in GOLDEN.splitlines() if line.startswith("CREATE TRIGGER")]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A database that the migrations have just built."""
    engine = open_engine(tmp_path_factory.mktemp("fresh") / "new.db", bytearray(range(32)), create=True)
    schema.bring_up_to_date(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_the_migrations_build_the_golden_schema(fresh: Connection) -> None:
    assert schema.dump(fresh) == GOLDEN
    schema.check(fresh)


def test_milestones_are_events_and_the_table_knows_the_same_ones() -> None:
    listed = re.search(r"milestone TEXT GENERATED ALWAYS AS \(.*? IN\s+\((.*?)\)", GOLDEN, re.DOTALL)
    assert listed is not None
    assert tuple(name.strip(" '") for name in listed[1].split(",")) == MILESTONES
    assert set(MILESTONES) <= set(EVENTS)


def test_the_revision_that_the_program_knows_is_the_head_of_the_migrations(fresh: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(STORE / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.REVISION]
    assert fresh.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == [schema.REVISION]


def test_bringing_up_to_date_twice_changes_nothing(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "new.db", bytearray(range(32)), create=True)
    schema.bring_up_to_date(engine)
    before = (tmp_path / "new.db").read_bytes()
    schema.bring_up_to_date(engine)
    engine.dispose()
    assert (tmp_path / "new.db").read_bytes() == before


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All or none: half a schema is worse than none."""
    from alembic import command

    real = command.upgrade

    def upgrade(*given: Any) -> None:
        real(*given)
        raise RuntimeError("power cut")

    engine = open_engine(tmp_path / "new.db", bytearray(range(32)), create=True)
    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", upgrade)
        with pytest.raises(RuntimeError):
            schema.bring_up_to_date(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0
    schema.bring_up_to_date(engine)
    engine.dispose()


AFFINITY = {Integer: "INTEGER", Text: "TEXT", LargeBinary: "BLOB"}


def test_models_and_schema_have_the_same_tables(alder: Stored) -> None:
    with alder.other_software() as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = {name for (name,) in rows if not name.startswith(("sqlite_", "note_index"))} - {"alembic_version"}
    assert tables == set(Base.metadata.tables)
    assert {model.__tablename__ for model in RECORD_TABLES} == tables - {"access_log", "seals", "door"}


@pytest.mark.parametrize("table", Base.metadata.tables)
def test_models_and_schema_agree_on_every_column(table: str, alder: Stored) -> None:
    """Names, order, types, what may be empty, primary keys, what is unique, what refers to what, what is computed."""
    model = Base.metadata.tables[table]
    with alder.other_software() as connection:
        columns = connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
        referring = connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        unique = [
            {row[2] for row in connection.execute(f"PRAGMA index_info({index[1]})").fetchall()}
            for index in connection.execute(f"PRAGMA index_list({table})").fetchall()
            if index[2] and index[3] == "u"
        ]
    found = [
        (name, kind, not empty and not key, bool(key), hidden == 2) for _, name, kind, empty, _, key, hidden in columns
    ]
    expected = [
        (
            column.name,
            next(affinity for kind, affinity in AFFINITY.items() if isinstance(column.type, kind)),
            bool(column.nullable),
            column.primary_key,
            column.computed is not None,
        )
        for column in model.columns
    ]
    assert found == expected
    assert {(row[3], f"{row[2]}.{row[4]}") for row in referring} == {
        (key.parent.name, key.target_fullname) for key in model.foreign_keys
    }
    assert sorted(map(sorted, unique)) == sorted([column.name] for column in model.columns if column.unique)


def test_every_foreign_key_can_be_followed_without_reading_the_whole_table(alder: Stored) -> None:
    """Each child column begins an index; otherwise deleting a parent, or following it, walks through all children."""
    with alder.other_software() as connection:
        for table in Base.metadata.tables.values():
            starts = {
                connection.execute(f"PRAGMA index_info({index[1]})").fetchall()[0][2]
                for index in connection.execute(f"PRAGMA index_list({table.name})").fetchall()
            } | {column.name for column in list(table.primary_key)[:1]}
            for key in table.foreign_keys:
                assert key.parent.name in starts, f"{table.name}.{key.parent.name}"


def refused(alder: Stored) -> NotesError:
    with pytest.raises(NotesError) as caught:
        alder.open()
    assert caught.value.exit_code == 4
    return caught.value


def test_there_are_triggers_to_be_dropped() -> None:
    assert len(TRIGGERS) >= 10


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_dropped_trigger_is_noticed_at_the_next_unlocking_and_named(trigger: str, alder: Stored) -> None:
    with alder.other_software() as connection:
        connection.execute(f"DROP TRIGGER {trigger}")
    error = refused(alder)
    assert isinstance(error, Altered)
    assert trigger in error.why


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_trigger_with_its_teeth_drawn_is_noticed(trigger: str, alder: Stored) -> None:
    with alder.other_software() as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (trigger,)).fetchone()
        connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(sql.replace("RAISE(ABORT, ", "coalesce(1, "))
    assert trigger in refused(alder).why


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER spy AFTER INSERT ON note_versions BEGIN UPDATE drafts SET saves = saves; END",
        "CREATE TABLE extra (a)",
        "CREATE VIEW extra AS SELECT * FROM clients",
        "CREATE INDEX extra ON clients (name)",
        "ALTER TABLE clients ADD COLUMN extra TEXT",
        "ALTER TABLE clients RENAME COLUMN phone TO telephone",
        "DROP INDEX notes_by_time",
        "DROP INDEX versions_of_note",
        "DROP TABLE templates",
        "DROP TABLE note_index",
        "DROP VIEW note_text",
        "DROP TABLE access_log",
    ],
)
def test_any_other_change_of_the_schema_is_noticed(statement: str, alder: Stored) -> None:
    with alder.other_software() as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement)
    assert isinstance(refused(alder), Altered)


@pytest.mark.parametrize("revision", ["0002", "0010", "9999", "a1b2c3"])
def test_a_database_of_a_newer_revision_is_refused_as_that_and_not_touched(revision: str, alder: Stored) -> None:
    with alder.other_software() as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    before = alder.database.read_bytes()
    error = refused(alder)
    assert isinstance(error, FormatTooNew)
    assert revision in error.why
    assert alder.database.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alembic_version SET version_num = '0000'",
        "UPDATE alembic_version SET version_num = ''",
        "DROP TABLE alembic_version",
        "DELETE FROM alembic_version",
    ],
)
def test_a_database_of_a_revision_that_never_was_is_altered(statement: str, alder: Stored) -> None:
    with alder.other_software() as connection:
        connection.execute(statement)
    assert isinstance(refused(alder), Altered)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM settings WHERE name = 'header_sequence'",
        "DELETE FROM settings WHERE name = 'row_key'",
        "UPDATE settings SET value = 'seven' WHERE name = 'header_sequence'",
        "UPDATE settings SET value = 'no key' WHERE name = 'row_key'",
        "DELETE FROM settings",
    ],
)
def test_settings_that_are_gone_or_make_no_sense_are_altered(statement: str, alder: Stored) -> None:
    with alder.other_software() as connection:
        connection.execute(statement)
    assert isinstance(refused(alder), Altered)
