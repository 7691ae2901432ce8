"""Verification of everything: pages, schema, chain, digests, signed versions, search index.

Each problem says what is wrong, where, and in words. The walk through the log remembers the last digest of every row;
a row that differs, is gone, or was never accounted for is named.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import DBAPIError

from notes.access_log import chain, forward, receipts
from notes.access_log.digests import accounted_tables, row_digest, row_key, version_digest
from notes.access_log.forward import Proven
from notes.access_log.receipts import Receipt
from notes.errors import Altered, ChainBroken, LogError, NotesError, WrongKey
from notes.practice.operations import Standing, Work, operation
from notes.store import schema
from notes.store.engine import FAULTS, store_error

LastDigests = dict[str, dict[str, str | None]]
"""By table and key: the digest after the row's last change, as the log has it; None when it was deleted."""

Progress = Callable[[str, int, int], None]
"""Called with what is being checked, how far, and out of how much."""


@dataclass(frozen=True)
class Problem:
    """What is wrong (page, schema, log, row, version, index), where, and what it means."""

    what: str
    where: str
    detail: str


@dataclass(frozen=True)
class Report:
    """The outcome. ``check`` raises where there are problems; `ok` is for showing.

    `anchored` is whether something outside the vault bore witness that this is no older copy; `proven` is what the
    recovery sheet proves, where it was asked.
    """

    notes: int
    log_lines: int
    problems: list[Problem] = field(default_factory=list)
    anchored: bool = False
    proven: Proven | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def check(self) -> None:
        """Raises Altered when anything is wrong."""
        if self.problems:
            first = self.problems[0]
            raise Altered(
                f"The vault is not as its log says: {len(self.problems)} problem(s).",
                f"First: {first.what} {first.where}: {first.detail}",
                "Keep a copy of the vault folder as it is, and compare it with your last backup.",
            )


@operation("vault.verify")
def verify(work: Work, progress: Progress | None = None) -> Report:
    """Check the whole vault."""
    standing = work.standing
    report = examine(work.db, standing.vault_id, standing.row_key, standing.spells, progress)
    report = replace(report, anchored=standing.anchored, problems=[*_rollback(standing), *report.problems])
    work.counts.update(lines=report.log_lines, problems=len(report.problems))
    return report


@operation("log.verify")
def verify_log(
    work: Work,
    progress: Progress | None = None,
    receipt: Receipt | None = None,
    recovery_key: bytearray | None = None,
) -> Report:
    """Check the access log, and what it says against the record: chain and digests.

    With a `receipt`, also that it continues what the receipt says; with the `recovery_key`, every seal of its epoch.
    """
    problems: list[Problem] = []
    connection = work.db
    standing = work.standing
    lines = _check_record(connection, standing.vault_id, standing.row_key, standing.spells, problems, progress)
    work.counts.update(lines=lines, problems=len(problems))
    problems[:0] = _rollback(standing)
    if receipt is not None and (against := receipts.check(connection, standing.vault_id, receipt)):
        problems.append(Problem("log", "receipt", against))
    proven = None
    if recovery_key is not None:
        try:
            proven = forward.verify(connection, standing.vault_id, recovery_key)
        except (LogError, WrongKey) as error:
            problems.append(Problem("log", "seals", f"{error} {error.why}"))
    return Report(_count(connection, "notes"), lines, problems, standing.anchored, proven)


def _rollback(standing: Standing) -> list[Problem]:
    return [Problem("log", "anchor", str(standing.rollback))] if standing.rollback else []


def examine(
    connection: Connection,
    vault_id: str,
    key: bytes,
    spells: Set[int] = frozenset(),
    progress: Progress | None = None,
) -> Report:
    """Check the database behind `connection`. `spells` are those open now: their drafts may have moved on."""
    problems: list[Problem] = []
    lines = 0
    problems += _try("page", lambda: _bad_pages(connection))
    problems += _try("schema", lambda: _schema(connection))
    try:
        lines = _check_record(connection, vault_id, key, spells, problems, progress)
    except FAULTS as error:
        problems.append(_unreadable("row", error))
    problems += _try("version", lambda: _bad_versions(connection))
    problems += _try("index", lambda: _bad_index(connection))
    return Report(_count(connection, "notes"), lines, problems)


