"""Dates and times as files of earlier notes write them: one form each way, or refused; never a guess unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time

from notes.errors import BadFile, BadValue
from notes.record import values

FIRST_TWO_DIGIT_YEAR = 69
"""Years of two digits from this one on are of the last century, those below of this one (as POSIX has it)."""

_FORMS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y"),
    *("%d-%b-%Y", "%d %b %y", "%d-%b-%y"),
)
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)")
_TWO_DIGITS = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]\d\d|\d{1,2}[ -][^\W\d_]+[ -]\d\d")
_TIMED = re.compile(
    r"(?P<day>.+?)(?:\s*,\s*|\s+|T)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?:\s*(?P<half>[ap])\.?m\.?)?",
    re.IGNORECASE,
)
_ISO_AND_MORE = re.compile(r"\d{4}-\d\d-\d\d[T ]")
_TIME_IN_FORM = re.compile(r"[\sT,]*%[HIXc]")


def read_moment(written: str, date_format: str | None, day_first: bool) -> str:
    """A date, or a date and time. Raises BadValue when it does not exist or cannot be understood."""
    stripped = written.strip()
    if date_format:
        return _by_form(stripped, date_format)
    timed = _TIMED.fullmatch(stripped)
    if timed:
        return f"{_day(timed['day'], day_first).isoformat()}T{_time(timed).isoformat()}"
    if _ISO_AND_MORE.match(stripped):  # an offset, parts of a second
        return values.moment(stripped)
    return _day(stripped, day_first).isoformat()


def day_first(column: Iterable[str], name: str) -> bool:
    """Whether 03/04/2026 is the third of April. Raises BadFile when no date of the column settles it."""
    pairs = [(int(m[1]), int(m[3])) for m in map(_numbers, column) if m and m[2] != "."]
    if not pairs:
        return True
    day_first, month_first = sum(a > 12 for a, _ in pairs), sum(b > 12 for _, b in pairs)
    if max(day_first, month_first) < 10 * min(day_first, month_first) or day_first == month_first:
        raise BadFile(
            f"{name}: the dates could be read two ways.",
            "Rows like 03/04/2026 do not say whether the day or the month comes first.",
            'Say so in a map file, for example: date_format = "%d/%m/%Y", and give it with --map FILE.',
        )
    return day_first > month_first


def doubts(column: Iterable[str], date_format: str | None, read: Iterable[str | None]) -> list[str]:
    """What should be looked at: years of two digits, and dates with and without a time in one column."""
    found: list[str] = []
    short = sum(bool(_TWO_DIGITS.fullmatch(_without_time(written))) for written in column)
    if short and (date_format is None or "%y" in date_format):
        found.append(
            f"Dates with a year of two digits: {short:,}. "
            f"{FIRST_TWO_DIGIT_YEAR} to 99 was read as 19.., 00 to {FIRST_TWO_DIGIT_YEAR - 1} as 20..."
        )
    dated = [at for at in read if at]
    days = sum(len(at) == 10 for at in dated)
    if 0 < days < len(dated):
        found.append(f"Some dates have a time, some have none: {days:,} of {len(dated):,} come in as a day alone.")
    return found


def _numbers(written: str) -> re.Match[str] | None:
    return _NUMBERS.fullmatch(_without_time(written))


def _without_time(written: str) -> str:
    timed = _TIMED.fullmatch(written.strip())
    return timed["day"] if timed else written.strip()


def _day(written: str, day_first: bool) -> date:
    numbers = _NUMBERS.fullmatch(written)
    if numbers:
        first, sign, second, year = int(numbers[1]), numbers[2], int(numbers[3]), int(numbers[4])
        if len(numbers[4]) == 2:
            if sign == "-":
                raise BadValue("The date could be read in several ways.")  # 26-03-01 begins with the year
            year += 1900 if year >= FIRST_TWO_DIGIT_YEAR else 2000
        day, month = (first, second) if day_first or sign == "." else (second, first)
        try:
            return date(year, month, day)
        except ValueError:
            raise BadValue("The date does not exist.") from None
    for form in _FORMS:
        if form == "%Y%m%d" and len(written) != 8:
            continue  # strptime would make a date of fewer digits
        try:
            return datetime.strptime(written, form).date()
        except ValueError:
            continue
    raise BadValue("The date does not exist or is not written as a date.")


def _time(timed: re.Match[str]) -> time:
    hour, half = int(timed["hour"]), (timed["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else 99
    try:
        return time(hour, int(timed["minute"]), int(timed["second"] or 0))
    except ValueError:
        raise BadValue("The date has a time that does not exist.") from None


def _by_form(written: str, form: str) -> str:
    """By the map file's date_format; a time that only the date or only the form has is no mistake."""
    date_only, timed = _TIME_IN_FORM.split(form)[0], _TIMED.fullmatch(written)
    try:
        parsed = datetime.strptime(written, form)
        if parsed.tzinfo is not None:
            parsed = parsed.astimezone().replace(tzinfo=None)
    except OverflowError:
        raise BadValue("The date is outside the calendar.") from None
    except (ValueError, re.error):
        if date_only != form and not timed:
            return _strictly(written, date_only).isoformat()
        if date_only == form and timed:
            return f"{_strictly(timed['day'], form).isoformat()}T{_time(timed).isoformat()}"
        raise BadValue("The date does not exist or does not fit the date_format.") from None
    return parsed.isoformat(timespec="seconds") if date_only != form else parsed.date().isoformat()


def _strictly(written: str, form: str) -> date:
    try:
        return datetime.strptime(written, form).date()
    except (ValueError, re.error):
        raise BadValue("The date does not exist or does not fit the date_format.") from None
