"""When everything was last verified, and with what outcome, as the access log has it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from notes.practice.operations import Work

LATELY = 2000
"""Lines that are looked through: some days of work, in a few milliseconds, however long the log is."""


@dataclass(frozen=True)
class Checked:
    """A verification of everything that ran to its end. `at` is UTC."""

    at: str
    lines: int
    problems: int


def last(work: Work) -> Checked | None:
    """The last one among the newest lines; None when there was none lately."""
    query = (
        "SELECT record FROM access_log WHERE seq > :after AND event = 'vault.verify' "
        "AND json_extract(record, '$.outcome') = 'done' ORDER BY seq DESC LIMIT 1"
    )
    found = work.sql(query, after=work.end.seq - LATELY).scalar()
    if found is None:
        return None
    record = json.loads(found)
    counts = record.get("counts", {})
    return Checked(record["at"], counts.get("lines", 0), counts.get("problems", 0))
