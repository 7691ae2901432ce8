"""Forward seals: proof on paper that the log's history was not rewritten, even by somebody who has the data key.

Every line has a seal, ``seal_n = HMAC(K_n, head_n)``. Then ``K_{n+1} = HMAC(K_n, "next")`` overwrites its predecessor:
who breaks in later finds only the key of lines to come (Bellare and Yee, 1997; Schneier and Kelsey, 1999). The first
key of an *epoch* is derived from the recovery key, so that whoever has the sheet can compute every key and check every
seal. A new sheet begins a new epoch. As the errors of systemd's sealed journal teach (CVE-2023-31438, CVE-2023-31439),
the n-th line of an epoch must bear exactly the n-th key's seal, without gaps, and the key in the vault must be the one
after the last line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives import constant_time
from sqlalchemy import Connection, Row

from notes.errors import Altered, WrongKey
from notes.vault import keys

SEALS = "notes/v1/seals"


@dataclass(frozen=True)
class Proven:
    """What a sheet proves: the lines from `first` to `last` stand as they were written."""

    epoch: int
    first: int
    last: int


def first_key(recovery_key: bytes | bytearray, vault_id: str, epoch: int) -> bytes:
    """The key of the first line of an epoch."""
    return bytes(keys.derive(recovery_key, SEALS, bytes.fromhex(vault_id) + epoch.to_bytes(8, "big")))


def seal(key: bytes, head: bytes) -> bytes:
    """The seal of the line whose head is `head`."""
    return keys.mac(key, head)


def next_key(key: bytes) -> bytes:
    """The key of the line after."""
    return keys.mac(key, b"next")


def begin_epoch(connection: Connection, first: int, vault_id: str, recovery_key: bytes | bytearray) -> bytes:
    """Start an epoch with line `first`; gives its first key, which ``chain.append`` keeps up to date in the vault."""
    epoch = connection.exec_driver_sql("SELECT coalesce(max(epoch), 0) + 1 FROM seals").scalar_one()
    key = first_key(recovery_key, vault_id, epoch)
    connection.exec_driver_sql("UPDATE seals SET key = NULL")
    connection.exec_driver_sql("INSERT INTO seals (epoch, first, key) VALUES (?, ?, ?)", (epoch, first, key))
    return key


def verify(connection: Connection, vault_id: str, recovery_key: bytes | bytearray) -> Proven:
    """Check every seal that this sheet's key can check; the chain itself is checked by ``chain.walk``.

    Raises WrongKey when it is the sheet of no epoch, Altered naming the first line whose seal does not fit.
    """
    for epoch in connection.exec_driver_sql("SELECT epoch, first, key FROM seals ORDER BY epoch DESC").all():
        key = first_key(recovery_key, vault_id, epoch.epoch)
        lines = _lines(connection, epoch.first)
        head = next(lines, None)
        if head is None or not _fits(key, head):
            continue
        last = epoch.first
        for line in _until_next_epoch(connection, epoch.epoch, epoch.first, lines):
            key, last = next_key(key), last + 1
            if line.seq != last or not _fits(key, line):
                raise _altered(last)
        if epoch.key is not None and not constant_time.bytes_eq(next_key(key), bytes(epoch.key)):
            raise _altered(last + 1)
        return Proven(epoch.epoch, epoch.first, last)
    raise WrongKey(
        "No part of the access log is sealed under this recovery key.",
        "It is the key of another vault, or the log was written anew under another one.",
        "Try the sheet printed last. If that is the one, keep a copy of the vault folder and compare it with a backup.",
    )


def _until_next_epoch(
    connection: Connection, epoch: int, first: int, lines: Iterator[Row[tuple[int, bytes, bytes]]]
) -> Iterator[Row[tuple[int, bytes, bytes]]]:
    query = "SELECT first FROM seals WHERE epoch > ? AND first >= ? ORDER BY epoch LIMIT 1"
    end = connection.exec_driver_sql(query, (epoch, first)).scalar()
    for line in lines:
        if end is not None and line.seq >= end:
            return
        yield line


def _lines(connection: Connection, first: int) -> Iterator[Row[tuple[int, bytes, bytes]]]:
    query = "SELECT seq, head, seal FROM access_log WHERE seq >= ? ORDER BY seq"
    for block in connection.exec_driver_sql(query, (first,)).partitions(1000):
        yield from block


def _fits(key: bytes, line: Row[tuple[int, bytes, bytes]]) -> bool:
    return (
        isinstance(line.head, bytes)
        and isinstance(line.seal, bytes)
        and constant_time.bytes_eq(seal(key, line.head), line.seal)
    )


def _altered(seq: int) -> Altered:
    return Altered(
        f"The access log was written anew from line {seq} on.",
        f"Line {seq} does not bear the seal that the recovery sheet gives it.",
        "Keep a copy of the vault folder as it is, and compare it with your last backup.",
    )
