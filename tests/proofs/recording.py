"""A scenario played once under the shim, with all it did to the disk: what the vault held after each commit."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from crash_model import Disk, Event, State, read_record, write_out
from scenarios import SCENARIOS, VAULT, Scenario
from stage_kit import Beginning, Look, Seen, Server, backups_in, commits, look


@dataclass
class Recording:
    """A recorded scenario and what a vault may hold that it was cut short in."""

    scenario: str
    before: Beginning
    events: list[Event]
    room: Path
    kinds: list[int]
    snapshots: list[tuple[int, Seen | None]] = field(default_factory=list)
    backups: list[tuple[int, int]] = field(default_factory=list)
    """(after so many calls, so many lines of the log are promised to be in some backup)."""

    @property
    def scene(self) -> Scenario:
        """What was played."""
        return SCENARIOS[self.scenario]

    def disk(self) -> Disk:
        """The disk as it was before the scenario, seen under the path it was recorded at."""
        self.before.copy(self.room / "play")
        return Disk(self.room / "play")

    def open(self, state: State, keys: list[str]) -> Look | None:
        """Put the state on a disk and open it; None where there is no vault at all."""
        place = self.room / "state"
        shutil.rmtree(place, ignore_errors=True)
        write_out(state, place)
        vault = place / self.scene.folder
        there = any((vault / name).exists() for name in ("header.json", "header.bak"))
        return look(vault, keys) if there else None

    def keys(self, at: int) -> list[str]:
        """The recovery keys that the owner may have to try: the first and those shown since; once done, the last."""
        shown = [event.name for event in self.events[:at] if event.what == "d"]
        if shown and any(event.what == "a" for event in self.events[self._shown() : at]):
            return shown[-1:]
        return [self.before.key, *shown]

    def _shown(self) -> int:
        return next(n for n, event in enumerate(self.events) if event.what == "d")

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

    def find_backups(self) -> None:
        """What was in the newest backup at each step that was acknowledged."""
        disk = self.disk()
        for at, event in enumerate(self.events, 1):
            disk.do(event)
            if event.what == "a":
                shutil.rmtree(self.room / "state", ignore_errors=True)
                write_out(disk.seen(), self.room / "state")
                self.backups.append((at, max(backups_in(self.room / "state").values(), default=0)))

    def backed_up(self, at: int) -> int:
        """How many lines of the log must be in some backup after `at` calls."""
        return max((lines for since, lines in self.backups if since <= at), default=0)

    def changed(self, state: State) -> set[str]:
        """Which of the files there were before, outside the vault that was worked on, are not as they were."""
        if self.scene.folder == VAULT:
            return set()
        before = {str(path.relative_to(self.before.place)): path for path in self.before.place.rglob("*")}
        return {
            name
            for name, path in before.items()
            if path.is_file() and path.name != "lock" and state.get(name) != path.read_bytes()
        }

    def allowed(self, at: int) -> list[Seen | None]:
        """What may be found when the power goes off after `at` calls: from the last acknowledged to the last begun."""
        last = max((n for n in range(at) if self.events[n].what == "a"), default=0)
        promised = max(n for n, (since, _) in enumerate(self.snapshots) if since <= last)
        begun = max(n for n, (since, _) in enumerate(self.snapshots) if since <= at)
        return [seen for _, seen in self.snapshots[promised : begun + 1]]

    def rows_after(self, acknowledged: int) -> set[str | None]:
        """The rows there may be when so many steps are acknowledged and the next one was perhaps being done."""
        acks = [0, *(n for n, event in enumerate(self.events) if event.what == "a"), len(self.events)]
        promised = max(n for n, (since, _) in enumerate(self.snapshots) if since <= acks[acknowledged])
        following = min(acknowledged + 1, len(acks) - 1)
        return {seen and seen.rows for since, seen in self.snapshots[promised:] if since <= acks[following]}

    def check_acknowledged(self) -> None:
        """Every step had been written, and could be found again, before it was acknowledged."""
        before = 0
        for at, event in enumerate(self.events):
            if event.what == "a":
                written = max(n for n, (since, _) in enumerate(self.snapshots) if since <= at)
                assert written > before, f"{event.name} was acknowledged before it was written"
                before = written


def record(scenario: str, seed: int, begun: dict[str, Beginning], server: Server, room: Path) -> Recording:
    """Play the scenario once and keep what it did."""
    before, play, written = begun[SCENARIOS[scenario].begins], room / "play", room / "record"
    before.copy(play)
    ended = server.play(scenario=scenario, place=play, told=room / "told", record=written, seed=seed, key=before.key)
    assert ended.get("code") == 0, ended
    kinds = [int(kind) for kind in dict(ended["told"])["k"].split()]
    recording = Recording(scenario, before, read_record(written), room, kinds)
    written.unlink()
    with recording.scene.program():
        recording.find_snapshots()
    recording.find_backups()
    recording.check_acknowledged()
    return recording
