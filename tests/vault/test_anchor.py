"""The anchor's file: a line for every commit, each sealed, and the newest that is whole counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from notes.errors import NotWritable
from notes.vault import anchor
from notes.vault.anchor import Anchor

KEY, VAULT = b"k" * 32, "ab" * 16


def line(seq: int) -> Anchor:
    return Anchor(seq, f"{seq:064x}", "2026-03-02T09:00:00.000Z")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = anchor.place(tmp_path, VAULT)
    for seq in range(1, 6):
        anchor.write(place, KEY, VAULT, line(seq))
    return place


def test_the_newest_line_counts(path: Path) -> None:
    assert anchor.read(path, KEY, VAULT) == line(5)


def test_no_file_is_no_anchor(tmp_path: Path) -> None:
    assert anchor.read(tmp_path / "nothing", KEY, VAULT) is None


@pytest.mark.parametrize("cut", range(2, 200, 23))
def test_a_line_that_a_crash_cut_short_leaves_the_one_before(cut: int, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-cut])
    assert anchor.read(path, KEY, VAULT) == line(4)
    anchor.write(path, KEY, VAULT, line(6))
    anchor.write(path, KEY, VAULT, line(7))
    assert anchor.read(path, KEY, VAULT) == line(7)


def test_every_flipped_byte_of_the_last_line_puts_it_out(path: Path) -> None:
    content = path.read_bytes()
    start = content[:-1].rindex(b"\n") + 1
    for place in range(start, len(content) - 1):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert anchor.read(path, KEY, VAULT) == line(4), place


@pytest.mark.parametrize(("key", "vault"), [(b"j" * 32, VAULT), (KEY, "cd" * 16)])
def test_another_vaults_line_is_none(key: bytes, vault: str, path: Path) -> None:
    assert anchor.read(path, key, vault) is None


def test_the_file_stays_small(path: Path) -> None:
    for seq in range(6, 1200):
        anchor.write(path, KEY, VAULT, line(seq))
    assert path.stat().st_size <= anchor.LONGEST + 300
    assert anchor.read(path, KEY, VAULT) == line(1199)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[]\n", b"\xff\n", b"{}\n", b'{"mac":1}\n', b"[" * 9000])
def test_a_file_of_anything_is_no_anchor(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    assert anchor.read(path, KEY, VAULT) is None


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / anchor.FOLDER).write_text("a file where the folder should be")
    with pytest.raises(NotWritable):
        anchor.write(anchor.place(tmp_path, VAULT), KEY, VAULT, line(1))
