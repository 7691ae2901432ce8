"""kill -9 at any moment while drafts are saved one after the other: the last acknowledged save is there, or the next.

A child of its own saves in a loop and says each save over a pipe once it is done; it is killed after a random time.
Then the vault is opened as if nothing had happened, and the next child goes on in it: three hundred times in one vault.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from proof_kit import PROOF, Count
from scenarios import RECOVERY, VAULT, make_vault
from stage_kit import FILES, HERE, KEPT, check_verified, look

import notes
from notes.record import reading

KILLS = 300 if PROOF else 5
LONGEST = 0.1
"""Seconds until a child is killed, at the most: after its first save, or, each third time, while it still opens."""


def test_the_last_acknowledged_save_or_the_next_is_there_after_every_kill(tmp_path: Path, count: Count) -> None:
    make_vault(tmp_path)
    vault, chance, saves = tmp_path / VAULT, random.Random(9), 0
    search = os.pathsep.join([str(HERE), str(Path(notes.__file__).parents[1])])
    with subprocess.Popen(
        [sys.executable, str(HERE / "saving_child.py"), str(vault), RECOVERY.hex()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": search},
        text=True,
    ) as server:
        before = draft(vault)
        for kill in range(KILLS):
            acknowledged = kill_one(server, kill, chance.random() * LONGEST)
            saves += acknowledged
            found = draft(vault)
            if acknowledged or found != before:
                words = found.split()
                assert words[:3] == ["round", str(kill), "save"], f"kill {kill}: {found[:60]!r}"
                assert acknowledged <= int(words[3]) <= acknowledged + 1, f"kill {kill}: {acknowledged}, {words[3]}"
            before = found
        assert server.stdin
        server.stdin.close()
    count("kills (-9) at random moments while drafts were saved", KILLS)
    count("saves acknowledged before these kills", saves)


def kill_one(server: subprocess.Popen[str], kill: int, seconds: float) -> int:
    """Start a child, kill it after so long; gives the number of the last save that it acknowledged."""
    assert server.stdin and server.stdout
    server.stdin.write(f"{kill}\n")
    server.stdin.flush()
    child, last = int(server.stdout.readline().split()[1]), 0
    if kill % 3:
        last = int(server.stdout.readline().split()[1])
    time.sleep(seconds)
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        raise AssertionError(f"the child ended by itself after save {last}") from None
    while (line := server.stdout.readline()) != "over\n":
        last = int(line.split()[1])
    return last


def draft(vault: Path) -> str:
    """The draft's text by the whole program, everything verified, the folder tidy."""
    found = look(vault, [RECOVERY.hex()])
    check_verified(found.practice)
    note = found.practice.do(reading.list_notes, status="draft")[0]
    text = found.practice.do(reading.open, note.id).text
    found.practice.lock()
    assert {path.name for path in vault.iterdir()} <= FILES | KEPT
    return text
