"""Promise 3, against somebody who has the key and other software: what was changed is named."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from notes.access_log.digests import accounted_tables, row_key
from notes.errors import Altered
from notes.practice.practice import Practice
from notes.practice.verification import Problem, examine
from notes.store.engine import open_engine, schema_changes
from notes.vault import keys
from notes.vault.slots import Secret
from notes.vault.vault import unlock as unlock_vault

REFUSED = [Problem("refused", "", "a constraint of the table itself stands in the way")]


class Intruder:
    """Raw access to the database under its key, with the triggers off; every attack is rolled back afterwards."""

    def __init__(self, connection: Connection, vault_id: str, row_key: bytes) -> None:
        self.connection = connection
        self._vault_id, self.row_key = vault_id, row_key

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self.connection.execute(text(f"SELECT rowid AS _row, * FROM {table}")).mappings()]

    def attack(self, statement: str, **values: Any) -> list[Problem]:
        """What verification says after this statement, or REFUSED where a constraint does not let it through."""
        savepoint = self.connection.begin_nested()
        try:
            self.connection.execute(text(statement), values)
        except IntegrityError:
            savepoint.rollback()
            return REFUSED
        problems = examine(self.connection, self._vault_id, self.row_key).problems
        savepoint.rollback()
        return [problem for problem in problems if problem.what != "schema"]  # the triggers are off: that is known


@pytest.fixture(scope="module")
def intruder(small_vault: tuple[Path, bytes]) -> Iterator[Intruder]:
    vault = unlock_vault(small_vault[0], Secret("recovery", bytearray(small_vault[1])))
    engine = open_engine(vault.folder / "vault.db", vault.subkey(keys.DATABASE))
    with schema_changes(engine), engine.connect() as connection:
        row_secret = connection.execute(text("SELECT value FROM settings WHERE name = 'row_key'")).scalar_one()
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield Intruder(connection, vault.header.vault, bytes.fromhex(row_secret))
        connection.rollback()
    engine.dispose()
    vault.close()


def changed(value: Any) -> Iterator[Any]:
    """The value with each of its parts changed in turn: every byte of a text or blob, a number by one, nothing to
    something."""
    if value is None:
        yield "x"
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, bytes):
        for place in range(len(value)):
            yield value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]
    else:
        for place, sign in enumerate(value):
            yield value[:place] + chr(ord(sign) ^ 1) + value[place + 1 :]
        yield value + " "


def test_the_untouched_vault_has_no_problem(intruder: Intruder) -> None:
    assert intruder.attack("SELECT 1") == []


@pytest.mark.parametrize("table", ["note_versions", "clients", "notes", "sessions", "drafts", "settings"])
def test_every_changed_byte_of_a_row_is_named(table: str, intruder: Intruder) -> None:
    columns = next(t for t in accounted_tables() if t.name == table).columns.keys()
    attacks = 0
    for row in intruder.rows(table):
        named = row_key(intruder.row_key, table, row)
        for column in columns:
            if (table, column) in {("settings", "name"), ("drafts", "note_id")} or column == "id":
                continue  # a changed key is another row: the next test
            if row.get("name") == "row_key":
                continue  # the digest key itself has a test of its own
            for value in changed(row[column]):
                problems = intruder.attack(f"UPDATE {table} SET {column} = :v WHERE rowid = :r", v=value, r=row["_row"])
                if problems != REFUSED:
                    assert (table, named) in {(p.what, p.where) for p in problems}, (table, column)
                    attacks += 1
    assert attacks > 5


@pytest.mark.parametrize("table", ["note_versions", "clients", "notes", "sessions", "drafts", "settings", "note_tags"])
def test_every_row_that_is_taken_away_is_named(table: str, intruder: Intruder) -> None:
    key = "note_id" if table in ("drafts", "note_tags") else "name" if table == "settings" else "id"
    for row in intruder.connection.execute(text(f"SELECT * FROM {table}")).mappings().all():
        problems = intruder.attack(f"DELETE FROM {table} WHERE {key} = :k", k=row[key])
        assert problems == REFUSED or any(p.what == table for p in problems)


def test_a_row_added_behind_the_logs_back_is_named(intruder: Intruder) -> None:
    problems = intruder.attack("INSERT INTO settings VALUES ('backdoor', 'open')")
    assert [(p.what, p.where) for p in problems] == [("settings", "backdoor")]


def test_every_changed_byte_of_every_log_line_is_named(intruder: Intruder) -> None:
    lines = intruder.rows("access_log")
    assert len(lines) > 8
    for row in lines:
        for value in list(changed(row["record"]))[:: 1 if row["seq"] == 2 else 23]:
            if not _still_json(value):
                continue  # the generated columns refuse it: SQLite itself will not store it
            problems = intruder.attack("UPDATE access_log SET record = :v WHERE seq = :s", v=value, s=row["seq"])
            assert ("log", f"line {row['seq']}") in {(p.what, p.where) for p in problems}
        for value in changed(row["head"]):
            problems = intruder.attack("UPDATE access_log SET head = :v WHERE seq = :s", v=value, s=row["seq"])
            assert ("log", f"line {row['seq']}") in {(p.what, p.where) for p in problems}


def _still_json(value: str) -> bool:
    try:
        return isinstance(json.loads(value), dict) and "event" in json.loads(value)
    except ValueError:
        return False


def test_every_log_line_taken_out_is_named(intruder: Intruder) -> None:
    """Also the last one: SQLite's own counter remembers how many there were."""
    for row in intruder.rows("access_log"):
        problems = intruder.attack("DELETE FROM access_log WHERE seq = :s", s=row["seq"])
        assert problems[0].what == "log"
        assert problems[0].where == f"line {row['seq']}"


