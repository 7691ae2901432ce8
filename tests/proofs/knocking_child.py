"""Several programs that try a vault with wrong keys, all at once. Each knocks until it was refused so many times.

Takes the vault, how many programs, how often each. Prints what each of them met, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from notes.errors import Busy, WrongKey
from notes.practice import opening
from notes.practice.surroundings import Surroundings
from notes.vault.slots import Secret

USER, HOST = "stranger-zygotic", "quoin-laptop"
BEGAN = datetime(2031, 7, 13, 4, 5, 6, 789000, tzinfo=UTC)
BY_PASSPHRASE = 25
"""Each how-manieth knock is with a passphrase, which costs a stretching; the others are with a recovery key."""


def main(vault: Path, programs: int, each: int) -> None:
    """Start them all at once and wait for them."""
    gate = time.monotonic() + 0.3
    pipes = []
    for number in range(programs):
        end, start = os.pipe()
        if os.fork() == 0:
            time.sleep(max(0.0, gate - time.monotonic()))
            os.write(start, json.dumps(knock(vault, number, each)).encode())
            os._exit(0)
        os.close(start)
        pipes.append(end)
    print(json.dumps([json.loads(Path(f"/proc/self/fd/{end}").read_text("utf-8") or "null") for end in pipes]))


def around(number: int, knocked: int) -> Surroundings:
    """Who knocks, and when: words that are in no vault."""
    return Surroundings(
        now=lambda: BEGAN + timedelta(seconds=knocked),
        monotonic=time.monotonic,
        random_bytes=os.urandom,
        user=f"{USER}-{number}",
        host=HOST,
        boot="00000000",
    )


def knock(vault: Path, number: int, each: int) -> dict[str, object]:
    """Be refused so many times. Gives how often it was, how often another was inside, and anything else that came."""
    refused, busy, other, chance = 0, 0, "", random.Random(number)
    while refused < each and not other:
        secret = Secret("recovery", bytearray(chance.randbytes(20)))
        if refused % BY_PASSPHRASE == number:
            secret = Secret("passphrase", bytearray(b"six loud otters over glass"))
        try:
            opening.unlock(vault, secret, surroundings=around(number, refused)).abandon()
            other = "it opened"
        except WrongKey:
            refused += 1
        except Busy:
            busy += 1
            time.sleep(chance.random() * 0.005)
        except BaseException as error:
            other = repr(error)
    return {"refused": refused, "busy": busy, "other": other}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
