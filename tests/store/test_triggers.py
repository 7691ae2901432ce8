"""Signed is signed, and the log only grows: the database itself refuses the rest, whatever the statement."""

from __future__ import annotations

from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError
from store_kit import Stored

TABLES = ("clients", "sessions", "notes", "drafts", "note_versions", "note_tags", "access_log")
VERSION = "note_id, number, kind, reason, text, signed_at, signed_by, digest"
NOTE = "client_id, session_id, kind, template, at, status, version, created_at"
NOTE_SAME = f"{NOTE}, fingerprint, place"
NOTE_NEXT = f"{NOTE}, fingerprint, place + 9"
NOTE_PRINTED = f"{NOTE}, 'print', place + 99"
SIGNED = "(SELECT id FROM notes WHERE status = 'signed')"
DRAFT = "(SELECT id FROM notes WHERE status = 'draft')"

VERSIONS = (
    "UPDATE note_versions SET text = 'x'",
    "UPDATE note_versions SET text = text",
    "UPDATE note_versions SET signed_at = signed_at + 1 WHERE number = 1",
    "UPDATE note_versions SET number = number + 10",
    "UPDATE OR REPLACE note_versions SET number = 1 WHERE number = 2",
    "UPDATE OR IGNORE note_versions SET text = 'x'",
    f"UPDATE note_versions SET note_id = {DRAFT}",
    "UPDATE note_versions SET id = id + 1",
    "DELETE FROM note_versions",
    "DELETE FROM note_versions WHERE number = 2",
    f"INSERT OR REPLACE INTO note_versions SELECT id, {VERSION} FROM note_versions",
    f"REPLACE INTO note_versions SELECT id + 1, {VERSION} FROM note_versions WHERE number = 2",
    f"INSERT INTO note_versions SELECT id + 1, {VERSION} FROM note_versions WHERE number = 1",
    f"INSERT OR REPLACE INTO note_versions SELECT id, {VERSION.replace('number', 'number + 1')} FROM note_versions "
    "WHERE number = 2",
    f"INSERT INTO note_versions SELECT id, {VERSION} FROM note_versions WHERE 1 ON CONFLICT DO UPDATE SET text = 'x'",
    f"INSERT INTO note_versions SELECT id + 9, {VERSION.replace('number', 'number + 2')} FROM note_versions "
    "WHERE number = 2",
    f"INSERT INTO note_versions SELECT id + 9, {VERSION.replace('number', '0')} FROM note_versions WHERE number = 2",
    f"INSERT INTO note_versions SELECT id + 9, {VERSION.replace('number', '-1')} FROM note_versions WHERE number = 2",
)
NOTES = (
    *(
        f"UPDATE notes SET {column} = {value} WHERE status = 'signed'"
        for column, value in {
            "id": "id + 1",
            "ref": "'zzzzz'",
            "client_id": "client_id + 1",
            "session_id": "NULL",
            "kind": "'other'",
            "template": "'SOAP'",
            "at": "'2020-01-01'",
            "created_at": "created_at - 1",
            "fingerprint": "'f'",
            "place": "place + 9",
            "version": "version + 2",
        }.items()
    ),
    "UPDATE notes SET version = version - 1 WHERE status = 'signed'",
    "UPDATE notes SET version = version WHERE status = 'signed'",
    "UPDATE notes SET status = 'draft', version = 0 WHERE status = 'signed'",
    "UPDATE notes SET kind = 'other', version = version + 1 WHERE status = 'signed'",
    "DELETE FROM notes WHERE status = 'signed'",
    "DELETE FROM notes",
    f"INSERT OR REPLACE INTO notes SELECT id, ref, {NOTE_NEXT} FROM notes WHERE status = 'signed'",
    f"INSERT OR REPLACE INTO notes SELECT id, 'zzzzz', {NOTE_NEXT} FROM notes WHERE status = 'signed'",
    f"INSERT OR REPLACE INTO notes SELECT id + 9, ref, {NOTE_NEXT} FROM notes WHERE status = 'signed'",
    f"INSERT INTO notes SELECT id, ref, {NOTE_NEXT} FROM notes WHERE 1 ON CONFLICT DO UPDATE SET kind = 'x'",
    f"UPDATE OR REPLACE notes SET id = {SIGNED} WHERE status = 'draft'",
    "UPDATE OR REPLACE notes SET ref = (SELECT ref FROM notes WHERE status = 'signed') WHERE status = 'draft'",
    "UPDATE notes SET ref = 'zzzzz' WHERE status = 'draft'",
    "UPDATE notes SET id = id + 1 WHERE status = 'draft'",
    "UPDATE notes SET fingerprint = 'f' WHERE status = 'draft'",
    "UPDATE notes SET place = place + 9 WHERE status = 'draft'",
    f"INSERT OR REPLACE INTO notes SELECT id + 9, 'zzzzz', {NOTE_SAME} FROM notes WHERE status = 'signed'",
    "UPDATE OR REPLACE notes SET place = (SELECT place FROM notes WHERE status = 'signed') WHERE status = 'draft'",
)
LOG = (
    "UPDATE access_log SET record = record",
    "UPDATE access_log SET head = x'00' WHERE seq = 1",
    "UPDATE access_log SET seq = seq + 100",
    "UPDATE OR REPLACE access_log SET seq = 1 WHERE seq = 2",
    "DELETE FROM access_log",
    "DELETE FROM access_log WHERE seq = (SELECT max(seq) FROM access_log)",
    "DELETE FROM access_log WHERE seq = 1",
    "INSERT OR REPLACE INTO access_log (seq, record, head) SELECT seq, record, head FROM access_log",
    "REPLACE INTO access_log (seq, record, head) SELECT seq, record, head FROM access_log WHERE seq = 1",
    "INSERT INTO access_log (seq, record, head) SELECT seq, record, head FROM access_log WHERE true "
    "ON CONFLICT DO UPDATE SET record = 'x'",
    "INSERT INTO access_log (seq, record, head) SELECT max(seq) + 2, record, head FROM access_log",
    "INSERT INTO access_log (seq, record, head) SELECT 0, record, head FROM access_log WHERE seq = 1",
    "INSERT INTO access_log (seq, record, head) SELECT -5, record, head FROM access_log WHERE seq = 1",
    "INSERT INTO access_log (record, head) SELECT record, head FROM access_log WHERE seq = 1",
)
SESSIONS = ("UPDATE sessions SET client_id = client_id + 1", "UPDATE sessions SET id = id + 1")
KEPT_BY_REFERENCE = (
    "DELETE FROM clients",
    "UPDATE clients SET id = id + 1",
    "DELETE FROM sessions",
)
SAYINGS = "never changes|never deleted|only by a new version|never replaced|append-only|stays with its client"


