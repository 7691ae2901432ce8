"""What was read in an emergency, while nothing could be written in the vault: carried outside it, taken in later.

Each line that the copy's log got (``emergency``) is sealed to the vault's own key and chained, in the format of the
attempts (``vault.attempts``), in the user's state folder and in the second place of the anchor, wherever one of them
takes it. The chain begins at the last line of the vault's log that was there, under a key that only the vault knows. At
the next ordinary unlocking the records are verified and become lines.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from notes.errors import Busy, NotesError, NotRecorded
from notes.practice import door
from notes.practice.operations import Standing, Work
from notes.vault import attempts, keys
from notes.vault.attempts import Start
from notes.vault.files import machine_error

EVENT = "vault.emergency"
FIELDS = ("actor", "at", "client", "event", "face", "host", "object", "seen", "user")
"""What a record tells: slot label, time (UTC, ISO 8601), ids, event, face, computer, how many notes were seen, user."""
FOLDER, ENDING, LOCK = "emergency", ".emergency", "lock"
PATIENCE = 5.0
"""Seconds to wait for another program that is writing its record."""
_LABEL = b"notes/v1/emergency\0"


class Carrier:
    """Carries the lines of a copy's log outside; `after` and `head` are where the vault's own log ended."""

    def __init__(self, standing: Standing, after: int, head: bytes) -> None:
        self._standing = standing
        self._after = after
        self._start = _start(standing, head)
        self._begun: set[Path] = set()

    def __call__(self, work: Work) -> None:
        """Carry what this transaction adds to the log. Raises NotRecorded when no place takes it."""
        query = "SELECT record FROM access_log WHERE seq > :seq ORDER BY seq"
        for (record,) in work.sql(query, seq=self._standing.end.seq).all():
            self._carry(_told(json.loads(record)))

    def _carry(self, told: dict[str, str]) -> None:
        trouble: NotesError | None = None
        carried = False
        for root in _roots(self._standing):
            try:
                self._write(root / str(self._after), told)
                carried = True
            except NotesError as error:
                trouble = error
        if not carried:
            raise NotRecorded(
                "What would be read now could not be recorded, so nothing is shown.",
                "Every look leaves a record, outside the vault if there is no other way. "
                + (f"{trouble} {trouble.why}" if trouble else "There is no place for it."),
                "Free some space on the disk of your own folder, or connect the stick chosen with: notes log anchor",
            ) from None

    def _write(self, place: Path, told: dict[str, str]) -> None:
        standing = self._standing
        header, random_bytes = standing.vault.header, standing.surroundings.random_bytes
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(place / LOCK, timeout=PATIENCE, mode=0o600):
                fresh = not any((place / name).exists() for name in (attempts.STATE, attempts.LOG))
                if fresh and place not in self._begun:
                    attempts.begin(place, header.vault, self._start)
                self._begun.add(place)  # what is gone after that was taken away, and shall not look like a beginning
                attempts.record(place, header.vault, header.log_key, told, random_bytes)
        except Timeout:
            raise Busy("Another emergency reading is being recorded.", "", "Try again in a moment.") from None
        except OSError as error:
            raise machine_error(error) from None


def take_in(work: Work) -> tuple[str, list[Path]]:
    """Write a line for every record there is; gives what to tell, and the folders to ``forget`` after the commit."""
    places = [place for root in _roots(work.standing) for place in _places(root)]
    first, count, problems = "", 0, 0
    for place in places:
        taken, problem = _take_in(work, place)
        first, count, problems = first or (taken[0] if taken else ""), count + len(taken), problems + problem
    said = []
    if count:
        at = datetime.fromisoformat(first).astimezone()
        said.append(
            f"The vault was read in an emergency on {at:%A, %d %B %Y, %H:%M}, while nothing could be written: "
            f"notes log show --event {EVENT}."
        )
    if problems:
        said.append("Records of an emergency reading were changed, removed or put in from elsewhere.")
    return " ".join(said), places


def forget(places: list[Path]) -> None:
    """Remove what was taken in. What cannot be removed does no harm: it is not taken in twice."""
    for place in places:
        shutil.rmtree(place, ignore_errors=True)


def _take_in(work: Work, place: Path) -> tuple[list[str], bool]:
    """The times of what was new in a place, and whether something is wrong with it."""
    after, standing = int(place.name), work.standing
    head = work.sql("SELECT head FROM access_log WHERE seq = :seq", seq=after).scalar()
    taken: list[str] = []
    unverified, problem = 0, head is None
    if head is not None:
        try:
            start = _start(standing, bytes(head))
            found = attempts.read(place, standing.vault_id, door.private_key(work), start, FIELDS)
        except NotesError:  # it cannot be read, which is no reason to keep the right key out
            found = attempts.Found([], start, "unreadable")
        last = (
            "SELECT max(json_extract(record, '$.counts.number')) FROM access_log "
            "WHERE event = :event AND json_extract(record, '$.counts.after') = :after"
        )
        known = work.sql(last, event=EVENT, after=after).scalar()
        for attempt in found.attempts:
            if known is None or attempt.number > known:
                _line(work, after, attempt)
                taken.append(attempt.told["at"])
        unverified, problem = found.unverified, bool(found.problem)
    if problem:
        work.counts = {"after": after, "unverified": unverified}
        work.reason = "altered"
        work.account(EVENT, "failed")
    return taken, problem


def _line(work: Work, after: int, attempt: attempts.Attempt) -> None:
    told = attempt.told
    work.about(*(int(told[name]) if told[name].isdecimal() else None for name in ("client", "object")))
    work.attempt = told
    work.counts = {"after": after, "number": attempt.number}
    work.account(EVENT)


def _told(record: dict[str, Any]) -> dict[str, str]:
    told = {name: str(record.get(name) or "") for name in FIELDS}
    return told | {"seen": str(len(record.get("seen", [])) or "")}


def _start(standing: Standing, head: bytes) -> Start:
    return Start(0, keys.mac(standing.row_key, _LABEL + head))


def _roots(standing: Standing) -> Iterator[Path]:
    """Where records may lie: in the user's state folder, and in the second place."""
    state = standing.surroundings.state
    if state is None:
        return
    yield state / FOLDER / standing.vault_id
    if standing.second_place is not None and standing.second_place.is_dir():
        yield standing.second_place / (standing.vault_id + ENDING)


def _places(root: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return sorted(place for place in root.iterdir() if place.name.isdecimal() and len(place.name) < 16)
    return []
