"""What stands behind a new note: the sessions that it can be of, and the template the client's last one had."""

from __future__ import annotations

from dataclasses import dataclass

from notes.practice import references
from notes.practice.operations import Work, operation
from notes.practice.references import Given
from notes.record import values
from notes.record.sessions import SHOWN, Session

OFFERED = 10
"""Sessions that a new note can be of: the newest until today."""


@dataclass(frozen=True)
class Beginning:
    """Sessions, newest first. `template` is that of the client's newest progress note; None without any."""

    sessions: list[Session]
    template: str | None


@operation("session.list")
def offer(work: Work, client: Given, session: int | None = None) -> Beginning:
    """The client's sessions until today, and `session` too where it is older or to come. Raises NotFound."""
    owner = references.client(work, client).id
    query = f"{SHOWN} WHERE s.client_id = :client AND %s ORDER BY s.started_at DESC LIMIT {OFFERED}"
    until = values.local_minute(work.now)[:10] + "T99"
    found = [Session(**row) for row in work.sql(query % "s.started_at <= :until", client=owner, until=until).mappings()]
    if session is not None and session not in [one.id for one in found]:
        found += [Session(**row) for row in work.sql(query % "s.id = :id", client=owner, id=session).mappings()]
        found.sort(key=lambda one: one.started_at, reverse=True)
    work.counts["sessions"] = len(found)
    newest = (
        "SELECT template FROM notes WHERE client_id = :client AND kind = 'progress' ORDER BY at DESC, id DESC LIMIT 1"
    )
    template = work.sql(newest, client=owner).scalar()
    return Beginning(found, None if template is None else str(template))
