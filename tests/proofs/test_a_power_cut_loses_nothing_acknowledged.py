"""A power cut at any moment, with anything unsynced lost, torn or out of order: what was acknowledged is there.

A scenario is played once while every write, truncation, rename, removal and flush is recorded. From the record come the
states that the disk may be in when the power goes off after each call (crash_model.py). Of every state the rows and the
end of the log are compared with what the program had written by then. Where only database and journal differ from the
vault as it was, four of five states are opened at the level of the store (the program's own engine, which rolls the
journal back); all others, and every fifth, go through the whole program's unlocking, and half of these through full
verification. Every backup that has its name is checked whole, and must hold what was acknowledged as backed up; beside
a vault that is restored, what was there before must be as it was. Distinct states are counted, by the content of all
files.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from crash_model import State, choices, write_out
from next_schema import check_up_to_date
from proof_kit import PROOF, Count, Recorded
from recording import Recording
from scenarios import ANOTHER, BACKUPS, PASSPHRASE, SCENARIOS, VAULT
from stage_kit import (
    FILES,
    KEPT,
    Seen,
    backups_in,
    check_verified,
    database_key,
    header_pair,
    passphrases,
    rows_of,
)

PARTS = 8 if PROOF else 1
"""Into how many runs each scenario is split, so that several processes share them; each records anew."""

STATES = 900
"""Distinct states of each scenario in each part of the whole proof: 17 scenarios, 8 parts, more than 100,000."""

SLICE = 10
WHOLE = 5
"""Each how-manieth state is opened by the whole program, also where the store alone would do."""


@dataclass
class Explorer:
    """Makes the states that the disk may be in after a power cut in a recorded scenario, and checks each."""

    recording: Recording
    known: dict[bytes, tuple[Seen | None, str]] = field(default_factory=dict)
    database_key: bytes = b""
    tally: Counter[str] = field(default_factory=Counter)
    headers: dict[tuple[bytes, ...], set[bytes]] = field(default_factory=dict)
    backups: dict[bytes, int] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """The vault that the scenario works on."""
        return self.recording.scene.folder

    def states(self, wanted: int, chance: random.Random) -> Iterator[tuple[int, State]]:
        """Crash states with the number of calls done before; more where more is unsynced."""
        disk, loose, events = self.recording.disk(), [], self.recording.events
        for event in events:
            disk.do(event)
            loose.append(len(disk.unsynced()))
        per_point = [min(2 ** min(n, 20), 2 + wanted * 2 * n // max(1, sum(loose))) for n in loose]
        order = list(range(1, len(events) + 1))
        if wanted < len(order):  # a slice: some of the moments, all kinds of them
            order = sorted(chance.sample(order, wanted))
        disk, done = self.recording.disk(), 0
        for at in order:
            while done < at:
                disk.do(events[done])
                done += 1
            for choose, _ in zip(
                choices(disk.unsynced(), chance, per_point[at - 1]), range(per_point[at - 1]), strict=False
            ):
                yield at, disk.state(choose)

    def check(self, at: int, state: State, number: int) -> None:
        """Open this state and compare. Raises AssertionError, and whatever the program raises."""
        assert not (other := self.recording.changed(state)), f"{other} was changed"
        self._check_backups(state, at)
        fingerprint = _fingerprint(state)
        if fingerprint not in self.known:
            if number % WHOLE and self._only_the_database(state):
                seen, key = self._open_store(state), ""
            else:
                seen, key = self._open_whole(state, at, number)
            self.known[fingerprint] = seen, key
        seen, key = self.known[fingerprint]
        assert seen in self.recording.allowed(at), (
            "something acknowledged is not there, or something is that never was written"
        )
        assert not key or key in self.recording.keys(at), (
            "an old recovery key still opens the vault after it was replaced"
        )

    def _check_backups(self, state: State, at: int) -> None:
        """Each that has its name is whole, and one holds what was acknowledged; each content is checked once."""
        lines = 0
        for name, content in state.items():
            if content is not None and name.startswith(f"{BACKUPS}/session-notes-"):
                fingerprint = _fingerprint({name: content})
                if fingerprint not in self.backups:
                    room = self.recording.room / "backup"
                    shutil.rmtree(room, ignore_errors=True)
                    write_out({BACKUPS: None, name: content}, room)
                    (self.backups[fingerprint],) = backups_in(room).values()
                    self.tally["backups checked whole"] += 1
                lines = max(lines, self.backups[fingerprint])
        assert lines >= self.recording.backed_up(at), "an acknowledged backup is not there"

    def _only_the_database(self, state: State) -> bool:
        """Whether nothing but database and journal is other than it was in a vault that was whole before."""
        inside = f"{self.folder}/"
        names = {name.removeprefix(inside) for name in state if name.startswith(inside)}
        first, second = (state.get(inside + name) for name in ("header.json", "header.bak"))
        as_before = (first, second) == header_pair(self.recording.before.place / self.folder)
        return as_before and first == second and names <= FILES | {"vault.db-journal"}

    def _open_store(self, state: State) -> Seen:
        self.tally["opened at the level of the store"] += 1
        if not self.database_key:
            self.recording.before.copy(self.recording.room / "play")
            self.database_key = database_key(self.recording.room / "play" / VAULT, self.recording.before.key)
        place = self.recording.room / "state"
        shutil.rmtree(place, ignore_errors=True)
        write_out(state, place)
        return rows_of(place / VAULT, self.database_key)

    def _open_whole(self, state: State, at: int, number: int) -> tuple[Seen | None, str]:
        self.tally["opened by the whole program"] += 1
        keys = self.recording.keys(at)
        found = self.recording.open(state, keys if number % 2 else keys[::-1])
        if not found:
            return None, ""
        assert SCENARIOS[self.recording.scenario].warns or not found.warnings, f"a false alarm: {found.warnings}"
        if self.recording.scene.newer:
            assert found.practice._engine is not None
            check_up_to_date(found.practice._engine)
        if self.tally["opened by the whole program"] % 2:
            self.tally["verified in full"] += 1
            check_verified(found.practice)
            found.practice.lock()
        else:
            found.practice.abandon()
        left = {path.name for path in (self.recording.room / "state" / self.folder).iterdir()} - FILES - KEPT
        assert not left, f"left behind: {left}"
        self._check_passphrases(state, at)
        return found.seen, found.key

    def _check_passphrases(self, state: State, at: int) -> None:
        """The old or the new passphrase opens; once the new one is acknowledged, it alone. Headers once each."""
        room = self.recording.room / "headers"
        shutil.rmtree(room, ignore_errors=True)
        write_out({name: content for name, content in state.items() if content is None or "header" in name}, room)
        pair = header_pair(room / self.folder)
        if pair == header_pair(self.recording.before.place / self.folder):
            return
        if pair not in self.headers:
            self.headers[pair] = set(passphrases(room / self.folder, self.recording.room / "tried"))
        changed = any(event.name == "passphrase" for event in self.recording.events[:at] if event.what == "a")
        assert ANOTHER in self.headers[pair] if changed else self.headers[pair], "no passphrase opens the vault"
        assert not changed or PASSPHRASE not in self.headers[pair], "the old passphrase still opens the vault"


def _fingerprint(state: State) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(state):
        content = state[path]
        digest.update(f"{path}\0{'folder' if content is None else len(content)}\0".encode())
        digest.update(content or b"")
    return digest.digest()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_was_acknowledged_is_there_after_a_power_cut_at_any_moment(
    scenario: str,
    part: int,
    proof: bool,
    count: Count,
    recorded: Recorded,
    tmp_path: Path,
) -> None:
    explorer = Explorer(recorded(scenario, 10 + part))
    wanted = STATES if proof else SLICE
    with explorer.recording.scene.program():
        for number, (at, state) in enumerate(explorer.states(wanted, random.Random(f"{scenario} {part}"))):
            try:
                explorer.check(at, state, number)
            except Exception as error:
                kept = tmp_path / "found"
                write_out(state, kept)
                call = explorer.recording.events[at - 1]
                raise AssertionError(f"after call {at} ({call.what} {call.name}): {error!r}; see {kept}") from error
    count("states of the disk after a power cut", len(explorer.known))
    for how, states in explorer.tally.items():
        count(f"states of the disk after a power cut, {how}", states)
