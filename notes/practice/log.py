"""Looking at the access log: lines in sentences, lines for other programs, and the periodic review.

The review answers 45 CFR 164.312(b), which asks not only that activity be recorded but that it be examined: it shows
what is new since the last review, unusual things first, and leaves the line that says it was done.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from notes.access_log import chain
from notes.access_log.events import EVENTS
from notes.access_log.receipts import DUE_AFTER_DAYS, Receipt
from notes.errors import BadValue
from notes.practice import carried, references
from notes.practice.opening import PRACTITIONER
from notes.practice.operations import Work, operation
from notes.practice.reasons import in_words
from notes.practice.references import Given
from notes.practice.surroundings import iso

FACES = ("terminal", "window", "program")
OUTCOMES = ("done", "refused", "failed")

QUIET_HOURS = (22, 6)
"""Hours, by this computer's clock, between which work is pointed out as unusual."""

UNSPOKEN = ("header", "spell")
"""Numbers of a line that a sentence leaves out."""

_ALWAYS_SHOWN = {
    **dict.fromkeys(("note.print", "log.export"), "left the vault: on paper or as a file"),
    **dict.fromkeys(("note.discard", "session.remove", "backup.remove"), "took something away"),
    **dict.fromkeys(("key.passphrase", "key.recovery", "key.rotate"), "changed what opens the vault"),
    **dict.fromkeys(("import.file", "backup.restore", "log.accept", "vault.mend"), "changed a great deal at once"),
}
"""Events that a review always points out, and why."""

_SLIPS = ("NotFound", "BadValue", "UsageError")
"""Refusals that are nearly always a slip of the finger."""

_COMING_AND_GOING = (
    "NOT (event = 'vault.lock' AND json_extract(record, '$.outcome') = 'done')"
    f" AND NOT (event = 'vault.unlock' AND json_extract(record, '$.actor') = '{PRACTITIONER}'"
    " AND json_extract(record, '$.outcome') = 'done')"
)
"""What leaves out the lines that every command begins and ends with; who unlocked is said by the lines in between."""


@dataclass(frozen=True)
class LineView:
    """A line as the faces see it. Names (in `sentence`, `client_name`, `among`) are resolved for display only.

    `among` are the clients concerned where they are several, by name.
    """

    seq: int
    at: str
    event: str
    outcome: str
    actor: str
    user: str
    host: str
    face: str
    purpose: str
    client: str | None
    object: str | None
    counts: dict[str, int]
    reason: str | None
    attempt: dict[str, str]
    sentence: str
    client_name: str | None
    among: list[str]
    program: str


@dataclass(frozen=True)
class Unusual:
    """A line that a review points out, and why."""

    line: LineView
    why: str


@dataclass(frozen=True)
class Review:
    """What is new since the last review. `last` is when that was, `receipt` when the last receipt was made, if ever."""

    last: str | None
    since: int
    through: int
    unusual: list[Unusual]
    counts: dict[str, int]
    receipt: str | None


@operation("log.open")
def show(
    work: Work,
    client: Given | None = None,
    event: str | None = None,
    face: str | None = None,
    outcome: str | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: int = 50,
    brief: bool = False,
) -> list[LineView]:
    """Lines, newest first. `event` is an event or its beginning (note, note.open); days are included, in local time.

    `brief` leaves out that the practitioner unlocked and that the vault was locked, unless an event is asked for.
    Raises NotFound, BadValue.
    """
    conditions, given = filters(work, client, event, face, outcome, since, until)
    if brief and event is None:
        conditions += f" AND {_COMING_AND_GOING}"
    rows = work.db.execute(
        text(f"SELECT record FROM access_log WHERE {conditions} ORDER BY seq DESC LIMIT :limit"),
        {**given, "limit": max(0, min(limit, 1_000_000))},
    )
    lines = views_of(work, [json.loads(record) for record in rows.scalars()])
    work.counts["lines"] = len(lines)
    return lines


