"""Today: what the day holds, what is unfinished, and what the log has to say, in one look that leaves one line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from notes.access_log.receipts import DUE_AFTER_DAYS
from notes.practice.operations import Work, operation
from notes.practice.surroundings import from_milliseconds
from notes.record import values
from notes.record.sessions import SHOWN, UNWRITTEN, Session

MOST = 50
"""Sessions or drafts listed at most; how many there are is said."""
REVIEW_AFTER_DAYS = 30
"""Days after which the access log is to be looked through again; 45 CFR 164.308(a)(1)(ii)(D) says regularly."""
BACKUP_AFTER_DAYS = 7
"""Days after which another backup is due."""
LOOKED_BACK = 20_000
"""Newest lines of the log looked through. What last happened before them counts as not lately."""


@dataclass(frozen=True)
class Draft:
    """A note not signed, or a change to a signed one not finished; `purpose` is note, amendment or addendum."""

    note: int
    client: int
    client_name: str
    kind: str
    purpose: str
    at: str | None
    saved_at: str


@dataclass(frozen=True)
class LogState:
    """When what last happened, UTC. `attempts` are those since the last review.

    None means never, or, where the log is longer than what was looked at (not `whole`), not lately.
    """

    attempts: int
    first_attempt: str | None
    reviewed: str | None
    receipt: str | None
    verified: str | None
    problems: int
    backed_up: str | None
    whole: bool


@dataclass(frozen=True)
class Today:
    """The day. Of `unwritten` (oldest first) and `drafts` the first are listed; the counts are of all."""

    sessions: list[Session]
    following: list[Session]
    unwritten: list[Session]
    unwritten_count: int
    drafts: list[Draft]
    drafts_count: int
    clients: int
    log: LogState


@operation("today.open")
def open(work: Work) -> Today:
    """The sessions of today and of the next day that has any, what is to be finished, and the state of the log."""
    day = values.local_minute(work.now)[:10]
    following = _next_day(work, day)
    unwritten = _sessions(work, f"{UNWRITTEN} GROUP BY s.id ORDER BY s.started_at", now=values.local_minute(work.now))
    found = Today(
        sessions=_of_day(work, day),
        following=_of_day(work, following) if following else [],
        unwritten=unwritten,
        unwritten_count=len(unwritten) if len(unwritten) < MOST else _count_unwritten(work),
        drafts=_drafts(work),
        drafts_count=int(work.sql("SELECT count(*) FROM drafts").scalar_one()),
        clients=int(work.sql("SELECT count(*) FROM clients WHERE status = 'active'").scalar_one()),
        log=_log_state(work),
    )
    work.counts.update(sessions=len(found.sessions), unwritten=found.unwritten_count, drafts=found.drafts_count)
    return found


def _of_day(work: Work, day: str) -> list[Session]:
    between = "s.started_at BETWEEN :day AND :end GROUP BY s.id ORDER BY s.started_at"
    return _sessions(work, between, day=day, end=day + "T99")


def _next_day(work: Work, day: str) -> str | None:
    query = "SELECT started_at FROM sessions WHERE started_at > :end ORDER BY started_at LIMIT 1"
    found = work.sql(query, end=day + "T99").scalar()
    return str(found)[:10] if found else None


def _sessions(work: Work, conditions: str, **given: Any) -> list[Session]:
    rows = work.sql(f"{SHOWN} WHERE {conditions} LIMIT {MOST}", **given)
    return [Session(**row) for row in rows.mappings()]


def _count_unwritten(work: Work) -> int:
    query = f"SELECT count(*) FROM sessions s WHERE {UNWRITTEN}"
    return int(work.sql(query, now=values.local_minute(work.now)).scalar_one())


def _drafts(work: Work) -> list[Draft]:
    query = (
        "SELECT n.id AS note, n.client_id AS client, c.name AS client_name, n.kind, d.purpose, n.at, d.saved_at "
        "FROM drafts d JOIN notes n ON n.id = d.note_id JOIN clients c ON c.id = n.client_id "
        f"ORDER BY d.saved_at DESC LIMIT {MOST}"
    )
    return [Draft(**{**row, "saved_at": from_milliseconds(row["saved_at"])}) for row in work.sql(query).mappings()]


def _log_state(work: Work) -> LogState:
    """From the newest lines of the log only: all of it would take half a second after ten years."""
    since = max(0, work.end.seq - LOOKED_BACK)
    query = (
        "SELECT event, record, max(seq) AS seq FROM access_log WHERE seq > :since AND event IN "
        "('log.review', 'log.receipt', 'vault.verify', 'backup.make') "
        "AND json_extract(record, '$.outcome') = 'done' GROUP BY event"
    )
    last: dict[str, dict[str, Any]] = {row.event: json.loads(row.record) for row in work.sql(query, since=since)}
    verified, review = last.get("vault.verify"), last.get("log.review")
    attempts = (
        "SELECT count(*) AS number, min(json_extract(record, '$.attempt.at')) AS earliest FROM access_log "
        "WHERE seq > :since AND event = 'vault.attempt'"
    )
    found: Row[Any] = work.sql(attempts, since=max(since, int(review["seq"]) if review else 0)).one()
    return LogState(
        attempts=found.number,
        first_attempt=found.earliest,
        reviewed=_at(review),
        receipt=_at(last.get("log.receipt")),
        verified=_at(verified),
        problems=verified.get("counts", {}).get("problems", 0) if verified else 0,
        backed_up=_at(last.get("backup.make")),
        whole=since == 0,
    )


def _at(line: dict[str, Any] | None) -> str | None:
    return str(line["at"]) if line else None


__all__ = ["BACKUP_AFTER_DAYS", "DUE_AFTER_DAYS", "REVIEW_AFTER_DAYS", "Draft", "LogState", "Today", "open"]
