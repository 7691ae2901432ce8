"""The access log a page at a time, for a face in which one scrolls.

Each page is a look and leaves its line, which says how many lines were shown. A page is long, so that a visit to the
log leaves one line, and only who scrolls on for thousands of lines leaves more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from notes.access_log.events import EVENTS
from notes.practice import checked, references
from notes.practice.checked import Checked
from notes.practice.log import LineView, filters, unusual_lines, views_of
from notes.practice.operations import Work, operation
from notes.practice.references import Given

PAGE = 1000
"""Lines of a page."""


@dataclass(frozen=True)
class Wanted:
    """Which lines. `words` must all be in what the line says; `unusual` leaves what a review would point out."""

    client: Given | None = None
    event: str | None = None
    face: str | None = None
    outcome: str | None = None
    since: str | None = None
    until: str | None = None
    words: str = ""
    unusual: bool = False


@dataclass(frozen=True)
class Page:
    """Lines, newest first. `total` and `checked` come with the first page only.

    `why` says by number of the line why it is unusual, where that was asked for.
    """

    lines: list[LineView]
    why: dict[int, str]
    total: int | None = None
    checked: Checked | None = None


@operation("log.open")
def page(work: Work, wanted: Wanted, before: int | None = None, limit: int = PAGE) -> Page:
    """The newest lines that are wanted, or those before line `before`. Raises NotFound, BadValue."""
    conditions, given = filters(
        work, wanted.client, wanted.event, wanted.face, wanted.outcome, wanted.since, wanted.until
    )
    conditions, given = _saying(work, wanted.words, conditions, given)
    why: dict[int, str] = {}
    if wanted.unusual:
        why = _why(work)
        conditions += " AND seq IN (SELECT value FROM json_each(:unusual))"
        given["unusual"] = json.dumps(list(why))
    total = None
    if before is None:
        total = int(work.sql(f"SELECT count(*) FROM access_log WHERE {conditions}", **given).scalar_one())
    else:
        conditions += " AND seq < :before"
    query = f"SELECT record FROM access_log WHERE {conditions} ORDER BY seq DESC LIMIT :limit"
    found = work.sql(query, **given, before=before, limit=max(0, min(limit, PAGE))).scalars()
    lines = views_of(work, [json.loads(record) for record in found])
    work.counts["lines"] = len(lines)
    shown = {line.seq: why[line.seq] for line in lines if line.seq in why}
    if before is not None:
        return Page(lines, shown)
    return Page(lines, shown, total, checked.last(work))


def _why(work: Work) -> dict[int, str]:
    """Every unusual line of the whole log, by number, with its reasons."""
    records = (json.loads(record) for record in work.sql("SELECT record FROM access_log ORDER BY seq").scalars())
    return {record["seq"]: why for record, why in unusual_lines(records, set())}


def _saying(work: Work, words: str, conditions: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Also each of `words`: in the event's words, the client's name, the note's reference, or who and where it was."""
    if words:
        named = [(str(row.id), references.plain(row.name)) for row in work.sql("SELECT id, name FROM clients")]
    given = dict(given)
    typed = words.encode("utf-8", "ignore").decode()  # half characters say nothing
    for number, word in enumerate(references.plain(typed).split()[:10]):
        like = work.sql("SELECT CAST(id AS TEXT) FROM notes WHERE instr(lower(ref), :word)", word=word)
        for name, found in (
            ("events", _events_saying(word)),
            ("clients", [client for client, name in named if word in name]),
            ("notes", list(like.scalars())),
        ):
            given[f"{name}{number}"] = json.dumps(found)
        given[f"word{number}"] = word
        conditions += " AND " + _SAYS.replace("#", str(number))
    return conditions, given


_SAYS = """(
    event IN (SELECT value FROM json_each(:events#))
    OR seq IN (SELECT seq FROM access_log WHERE client IN (SELECT value FROM json_each(:clients#)))
    OR (json_array_length(:notes#) AND json_extract(record, '$.object') IN (SELECT value FROM json_each(:notes#)))
    OR (instr(lower(record), :word#) AND instr(
        lower(concat_ws(' ', record ->> 'actor', record ->> 'user', record ->> 'host', record ->> 'face',
            record ->> 'outcome')), :word#)))"""
"""What a line must meet to say a word; the cheap conditions first, for logs of hundreds of thousands of lines."""


def _events_saying(word: str) -> list[str]:
    bare = str.maketrans("", "", "{}")
    return [e.name for e in EVENTS.values() if word in f"{e.name} {e.did} {e.tried}".translate(bare).lower()]
