"""Every byte of every file of a vault of more than 256 kB, flipped: reported with its place, and nothing reads other.

Every byte of the database is flipped, one place on all pages at a time, and SQLCipher's check, which the program asks,
must name all of them. Then single bytes, all of page 1 and a large sample of the others, go through the whole program:
unlocking or `verify` names the page, and what can be read is as it was. Every byte of each header copy is flipped too.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from proof_kit import PROOF, Count
from scenarios import RECOVERY, VAULT, Stage, make_vault
from stage_kit import Seen, database_key, header_pair, look

from notes.errors import NotesError
from notes.practice import verification
from notes.record import progress_notes
from notes.store.engine import PAGE_BYTES
from notes.vault import header

SMALLEST = 256 * 1024
SALT = 16
"""Bytes at the start of the file that go into the seal of every page: flipped, all pages fail, as under another key."""

PARTS = 4 if PROOF else 1
SINGLES = 12_000 if PROOF else 40


@dataclass
class Large:
    """A vault of more than 256 kB, what it holds, and the raw key of its database."""

    folder: Path
    database: bytes
    headers: tuple[bytes, ...]
    seen: Seen
    key: bytes

    @property
    def pages(self) -> int:
        """How many pages the database has."""
        return len(self.database) // PAGE_BYTES


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Large]:
    """Notes, signed and not, and pages that are free because a long draft was thrown away."""
    place = tmp_path_factory.mktemp("large")
    make_vault(place)
    vault, number = place / VAULT, 0
    with Stage(place, lambda *_: None, 2).unlock() as practice:
        gone = practice.do(progress_notes.create, "Ada Quillfeather", "free", "A long draft. " * 1500)
        while (vault / "vault.db").stat().st_size < SMALLEST:
            number += 1
            text = f"Note {number} on many things. " * 150
            note = practice.do(progress_notes.create, "Ada Quillfeather", "free", text)
            if number % 2:
                practice.do(progress_notes.sign, note.id)
        practice.do(progress_notes.discard, gone.id)
    database, headers = (vault / "vault.db").read_bytes(), header_pair(vault)
    key = database_key(vault, RECOVERY.hex())
    found = look(vault, [RECOVERY.hex()])
    found.practice.abandon()
    yield Large(vault, database, headers, found.seen, key)
    shutil.rmtree(place)


def restore(large: Large) -> None:
    """The vault as it was."""
    for left in large.folder.glob("vault.db*"):
        left.unlink()
    for name, content in zip(header.NAMES, large.headers, strict=True):
        (large.folder / name).write_bytes(content)
    (large.folder / "vault.db").write_bytes(large.database)


def flipped(content: bytes, *places: int) -> bytes:
    """The content with one bit of each of these bytes turned, another one for each place."""
    changed = bytearray(content)
    for place in places:
        changed[place] ^= 1 << (place + place // PAGE_BYTES) % 8
    return bytes(changed)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_byte_of_the_database_is_under_its_pages_seal(
    part: int, large: Large, tmp_path: Path, count: Count
) -> None:
    """Pages are sealed one by one, so one byte of each page can be flipped at a time: one check, every page named."""
    path = tmp_path / "vault.db"
    offsets = range(part, PAGE_BYTES, PARTS) if PROOF else random.Random(7).sample(range(PAGE_BYTES), 48)
    for offset in offsets:
        path.write_bytes(flipped(large.database, *range(offset, len(large.database), PAGE_BYTES)))
        connection = sqlcipher.connect(str(path), isolation_level=None)
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.set_key(bytearray(b"x'" + large.key.hex().encode() + b"'"))
        told = [int(row[0].rsplit(" ", 1)[-1]) for row in connection.execute("PRAGMA cipher_integrity_check")]
        connection.close()
        assert told == list(range(1, large.pages + 1)), f"byte {offset} of a page"
        count("bytes of the database flipped, and their page named", len(told))


def reported(large: Large) -> tuple[str, Seen | None]:
    """All that was said about what is wrong, and what could be read. Anything but NotesError goes up: it is a bug."""
    try:
        found = look(large.folder, [RECOVERY.hex()])
    except NotesError as error:
        assert error.exit_code in (3, 4), error
        return f"{error.what} {error.why}", None
    try:
        said = [
            f"{problem.what} {problem.where} {problem.detail}"
            for problem in found.practice.do(verification.verify).problems
        ]
    except NotesError as error:
        assert error.exit_code == 4, error
        said = [f"{error.what} {error.why}"]
    finally:
        found.practice.abandon()
    return " ".join([*found.warnings, *said]), found.seen


@pytest.mark.parametrize("part", range(PARTS))
def test_a_flipped_byte_is_named_by_the_program_and_nothing_reads_other(part: int, large: Large, count: Count) -> None:
    chance = random.Random(f"flips {part}")
    first = range(part, PAGE_BYTES, PARTS) if PROOF else random.Random(8).sample(range(PAGE_BYTES), 12)
    others = [chance.randrange(PAGE_BYTES, len(large.database)) for _ in range(SINGLES // PARTS)]
    for place in (*first, *others):
        restore(large)
        (large.folder / "vault.db").write_bytes(flipped(large.database, place))
        said, seen = reported(large)
        page = place // PAGE_BYTES + 1
        whole = place < SALT and "vault.db" in said
        assert whole or f"age {page}" in said, f"byte {place}, page {page}: {said!r}"
        assert seen in (None, large.seen), f"byte {place}: other rows were read"
    restore(large)
    count("bytes of the database flipped, one at a time, through the whole program", len(first) + len(others))


@pytest.mark.parametrize("name", header.NAMES)
def test_every_byte_of_one_header_copy_is_told_and_mended(name: str, large: Large, count: Count) -> None:
    content = large.headers[header.NAMES.index(name)]
    places = range(len(content)) if PROOF else range(5, len(content), 60)
    for place in places:
        restore(large)
        (large.folder / name).write_bytes(flipped(content, place))
        said, seen = reported(large)
        assert name in said, f"byte {place} of {name}: {said!r}"
        assert seen == large.seen
        assert (large.folder / name).read_bytes() != flipped(content, place), "it was not mended"
    restore(large)
    count("bytes of one header copy flipped, told and mended", len(places))


def test_both_header_copies_flipped_are_refused_at_every_bit(large: Large, count: Count) -> None:
    content = large.headers[0]
    bits = [(place, bit) for place in range(len(content)) for bit in range(8)]
    for place, bit in bits if PROOF else bits[::31]:
        changed = bytearray(content)
        changed[place] ^= 1 << bit
        with pytest.raises(NotesError) as raised:
            header.parse(bytes(changed))
        assert raised.value.exit_code == 4
    count("bits of both header copies flipped and refused", len(bits if PROOF else bits[::31]))