def _check_record(
    connection: Connection,
    vault_id: str,
    key: bytes,
    spells: Set[int],
    problems: list[Problem],
    progress: Progress | None,
) -> int:
    """Chain, then digests. Gives the number of lines that hold."""
    total = _count(connection, "access_log")
    last: LastDigests = defaultdict(dict)
    lines = 0
    try:
        for line in chain.walk(connection, vault_id):
            lines = line.record["seq"]
            for table, digests in line.record.get("rows", {}).items():
                last[table].update(digests)
            if progress and lines % 1000 == 0:
                progress("access log", lines, total)
    except ChainBroken as error:
        problems.append(Problem("log", f"line {lines + 1}", error.why))
        _read_on(connection, lines, last)
    problems += _bad_rows(connection, key, spells, last, progress)
    return lines


def _read_on(connection: Connection, after: int, last: LastDigests) -> None:
    """Past a broken line the digests still tell which rows were touched; lines that are no records tell nothing."""
    for record in connection.execute(
        text("SELECT record FROM access_log WHERE seq > :after ORDER BY seq"), {"after": after}
    ).scalars():
        try:
            for table, digests in json.loads(record).get("rows", {}).items():
                last[table].update(digests)
        except (ValueError, AttributeError, TypeError):
            continue


def _bad_rows(
    connection: Connection,
    key: bytes,
    spells: Set[int],
    last: LastDigests,
    progress: Progress | None,
) -> Iterator[Problem]:
    checked, total = 0, sum(map(len, last.values()))
    for table in accounted_tables():
        columns = [column.name for column in table.columns]
        quoted = ", ".join(f'"{column}"' for column in columns)
        told = last[table.name]
        for found in _rows(connection, f"SELECT {quoted} FROM {table.name}"):
            row = dict(zip(columns, found, strict=True))
            where = row_key(key, table.name, row)
            accounted = told.pop(where, None)
            checked += 1
            if progress and checked % 1000 == 0:
                progress("record", checked, total)
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


def _rows(connection: Connection, query: str) -> Iterator[Row[Any]]:
    """Rows by the thousand, which takes a third of the time of one by one."""
    for block in connection.exec_driver_sql(query).partitions(1000):
        yield from block


def _digest(key: bytes, table: str, row: Any) -> str | None:
    try:
        return row_digest(key, table, row)
    except (TypeError, ValueError):  # a value of a type that was never written here
        return None


def _bad_versions(connection: Connection) -> Iterator[Problem]:
    """Signed versions against the digest in their own row."""
    before: str | None = None
    query = (
        "SELECT v.*, n.client_id, n.kind AS note_kind, n.at FROM note_versions v "
        "JOIN notes n ON n.id = v.note_id ORDER BY v.note_id, v.number"
    )
    for found in _rows(connection, query):
        row = found._mapping
        note = {"id": found.note_id, "client_id": found.client_id, "kind": found.note_kind, "at": found.at}
        before = None if found.number == 1 else before
        digest = found.digest.hex() if isinstance(found.digest, bytes) else None
        if version_digest(row, note, before) != digest:
            called = _called(connection, "note_versions", row)
            yield Problem("note_versions", str(found.id), f"{called} does not fit its own digest.")
        before = digest


def _bad_pages(connection: Connection) -> Iterator[Problem]:
    for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars():
        yield Problem("page", str(row).rsplit(" ", 1)[-1], f"{row}.")
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'note_index'"
    for table in connection.exec_driver_sql(tables).scalars().all():  # the index is checked with the texts, once
        for row in connection.exec_driver_sql(f"PRAGMA integrity_check('{table}')").scalars():
            if row != "ok":
                yield Problem("page", table, f"{row}.")
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield Problem(str(row[0]), str(row[1]), f"This row belongs to a row of {row[2]} that is not there.")


def _schema(connection: Connection) -> Iterator[Problem]:
    try:
        schema.check(connection)
    except Altered as error:
        yield Problem("schema", "", error.why)
    for where in schema.strays(connection):
        yield Problem("schema", where, "Other software has written here.")


def _bad_index(connection: Connection) -> Iterator[Problem]:
    try:
        connection.exec_driver_sql("INSERT INTO note_index (note_index, rank) VALUES ('integrity-check', 1)")
    except DBAPIError:
        yield Problem("index", "note_index", "The search index does not fit the texts.")


def _try(what: str, check: Callable[[], Iterator[Problem]]) -> list[Problem]:
    found: list[Problem] = []
    try:
        found.extend(check())
    except (*FAULTS, NotesError) as error:
        found.append(_unreadable(what, error))
    return found


def _unreadable(what: str, error: Exception) -> Problem:
    told = error if isinstance(error, NotesError) else store_error(error)
    return Problem(what, "", f"{told} {getattr(told, 'why', '')}".strip())


def _count(connection: Connection, table: str) -> int:
    try:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
    except FAULTS:
        return 0
