"""A slip in whose, of when or of which kind an unsigned note is can be corrected; what is signed stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from notes.errors import BadValue, NotFound, RecordError, Signed
from notes.practice.practice import Practice
from notes.practice.verification import verify
from notes.record import clients, moving, progress_notes, reading, search, sessions


@pytest.fixture
def moving_practice(record_practice: Practice) -> Practice:
    """A practice with two clients, Ada and Berit."""
    for name in ("Ada", "Berit"):
        record_practice.do(clients.create, name)
    return record_practice


@pytest.fixture
def draft(moving_practice: Practice) -> int:
    """An unsigned note of Ada's."""
    return moving_practice.do(progress_notes.create, "Ada", "SOAP", "She hummed.", "2026-03-01T10:00").id


def test_a_note_goes_to_the_client_whose_it_is_with_its_text_and_date(moving_practice: Practice, draft: int) -> None:
    moved = moving_practice.do(moving.move, draft, client="Berit")
    note = moving_practice.do(reading.open, draft)
    assert moved.note == note
    assert (note.client_name, note.text, note.session_at) == ("Berit", "She hummed.", "2026-03-01T10:00:00")
    (hers,) = moving_practice.do(sessions.list_sessions, client="Berit")
    assert (note.session, hers.drafts) == (hers.id, 1)
    assert moving_practice.do(search.run, "hummed", client="Berit").total == 1
    assert moving_practice.do(verify).problems == []


def test_the_session_that_a_note_leaves_empty_is_told_and_can_be_removed(moving_practice: Practice, draft: int) -> None:
    left = moving_practice.do(moving.move, draft, at="2026-03-02T11:00").left
    assert left is not None
    moving_practice.do(sessions.remove, left)
    assert [s.started_at for s in moving_practice.do(sessions.list_sessions)] == ["2026-03-02T11:00:00"]
    assert moving_practice.do(verify).problems == []


def test_a_session_with_another_note_is_not_told_as_left(moving_practice: Practice, draft: int) -> None:
    moving_practice.do(progress_notes.create, "Ada", "SOAP", "More.", "2026-03-01T10:00")
    assert moving_practice.do(moving.move, draft, client="Berit").left is None


def test_a_note_goes_to_a_session_named(moving_practice: Practice, draft: int) -> None:
    other = moving_practice.do(sessions.create, "Ada", "2026-03-08T10:00")
    note = moving_practice.do(moving.move, draft, session=other.ref).note
    assert (note.session, note.session_at) == (other.id, "2026-03-08T10:00:00")


@pytest.mark.parametrize(
    ("template", "kind", "has_session"), [("DAP", "progress", True), ("contact", "contact", False)]
)
def test_another_template_is_another_kind_and_the_text_stays(
    moving_practice: Practice, draft: int, template: str, kind: str, has_session: bool
) -> None:
    note = moving_practice.do(moving.move, draft, template=template).note
    assert (note.template, note.kind, note.text) == (template, kind, "She hummed.")
    assert (note.session is not None) == has_session
    assert note.session_at == "2026-03-01T10:00:00"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"client": "Nobody"}, NotFound),
        ({"session": "zzzzz"}, NotFound),
        ({"template": "none"}, NotFound),
        ({"at": "2206-03-01"}, BadValue),
        ({"at": "1826-03-01"}, BadValue),
        ({"client": "Berit", "session": "{hers}"}, RecordError),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    moving_practice: Practice,
    draft: int,
    record_rows: Callable[..., Any],
    asked: dict[str, str],
    error: type[Exception],
) -> None:
    hers = moving_practice.do(sessions.list_sessions)[0].ref
    before = record_rows(moving_practice)
    with pytest.raises(error):
        moving_practice.do(moving.move, draft, **{name: value.format(hers=hers) for name, value in asked.items()})
    assert record_rows(moving_practice) == before


@pytest.mark.parametrize("asked", [{"client": "Berit"}, {"at": "2026-03-02"}, {"template": "DAP"}])
def test_a_signed_note_stays_where_it_was_signed(
    moving_practice: Practice, draft: int, record_rows: Callable[..., Any], asked: dict[str, str]
) -> None:
    moving_practice.do(progress_notes.sign, draft)
    before = record_rows(moving_practice)
    with pytest.raises(Signed) as refused:
        moving_practice.do(moving.move, draft, **asked)
    assert "amend" in refused.value.hint
    assert record_rows(moving_practice) == before


def test_a_note_of_another_kind_keeps_the_session_it_was_given(moving_practice: Practice) -> None:
    """A contact has no session by itself; given one, it loses it to nothing but a session of another client or time."""
    session = moving_practice.do(sessions.create, "Ada", "2026-02-02T10:00").id
    note = moving_practice.do(progress_notes.create, "Ada", "contact", "The school called.", None, session)
    assert moving_practice.do(moving.move, note.id, template="discharge").note.session == session
