"""kill -9 at any moment while somebody types in the window: what was typed until two seconds before is there.

A child of its own runs the whole window, off screen, and types without ever pausing; it tells each key, and each save
that the window acknowledges. After a random time it is killed, and the vault is opened as if nothing had happened: the
draft is the text of the round up to some key, or, where nothing was saved yet, the text before. It is never less than
what was acknowledged, and never misses what was typed more than two seconds before the kill. A machine that stood still
meanwhile is allowed that long more, as its own keys tell; how often it did is counted apart.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from proof_kit import PROOF, Count
from scenarios import RECOVERY, VAULT, make_vault
from stage_kit import FILES, HERE, KEPT, check_verified, look
from typing_child import text_of

import notes
from notes.record import reading

KILLS = 300 if PROOF else 4
AT_MOST = 2.0
"""Seconds of typing that may be lost."""
LONGEST = 4.0
"""Seconds of typing until a child is killed, at the most."""
STOOD_STILL = 0.25
"""Seconds between two keys from which on the machine is said to have stood still."""


@dataclass
class Round:
    """What one child told before it was killed."""

    killed: float = 0.0
    keys: list[tuple[int, float]] = field(default_factory=list)
    saved: list[tuple[int, float]] = field(default_factory=list)

    def typed_until(self, moment: float) -> int:
        return max((number for number, at in self.keys if at <= moment), default=0)

    def stall(self) -> float:
        """The time for which the child did nothing though there were keys to press, in its last four seconds."""
        times = [at for _, at in self.keys if at >= self.killed - 2 * AT_MOST] + [self.killed]
        gaps = (later - earlier for earlier, later in itertools.pairwise(times))
        return sum(gap for gap in gaps if gap > STOOD_STILL)


def test_what_was_typed_two_seconds_before_a_kill_is_there(tmp_path: Path, count: Count) -> None:
    make_vault(tmp_path)
    vault, chance, stalled, keys = tmp_path / VAULT, random.Random(17), 0, 0
    search = os.pathsep.join([str(HERE), str(Path(notes.__file__).parents[1])])
    with subprocess.Popen(
        [sys.executable, str(HERE / "typing_child.py"), str(vault), RECOVERY.hex(), str(tmp_path / "window.ini")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": search, "QT_QPA_PLATFORM": "offscreen"},
        text=True,
    ) as server:
        before = draft(vault)
        for kill in range(KILLS):
            told = kill_one(server, kill, chance.random() * LONGEST)
            found, wanted = draft(vault), text_of(str(kill))
            there = len(found) if wanted.startswith(found) else 0
            assert there or found == before, f"kill {kill}: neither of this round nor as before: {found[:60]!r}"
            acknowledged = max((number for number, _ in told.saved), default=0)
            assert there >= acknowledged, f"kill {kill}: {acknowledged} characters were acknowledged, {there} are there"
            stall = told.stall()
            must = told.typed_until(told.killed - AT_MOST - stall)
            assert there >= must, (
                f"kill {kill}: {must} were typed {AT_MOST} s and {stall:.2f} s before, {there} are there"
            )
            stalled += there < told.typed_until(told.killed - AT_MOST)
            keys += len(told.keys)
            before = found
        assert server.stdin
        server.stdin.close()
    count("kills (-9) at random moments while somebody typed in the window", KILLS)
    count("keys typed before these kills", keys)
    count("of these kills, after more than two seconds were lost because the machine itself stood still", stalled)


def kill_one(server: subprocess.Popen[str], kill: int, seconds: float) -> Round:
    """Start a child, kill it so long after its first key; gives what it told."""
    assert server.stdin and server.stdout
    server.stdin.write(f"{kill}\n")
    server.stdin.flush()
    child, told = int(server.stdout.readline().split()[1]), Round()
    while not told.keys:
        line = server.stdout.readline()
        assert line not in ("over\n", ""), "the child ended before its first key"
        take(line, told)
    time.sleep(seconds)
    told.killed = time.monotonic()
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        raise AssertionError("the child ended by itself") from None
    while (line := server.stdout.readline()) != "over\n":
        take(line, told)
    return told


def take(line: str, told: Round) -> None:
    """A line of the child; the last one can be cut off."""
    what, _, rest = line.partition(" ")
    number, _, moment = rest.partition(" ")
    if moment.endswith("\n") and what in ("key", "saved"):
        (told.keys if what == "key" else told.saved).append((int(number), float(moment)))


def draft(vault: Path) -> str:
    """The draft's text by the whole program, everything verified, the folder tidy."""
    found = look(vault, [RECOVERY.hex()])
    check_verified(found.practice)
    note = found.practice.do(reading.list_notes, status="draft")[0]
    text = found.practice.do(reading.open, note.id).text
    found.practice.lock()
    assert {path.name for path in vault.iterdir()} <= FILES | KEPT
    return text
