"""The log a page at a time: no gap, no double, and a line for each page."""

from __future__ import annotations

import pytest

from notes.errors import BadValue, NotFound
from notes.practice import log, log_pages
from notes.practice.log_pages import Wanted
from notes.practice.practice import Practice
from notes.record import choices, clients, reading, search


def test_pages_join_without_gap_though_the_log_grows_meanwhile(practice: Practice) -> None:
    first = practice.do(log_pages.page, Wanted(), limit=3)
    practice.do(clients.list_clients)
    second = practice.do(log_pages.page, Wanted(), first.lines[-1].seq, limit=4)
    numbers = [line.seq for line in first.lines + second.lines]
    assert numbers == list(range(numbers[0], numbers[0] - 7, -1))
    assert (first.total, second.total) == (numbers[0], None)


def test_each_page_leaves_a_line_that_says_how_much_was_shown(practice: Practice) -> None:
    first = practice.do(log_pages.page, Wanted(), limit=3)
    practice.do(log_pages.page, Wanted(), first.lines[-1].seq, limit=2)
    assert [line.counts for line in practice.do(log.show, event="log.open")] == [{"lines": 2}, {"lines": 3}]


def test_no_page_is_longer_than_a_page(practice: Practice) -> None:
    with practice._begin() as work:
        for _ in range(log_pages.PAGE + 5):
            work.account("client.list")
    assert len(practice.do(log_pages.page, Wanted(), limit=10**6).lines) == log_pages.PAGE


def test_all_the_words_must_be_said_and_accents_do_not_matter(practice: Practice) -> None:
    practice.do(clients.open, "Bruno")
    found = practice.do(log_pages.page, Wanted(words="DETAILS bruno")).lines
    assert [line.event for line in found] == ["client.open"]
    assert practice.do(log_pages.page, Wanted(words="details ada")).lines == []
    note = practice.do(reading.list_notes, client="Ada")[0]
    practice.do(reading.open, note.id)
    assert note.ref in practice.do(log_pages.page, Wanted(words=f"read {note.ref}")).lines[0].sentence


def test_words_for_the_log_are_kept_nowhere(practice: Practice) -> None:
    practice.do(log_pages.page, Wanted(words="Wilhelmina"))
    assert "ilhelmina" not in str(practice.do(log.export))


def test_the_unusual_come_with_their_reasons_however_old(practice: Practice) -> None:
    with pytest.raises(NotFound):
        practice.do(clients.open, "nobody")
    practice.do(log.review)
    found = practice.do(log_pages.page, Wanted(unusual=True))
    refused = next(line for line in found.lines if line.event == "client.open")
    assert found.why[refused.seq] == "refused"
    assert set(found.why) == {line.seq for line in found.lines}


def test_a_filter_that_means_nothing_is_refused(practice: Practice) -> None:
    with pytest.raises(BadValue):
        practice.do(log_pages.page, Wanted(event="nothing.of.this"))


def test_a_review_can_end_at_the_line_that_was_looked_at(practice: Practice) -> None:
    seen = practice.do(log.to_review)
    practice.do(clients.list_clients)
    assert practice.do(log.review, seen.through).through == seen.through
    assert practice.do(log.to_review).since == seen.through + 1


def test_a_line_names_the_clients_whose_notes_a_search_showed(practice: Practice) -> None:
    practice.do(search.run, "herons")
    line = practice.do(log_pages.page, Wanted(), limit=1).lines[0]
    assert line.among == ["Ada Quillfeather"]


def test_a_search_goes_on_where_it_ended(practice: Practice) -> None:
    both = [hit.note for hit in practice.do(search.run, "the").hits]
    assert len(both) == 2
    assert [hit.note for hit in practice.do(search.run, "the", limit=1, skip=1).hits] == both[1:]


def test_choices_are_names_and_tags_and_nothing_else(practice: Practice) -> None:
    practice.do(clients.archive, "Bruno")
    found = practice.do(choices.offer)
    assert [(client.name, client.archived) for client in found.clients] == [
        ("Ada Quillfeather", False),
        ("Bruno Østergård", True),
    ]
    assert found.tags == ["grief"]
    assert found.clients[0].last > found.clients[1].last == 0
    assert "01632" not in str(found)


def test_half_a_character_says_nothing(practice: Practice) -> None:
    assert practice.do(log_pages.page, Wanted(words="\ud800")).lines
