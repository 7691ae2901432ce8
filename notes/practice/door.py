"""The door: what was tried on the vault while it was locked, and taking that into the access log.

A failed unlocking is recorded before it is answered (``vault.attempts``). At the next unlocking the records are
verified and become lines of the log, in the same transaction as the line of that unlocking, and the practitioner is
told first of all. Then a new chain begins: in the database first, then in the folder; until the next transaction the
database knows the end of the old one as well, so that a crash in between is no alarm.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from notes.errors import Altered, NotesError, NotRecorded
from notes.practice.operations import Work
from notes.practice.surroundings import Surroundings, iso
from notes.vault import attempts, keys
from notes.vault.attempts import Found, Start
from notes.vault.header import Header
from notes.vault.slots import Secret

_KEYS = {"passphrase": "passphrase", "recovery": "recovery key"}

DOOR_CODES = (3, 4)
"""Exit codes of what is recorded: a wrong key, and everything damaged, altered or rolled back."""


def record(
    folder: Path, header: Header | None, secret: Secret, error: NotesError, face: str, surroundings: Surroundings
) -> None:
    """Record an attempt that `error` is about to answer, where it is one. Raises NotRecorded."""
    if error.exit_code not in DOOR_CODES or header is None:
        return  # without a header nobody can open the vault, and there is no key to seal with
    told = {
        "at": iso(surroundings.now()),
        "user": surroundings.user,
        "host": surroundings.host,
        "face": face,
        "with": "passphrase and key file" if secret.key_file is not None else _KEYS[secret.kind],
        "why": type(error).__name__,
    }
    try:
        attempts.record(folder, header.vault, header.log_key, told, surroundings.random_bytes)
    except NotesError as trouble:
        raise NotRecorded(
            "The attempt could not be recorded, so the vault stays shut.",
            f"Every failed attempt leaves a record. {trouble} {trouble.why}",
            trouble.hint,
        ) from None


def prepare(work: Work, private: bytes) -> Start:
    """The door of a new vault; gives where its record of attempts begins."""
    start = Start(0, work.standing.surroundings.random_bytes(keys.KEY_BYTES))
    _put(work, private, start)
    return start


def take_in(work: Work) -> tuple[Start, str]:
    """Write a line for every attempt since the last unlocking; gives the new chain's start, and what to tell.

    The caller commits, then calls ``attempts.begin`` with that start, then ``settle``. Raises Altered.
    """
    private, start, before = _row(work)
    found = _read(work, private, start)
    if found.problem and before and not (earlier := _read(work, private, before)).problem:
        found = earlier
    for attempt in found.attempts:
        work.attempt = attempt.told
        work.account("vault.attempt", "refused")
    if found.problem:
        work.counts["unverified"] = found.unverified
        work.reason = "altered"
        work.account("vault.attempt", "failed")
    following = Start(found.end.number + found.unverified, work.standing.surroundings.random_bytes(keys.KEY_BYTES))
    work.sql("DELETE FROM door")
    _put(work, private, following, None if found.problem else found.end)
    return following, _told(found)


def start_anew(work: Work) -> tuple[Start, str]:
    """Where the record begins in a vault that was taken out of a backup: attempts are not backed up."""
    private, start, _ = _row(work)
    following = Start(start.number, work.standing.surroundings.random_bytes(keys.KEY_BYTES))
    work.sql("DELETE FROM door")
    _put(work, private, following)
    return following, ""


def settle(work: Work) -> None:
    """Forget the old chain, now that the new one is in the folder."""
    work.sql("UPDATE door SET before_number = NULL, before_key = NULL")


def private_key(work: Work) -> bytes:
    """What opens records that were sealed to this vault. Raises Altered."""
    return _row(work)[0]


def _put(work: Work, private: bytes, start: Start, before: Start | None = None) -> None:
    work.sql(
        "INSERT INTO door (private, number, key, before_number, before_key) VALUES (:private, :number, :key, :bn, :bk)",
        private=private,
        number=start.number,
        key=start.key,
        bn=before.number if before else None,
        bk=before.key if before else None,
    )


def _row(work: Work) -> tuple[bytes, Start, Start | None]:
    """The private key, where the record begins, and where it ended before. Raises Altered."""
    rows = work.sql("SELECT * FROM door").all()
    row = rows[0] if len(rows) == 1 else None
    if row and all(isinstance(value, bytes) and len(value) == keys.KEY_BYTES for value in (row.private, row.key)):
        before = Start(row.before_number, row.before_key) if isinstance(row.before_key, bytes) else None
        return row.private, Start(row.number, row.key), before
    raise Altered(
        "The vault's own settings have been changed.",
        "It no longer knows where the record of failed attempts begins.",
        "Other software has changed this vault. Restore it from a backup.",
    )


def _read(work: Work, private: bytes, start: Start) -> Found:
    return attempts.read(work.standing.vault.folder, work.standing.vault_id, private, start)


def _told(found: Found) -> str:
    """What the practitioner is told first of all; empty when there was nothing."""
    count, told = len(found.attempts), ""
    if count:
        first = datetime.fromisoformat(found.attempts[0].told["at"]).astimezone()
        times = "1 failed attempt" if count == 1 else f"{count:,} failed attempts"
        told = f"{times} to open this vault since {first:%A, %d %B %Y, %H:%M}: notes log show --event vault.attempt."
    if found.problem:
        more = f" {found.unverified:,} more stand there that cannot be verified." if found.unverified else ""
        told = f"{told} {found.problem}{more} Somebody may have tried to hide attempts to open this vault.".strip()
    return told
