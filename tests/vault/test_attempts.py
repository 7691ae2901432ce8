"""The record of attempts on the locked vault: sealed, and nothing in it can be changed, removed or put back."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from notes.errors import DiskFull
from notes.vault import attempts
from notes.vault.attempts import LOG, RECORD_BYTES, STATE, Found, Start

VAULT = "ab" * 16
SOURCE = random.Random(8)
PRIVATE, PUBLIC = attempts.generate(SOURCE.randbytes)
START = Start(7, SOURCE.randbytes(32))
COUNT = 5


def told(number: int) -> dict[str, str]:
    return {
        "at": "2026-03-02T09:00:00.000Z",
        "user": "somebody",
        "host": f"computer {number}",
        "face": "terminal",
        "with": "passphrase",
        "why": "WrongKey",
    }


def add(folder: Path, number: int) -> None:
    attempts.record(folder, VAULT, PUBLIC.hex(), told(number), SOURCE.randbytes)


def read(folder: Path, start: Start = START) -> Found:
    return attempts.read(folder, VAULT, PRIVATE, start)


@pytest.fixture
def door(tmp_path: Path) -> Path:
    """A folder with the record of five attempts."""
    attempts.begin(tmp_path, VAULT, START)
    for number in range(COUNT):
        add(tmp_path, number)
    return tmp_path


def test_attempts_are_read_as_they_were_told(door: Path) -> None:
    found = read(door)
    assert [(a.number, a.told) for a in found.attempts] == [(7 + n, told(n)) for n in range(COUNT)]
    assert (found.problem, found.unverified, found.end.number) == ("", 0, 12)


def test_no_attempt_is_no_problem(tmp_path: Path) -> None:
    attempts.begin(tmp_path, VAULT, START)
    assert read(tmp_path) == Found([], START)


def test_nothing_of_an_attempt_is_readable_and_all_are_alike_in_length(door: Path) -> None:
    content = (door / LOG).read_bytes() + (door / STATE).read_bytes()
    assert not [word for word in (b"somebody", b"computer", b"WrongKey", b"2026") if word in content]
    assert (door / LOG).stat().st_size == COUNT * RECORD_BYTES
    attempts.record(door, VAULT, PUBLIC.hex(), {**told(1), "user": "Ж" * 300, "host": "界" * 300}, SOURCE.randbytes)
    assert (door / LOG).stat().st_size == (COUNT + 1) * RECORD_BYTES
    assert read(door).attempts[-1].told["user"].startswith("ЖЖЖ")


def test_every_flipped_byte_of_the_records_is_noticed(door: Path) -> None:
    content = (door / LOG).read_bytes()
    for place in range(len(content)):
        (door / LOG).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        found = read(door)
        assert found.problem, place
        assert len(found.attempts) == place // RECORD_BYTES


def test_every_flipped_byte_of_the_state_is_noticed_or_says_the_same(door: Path) -> None:
    content = (door / STATE).read_bytes()
    for place in range(len(content) - 1):
        (door / STATE).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        found = read(door)
        assert len(found.attempts) == COUNT
        version = content.index(b'"v":1')
        assert found.problem or version <= place <= version + 4, place


def lost(records: list[bytes], place: int) -> list[bytes]:
    return records[:place] + records[place + 1 :]


def doubled(records: list[bytes], place: int) -> list[bytes]:
    return [*records[: place + 1], *records[place:]]


def swapped(records: list[bytes], place: int) -> list[bytes]:
    other = (place + 1) % COUNT
    changed = list(records)
    changed[place], changed[other] = records[other], records[place]
    return changed


def cut(records: list[bytes], place: int) -> list[bytes]:
    return records[:place]


@pytest.mark.parametrize("attack", [lost, doubled, swapped, cut])
@pytest.mark.parametrize("place", range(COUNT))
def test_records_lost_doubled_swapped_or_cut_off_are_noticed(
    attack: Callable[[list[bytes], int], list[bytes]], place: int, door: Path
) -> None:
    content = (door / LOG).read_bytes()
    records = [content[n * RECORD_BYTES : (n + 1) * RECORD_BYTES] for n in range(COUNT)]
    (door / LOG).write_bytes(b"".join(attack(records, place)))
    assert read(door).problem


def test_an_older_state_with_its_records_is_noticed_once_the_vault_was_opened_since(door: Path, tmp_path: Path) -> None:
    shutil.copytree(door, tmp_path / "older")
    following = Start(read(door).end.number, SOURCE.randbytes(32))
    attempts.begin(door, VAULT, following)
    add(door, 9)
    assert len(read(door, following).attempts) == 1
    for name in (LOG, STATE):
        shutil.copy(tmp_path / "older" / name, door / name)
    assert read(door, following).problem


def test_a_removed_state_is_noticed_and_further_attempts_are_recorded_all_the_same(door: Path) -> None:
    (door / STATE).unlink()
    assert "missing" in read(door).problem
    add(door, 9)
    found = read(door)
    assert found.problem
    assert found.unverified == 1


def test_a_record_of_another_vault_does_not_count(door: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    attempts.begin(other, "cd" * 16, START)
    attempts.record(other, "cd" * 16, PUBLIC.hex(), told(0), SOURCE.randbytes)
    for name in (LOG, STATE):
        shutil.copy(other / name, door / name)
    assert read(door).problem


@pytest.mark.parametrize("left", range(0, RECORD_BYTES, 43))
def test_a_crash_while_a_record_is_written_is_no_alarm(left: int, door: Path) -> None:
    state = (door / STATE).read_bytes()
    add(door, COUNT)
    (door / STATE).write_bytes(state)  # the record, or a part of it, is there; the state was not written any more
    with (door / LOG).open("r+b") as file:
        file.truncate(COUNT * RECORD_BYTES + left)
    assert not read(door).problem
    add(door, 99)
    found = read(door)
    assert (found.problem, len(found.attempts), found.attempts[-1].told) == ("", COUNT + 1, told(99))


def test_a_crash_between_record_and_state_keeps_the_record(door: Path) -> None:
    state = (door / STATE).read_bytes()
    add(door, COUNT)
    (door / STATE).write_bytes(state)
    assert (read(door).problem, len(read(door).attempts)) == ("", COUNT + 1)
    add(door, 99)
    assert (read(door).problem, len(read(door).attempts)) == ("", COUNT + 2)


def test_records_that_were_taken_in_before_are_passed_over(door: Path) -> None:
    """A crash after taking them in leaves them there, under the old chain, which goes on."""
    end = read(door).end
    assert read(door, end) == Found([], end)
    add(door, 99)
    assert [attempt.told for attempt in read(door, end).attempts] == [told(99)]


def test_a_full_disk_is_said(door: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(DiskFull):
        add(door, 99)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff\xfe", b"null", b'{"v":1}', b"{" * 1000])
def test_a_state_of_anything_is_a_problem_and_no_crash(content: bytes, door: Path) -> None:
    (door / STATE).write_bytes(content)
    assert read(door).problem
    add(door, 9)


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b"[1]",
        b"null",
        b"7",
        b'{"at":1}',
        b'"at"',
        b"\xff",
        b"[" * 250,
        *(json.dumps({**told(1), name: value}).encode() for name, value in (("at", "never"), ("at", 7), ("more", "x"))),
    ],
)
def test_a_record_forged_by_somebody_who_read_the_state_is_a_problem_and_no_crash(
    text: bytes, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key of the next record lies in the folder, and the public key in the header: anybody can add one."""
    with monkeypatch.context() as patch:
        patch.setattr(attempts.keys, "canonical", lambda value: text if "why" in value else real(value))
        add(door, 9)
    found = read(door)
    assert found.problem
    assert len(found.attempts) == COUNT


real = attempts.keys.canonical
