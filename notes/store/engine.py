"""Opening the database: SQLCipher 4 under SQLAlchemy, with one connection and a profile that is asserted.

Why each setting: docs/decisions/002-connection-profile.md. The key is handed over as bytes that are zeroed afterwards,
never as SQL text, which would leave copies of it in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.pool import StaticPool

from notes.errors import Busy, Corrupt, DiskFull, NotesError, StoreError
from notes.store.faults import corrupt, store_error
from notes.vault import keys
from notes.vault.files import machine_error

PAGE_BYTES = 4096
LOGGER = "session-notes"

PROFILE: dict[str, tuple[str, object]] = {
    "journal_mode": ("DELETE", "delete"),
    "synchronous": ("EXTRA", 3),
    "fullfsync": ("ON", 1),
    "locking_mode": ("EXCLUSIVE", "exclusive"),
    "temp_store": ("MEMORY", 2),
    "secure_delete": ("ON", 1),
    "foreign_keys": ("ON", 1),
    "recursive_triggers": ("ON", 1),
    "trusted_schema": ("OFF", 0),
    "cell_size_check": ("ON", 1),
    "mmap_size": ("0", 0),
    "cache_size": ("-16000", -16000),
}
"""Setting: what is asked for, what reading it back must give."""

CIPHER_FLOOR = (4, 14)
"""The oldest SQLCipher accepted: it carries the SQLite that fixed the WAL-reset corruption (3.51.3)."""

READABLE = frozenset(PROFILE) | {
    "data_version",
    "read_uncommitted",
    "page_count",
    "integrity_check",
    "quick_check",
    "foreign_key_check",
    "cipher_integrity_check",
    "cipher_version",
    "cipher_provider_version",
    "user_version",
    "application_id",
    "shrink_memory",
}
"""Pragmas that may be read, or called, on an open connection; none may be set."""

_OK, _DENY = 0, 1
_PRAGMA, _ATTACH, _DETACH, _FUNCTION = 19, 24, 25, 31
_DDL = frozenset({*range(1, 9), *range(10, 18), 26, 27, 28, 29, 30})  # create, drop, alter, reindex, analyze, vtable


class Connector:
    """Makes the one connection and knows whether it may change the schema just now."""

    def __init__(self, path: Path, key: bytearray, create: bool) -> None:
        self.path = path
        self._key = key
        self._create = create
        self.migrating = False
        self.raw: BinaryIO | None = None
        self.reader: Engine | None = None

    def close_others(self) -> None:
        """Close what else was opened on the file; once the connection is closed it holds no lock any more."""
        if self.raw is not None:
            self.raw.close()
            self.raw = None
        if self.reader is not None:
            self.reader.dispose()
            self.reader = None

    def connect(self) -> Any:
        """A keyed, profiled and checked DBAPI connection."""
        if not self._create:
            check_file(self.path)
        connection = sqlcipher.connect(
            str(self.path), isolation_level=None, cached_statements=256, check_same_thread=False
        )
        try:
            self._unlock(connection)
            self._set_profile(connection)
        except sqlcipher.Error:
            pages = _unsealed(connection)
            connection.close()
            if not 0 < len(pages) < self.path.stat().st_size // PAGE_BYTES:  # all of them: that is another key
                raise
            raise corrupt(pages) from None
        except BaseException:
            connection.close()
            raise
        connection.set_authorizer(self.authorize)
        return connection

    def connect_reader(self) -> Any:
        """A second connection that only reads; it takes no locks, the first one holds them all."""
        uri = f"{self.path.absolute().as_uri()}?mode=ro&nolock=1"
        connection = sqlcipher.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            self._unlock(connection)
            for setting in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
        connection.set_authorizer(self.authorize)
        return connection

    def _unlock(self, connection: Any) -> None:
        connection.execute("PRAGMA cipher_log_level = NONE")
        raw = bytearray(b"x'" + bytes(2 * len(self._key)) + b"'")
        for place, byte in enumerate(self._key):  # by hand: hex() would leave the key behind as text
            raw[2 + 2 * place : 4 + 2 * place] = b"%02x" % byte
        try:
            connection.set_key(raw)
        finally:
            keys.wipe(raw)

    def _set_profile(self, connection: Any) -> None:
        version = connection.execute("PRAGMA cipher_version").fetchone()
        if version is None or tuple(int(n) for n in version[0].split()[0].split(".")[:2]) < CIPHER_FLOOR:
            raise StoreError(
                "This installation's SQLCipher is missing or too old.",
                f"At least {CIPHER_FLOOR[0]}.{CIPHER_FLOOR[1]} is needed.",
                "Install Session Notes again.",
            )
        for name, (asked, _) in PROFILE.items():
            connection.execute(f"PRAGMA {name} = {asked}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if self._create:
            self.path.chmod(0o600)
        for name, (_, expected) in PROFILE.items():
            found = connection.execute(f"PRAGMA {name}").fetchone()[0]
            if found != expected:
                raise StoreError(
                    "The database did not accept a safety setting.",
                    f"{name} is {found} instead of {expected}.",
                    "Install Session Notes again; if it stays so, report it.",
                )

    def authorize(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        """SQLite's authorizer: what no statement may do on an open vault."""
        if action in _DDL:
            return _OK if self.migrating else _DENY
        if action == _PRAGMA:
            readable = first in READABLE and (second is None or first == "integrity_check")
            return _OK if readable or (self.migrating and first in ("table_info", "table_xinfo")) else _DENY
        if action in (_ATTACH, _DETACH) or (action == _FUNCTION and second == "load_extension"):
            return _DENY
        return _OK


