"""Promise 3: a row altered from outside does not become good again by being changed in the ordinary way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from notes.access_log.chain import last_digest
from notes.errors import Altered
from notes.practice import verification
from notes.practice.practice import Practice
from notes.record import clients, progress_notes, reading
from notes.store.engine import open_engine, schema_changes
from notes.vault import keys
from notes.vault.slots import Secret
from notes.vault.vault import unlock as unlock_vault


@pytest.fixture
def alter(vault: Path, small_vault: tuple[Path, bytes]) -> Callable[[str], None]:
    """Runs a statement on the copy's database as other software with the key would."""

    def run(statement: str) -> None:
        opened = unlock_vault(vault, Secret("recovery", bytearray(small_vault[1])))
        engine = open_engine(vault / "vault.db", opened.subkey(keys.DATABASE))
        with schema_changes(engine), engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()
        opened.close()

    return run


def draft(practice: Practice) -> int:
    return practice.do(reading.list_notes, status="draft")[0].id


def signed(practice: Practice) -> int:
    return practice.do(reading.list_notes, status="signed")[0].id


CHANGES: dict[str, tuple[str, Callable[[Practice], Any]]] = {
    "a draft that is signed": (
        "UPDATE drafts SET text = 'Never said.'",
        lambda practice: practice.do(progress_notes.sign, draft(practice)),
    ),
    "a draft that is opened": (
        "UPDATE drafts SET text = 'Never said.'",
        lambda practice: practice.do(progress_notes.edit, draft(practice)),
    ),
    "a draft that is thrown away": (
        "UPDATE drafts SET text = 'Never said.'",
        lambda practice: practice.do(progress_notes.discard, draft(practice)),
    ),
    "the date of a note that is signed": (
        "UPDATE notes SET at = '2025-12-24' WHERE status = 'draft'",
        lambda practice: practice.do(progress_notes.sign, draft(practice)),
    ),
    "a client who is renamed": (
        "UPDATE clients SET born = '1970-01-01' WHERE name LIKE 'Ada%'",
        lambda practice: practice.do(clients.change, "Ada", name="Ada Quill"),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_altered_outside_is_not_changed_further(
    what: str, vault: Path, unlock: Callable[[Path], Practice], alter: Callable[[str], None]
) -> None:
    statement, change = CHANGES[what]
    alter(statement)
    with unlock(vault) as practice:
        with pytest.raises(Altered, match="log last saw it"):
            change(practice)
        assert not practice.do(verification.verify).ok, "the alteration must still be named"


def test_a_note_inserted_outside_is_not_signed(
    vault: Path, unlock: Callable[[Path], Practice], alter: Callable[[str], None]
) -> None:
    alter(
        "INSERT INTO notes SELECT id + 1, 'zzzzz', client_id, NULL, kind, template, at, 'draft', 0, created_at, NULL, "
        "place + 1 FROM notes WHERE status = 'draft'"
    )
    alter("INSERT INTO drafts SELECT n.id, 'note', NULL, 'x', 1, 0, NULL, 1 FROM notes n WHERE ref = 'zzzzz'")
    with unlock(vault) as practice, pytest.raises(Altered):
        practice.do(progress_notes.sign, "zzzzz")


def test_a_draft_in_an_open_spell_goes_on(practice: Practice) -> None:
    """Its saves leave no line each, so that the log cannot know its newest text."""
    editing = practice.do(progress_notes.edit, draft(practice))
    practice.do(progress_notes.save_draft, editing.note, editing.spell, editing.counter, "Further.")
    practice.do(progress_notes.sign, editing.note)
    assert practice.do(verification.verify).ok


def test_the_last_digest_is_found_whoever_the_line_was_about(practice: Practice) -> None:
    """A line names one client; what was changed may have come to another one since."""
    practice.do(progress_notes.tag, signed(practice), ("old",))
    assert practice._engine
    with practice._engine.connect() as connection:
        row = str(signed_row := connection.execute(text("SELECT id FROM notes WHERE status = 'signed'")).scalar_one())
        client = connection.execute(text("SELECT client_id FROM notes WHERE id = :i"), {"i": signed_row}).scalar_one()
        anywhere = last_digest(connection, "notes", row)
        assert anywhere
        assert last_digest(connection, "notes", row, client) == anywhere
        assert last_digest(connection, "notes", row, client + 1) is None


CORNERS = {
    "alembic_version": "INSERT INTO alembic_version VALUES ('0000')",
    "sqlite_sequence": "INSERT INTO sqlite_sequence VALUES ('notes', 7)",
    "note_index_config": "INSERT INTO note_index (note_index, rank) VALUES ('automerge', 2)",
    "user_version": "PRAGMA user_version = 7",
    "application_id": "PRAGMA application_id = 7",
}


@pytest.mark.parametrize("where", CORNERS)
def test_what_other_software_left_in_a_corner_is_named(where: str, practice: Practice) -> None:
    assert practice._engine
    raw = practice._engine.raw_connection().driver_connection
    assert raw
    raw.set_authorizer(None)
    raw.execute(CORNERS[where])
    assert [(p.what, p.where) for p in practice.do(verification.verify).problems] == [("schema", where)]
