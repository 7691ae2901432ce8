"""What the program takes from the machine: time, randomness, and whose machine it is. Tests bring their own."""

from __future__ import annotations

import getpass
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Surroundings:
    """Clock, randomness and identity. `now` is UTC; `boot` names the machine's present run."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    random_bytes: Callable[[int], bytes]
    user: str
    host: str
    boot: str


def here() -> Surroundings:
    """This machine."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # no such user in the password file
        user = "unknown"
    return Surroundings(
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        random_bytes=os.urandom,
        user=user,
        host=platform.node(),
        boot=_boot_id(),
    )


def iso(moment: datetime) -> str:
    """UTC, ISO 8601, milliseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, UTC."""
    return int(moment.timestamp() * 1000)


def from_milliseconds(count: int) -> str:
    """ISO text of milliseconds since 1970."""
    return iso(datetime.fromtimestamp(count / 1000, UTC))


def _boot_id() -> str:
    linux = Path("/proc/sys/kernel/random/boot_id")
    if linux.exists():
        return linux.read_text("ascii").strip()[:8]
    return f"{int(time.time() - time.monotonic()) // 60:x}"  # elsewhere: the minute at which the machine started
