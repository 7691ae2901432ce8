"""Runs inside pykeepass's environment: ``drive_pykeepass.py TEXTS COUNT FOLDER RARE ROUNDS``; prints JSON lines.

A KDBX 4 database (KeePass) with a note in the notes field of each entry. Measured is what the library does in the
process that uses it: opening decrypts the whole file, saving writes the whole file, each with Argon2 as pykeepass's own
new databases ask for it; reading and searching go through what is in memory then.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pykeepass import PyKeePass, create_database
from pykeepass.entry import Entry

PASSWORD = "seventeen brown herons"


def timed(name: str, rounds: int, action: Callable[[int], Any]) -> Any:
    """Print the median time of `action`; give its last result."""
    took, result = [], None
    for turn in range(rounds):
        start = time.perf_counter()
        result = action(turn)
        took.append(time.perf_counter() - start)
    print(json.dumps({name: statistics.median(took)}), flush=True)
    return result


def main() -> None:
    """Build (without ``add_entry``, which looks through all entries for each one), then measure."""
    source, count, target, rare, rounds = sys.argv[1:6]
    texts = json.loads(Path(source).read_text("utf-8"))[: int(count) + 10]
    path = Path(target) / "notes.kdbx"
    database = create_database(str(path), password=PASSWORD)
    group = database.root_group
    for text in texts[: int(count)]:
        title = f"{text['client']} {text['at']}"
        group.append(Entry(title=title, username=None, password=None, notes=text["text"], kp=database))
    database.save()
    print(json.dumps({"size": path.stat().st_size}), flush=True)

    def save(turn: int) -> None:
        text = texts[int(count) + turn]
        database.add_entry(database.root_group, f"{text['client']} {text['at']}", None, None, notes=text["text"])
        database.save()

    def read(turn: int) -> str:
        text = texts[turn * 97 % int(count)]
        found = database.find_entries(title=f"{text['client']} {text['at']}", first=True)
        assert found.notes == text["text"]
        return str(found.notes)

    def search(_: int) -> int:
        return len(database.find_entries(notes=rare, regex=True, flags="i"))

    database = timed("open", int(rounds), lambda _: PyKeePass(str(path), password=PASSWORD))
    timed("read", int(rounds), read)
    found = timed("search", int(rounds), search)
    print(json.dumps({"found": found}), flush=True)
    timed("save", int(rounds), save)


if __name__ == "__main__":
    main()
