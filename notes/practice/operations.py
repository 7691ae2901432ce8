"""Operations: the only functions that touch the record, each declared with the event it leaves in the log.

An operation is no function that can be called: only ``Practice.do`` runs it, and so nothing reaches a face without the
line that accounts for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Concatenate, Generic, NoReturn, ParamSpec, TypeVar

from sqlalchemy import Connection, CursorResult, Row

from notes.access_log import chain, forward
from notes.access_log.digests import key_columns, row_digest, row_key
from notes.access_log.events import EVENTS, Event, Outcome
from notes.errors import Altered
from notes.practice.surroundings import Surroundings, iso, milliseconds
from notes.store.ids import Ids
from notes.store.models import Base
from notes.vault import anchor
from notes.vault.anchor import Rollback
from notes.vault.vault import OpenVault

P = ParamSpec("P")
R = TypeVar("R")


class Operation(Generic[P, R]):
    """A declared operation. `event` is what it leaves in the log."""

    def __init__(self, event: Event, function: Callable[Concatenate[Work, P], R]) -> None:
        self.event = event
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.__doc__ = function.__doc__
        self._function = function

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError(f"{self.name} is an operation: run it with Practice.do")


OPERATIONS: list[Operation[..., Any]] = []
"""Every declared operation, in the order of declaration."""


def operation(event: str) -> Callable[[Callable[Concatenate[Work, P], R]], Operation[P, R]]:
    """Declare a function an operation that leaves `event`, which must be in the vocabulary."""
    known = EVENTS[event]

    def declare(function: Callable[Concatenate[Work, P], R]) -> Operation[P, R]:
        declared = Operation(known, function)
        OPERATIONS.append(declared)
        return declared

    return declare


@dataclass
class Standing:
    """What stays the same for as long as the vault is unlocked; goes into every line.

    `end` is the end of the log: nobody else writes while the vault is open. `spells` are the spells of editing opened
    since the unlocking: their drafts change without a line each. `rollback` is set while an older copy waits for a
    decision; `second_place` is the folder that also holds the anchor, `anchored` whether there was one. `carry` is set
    in an emergency (``emergency``): it records outside the vault what a transaction adds to the log, or raises.
    """

    vault: OpenVault
    unlock: str
    face: str
    program: str
    row_key: bytes = field(repr=False)
    surroundings: Surroundings
    ids: Ids
    end: chain.End
    spells: set[int] = field(default_factory=set)
    rollback: Rollback | None = None
    second_place: Path | None = None
    anchored: bool = False
    carry: Callable[[Work], None] | None = None

    @cached_property
    def anchor_key(self) -> bytes:
        """The key of the anchor's MACs."""
        return anchor.key_for(self.row_key)

    def anchors(self) -> list[Path]:
        """The files outside the vault that remember the end of its log."""
        state, second = self.surroundings.state, self.second_place
        if state is None:
            return []  # a copy that is not the record
        return [
            anchor.place(state, self.vault_id),
            *([anchor.second_place(second, self.vault_id)] if second else []),
        ]

    @property
    def vault_id(self) -> str:
        """The vault's id, 32 hexadecimal digits."""
        return self.vault.header.vault

    @property
    def actor(self) -> str:
        """Who opened the vault: the label of the key slot."""
        return self.vault.slot.label


