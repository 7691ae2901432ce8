"""Looking at the log: filters, sentences, the review."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notes import errors
from notes.errors import BadValue, NotFound, Signed
from notes.practice import keyring, log, opening
from notes.practice.practice import Practice
from notes.practice.reasons import WORDS
from notes.practice.surroundings import here
from notes.record import clients, moving, progress_notes, reading, search
from notes.vault.slots import Secret


def test_lines_come_newest_first_and_at_most_as_many_as_asked_for(practice: Practice) -> None:
    lines = practice.do(log.show, limit=4)
    assert [line.seq for line in lines] == sorted((line.seq for line in lines), reverse=True)
    assert len(lines) == 4


def test_a_sentence_names_client_and_note_but_the_line_does_not(practice: Practice) -> None:
    note = practice.do(reading.list_notes, client="Ada")[0]
    practice.do(reading.open, note.id)
    line = practice.do(log.show, limit=1)[0]
    assert line.sentence == f"Whoever held the recovery key read note {note.ref} of Ada Quillfeather."
    assert not any("Ada" in record or note.ref in record for record, *_ in practice.do(log.export))


def test_the_log_of_one_client_holds_searches_that_showed_their_notes_too(practice: Practice) -> None:
    practice.do(search.run, "herons")
    practice.do(search.run, "nothing has this word")
    practice.do(clients.open, "Bruno")
    events = [line.event for line in practice.do(log.show, client="Ada")]
    assert events.count("search.run") == 1
    assert "note.sign" in events
    assert "client.open" not in events


@pytest.mark.parametrize(
    "asked, expected",
    [
        ({"event": "note"}, {"note.create", "note.sign", "note.amend"}),
        ({"event": "note.sign"}, {"note.sign"}),
        ({"event": "client."}, {"client.create"}),
        ({"outcome": "refused"}, {"note.edit"}),
        ({"face": "terminal"}, set()),
    ],
)
def test_filters(asked: dict[str, str], expected: set[str], practice: Practice) -> None:
    with pytest.raises(Signed):
        practice.do(progress_notes.edit, next(n.id for n in practice.do(reading.list_notes) if n.status == "signed"))
    found = {line.event for line in practice.do(log.show, **asked, limit=500)} - {"note.list", "note.edit"}
    assert found == expected - {"note.edit"}


@pytest.mark.parametrize("asked", [{"event": "no"}, {"face": "mirror"}, {"outcome": "ok"}, {"since": "2026-02-30"}])
def test_filters_that_mean_nothing_are_refused(asked: dict[str, str], practice: Practice) -> None:
    with pytest.raises(BadValue):
        practice.do(log.show, **asked)


def test_an_unknown_client_in_a_filter_is_refused(practice: Practice) -> None:
    with pytest.raises(NotFound):
        practice.do(log.show, client="Nobody")


def test_days_are_included_on_both_sides(practice: Practice) -> None:
    today = datetime.now().astimezone().date()
    assert practice.do(log.show, since=today.isoformat(), until=today.isoformat())
    assert practice.do(log.show, since=(today + timedelta(days=1)).isoformat()) == []
    assert practice.do(log.show, until=(today - timedelta(days=1)).isoformat()) == []


def test_a_review_points_out_what_left_the_vault_and_not_that_somebody_proved_who_they_are(
    practice: Practice, small_vault: tuple[Path, bytes]
) -> None:
    practice.do(keyring.confirm, Secret("recovery", bytearray(small_vault[1])))
    practice.do(reading.take_out, practice.do(reading.list_notes, client="Ada")[0].id, "pdf")
    whys = {unusual.line.event: unusual.why for unusual in practice.do(log.review).unusual}
    assert "left the vault" in whys["note.print"]
    assert "key.confirm" not in whys


def test_a_review_shows_the_unusual_first_and_the_next_one_begins_after_it(practice: Practice) -> None:
    with pytest.raises(NotFound):
        practice.do(clients.open, "Nobody")
    practice.do(keyring.new_recovery_key)
    first = practice.do(log.review)
    assert first.last is None
    whys = [unusual.why.split(";")[0] for unusual in first.unusual]
    assert whys[-2:] == ["changed what opens the vault", "refused"], "a typing slip comes last"
    assert set(whys[:-2]) == {"unlocked with the recovery key"}
    practice.do(clients.list_clients)
    second = practice.do(log.review)
    assert second.since == first.through + 1
    assert second.counts == {"client.list": 1, "log.review": 1}
    assert second.last is not None


def test_a_review_points_out_a_clock_put_back_and_an_unknown_computer(
    vault: Path, small_vault: tuple[Path, bytes], unlock: Callable[[Path], Practice]
) -> None:
    with unlock(vault) as practice:
        practice.do(log.review)
    past = replace(here(), host="another-computer", now=lambda: datetime(2020, 1, 1, 12, tzinfo=UTC))
    secret = Secret("recovery", bytearray(small_vault[1]))
    with opening.unlock(vault, secret, surroundings=past) as practice:
        whys = "; ".join(unusual.why for unusual in practice.do(log.review).unusual)
    assert "the clock was put back" in whys
    assert "a user or computer not seen before" in whys


def test_nights_are_pointed_out_once_each(vault: Path, small_vault: tuple[Path, bytes]) -> None:
    local = datetime(2031, 5, 5, 23, 30).astimezone()
    for minutes in (0, 20, 60 * 24):
        moment = (local + timedelta(minutes=minutes)).astimezone(UTC)
        secret = Secret("recovery", bytearray(small_vault[1]))
        with opening.unlock(vault, secret, surroundings=replace(here(), now=lambda m=moment: m)) as practice:
            review = practice.do(log.review) if minutes > 60 else None
    assert review is not None
    whys = [unusual.why for unusual in review.unusual if unusual.line.at > "2031"]
    assert sum("unlocked at night" in why for why in whys) == 2


def test_a_failure_comes_before_what_a_rule_refused(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: object) -> None:
        raise RuntimeError

    with pytest.raises(Signed):
        practice.do(progress_notes.edit, next(n.id for n in practice.do(reading.list_notes) if n.status == "signed"))
    monkeypatch.setattr(clients.list_clients, "_function", faulty)
    with pytest.raises(RuntimeError):
        practice.do(clients.list_clients)
    found = [u for u in practice.do(log.review).unusual if u.why in ("failed", "refused")]
    assert [u.why for u in found] == ["failed", "refused"]
    assert found[0].line.sentence.endswith("failed: a fault in the program (RuntimeError).")
    assert found[1].line.sentence.endswith("refused: the note is signed.")


def test_every_kind_of_error_has_its_words() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    raised = {kind.__name__ for kind in kinds if not kind.__subclasses__()} | {"RecordError"}
    assert raised - set(WORDS) == set()


def test_a_note_moved_to_another_client_is_in_the_log_of_both(practice: Practice) -> None:
    draft = next(note for note in practice.do(reading.list_notes) if note.status == "draft")
    practice.do(moving.move, draft.id, client="Bruno")
    for client in ("Ada", "Bruno"):
        assert "note.move" in [line.event for line in practice.do(log.show, client=client)]


def test_an_export_of_some_days_has_no_gap_where_the_clock_was_put_back(practice: Practice) -> None:
    """Chosen are the first and the last line of the days asked for, and every line between."""
    days = iter(["2031-05-01", "2031-05-02", "2029-01-01", "2031-05-02", "2031-05-03"])
    for day in days:
        at = datetime.fromisoformat(f"{day}T12:00:00").astimezone()
        practice._standing.surroundings = replace(practice._standing.surroundings, now=lambda at=at: at)
        practice.do(log.receipt)
    exported = practice.do(log.export, "2031-05-02", "2031-05-02")
    assert [json.loads(record)["at"][:10] for record, *_ in exported] == ["2031-05-02", "2029-01-01", "2031-05-02"]
    assert all(len(bytes.fromhex(seal)) == 32 for _, _, seal in exported)
    assert practice.do(log.export, "2035-01-01") == []
