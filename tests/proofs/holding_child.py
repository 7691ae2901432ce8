"""Writes words into a vault and then waits, in the middle of a transaction too large for memory, to be looked at.

Takes the vault and the recovery key; the words come on standard input, so that they stand in no list of processes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from notes.practice import opening
from notes.record import clients, progress_notes, search
from notes.vault.slots import Secret

LARGE = 24 * 2**20
"""Characters: more than the page cache holds, so that pages go to the disk before the transaction ends."""

vault, key = Path(sys.argv[1]), sys.argv[2]
words = sys.stdin.readline().strip()
practice = opening.unlock(vault, Secret("recovery", bytearray.fromhex(key)))
client = practice.do(clients.create, words, emergency_contact=words)
note = practice.do(progress_notes.create, client.id, "SOAP", f"{words}. " * 50)
practice.do(search.run, f'"{words}"')
with practice._begin() as work:
    editing = progress_notes.edit._function(work, note.id)
    progress_notes.save_draft._function(
        work, note.id, editing.spell, editing.counter, f"{words} " * (LARGE // len(words))
    )
    print("inside", flush=True)
    sys.stdin.readline()
