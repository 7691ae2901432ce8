"""The practice: an unlocked vault that runs operations.

``do`` opens a transaction, runs the operation, digests every row it changed, appends the line, commits, and only then
hands the result back. An error rolls everything back; a refusal leaves a line that says so. If the line cannot be
written, nothing is shown and nothing is kept.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Engine

from notes.access_log import chain
from notes.access_log.events import EVENTS, Event, Outcome
from notes.errors import Altered, BackupError, LogError, NotesError, NotWritable, RolledBack, StoreError, UsageError
from notes.practice import whereabouts
from notes.practice.checked import Checked
from notes.practice.operations import Operation, P, R, Standing, Work
from notes.practice.surroundings import iso
from notes.store.engine import diagnose
from notes.store.faults import FAULTS, store_error
from notes.vault import anchor
from notes.vault.anchor import Anchor, Rollback
from notes.vault.header import Header

TAKEN_AWAY = frozenset({"backup.make", "log.receipt", "log.export"})
"""Readings that make something lasting; from a copy that is gone tomorrow it would be held against the vault later."""


class Practice:
    """Made by ``opening.unlock``. Use it from one thread; ``lock`` it, or use it as a context manager."""

    def __init__(self, engine: Engine, standing: Standing) -> None:
        self._engine: Engine | None = engine
        self._standing = standing
        self._working = False
        self.warnings: list[str] = []
        self.place: str | None = None
        """Where the one who locked the vault was; not verified, so read it with care."""
        self.checked: Checked | None = None
        """The last verification of everything before this unlocking."""

    @property
    def vault_id(self) -> str:
        """The vault's id, 32 hexadecimal digits."""
        return self._standing.vault_id

    @property
    def rollback(self) -> Rollback | None:
        """What is known to be missing, while an older copy waits for a decision: until then nothing can be changed."""
        return self._standing.rollback

    def do(self, operation: Operation[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run an operation and give its result once its line is on disk.

        Raises what the operation raises; a StoreError when the disk or database fails; UsageError once locked.
        """
        work: Work | None = None
        event = operation.event
        header = self._standing.vault.header
        try:
            with self._begin() as work:
                self._may(event)
                result = operation._function(work, *args, **kwargs)
                if event.line:
                    work.account(event.name)
                elif work.changed_tables() - {"drafts"}:
                    raise TypeError(f"{operation.name} leaves no line, so it may change drafts only")
            return result
        except FAULTS as error:
            self._put_back(header, work)
            failed = self._diagnosed(error)
            traceback.clear_frames(error.__traceback__)  # they hold what was about to be shown
        except StoreError:
            self._put_back(header, work)
            raise
        except NotesError as error:
            self._put_back(header, work)
            self._leave_line(
                event.name, work, "failed" if isinstance(error, LogError | BackupError) else "refused", error
            )
            raise
        except BaseException as error:
            self._put_back(header, work)
            self._leave_line(event.name, work, "failed", error)
            raise
        result = None  # type: ignore[assignment]
        raise failed

    def lock(self, place: str | None = None) -> None:
        """Leave the last line, close the database, wipe the keys. Locking twice is no mistake.

        `place` says where to go on after the next unlocking, in the face's own words; it is kept inside the vault and
        is that practice's ``place``. Without it, what was kept before stays.
        """
        if self._engine is None:
            return
        try:
            try:
                with self._begin() as work:
                    if place is not None and not (self._standing.rollback or self._standing.carry):
                        with suppress(Altered):  # of no weight: locking goes on, and verification names it
                            whereabouts.keep(work, place)
                    work.account("vault.lock")
            except FAULTS as error:
                raise self._diagnosed(error) from None
            self._drop_anchor(durable=True)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close the database and wipe the keys without another line: for when none can be written."""
        if self._engine is not None:
            self._engine.dispose()
        self._engine = None
        self._standing.row_key = b""
        self._standing.vault.close()

    def __enter__(self) -> Practice:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self.lock()
        except StoreError:
            if kind is None:  # otherwise the error that ended the work says more than this one
                raise

    @contextmanager
    def _begin(self) -> Iterator[Work]:
        """A transaction: committed at the end of the block, rolled back when it raises."""
        if self._engine is None:
            raise UsageError("The vault is locked.", "It was locked after the last command.", "Unlock it again.")
        if self._working:
            raise UsageError("An operation is already at work.", "Operations run one after the other.", "Wait for it.")
        self._working = True
        work, spells = None, set(self._standing.spells)
        try:
            with self._engine.begin() as db:
                work = Work(db, self._standing)
                yield work
                if self._standing.carry:
                    self._standing.carry(work)
            moved = self._standing.end.seq != work.end.seq
            self._standing.end = work.end
            if moved:
                self._drop_anchor()
        except BaseException:
            if work is not None and self._is_on_disk(work):
                self._standing.end, work.kept = work.end, True
            else:
                self._standing.spells = spells  # none was opened or ended
            raise
        finally:
            self._working = False

    def _is_on_disk(self, work: Work) -> bool:
        """Whether the lines of a transaction that was broken off are there: it can be stopped just after its commit."""
        if work.end.seq == self._standing.end.seq or self._engine is None:
            return False
        try:
            with self._engine.connect() as db:
                return chain.end(db, self._standing.vault_id).head == work.end.head
        except (*FAULTS, LogError):
            return False

    def _may(self, event: Event) -> None:
        """Raises RolledBack for what would change the record while an older copy waits for a decision.

        Raises NotWritable for everything but looking in an emergency.
        """
        if self._standing.carry and (event.action != "R" or event.name in TAKEN_AWAY):
            raise NotWritable(
                "In an emergency the vault is open for reading only.",
                "Nothing can be written in its folder.",
                "Make room on its disk, or copy the vault's folder as a whole to one that can be written.",
            )
        rollback = self._standing.rollback
        if rollback and event.action in ("C", "U", "D") and event.name != "log.accept":
            raise RolledBack(
                "The vault is open for reading only.",
                str(rollback),
                "Restore the newest copy, or make this one the record: notes log accept",
            )

    def _drop_anchor(self, *, durable: bool = False) -> None:
        """Remember the end of the log outside the vault; in the second place only when it is to last."""
        standing = self._standing
        if standing.rollback or standing.carry:
            return
        end = Anchor(standing.end.seq, standing.end.head.hex(), iso(standing.surroundings.now()))
        key = standing.anchor_key
        for path in standing.anchors() if durable else standing.anchors()[:1]:
            try:
                anchor.write(path, key, standing.vault_id, end, durable=durable)
            except NotesError as error:  # what was done is done, and in the log
                trouble = f"The end of the access log could not be noted outside the vault. {error} {error.why}"
                if trouble not in self.warnings:
                    self.warnings.append(trouble)

    def _append(self, event: str, outcome: Outcome = "done", **fields: Any) -> None:
        """A line on its own, in a transaction of its own."""
        try:
            with self._begin() as work:
                for name, value in fields.items():
                    setattr(work, name, value)
                work.account(event, outcome)
        except FAULTS as error:
            raise self._diagnosed(error) from None

    def _diagnosed(self, error: BaseException) -> NotesError:
        return store_error(error) if self._engine is None else diagnose(self._engine, error)

    def _put_back(self, header: Header, work: Work | None) -> None:
        """What opened the vault before goes on to open it, when the line of a change of slots could not be written."""
        vault = self._standing.vault
        if vault.header is not header and not (work and work.kept):
            vault.set_slots(header.slots)

    def _leave_line(self, event: str, work: Work | None, outcome: Outcome, error: BaseException) -> None:
        """The line of a refusal or failure. It says what was tried, never with what words."""
        if work is None or work.kept or self._engine is None or not EVENTS[event].line:
            return
        self._append(event, outcome, client=work.client, object=work.object, reason=type(error).__name__)
