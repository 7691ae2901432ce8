"""Writes words into a vault and then waits to be looked at: in a transaction too large for memory, or in a backup.

Takes the vault, the recovery key and where to wait: saving, or, of a backup, writing or restoring. The words come on
standard input, so that they stand in no list of processes. A backup goes to the folder ``backups``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from notes.practice import backups, opening
from notes.practice.verification import Progress
from notes.record import clients, progress_notes, search
from notes.vault.slots import Secret

LARGE = 24 * 2**20
"""Characters: more than the page cache holds, so that pages go to the disk before the transaction ends."""


def wait() -> None:
    """Until somebody has looked."""
    print("inside", flush=True)
    sys.stdin.readline()


def at(wanted: str) -> Progress:
    """Waits where the backup says that it has done this."""

    def told(what: str, done: int, total: int) -> None:
        if what == wanted:
            wait()

    return told


vault, key, at_work = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
words = sys.stdin.readline().strip()
practice = opening.unlock(vault, Secret("recovery", bytearray.fromhex(key)))
client = practice.do(clients.create, words, emergency_contact=words)
note = practice.do(progress_notes.create, client.id, "SOAP", f"{words}. " * 50)
practice.do(search.run, f'"{words}"')
if at_work == "saving":
    with practice._begin() as work:
        editing = progress_notes.edit._function(work, note.id)
        progress_notes.save_draft._function(
            work, note.id, editing.spell, editing.counter, f"{words} " * (LARGE // len(words))
        )
        wait()
else:
    backups.make(practice, Path("backups"), progress=at(at_work))
