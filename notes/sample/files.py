"""The invented record: one Markdown file for each client, with an entry line before each session.

``@ week 3, Tuesday 10:00 · soap · 50 minutes · in person · tags: grief, sleep`` stands before the note's text; week 52
is last week. ``cancelled`` and ``no-show`` have no text; ``draft`` is a note left unsigned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib import resources

_ENTRY = re.compile(r"^@ week (\d+), (\w+) (\d\d:\d\d) · (.+)$", re.MULTILINE)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MODALITIES = ("in person", "video", "phone")


@dataclass(frozen=True)
class Entry:
    """One session, or one contact, and its note."""

    at: datetime
    template: str | None
    attendance: str
    minutes: int | None
    modality: str | None
    tags: tuple[str, ...]
    draft: bool
    text: str


@dataclass(frozen=True)
class Person:
    """An invented client."""

    details: dict[str, str]
    archived: bool
    entries: list[Entry]


def people(today: date) -> list[Person]:
    """Everybody, with the year's weeks counted back from `today`."""
    folder = resources.files("notes.sample").joinpath("clients")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".md")), key=lambda file: file.name)
    return [read(file.read_text("utf-8"), today) for file in files]


def read(text: str, today: date) -> Person:
    """One client's file."""
    _, head, body = text.split("---\n", 2)
    details = {}
    for line in head.strip().splitlines():
        name, value = line.split(":", 1)
        details[name.strip().replace(" ", "_")] = value.strip()
    archived = details.pop("status") == "archived"
    return Person(details, archived, list(_entries(body, today)))


def _entries(body: str, today: date) -> Iterator[Entry]:
    last_monday = today - timedelta(days=today.weekday() + 7)
    found = list(_ENTRY.finditer(body))
    for match, following in zip(found, [*found[1:], None], strict=True):
        week, day, hour, parts = match.groups()
        when = last_monday - timedelta(weeks=52 - int(week)) + timedelta(days=_DAYS.index(day))
        first, *rest = parts.split(" · ")
        missed = first in ("cancelled", "no-show")
        text = body[match.end() : following.start() if following else None].strip("\n")
        yield Entry(
            at=datetime.combine(when, time.fromisoformat(hour)),
            template=None if missed else first,
            attendance=first if missed else "attended",
            minutes=next((int(part.split()[0]) for part in rest if part.endswith(" minutes")), None),
            modality=next((part for part in rest if part in _MODALITIES), None),
            tags=next((tuple(part[6:].split(", ")) for part in rest if part.startswith("tags: ")), ()),
            draft="draft" in rest,
            text=text + "\n",
        )
