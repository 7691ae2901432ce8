"""Primary keys and references: never twice, never backwards, never something that could be mistaken."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes.store.ids import ALPHABET, RANDOM_BITS, REFERENCE_LENGTHS, Ids, read_reference

CLOCKS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def seeded(seed: int) -> Callable[[int], bytes]:
    return random.Random(seed).randbytes


@given(st.lists(CLOCKS, min_size=2, max_size=60), st.integers(0, 2**32))
@settings(deadline=None)
def test_keys_only_grow_whatever_the_clock_does(clock: list[datetime], seed: int) -> None:
    ids = Ids(seeded(seed))
    made = [ids.next(now) for now in clock]
    assert all(earlier < later for earlier, later in itertools.pairwise(made))
    assert all(0 < key < 2**63 for key in made)


@given(CLOCKS, st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=60), st.integers(0, 2**32))
@settings(deadline=None)
def test_keys_only_grow_when_the_clock_steps_to_and_fro(start: datetime, steps: list[int], seed: int) -> None:
    ids = Ids(seeded(seed))
    last = ids.next(start)
    for step in steps:
        start = max(datetime(1970, 1, 1, tzinfo=UTC), start + timedelta(milliseconds=step))
        last, before = ids.next(start), last
        assert before < last < 2**63


@given(st.lists(st.binary(min_size=3, max_size=3), min_size=2, max_size=50))
@settings(deadline=None)
def test_keys_only_grow_within_one_millisecond_whatever_the_randomness(drawn: list[bytes]) -> None:
    source = iter(drawn)
    ids = Ids(lambda _: next(source))
    made = [ids.next(datetime(2026, 3, 2, tzinfo=UTC)) for _ in drawn]
    assert made == sorted(set(made))


@given(CLOCKS, st.integers(0, 2**32))
@settings(deadline=None)
def test_a_key_begins_with_the_milliseconds(now: datetime, seed: int) -> None:
    assert Ids(seeded(seed)).next(now) >> RANDOM_BITS == int(now.timestamp() * 1000)


def test_ten_thousand_keys_of_two_computers_in_the_same_second_do_not_meet() -> None:
    """With these seeds; by chance one pair in two million would within the same millisecond."""
    sources = Ids(seeded(1)), Ids(seeded(2))
    start = datetime(2026, 3, 2, tzinfo=UTC)
    made = [ids.next(start + timedelta(milliseconds=n // 5)) for n in range(5_000) for ids in sources]
    assert len(set(made)) == 10_000


@pytest.mark.parametrize("table", REFERENCE_LENGTHS)
@given(seed=st.integers(0, 2**32))
@settings(deadline=None, max_examples=20)
def test_references_are_unique_never_taken_and_never_all_digits(table: str, seed: int) -> None:
    ids = Ids(seeded(seed))
    taken = set(ids.references(table, 200, ()))
    fresh = ids.references(table, 200, taken)
    assert len(taken) == 200
    assert len(set(fresh)) == 200
    assert not taken & set(fresh)
    for reference in fresh:
        assert len(reference) == REFERENCE_LENGTHS[table]
        assert set(reference) <= set(ALPHABET)
        assert not reference.isdigit()


def test_a_draw_of_digits_only_and_one_that_is_taken_are_drawn_again() -> None:
    draws = iter([bytes(8), (1).to_bytes(8, "big"), b"\xff" * 8, b"\xfe" * 8])  # 0000, 1000, zzzz, something else
    assert Ids(lambda _: next(draws)).references("clients", 1, {"zzzz"}) == ["yqzx"]


def test_every_sign_can_stand_at_every_place() -> None:
    made = Ids(seeded(3)).references("notes", 5_000, ())
    for place in range(REFERENCE_LENGTHS["notes"]):
        assert {reference[place] for reference in made} == set(ALPHABET)


@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=50)
def test_a_reference_is_read_however_it_is_typed(seed: int, source: random.Random) -> None:
    alike = {"0": "0Oo", "1": "1IiLl"}
    (reference,) = Ids(seeded(seed)).references("notes", 1, ())
    typed = "".join(source.choice(alike.get(sign, sign + sign.upper())) for sign in reference)
    assert read_reference(f"  {typed} ") == reference


def test_the_alphabet_has_no_letters_that_look_like_others() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert not set(ALPHABET) & set("ilou")
