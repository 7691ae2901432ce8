"""What a passphrase must be, and which bytes of what was typed go into the key."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from notes.errors import WeakPassphrase
from notes.vault import passphrase

UNCOMMON = "vQ7 mül§ kT9 zr"  # 15 characters


def check(text: str, *own_words: str) -> str:
    return passphrase.check(passphrase.prepare(text.encode()), own_words)


def test_fourteen_characters_are_too_few() -> None:
    assert len(UNCOMMON) == 15
    with pytest.raises(WeakPassphrase, match="14 characters; it needs at least 15") as caught:
        check(UNCOMMON[:-1])
    assert caught.value.exit_code == 6


def test_fifteen_characters_are_enough() -> None:
    assert check(UNCOMMON) in ("fair", "strong", "very strong")


def test_characters_are_counted_not_bytes() -> None:
    assert len("žluťoučký kůň".encode()) > 15
    with pytest.raises(WeakPassphrase, match="13 characters"):
        check("žluťoučký kůň")


@pytest.mark.parametrize("length", [64, 200, 1024])
def test_a_long_passphrase_is_accepted(length: int) -> None:
    sentence = "On the third Tuesday the heron stood between two green bicycles and nobody minded. "
    assert check((sentence * 13)[:length]) == "very strong"


def test_a_pasted_document_is_refused() -> None:
    with pytest.raises(WeakPassphrase, match="1025 characters; the most is 1024"):
        check(("word soup, " * 100)[:1025])


@pytest.mark.parametrize(
    "text",
    [
        "blue herons wade at dusk",
        "   herons wade at dusk   ",
        "žluťoučký kůň úpěl ďábelské ódy",
        "鷺は夕暮れに浅瀬を歩いて魚を待っている",
        "🦩🪕🧭🪺🛶🧵🪁🫐🪴🧊🪗🦔🎏🪞🧶",
        "no CAPITALS digits or signs asked",
    ],
)
def test_any_characters_will_do_blanks_and_unicode_too(text: str) -> None:
    assert check(text) in ("fair", "strong", "very strong")


def test_blanks_count_and_are_kept() -> None:
    assert passphrase.prepare(b"  two  blanks  ") == bytearray(b"  two  blanks  ")


@given(st.text())
@settings(deadline=None)
def test_composed_and_decomposed_letters_are_the_same_passphrase(text: str) -> None:
    assume(not text.endswith(("\n", "\r")))
    both = [unicodedata.normalize(form, text).encode() for form in ("NFC", "NFD")]
    assert passphrase.prepare(both[0]) == passphrase.prepare(both[1]) == bytearray(both[0])


def test_compatible_letters_are_not_the_same_passphrase() -> None:
    """NFC, not NFKC: a ligature is not two letters."""
    assert passphrase.prepare("ﬁ".encode()) != passphrase.prepare(b"fi")


@pytest.mark.parametrize("typed", [b"\xff\xfe\x00", b"herons wade at dusk \xe9", b"\xed\xa0\x80" * 8])
def test_what_is_not_utf_8_is_refused(typed: bytes) -> None:
    with pytest.raises(WeakPassphrase, match="could not be read"):
        passphrase.prepare(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (b"herons\n", b"herons"),
        (b"herons\r\n", b"herons"),
        (b"herons\n\n", b"herons\n"),
        (b"herons\r\n\r\n", b"herons\r\n"),
        (b"herons \n", b"herons "),
        (b"\nherons", b"\nherons"),
        (b"her\nons", b"her\nons"),
        (b"herons", b"herons"),
        (b"\n", b""),
    ],
)
def test_one_line_end_at_the_end_is_dropped_and_no_more(typed: bytes, kept: bytes) -> None:
    assert passphrase.prepare(typed) == bytearray(kept)


@pytest.mark.parametrize(
    "text",
    [
        "correct horse battery staple",
        "Correct-Horse-Battery-Staple",
        "CorrectHorseBatteryStaple1",
        "the quick brown fox jumps over the lazy dog",
        "To be, or not to be: that is the question.",
        "my voice is my passport",
    ],
)
def test_well_known_phrases_are_refused_however_they_are_written(text: str) -> None:
    with pytest.raises(WeakPassphrase, match="too easily guessed"):
        check(text)


@pytest.mark.parametrize(
    "text",
    [
        "aaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "passwordpassword",
        "iloveyouiloveyouiloveyou",
        " " * 20,
        "qwertyuiopasdfgh",
        "1qaz2wsx3edc4rfv",
        "123456789012345",
        "abcdefghijklmnop",
    ],
)
def test_repeats_rows_of_keys_and_sequences_are_refused(text: str) -> None:
    assert len(text) >= 15
    with pytest.raises(WeakPassphrase, match="too easily guessed"):
        check(text)


@pytest.mark.parametrize(
    "text",
    [
        "Linden Tree Counselling",
        "linden tree counselling",
        "Linden Tree Counselling1",
        "lindentreecounselling",
        "linden-tree-counselling",
    ],
)
def test_the_practices_own_name_is_refused(text: str) -> None:
    with pytest.raises(WeakPassphrase, match="too easily guessed"):
        check(text, "Linden Tree Counselling")


def test_the_programs_own_name_is_refused() -> None:
    with pytest.raises(WeakPassphrase, match="too easily guessed"):
        check("sessionnotessessionnotes")


def test_a_stronger_passphrase_is_called_stronger() -> None:
    words = ["fair", "strong", "very strong"]
    found = [check(text) for text in ("tuesday heron 15", "tuesday heron bicycle", "tuesday heron bicycle gravel tuba")]
    assert [words.index(word) for word in found] == sorted(words.index(word) for word in found)
    assert found[-1] == "very strong"


@given(st.text(max_size=1100))
@settings(deadline=None, max_examples=60)
def test_whatever_is_typed_is_judged_and_never_repeated(text: str) -> None:
    try:
        assert check(text) in ("fair", "strong", "very strong")
    except WeakPassphrase as error:
        assert len(text) < 15 or text not in error.what + error.why + error.hint
