"""No look without a line: every operation, walked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from notes.access_log import chain
from notes.access_log.events import EVENTS
from notes.errors import NotFound, RecordError, Signed, StoreError, UsageError
from notes.exchange import importing
from notes.exchange.rows import Reading, Row
from notes.practice import (
    anchoring,
    backups,
    generations,
    keyring,
    log,
    log_pages,
    naming,
    overview,
    restoring,
    verification,
)
from notes.practice.operations import OPERATIONS, Operation, Work, operation
from notes.practice.practice import Practice
from notes.record import (
    beginning,
    choices,
    client_page,
    clients,
    moving,
    own_words,
    progress_notes,
    reading,
    search,
    sessions,
    snippets,
    templates,
    today,
)
from notes.store.engine import open_engine
from notes.store.models import Client
from notes.vault import keys
from notes.vault.anchor import Rollback
from notes.vault.slots import FLOOR, Secret
from tests.conftest import PASSPHRASE

Case = Callable[[Practice], tuple[tuple[Any, ...], dict[str, Any]]]


def given(*arguments: Any, **named: Any) -> Case:
    return lambda practice: (arguments, named)


def note_of(practice: Practice, status: str) -> int:
    return next(note.id for note in practice.do(reading.list_notes) if note.status == status)


def with_note(status: str, *arguments: Any) -> Case:
    return lambda practice: ((note_of(practice, status), *arguments), {})


def in_a_spell(*arguments: Any) -> Case:
    def case(practice: Practice) -> tuple[tuple[Any, ...], dict[str, Any]]:
        spell = practice.do(progress_notes.edit, note_of(practice, "draft"))
        return (spell.note, spell.spell, *(spell.counter for _ in arguments[:1]), *arguments), {}

    return case


def with_template(practice: Practice) -> tuple[tuple[Any, ...], dict[str, Any]]:
    practice.do(templates.save, "mine", "progress", "## Mood")
    return ("mine",), {}


def with_snippet(practice: Practice) -> tuple[tuple[Any, ...], dict[str, Any]]:
    practice.do(snippets.save, "sleep", "Slept well.")
    return ("sleep",), {}


def with_alike(practice: Practice) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (practice.do(progress_notes.create, "Ada", "SOAP").id,), {}


def with_session(practice: Practice) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (practice.do(sessions.list_sessions)[0].id, 45), {}


def with_free_session(practice: Practice) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (practice.do(sessions.create, "Ada", "2026-05-06").id,), {}


def with_rollback(practice: Practice) -> tuple[tuple[Any, ...], dict[str, Any]]:
    practice._standing.rollback = Rollback(9, 12, "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z")
    return ("backup",), {}


def with_backup(practice: Practice) -> tuple[tuple[Any, ...], dict[str, Any]]:
    folder = practice._standing.vault.folder.parent
    return (folder / backups.make(practice, folder).file,), {}


def with_partial(practice: Practice) -> tuple[tuple[Any, ...], dict[str, Any]]:
    folder = practice._standing.vault.folder.parent
    made = datetime(2026, 11, 22, 9, 14, tzinfo=UTC)
    partial, path = folder / ".partial", generations.free_name(folder, made, practice.vault_id)
    return (partial, path, backups._write(practice, partial, made, None)), {}


OLD_NOTES = Reading(rows=[Row(2, "Ada Quillfeather", "2020-01-01", "progress", "An earlier note.")])

CASES: dict[Operation[..., Any], Case] = {
    clients.create: given("Cyril Bannerman"),
    clients.open: given("Ada"),
    clients.list_clients: given(),
    client_page.overview: given(),
    client_page.open: given("Ada"),
    today.open: given(),
    clients.change: given("Ada", phone="01632 960002"),
    clients.archive: given("Ada"),
    clients.restore: given("Ada"),
    sessions.create: given("Ada", "2026-05-05T10:00"),
    sessions.create_weekly: given("Ada", "2026-05-05T10:00", 2),
    beginning.offer: given("Ada"),
    sessions.change: with_session,
    sessions.remove: with_free_session,
    sessions.list_sessions: given(),
    progress_notes.create: given("Ada", "DAP", "Text"),
    progress_notes.create_signed: given("Ada", "DAP", "Text"),
    progress_notes.edit: with_note("draft"),
    progress_notes.save_draft: in_a_spell("New text"),
    progress_notes.close: in_a_spell(),
    progress_notes.discard: with_note("draft"),
    progress_notes.sign: with_note("draft"),
    progress_notes.amend: with_note("signed", "why", "New text"),
    moving.move: with_note("draft", "Bruno"),
    progress_notes.tag: with_note("signed", ("new",)),
    reading.open: with_note("signed"),
    reading.last_alike: with_alike,
    reading.neighbour: with_note("draft", -1),
    reading.take_out: with_note("signed", "print"),
    reading.list_notes: given(),
    reading.history: with_note("signed"),
    reading.compare: with_note("signed"),
    templates.list_templates: given(),
    templates.save: given("mine", "progress", "## Mood"),
    templates.remove: with_template,
    snippets.list_snippets: given(),
    snippets.save: given("sleep", "Slept well."),
    snippets.remove: with_snippet,
    own_words.list_words: given(),
    own_words.keep: given("Quillfeather"),
    search.run: given("heron*"),
    choices.offer: given(),
    log.show: given(),
    log_pages.page: given(log_pages.Wanted()),
    log.to_review: given(),
    log.export: given(),
    log.receipt: given(),
    log.review: given(),
    verification.verify: given(),
    verification.verify_log: given(),
    naming.practice_name: given(),
    naming.rename: given("The Other Weir"),
    naming.name_practitioner: given("Dr Wren Alder"),
    overview.overview: given(),
    anchoring._accept: with_rollback,
    anchoring.set_second_place: given(None),
    backups._made: with_partial,
    backups._removing: given(2),
    restoring.check: with_backup,
    restoring.drill: with_backup,
    restoring._restored: given(chain.End(3, bytes(32), bytes(32))),
    keyring.list_slots: given(),
    keyring.confirm: given(Secret("passphrase", bytearray(PASSPHRASE))),
    keyring.change_passphrase: lambda _: ((bytearray(b"another passphrase of many words"),), {"cost": FLOOR}),
    keyring.new_recovery_key: given(),
    keyring._rotated: given(bytearray(20)),
    importing.preview: given(OLD_NOTES),
    importing.bring_in: given(OLD_NOTES),
}

NAMES = sorted(CASES, key=lambda declared: declared.name)


def lines_on_disk(practice: Practice, copy: Path) -> list[str]:
    """The events in a copy of the database file as it stands on disk now, read with the vault's key."""
    vault = practice._standing.vault
    shutil.copy(vault.folder / "vault.db", copy)
    engine = open_engine(copy, vault.subkey(keys.DATABASE))
    with engine.connect() as connection:
        events = connection.execute(text("SELECT event FROM access_log ORDER BY seq")).scalars().all()
    engine.dispose()
    return list(events)