def test_every_swap_of_neighbouring_log_lines_is_named(intruder: Intruder) -> None:
    lines = intruder.rows("access_log")
    for one, two in itertools.pairwise(lines):
        statement = (
            "UPDATE access_log SET record = CASE seq WHEN :a THEN :two ELSE :one END, "
            "head = CASE seq WHEN :a THEN :head_two ELSE :head_one END WHERE seq IN (:a, :b)"
        )
        problems = intruder.attack(
            statement,
            a=one["seq"],
            b=two["seq"],
            one=one["record"],
            two=two["record"],
            head_one=one["head"],
            head_two=two["head"],
        )
        assert problems[0].where == f"line {one['seq']}"


def test_a_log_line_moved_to_a_new_number_is_named(intruder: Intruder) -> None:
    last = intruder.rows("access_log")[-1]
    problems = intruder.attack("UPDATE access_log SET seq = seq + 5 WHERE seq = :s", s=last["seq"])
    assert problems[0].where == f"line {last['seq']}"


def test_an_exchanged_digest_key_does_not_hide_a_change(intruder: Intruder) -> None:
    problems = intruder.attack("UPDATE settings SET value = :v WHERE name = 'row_key'", v="00" * 32)
    assert ("settings", "row_key") in {(p.what, p.where) for p in problems}


def test_a_search_index_that_hides_a_note_is_named(intruder: Intruder) -> None:
    note, shown = intruder.connection.execute(text("SELECT place, text FROM note_text LIMIT 1")).one()
    statement = "INSERT INTO note_index (note_index, rowid, text) VALUES ('delete', :i, :t)"
    assert "index" in {p.what for p in intruder.attack(statement, i=note, t=shown)}


def test_a_trigger_taken_off_is_noticed_at_the_next_unlocking(
    vault: Path, small_vault: tuple[Path, bytes], unlock: Callable[[Path], Practice]
) -> None:
    opened = unlock_vault(vault, Secret("recovery", bytearray(small_vault[1])))
    engine = open_engine(vault / "vault.db", opened.subkey(keys.DATABASE))
    with schema_changes(engine), engine.begin() as connection:
        connection.execute(text("DROP TRIGGER log_is_append_only_update"))
    engine.dispose()
    opened.close()
    with pytest.raises(Altered) as raised:
        unlock(vault)
    assert "log_is_append_only_update" in raised.value.why
