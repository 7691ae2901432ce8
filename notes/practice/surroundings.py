"""What the program takes from the machine: time, randomness, and whose machine it is. Tests bring their own."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Surroundings:
    """Clock, randomness and identity. `now` is UTC; `boot` names the machine's present run.

    `state` is the user's folder for what outlasts a run; without it nothing is kept outside the vault.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    random_bytes: Callable[[int], bytes]
    user: str
    host: str
    boot: str
    state: Path | None = None


def here(state: Path | None = None) -> Surroundings:
    """This machine."""
    return Surroundings(
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        random_bytes=os.urandom,
        user=_plain(_user()),
        host=_plain(platform.node()),
        boot=_boot_id(),
        state=state,
    )


def this_computer() -> Surroundings:
    """This machine, with the user's own folder for what outlasts a run, or the one that NOTES_STATE_DIR names."""
    named = os.environ.get("NOTES_STATE_DIR")
    return here(Path(named) if named else platformdirs.user_state_path("session-notes", appauthor=False))


def alone(surroundings: Surroundings) -> Surroundings:
    """The same, with nothing kept outside the vault: for copies that are not the record."""
    return replace(surroundings, state=None)


def iso(moment: datetime) -> str:
    """UTC, ISO 8601, milliseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, UTC."""
    return int(moment.timestamp() * 1000)


def from_milliseconds(count: int) -> str:
    """ISO text of milliseconds since 1970."""
    return iso(datetime.fromtimestamp(count / 1000, UTC))


def _user() -> str:
    """The user's name by the system's own list, where there is one: the environment says what it likes."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):  # Windows, or a user without an entry
        return os.environ.get("USERNAME", "unknown")


def _plain(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


def _boot_id() -> str:
    linux = Path("/proc/sys/kernel/random/boot_id")
    if linux.exists():
        return linux.read_text("ascii").strip()[:8]
    return f"{int(time.time() - time.monotonic()) // 60:x}"  # elsewhere: the minute at which the machine started
