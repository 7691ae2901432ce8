"""The life of a note: begun, edited in spells, signed, amended; no text lost, nothing signed ever changed."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from notes.errors import BadValue, NotesError, NotFound, NothingToSign, RecordError, Signed, Stale
from notes.practice import log
from notes.practice.practice import Practice
from notes.practice.verification import verify
from notes.record import clients, progress_notes, reading, search, sessions

Rows = Callable[[Practice], dict[str, list[tuple[Any, ...]]]]


@pytest.fixture
def note_practice(record_practice: Practice) -> Practice:
    """A practice with one client, Mika."""
    record_practice.do(clients.create, "Mika")
    return record_practice


def begun(practice: Practice, content: str | None = "First words.", template: str = "free") -> int:
    return practice.do(progress_notes.create, "Mika", template, content, "2026-03-01T10:00").id


def signed(practice: Practice, content: str = "First words.") -> int:
    note = begun(practice, content)
    practice.do(progress_notes.sign, note)
    return note


def text_of(practice: Practice, note: int, version: int | None = None) -> str:
    return practice.do(reading.open, note, version).text


def lines(practice: Practice, event: str = "note") -> list[log.LineView]:
    return practice.do(log.show, event=event)


def test_a_note_goes_from_first_word_to_addendum_and_everything_stays_readable(note_practice: Practice) -> None:
    do = note_practice.do
    note = do(progress_notes.create, "Mika", "SOAP", at="2026-03-01T10:00", tags=("Grief", "grief", "Father"))
    assert (note.status, note.version, note.kind, note.tags) == ("draft", 0, "progress", ("father", "grief"))
    assert note.text == "## Subjective\n\n\n## Objective\n\n\n## Assessment\n\n\n## Plan\n\n"

    editing = do(progress_notes.edit, note.ref)
    assert (editing.text, editing.purpose) == (note.text, "note")
    counter = editing.counter
    for written in ("She came.", "She came late.", "She came late, and laughed."):
        saved = do(progress_notes.save_draft, note.id, editing.spell, counter, written)
        assert saved.counter == counter + 1
        counter = saved.counter
    do(progress_notes.close, note.id, editing.spell)
    assert text_of(note_practice, note.id) == "She came late, and laughed."

    first = do(progress_notes.sign, note.ref)
    assert (first.status, first.version, first.reason, first.signed_by) == ("signed", 1, None, "recovery key")
    with pytest.raises(Signed):
        do(progress_notes.edit, note.ref)

    second = do(progress_notes.amend, note.ref, "wrong word", "She came late, and cried.")
    assert (second.version, second.reason, second.text) == (2, "wrong word", "She came late, and cried.")
    third = do(progress_notes.amend, note.ref, "remembered", "Her sister waited outside.", addendum=True)
    assert third.version == 3
    assert third.text.startswith("She came late, and cried.\n\nAddendum, ")
    assert third.text.endswith(":\n\nHer sister waited outside.")

    told = [(v.version, v.kind, v.reason) for v in do(reading.history, note.ref)]
    assert told == [(1, "original", None), (2, "amendment", "wrong word"), (3, "addendum", "remembered")]
    assert text_of(note_practice, note.id, 1) == "She came late, and laughed."
    assert text_of(note_practice, note.id, 2) == "She came late, and cried."
    assert text_of(note_practice, note.id, 3) == text_of(note_practice, note.id) == third.text
    changes = [(c.how, c.text) for c in do(reading.compare, note.ref, 1, 2)]
    assert changes == [
        ("kept", "She came late, and "),
        ("removed", "laughed"),
        ("added", "cried"),
        ("kept", "."),
    ]
    assert do(verify).problems == []


def test_without_being_told_compare_takes_the_two_newest_versions(note_practice: Practice) -> None:
    note = signed(note_practice, "one two")
    for number, written in enumerate(("one three", "one four"), 2):
        note_practice.do(progress_notes.amend, note, f"reason {number}", written)
    assert [c.text for c in note_practice.do(reading.compare, note)] == ["one ", "three", "four"]
    assert [c.text for c in note_practice.do(reading.compare, note, old=1)] == ["one ", "two", "four"]
    assert [c.text for c in note_practice.do(reading.compare, note, new=2)] == ["one ", "two", "three"]


@pytest.mark.parametrize("versions", [(None, None), (1, 2), (0, 1), (-1, 1), (1, 99)])
def test_versions_that_are_not_there_cannot_be_compared(
    note_practice: Practice, versions: tuple[int | None, int | None]
) -> None:
    with pytest.raises(NotFound):
        note_practice.do(reading.compare, signed(note_practice), *versions)


@pytest.mark.parametrize("version", [0, -1, 2, 99])
def test_a_version_that_is_not_there_is_not_shown(note_practice: Practice, version: int) -> None:
    note = signed(note_practice)
    with pytest.raises(NotFound, match="no such version"):
        note_practice.do(reading.open, note, version)


def test_a_version_past_all_numbers_is_not_shown(note_practice: Practice) -> None:
    with pytest.raises(NotFound):
        note_practice.do(reading.open, signed(note_practice), 10**20)


# --- spells of editing ----------------------------------------------------------------------------------------------


def test_a_save_outside_a_spell_is_refused_and_leaves_nothing(note_practice: Practice, record_rows: Rows) -> None:
    note = begun(note_practice)
    before = record_rows(note_practice), len(lines(note_practice))
    with pytest.raises(Stale) as refused:
        note_practice.do(progress_notes.save_draft, note, 12345, 1, "Slipped in.")
    assert refused.value.exit_code == 6
    assert (record_rows(note_practice), len(lines(note_practice))) == before


def test_a_save_after_the_spell_is_closed_is_refused(note_practice: Practice, record_rows: Rows) -> None:
    note = begun(note_practice)
    editing = note_practice.do(progress_notes.edit, note)
    note_practice.do(progress_notes.close, note, editing.spell)
    before = record_rows(note_practice)
    with pytest.raises(Stale):
        note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "Too late.")
    with pytest.raises(Stale):
        note_practice.do(progress_notes.close, note, editing.spell)
    assert record_rows(note_practice) == before


@pytest.mark.parametrize("step", [-1, 1, 1000])
def test_a_save_that_has_not_seen_the_last_one_is_stale(note_practice: Practice, record_rows: Rows, step: int) -> None:
    note = begun(note_practice)
    editing = note_practice.do(progress_notes.edit, note)
    note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "Seen.")
    before = record_rows(note_practice)
    with pytest.raises(Stale, match="somebody else"):
        note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter + 1 + step, "Unseen.")
    assert record_rows(note_practice) == before


def test_the_spell_opened_last_is_the_one_that_counts(note_practice: Practice) -> None:
    note = begun(note_practice)
    window = note_practice.do(progress_notes.edit, note)
    terminal = note_practice.do(progress_notes.edit, note)
    with pytest.raises(Stale):
        note_practice.do(progress_notes.save_draft, note, window.spell, window.counter, "From the window.")
    note_practice.do(progress_notes.save_draft, note, terminal.spell, terminal.counter, "From the terminal.")
    assert text_of(note_practice, note) == "From the terminal."


def test_the_spell_of_one_note_saves_no_other(note_practice: Practice) -> None:
    one, other = begun(note_practice, "One."), begun(note_practice, "Other.")
    editing = note_practice.do(progress_notes.edit, one)
    with pytest.raises(Stale):
        note_practice.do(progress_notes.save_draft, other, editing.spell, editing.counter, "Mixed up.")
    assert text_of(note_practice, other) == "Other."


def test_a_spell_leaves_two_lines_however_often_it_saves(note_practice: Practice) -> None:
    note = begun(note_practice)
    before = len(lines(note_practice))
    editing = note_practice.do(progress_notes.edit, note)
    counter = editing.counter
    for number in range(20):
        counter = note_practice.do(progress_notes.save_draft, note, editing.spell, counter, f"{number}").counter
    note_practice.do(progress_notes.close, note, editing.spell)
    newest = lines(note_practice)
    assert len(newest) == before + 2
    assert (newest[0].event, newest[0].counts) == ("note.close", {"saves": 20})
    assert newest[1].event == "note.edit"
    assert note_practice.do(verify).problems == []


def test_signing_ends_a_spell(note_practice: Practice) -> None:
    note = begun(note_practice)
    editing = note_practice.do(progress_notes.edit, note)
    note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "Last words.")
    assert note_practice.do(progress_notes.sign, note).text == "Last words."
    with pytest.raises(Stale):
        note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter + 1, "After signing.")
    assert text_of(note_practice, note) == "Last words."
    assert note_practice.do(verify).problems == []


def saves_told(practice: Practice) -> list[tuple[str, int]]:
    lines = [line for line in practice.do(log.show, limit=20) if line.counts.get("saves")]
    return [(line.event, line.counts["saves"]) for line in lines]


def test_the_saves_of_a_spell_that_another_took_over_are_told(note_practice: Practice) -> None:
    note = begun(note_practice)
    first = note_practice.do(progress_notes.edit, note)
    note_practice.do(progress_notes.save_draft, note, first.spell, first.counter, "More.")
    second = note_practice.do(progress_notes.edit, note)
    note_practice.do(progress_notes.save_draft, note, second.spell, second.counter, "More still.")
    note_practice.do(progress_notes.close, note, second.spell)
    third = note_practice.do(progress_notes.edit, note)
    note_practice.do(progress_notes.close, note, third.spell)
    assert saves_told(note_practice) == [("note.close", 2)]


@pytest.mark.parametrize("how", [progress_notes.sign, progress_notes.discard], ids=["sign", "discard"])
def test_the_saves_of_a_spell_that_is_not_closed_are_told(note_practice: Practice, how: Any) -> None:
    note = begun(note_practice)
    spell = note_practice.do(progress_notes.edit, note)
    note_practice.do(progress_notes.save_draft, note, spell.spell, spell.counter, "More.")
    note_practice.do(how, note)
    assert saves_told(note_practice) == [(how.event.name, 1)]
    assert note_practice.do(verify).ok


def test_a_spell_that_ends_with_the_program_keeps_its_text(
    record_vault: Path, record_unlock: Callable[..., Practice]
) -> None:
    practice = record_unlock(record_vault)
    practice.do(clients.create, "Mika")
    note = begun(practice)
    editing = practice.do(progress_notes.edit, note)
    practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "Typed before the power went.")
    practice._engine.dispose()  # type: ignore[union-attr]  # the process ends: nothing is locked, closed or said
    practice._standing.vault.close()

    with record_unlock(record_vault) as again:
        assert any("being edited" in warning for warning in again.warnings)
        assert text_of(again, note) == "Typed before the power went."
        closed = next(line for line in lines(again) if line.event == "note.close")
        assert (closed.reason, closed.counts, closed.object) == ("interrupted", {"saves": 1}, str(note))
        with pytest.raises(Stale):
            again.do(progress_notes.save_draft, note, editing.spell, editing.counter + 1, "From the grave.")
        assert again.do(verify).problems == []


def test_a_lock_in_the_middle_of_a_spell_keeps_its_text(
    record_vault: Path, record_unlock: Callable[..., Practice]
) -> None:
    with record_unlock(record_vault) as practice:
        practice.do(clients.create, "Mika")
        note = begun(practice)
        editing = practice.do(progress_notes.edit, note)
        practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "Locked in mid-sen")
        assert practice.do(verify).problems == []
    with record_unlock(record_vault) as again:
        assert again.do(progress_notes.edit, note).text == "Locked in mid-sen"
        assert again.do(verify).problems == []


# --- what a text may be ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "windows\r\nlines\r\n",
        "old mac\rlines\r",
        "trailing blanks   \n\n   \n\t\n",
        "\n\n  leading",
        "\ufeffa mark before",
        "e\u0301 and \u00e9 are not the same bytes",
        "\x01\x02\x03\x1b[31m control signs \x7f\x85\x9b",
        "\u2028\u2029\u200f\u202e direction",
        "🙂🏳️‍🌈 \U0010ffff \ufffe",
        "'; DROP TABLE notes; --",
        "## heading\n\n- list\n\n    code\n\n<script>alert(1)</script>",
        "$HOME %s {0} [bold] \\n",
        " ",
    ],
)
def test_a_text_is_kept_to_the_letter(record_shared: Practice, content: str) -> None:
    if not record_shared.do(clients.list_clients):
        record_shared.do(clients.create, "Mika")
    note = begun(record_shared, content)
    assert text_of(record_shared, note) == content
    editing = record_shared.do(progress_notes.edit, note)
    assert editing.text == content
    record_shared.do(progress_notes.save_draft, note, editing.spell, editing.counter, "x" + content)
    record_shared.do(progress_notes.close, note, editing.spell)
    assert record_shared.do(progress_notes.sign, note).text == "x" + content
    amended = record_shared.do(progress_notes.amend, note, "again", "y" + content)
    assert amended.text == text_of(record_shared, note, 2) == "y" + content
    assert text_of(record_shared, note, 1) == "x" + content


@pytest.mark.parametrize("content", ["a\0b", "\0", "half a \ud800 character", "\udfff"])
def test_what_is_no_text_is_refused_everywhere(note_practice: Practice, record_rows: Rows, content: str) -> None:
    draft, done = begun(note_practice), signed(note_practice)
    editing = note_practice.do(progress_notes.edit, draft)
    before = record_rows(note_practice)
    for attempt in (
        lambda: note_practice.do(progress_notes.create, "Mika", "free", content),
        lambda: note_practice.do(progress_notes.save_draft, draft, editing.spell, editing.counter, content),
        lambda: note_practice.do(progress_notes.amend, done, "reason", content),
    ):
        with pytest.raises(BadValue):
            attempt()
    assert record_rows(note_practice) == before


def test_ten_megabytes_are_a_note_like_any_other(note_practice: Practice) -> None:
    content = "".join(f"Satz {number}, säuberlich gezählt. \t\r\n" for number in range(290_000)) + "Prüfung."
    assert len(content.encode()) > 10_000_000
    note = begun(note_practice, content)
    note_practice.do(progress_notes.sign, note)
    assert text_of(note_practice, note) == content
    assert note_practice.do(search.run, "prufung 289999").total == 1
    assert note_practice.do(verify).problems == []


@pytest.mark.parametrize("content", ["", " ", "\n\t \r\n", "\u3000\u2003"])
def test_an_empty_note_is_kept_but_not_signed(note_practice: Practice, record_rows: Rows, content: str) -> None:
    note = begun(note_practice, content)
    before = record_rows(note_practice)
    with pytest.raises(NothingToSign) as refused:
        note_practice.do(progress_notes.sign, note)
    assert refused.value.exit_code == 6
    assert record_rows(note_practice) == before
    assert text_of(note_practice, note) == content


@pytest.mark.parametrize("addendum", [False, True])
@pytest.mark.parametrize("content", ["", " \n "])
def test_an_empty_amendment_is_refused(
    note_practice: Practice, record_rows: Rows, content: str, addendum: bool
) -> None:
    note = signed(note_practice)
    before = record_rows(note_practice)
    with pytest.raises(NothingToSign):
        note_practice.do(progress_notes.amend, note, "reason", content, addendum)
    assert record_rows(note_practice) == before


def test_an_amendment_that_changes_nothing_is_refused(note_practice: Practice, record_rows: Rows) -> None:
    note = signed(note_practice, "The same words.")
    before = record_rows(note_practice)
    with pytest.raises(RecordError, match="changes nothing"):
        note_practice.do(progress_notes.amend, note, "reason", "The same words.")
    assert record_rows(note_practice) == before
    assert note_practice.do(progress_notes.amend, note, "reason", "The same words.", addendum=True).version == 2


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 501])
def test_an_amendment_needs_a_reason_of_one_line(note_practice: Practice, record_rows: Rows, reason: str) -> None:
    note = signed(note_practice)
    before = record_rows(note_practice)
    with pytest.raises(BadValue):
        note_practice.do(progress_notes.amend, note, reason, "New words.")
    with pytest.raises(BadValue):
        note_practice.do(progress_notes.edit, note, "amendment", reason)
    assert record_rows(note_practice) == before


# --- signed is signed -----------------------------------------------------------------------------------------------


def test_a_signed_note_is_changed_by_nothing_but_a_new_version(note_practice: Practice, record_rows: Rows) -> None:
    note = signed(note_practice)
    before = record_rows(note_practice)
    for attempt in (
        lambda: note_practice.do(progress_notes.edit, note),
        lambda: note_practice.do(progress_notes.sign, note),
        lambda: note_practice.do(progress_notes.discard, note),
    ):
        with pytest.raises(Signed) as refused:
            attempt()
        assert refused.value.exit_code == 6
        assert "amend" in refused.value.hint
    assert record_rows(note_practice) == before
    assert [line.outcome for line in lines(note_practice)[:3]] == ["refused"] * 3


def test_a_note_that_is_not_signed_is_not_amended(note_practice: Practice, record_rows: Rows) -> None:
    note = begun(note_practice)
    before = record_rows(note_practice)
    with pytest.raises(RecordError, match="not signed yet"):
        note_practice.do(progress_notes.amend, note, "reason", "New words.")
    with pytest.raises(RecordError, match="not signed yet"):
        note_practice.do(progress_notes.edit, note, "amendment", "reason")
    assert record_rows(note_practice) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE note_versions SET text = 'Other words.'",
        "UPDATE note_versions SET reason = 'none'",
        "DELETE FROM note_versions",
        "REPLACE INTO note_versions SELECT * FROM note_versions",
        "DELETE FROM notes",
        "UPDATE notes SET status = 'draft', version = 0",
        "UPDATE notes SET client_id = client_id + 1",
        "UPDATE notes SET at = '2020-01-01'",
        "UPDATE notes SET version = version + 2",
        "UPDATE sessions SET client_id = client_id + 1",
    ],
)
def test_the_database_itself_keeps_what_is_signed(note_practice: Practice, statement: str) -> None:
    note = signed(note_practice)
    engine = note_practice._engine
    assert engine is not None
    with pytest.raises(DBAPIError, match=r"signed|session stays|FOREIGN"), engine.begin() as db:
        db.execute(text(statement))
    assert text_of(note_practice, note) == "First words."


def test_the_digests_of_the_versions_are_a_chain_anybody_can_check(note_practice: Practice) -> None:
    note = signed(note_practice, "One. ünï")
    note_practice.do(progress_notes.amend, note, "second thoughts", "Two.")
    note_practice.do(progress_notes.amend, note, "third thoughts", "Three.", addendum=True)
    frame = note_practice.do(reading.open, note)
    before = None
    for version in note_practice.do(reading.history, note):
        shown = note_practice.do(reading.open, note, version.version)
        signed_at = round(datetime.fromisoformat(version.at).timestamp() * 1000)
        told = {
            "note": str(note),
            "client": str(frame.client),
            "kind": "progress",
            "session_at": "2026-03-01T10:00:00",
            "number": version.version,
            "reason": version.reason,
            "text": shown.text,
            "signed_at": signed_at,
            "signed_by": version.signed_by,
            "change": version.kind,
            "before": before,
        }
        written = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        assert version.digest == hashlib.sha256(written).hexdigest()
        assert version.characters == len(shown.text)
        before = version.digest


# --- changes begun on a signed note ---------------------------------------------------------------------------------


def test_an_amendment_is_written_in_a_spell_while_the_signed_text_stands(note_practice: Practice) -> None:
    note = signed(note_practice, "It was Tuesday.")
    editing = note_practice.do(progress_notes.edit, note, "amendment", "wrong day")
    assert editing.text == "It was Tuesday."
    note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "It was Thursday.")
    note_practice.do(progress_notes.close, note, editing.spell)
    shown = note_practice.do(reading.open, note)
    assert (shown.text, shown.version, shown.unfinished) == ("It was Tuesday.", 1, "amendment")
    assert note_practice.do(search.run, "thursday").total == 0, "what is not signed is not yet what the note says"
    taken_up = note_practice.do(progress_notes.edit, note, "amendment", "wrong day")
    assert taken_up.text == "It was Thursday."
    amended = note_practice.do(progress_notes.amend, note, "wrong day", taken_up.text)
    assert (amended.text, amended.version, amended.unfinished) == ("It was Thursday.", 2, None)
    assert note_practice.do(verify).problems == []


def test_an_addendum_starts_empty(note_practice: Practice) -> None:
    note = signed(note_practice)
    assert note_practice.do(progress_notes.edit, note, "addendum", "remembered").text == ""


@pytest.mark.parametrize("purpose", ["amendment", "addendum"])
def test_a_change_in_which_nothing_was_changed_is_not_kept(
    note_practice: Practice, record_rows: Rows, purpose: str
) -> None:
    note = signed(note_practice)
    before = record_rows(note_practice)
    editing = note_practice.do(progress_notes.edit, note, purpose, "reason")
    note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "Other words.")
    note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter + 1, editing.text)
    note_practice.do(progress_notes.close, note, editing.spell)
    assert record_rows(note_practice) == before
    assert note_practice.do(verify).problems == []


def test_what_is_unfinished_is_listed_and_marked(note_practice: Practice) -> None:
    draft, done, changed = begun(note_practice), signed(note_practice), signed(note_practice)
    editing = note_practice.do(progress_notes.edit, changed, "addendum", "remembered")
    note_practice.do(progress_notes.save_draft, changed, editing.spell, editing.counter, "Her sister.")
    marks = {note.id: note.unfinished for note in note_practice.do(reading.list_notes)}
    assert marks == {draft: None, done: None, changed: "addendum"}
    assert {note.id for note in note_practice.do(reading.list_notes, unfinished=True)} == {draft, changed}


def test_an_earlier_version_says_which_is_the_newest(note_practice: Practice) -> None:
    note = signed(note_practice)
    note_practice.do(progress_notes.amend, note, "wrong word", "Other words.")
    first, newest = (note_practice.do(reading.open, note, version) for version in (1, None))
    assert (first.version, first.newest, newest.version, newest.newest) == (1, 2, 2, 2)


def test_a_discarded_note_tells_of_the_session_it_leaves_without_a_note(note_practice: Practice) -> None:
    first, second = begun(note_practice), begun(note_practice)
    assert note_practice.do(progress_notes.discard, first) is None
    (session,) = note_practice.do(sessions.list_sessions)
    assert note_practice.do(progress_notes.discard, second) == session.ref


def test_one_unfinished_change_is_not_mixed_up_with_another(note_practice: Practice, record_rows: Rows) -> None:
    note = signed(note_practice)
    editing = note_practice.do(progress_notes.edit, note, "addendum", "remembered")
    note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "Her sister.")
    before = record_rows(note_practice)
    with pytest.raises(RecordError, match="unfinished addendum"):
        note_practice.do(progress_notes.edit, note, "amendment", "wrong word")
    assert record_rows(note_practice) == before


def test_text_waiting_in_an_unfinished_addendum_is_not_lost_to_an_amendment(note_practice: Practice) -> None:
    note = signed(note_practice)
    editing = note_practice.do(progress_notes.edit, note, "addendum", "remembered")
    note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "Her sister waited outside.")
    note_practice.do(progress_notes.close, note, editing.spell)
    with contextlib.suppress(RecordError):  # a refusal is as good: the text is still there
        note_practice.do(progress_notes.amend, note, "wrong word", "Corrected words.")
    taken_up = note_practice.do(progress_notes.edit, note, "addendum", "remembered")
    assert taken_up.text == "Her sister waited outside."


def test_an_unfinished_amendment_is_thrown_away_and_the_signed_text_stays(note_practice: Practice) -> None:
    note = signed(note_practice)
    editing = note_practice.do(progress_notes.edit, note, "amendment", "wrong word")
    note_practice.do(progress_notes.save_draft, note, editing.spell, editing.counter, "Other words.")
    note_practice.do(progress_notes.discard, note)
    shown = note_practice.do(reading.open, note)
    assert (shown.text, shown.version, shown.unfinished) == ("First words.", 1, None)
    with pytest.raises(Signed):
        note_practice.do(progress_notes.discard, note)
    assert note_practice.do(verify).problems == []


def test_a_discarded_note_is_gone_and_its_going_is_not(note_practice: Practice) -> None:
    kept, thrown = begun(note_practice, "Kept words."), begun(note_practice, "Thrown words.")
    note_practice.do(progress_notes.tag, thrown, ("grief",))
    note_practice.do(progress_notes.discard, thrown)
    with pytest.raises(NotFound):
        note_practice.do(reading.open, thrown)
    assert note_practice.do(search.run, "thrown").total == 0
    assert note_practice.do(search.run, "words").hits[0].note == kept
    discarded = next(line for line in lines(note_practice) if line.event == "note.discard")
    assert (discarded.object, discarded.outcome) == (str(thrown), "done")
    assert note_practice.do(verify).problems == []


# --- frames: client, template, time, tags ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client": "nobody"}, NotFound),
        ({"template": "nonsense"}, NotFound),
        ({"at": "2026-02-30"}, BadValue),
        ({"at": "2026-03-01T10:61"}, BadValue),
        ({"session": "zzzzz"}, NotFound),
        ({"tags": ("fine", "")}, BadValue),
        ({"tags": ("two\nlines",)}, BadValue),
        ({"text": "a\0b"}, BadValue),
    ],
)
def test_a_note_with_anything_wrong_is_not_begun(
    note_practice: Practice, record_rows: Rows, wrong: dict[str, Any], error: type[NotesError]
) -> None:
    before = record_rows(note_practice)
    with pytest.raises(error) as refused:
        note_practice.do(
            progress_notes.create,
            **{"client": "Mika", "template": "free", "text": "Words.", "tags": ("fine",), **wrong},
        )
    assert refused.value.exit_code == 2
    assert record_rows(note_practice) == before


def test_half_a_character_is_no_template(note_practice: Practice) -> None:
    with pytest.raises(NotFound):
        note_practice.do(progress_notes.create, "Mika", "\udcff")


def test_tags_are_small_letters_added_and_taken_off_also_from_a_signed_note(note_practice: Practice) -> None:
    note = signed(note_practice)
    assert note_practice.do(progress_notes.tag, note, (" Grief ", "ANGER", "anger")) == ("anger", "grief")
    assert note_practice.do(progress_notes.tag, note, ("home",), ("Anger", "never there")) == ("grief", "home")
    assert [n.id for n in note_practice.do(reading.list_notes, tag="GRIEF")] == [note]
    assert note_practice.do(reading.list_notes, tag="anger") == []
    with pytest.raises(BadValue):
        note_practice.do(progress_notes.tag, note, ("",))
    assert note_practice.do(verify).problems == []


def test_notes_are_listed_newest_first_undated_last_and_without_their_text(note_practice: Practice) -> None:
    for at, template in (("2026-03-01", "SOAP"), ("2026-04-01T09:00", "contact"), ("2026-02-01", "free")):
        note_practice.do(progress_notes.create, "Mika", template, "Hidden words.", at)
    found = note_practice.do(reading.list_notes)
    assert [n.session_at for n in found] == ["2026-04-01T09:00:00", "2026-03-01", "2026-02-01"]
    assert not hasattr(found[0], "text")
    assert [n.kind for n in note_practice.do(reading.list_notes, kind="Contact")] == ["contact"]
    assert len(note_practice.do(reading.list_notes, limit=2)) == 2
    assert len(note_practice.do(reading.list_notes, since="2026-03-01", until="2026-04-01")) == 2
    assert note_practice.do(reading.list_notes, status="signed") == []


@pytest.mark.parametrize(
    "wrong", [{"kind": "x"}, {"status": "x"}, {"tag": "a\nb"}, {"since": "x"}, {"until": "2026-02-30"}, {"client": "x"}]
)
def test_a_list_filter_that_means_nothing_is_refused(note_practice: Practice, wrong: dict[str, str]) -> None:
    with pytest.raises((BadValue, NotFound)):
        note_practice.do(reading.list_notes, **wrong)


def on(practice: Practice, day: str, client: str = "Mika") -> int:
    return practice.do(progress_notes.create_signed, client, "free", f"Of {client} on {day}.", day).id


def test_the_last_note_alike_is_the_one_before_also_for_a_note_written_late(note_practice: Practice) -> None:
    tenth, twentieth = on(note_practice, "2026-03-10T10:00"), on(note_practice, "2026-03-20T10:00")
    late = note_practice.do(progress_notes.create, "Mika", "free", "", "2026-03-11").id
    assert note_practice.do(reading.last_alike, late).id == tenth
    assert note_practice.do(reading.last_alike, twentieth).id == tenth  # a draft is no text to begin with
    with pytest.raises(NotFound, match="no earlier signed note"):
        note_practice.do(reading.last_alike, tenth)


def test_the_note_before_and_after_are_the_same_clients_by_time(note_practice: Practice) -> None:
    note_practice.do(clients.create, "Berit")
    third, first = on(note_practice, "2026-03-20T10:00"), on(note_practice, "2026-03-10")
    on(note_practice, "2026-03-15T10:00", "Berit")
    second = note_practice.do(progress_notes.create, "Mika", "DAP", "A draft.", "2026-03-10T09:00").id
    at_the_same_time = on(note_practice, "2026-03-20T10:00")
    order = [first, second, third, at_the_same_time]
    for before, after in itertools.pairwise(order):
        assert note_practice.do(reading.neighbour, after, -1).id == before
        assert note_practice.do(reading.neighbour, before, 1).id == after
    assert note_practice.do(reading.neighbour, third, -1).text == "A draft."


def test_the_first_note_has_itself_before_it_and_every_look_says_which_note_was_read(note_practice: Practice) -> None:
    first, last = on(note_practice, "2026-03-10"), on(note_practice, "2026-03-20")
    for note, step, read in ((last, -1, first), (first, 1, last), (first, -1, first), (last, 1, last)):
        assert note_practice.do(reading.neighbour, note, step).id == read
        line = note_practice.do(log.show, limit=1)[0]
        assert (line.event, line.object, line.outcome) == ("note.open", str(read), "done")


def test_a_note_of_no_date_is_the_first(note_practice: Practice) -> None:
    undated, dated = begun(note_practice), on(note_practice, "1950-01-01")
    with note_practice._engine.begin() as db:  # only notes that were brought in have none
        db.exec_driver_sql("UPDATE notes SET at = NULL WHERE id = ?", (undated,))
    assert note_practice.do(reading.neighbour, dated, -1).id == undated
    assert note_practice.do(reading.neighbour, undated, 1).id == dated
    assert note_practice.do(reading.neighbour, undated, -1).id == undated


def test_without_a_time_a_note_is_of_this_minute(note_practice: Practice) -> None:
    note = note_practice.do(progress_notes.create, "Mika", "free")
    (entered,) = note_practice.do(sessions.list_sessions)
    assert note.session_at == entered.started_at
    assert note.session_at is not None and note.session_at.endswith(":00")


@pytest.mark.parametrize("given", ["zzzzz", "", "Mika", 5, "9" * 19])
def test_what_names_no_note_is_refused_by_every_operation(note_practice: Practice, given: Any) -> None:
    for operation, rest in (
        (reading.open, ()),
        (reading.history, ()),
        (reading.compare, ()),
        (progress_notes.edit, ()),
        (progress_notes.save_draft, (1, 1, "text")),
        (progress_notes.close, (1,)),
        (progress_notes.sign, ()),
        (progress_notes.amend, ("reason", "text")),
        (progress_notes.tag, (("tag",),)),
        (progress_notes.discard, ()),
    ):
        with pytest.raises(NotFound):
            note_practice.do(operation, given, *rest)