def open_engine(path: Path, key: bytearray, *, create: bool = False) -> Engine:
    """An engine on `path`, connected, with the profile asserted. `key` is the 32-byte raw key; the caller wipes it.

    Raises Corrupt (missing, cut short, damaged or another key), Busy, NotWritable, DiskFull.
    """
    connector = Connector(path, key, create)
    try:
        connection = connector.connect()
        try:
            connector.reader = _engine(connector.connect_reader())
        except BaseException:
            connection.close()
            raise
    except sqlcipher.Error as error:
        raise store_error(error) from None
    engine = _engine(connection)
    event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    event.listen(engine, "engine_disposed", lambda _: connector.close_others())
    engine.update_execution_options(connector=connector)
    return engine


def _engine(connection: Any) -> Engine:
    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher,
        creator=lambda: connection,
        poolclass=StaticPool,
        hide_parameters=True,
        logging_name=LOGGER,
    )
    logging.getLogger(f"sqlalchemy.engine.Engine.{LOGGER}").setLevel(logging.WARNING)  # lower levels print rows
    event.listen(engine, "handle_error", _stays_connected)
    engine.raw_connection().close()  # the pool takes the connection over, and dispose() will close it
    return engine


def _stays_connected(context: ExceptionContext) -> None:
    """Whoever stops the program at the keyboard ends the statement: the one connection is still to write the line."""
    if not isinstance(context.original_exception, Exception):
        context.is_disconnect = False


@contextmanager
def beside(engine: Engine) -> Iterator[Connection]:
    """The second connection to the same database: it only reads, and another thread may use it beside the first.

    Use it while no transaction of the first one has written anything yet. It is closed with the first, never before,
    for the reason that ``raw_file`` gives.
    """
    connector: Connector = engine.get_execution_options()["connector"]
    assert connector.reader is not None
    with connector.reader.connect() as connection:
        # Whoever holds the file alone counts its changes once only, so what was read before may be out of date.
        connection.exec_driver_sql("PRAGMA shrink_memory")
        yield connection


def interrupt(connection: Connection) -> None:
    """End the statement that another thread is running on this connection: it fails there."""
    connection.connection.driver_connection.interrupt()  # type: ignore[union-attr]


@contextmanager
def schema_changes(engine: Engine) -> Iterator[None]:
    """Allow changes of the schema inside the block: for migrations only."""
    connector: Connector = engine.get_execution_options()["connector"]
    connector.migrating = True
    try:
        yield
    finally:
        connector.migrating = False


def copy_to(engine: Engine, target: Path, key: bytearray) -> None:
    """Write the whole database to `target` under another raw key, page by page, and make it durable.

    Raises DiskFull, NotWritable.
    """
    target.unlink(missing_ok=True)
    try:
        other = Connector(target, key, create=True).connect()
        try:
            engine.raw_connection().driver_connection.backup(other)  # type: ignore[union-attr]
        finally:
            other.close()
    except sqlcipher.Error as error:
        raise store_error(error) from None


def raw_file(engine: Engine) -> BinaryIO:
    """The database's own bytes, as they are encrypted on disk, from the first. Read it while no transaction writes.

    The file stays open until the engine is disposed of: as soon as a program closes any handle of a file, POSIX takes
    away all locks it has on it, SQLite's too.
    """
    connector: Connector = engine.get_execution_options()["connector"]
    if connector.raw is None:
        connector.raw = connector.path.open("rb", buffering=0)
    connector.raw.seek(0)
    return connector.raw


def check_file(path: Path) -> None:
    """Raises Corrupt when the database file is missing or its length cannot be right."""
    restore = "Restore the vault folder from a backup."
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise Corrupt(
            "The vault's database is missing.", "The folder holds a header but no vault.db.", restore
        ) from None
    except OSError as error:
        raise machine_error(error) from None
    if size == 0 or (size % PAGE_BYTES and not _journal_waits(path)):
        raise Corrupt(
            "The vault's database has been cut short.",
            f"vault.db has {size} bytes, not whole pages.",
            restore,
        )


def _journal_waits(path: Path) -> bool:
    """Whether a journal lies beside the file: then a page cut in half at its end is rolled back, not missed."""
    journal = path.with_name(path.name + "-journal")
    return journal.is_file() and journal.stat().st_size > 0


def check_length(engine: Engine, path: Path) -> None:
    """Raises Corrupt when whole pages are missing from the end of the file."""
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    size = path.stat().st_size
    if size < pages * PAGE_BYTES or size % PAGE_BYTES:
        raise Corrupt(
            "The vault's database has been cut short.",
            "Pages are missing from the end of vault.db.",
            "Restore the vault folder from a backup.",
        )


def diagnose(engine: Engine, error: BaseException) -> NotesError:
    """What a failed statement means: where pages are damaged, they are named, whatever SQLite made of it.

    Once SQLCipher has met a page without its seal it answers with anything from "malformed" to "out of memory" and
    "readonly"; its integrity check still works on that connection.
    """
    told = store_error(error)
    if isinstance(told, DiskFull | Busy):
        return told
    pages = damaged_pages(engine)
    return corrupt(pages) if pages else told


def damaged_pages(engine: Engine) -> list[int]:
    """Numbers of the pages whose seal does not fit, counted from 1. Reads the whole file."""
    connection = engine.raw_connection().driver_connection
    assert connection is not None
    return _unsealed(connection)


def _unsealed(connection: Any) -> list[int]:
    try:
        rows = connection.execute("PRAGMA cipher_integrity_check").fetchall()
    except (sqlcipher.Error, MemoryError):
        return []
    return [int(row[0].rsplit(" ", 1)[-1]) for row in rows if row[0].rsplit(" ", 1)[-1].isdigit()]