@operation("log.export")
def export(work: Work, since: str | None = None, until: str | None = None) -> list[tuple[str, str, str]]:
    """Lines, oldest first, as they were written: the record's canonical JSON, the head after it, and its seal, in hex.

    From the first to the last line of the days asked for, with all between: no gaps where a clock was put back.
    """
    conditions, given = filters(work, None, None, None, None, since, until)
    rows = work.db.execute(
        text(
            f"WITH of_the_days AS (SELECT min(seq) AS first, max(seq) AS last FROM access_log WHERE {conditions}) "
            "SELECT record, head, seal FROM access_log, of_the_days WHERE seq BETWEEN first AND last ORDER BY seq"
        ),
        given,
    )
    lines = [(row.record, bytes(row.head).hex(), bytes(row.seal).hex()) for row in rows]
    work.counts["lines"] = len(lines)
    return lines


@operation("log.receipt")
def receipt(work: Work) -> Receipt:
    """A receipt of the log as it is before this line."""
    work.counts["lines"] = work.end.seq
    return Receipt(work.standing.vault_id, work.end.seq, work.end.head.hex(), iso(work.now))


@operation("log.open")
def to_review(work: Work) -> Review:
    """What is new since the last review, to be looked at before ``review`` records that it was."""
    found = _examine(work, None)
    work.counts["lines"] = len(found.unusual)
    return found


@operation("log.review")
def review(work: Work, through: int | None = None) -> Review:
    """Examine what is new since the last review. The line of this operation is the record that it was examined.

    `through` is the last line that was looked at; later ones are left for the next review.
    """
    found = _examine(work, through)
    work.counts.update(since=found.since - 1, through=found.through, unusual=len(found.unusual))
    return found


def _examine(work: Work, through: int | None) -> Review:
    last = chain.last_done(work.db, "log.review") or {}
    since = int(last.get("counts", {}).get("through", 0))
    rows = work.db.execute(
        text("SELECT record FROM access_log WHERE seq > :since AND seq <= :through ORDER BY seq"),
        {"since": since, "through": work.end.seq if through is None else through},
    )
    records = [json.loads(record) for record in rows.scalars()]
    known = work.db.execute(
        text(
            "SELECT DISTINCT json_extract(record, '$.user') || '@' || json_extract(record, '$.host') "
            "FROM access_log WHERE seq <= :since"
        ),
        {"since": since},
    ).scalars()
    reasons = unusual_lines(records, set(known))
    views = {view.seq: view for view in views_of(work, [record for record, _ in reasons])}
    unusual = [Unusual(views[record["seq"]], why) for record, why in reasons]
    counts: dict[str, int] = {}
    for record in records:
        counts[record["event"]] = counts.get(record["event"], 0) + 1
    last_seen = records[-1]["seq"] if records else since
    made = (chain.last_done(work.db, "log.receipt") or {}).get("at")
    return Review(last.get("at"), since + 1, last_seen, unusual, dict(sorted(counts.items())), made)


def receipt_due(review: Review, now: datetime) -> bool:
    """Whether it is time to send a receipt away."""
    made = review.receipt and datetime.fromisoformat(review.receipt)
    return not made or now - made > timedelta(days=DUE_AFTER_DAYS)


