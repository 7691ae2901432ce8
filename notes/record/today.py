"""Today: what the day holds, what is unfinished, and what the log has to say, in one look that leaves one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from notes.access_log import chain
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
    """When what last happened, UTC; None means never. `attempts` are those since the last review."""

    attempts: int
    first_attempt: str | None
    reviewed: str | None
    receipt: str | None
    verified: str | None
    problems: int
    backed_up: str | None


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
    oldest = f"s.id IN ({UNWRITTEN} ORDER BY u.started_at LIMIT {MOST})"
    unwritten = _sessions(work, oldest, now=values.local_minute(work.now))
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
    return _sessions(work, "s.started_at BETWEEN :day AND :end", day=day, end=day + "T99")


def _next_day(work: Work, day: str) -> str | None:
    query = "SELECT started_at FROM sessions WHERE started_at > :end ORDER BY started_at LIMIT 1"
    found = work.sql(query, end=day + "T99").scalar()
    return str(found)[:10] if found else None


def _sessions(work: Work, conditions: str, **given: Any) -> list[Session]:
    rows = work.sql(f"{SHOWN} WHERE {conditions} ORDER BY s.started_at LIMIT {MOST}", **given)
    return [Session(**row) for row in rows.mappings()]


def _count_unwritten(work: Work) -> int:
    query = f"SELECT count(*) FROM ({UNWRITTEN})"
    return int(work.sql(query, now=values.local_minute(work.now)).scalar_one())


def _drafts(work: Work) -> list[Draft]:
    query = (
        "SELECT n.id AS note, n.client_id AS client, c.name AS client_name, n.kind, d.purpose, n.at, d.saved_at "
        "FROM drafts d JOIN notes n ON n.id = d.note_id JOIN clients c ON c.id = n.client_id "
        f"ORDER BY d.saved_at DESC LIMIT {MOST}"
    )
    return [Draft(**{**row, "saved_at": from_milliseconds(row["saved_at"])}) for row in work.sql(query).mappings()]


def _log_state(work: Work) -> LogState:
    verified, review = chain.last_done(work.db, "vault.verify"), chain.last_done(work.db, "log.review")
    attempts = (
        "SELECT count(*) AS number, min(json_extract(record, '$.attempt.at')) AS earliest FROM access_log "
        "WHERE milestone = 'vault.attempt' AND seq > :since"
    )
    found: Row[Any] = work.sql(attempts, since=int(review["seq"]) if review else 0).one()
    return LogState(
        attempts=found.number,
        first_attempt=found.earliest,
        reviewed=_at(review),
        receipt=_at(chain.last_done(work.db, "log.receipt")),
        verified=_at(verified),
        problems=verified.get("counts", {}).get("problems", 0) if verified else 0,
        backed_up=_at(chain.last_done(work.db, "backup.make")),
    )


def _at(line: dict[str, Any] | None) -> str | None:
    return str(line["at"]) if line else None


__all__ = ["BACKUP_AFTER_DAYS", "DUE_AFTER_DAYS", "REVIEW_AFTER_DAYS", "Draft", "LogState", "Today", "open"]