class Work:
    """What an operation works with: the transaction, the time, and what its line will say.

    Reading is plain SQL (``sql``, ``one``); writing goes through ``insert``, ``update`` and ``delete``, which digest
    what they change. A row changed by any other way has no line, and verification says so.
    """

    def __init__(self, db: Connection, standing: Standing) -> None:
        self.db = db
        self.standing = standing
        self.now: datetime = standing.surroundings.now()
        self.end = standing.end
        self.kept = False  # whether it was committed although it was stopped
        self._changed: dict[tuple[str, str], str | None] = {}
        self._say_nothing()

    def _say_nothing(self) -> None:
        self.client: int | None = None
        self.object: int | None = None
        self.clients: list[int] = []
        self.seen: list[int] = []
        self.counts: dict[str, int] = {}
        self.reason: str | None = None
        self.attempt: dict[str, str] = {}

    @property
    def actor(self) -> str:
        """Who does the work: the label of the key slot that opened the vault."""
        return self.standing.actor

    @property
    def milliseconds(self) -> int:
        """Now, as the tables keep it."""
        return milliseconds(self.now)

    def about(self, client: int | None = None, object: int | None = None) -> None:
        """Say whom and what the line concerns. Called as soon as it is known, so that a refusal names it too."""
        self.client = client if client is not None else self.client
        self.object = object if object is not None else self.object

    def begin_epoch(self, recovery_key: bytes | bytearray) -> None:
        """From the next line on the log is sealed under this recovery key."""
        key = forward.begin_epoch(self.db, self.end.seq + 1, self.standing.vault_id, recovery_key)
        self.end = replace(self.end, key=key)

    def new_id(self) -> int:
        """A fresh primary key."""
        return self.standing.ids.next(self.now)

    def new_refs(self, model: type[Base], count: int = 1) -> list[str]:
        """Fresh short references for `count` rows of `model`."""
        fresh: list[str] = []
        while len(fresh) < count:
            drawn = self.standing.ids.references(model.__tablename__, count - len(fresh), fresh)
            query = f"SELECT ref FROM {model.__tablename__} WHERE ref IN (SELECT value FROM json_each(:refs))"
            taken = set(self.sql(query, refs=json.dumps(drawn)).scalars())
            fresh += [ref for ref in drawn if ref not in taken]
        return fresh

    def sql(self, statement: str, **values: Any) -> CursorResult[Any]:
        """Run a statement; values stand as :name in it."""
        return self.db.exec_driver_sql(statement, values)

    def one(self, model: type[Base], **wanted: Any) -> Row[Any] | None:
        """The one row of `model` whose columns are as wanted; None when there is none."""
        where = " AND ".join(f"{column} = :{column}" for column in wanted)
        return self.sql(f"SELECT * FROM {model.__tablename__} WHERE {where} LIMIT 1", **wanted).first()

    def insert(self, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, all with the same columns."""
        if not rows:
            return
        table, columns = model.__tablename__, list(rows[0])
        places = ", ".join(f":{column}" for column in columns)
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
        self.db.exec_driver_sql(statement, rows if len(rows) > 1 else rows[0])
        for row in rows:
            self._changed[table, row_key(self.standing.row_key, table, row)] = row_digest(
                self.standing.row_key, table, row
            )

    def update(self, model: type[Base], row: Row[Any], **changes: Any) -> None:
        """Change columns of a row that was read whole; its primary key stays. Raises Altered."""
        table, before = model.__tablename__, dict(row._mapping)
        self._must_be_as_logged(table, before)
        key = {f"key_{column}": before[column] for column in key_columns(table)}
        assigned = ", ".join(f"{column} = :{column}" for column in changes)
        where = " AND ".join(f"{column} = :key_{column}" for column in key_columns(table))
        self.sql(f"UPDATE {table} SET {assigned} WHERE {where}", **changes, **key)
        after = before | changes
        self._changed[table, row_key(self.standing.row_key, table, after)] = row_digest(
            self.standing.row_key, table, after
        )

    def delete(self, model: type[Base], row: Row[Any]) -> None:
        """Delete a row that was read whole. Raises Altered."""
        table, before = model.__tablename__, dict(row._mapping)
        self._must_be_as_logged(table, before)
        key = {column: before[column] for column in key_columns(table)}
        self.sql(f"DELETE FROM {table} WHERE {' AND '.join(f'{c} = :{c}' for c in key)}", **key)
        self._changed[table, row_key(self.standing.row_key, table, before)] = None

    def _must_be_as_logged(self, table: str, row: Mapping[Any, Any]) -> None:
        """Otherwise a row altered from outside would get a good digest with its next ordinary change."""
        if table == "drafts" and row["spell"] in self.standing.spells:
            return
        key = row_key(self.standing.row_key, table, row)
        digest = row_digest(self.standing.row_key, table, row)
        if self._changed.get((table, key)) == digest:
            return
        client = row["id"] if table == "clients" else row.get("client_id", self.client)
        told = chain.last_digest(self.db, table, key, client)
        if told != digest:  # it may have been another client's: then the whole log is asked
            told = chain.last_digest(self.db, table, key)
        if told != digest:
            raise Altered(
                "What is to be changed is not as the access log last saw it.",
                "It was changed from outside this program.",
                "Keep a copy of the vault folder as it is, and see what else was altered with: notes verify",
            )

    def account(self, event: str, outcome: Outcome = "done") -> None:
        """Write a line for what was changed since the last one."""
        entry = self._entry(event, outcome)
        rows: dict[str, dict[str, str | None]] = {}
        for (table, key), digest in self._changed.items():
            rows.setdefault(table, {})[key] = digest
        entry["rows"] = rows
        self.end = chain.append(self.db, self.end, entry)
        self._changed.clear()
        self._say_nothing()

    def changed_tables(self) -> set[str]:
        """Tables with changes not yet accounted for."""
        return {table for table, _ in self._changed}

    def _entry(self, event: str, outcome: Outcome) -> dict[str, Any]:
        s = self.standing
        return {
            "at": iso(self.now),
            "mono": round(s.surroundings.monotonic(), 3),
            "boot": s.surroundings.boot,
            "program": s.program,
            "unlock": s.unlock,
            "actor": s.actor,
            "user": s.surroundings.user,
            "host": s.surroundings.host,
            "face": s.face,
            "event": event,
            "outcome": outcome,
            "purpose": EVENTS[event].purpose,
            "client": str(self.client) if self.client is not None else None,
            "object": str(self.object) if self.object is not None else None,
            "clients": [str(client) for client in self.clients],
            "seen": [str(note) for note in self.seen],
            "counts": dict(self.counts),
            "attempt": self.attempt,
            "reason": self.reason,
        }
