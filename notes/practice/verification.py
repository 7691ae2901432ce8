"""Verification of everything: pages, schema, chain, digests, signed versions, search index.

Each problem says what is wrong, where, and in words. It cannot be cut into slices: SQLite's own checks are a few long
statements that read everything, and what changes in between they would have to read again. So it is run as one
operation, can be stopped at any moment by raising ``Cancelled`` in `progress`, and is then begun anew when there is
time. Only the check of the pages' seals, at the end, is not interrupted: about a second for each 300 MB.

Two threads share the work: SQLite checks its structures in one, which lets go of Python's lock, while the other reads
and hashes every row through a second connection that only reads. `progress` is called in the caller's thread alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from notes.access_log import forward, receipts
from notes.access_log.forward import Proven
from notes.access_log.receipts import Receipt
from notes.errors import Altered, LogError, NotesError, WrongKey
from notes.practice import accounts, recovery
from notes.practice.accounts import Problem, Progress
from notes.practice.operations import Standing, Work, operation
from notes.store import schema
from notes.store.engine import beside, interrupt
from notes.store.faults import FAULTS, store_error

TELL_EVERY = 0.05
"""Seconds at most between two calls of `progress`, and so before a raised ``Cancelled`` counts."""


@dataclass(frozen=True)
class Report:
    """The outcome. ``check`` raises where there are problems; `ok` is for showing.

    `anchored` is whether something outside the vault bore witness that this is no older copy; `proven` is what the
    recovery sheet proves, where it was asked. `before` names copies of the database from before a journal was rolled
    back into it, where there are any.
    """

    notes: int
    log_lines: int
    problems: list[Problem] = field(default_factory=list)
    anchored: bool = False
    proven: Proven | None = None
    before: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def advice(self) -> str:
        """What to do where there are problems."""
        if not self.before:
            return "Keep a copy of the vault folder as it is, and compare it with your last backup."
        return (
            "After a crash an unfinished change was taken back by its journal, and that may have done this. "
            f"{' and '.join(self.before)} in the vault folder still hold what was there before. Lock the vault, copy "
            "the folder twice, in one copy give such a file the name vault.db, and check that copy: notes verify"
        )

    def check(self) -> None:
        """Raises Altered when anything is wrong."""
        if self.problems:
            first = self.problems[0]
            raise Altered(
                f"The vault is not as its log says: {len(self.problems)} problem(s).",
                f"First: {first.what} {first.where}: {first.detail}",
                self.advice,
            )


@operation("vault.verify")
def verify(work: Work, progress: Progress | None = None) -> Report:
    """Check the whole vault; where it is sound and anchored, copies from before a recovery have served and go.

    `progress` may raise ``Cancelled``, to stop it at once. Raises NotWritable.
    """
    standing = work.standing
    with beside(work.db.engine) as second:
        report = examine(work.db, standing.vault_id, standing.row_key, standing.spells, progress, second)
    report = replace(report, anchored=standing.anchored, problems=[*_rollback(standing), *report.problems])
    if report.ok and report.anchored:  # otherwise an older state that a journal brought back would look sound too
        recovery.forget(standing.vault.folder)
    report = replace(report, before=recovery.kept(standing.vault.folder))
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
    lines = accounts.check(
        connection, standing.vault_id, standing.row_key, standing.spells, problems, progress or _tell_nobody
    )
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
    return Report(
        _count(connection, "notes"), lines, problems, standing.anchored, proven, recovery.kept(standing.vault.folder)
    )


def _rollback(standing: Standing) -> list[Problem]:
    return [Problem("log", "anchor", str(standing.rollback))] if standing.rollback else []


def examine(
    connection: Connection,
    vault_id: str,
    key: bytes,
    spells: Set[int] = frozenset(),
    progress: Progress | None = None,
    second: Connection | None = None,
) -> Report:
    """Check the database behind `connection`; with a `second` connection to it, in two threads.

    `key` is that of the row digests; `spells` are those open now: their drafts may have moved on. Raises what
    `progress` raises.
    """
    tell, stop = progress or _tell_nobody, Stop()
    if second is None:
        structures = _structures(connection, stop)
        lines, problems = _accounts(connection, vault_id, key, spells, tell)
    else:
        with ThreadPoolExecutor(1) as helper:
            going_on = helper.submit(_structures, connection, stop)
            try:
                lines, problems = _accounts(second, vault_id, key, spells, tell)
                structures = _await(going_on, stop, tell)
            except BaseException:
                stop.now = True
                while not going_on.done():  # it may just have been between two statements
                    interrupt(connection)
                    wait([going_on], timeout=TELL_EVERY / 5)
                raise
    tell("pages", 0, 0)
    sealed = _try("page", partial(_bad_seals, connection))
    return Report(_count(connection, "notes"), lines, [*sealed, *structures, *problems])


@dataclass
class Stop:
    """Whether the helper is to begin no further statement; `done` of `total` it has ended."""

    now: bool = False
    done: int = 0
    total: int = 0


def _await(structures: Future[list[Problem]], stop: Stop, tell: Progress) -> list[Problem]:
    while not structures.done():
        tell("database", stop.done, stop.total)
        wait([structures], timeout=TELL_EVERY)
    return structures.result()


def _tell_nobody(*_: object) -> None:
    pass


def _accounts(
    connection: Connection, vault_id: str, key: bytes, spells: Set[int], tell: Progress
) -> tuple[int, list[Problem]]:
    problems: list[Problem] = []
    try:
        return accounts.check(connection, vault_id, key, spells, problems, tell), problems
    except FAULTS as error:
        return 0, [*problems, _unreadable("row", error)]


def _structures(connection: Connection, stop: Stop) -> list[Problem]:
    """What SQLite can check: b-trees and indexes, references, search index; and that the schema is the golden one."""
    tables: list[str] = []
    found = _try("page", lambda: _tables(connection, tables))
    checks: list[tuple[str, Callable[[], Iterator[Problem]]]] = [
        *(("page", partial(_bad_table, connection, table)) for table in tables),
        ("page", partial(_bad_references, connection)),
        ("schema", partial(_schema, connection)),
        ("index", partial(_bad_index, connection)),
    ]
    stop.total = len(checks)
    for what, check in checks:
        if stop.now:
            break
        found += _try(what, check)
        stop.done += 1
    return found


def _tables(connection: Connection, tables: list[str]) -> Iterator[Problem]:
    """The tables whose own structure is checked; the search index is checked with the texts, once."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'note_index'"
    tables += connection.exec_driver_sql(query).scalars()
    yield from ()


def _bad_table(connection: Connection, table: str) -> Iterator[Problem]:
    for row in connection.exec_driver_sql(f"PRAGMA integrity_check('{table}')").scalars():
        if row != "ok":
            yield Problem("page", table, f"{row}.")


def _bad_references(connection: Connection) -> Iterator[Problem]:
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


def _bad_seals(connection: Connection) -> Iterator[Problem]:
    for row in connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars():
        number = str(row).rsplit(" ", 1)[-1]
        yield Problem("page", number, f"Page {number} does not carry its seal." if number.isdigit() else f"{row}.")


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
        return accounts.count(connection, table)
    except FAULTS:
        return 0
