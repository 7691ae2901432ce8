"""Operations: the only functions that touch the record, each declared with the event it leaves in the log.

An operation is no function that can be called: only ``Practice.do`` runs it, and so nothing reaches a face without the
line that accounts for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, Generic, NoReturn, ParamSpec, TypeVar

from sqlalchemy import event as sa_event
from sqlalchemy import insert
from sqlalchemy.orm import Session

from notes.access_log import chain
from notes.access_log.digests import row_digest, row_key
from notes.access_log.events import EVENTS, Event, Outcome
from notes.practice.surroundings import Surroundings, iso, milliseconds
from notes.store.ids import Ids, reference_length
from notes.store.models import RECORD_TABLES, Base
from notes.vault.vault import OpenVault

P = ParamSpec("P")
R = TypeVar("R")

_ACCOUNTED = frozenset(RECORD_TABLES)


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

    `spells` are the spells of editing opened since the unlocking: their drafts change without a line each.
    """

    vault: OpenVault
    unlock: str
    face: str
    program: str
    row_key: bytes
    surroundings: Surroundings
    ids: Ids
    spells: set[int] = field(default_factory=set)

    @property
    def vault_id(self) -> str:
        """The vault's id, 32 hexadecimal digits."""
        return self.vault.header.vault

    @property
    def actor(self) -> str:
        """Who opened the vault: the label of the key slot."""
        return self.vault.slot.label


@dataclass
class Work:
    """What an operation works with: the transaction's ORM session, the time, and what its line will say."""

    db: Session
    standing: Standing
    now: datetime
    client: int | None = None
    object: int | None = None
    clients: list[int] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    reason: str | None = None
    _changed: dict[tuple[str, str], Base | str | None] = field(default_factory=dict)

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

    def new_id(self) -> int:
        """A fresh primary key."""
        return self.standing.ids.next(self.now)

    def new_refs(self, model: Any, count: int = 1) -> list[str]:
        """Fresh short references for `count` rows of `model`."""
        rows = self.db.query(model.ref).count()
        taken: set[str] = set()
        length = reference_length(rows + count)
        fresh: list[str] = []
        while len(fresh) < count:
            drawn = self.standing.ids.reference(taken, length)
            taken.add(drawn)
            if not self.db.query(model.ref).filter(model.ref == drawn).first():
                fresh.append(drawn)
        return fresh

    def insert(self, model: type[Base], rows: list[dict[str, Any]]) -> None:
        """Insert many rows at once, accounted for like any other change."""
        if rows:
            self.db.execute(insert(model.__table__), rows)  # type: ignore[arg-type]
            table = model.__tablename__
            for row in rows:
                self._changed[table, row_key(table, row)] = row_digest(self.standing.row_key, table, row)

    def account(self, event: str, outcome: Outcome = "done") -> int:
        """Write a line for what was changed since the last one, and give its number."""
        self.db.flush()
        rows = self.changed_rows()
        entry = self.entry(event, outcome)
        entry["rows"] = rows
        seq = chain.append(self.db.connection(), self.standing.vault_id, entry)
        self._changed.clear()
        self.client = self.object = self.reason = None
        self.clients, self.seen, self.counts = [], [], {}
        return seq

    def changed_tables(self) -> set[str]:
        """Tables with changes not yet accounted for."""
        return {table for table, _ in self._changed}

    def changed_rows(self) -> list[list[str | None]]:
        """Table, key and digest of every row changed since the last line."""
        return [[table, key, self._digest(table, changed)] for (table, key), changed in self._changed.items()]

    def entry(self, event: str, outcome: Outcome) -> dict[str, Any]:
        """The fields of a line, without the changed rows."""
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
            "reason": self.reason,
        }

    def watch(self) -> None:
        """Notice every row that the ORM session writes or deletes."""

        def note(session: Session, _: Any) -> None:
            for instance in (*session.new, *session.dirty):
                self._notice(instance, instance)
            for instance in session.deleted:
                self._notice(instance, None)

        sa_event.listen(self.db, "after_flush", note)

    def _notice(self, instance: Any, after: Any) -> None:
        if type(instance) not in _ACCOUNTED:
            raise TypeError(f"{type(instance).__name__} is not a table of the record")
        table = type(instance).__tablename__
        self._changed[table, row_key(table, columns_of(instance))] = after

    def _digest(self, table: str, changed: Base | str | None) -> str | None:
        if changed is None or isinstance(changed, str):
            return changed
        return row_digest(self.standing.row_key, table, columns_of(changed))


def columns_of(instance: Any) -> Mapping[str, Any]:
    """The instance's columns and values."""
    return {column.name: getattr(instance, column.name) for column in instance.__table__.columns}
