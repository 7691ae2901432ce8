"""Values that people type in: checked once, here, and stored in one form."""

from __future__ import annotations

import re
from datetime import date, datetime

from notes.errors import BadValue

KINDS = ("progress", "intake", "treatment plan", "contact", "discharge", "crisis", "other")
"""Kinds of note."""

MODALITIES = ("in person", "video", "phone", "other")
ATTENDANCE = ("attended", "late", "cancelled", "no-show")

LONGEST_LINE = 500
"""Characters in a one-line field such as a name or a reason."""

EARLIEST = "1900-01-01"
"""No session or note was before this day."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def one_line(value: str, what: str) -> str:
    """The value without blanks around it. Raises BadValue when it is empty, too long or holds control characters."""
    stripped = value.strip()
    if not stripped:
        raise BadValue(f"{what} is empty.", "", f"Give {what[0].lower()}{what[1:]}.")
    if len(stripped) > LONGEST_LINE or any(ord(c) < 32 or ord(c) == 127 for c in stripped):
        raise BadValue(
            f"{what} cannot be kept as it is.",
            f"It has more than {LONGEST_LINE} characters, a line break or control characters.",
            "Shorten it to one plain line.",
        )
    return encodable(stripped, what)


def maybe_line(value: str | None, what: str) -> str | None:
    """As ``one_line``, where leaving it out or empty means none."""
    return None if value is None or not value.strip() else one_line(value, what)


def note_text(value: str) -> str:
    """A note's text, unchanged. Raises BadValue when it holds a NUL character, which no text has."""
    if "\0" in value:
        raise BadValue(
            "The text holds a NUL character.",
            "Text has none; this is probably not a text file.",
            "Save the text as plain UTF-8 and try again.",
        )
    return encodable(value, "The text")


def encodable(value: str, what: str) -> str:
    """The value. Raises BadValue when it holds half characters that cannot be written as UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadValue(
            f"{what} holds something that is not text.",
            "Part of it is not UTF-8.",
            "Type it again or save it as UTF-8.",
        ) from None
    return value


def day(value: str, what: str = "The date") -> str:
    """A date as YYYY-MM-DD. Raises BadValue when there is no such day."""
    try:
        if _DATE.fullmatch(value.strip()):
            return date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        pass
    raise BadValue(
        f"{what} does not exist or is not written as a date.",
        "Dates are written 2026-03-31.",
        "Correct the date.",
    )


def born(value: str, today: date) -> str:
    """A birth date. Raises BadValue when it is no date or lies in the future or before 1890."""
    written = day(value, "The birth date")
    if not "1890-01-01" <= written <= today.isoformat():
        raise BadValue("The birth date cannot be true.", "It lies in the future or before 1890.", "Correct the year.")
    return written


def moment(value: str) -> str:
    """A date, or a date and time in the practice's own time, to the second.

    A time with an offset or Z is turned into this computer's time. Raises BadValue when it does not exist.
    """
    stripped = value.strip()
    if _DATE.fullmatch(stripped):
        return day(stripped)
    try:
        if not _DATE.match(stripped):
            raise ValueError
        stated = datetime.fromisoformat(stripped)
        if stated.tzinfo is not None:
            stated = stated.astimezone().replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise BadValue(
            "The date or time does not exist or is not written as one.",
            "Times are written 2026-03-31T14:00, dates 2026-03-31.",
            "Correct the date or time.",
        ) from None
    return stated.isoformat(timespec="seconds")


def local_minute(now: datetime) -> str:
    """Now, in the practice's own time, to the minute."""
    return now.astimezone().replace(tzinfo=None, second=0, microsecond=0).isoformat(timespec="seconds")


def stated_time(value: str, today: date) -> str:
    """As ``moment``. Raises BadValue too when it lies before 1900 or more than a year ahead: nearly always a slip."""
    read = moment(value)
    if not EARLIEST <= read[:10] <= f"{today.year + 1}{today.isoformat()[4:]}":
        raise BadValue(
            "The date cannot be true.",
            f"It was read as {read.replace('T', ' ')[:16]}: before 1900, or more than a year ahead.",
            "Correct the year.",
        )
    return read


def one_of(value: str, allowed: tuple[str, ...], what: str) -> str:
    """The value, with case, hyphens and underscores forgiven. Raises BadValue when it is none of those allowed."""
    wanted = plain_word(value)
    for choice in allowed:
        if plain_word(choice) == wanted:
            return choice
    raise BadValue(f"{what} is not known.", f"Known are: {', '.join(allowed)}.", "Use one of these.")


def plain_word(value: str) -> str:
    """A word for comparing: small letters, nothing between the parts."""
    return re.sub(r"[\s_-]+", "", value.casefold())


def tag(value: str) -> str:
    """A tag: one line, small letters. Raises BadValue as ``one_line``."""
    return one_line(value, "The tag").casefold()


def limit(wanted: int) -> int:
    """How many rows to give: from none to a million."""
    return max(0, min(wanted, 1_000_000))
