"""Living through the invented year: a throw-away vault whose log reads as if the practice had been run for a year."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from notes.practice import log, opening
from notes.practice.practice import Practice
from notes.practice.surroundings import Surroundings, here
from notes.record import clients, progress_notes, sessions
from notes.sample.files import Entry, Person, people
from notes.vault.slots import FLOOR, Secret

NAME = "Brook Street Counselling (a sample practice)"
PASSPHRASE = b"seven quiet otters under glass"
"""Known to everybody who reads this line: the sample holds nobody's secrets."""

APPOINTMENTS = ((0, "09:00"), (0, "11:30"), (0, "14:00"), (0, "16:30"), (1, "10:00"), (1, "13:15"))
"""Days from today and the time, for as many clients."""


@dataclass
class _Year:
    """The clock and the machine of the invented year."""

    moment: datetime

    def surroundings(self) -> Surroundings:
        return Surroundings(
            now=self._now,
            monotonic=lambda: self.moment.timestamp() % 10**6,
            random_bytes=os.urandom,
            user="robin",
            host="brook-street",
            boot="sample",
        )

    def _now(self) -> datetime:
        self.moment += timedelta(milliseconds=350)
        return self.moment


def build(folder: Path, today: date, progress: Callable[[int, int], None] | None = None) -> None:
    """Make the sample vault in `folder`. `progress` is told sessions done and sessions in all; it may raise, to
    cancel."""
    everybody = people(today)
    events = sorted(
        ((entry.at, person, entry) for person in everybody for entry in person.entries), key=lambda event: event[0]
    )
    year = _Year(events[0][0].astimezone(UTC) - timedelta(days=3))
    opening.create(folder, bytearray(PASSPHRASE), NAME, cost=FLOOR, surroundings=year.surroundings(), face="terminal")
    known: dict[int, int] = {}
    month = -1
    practice: Practice | None = None
    try:
        for done, (at, person, entry) in enumerate(events):
            if at.month != month:
                practice = _new_month(practice, folder, year, at)
                month = at.month
            assert practice is not None
            _live(practice, year, known, person, entry)
            if progress:
                progress(done + 1, len(events))
        if practice is not None:
            for person in everybody:
                if person.archived:
                    practice.do(clients.archive, known[id(person)])
            _appointments(practice, [known[id(person)] for person in everybody if not person.archived], today)
    finally:
        if practice is not None:
            practice.lock()


def _appointments(practice: Practice, coming: list[int], today: date) -> None:
    """Today and tomorrow are full days."""
    for client, (days, hour) in zip(coming, APPOINTMENTS, strict=False):
        practice.do(sessions.create, client, f"{today + timedelta(days=days)}T{hour}", 50, "in person")


def show_to_this_computer(folder: Path, state: Path) -> None:
    """Open the sample once, so that its end is known in `state` as that of a vault in use is."""
    opening.unlock(folder, Secret("passphrase", bytearray(PASSPHRASE)), surroundings=here(state)).lock()


def _new_month(practice: Practice | None, folder: Path, year: _Year, at: datetime) -> Practice:
    """The month ends with a review of the log; the next one begins with an unlocking."""
    if practice is not None:
        practice.do(log.review)
        practice.lock()
    year.moment = at.astimezone(UTC) - timedelta(minutes=10)
    secret = Secret("passphrase", bytearray(PASSPHRASE))
    return opening.unlock(folder, secret, face="terminal", surroundings=year.surroundings())


def _live(practice: Practice, year: _Year, known: dict[int, int], person: Person, entry: Entry) -> None:
    """One appointment: the session, and afterwards its note."""
    year.moment = max(year.moment, entry.at.astimezone(UTC))
    if id(person) not in known:
        known[id(person)] = practice.do(clients.create, **person.details).id
    client = known[id(person)]
    at = entry.at.isoformat()
    if entry.template is None:
        practice.do(sessions.create, client, at, entry.minutes, entry.modality, entry.attendance)
        return
    year.moment += timedelta(minutes=(entry.minutes or 0) + 4)
    note = practice.do(progress_notes.create, client, entry.template, entry.text, at, None, entry.tags)
    if note.session is not None:
        practice.do(sessions.change, note.session, entry.minutes, entry.modality)
    if not entry.draft:
        year.moment += timedelta(minutes=6)
        practice.do(progress_notes.sign, note.id)
