"""When everything was last verified, and with what outcome, as the access log has it."""

from __future__ import annotations

from dataclasses import dataclass

from notes.access_log import chain
from notes.practice.operations import Work


@dataclass(frozen=True)
class Checked:
    """A verification of everything that ran to its end. `at` is UTC."""

    at: str
    lines: int
    problems: int


def last(work: Work) -> Checked | None:
    """The last one; None when there was none."""
    record = chain.last_done(work.db, "vault.verify")
    if record is None:
        return None
    counts = record.get("counts", {})
    return Checked(record["at"], counts.get("lines", 0), counts.get("problems", 0))
