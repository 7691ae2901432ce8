"""When everything was last verified, and with what outcome, as the access log has it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from notes.practice.operations import Work


@dataclass(frozen=True)
class Checked:
    """A verification of everything that ran to its end. `at` is UTC."""

    at: str
    lines: int
    problems: int


def last(work: Work) -> Checked | None:
    """The last one; None when there was none yet."""
    record = last_done(work, "vault.verify")
    counts = record.get("counts", {})
    return Checked(record["at"], counts.get("lines", 0), counts.get("problems", 0)) if record else None


def last_done(work: Work, event: str) -> dict[str, Any]:
    """The record of the last line of an event that was done; empty when there is none."""
    query = (
        "SELECT record FROM access_log WHERE event = :event AND json_extract(record, '$.outcome') = 'done' "
        "ORDER BY seq DESC LIMIT 1"
    )
    found = work.sql(query, event=event).scalar()
    return json.loads(found) if found else {}
