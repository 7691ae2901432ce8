"""Times and counts as people say them, in the practice's own time."""

from __future__ import annotations

import re
from datetime import date, datetime

_MARKS = re.compile(r"^[ \t]*(?:#{1,6}|[-*+>])(?=\s|$)", re.MULTILINE)
"""What Markdown puts in front of headings, items and quotations."""


def moment(iso: str) -> datetime:
    """A time the program took (UTC) or one that was stated, as local time without a zone."""
    found = datetime.fromisoformat(iso)
    return found.astimezone().replace(tzinfo=None) if found.tzinfo else found


def day(iso: str, today: date) -> str:
    """Today, yesterday, a weekday of the last six days, or the date."""
    when = moment(iso).date()
    ago = (today - when).days
    if ago == 0:
        return "Today"
    if ago == 1:
        return "Yesterday"
    if ago == -1:
        return "Tomorrow"
    if 1 < ago < 7:
        return f"{when:%A}"
    return f"{when.day} {when:%B}" if when.year == today.year else f"{when.day} {when:%B %Y}"


def clock(iso: str) -> str:
    """The time of day, or nothing where only a date was stated."""
    return moment(iso).time().isoformat("minutes") if len(iso) > 10 else ""


def day_and_clock(iso: str | None, today: date) -> str:
    """Both, as far as they were stated."""
    if iso is None:
        return "No date"
    return " ".join(part for part in (day(iso, today) + ("," if clock(iso) else ""), clock(iso)) if part)


def full_day(iso: str | None) -> str:
    """The whole date, with the time where one was stated."""
    if iso is None:
        return "No date"
    when = moment(iso)
    told = f"{when:%A} {when.day} {when:%B %Y}"
    return f"{told}, {when:%H:%M}" if len(iso) > 10 else told


def ago(iso: str, now: datetime) -> str:
    """How long ago, in the largest unit that fits: 3 days ago."""
    seconds = max(0, int((now - moment(iso)).total_seconds()))
    for size, name in ((86400 * 365, "year"), (86400 * 30, "month"), (86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{counted(seconds // size, name)} ago"
    return "just now"


def counted(number: int, thing: str, things: str | None = None) -> str:
    """1 note, 2 notes."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def length(text: str) -> str:
    """How long a text is; marks of Markdown are no words."""
    number = len(text.split()) - len(_MARKS.findall(text))
    return f"{counted(number, 'word')}  ·  {counted(len(text), 'character')}"
