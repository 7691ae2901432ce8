"""The chain: each record holds the head before it, and ``head_n = SHA-256(head_{n-1} ‖ record_n)``.

A record is canonical JSON. ``append`` is called inside the transaction that the line accounts for, so that both are on
disk or neither. ``walk`` verifies; it raises at the first line that does not fit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from notes.access_log import forward
from notes.access_log.digests import text64
from notes.access_log.events import EVENTS
from notes.errors import Altered, ChainBroken
from notes.vault import keys

RECORD_VERSION = 1
DEEPEST = 32
"""How deep objects and lists may stand in one another in a record."""

_DECODER = json.JSONDecoder()

FIELDS: dict[str, str] = {
    "v": "version of the record's layout",
    "seq": "number of the line, from 1, without gaps",
    "prev": "head of the chain before this line, base64url",
    "at": "time by this computer's clock, UTC, ISO 8601 with milliseconds",
    "mono": "seconds on the computer's monotonic clock; jumps of `at` against it show a changed clock",
    "boot": "id of the computer's present run, so that `mono` can be compared",
    "program": "version of Session Notes",
    "unlock": "id of this unlocking of the vault",
    "actor": "label of the key slot that opened the vault",
    "user": "user of the computer",
    "host": "name of the computer",
    "face": "through what it was done: terminal, window, program",
    "event": "what was done; see events.md",
    "outcome": "done, refused or failed",
    "purpose": "purpose of use (HL7): TREAT or HOPERAT",
    "client": "id of the client concerned",
    "object": "id of the note, session or other thing concerned",
    "clients": "ids of the clients concerned, where they are several",
    "seen": "ids of the notes of which a passage was shown",
    "rows": "rows changed: by table, by key, the digest after the change (null when the row is gone)",
    "counts": "numbers that belong to the event",
    "attempt": "an attempt on the locked vault: when, by which user of which computer, with what, why it was refused; "
    "or a look in an emergency",
    "reason": "one word for why it was refused or failed, or what kind of change it was",
}
"""Every field of a record and what it means. A field that is empty is left out."""


FACES = ("terminal", "window", "program")


@dataclass(frozen=True)
class Line:
    """A verified line: its record and the head after it."""

    record: dict[str, Any]
    head: bytes


def genesis(vault_id: str) -> bytes:
    """The head before the first line: it binds the chain to its vault."""
    return keys.sha256(b"notes/v1/access-log\0" + bytes.fromhex(vault_id))


@dataclass(frozen=True)
class End:
    """The end of a log: number and head of its last line, and the key that seals the next one (see ``forward``)."""

    seq: int
    head: bytes
    key: bytes = field(repr=False)


def end(connection: Connection, vault_id: str) -> End:
    """The end of the log as it is on disk: number 0 and the genesis head when there is no line.

    Raises Altered, ChainBroken.
    """
    row = connection.execute(text("SELECT seq, head FROM access_log ORDER BY seq DESC LIMIT 1")).first()
    key = connection.exec_driver_sql("SELECT key FROM seals ORDER BY epoch DESC LIMIT 1").scalar()
    if not isinstance(key, bytes) or len(key) != keys.KEY_BYTES:
        raise Altered(
            "The key that seals the access log is missing.",
            "Other software has changed this vault.",
            "Keep a copy of the vault folder as it is, and restore it from a backup.",
        )
    if row is None:
        return End(0, genesis(vault_id), key)
    if not isinstance(row.head, bytes):
        raise broken(row.seq, "its head is none")
    return End(row.seq, row.head, key)


def append(connection: Connection, last: End, entry: dict[str, Any]) -> End:
    """Add one line after `last` and give the new end. `entry` holds fields of FIELDS besides v, seq and prev.

    A trigger refuses a line that does not follow the last one.
    """
    if entry["event"] not in EVENTS or not EVENTS[entry["event"]].line:
        raise ValueError(f"{entry['event']} is not an event that leaves a line")
    told = {name: value for name, value in entry.items() if value not in (None, [], {}, "")}
    record = keys.canonical({"v": RECORD_VERSION, "seq": last.seq + 1, "prev": text64(last.head), **told})
    new = End(last.seq + 1, keys.sha256(last.head + record), forward.next_key(last.key))
    connection.exec_driver_sql(
        "INSERT INTO access_log (seq, record, head, seal) VALUES (:seq, :record, :head, :seal)",
        {"seq": new.seq, "record": record.decode(), "head": new.head, "seal": forward.seal(last.key, new.head)},
    )
    connection.exec_driver_sql("UPDATE seals SET key = ? WHERE key IS NOT NULL", (new.key,))
    return new


def last_digest(connection: Connection, table: str, key: str, client: int | None = None) -> str | None:
    """The row's digest as the log last has it, the log being taken at its word; of `client`'s lines only, if given.

    None when no line has it, or when the row was deleted.
    """
    query = (
        f"SELECT json_extract(record, :path) FROM access_log WHERE {'1' if client is None else 'client = :client'} "
        "AND instr(record, :key) AND json_type(record, :path) IS NOT NULL ORDER BY seq DESC LIMIT 1"
    )
    given = {"path": f'$.rows.{table}."{key}"', "key": f'"{key}"', "client": str(client)}
    return connection.exec_driver_sql(query, given).scalar()


def last_done(connection: Connection, event: str) -> dict[str, Any] | None:
    """The newest record of one of ``models.MILESTONES`` that was done, or None. The log is taken at its word."""
    query = (
        "SELECT record FROM access_log WHERE milestone = ? AND json_extract(record, '$.outcome') = 'done' "
        "ORDER BY seq DESC LIMIT 1"
    )
    found = connection.exec_driver_sql(query, (event,)).scalar()
    return dict(json.loads(found)) if found else None


def walk(connection: Connection, vault_id: str, after: int = 0) -> Iterator[Line]:
    """The lines after number `after`, each verified. Raises ChainBroken naming the first that does not fit."""
    head = genesis(vault_id)
    if after:
        found = connection.execute(text("SELECT head FROM access_log WHERE seq = :n"), {"n": after}).scalar()
        if not isinstance(found, bytes):
            raise broken(after, "it is missing")
        head = found
    expected = after
    query = "SELECT seq, record, head FROM access_log WHERE seq > ? ORDER BY seq"
    for rows in connection.exec_driver_sql(query, (after,)).partitions(1000):
        for row in rows:
            expected += 1
            yield (line := _verified(expected, head, *row))
            head = line.head
    promised = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = 'access_log'")).scalar()
    promised = promised if isinstance(promised, int) else 0
    if promised != expected:
        raise broken(
            max(1, min(promised, expected) + 1), f"the log ends at line {expected}, but {promised} were written"
        )


def _verified(expected: int, before: bytes, seq: int, record: Any, head: Any) -> Line:
    if seq != expected:
        raise broken(expected, "it is missing")
    try:
        content = record.encode()
        told, _ = _DECODER.raw_decode(record)
        canonical = keys.canonical(told) == content and not _too_deep(record, told)
    except (AttributeError, ValueError, RecursionError):
        raise broken(expected, "it is not a record") from None
    if not canonical or not isinstance(told, dict) or type(told.get("seq")) is not int or told["seq"] != expected:
        raise broken(expected, "its record is not as it was written")
    if type(told.get("v")) is not int or told["v"] != RECORD_VERSION:
        raise broken(expected, "its record is of a version that is not known here")
    if told.get("prev") != text64(before) or keys.sha256(before + content) != head:
        raise broken(expected, "it does not continue the line before it, or its content was changed")
    return Line(told, head)


def _too_deep(record: str, told: Any) -> bool:
    """Whether objects and lists stand more than DEEPEST deep in one another: readers elsewhere would give up."""
    if record.count("[") + record.count("{") <= DEEPEST:
        return False
    level = [told]
    for _ in range(DEEPEST):
        level = [v for part in level if isinstance(part, dict | list) for v in _members(part)]
    return any(isinstance(part, dict | list) for part in level)


def _members(part: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return part.values() if isinstance(part, dict) else part


def broken(seq: int, how: str) -> ChainBroken:
    """The error for line `seq`."""
    error = ChainBroken(
        f"The access log does not hold from line {seq} on.",
        f"At line {seq}: {how}.",
        "Keep a copy of the vault folder as it is, and compare it with your last backup.",
    )
    error.line = seq
    return error
