"""Saves a draft in a loop and says each save on standard output once it is on disk. Killed from outside, at any moment.

Takes the vault and the recovery key. Starting Python and loading the program takes longer than a hundred saves, so this
one process forks: each line on standard input begins one more child that opens the vault and saves until it is killed.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from notes.practice import opening
from notes.record import progress_notes, reading
from notes.vault.slots import Secret


def serve(vault: Path, key: str) -> None:
    """For each line: fork, say the child's number, and wait for its end."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            try:
                save(vault, key, line.strip())
            finally:
                os._exit(9)
        os.waitpid(child, 0)
        os.write(1, b"over\n")


def save(vault: Path, key: str, round_: str) -> None:
    """Open, edit, save for ever. Every text is longer or shorter than the one before and names its number."""
    os.write(1, f"child {os.getpid()}\n".encode())
    practice = opening.unlock(vault, Secret("recovery", bytearray.fromhex(key)))
    note = practice.do(reading.list_notes, status="draft")[0].id
    editing = practice.do(progress_notes.edit, note)
    counter, number = editing.counter, 0
    while True:
        number += 1
        text = f"round {round_} save {number} " + "and the heron " * (number * 37 % 400)
        counter = practice.do(progress_notes.save_draft, note, editing.spell, counter, text).counter
        os.write(1, f"saved {number}\n".encode())


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2])
