"""What people type in is checked once, kept in one form, and never misread."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.errors import BadValue
from notes.record import values


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\d([T ]\d\d(:\d\d){0,2}(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?", fullmatch=True))
def test_whatever_is_typed_as_a_time_is_refused_in_words_or_is_one(typed: str) -> None:
    try:
        kept = values.moment(typed)
    except BadValue:
        return
    assert datetime.fromisoformat(kept).isoformat(timespec="seconds")[: len(kept)] == kept
    assert values.moment(kept) == kept


@given(st.dates())
def test_every_day_of_the_calendar_is_kept(day: date) -> None:
    assert values.day(day.isoformat()) == day.isoformat()
    assert values.moment(f" {day.isoformat()} ") == day.isoformat()


@given(st.datetimes())
def test_every_time_is_kept_to_the_second(moment: datetime) -> None:
    assert values.moment(moment.isoformat()) == moment.isoformat(timespec="seconds")


@given(st.text())
def test_whatever_is_typed_as_a_day_is_refused_in_words_or_is_one(typed: str) -> None:
    try:
        assert date.fromisoformat(values.day(typed)).isoformat() == typed.strip()
    except BadValue as refused:
        assert "2026-03-31" in refused.why


@given(st.text())
def test_a_line_is_one_line_without_control_characters(typed: str) -> None:
    try:
        kept = values.one_line(typed, "The line")
    except BadValue:
        return
    assert kept == typed.strip() and 0 < len(kept) <= values.LONGEST_LINE
    assert not any(ord(c) < 32 for c in kept)
    assert kept.encode()


@given(st.text(st.characters()))
def test_a_notes_text_is_kept_to_the_letter_or_refused(typed: str) -> None:
    try:
        assert values.note_text(typed) == typed
    except BadValue:
        assert "\0" in typed or any("\ud800" <= c <= "\udfff" for c in typed)


@pytest.mark.parametrize("kind", values.KINDS)
def test_a_kind_of_note_may_be_written_with_other_case_and_joints(kind: str) -> None:
    for written in (kind.upper(), kind.replace(" ", "-"), kind.replace(" ", "_"), f" {kind.title()} "):
        assert values.one_of(written, values.KINDS, "The kind") == kind


@given(st.text())
def test_what_is_not_among_the_choices_is_refused(typed: str) -> None:
    try:
        assert values.plain_word(values.one_of(typed, values.KINDS, "The kind")) == values.plain_word(typed)
    except BadValue as refused:
        assert "progress" in refused.why


@given(st.text())
def test_a_tag_found_once_is_found_again(typed: str) -> None:
    try:
        kept = values.tag(typed)
    except BadValue:
        return
    assert values.tag(kept) == kept


def test_a_refusal_never_repeats_what_was_typed() -> None:
    for check in (values.day, values.moment, values.note_text, lambda v: values.one_line(v, "The name")):
        with pytest.raises(BadValue) as refused:
            check("her secret\0\n")
        assert "secret" not in " ".join((refused.value.what, refused.value.why, refused.value.hint))
