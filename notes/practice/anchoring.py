"""Noticing that an older copy of the vault was put back: the log against the anchor that is kept outside the vault.

Where the log is shorter than the anchor says, or different, the vault opens for reading only, says what is missing, and
goes on when the practitioner has decided that this copy is to be the record (``accept``). Until then the anchor stays.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from sqlalchemy import Connection

from notes.errors import BadValue, NotesError, UsageError
from notes.practice.operations import Standing, Work, operation
from notes.practice.practice import Practice
from notes.store.models import Setting
from notes.vault import anchor
from notes.vault.anchor import Anchor, Rollback

REASONS = {
    "backup": "a backup was put back on purpose",
    "computer": "the vault was worked on at another computer, and this is the copy to go on with",
    "sync": "a sync program brought an older copy back",
    "unknown": "nobody knows how it came about",
}
"""Why an older copy becomes the record, as it stands in the log."""

PLACE = "anchor_place"
"""The setting that names the second place."""

NOT_ANCHORED = (
    "This computer has not seen this vault before: it cannot tell whether this is its newest state or an older copy."
)


@operation("log.accept")
def _accept(work: Work, reason: str) -> None:
    found = work.standing.rollback
    if found is None:
        raise UsageError("There is nothing to decide.", "The log continues what this computer knows.", "")
    if reason not in REASONS:
        raise BadValue("That is not one of the reasons.", f"Known are: {', '.join(REASONS)}.", "Name one of them.")
    work.counts = {"here": found.here, "known": found.known}
    work.reason = reason


def accept(practice: Practice, reason: str) -> None:
    """Make this copy the record, for one of REASONS; the log says so. Raises UsageError, BadValue."""
    practice.do(_accept, reason)
    practice._standing.rollback = None
    practice._drop_anchor(durable=True)


@operation("log.anchor")
def set_second_place(work: Work, folder: Path | None) -> None:
    """Keep the end of the log in `folder` as well, or nowhere else. Raises UsageError, DiskFull, NotWritable."""
    if folder is not None and not folder.is_dir():
        raise UsageError("That folder is not there.", "A second place must exist: a stick, another folder.", "")
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        raise UsageError(
            "That folder cannot be kept.", "Its name holds something that is not text.", "Rename it."
        ) from None
    row = work.one(Setting, name=PLACE)
    if row is not None:
        work.delete(Setting, row)
    if folder is not None:
        work.insert(Setting, [{"name": PLACE, "value": str(folder.absolute())}])
    standing = work.standing
    standing.second_place = folder.absolute() if folder else None


def check(db: Connection, standing: Standing) -> str:
    """Compare the log with every anchor there is; sets the standing's rollback. Gives what to tell, or nothing."""
    told = db.exec_driver_sql("SELECT value FROM settings WHERE name = ?", (PLACE,)).scalar()
    standing.second_place = Path(str(told)) if told else None
    key = standing.anchor_key
    found: list[Anchor] = []
    for path in standing.anchors():
        with contextlib.suppress(NotesError):  # a stick that is not plugged in, a folder without rights: not anchored
            known = anchor.read(path, key, standing.vault_id)
            if known is not None:
                found.append(known)
    if not found:
        return NOT_ANCHORED if standing.anchors() else ""
    standing.anchored = True
    for known in sorted(found, key=lambda a: a.seq, reverse=True):
        head = db.exec_driver_sql("SELECT head FROM access_log WHERE seq = ?", (known.seq,)).scalar()
        if not isinstance(head, bytes) or head.hex() != known.head:
            query = "SELECT json_extract(record, '$.at') FROM access_log ORDER BY seq DESC LIMIT 1"
            last = db.exec_driver_sql(query).scalar() or ""
            standing.rollback = Rollback(standing.end.seq, known.seq, str(last), known.at)
            return (
                f"{standing.rollback} It opens for reading only. If it is to be the record from now on, say so: "
                f"notes log accept --reason {'|'.join(REASONS)}"
            )
    return ""
