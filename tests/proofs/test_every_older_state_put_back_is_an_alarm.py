"""Each of many older states of a vault is put back, whole or in part, on a computer that knows the newest.

After every commit of a history of sixty the whole folder is copied, and the anchor that the computer kept. Every older
state opens for reading only and says how many lines are missing, to the line; so does its database alone among newer
files. The newest is no alarm, nor is an anchor that a crash left one commit behind, at any point of the history.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from proof_kit import PROOF, Count
from scenarios import RECOVERY, VAULT, foreseen, make_vault
from stage_kit import check_verified

from notes.errors import RolledBack, WrongKey
from notes.practice import anchoring, opening
from notes.practice.practice import Practice
from notes.practice.surroundings import Surroundings
from notes.record import clients, progress_notes, reading
from notes.vault import anchor
from notes.vault.slots import Secret

COMMITS, TRIED = (60, 60) if PROOF else (24, 6)
EACH = 12 if PROOF else 2
"""Mixtures for each state tried."""

DATABASE, DOOR = "vault.db", ("locked.log", "locked.state")


@dataclass(frozen=True)
class State:
    """The folder as it was after a commit, the anchors then, and how many lines its log has."""

    folder: Path
    anchors: Path
    lines: int


@dataclass(frozen=True)
class Computer:
    """A computer that knows the newest state of the vault, and somebody who has all that were before."""

    room: Path
    vault_id: str
    states: list[State]

    def put(self, folder: Path, anchors: Path) -> None:
        """The vault and what this computer remembers of it, as they were."""
        for name, source in ((VAULT, folder), ("remembered", anchors)):
            shutil.rmtree(self.room / name, ignore_errors=True)
            shutil.copytree(source, self.room / name)

    def unlock(self) -> Practice:
        """On this computer."""
        return unlock(self.room, RECOVERY, replace(around(self.room), random_bytes=os.urandom))

    def check_alarm(self, here: int) -> None:
        """Opening what was put is an alarm with the right number of missing lines, each time, and for reading only."""
        known = self.states[-1].lines
        remembered = anchor.place(self.room / "remembered", self.vault_id).read_bytes()
        for again in range(2):  # the second time with the lines that the first opening wrote
            with self.unlock() as practice:
                rollback = practice._standing.rollback
                assert rollback is not None, "an older state was put back, and nobody was told"
                assert rollback.known == known
                if not again:
                    assert rollback.here == here
                    missing = f"{known - here:,} line{'s are' if known - here > 1 else ' is'} missing"
                    assert any(missing in warning for warning in practice.warnings), practice.warnings
                assert practice.do(reading.list_notes) is not None
                with pytest.raises(RolledBack):
                    practice.do(clients.create, "Somebody New")
        assert anchor.place(self.room / "remembered", self.vault_id).read_bytes() == remembered

    def told(self) -> list[str]:
        """What is said when the vault is opened, and everything in it holds."""
        with self.unlock() as practice:
            assert practice._standing.rollback is None, "a false alarm"
            check_verified(practice)
            return practice.warnings


def around(room: Path) -> Surroundings:
    return replace(foreseen(50), state=room / "remembered")


def unlock(room: Path, key: bytes, surroundings: Surroundings) -> Practice:
    return opening.unlock(room / VAULT, Secret("recovery", bytearray(key)), surroundings=surroundings)


@pytest.fixture(scope="module")
def computer(tmp_path_factory: pytest.TempPathFactory) -> Computer:
    """A history: writing, reading, signing, sittings that end or are cut off, and failed attempts between them."""
    room = tmp_path_factory.mktemp("history")
    make_vault(room)
    states: list[State] = []

    def keep(practice: Practice) -> None:
        place = room / "kept" / str(len(states))
        shutil.copytree(room / VAULT, place / "vault", ignore=shutil.ignore_patterns("lock"))
        shutil.copytree(room / "remembered", place / "remembered")
        states.append(State(place / "vault", place / "remembered", practice._standing.end.seq))

    for number, practice in enumerate(_sittings(room)):
        _work(practice, number)
        keep(practice)
        if len(states) == COMMITS:
            practice.lock()
            keep(practice)
            return Computer(room, practice.vault_id, states)
    raise AssertionError


def _sittings(room: Path) -> Iterator[Practice]:
    """The practice for each commit: the same for up to five of them, then unlocked anew."""
    chance, surroundings = random.Random(3), around(room)
    while True:
        practice = unlock(room, RECOVERY, surroundings)
        for _ in range(chance.randint(1, 5)):
            yield practice
        practice.lock() if chance.random() < 0.7 else practice.abandon()
        for _ in range(chance.randrange(3)):
            with contextlib.suppress(WrongKey):
                unlock(room, bytes(20), surroundings)


def _work(practice: Practice, number: int) -> None:
    do = practice.do
    if number % 4 == 0:
        do(clients.create, f"Client {number}")
    elif number % 4 == 1:
        do(clients.open, "Ada Quillfeather")
    elif number % 4 == 2:
        do(progress_notes.create, "Ada Quillfeather", "free", f"Sitting {number}. " * 9, "2026-03-09T10:00")
    else:
        do(progress_notes.sign, do(reading.list_notes, status="draft")[0].id)


def tried(computer: Computer) -> list[State]:
    """All older states, or some of them and the last before the newest."""
    older = computer.states[:-1]
    return older if len(older) <= TRIED else [*random.Random(1).sample(older[:-1], TRIED - 1), older[-1]]


def test_every_older_state_put_back_is_an_alarm_that_counts_the_missing_lines(computer: Computer, count: Count) -> None:
    newest = computer.states[-1]
    for state in tried(computer):
        computer.put(state.folder, newest.anchors)
        computer.check_alarm(state.lines)
    count("older states of a whole vault put back, each an alarm", len(tried(computer)))


def test_the_newest_state_is_no_alarm(computer: Computer) -> None:
    computer.put(computer.states[-1].folder, computer.states[-1].anchors)
    assert computer.told() == []


def test_an_anchor_left_behind_by_a_crash_is_no_alarm(computer: Computer, count: Count) -> None:
    """The commit is on the disk, the line of the anchor is not: at every point of the history."""
    pairs = [(a, b) for a, b in zip(computer.states, computer.states[1:], strict=False)]
    for before, after in pairs if PROOF else random.Random(2).sample(pairs, TRIED):
        computer.put(after.folder, before.anchors)
        assert anchoring.NOT_ANCHORED not in computer.told()
    count("anchors left one commit behind, none an alarm", len(pairs) if PROOF else TRIED)


def test_an_older_database_among_newer_files_is_an_alarm_and_an_older_record_of_attempts_is_told(
    computer: Computer, count: Count
) -> None:
    """Database and record of attempts, each of any state; the rest of the folder is the newest."""
    chance, newest, mixed = random.Random(4), computer.states[-1], 0
    for state in tried(computer):
        for door in [newest, *chance.sample(computer.states, EACH - 1)]:
            computer.put(newest.folder, newest.anchors)
            _copy(state.folder, computer.room / VAULT, (DATABASE, f"{DATABASE}-journal"))
            _copy(door.folder, computer.room / VAULT, DOOR)
            computer.check_alarm(state.lines)
            mixed += 1
        computer.put(newest.folder, newest.anchors)
        _copy(state.folder, computer.room / VAULT, DOOR)
        same = all(_content(state.folder / name) == _content(newest.folder / name) for name in DOOR)
        assert same == (computer.told() == []), "an older record of attempts was put back, and nobody was told"
        mixed += 1
    count("older databases and records of attempts mixed, each an alarm", mixed)


def _copy(source: Path, target: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (target / name).unlink(missing_ok=True)
        if (source / name).exists():
            shutil.copy(source / name, target / name)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
