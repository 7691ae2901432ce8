"""The access log in words: whose line it is, how it ended, what verification found and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from notes.desktop import words
from notes.practice.accounts import Problem
from notes.practice.checked import Checked
from notes.practice.log import UNSPOKEN, LineView
from notes.practice.reasons import in_words
from notes.practice.verification import Report

GROUPS: dict[str, str | None] = {
    "Everything": None,
    "Notes": "note",
    "Clients": "client",
    "Sessions": "session",
    "Searches": "search",
    "Unlocking and locking": "vault",
    "Attempts on the locked vault": "vault.attempt",
    "Keys": "key",
    "Backups": "backup",
    "The log itself": "log",
    "Notes brought in": "import",
}
"""Groups of events, by what people call them."""

OUTCOMES: dict[str, str | None] = {"Any outcome": None, "Done": "done", "Refused": "refused", "Failed": "failed"}
FACES: dict[str, str | None] = {
    "Anywhere": None,
    "In the window": "window",
    "In the terminal": "terminal",
    "Another program": "program",
}
SIGNS: dict[str, tuple[str, str]] = {
    "done": ("check", "quiet"),
    "refused": ("prohibit", "attention"),
    "failed": ("warning", "alarm"),
}
"""Icon and colour role of an outcome; the word stands beside them."""

PURPOSES = {"TREAT": "Treatment", "HOPERAT": "Running the practice"}
_COUNTED = {
    "found": "notes found",
    "lines": "lines of the log shown",
    "clients": "clients",
    "saves": "saves",
    "notes": "notes",
    "problems": "problems",
    "through": "looked at up to line",
    "since": "looked at from after line",
    "unusual": "unusual lines",
}

KEEP = (
    "Do not change anything in the vault's folder. Make a copy of the whole folder as it is, then compare the record "
    "with your last backup: Settings (Ctrl+5), “Backups”, “Check a file …”. Restore that backup if you cannot explain "
    "it."
)
"""What to do when something is wrong."""

NOT_ANCHORED = (
    "Nothing outside the vault bore witness yet, so that an older copy of the whole vault could not have been told. "
    "From now on this computer does; keep “A second witness” on a stick: Settings (Ctrl+5), “Checks”."
)


def who(line: LineView) -> str:
    """Who did it, in a word or two."""
    if line.event == "vault.attempt":
        return line.attempt.get("user", "Somebody")
    return line.actor.capitalize()


def _key_of(line: LineView) -> str:
    """Whose key it was; of an attempt on the locked vault nobody's."""
    opened = line.actor and line.event != "vault.attempt"
    return f"{line.actor.capitalize()}: the key that opened the vault" if opened else ""


def sentence(line: LineView, called: Callable[[str], str]) -> str:
    """The line's sentence; `called` is how clients are called on the screen."""
    if not line.client_name:
        return line.sentence
    told = line.sentence.replace(line.client_name, called(line.client_name))
    return told.removesuffix(".") if told.endswith("..") else told


def what(line: LineView, called: Callable[[str], str]) -> str:
    """What was done, where who did it stands beside it."""
    told = sentence(line, called).removeprefix("The practitioner ")
    return told[:1].upper() + told[1:]


def fields(line: LineView, called: Callable[[str], str], why: str = "") -> list[tuple[str, str]]:
    """Everything that the line says, in words, as pairs of name and value."""
    among = ", ".join(map(called, line.among[:12])) + (
        f" and {len(line.among) - 12} more" if len(line.among) > 12 else ""
    )
    computer = f"{line.user} on {line.host}" if line.user or line.host else ""
    reason = in_words(line.reason) if line.reason and line.outcome != "done" else line.reason or ""
    told = [
        ("Why it is shown", f"{why[:1].upper()}{why[1:]}"),
        ("What", sentence(line, called)),
        ("When", f"{words.full_day(line.at)}{words.moment(line.at)::%S}"),
        ("Client", called(line.client_name) if line.client_name else ""),
        ("Clients concerned", among),
        ("Outcome", line.outcome.capitalize()),
        ("Reason", f"{reason[:1].upper()}{reason[1:]}"),
        ("Who", _key_of(line)),
        ("User and computer", computer),
        ("Where", {v: k for k, v in FACES.items()}.get(line.face, line.face)),
        ("Purpose", PURPOSES.get(line.purpose, line.purpose)),
        *(
            (_COUNTED.get(name, name).capitalize(), f"{count:,}")
            for name, count in line.counts.items()
            if name not in UNSPOKEN
        ),
        ("Program", f"Session Notes {line.program}"),
        ("Line", f"{line.seq:,}"),
    ]
    return [(name, value) for name, value in told if value]


def of_report(report: Report, at: datetime, today: date) -> tuple[str, str, str]:
    """What a verification found: what to say, the rest, and its tone."""
    when = words.day_and_clock(at.isoformat(), today)
    looked = f"{words.counted(report.notes, 'note')}, {words.counted(report.log_lines, 'line')}"
    if report.problems:
        found = words.counted(len(report.problems), "problem")
        return f"{found} found, {_inside(when)}", f"Checked: {looked}.", "alarm"
    if not report.anchored:
        return f"Checked {_inside(when)}: {looked}. Not anchored.", NOT_ANCHORED, "attention"
    whole = "Nothing was changed from outside, and nothing is missing."
    return f"Everything checked {_inside(when)}: {looked}", whole, "good"


def of_earlier(checked: Checked | None, today: date) -> tuple[str, str, str]:
    """The same of a verification before this unlocking, of which the log has kept the outcome."""
    if checked is None:
        return "Not checked yet", "It is checked by itself when you pause, or at once with “Verify now”.", "quiet"
    when = _inside(words.day_and_clock(checked.at, today))
    if checked.problems:
        found = words.counted(checked.problems, "problem")
        return f"{found} found, {when}", "“Verify now” shows which they are, if they are still there.", "alarm"
    return f"Everything checked {when}: {words.counted(checked.lines, 'line')}", "Nothing was wrong.", "good"


def of_problem(problem: Problem) -> str:
    """A problem in a line."""
    place = {
        "page": "In the database file",
        "schema": "In the database's layout",
        "log": "In the access log",
        "index": "In the search index",
    }.get(problem.what, "In the record")
    where = f", {problem.where}" if problem.what == "log" else ""
    return f"{place}{where}: {problem.detail}"


def _inside(when: str) -> str:
    """A day inside a sentence: today, yesterday in small letters."""
    return when[0].lower() + when[1:] if when.startswith(("Today", "Yesterday")) else f"on {when}"
