"""Today in one look: the day's sessions, what is unwritten, drafts, and the state of the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from notes.errors import WrongKey
from notes.practice import backups, log, opening, verification
from notes.practice.practice import Practice
from notes.record import client_page, clients, progress_notes, reading, sessions, today
from notes.vault.slots import Secret


@pytest.fixture
def day(practice: Practice) -> str:
    """Today, as the practice's own clock has it."""
    return datetime.now().date().isoformat()


def test_the_day_holds_its_sessions_in_order_and_those_to_come(practice: Practice, day: str) -> None:
    later = (datetime.now().date() + timedelta(days=3)).isoformat()
    for at in (f"{day}T15:00", f"{day}T09:00", f"{later}T11:00"):
        practice.do(sessions.create, "Bruno", at)
    found = practice.do(today.open)
    assert [session.started_at for session in found.sessions] == [f"{day}T09:00:00", f"{day}T15:00:00"]
    assert [session.started_at for session in found.following] == [f"{later}T11:00:00"]
    assert found.clients == 2


def test_a_session_is_unwritten_until_its_note_is_signed(practice: Practice) -> None:
    for at in ("2026-05-04T10:00", "2026-05-11T10:00", "2026-05-18T10:00"):
        practice.do(sessions.create, "Bruno", at)
    practice.do(sessions.create, "Bruno", "2026-05-25T10:00", attendance="cancelled")
    before = practice.do(today.open)
    assert [s.started_at for s in before.unwritten if s.client_name.startswith("Bruno")] == [
        "2026-05-04T10:00:00",
        "2026-05-11T10:00:00",
        "2026-05-18T10:00:00",
    ]
    draft = practice.do(progress_notes.create, "Bruno", "free", "He came.", "2026-05-04T10:00")
    with_draft = practice.do(today.open)
    assert (with_draft.unwritten_count, with_draft.unwritten[1].note) == (before.unwritten_count, draft.id)
    practice.do(progress_notes.sign, draft.id)
    assert practice.do(today.open).unwritten_count == before.unwritten_count - 1


def test_drafts_and_amendments_begun_are_to_be_finished(practice: Practice) -> None:
    signed = next(note for note in practice.do(reading.list_notes) if note.status == "signed")
    spell = practice.do(progress_notes.edit, signed.id, "amendment", "a slip")
    practice.do(progress_notes.save_draft, signed.id, spell.spell, spell.counter, "Three herons.")
    practice.do(progress_notes.close, signed.id, spell.spell)
    found = practice.do(today.open)
    assert sorted(draft.purpose for draft in found.drafts) == ["amendment", "note"]
    assert found.drafts_count == 2


def test_the_log_says_when_it_was_looked_after(practice: Practice, tmp_path: Path) -> None:
    before = practice.do(today.open).log
    assert (before.reviewed, before.verified, before.backed_up) == (None, None, None)
    practice.do(log.review)
    practice.do(log.receipt)
    practice.do(verification.verify)
    backups.make(practice, tmp_path)
    after = practice.do(today.open).log
    assert None not in (after.reviewed, after.receipt, after.verified, after.backed_up)
    assert after.problems == 0


def test_no_table_that_grows_is_read_from_end_to_end(practice: Practice) -> None:
    engine, asked = practice._engine, list[tuple[str, Any]]()
    assert engine is not None

    @event.listens_for(engine, "before_cursor_execute")
    def listen(_: Any, __: Any, statement: str, given: Any, *___: Any) -> None:
        asked.append((statement, given))

    practice.do(today.open)
    event.remove(engine, "before_cursor_execute", listen)
    queries = [(statement, given) for statement, given in asked if statement.lstrip().startswith("SELECT")]
    assert len(queries) > 5
    with engine.connect() as db:
        for query, given in queries:
            steps = [row.detail for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", given)]
            whole = [step for step in steps if step.startswith("SCAN") and "COVERING INDEX" not in step]
            assert all(step.split()[1] in ("d", "drafts", "clients") for step in whole), steps


def test_failed_attempts_count_until_the_log_is_reviewed(vault: Path, unlock: Callable[[Path], Practice]) -> None:
    for _ in range(2):
        with pytest.raises(WrongKey):
            opening.unlock(vault, Secret("recovery", bytearray(20)))
    with unlock(vault) as practice:
        found = practice.do(today.open).log
        assert found.attempts == 2
        assert found.first_attempt is not None
        assert datetime.now(UTC) - datetime.fromisoformat(found.first_attempt) < timedelta(hours=1)
        practice.do(log.review)
        assert practice.do(today.open).log.attempts == 0


def test_the_list_of_clients_says_when_each_was_last_seen_and_comes_next(practice: Practice) -> None:
    later = (datetime.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    practice.do(sessions.create, "Bruno", "2026-05-04T10:00")
    practice.do(sessions.create, "Bruno", "2026-06-01T10:00", attendance="no-show")
    practice.do(sessions.create, "Bruno", later)
    ada, bruno = practice.do(client_page.overview)
    assert (bruno.seen, bruno.next, bruno.drafts) == ("2026-05-04T10:00:00", later + ":00", 0)
    assert (ada.seen, ada.next, ada.drafts) == ("2026-03-08T10:00:00", None, 1)
    practice.do(clients.archive, "Bruno")
    assert [client.status for client in practice.do(client_page.overview)] == ["active", "archived"]


def test_a_page_holds_sessions_notes_and_tags_without_text(practice: Practice) -> None:
    page = practice.do(client_page.open, "Ada")
    assert [session.started_at for session in page.sessions] == ["2026-03-08T10:00:00", "2026-03-01T10:00:00"]
    assert [note.status for note in page.notes] == ["draft", "signed"]
    assert page.tags == ["grief"]
    assert not any(hasattr(note, "text") for note in page.notes)
