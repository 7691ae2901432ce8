"""Full verification tells how far it is, can be stopped at once, and shares its work between two threads safely."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from notes.access_log import chain
from notes.access_log.digests import text64
from notes.errors import Cancelled, ChainBroken, Corrupt
from notes.practice import log, verification
from notes.practice.accounts import Problem
from notes.practice.practice import Practice
from notes.practice.verification import verify
from notes.record import clients
from notes.store import engine
from notes.vault import keys

ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"


def endless(connection: Connection) -> Iterator[Problem]:
    """A check that would never end."""
    connection.exec_driver_sql(ENDLESS).all()
    yield from ()


def stop(*_: object) -> None:
    """A progress that has had enough."""
    raise Cancelled("Verification was stopped.")


def test_progress_is_told_in_the_callers_thread_only(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    here = threading.current_thread().name
    begun = threading.Event()

    def slow(_: Connection) -> Iterator[Problem]:
        begun.wait(10)
        yield from ()

    def progress(what: str, *_: int) -> None:
        told.append((what, threading.current_thread().name))
        begun.set()

    monkeypatch.setattr(verification, "_bad_index", slow)
    assert practice.do(verify, progress).ok
    assert {what for what, _ in told} >= {"database", "pages"}
    assert {name for _, name in told} == {here}


def test_a_statement_that_never_ends_is_stopped(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_bad_index", endless)
    before = threading.active_count()
    with pytest.raises(Cancelled):
        practice.do(verify, stop)
    assert threading.active_count() == before
    monkeypatch.undo()
    practice.do(clients.create, "Clara Nightjar")
    assert practice.do(verify).ok


def test_a_stop_while_the_search_index_is_checked_leaves_the_vault_at_work(practice: Practice) -> None:
    """SQLite rolls the whole transaction back when that statement is interrupted."""
    for _ in range(20):
        with pytest.raises(Cancelled):
            practice.do(verify, stop)
    practice.do(clients.create, "Clara Nightjar")
    assert practice.do(verify).ok


def test_stopping_leaves_a_line_that_a_review_does_not_point_out(practice: Practice) -> None:
    practice.do(log.review)
    with pytest.raises(Cancelled):
        practice.do(verify, stop)
    (line, *_) = practice.do(log.show, event="vault.verify")
    assert (line.outcome, line.reason) == ("refused", "Cancelled")
    assert line.sentence.endswith("refused: it was stopped before its end.")
    assert "vault.verify" not in [unusual.line.event for unusual in practice.do(log.review).unusual]


def test_what_else_progress_raises_comes_out_as_it_is(practice: Practice) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        practice.do(verify, broken)
    assert practice.do(verify).ok


def test_the_second_connection_writes_nothing(practice: Practice) -> None:
    assert practice._engine is not None
    with engine.beside(practice._engine) as second:
        assert second.exec_driver_sql("SELECT count(*) FROM clients").scalar() == 2
        for statement in (
            "DELETE FROM drafts",
            "DROP TABLE drafts",
            "PRAGMA query_only = OFF",
            "ATTACH ':memory:' AS x",
        ):
            with pytest.raises(DBAPIError):
                second.exec_driver_sql(statement)


def test_the_second_connection_sees_every_commit(practice: Practice) -> None:
    """It takes no locks, so it must notice by itself that its pages are no longer the newest."""
    assert practice._engine is not None
    for expected in range(3, 8):
        practice.do(clients.create, f"Client {expected}")
        with engine.beside(practice._engine) as second:
            assert second.exec_driver_sql("SELECT count(*) FROM clients").scalar() == expected


def test_the_lock_on_the_database_lasts_until_the_vault_is_locked(
    vault: Path, unlock: Callable[[Path], Practice]
) -> None:
    """Had the second connection been closed by itself, another program could write while the vault is open."""
    with unlock(vault) as opened:
        assert opened.do(verify).ok
        assert another_program(vault / "vault.db") == "locked"
    assert another_program(vault / "vault.db") == "free"
    assert not (vault / "vault.db-journal").exists()


def another_program(database: Path) -> str:
    """Whether a program of its own gets the lock that SQLite writes under."""
    return subprocess.run([sys.executable, "-c", LOCKING, database], capture_output=True, text=True, check=True).stdout


LOCKING = """
import fcntl, sys
with open(sys.argv[1], "rb+") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
        print("free", end="")
    except OSError:
        print("locked", end="")
"""


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE note_tags SET tag = x'00ff'", "note_tags"),
        ("INSERT INTO templates VALUES (x'00ff', 'progress', '')", "templates"),
    ],
)
def test_a_key_of_a_type_that_was_never_written_is_named(practice: Practice, statement: str, table: str) -> None:
    assert practice._engine is not None
    with practice._engine.begin() as db:
        db.exec_driver_sql(statement)
    assert table in {problem.what for problem in practice.do(verify).problems}


@pytest.mark.parametrize("rows", [[], {"clients": 5}, {"clients": ["1"]}])
def test_a_line_whose_rows_make_no_sense_is_named(practice: Practice, rows: object) -> None:
    """Written by somebody with every key, so that the chain holds."""
    entry = {**practice_entry(practice), "rows": rows}
    assert practice._engine is not None
    told = {"v": chain.RECORD_VERSION, "seq": practice._standing.end.seq + 1}
    record = keys.canonical({**told, "prev": text64(practice._standing.end.head), **entry})
    head = keys.sha256(practice._standing.end.head + record)
    with practice._engine.begin() as db:
        line = (practice._standing.end.seq + 1, record.decode(), head, bytes(32))
        db.exec_driver_sql("INSERT INTO access_log (seq, record, head, seal) VALUES (?, ?, ?, ?)", line)
        report = verification.examine(db, practice.vault_id, practice._standing.row_key)
        db.rollback()
    assert "log" in {problem.what for problem in report.problems}


def practice_entry(practice: Practice) -> dict[str, Any]:
    """What the last line says of who and when."""
    record = json.loads(practice.do(log.export)[-1][0])
    return {name: value for name, value in record.items() if name not in ("v", "seq", "prev")}


@pytest.mark.parametrize("operation", [clients.list_clients, verify], ids=["list", "verify"])
def test_text_that_was_made_unreadable_is_quoted_nowhere(practice: Practice, operation: Any) -> None:
    """The driver's own message quotes it."""
    assert practice._engine is not None
    with practice._engine.begin() as db:
        db.exec_driver_sql("UPDATE clients SET name = CAST(x'416461206c6f636b6564ff' AS TEXT)")
    try:
        told = str(practice.do(operation))
    except Corrupt as error:
        told = f"{error} {error.why} {error.hint}"
    assert "not text" in told
    assert "Ada" not in told


def test_a_head_that_is_no_bytes_is_named_at_unlocking(
    practice: Practice, vault: Path, unlock: Callable[[Path], Practice]
) -> None:
    assert practice._engine is not None
    raw: Any = practice._engine.raw_connection().driver_connection
    raw.set_authorizer(None)
    trigger = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'log_is_append_only_update'").fetchone()[0]
    raw.execute("DROP TRIGGER log_is_append_only_update")
    raw.execute("UPDATE access_log SET head = 'words' WHERE seq = (SELECT max(seq) FROM access_log)")
    raw.execute(trigger)
    practice.abandon()
    with pytest.raises(ChainBroken):
        unlock(vault)
