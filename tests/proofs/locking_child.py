"""Works in a vault, locks it and is replaced by a fresh process, waiting for a line on standard input at every stage.

Takes the vault, the passphrase's file, and whether to be replaced; the words come on standard input, so that they stand
in no list of processes. Says the keys that are in use: the test looks for them afterwards.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from notes.cli import secrets_in
from notes.practice import opening
from notes.practice.practice import Practice
from notes.record import clients, progress_notes, reading, search
from notes.vault import keys, process


def say(told: object) -> None:
    """One line out, one line in."""
    print(json.dumps(told), flush=True)
    sys.stdin.readline()


def work(practice: Practice, words: list[str]) -> dict[str, str]:
    """Write, read, search, sign; gives the keys."""
    for word in words:
        client = practice.do(clients.create, word, emergency_contact=word)
        note = practice.do(progress_notes.create, client.id, "SOAP", f"{word}. " * 50)
        practice.do(search.run, word)
        practice.do(progress_notes.sign, note.id)
        practice.do(reading.open, note.id)
    standing = practice._standing
    return {
        "data key": standing.vault.data_key.hex(),
        "database key": standing.vault.subkey(keys.DATABASE).hex(),
        "key of the row digests": standing.row_key.hex(),
        "key of the anchor": standing.anchor_key.hex(),
    }


def main(vault: Path, passphrase_file: str, replaced: bool) -> None:
    """The stages: unlocked, closed, replaced."""
    process.harden()
    words = json.loads(sys.stdin.readline())
    secret = secrets_in.given(passphrase_file, None, None)
    practice = opening.unlock(vault, secret, face="window")
    keys.wipe(secret.value)
    say(work(practice, words))
    practice.lock('{"screen": "editor", "cursor": 17}')
    if replaced:
        process.replace(["fresh"])
    say("closed")


if sys.argv[1] == "fresh":
    say("fresh")
else:
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "replaced")
