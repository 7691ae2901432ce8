"""Attempts on the locked vault: recorded so that nobody can read, change or remove them without the vault's key.

While the vault is locked the program cannot write its access log. What it refuses at the door (a wrong key, a header or
database that was tampered with) goes into ``locked.log`` instead, sealed with HPKE (RFC 9180) to a public key whose
private half is inside the database. Each record has a MAC under a key that evolves with every record, the old key
being overwritten (Bellare and Yee, 1997), so that what stands there cannot be changed afterwards. The chain's start is
kept in the database; at the next unlocking ``read`` verifies the records, and the practice takes them into its log.

A record is 344 bytes: its number (8 bytes, big-endian), the sealed text (32 + 256 + 16), the MAC (32).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from notes.vault import keys
from notes.vault.files import flush, machine_error, tidy, write_atomically

LOG, STATE = "locked.log", "locked.state"
TEXT_BYTES = 256
"""Every attempt is told in as many bytes, so that its length says nothing."""
RECORD_BYTES = 8 + 32 + TEXT_BYTES + 16 + 32
LONGEST_STATE = 1024
MOST = 100_000
"""Records that are read at the most."""
LONGEST_WORD = 40
"""Characters kept of what the machine calls its user and itself."""

FIELDS = ("at", "user", "host", "face", "with", "why")
"""What every attempt tells: time (UTC, ISO 8601), user, host, face, which kind of key, why it was refused."""

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_DOMAIN = b"notes/v1/attempt\0"


@dataclass(frozen=True)
class Start:
    """Where the chain begins: the number of the next record and its key. Kept in the database only."""

    number: int
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Attempt:
    """One attempt, as it was told when it happened."""

    number: int
    told: dict[str, str]


@dataclass(frozen=True)
class Found:
    """Attempts that hold, oldest first; `problem` says in words what is wrong with the rest, `unverified` how many.

    `end` is where the record goes on.
    """

    attempts: list[Attempt]
    end: Start
    problem: str = ""
    unverified: int = 0


@dataclass(frozen=True)
class _State:
    vault: str
    number: int
    key: str = field(repr=False)


def generate(random_bytes: Callable[[int], bytes]) -> tuple[bytes, bytes]:
    """A key pair for sealing: private, public. 32 bytes each."""
    private = X25519PrivateKey.from_private_bytes(random_bytes(32))
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def begin(folder: Path, vault_id: str, start: Start) -> None:
    """An empty log that begins at `start`. Raises DiskFull, NotWritable."""
    _write(folder, _State(vault_id, start.number, start.key.hex()))
    try:
        (folder / LOG).unlink(missing_ok=True)
    except OSError as error:
        raise machine_error(error) from None
    tidy(folder, STATE)


def record(
    folder: Path, vault_id: str, public: str, told: Mapping[str, str], random_bytes: Callable[[int], bytes]
) -> None:
    """Add an attempt, sealed to `public`; it is on disk when this returns. Call it while nobody else can.

    Where the state is missing or damaged a new chain begins, which the next unlocking will say. Raises DiskFull,
    NotWritable.
    """
    state = _state(folder) or _State(vault_id, 0, random_bytes(keys.KEY_BYTES).hex())
    path = folder / LOG
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        try:
            length = os.fstat(handle).st_size
            whole = length - length % RECORD_BYTES  # a crash can leave a part of one
            os.lseek(handle, max(0, whole - RECORD_BYTES), os.SEEK_SET)
            if whole and _opens_with(os.read(handle, RECORD_BYTES), state):
                state = _next(state)  # it was written, and the state was not
            sealed = _record(state, public, told)
            os.ftruncate(handle, whole)
            os.lseek(handle, whole, os.SEEK_SET)
            written = 0
            while written < len(sealed):
                written += os.write(handle, sealed[written:])
            flush(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise machine_error(error) from None
    _write(folder, _next(state))


def read(folder: Path, vault_id: str, private: bytes, start: Start, fields: tuple[str, ...] = FIELDS) -> Found:
    """The attempts since `start`, each verified to tell `fields`. Raises NotWritable when the files cannot be read."""
    state, content = _state(folder), _content(folder)
    expected = _State(vault_id, start.number, start.key.hex())
    attempts: list[Attempt] = []
    reached = state is not None and _same(expected, state)
    records = [content[place : place + RECORD_BYTES] for place in range(0, len(content), RECORD_BYTES)]
    for place, content in enumerate(records):
        if int.from_bytes(content[:8], "big") < start.number and not attempts:
            continue  # taken in before; a crash kept the file from being removed
        attempt = _opened(content, expected, private, fields)
        if attempt is None and len(content) < RECORD_BYTES:
            break  # a crash left a part
        if attempt is None:
            changed = "Records of failed attempts were changed or put in from elsewhere."
            return Found(attempts, _start(expected), changed, len(records) - place)
        attempts.append(attempt)
        expected = _next(expected)
        reached = reached or (state is not None and _same(expected, state))
    if state is None:
        return Found(attempts, _start(expected), "The state of the record of failed attempts is missing or damaged.")
    if not reached or state.number < expected.number - 1:
        removed = "Records of failed attempts were removed, or an older state of them was put back."
        return Found(attempts, _start(expected), removed)
    return Found(attempts, _start(expected))


def _record(state: _State, public: str, told: Mapping[str, str]) -> bytes:
    short = {name: value[:LONGEST_WORD] for name, value in told.items()}
    text = keys.canonical(short)
    while len(text) > TEXT_BYTES:  # signs of several bytes: the longest word gives way
        longest = max(short, key=lambda name: len(short[name].encode()))
        short[longest] = short[longest][:-1]
        text = keys.canonical(short)
    to = X25519PublicKey.from_public_bytes(bytes.fromhex(public))
    sealed = _SUITE.encrypt(text.ljust(TEXT_BYTES), to, _bound(state))
    body = state.number.to_bytes(8, "big") + sealed
    return body + keys.mac(bytes.fromhex(state.key), _bound(state) + body)


def _opened(content: bytes, state: _State, private: bytes, fields: tuple[str, ...]) -> Attempt | None:
    """The attempt in these bytes, if it is the one that `state` expects."""
    if not _opens_with(content, state):
        return None
    try:
        text = _SUITE.decrypt(content[8:-32], X25519PrivateKey.from_private_bytes(private), _bound(state))
        told = json.loads(text)
        if (
            not isinstance(told, dict)
            or sorted(told) != sorted(fields)
            or any(type(v) is not str for v in told.values())
        ):
            return None  # whoever can read the state can write the next record; not one that stops the program
        datetime.fromisoformat(told["at"])
    except (InvalidTag, ValueError, RecursionError):
        return None
    return Attempt(state.number, told)


def _opens_with(content: bytes, state: _State) -> bool:
    body, mac = content[:-32], content[-32:]
    expected = keys.mac(bytes.fromhex(state.key), _bound(state) + body)
    return body[:8] == state.number.to_bytes(8, "big") and constant_time.bytes_eq(mac, expected)


def _bound(state: _State) -> bytes:
    return _DOMAIN + bytes.fromhex(state.vault) + state.number.to_bytes(8, "big")


def _next(state: _State) -> _State:
    return replace(state, number=state.number + 1, key=keys.mac(bytes.fromhex(state.key), b"evolve").hex())


def _start(state: _State) -> Start:
    return Start(state.number, bytes.fromhex(state.key))


def _same(expected: _State, found: _State) -> bool:
    here = (expected.vault, expected.number) == (found.vault, found.number)
    return here and constant_time.bytes_eq(expected.key.encode(), found.key.encode())


def _write(folder: Path, state: _State) -> None:
    told = {"v": 1, "vault": state.vault, "number": state.number, "key": state.key}
    write_atomically(folder / STATE, keys.canonical(told) + b"\n")


def _state(folder: Path) -> _State | None:
    """The state; None when it is missing or makes no sense."""
    try:
        with (folder / STATE).open("rb") as file:
            told: Any = json.loads(file.read(LONGEST_STATE))
        state = _State(told["vault"], told["number"], told["key"])
        lengths = [len(bytes.fromhex(value)) for value in (state.vault, state.key)]
    except (FileNotFoundError, IsADirectoryError):
        return None
    except OSError as error:
        raise machine_error(error) from None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    sound = lengths == [16, 32] and type(state.number) is int and 0 <= state.number < 2**53
    return state if sound else None


def _content(folder: Path) -> bytes:
    try:
        with (folder / LOG).open("rb") as file:
            return file.read(MOST * RECORD_BYTES)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise machine_error(error) from None