@contextmanager
def failing(practice: Practice, what: str) -> Iterator[None]:
    """Inside the block the database fails when a line is added ("line") or at the commit ("commit")."""

    def refuse(*arguments: object) -> None:
        if what == "commit" or str(arguments[2]).startswith("INSERT INTO access_log"):
            raise OperationalError(what, None, sqlcipher.OperationalError("disk I/O error"))

    moment = "commit" if what == "commit" else "before_cursor_execute"
    event.listen(practice._engine, moment, refuse)
    yield
    event.remove(practice._engine, moment, refuse)


def test_every_operation_is_walked_here() -> None:
    """A new operation without a case here fails this test. (Operations that other tests declare do not count.)"""
    declared = {op for op in OPERATIONS if op.name.startswith("notes.")}
    assert declared == set(CASES)


@pytest.mark.parametrize("declared", NAMES, ids=lambda declared: declared.name)
def test_an_operation_leaves_its_line_on_disk_before_it_gives_its_result(
    declared: Operation[..., Any], practice: Practice, tmp_path: Path
) -> None:
    arguments, named = CASES[declared](practice)
    before = lines_on_disk(practice, tmp_path / "before.db")
    practice.do(declared, *arguments, **named)
    new = lines_on_disk(practice, tmp_path / "after.db")[len(before) :]
    if declared.event.line:
        assert new[-1] == declared.event.name
    else:
        assert new == []


@pytest.mark.parametrize("what", ["line", "commit"])
@pytest.mark.parametrize("declared", [op for op in NAMES if op.event.line], ids=lambda declared: declared.name)
def test_an_operation_whose_line_is_not_on_disk_shows_nothing_and_keeps_nothing(
    declared: Operation[..., Any], what: str, practice: Practice, tmp_path: Path
) -> None:
    arguments, named = CASES[declared](practice)
    before = lines_on_disk(practice, tmp_path / "before.db")
    with failing(practice, what), pytest.raises(StoreError):
        practice.do(declared, *arguments, **named)
    assert lines_on_disk(practice, tmp_path / "after.db") == before


@pytest.mark.parametrize("declared", NAMES, ids=lambda declared: declared.name)
def test_an_operation_cannot_be_called_past_the_practice(declared: Operation[..., Any]) -> None:
    with pytest.raises(TypeError, match="run it with Practice"):
        declared()


def test_a_refusal_leaves_a_line_that_names_what_was_tried(practice: Practice) -> None:
    note = note_of(practice, "signed")
    with pytest.raises(Signed):
        practice.do(progress_notes.edit, note)
    line = practice.do(log.show, limit=1)[0]
    assert (line.event, line.outcome, line.object, line.reason) == ("note.edit", "refused", str(note), "Signed")


def test_a_refused_operation_changes_nothing(practice: Practice) -> None:
    with pytest.raises(RecordError):
        practice.do(clients.create, "ada QUILLFEATHER")
    assert len(practice.do(clients.list_clients)) == 2
    assert practice.do(verification.verify).ok