def filters(
    work: Work,
    client: Given | None = None,
    event: str | None = None,
    face: str | None = None,
    outcome: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """The SQL condition on lines for what was asked, and its values. Raises NotFound, BadValue.

    Records are canonical JSON, in which nothing but the field itself can read as ``"face":"window"``: to look for that
    is three times faster than to take each record apart.
    """
    conditions, given = ["1"], dict[str, Any]()
    if client is not None:
        given["client"] = str(references.client(work, client).id)
        given["among"] = f'%"{given["client"]}"%'
        conditions.append("(client = :client OR (event IN ('search.run', 'note.move') AND record LIKE :among))")
        work.client = None
        work.clients = [int(given["client"])]
    if event is not None:
        wanted = event.strip().rstrip(".*")
        if not any(name == wanted or name.startswith(wanted + ".") for name in EVENTS):
            raise BadValue("There is no such event.", "", "Events are listed in docs/events.md, for example note.open.")
        conditions.append("(instr(record, :event) OR instr(record, :below))")
        given.update(event=f'"event":"{wanted}"', below=f'"event":"{wanted}.')
    for name, value, allowed in (("face", face, FACES), ("outcome", outcome, OUTCOMES)):
        if value is not None:
            if value not in allowed:
                raise BadValue(f"There is no such {name}.", f"Known are: {', '.join(allowed)}.", "Use one of these.")
            conditions.append(f"instr(record, :{name})")
            given[name] = f'"{name}":"{value}"'
    if since is not None:
        conditions.append("json_extract(record, '$.at') >= :since")
        given["since"] = _start_of_day(since, 0)
    if until is not None:
        conditions.append("json_extract(record, '$.at') < :until")
        given["until"] = _start_of_day(until, 1)
    return " AND ".join(conditions), given


def _start_of_day(day: str, later: int) -> str:
    """The UTC time at which a local day begins, or the one `later` days after it."""
    try:
        start = datetime.fromisoformat(day) + timedelta(days=later)
        return start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError):
        raise BadValue("That is not a day.", "Days are written 2026-03-31.", "Correct the date.") from None


def unusual_lines(records: Iterable[dict[str, Any]], known: set[str]) -> list[tuple[dict[str, Any], str]]:
    """The lines to point out, the gravest first, each with its reasons."""
    found: list[tuple[int, dict[str, Any], str]] = []
    nights: set[str] = set()
    for before, record in itertools.pairwise(itertools.chain([None], records)):
        assert record is not None  # only the first of the pairs begins with nothing
        reasons = list(_reasons(record, before, known, nights))
        if reasons:
            found.append((min(rank for rank, _ in reasons), record, "; ".join(why for _, why in reasons)))
    return [(record, why) for _, record, why in sorted(found, key=lambda f: (f[0], f[1]["seq"]))]


def _reasons(
    record: dict[str, Any], before: dict[str, Any] | None, known: set[str], nights: set[str]
) -> Iterator[tuple[int, str]]:
    """Why a line is pointed out, with how grave that is (0 is gravest). `known` and `nights` grow on the way."""
    if record["event"] == "vault.attempt":
        yield 0, "somebody tried to open the locked vault"
    elif record["event"] == carried.EVENT:
        yield 0, "read in an emergency, recorded outside the vault"
    elif record["outcome"] != "done" and record.get("reason") != "Cancelled":
        yield _gravity(record), record["outcome"]
    if record["event"] == "vault.unlock" and record["actor"] != PRACTITIONER:
        yield 0, f"unlocked with the {record['actor']}"
    if before and record["at"] < before["at"]:
        yield 0, "the clock was put back"
    place = f"{record.get('user', '')}@{record.get('host', '')}"
    if known and place not in known:
        yield 1, "a user or computer not seen before"
    known.add(place)
    if record["event"] in _ALWAYS_SHOWN:
        yield 2, _ALWAYS_SHOWN[record["event"]]
    night = _night(record["at"]) if record["event"] == "vault.unlock" else None
    if night and night not in nights:
        nights.add(night)
        yield 3, "unlocked at night"


def _gravity(record: dict[str, Any]) -> int:
    """How grave it is that this was not done: a failure most, a slip of the finger least."""
    return 0 if record["outcome"] == "failed" else 4 if record.get("reason") in _SLIPS else 1


def _night(at: str) -> str | None:
    """The day on which the night of this time began, or None by day. One night is pointed out once."""
    moment = datetime.fromisoformat(at).astimezone()
    if QUIET_HOURS[1] <= moment.hour < QUIET_HOURS[0]:
        return None
    return (moment - timedelta(hours=QUIET_HOURS[1])).date().isoformat()


