"""Sessions: when the client came, and which of them still want a signed note."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from notes.errors import BadValue, NotesError, NotFound, RecordError
from notes.practice import log
from notes.practice.practice import Practice
from notes.practice.verification import verify
from notes.record import clients, progress_notes, reading, sessions


@pytest.fixture
def session_practice(record_practice: Practice) -> Practice:
    """A practice with one client, Mika."""
    record_practice.do(clients.create, "Mika")
    return record_practice


def times(practice: Practice, **filters: Any) -> list[str]:
    return [session.started_at for session in practice.do(sessions.list_sessions, **filters)]


def test_sessions_are_listed_newest_first(session_practice: Practice) -> None:
    for at in ("2026-03-01T10:00", "2026-03-15", "2026-02-01T10:00:30"):
        session_practice.do(sessions.create, "Mika", at)
    assert times(session_practice) == ["2026-03-15", "2026-03-01T10:00:00", "2026-02-01T10:00:30"]


def test_what_was_stated_about_a_session_is_kept(session_practice: Practice) -> None:
    made = session_practice.do(sessions.create, "mika", "2026-03-01 10:00", 50, "In-Person", "LATE")
    assert (made.minutes, made.modality, made.attendance) == (50, "in person", "late")
    (listed,) = session_practice.do(sessions.list_sessions)
    assert listed == made
    assert (listed.client_name, listed.signed, listed.drafts) == ("Mika", 0, 0)


@pytest.mark.parametrize(
    "impossible",
    [
        {"minutes": 0},
        {"minutes": -50},
        {"minutes": 24 * 60 + 1},
        {"minutes": 10**30},
        {"modality": "telepathy"},
        {"attendance": "perhaps"},
        {"attendance": ""},
        {"at": "2026-02-30"},
        {"at": "2025-02-29T10:00"},
        {"at": "2026-03-01T25:00"},
        {"at": "2026-03-01T10:60"},
        {"at": "2026-03-01T24:00"},
        {"at": "03/04/2026"},
        {"at": "2026-W10-1"},
        {"at": "20260301"},
        {"at": "soon"},
        {"at": ""},
        {"at": "0001-01-01T00:00+14:00"},
    ],
)
def test_a_session_that_cannot_have_been_is_refused(
    session_practice: Practice, record_rows: Callable[..., Any], impossible: dict[str, Any]
) -> None:
    before = record_rows(session_practice)
    with pytest.raises(BadValue) as refused:
        session_practice.do(sessions.create, **{"client": "Mika", "at": "2026-03-01T10:00", **impossible})
    assert refused.value.exit_code == 2
    assert record_rows(session_practice) == before


def test_two_sessions_of_a_client_at_the_same_time_are_one_too_many(session_practice: Practice) -> None:
    session_practice.do(sessions.create, "Mika", "2026-03-01T10:00")
    with pytest.raises(RecordError, match="at that time already"):
        session_practice.do(sessions.create, "Mika", "2026-03-01T10:00:00")
    session_practice.do(clients.create, "Berit")
    session_practice.do(sessions.create, "Berit", "2026-03-01T10:00")
    assert times(session_practice) == ["2026-03-01T10:00:00"] * 2


def test_sessions_are_entered_for_weeks_ahead_at_the_same_hour(session_practice: Practice) -> None:
    made = session_practice.do(sessions.create_weekly, "Mika", "2026-03-22T10:00", 2, 50, "video")
    weeks = ["2026-03-22T10:00:00", "2026-03-29T10:00:00", "2026-04-05T10:00:00"]  # summer time begins on the 29th
    assert [session.started_at for session in made] == weeks
    assert {(session.minutes, session.modality) for session in made} == {(50, "video")}
    lines = [line for line in session_practice.do(log.show, limit=5) if line.event == "session.create"]
    assert [line.object for line in reversed(lines)] == [str(session.id) for session in made]
    assert session_practice.do(verify).ok


def test_of_weeks_one_of_which_is_taken_or_too_far_ahead_none_is_entered(session_practice: Practice) -> None:
    session_practice.do(sessions.create, "Mika", "2026-04-05T10:00")
    with pytest.raises(RecordError, match="already") as raised:
        session_practice.do(sessions.create_weekly, "Mika", "2026-03-22T10:00", 2)
    assert raised.value.why == "It is in one of the weeks that follow."
    with pytest.raises(BadValue):
        session_practice.do(sessions.create_weekly, "Mika", "2026-03-23T10:00", 200)
    assert times(session_practice) == ["2026-04-05T10:00:00"]


def test_a_time_with_an_offset_is_kept_in_the_practices_own_time(session_practice: Practice) -> None:
    made = session_practice.do(sessions.create, "Mika", "2026-03-01T10:00+05:30")
    then = datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert made.started_at == then.astimezone().replace(tzinfo=None).isoformat()
    made = session_practice.do(sessions.create, "Mika", "2026-03-02T10:00Z")
    assert made.started_at == datetime(2026, 3, 2, 10, tzinfo=UTC).astimezone().replace(tzinfo=None).isoformat()


def test_a_note_of_a_day_belongs_to_the_only_session_of_that_day(session_practice: Practice) -> None:
    made = session_practice.do(sessions.create, "Mika", "2026-03-01T10:00")
    note = session_practice.do(progress_notes.create, "Mika", "SOAP", at="2026-03-01")
    assert (note.session, note.session_at) == (made.id, "2026-03-01T10:00:00")
    assert times(session_practice) == ["2026-03-01T10:00:00"]


def test_a_note_of_a_day_without_a_session_enters_one(session_practice: Practice) -> None:
    note = session_practice.do(progress_notes.create, "Mika", "SOAP", at="2026-03-02")
    (entered,) = session_practice.do(sessions.list_sessions)
    assert (note.session, entered.started_at, entered.drafts) == (entered.id, "2026-03-02", 1)


def test_between_two_sessions_of_a_day_nothing_is_guessed(session_practice: Practice) -> None:
    taken = {session_practice.do(sessions.create, "Mika", f"2026-03-01T{hour}:00").id for hour in (10, 16)}
    note = session_practice.do(progress_notes.create, "Mika", "SOAP", at="2026-03-01")
    assert note.session not in taken
    exact = session_practice.do(progress_notes.create, "Mika", "SOAP", at="2026-03-01T16:00")
    assert exact.session in taken


def test_another_clients_session_is_never_used(session_practice: Practice, record_rows: Callable[..., Any]) -> None:
    session_practice.do(clients.create, "Berit")
    made = session_practice.do(sessions.create, "Berit", "2026-03-01T10:00")
    note = session_practice.do(progress_notes.create, "Mika", "SOAP", at="2026-03-01T10:00")
    assert note.session != made.id
    before = record_rows(session_practice)
    with pytest.raises(RecordError, match="another client"):
        session_practice.do(progress_notes.create, "Mika", "SOAP", session=made.ref)
    assert record_rows(session_practice) == before


def test_a_note_for_a_named_session_takes_its_time(session_practice: Practice) -> None:
    made = session_practice.do(sessions.create, "Mika", "2026-03-01T10:00")
    note = session_practice.do(progress_notes.create, "Mika", "SOAP", session=made.ref.upper())
    assert (note.session, note.session_at) == (made.id, "2026-03-01T10:00:00")


@pytest.mark.parametrize("template", ["contact", "treatment plan", "discharge"])
def test_a_note_of_no_session_enters_none(session_practice: Practice, template: str) -> None:
    note = session_practice.do(progress_notes.create, "Mika", template, at="2026-03-02")
    assert (note.session, note.session_at) == (None, "2026-03-02")
    assert times(session_practice) == []


def test_the_list_of_what_wants_a_note_is_right(session_practice: Practice) -> None:
    for day, attendance in enumerate(sessions.values.ATTENDANCE, 1):
        session_practice.do(sessions.create, "Mika", f"2026-03-0{day}T10:00", attendance=attendance)
    wanting = ["2026-03-02T10:00:00", "2026-03-01T10:00:00"]
    assert [s.attendance for s in session_practice.do(sessions.list_sessions, without_signed_note=True)] == [
        "late",
        "attended",
    ]
    note = session_practice.do(progress_notes.create, "Mika", "free", "Said much.", "2026-03-01T10:00")
    assert times(session_practice, without_signed_note=True) == wanting, "a draft is not yet a signed note"
    session_practice.do(progress_notes.sign, note.ref)
    assert times(session_practice, without_signed_note=True) == wanting[:1]
    session_practice.do(sessions.change, session_practice.do(sessions.list_sessions)[2].ref, attendance="cancelled")
    assert times(session_practice, without_signed_note=True) == []


def test_notes_of_a_session_are_counted_and_the_draft_is_the_one_to_go_to(session_practice: Practice) -> None:
    made = [
        session_practice.do(progress_notes.create, "Mika", "free", f"Part {number}.", "2026-03-01T10:00")
        for number in range(3)
    ]
    for note in made[1:]:
        session_practice.do(progress_notes.sign, note.id)
    (listed,) = session_practice.do(sessions.list_sessions)
    assert (listed.signed, listed.drafts, listed.note) == (2, 1, made[0].id)
    session_practice.do(progress_notes.sign, made[0].id)
    (listed,) = session_practice.do(sessions.list_sessions)
    assert (listed.signed, listed.drafts, listed.note) == (3, 0, made[2].id)


def test_the_list_is_narrowed_by_client_and_days_both_included(session_practice: Practice) -> None:
    session_practice.do(clients.create, "Berit")
    for day in range(1, 6):
        session_practice.do(sessions.create, "Mika", f"2026-03-0{day}T23:59:59")
    session_practice.do(sessions.create, "Berit", "2026-03-03")
    among = times(session_practice, client="Mika", since="2026-03-02", until="2026-03-04")
    assert among == ["2026-03-04T23:59:59", "2026-03-03T23:59:59", "2026-03-02T23:59:59"]
    assert times(session_practice, limit=2) == ["2026-03-05T23:59:59", "2026-03-04T23:59:59"]
    assert times(session_practice, client="berit") == ["2026-03-03"]


@pytest.mark.parametrize("bad", [{"since": "2026-02-30"}, {"until": "never"}, {"client": "nobody"}])
def test_a_filter_that_means_nothing_is_refused(session_practice: Practice, bad: dict[str, str]) -> None:
    with pytest.raises((BadValue, NotFound)):
        session_practice.do(sessions.list_sessions, **bad)


def test_a_limit_without_bounds_is_answered(session_practice: Practice) -> None:
    session_practice.do(sessions.create, "Mika", "2026-03-01")
    assert times(session_practice, limit=10**20) == ["2026-03-01"]


def test_a_session_is_corrected_one_thing_at_a_time(session_practice: Practice) -> None:
    made = session_practice.do(sessions.create, "Mika", "2026-03-01T10:00", 50, "video")
    changed = session_practice.do(sessions.change, made.ref, minutes=45)
    assert (changed.minutes, changed.modality, changed.attendance) == (45, "video", "attended")
    changed = session_practice.do(sessions.change, str(made.id), attendance="no_show")
    assert (changed.minutes, changed.modality, changed.attendance) == (45, "video", "no-show")
    assert session_practice.do(sessions.list_sessions) == [changed]


@pytest.mark.parametrize("impossible", [{"minutes": 0}, {"modality": "dream"}, {"attendance": "maybe"}])
def test_an_impossible_correction_changes_nothing(session_practice: Practice, impossible: dict[str, Any]) -> None:
    made = session_practice.do(sessions.create, "Mika", "2026-03-01T10:00", 50, "video")
    with pytest.raises(NotesError):
        session_practice.do(sessions.change, made.ref, **{"minutes": 10, **impossible})
    assert session_practice.do(sessions.list_sessions) == [made]


@pytest.mark.parametrize("given", ["zzzzz", "", "Mika", "1234567890123"])
def test_what_names_no_session_is_refused(session_practice: Practice, given: str) -> None:
    with pytest.raises(NotFound):
        session_practice.do(sessions.change, given, minutes=50)


def test_a_session_goes_to_another_time_and_its_unsigned_notes_with_it(session_practice: Practice) -> None:
    note = session_practice.do(progress_notes.create, "Mika", "SOAP", "x", "2026-03-01T10:00")
    moved = session_practice.do(sessions.change, str(note.session), at="2026-03-02T11:30")
    assert moved.started_at == "2026-03-02T11:30:00"
    assert session_practice.do(reading.open, note.id).session_at == "2026-03-02T11:30:00"
    assert session_practice.do(verify).problems == []


def test_a_session_with_a_signed_note_keeps_its_time(
    session_practice: Practice, record_rows: Callable[..., Any]
) -> None:
    note = session_practice.do(progress_notes.create_signed, "Mika", "SOAP", "x", "2026-03-01T10:00")
    before = record_rows(session_practice)
    with pytest.raises(RecordError, match="signed note"):
        session_practice.do(sessions.change, str(note.session), minutes=50, at="2026-03-02T10:00")
    assert record_rows(session_practice) == before
    assert session_practice.do(sessions.change, str(note.session), minutes=50, at="2026-03-01T10:00").minutes == 50


def test_a_session_does_not_go_where_another_is(session_practice: Practice) -> None:
    first, second = (session_practice.do(sessions.create, "Mika", f"2026-03-0{day}T10:00") for day in (1, 2))
    with pytest.raises(RecordError, match="at that time already"):
        session_practice.do(sessions.change, second.ref, at=first.started_at)


def test_a_session_entered_by_mistake_is_removed_and_the_log_says_so(session_practice: Practice) -> None:
    made = session_practice.do(sessions.create, "Mika", "2026-03-01T10:00")
    session_practice.do(sessions.remove, made.ref)
    assert times(session_practice) == []
    removed = session_practice.do(log.show, client="Mika", event="session.remove")
    assert [line.object for line in removed] == [str(made.id)]
    assert session_practice.do(verify).problems == []


@pytest.mark.parametrize("sign", [True, False])
def test_a_session_with_a_note_is_not_removed(session_practice: Practice, sign: bool) -> None:
    begin = progress_notes.create_signed if sign else progress_notes.create
    note = session_practice.do(begin, "Mika", "SOAP", "x", "2026-03-01T10:00")
    with pytest.raises(RecordError, match="note belongs to this session"):
        session_practice.do(sessions.remove, str(note.session))
    assert times(session_practice) == ["2026-03-01T10:00:00"]


@pytest.mark.parametrize(("at", "read"), [("2206-03-01T10:00", "2206-03-01 10:00"), ("1899-12-31", "1899-12-31")])
def test_a_date_that_is_surely_a_slip_is_refused_with_what_was_read(
    session_practice: Practice, at: str, read: str
) -> None:
    made = session_practice.do(sessions.create, "Mika", "2026-03-01T10:00")
    for refused_by in (
        lambda: session_practice.do(sessions.create, "Mika", at),
        lambda: session_practice.do(sessions.change, made.ref, at=at),
        lambda: session_practice.do(progress_notes.create, "Mika", "SOAP", "x", at),
    ):
        with pytest.raises(BadValue) as refused:
            refused_by()
        assert read in refused.value.why
    assert times(session_practice) == ["2026-03-01T10:00:00"]


def test_a_session_of_next_year_is_no_slip(session_practice: Practice) -> None:
    soon = (datetime.now() + timedelta(days=360)).date().isoformat()
    session_practice.do(sessions.create, "Mika", soon)
    session_practice.do(sessions.create, "Mika", "1900-01-01")
    assert times(session_practice) == [soon, "1900-01-01"]


def test_a_session_to_come_is_not_missing_its_note_yet(practice: Practice) -> None:
    tomorrow = datetime.now().date() + timedelta(days=1)
    practice.do(sessions.create, "Bruno", f"{tomorrow}T10:00")
    missing = practice.do(sessions.list_sessions, "Bruno", without_signed_note=True)
    assert missing == []


def test_sessions_of_every_week_need_an_hour(session_practice: Practice) -> None:
    """A day alone would come out as midnight."""
    with pytest.raises(BadValue, match="no hour"):
        session_practice.do(sessions.create_weekly, "Mika", "2026-05-05", 1)
