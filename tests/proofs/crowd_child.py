"""Several programs at one vault. Forks so many, each of which adds clients, and is told Busy where another is inside.

Takes the vault, the recovery key, how many programs, how many clients each. Prints what each of them saw, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

from notes.errors import Busy
from notes.practice import opening
from notes.record import clients
from notes.vault.slots import Secret


def main(vault: Path, key: str, programs: int, each: int) -> None:
    """Start them all at once and wait for them."""
    gate = time.monotonic() + 0.3
    pipes = []
    for number in range(programs):
        end, start = os.pipe()
        if os.fork() == 0:
            time.sleep(max(0.0, gate - time.monotonic()))
            os.write(start, json.dumps(work(vault, key, number, each)).encode())
            os._exit(0)
        os.close(start)
        pipes.append(end)
    print(json.dumps([json.loads(Path(f"/proc/self/fd/{end}").read_text("utf-8") or "null") for end in pipes]))


def work(vault: Path, key: str, number: int, each: int) -> dict[str, object]:
    """Add so many clients, one unlocking for each. Gives the names added, how often it was busy, the longest answer."""
    added: list[str] = []
    busy, longest, other = 0, 0.0, ""
    while len(added) < each and not other:
        begun = time.monotonic()
        try:
            with opening.unlock(vault, Secret("recovery", bytearray.fromhex(key))) as practice:
                practice.do(clients.create, f"Client {number}-{len(added)}")
            added.append(f"Client {number}-{len(added)}")
        except Busy as error:
            busy += 1
            other = "" if error.what and error.hint and error.exit_code == 5 else repr(error)
        except BaseException as error:
            other = repr(error)
        longest = max(longest, time.monotonic() - begun)
        time.sleep(random.random() * 0.02)
    return {"added": added, "busy": busy, "longest": longest, "other": other}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