def views_of(work: Work, records: Iterable[dict[str, Any]]) -> list[LineView]:
    """The records as the faces see them."""
    records = list(records)
    among = itertools.chain.from_iterable(record.get("clients", []) for record in records)
    names = _names(work, "clients", "name", itertools.chain((record.get("client") for record in records), among))
    notes = _names(work, "notes", "ref", (record.get("object") for record in records))
    notes = {number: f"note {ref}" for number, ref in notes.items()}
    return [_view(record, names, notes) for record in records]


def _view(record: dict[str, Any], names: dict[str, str], notes: dict[str, str]) -> LineView:
    client = record.get("client")
    return LineView(
        **{name: record[name] for name in ("seq", "at", "event", "outcome", "actor", "face", "purpose")},
        user=record.get("user", ""),
        host=record.get("host", ""),
        client=client,
        object=record.get("object"),
        counts=record.get("counts", {}),
        reason=record.get("reason"),
        attempt=record.get("attempt", {}),
        sentence=_sentence(record, names.get(client or "", "a client"), notes.get(record.get("object", ""), "a note")),
        client_name=names.get(client or ""),
        among=sorted(names.get(number, "a client") for number in record.get("clients", [])),
        program=record.get("program", ""),
    )


def _sentence(record: dict[str, Any], client: str, note: str) -> str:
    event = EVENTS[record["event"]]
    if event.name == "vault.attempt":
        return _attempt(record.get("attempt", {}))
    if event.name == carried.EVENT and (record["outcome"] == "failed" or record.get("attempt")):
        return _carried(record.get("attempt", {}), client, note)
    who = f"The {record['actor']}" if record["actor"] == "practitioner" else f"Whoever held the {record['actor']}"
    if record["outcome"] == "done":
        words = event.did.replace("{client}", client).replace("{note}", note)
        counted = ", ".join(
            f"{name} {count}" for name, count in record.get("counts", {}).items() if name not in UNSPOKEN
        )
        return f"{who} {words}{f' ({counted})' if counted else ''}."
    words = event.tried.replace("{client}", client).replace("{note}", note)
    return f"{who} tried to {words}; {record['outcome']}: {in_words(record.get('reason'))}."


def _attempt(told: dict[str, str]) -> str:
    """The sentence of an attempt on the locked vault, or of what is wrong with the record of them."""
    if not told:
        return "The record of failed attempts was changed or cut while the vault was locked."
    at = datetime.fromisoformat(told["at"]).astimezone()
    return (
        f"{told.get('user', 'Somebody')} at {told.get('host', 'a computer')} tried to open the locked vault with the "
        f"{told.get('with', 'key')} on {at:%d %B %Y, %H:%M}; refused: {in_words(told.get('why'))}."
    )


def _carried(told: dict[str, str], client: str, note: str) -> str:
    """The sentence of a look in an emergency, or of what is wrong with the record of it."""
    if not told:
        return "The record of an emergency reading was changed, removed or put in from elsewhere."
    event = EVENTS.get(told["event"])
    did = event.did.replace("{client}", client).replace("{note}", note) if event else "did something unknown"
    seen = f" and saw {told['seen']} notes" if told["seen"] else ""
    at = datetime.fromisoformat(told["at"]).astimezone()
    return (
        f"{told['user']} at {told['host']}, as the {told['actor']}, {did}{seen} on {at:%d %B %Y, %H:%M}, in an "
        "emergency in which nothing could be written."
    )


def _names(work: Work, table: str, column: str, ids: Iterable[str | None]) -> dict[str, str]:
    """What to call the rows with these ids."""
    wanted = sorted({found for found in ids if found})
    query = text(f"SELECT id, {column} AS name FROM {table} WHERE id IN (SELECT value FROM json_each(:ids))")
    rows = work.db.execute(query, {"ids": json.dumps([int(number) for number in wanted])})
    return {str(row.id): row.name for row in rows}