def content(connection: Any) -> dict[str, list[Any]]:
    """Everything in the tables."""
    return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}


@pytest.mark.parametrize("statement", (*VERSIONS, *NOTES, *LOG, *SESSIONS))
def test_the_programs_own_connection_is_refused(statement: str, alder_connection: Connection) -> None:
    raw: Any = alder_connection.connection.driver_connection
    before = content(raw)
    with pytest.raises(IntegrityError, match=SAYINGS):
        alder_connection.exec_driver_sql(statement)
    assert content(raw) == before


@pytest.mark.parametrize("statement", (*VERSIONS, *NOTES, *LOG, *SESSIONS))
def test_other_software_with_the_key_is_refused_too(statement: str, alder: Stored) -> None:
    """Without the profile: foreign keys off, recursive triggers off."""
    with alder.other_software() as connection:
        before = content(connection)
        with pytest.raises(sqlcipher.IntegrityError, match=SAYINGS):
            connection.execute(statement)
        assert content(connection) == before


@pytest.mark.parametrize("statement", KEPT_BY_REFERENCE)
def test_what_a_signed_note_refers_to_stays(statement: str, alder_connection: Connection) -> None:
    raw: Any = alder_connection.connection.driver_connection
    before = content(raw)
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        alder_connection.exec_driver_sql(statement)
    assert content(raw) == before


PRINTED = (
    "INSERT INTO notes SELECT id + 5, 'yyyyy', client_id, session_id, kind, template, at, 'signed', 1, created_at, "
    "'print', place + 9 FROM notes WHERE status = 'draft'"
)


@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT OR REPLACE INTO notes SELECT id + 9, 'zzzzz', {NOTE_PRINTED} FROM notes WHERE status = 'draft'",
        "UPDATE OR REPLACE notes SET fingerprint = 'print' WHERE status = 'draft'",
    ],
)
def test_a_note_with_the_fingerprint_of_a_signed_one_does_not_push_it_out(statement: str, alder: Stored) -> None:
    """The third way by which a new row could replace a signed one: the fingerprint of an import is unique too."""
    with alder.other_software() as connection:
        connection.execute(PRINTED)
        before = content(connection)
        with pytest.raises(sqlcipher.IntegrityError, match=SAYINGS):
            connection.execute(statement)
        assert content(connection) == before
    with alder.connected() as ours, pytest.raises(IntegrityError, match=SAYINGS):
        ours.exec_driver_sql(statement)


ALLOWED = (
    "UPDATE drafts SET text = 'further', counter = counter + 1",
    "UPDATE notes SET kind = 'other' WHERE status = 'draft'",
    "INSERT INTO note_versions SELECT id + 1000000, note_id, number + 1, kind, reason, text, signed_at, signed_by, "
    "digest FROM note_versions WHERE number = 2",
    "UPDATE notes SET version = version + 1 WHERE status = 'signed'",
    "DELETE FROM drafts",
    "DELETE FROM note_tags",
    "UPDATE sessions SET minutes = 45",
    "UPDATE clients SET status = 'archived'",
    "INSERT INTO access_log (seq, record, head, seal) "
    "SELECT max(seq) + 1, '{\"event\":\"x\"}', x'00', x'00' FROM access_log",
)


@pytest.mark.parametrize("statement", ALLOWED)
def test_what_the_program_needs_is_allowed(statement: str, alder_connection: Connection) -> None:
    """Otherwise the tests above could pass because nothing can be written at all."""
    assert alder_connection.exec_driver_sql(statement).rowcount >= 1


def test_a_draft_can_be_thrown_away(alder_connection: Connection) -> None:
    alder_connection.exec_driver_sql("DELETE FROM drafts")
    assert alder_connection.exec_driver_sql("DELETE FROM notes WHERE status = 'draft'").rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clients SET status = 'gone'",
        "UPDATE notes SET status = 'final' WHERE status = 'draft'",
        "UPDATE notes SET version = 1 WHERE status = 'draft'",
        "UPDATE drafts SET purpose = 'other'",
        "UPDATE clients SET name = NULL",
        "UPDATE drafts SET text = NULL",
    ],
)
def test_values_that_cannot_be_are_refused(statement: str, alder_connection: Connection) -> None:
    with pytest.raises(IntegrityError, match=r"CHECK|NOT NULL"):
        alder_connection.exec_driver_sql(statement)
