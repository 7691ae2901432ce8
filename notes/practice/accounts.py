"""The record against its log: every line follows the one before, every row is as its last line accounts for it.

The walk through the log remembers the last digest of every row; a row that differs, is gone, or was never accounted
for is named. Signed versions are held against the digest in their own row as well.
"""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, text

from notes.access_log import chain
from notes.access_log.digests import accounted_tables, row_digest, row_key, version_digest
from notes.errors import ChainBroken

LastDigests = dict[str, dict[str, str | None]]
"""By table and key: the digest after the row's last change, as the log has it; None when it was deleted."""

Progress = Callable[[str, int, int], None]
"""Called with what is being checked, how far, and out of how much. It may raise, to cancel."""


@dataclass(frozen=True)
class Problem:
    """What is wrong (page, schema, log, row, version, index), where, and what it means."""

    what: str
    where: str
    detail: str


def check(
    connection: Connection,
    vault_id: str,
    key: bytes,
    spells: Set[int],
    problems: list[Problem],
    progress: Progress,
) -> int:
    """Check chain and rows, adding to `problems`; gives the number of lines that hold.

    `key` is that of the row digests; `spells` are those open now: their drafts may have moved on.
    """
    total = count(connection, "access_log")
    last: LastDigests = defaultdict(dict)
    lines = 0
    try:
        for line in chain.walk(connection, vault_id):
            lines += 1
            if not _remember(last, line.record):
                problems.append(Problem("log", f"line {lines}", "What it says of changed rows makes no sense."))
            if lines % 1000 == 0:
                progress("access log", lines, total)
    except ChainBroken as error:
        problems.append(Problem("log", f"line {error.line}", error.why))
        lines = min(lines, error.line - 1)
        _read_on(connection, lines, last)
    problems += _bad_rows(connection, key, spells, last, progress)
    return lines


def count(connection: Connection, table: str) -> int:
    """How many rows a table has."""
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def _read_on(connection: Connection, after: int, last: LastDigests) -> None:
    """Past a broken line the digests still tell which rows were touched; lines that are no records tell nothing."""
    for record in connection.execute(
        text("SELECT record FROM access_log WHERE seq > :after ORDER BY seq"), {"after": after}
    ).scalars():
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            _remember(last, json.loads(record))


def _remember(last: LastDigests, record: Any) -> bool:
    """Take in the digests of a line; whether it has them as lines are written."""
    try:
        for table, digests in record.get("rows", {}).items():
            last[table].update(digests)
    except (ValueError, AttributeError, TypeError):
        return False
    return True


def _bad_rows(
    connection: Connection, key: bytes, spells: Set[int], last: LastDigests, progress: Progress
) -> Iterator[Problem]:
    checked, total = 0, sum(map(len, last.values()))
    for table in accounted_tables():
        for row, frame in _rows(connection, table):
            checked += 1
            where = _key(key, table.name, row)
            accounted = last[table.name].pop(where, None)
            if checked % 1000 == 0:
                progress("record", checked, total)
            if table.name == "note_versions" and not _fits_itself(connection, row, frame):
                yield Problem(
                    table.name, str(row["id"]), f"{_called(connection, table.name, row)} does not fit its own digest."
                )
            if table.name == "drafts" and row["spell"] in spells:
                continue
            if accounted is None:
                yield Problem(table.name, where, f"{_called(connection, table.name, row)}: no line accounts for it.")
            elif _digest(key, table.name, row) != accounted:
                yield Problem(
                    table.name, where, f"{_called(connection, table.name, row)} is not as the log last saw it."
                )
    for name, digests in last.items():
        for where, digest in digests.items():
            if digest is not None:
                yield Problem(name, where, "The log accounts for this row, but it is gone.")


def _rows(connection: Connection, table: Table) -> Iterator[tuple[dict[str, Any], Row[Any]]]:
    """Every row, by name of column, and as it was read; a signed version's with its note's frame at the end."""
    columns = [column.name for column in table.columns]
    query = f"SELECT {', '.join(f't.{column}' for column in columns)} FROM {table.name} t"
    if table.name == "note_versions":
        query = (
            query.replace(" FROM ", ", n.id, n.client_id, n.kind, n.at FROM ") + " LEFT JOIN notes n ON n.id = note_id"
        )
    for block in connection.exec_driver_sql(query).partitions(1000):  # a third of the time of one by one
        for found in block:
            yield dict(zip(columns, found, strict=False)), found


def _fits_itself(connection: Connection, version: Mapping[str, Any], found: Row[Any]) -> bool:
    """Whether a signed version is what its own digest says. One without a note has no digest to fit."""
    note = dict(zip(("id", "client_id", "kind", "at"), found[-4:], strict=True))
    if note["id"] is None:
        return True
    before = None
    if version["number"] != 1:
        query = "SELECT digest FROM note_versions WHERE note_id = ? AND number < ? ORDER BY number DESC LIMIT 1"
        before = connection.exec_driver_sql(query, (version["note_id"], version["number"])).scalar()
    try:
        return version_digest(version, note, _hex(before)) == _hex(version["digest"])
    except (TypeError, ValueError):  # a value of a type that was never written here
        return False


def _hex(digest: Any) -> str | None:
    return digest.hex() if isinstance(digest, bytes) else None


def _called(connection: Connection, table: str, row: Any) -> str:
    """What people call the row: by reference, never by name."""
    if table == "note_versions":
        return f"Version {row['number']} of note {_ref_of(connection, row['note_id'])}"
    if table in ("drafts", "note_tags"):
        return f"The {'draft' if table == 'drafts' else 'tag'} of note {_ref_of(connection, row['note_id'])}"
    if "ref" in row:
        return f"The {table.removesuffix('s')} {row['ref']}"
    return "The row"


def _ref_of(connection: Connection, note_id: Any) -> str:
    return str(connection.execute(text("SELECT ref FROM notes WHERE id = :id"), {"id": note_id}).scalar() or "unknown")


def _key(key: bytes, table: str, row: Any) -> str:
    """The row's key as the log writes it; empty, which no line has, where it cannot be one."""
    try:
        return row_key(key, table, row)
    except (TypeError, ValueError):  # a value of a type that was never written here
        return ""


def _digest(key: bytes, table: str, row: Any) -> str | None:
    try:
        return row_digest(key, table, row)
    except (TypeError, ValueError):
        return None