def test_the_words_of_a_refused_call_are_not_in_its_line(practice: Practice) -> None:
    with pytest.raises(NotFound) as raised:
        practice.do(clients.open, "Wilhelmina Unheard-Of")
    assert "Wilhelmina" not in f"{raised.value.what} {raised.value.why} {raised.value.hint}"
    assert "Wilhelmina" not in str(practice.do(log.export))


def test_a_fault_inside_an_operation_is_rolled_back_and_leaves_a_failed_line(practice: Practice) -> None:
    @operation("client.create")
    def breaks(work: Work) -> None:
        work.db.execute(text("UPDATE clients SET name = 'changed'"))
        raise RuntimeError("a fault")

    with pytest.raises(RuntimeError):
        practice.do(breaks)
    OPERATIONS.pop()
    line = practice.do(log.show, limit=1)[0]
    assert (line.event, line.outcome, line.reason) == ("client.create", "failed", "RuntimeError")
    assert {client.name for client in practice.do(clients.list_clients)} == {"Ada Quillfeather", "Bruno Østergård"}


def test_an_operation_without_a_line_may_change_drafts_only(practice: Practice) -> None:
    @operation("note.save")
    def sneaks(work: Work) -> None:
        client = work.sql("SELECT * FROM clients LIMIT 1").one()
        work.update(Client, client, name="changed")

    with pytest.raises(TypeError, match="drafts only"):
        practice.do(sneaks)
    OPERATIONS.pop()
    assert "changed" not in {client.name for client in practice.do(clients.list_clients)}


def test_an_operation_needs_an_event_of_the_vocabulary() -> None:
    with pytest.raises(KeyError):
        operation("note.invented")


def test_a_line_holds_digests_of_everything_that_was_changed(practice: Practice) -> None:
    practice.do(progress_notes.create, "Bruno", "SOAP", "A first meeting.", "2026-04-01T09:00", None, ("new",))
    assert practice._engine is not None
    with practice._engine.connect() as connection:
        last = list(chain.walk(connection, practice.vault_id))[-1].record
    assert sorted(last["rows"]) == ["drafts", "note_tags", "notes", "sessions"]


def test_rows_inserted_in_bulk_are_accounted_for_too(practice: Practice) -> None:
    practice.do(importing.bring_in, OLD_NOTES)
    assert practice.do(verification.verify).ok


def test_a_change_past_the_accounting_is_found_by_verification(practice: Practice) -> None:
    """The one way round the accounting, raw SQL inside an operation, does not go unnoticed."""

    @operation("client.change")
    def slips(work: Work) -> None:
        work.db.execute(text("UPDATE clients SET phone = '0' WHERE name LIKE 'Ada%'"))

    practice.do(slips)
    OPERATIONS.pop()
    assert [problem.what for problem in practice.do(verification.verify).problems] == ["clients"]


def test_after_locking_nothing_runs_and_the_keys_are_gone(practice: Practice) -> None:
    data_key = practice._standing.vault.data_key
    practice.lock()
    assert bytes(data_key) == bytes(32)
    with pytest.raises(UsageError):
        practice.do(clients.list_clients)
    practice.lock()


def test_a_closed_vault_is_exactly_its_files(practice: Practice, vault: Path) -> None:
    practice.do(clients.list_clients)
    practice.lock()
    assert {path.name for path in vault.iterdir()} == {
        *("READ-ME.txt", "header.bak", "header.json", "lock", "locked.state", "vault.db")
    }


def test_a_spell_left_open_by_a_crash_is_closed_at_the_next_unlocking(
    vault: Path, unlock: Callable[[Path], Practice], tmp_path: Path
) -> None:
    crashed = unlock(vault)
    note = note_of(crashed, "draft")
    editing = crashed.do(progress_notes.edit, note)
    crashed.do(progress_notes.save_draft, note, editing.spell, editing.counter, "Half a sentence about")
    survivor = Path(shutil.copytree(vault, tmp_path / "Survivor.vault"))  # as the power cut left it
    crashed.lock()
    with unlock(survivor) as practice:
        assert practice.warnings
        assert practice.do(reading.open, note).text == "Half a sentence about"
        close = next(line for line in practice.do(log.show) if line.event == "note.close")
        assert (close.reason, close.counts) == ("interrupted", {"saves": 1})
        assert practice.do(verification.verify).ok


def test_only_an_open_spell_lets_a_draft_move_on_unaccounted(practice: Practice) -> None:
    note = note_of(practice, "draft")
    editing = practice.do(progress_notes.edit, note)
    practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "moved on")
    assert practice.do(verification.verify).ok
    practice._standing.spells.clear()  # as if no spell had been opened by this program
    assert [problem.what for problem in practice.do(verification.verify).problems] == ["drafts"]


def test_every_event_of_the_vocabulary_is_used() -> None:
    used = {op.event.name for op in OPERATIONS}
    by_opening = {f"vault.{name}" for name in ("create", "unlock", "attempt", "emergency", "lock", "mend")}
    assert used | by_opening | {"import.client"} == set(EVENTS)
