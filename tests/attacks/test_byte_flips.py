"""Promise 3, against somebody without the key: a flipped byte anywhere is refused or named, and never shows other text.

The sweep here takes a few places on every page; every byte of the database file in turn is a longer proof.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from notes.errors import NotesError
from notes.practice import verification
from notes.practice.practice import Practice
from notes.record import clients, reading
from notes.store.engine import PAGE_BYTES
from notes.vault import header

PLACES = (0, 17, 100, 1999, 3000, PAGE_BYTES - 81, PAGE_BYTES - 40, PAGE_BYTES - 1)
"""On each page: its beginning, its middle, and the reserved bytes at the end (initialisation vector and seal)."""


def everything(practice: Practice) -> list[object]:
    """All that can be read, as it stands."""
    notes = [practice.do(reading.open, note.id) for note in practice.do(reading.list_notes)]
    return [practice.do(clients.list_clients), notes]


def look(vault: Path, unlock: Callable[[Path], Practice]) -> tuple[list[object] | None, bool]:
    """What can still be read of the vault, and whether somebody was told that something is wrong."""
    told = False
    seen = None
    try:
        with unlock(vault) as practice:
            told = bool(practice.warnings)
            try:
                seen = everything(practice)
            finally:
                told = told or not practice.do(verification.verify).ok
    except NotesError as error:
        assert error.exit_code == 4, error
        told = True
    return seen, told


@pytest.mark.parametrize("place", PLACES)
def test_a_flipped_byte_on_any_page_is_named(place: int, vault: Path, unlock: Callable[[Path], Practice]) -> None:
    original = (vault / "vault.db").read_bytes()
    with unlock(vault) as practice:
        true = everything(practice)
    for page in range(len(original) // PAGE_BYTES):
        content = bytearray(original)
        content[page * PAGE_BYTES + place] ^= 1 << page % 8
        (vault / "vault.db").write_bytes(content)
        seen, told = look(vault, unlock)
        assert told, f"page {page + 1}, byte {place}"
        assert seen in (None, true)


def test_a_cut_or_lengthened_database_is_named(vault: Path, unlock: Callable[[Path], Practice]) -> None:
    original = (vault / "vault.db").read_bytes()
    pages = len(original) // PAGE_BYTES
    lengths = [0, 1, 100, PAGE_BYTES - 1, *(n * PAGE_BYTES for n in range(1, pages, 5)), len(original) - 1]
    for length in lengths:
        (vault / "vault.db").write_bytes(original[:length])
        assert look(vault, unlock) == (None, True), length


def test_random_damage_never_ends_in_anything_but_an_error_with_a_name(
    vault: Path, unlock: Callable[[Path], Practice]
) -> None:
    chance = random.Random(4)
    original = (vault / "vault.db").read_bytes()
    for _ in range(40):
        content = bytearray(original)
        start = chance.randrange(len(content))
        content[start : start + chance.randrange(1, 9000)] = chance.randbytes(chance.randrange(0, 9000))
        (vault / "vault.db").write_bytes(content)
        assert look(vault, unlock)[1]


def test_a_flipped_byte_anywhere_in_the_header_is_mended_and_told_or_refused(
    vault: Path, unlock: Callable[[Path], Practice]
) -> None:
    with unlock(vault) as practice:
        true = everything(practice)
    original = (vault / "header.json").read_bytes()
    for place in range(0, len(original), 9):
        content = bytearray(original)
        content[place] ^= 1 << place % 8
        (vault / "header.json").write_bytes(content)
        (vault / "header.bak").write_bytes(original)
        seen, told = look(vault, unlock)
        assert told
        assert seen in (None, true)
        if seen is not None:
            assert (vault / "header.json").read_bytes() == original


def test_both_headers_flipped_is_refused_at_every_byte(vault: Path) -> None:
    original = (vault / "header.json").read_bytes()
    for place in range(len(original)):
        for bit in (0, 3, 7):
            content = bytearray(original)
            content[place] ^= 1 << bit
            with pytest.raises(NotesError) as raised:
                header.parse(bytes(content))
            assert raised.value.exit_code == 4
