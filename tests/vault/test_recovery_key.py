"""The recovery key as people copy it: what is forgiven, and that every slip of the pen is found."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes.errors import WrongKey
from notes.vault import recovery_key

KEYS = st.binary(min_size=20, max_size=20).map(bytearray)
SOME_KEYS = (bytearray(20), bytearray(b"\xff" * 20), bytearray(range(20)), bytearray(random.Random(7).randbytes(20)))
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def letters(key: bytearray) -> str:
    """The key's 36 signs without the hyphens."""
    return recovery_key.write(key).replace("-", "")


def refused(text: str) -> bool:
    try:
        recovery_key.read(text.encode())
    except WrongKey:
        return True
    return False


@given(KEYS)
@settings(deadline=None)
def test_what_is_written_reads_back(key: bytearray) -> None:
    assert recovery_key.read(recovery_key.write(key).encode()) == key


@given(KEYS)
@settings(deadline=None)
def test_it_is_written_as_nine_groups_of_four_of_crockfords_signs(key: bytearray) -> None:
    groups = recovery_key.write(key).split("-")
    assert [len(group) for group in groups] == [4] * 9
    assert set("".join(groups)) <= set(CROCKFORD)


@given(KEYS)
@settings(deadline=None)
def test_the_last_group_is_the_remainder_of_a_long_division(key: bytearray) -> None:
    """A second implementation: CRC-20 as polynomial division, the first 20 bits inverted (register of all ones)."""
    remainder = (int.from_bytes(key, "big") ^ (0xFFFFF << 140)) << 20
    for bit in range(179, 19, -1):
        if remainder >> bit & 1:
            remainder ^= (0x100000 | 0x1B5827) << (bit - 20)
    expected = "".join(CROCKFORD[remainder >> shift & 31] for shift in (15, 10, 5, 0))
    assert recovery_key.write(key).split("-")[8] == expected


@given(KEYS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_case_blanks_and_hyphens_do_not_matter(key: bytearray, source: random.Random) -> None:
    typed = "".join(
        source.choice((sign.lower(), sign)) + source.choice(("", "", "", " ", "-", "  ", "\t", "\r\n"))
        for sign in letters(key)
    )
    assert recovery_key.read(typed.encode()) == key
    assert recovery_key.read(bytearray(f" {typed}\n".encode())) == key


@given(KEYS, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_letters_o_i_and_l_are_read_as_the_digits_they_look_like(key: bytearray, source: random.Random) -> None:
    alike = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(source.choice(alike.get(sign, sign)) for sign in letters(key))
    assert recovery_key.read(typed.encode()) == key


def test_the_forgiven_letters_are_never_written() -> None:
    written = "".join(letters(bytearray(random.Random(n).randbytes(20))) for n in range(200))
    assert set(written) == set(CROCKFORD)
    assert not set("OILU") & set(written)


@pytest.mark.parametrize("key", SOME_KEYS)
def test_every_single_wrong_sign_is_found(key: bytearray) -> None:
    """All 36 places, all 31 wrong signs."""
    text = letters(key)
    passed = [
        (place, wrong)
        for place in range(36)
        for wrong in CROCKFORD
        if wrong != text[place] and not refused(text[:place] + wrong + text[place + 1 :])
    ]
    assert passed == []


@pytest.mark.parametrize("seed", range(50))
def test_every_swap_of_neighbours_is_found(seed: int) -> None:
    text = letters(bytearray(random.Random(seed).randbytes(20)))
    swaps = [place for place in range(35) if text[place] != text[place + 1]]
    assert len(swaps) > 20
    for place in swaps:
        assert refused(text[:place] + text[place + 1] + text[place] + text[place + 2 :]), place


def test_ten_thousand_swaps_of_groups_are_found() -> None:
    """One in 2^20 would pass by chance; with this seed none does."""
    source = random.Random(20260302)
    tried = 0
    while tried < 10_000:
        groups = recovery_key.write(bytearray(source.randbytes(20))).split("-")
        one, other = source.sample(range(9), 2)
        if groups[one] == groups[other]:
            continue
        groups[one], groups[other] = groups[other], groups[one]
        assert refused("-".join(groups))
        tried += 1


@pytest.mark.parametrize("letter", ["U", "u"])
def test_the_letter_u_is_refused(letter: str) -> None:
    text = letters(SOME_KEYS[3])
    with pytest.raises(WrongKey, match="not a recovery key"):
        recovery_key.read((letter + text[1:]).encode())


@pytest.mark.parametrize("length", [0, 1, 4, 32, 35, 37, 40, 72])
def test_a_wrong_length_is_refused(length: int) -> None:
    text = (letters(SOME_KEYS[3]) * 2)[:length]
    with pytest.raises(WrongKey, match="not a recovery key"):
        recovery_key.read(text.encode())


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_whatever_is_typed_is_a_key_or_a_wrong_key(typed: bytes) -> None:
    try:
        assert len(recovery_key.read(typed)) == 20
    except WrongKey as error:
        assert error.exit_code == 3


def test_a_slip_is_told_apart_from_what_is_no_recovery_key() -> None:
    text = letters(SOME_KEYS[2])
    with pytest.raises(WrongKey, match="slip"):
        recovery_key.read((text[:-1] + ("0" if text[-1] != "0" else "1")).encode())


def test_the_error_does_not_repeat_what_was_typed() -> None:
    text = letters(SOME_KEYS[3])
    with pytest.raises(WrongKey) as caught:
        recovery_key.read((text[:-1] + ("0" if text[-1] != "0" else "1")).encode())
    told = caught.value.what + caught.value.why + caught.value.hint
    assert not any(text[i : i + 4] in told for i in range(33))


def test_a_new_key_is_twenty_bytes_of_the_randomness_it_is_given() -> None:
    asked: list[int] = []

    def random_bytes(count: int) -> bytes:
        asked.append(count)
        return bytes(range(count))

    assert recovery_key.generate(random_bytes) == bytearray(range(20))
    assert asked == [20]
