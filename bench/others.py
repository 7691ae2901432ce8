"""What people use instead: jrnl (encrypted), pykeepass (KDBX 4) and SQLAlchemy-Utils' encrypted column.

Each has an environment of its own under ``.bench``, installed from a lock file with hashes, and a driver that runs in
it with the same texts and prints what it measured. They are formats of another kind, so what is timed is what a user
waits for: a whole process for jrnl, calls of the library for the others.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).parent
ENVIRONMENTS = BENCH.parent / ".bench"


@dataclass(frozen=True)
class Other:
    """A program to compare with. `how` says what is timed; `most` is the most notes it is asked to hold."""

    name: str
    module: str
    how: str
    rounds: int
    most: int = 40_000
    measures: tuple[str, ...] = ("open", "save", "read", "search")


OTHERS = (
    Other("jrnl", "jrnl", "whole process", 3, measures=("save", "read", "search")),
    Other("pykeepass", "pykeepass", "KDBX 4, in process", 3),
    Other("sqlalchemy-utils", "sqlalchemy_utils", "encrypted column, in process", 5),
)
LONGEST = 240
"""Seconds a driver may take; what it has printed by then counts."""


def environment(other: Other) -> Path:
    """The environment's Python, installed if it is not there or its lock file has changed."""
    home = ENVIRONMENTS / other.module
    python = home / "bin" / "python"
    lock = BENCH / f"{other.module}.lock"
    stamp = home / "installed"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text("ascii") == digest:
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(home)], check=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(python)]
    done = subprocess.run([*pip, "install", "--require-hashes", "-r", str(lock)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{other.name} could not be installed: {done.stderr[-500:]}")
    stamp.write_text(digest, "ascii")
    return python


def version(other: Other) -> str:
    """The version in its lock file."""
    for line in (BENCH / f"{other.module}.lock").read_text("ascii").splitlines():
        if line.startswith(f"{other.name}=="):
            return line.split("==")[1].split()[0]
    return "?"


def measure(other: Other, texts: Path, count: int, rare: str) -> dict[str, float]:
    """Seconds for each thing measured, and bytes for size. Holds what was done when the time was up."""
    python = environment(other)
    with tempfile.TemporaryDirectory() as folder:
        home = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR"), folder)
        keep = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
        driver = [str(python), str(BENCH / f"drive_{other.module}.py")]
        with (Path(folder) / "stdout").open("w+b") as out, (Path(folder) / "stderr").open("w+b") as err:
            process = subprocess.Popen(
                [*driver, str(texts), str(count), folder, rare, str(other.rounds)],
                env={**keep, **home},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
            try:
                process.wait(LONGEST)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            else:
                if process.returncode:
                    err.seek(0)
                    raise RuntimeError(f"{other.name} failed: {err.read().decode()[-1000:]}")
            out.seek(0)
            found: dict[str, float] = {}
            for line in out.read().decode().splitlines():
                found.update(json.loads(line))
            return found
