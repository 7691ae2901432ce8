"""The anchor: where this computer last saw the access log end, kept outside the vault.

An older copy of the whole vault is consistent in itself; only something that was not put back with it can tell. After
every commit a line with the end of the log is added to a small file in the user's state folder, and a second place of
the practitioner's choice, a stick or another folder, can hold the same. It holds no client data. A line lost in a crash
is no alarm: the log may be longer than the anchor says, never shorter and never different.

One line: canonical JSON of `seq`, `head` (hex), `at` (UTC) and `mac`, a MAC over the other three and the vault's id.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import constant_time

from notes.vault import keys
from notes.vault.files import machine_error, write_atomically

LABEL = "notes/v1/anchor"
LONGEST = 64 * 1024
"""Bytes from which on the file is cut down to its last line."""
FOLDER, ENDING = "anchors", ".anchor"


@dataclass(frozen=True)
class Anchor:
    """The end of a log: its last line's number, the head after it, and when it was written."""

    seq: int
    head: str
    at: str


@dataclass(frozen=True)
class Rollback:
    """The log ends at line `here`; the anchor knows line `known`, written at `at`."""

    here: int
    known: int
    since: str
    at: str

    def __str__(self) -> str:
        at, since = (datetime.fromisoformat(time).astimezone() for time in (self.at, self.since or self.at))
        if self.known > self.here:
            lines = f"{self.known - self.here:,} line{'s are' if self.known - self.here > 1 else ' is'} missing"
            what = f"its log ends at line {self.here:,} of {since:%d %B %Y, %H:%M}, but line {self.known:,} was written"
            return f"This is an older copy of the vault: {what} on {at:%d %B %Y, %H:%M}. {lines}."
        return (
            f"This is another copy of the vault: line {self.known:,}, written on {at:%d %B %Y, %H:%M}, "
            "is not the line that this computer knows."
        )


def place(folder: Path, vault_id: str) -> Path:
    """The anchor's file in the user's state folder."""
    return folder / FOLDER / vault_id


def second_place(folder: Path, vault_id: str) -> Path:
    """The anchor's file in a second place."""
    return folder / (vault_id + ENDING)


def key_for(row_key: bytes) -> bytes:
    """The key of the MACs: from the key of the row digests, which stays the same through rotations."""
    return bytes(keys.derive(row_key, LABEL))


def read(path: Path, key: bytes, vault_id: str) -> Anchor | None:
    """The newest anchor that this vault wrote; None where there is none. Raises NotWritable when it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 2 * LONGEST))
            lines = file.read().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise machine_error(error) from None
    for line in reversed(lines):
        anchor = _parsed(line, key, vault_id)
        if anchor is not None:
            return anchor
    return None


def write(path: Path, key: bytes, vault_id: str, anchor: Anchor, *, durable: bool = False) -> None:
    """Add a line; `durable` waits for the disk. Raises DiskFull, NotWritable."""
    told = asdict(anchor)
    line = keys.canonical({**told, "mac": _mac(told, key, vault_id)}) + b"\n"
    try:
        if not durable and _appended(path, line):
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, line)
    except OSError as error:
        raise machine_error(error) from None


def _appended(path: Path, line: bytes) -> bool:
    """Whether the line could be added; not so where there is no file yet, or one that has grown long."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return False
    try:
        if os.fstat(handle).st_size > LONGEST:
            return False
        os.write(handle, line)
        return True
    finally:
        os.close(handle)


def _parsed(line: bytes, key: bytes, vault_id: str) -> Anchor | None:
    try:
        told = json.loads(line)
        mac = told.pop("mac")
        anchor = Anchor(**told)
        fits = constant_time.bytes_eq(mac.encode(), _mac(asdict(anchor), key, vault_id).encode())
        bytes.fromhex(anchor.head)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return anchor if fits and type(anchor.seq) is int else None


def _mac(told: dict[str, object], key: bytes, vault_id: str) -> str:
    return keys.mac(key, keys.canonical({**told, "vault": vault_id})).hex()
