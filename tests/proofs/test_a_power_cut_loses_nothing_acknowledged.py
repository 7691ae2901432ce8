"""A power cut at any moment, with anything unsynced lost, torn or out of order: what was acknowledged is there.

A scenario is played once while every write, truncation, rename, removal and flush is recorded. From the record come the
states that the disk may be in when the power goes off after each call (crash_model.py). Every state is opened by the
whole program, with its rows and the end of its log compared with what the program had written by then; every fourth
one is also verified in full. Distinct states are counted, by the content of all files.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import PROOF, Count
from crash_model import Disk, Event, State, choices, read_record, write_out
from scenarios import ANOTHER, PASSPHRASE, SCENARIOS, VAULT
from stage_kit import FILES, Beginning, Look, Seen, Server, check_verified, commits, look

from notes.errors import WrongKey
from notes.vault import vault as vaults
from notes.vault.slots import Secret

PARTS = 8 if PROOF else 1
"""Into how many runs each scenario is split, so that several processes share them; each records anew."""

STATES = 900
"""Distinct states of each scenario in each part of the whole proof: 14 scenarios, 8 parts, more than 100,000."""

SLICE = 14
EVERY = 4
"""Each how-manieth state is verified in full."""


@dataclass
class Explorer:
    """A recorded scenario and what may be found after a power cut in it."""

    scenario: str
    before: Beginning
    events: list[Event]
    room: Path
    snapshots: list[tuple[int, Seen | None]] = field(default_factory=list)
    known: dict[bytes, tuple[Seen | None, str]] = field(default_factory=dict)
    headers: dict[tuple[bytes, bytes], set[bytes]] = field(default_factory=dict)

    def disk(self) -> Disk:
        """The disk as it was before the scenario, seen under the path it was recorded at."""
        self.before.copy(self.room / "play")
        return Disk(self.room / "play")

    def open(self, state: State, keys: list[str]) -> Look | None:
        """Put the state on a disk and open it; None where there is no vault at all."""
        place = self.room / "state"
        shutil.rmtree(place, ignore_errors=True)
        write_out(state, place)
        there = any((place / VAULT / name).exists() for name in ("header.json", "header.bak"))
        return look(place / VAULT, keys) if there else None

    def keys(self, at: int) -> list[str]:
        """The recovery keys that the owner may have to try: the first one and those shown since; once done, the last."""
        shown = [event.name for event in self.events[:at] if event.what == "d"]
        if shown and any(event.what == "a" for event in self.events[self._shown() : at]):
            return shown[-1:]
        return [self.before.key, *shown]

    def _shown(self) -> int:
        return next(n for n, event in enumerate(self.events) if event.what == "d")

    def _first_headers(self) -> tuple[bytes, ...]:
        names = (self.before.place / VAULT / name for name in ("header.json", "header.bak"))
        return tuple(path.read_bytes() if path.exists() else b"" for path in names)

    def find_snapshots(self) -> None:
        """What the vault held after each commit, as the program finds it when nothing at all is lost."""
        disk = self.disk()
        for at in range(len(self.events) + 1):
            if at:
                disk.do(self.events[at - 1])
            if at in (0, len(self.events)) or commits(self.events[at - 1]):
                for keys in (self.keys(at), self.keys(at)[::-1]):
                    found = self.open(disk.seen(), keys)
                    seen = found.seen if found else None
                    if found:
                        found.practice.abandon()
                    if seen not in [known for _, known in self.snapshots]:
                        self.snapshots.append((at, seen))

    def allowed(self, at: int) -> list[Seen | None]:
        """What may be found when the power goes off after `at` calls: from the last acknowledged to the last begun."""
        last = max((n for n in range(at) if self.events[n].what == "a"), default=0)
        promised = max(n for n, (since, _) in enumerate(self.snapshots) if since <= last)
        begun = max(n for n, (since, _) in enumerate(self.snapshots) if since <= at)
        return [seen for _, seen in self.snapshots[promised : begun + 1]]

    def states(self, wanted: int, chance: random.Random) -> Iterator[tuple[int, State]]:
        """Crash states with the number of calls done before; more where more is unsynced."""
        disk, loose = self.disk(), []
        for event in self.events:
            disk.do(event)
            loose.append(len(disk.unsynced()))
        per_point = [min(2 ** min(n, 20), 2 + wanted * 2 * n // max(1, sum(loose))) for n in loose]
        order = list(range(1, len(self.events) + 1))
        if wanted < len(order):  # a slice: some of the moments, all kinds of them
            order = sorted(chance.sample(order, wanted))
        disk, done = self.disk(), 0
        for at in order:
            while done < at:
                disk.do(self.events[done])
                done += 1
            for choose, _ in zip(
                choices(disk.unsynced(), chance, per_point[at - 1]), range(per_point[at - 1]), strict=False
            ):
                yield at, disk.state(choose)

    def check(self, at: int, state: State, number: int) -> None:
        """Open this state and compare. Raises AssertionError, and whatever the program raises."""
        fingerprint = _fingerprint(state)
        if fingerprint not in self.known:
            keys = self.keys(at)
            found = self.open(state, keys if number % 2 else keys[::-1])
            self.known[fingerprint] = (found.seen if found else None, found.key if found else "")
            if found:
                self._check_open(found, number)
                self._check_passphrases(state, at)
        seen, key = self.known[fingerprint]
        assert seen in self.allowed(at), "something acknowledged is not there, or something is that never was written"
        assert not key or key in self.keys(at), "an old recovery key still opens the vault after it was replaced"

    def _check_open(self, found: Look, number: int) -> None:
        assert SCENARIOS[self.scenario].warns or not found.warnings, f"a false alarm: {found.warnings}"
        if number % EVERY == 0:
            check_verified(found.practice)
            found.practice.lock()
        else:
            found.practice.abandon()
        left = {path.name for path in (self.room / "state" / VAULT).iterdir()} - FILES
        assert not left, f"left behind: {left}"

    def _check_passphrases(self, state: State, at: int) -> None:
        """The old or the new passphrase opens; once the new one is acknowledged, it alone. Once for each pair of headers."""
        pair = tuple(state.get(f"{VAULT}/{name}") or b"" for name in ("header.json", "header.bak"))
        if pair == self._first_headers():
            return
        if pair not in self.headers:
            opened = set()
            for passphrase in (PASSPHRASE, ANOTHER):
                place = self.room / "headers"
                shutil.rmtree(place, ignore_errors=True)
                write_out({name.removeprefix(VAULT + "/"): state[name] for name in state if "header" in name}, place)
                try:
                    vaults.unlock(place, Secret("passphrase", bytearray(passphrase))).close()
                    opened.add(passphrase)
                except WrongKey:
                    pass
            self.headers[pair] = opened
        changed = any(event.name == "passphrase" for event in self.events[:at] if event.what == "a")
        assert ANOTHER in self.headers[pair] if changed else self.headers[pair], "no passphrase opens the vault"
        assert not changed or PASSPHRASE not in self.headers[pair], "the old passphrase still opens the vault"


def _fingerprint(state: State) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(state):
        content = state[path]
        digest.update(f"{path}\0{'folder' if content is None else len(content)}\0".encode())
        digest.update(content or b"")
    return digest.digest()


def record(scenario: str, seed: int, begun: dict[str, Beginning], server: Server, room: Path) -> Explorer:
    """Play the scenario once and keep what it did."""
    before, play, written = begun[SCENARIOS[scenario].begins], room / "play", room / "record"
    before.copy(play)
    ended = server.play(scenario=scenario, place=play, told=room / "told", record=written, seed=seed, key=before.key)
    assert ended.get("code") == 0, ended
    explorer = Explorer(scenario, before, read_record(written), room)
    written.unlink()
    return explorer


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_what_was_acknowledged_is_there_after_a_power_cut_at_any_moment(
    scenario: str,
    part: int,
    proof: bool,
    count: Count,
    begun: dict[str, Beginning],
    server: Server,
    tmp_path: Path,
) -> None:
    explorer = record(scenario, 10 + part, begun, server, tmp_path)
    explorer.find_snapshots()
    wanted = STATES if proof else SLICE
    for number, (at, state) in enumerate(explorer.states(wanted, random.Random(f"{scenario} {part}"))):
        try:
            explorer.check(at, state, number)
        except Exception as error:
            kept = tmp_path / "found"
            write_out(state, kept)
            call = explorer.events[at - 1]
            raise AssertionError(f"after call {at} ({call.what} {call.name}): {error!r}; see {kept}") from error
    count("states of the disk after a power cut, each opened", len(explorer.known))
