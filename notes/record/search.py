"""Search over the text of notes: SQLite FTS5 inside the encrypted database.

A bare word finds that word, ``word*`` finds by prefix, ``"several words"`` finds the phrase; everything asked for must
be there. Case and accents do not matter. Whatever is typed is answered; nothing typed is ever FTS5 syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from notes.practice import references
from notes.practice.operations import Work, operation
from notes.practice.references import Given
from notes.record import values
from notes.record.filters import during, where

MATCH_START, MATCH_END = "\x02", "\x03"
"""Signs around each match in a snippet; no text that can be kept holds them unescaped in a face."""

SNIPPET_WORDS = 24
LONG_NOTE = 50_000
"""Characters from which on a note's passage is cut out plainly: FTS5's snippet() takes the square of the matches."""
MOST_RANKED = 2000
"""Matches, without filters, up to which the best come first. Ranking looks at each: at 14,000 it takes 20 ms."""
LEAST_TYPED = 2
"""Letters from which on it is searched as somebody types: one letter would show passages of half the record."""
MOST_TERMS = 100
"""Terms of a query that count; further ones are left out."""

_TERM = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True)
class Hit:
    """A note found. `score` is higher for a better match (BM25, sign turned)."""

    note: int
    note_ref: str
    client: int
    client_name: str
    kind: str
    status: str
    at: str | None
    snippet: str
    score: float


@dataclass(frozen=True)
class Results:
    """How many notes match, and the best of them; the newest, with no score, where they were not to be ranked."""

    total: int
    hits: list[Hit]
    ranked: bool = True


@operation("search.run")
def run(
    work: Work,
    words: str,
    client: Given | None = None,
    kind: str | None = None,
    tag: str | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: int = 20,
    skip: int = 0,
) -> Results:
    """The notes that hold all of `words`, best first, with a passage of each. Days `since` and `until` are included.

    `skip` leaves out so many of the best, to go on where an earlier search ended. Without a word but with a filter, the
    notes that fit are listed, newest first, undated ones last, with no passage.

    The line holds which notes a passage was shown of, never the words. Raises NotFound, BadValue.
    """
    asked = query(words)
    filters, given = where(
        [
            ("n.client_id = :client", "client", None if client is None else references.client(work, client).id),
            ("n.kind = :kind", "kind", kind and values.one_of(kind, values.KINDS, "The kind of note")),
            ("n.id IN (SELECT note_id FROM note_tags WHERE tag = :tag)", "tag", tag and values.tag(tag)),
            *during("n.at", since and values.day(since), until and values.day(until)),
        ]
    )
    if not asked and (words.strip() or not given):
        return Results(0, [])
    page = {"limit": values.limit(limit), "skip": max(0, skip)}
    if not asked:
        return _listed(work, filters, given, page)
    total = int(work.sql(f"SELECT count(*) {_MATCHING}", query=asked).scalar_one())
    best = _BEST if total <= MOST_RANKED else _NEWEST
    if given:
        count = f"SELECT count(*) FROM notes n WHERE +n.place IN (SELECT rowid {_MATCHING}) AND {filters}"
        total = int(work.sql(count, **given, query=asked).scalar_one())
    given |= {"query": asked, "word": _first_word(words), **page}
    rows = work.sql(best.format(filters=filters), **given, **_CUT).all()
    work.counts["found"] = total
    work.seen = [row.note for row in rows]
    work.clients = sorted({row.client for row in rows})
    return Results(total, [_hit(row) for row in rows], best is _BEST)


def _listed(work: Work, filters: str, given: dict[str, Any], page: dict[str, int]) -> Results:
    """The notes that fit, with no look at their texts: none was seen."""
    total = int(work.sql(f"SELECT count(*) FROM notes n WHERE {filters}", **given).scalar_one())
    rows = work.sql(_LISTED.format(filters=filters), **given, **page).all()
    work.counts["found"] = total
    work.clients = sorted({row.client for row in rows})
    return Results(total, [_hit(row) for row in rows], ranked=False)


_MATCHING = "FROM note_index WHERE note_index MATCH :query"
_CUT = {"long": LONG_NOTE, "words": SNIPPET_WORDS}
_PASSAGE = """
    CASE WHEN length(note_index.text) > :long
        THEN substr(note_index.text, max(1, instr(lower(note_index.text), :word) - 60), 200)
        ELSE snippet(note_index, 0, char(2), char(3), '…', :words) END AS passage"""
_SHOWN = """
    n.id AS note, n.ref AS note_ref, n.client_id AS client, c.name AS client_name, n.kind, n.status, n.at"""
_BEST = f"""
    SELECT {_SHOWN}, -bm25(note_index) AS score, {_PASSAGE}
    FROM note_index JOIN notes n ON n.place = note_index.rowid JOIN clients c ON c.id = n.client_id
    WHERE note_index MATCH :query AND {{filters}} ORDER BY note_index.rank LIMIT :limit OFFSET :skip"""
_NEWEST = f"""
    WITH newest AS (
        SELECT n.place FROM notes n
        WHERE +n.place IN (SELECT rowid {_MATCHING}) AND {{filters}}
        ORDER BY n.at DESC, n.id DESC LIMIT :limit OFFSET :skip)
    SELECT {_SHOWN}, 0.0 AS score, {_PASSAGE}
    FROM newest CROSS JOIN note_index ON note_index.rowid = newest.place JOIN notes n ON n.place = newest.place
    JOIN clients c ON c.id = n.client_id
    WHERE note_index MATCH :query ORDER BY n.at DESC, n.id DESC"""


_LISTED = f"""
    SELECT {_SHOWN}, 0.0 AS score, '' AS passage
    FROM notes n JOIN clients c ON c.id = n.client_id
    WHERE {{filters}} ORDER BY n.at DESC, n.id DESC LIMIT :limit OFFSET :skip"""


def query(words: str) -> str:
    """The FTS5 expression for what was typed: every term quoted, so that none is an operator. Empty for no term."""
    terms = []
    for phrase, bare in _TERM.findall(words.replace("\0", " ").encode("utf-8", "ignore").decode()):
        prefix = bool(bare) and bare.endswith("*")
        term = (phrase or bare).replace('"', " ").strip().rstrip("*" if bare else "")
        if any(c.isalnum() for c in term):
            terms.append(f'"{term}"' + ("*" if prefix else ""))
    return " ".join(terms[:MOST_TERMS])


def as_typed(words: str) -> str:
    """What is searched for while somebody types: the last word may go on. Nothing as long as it has one letter only."""
    last = words.split()[-1:] if words.count('"') % 2 == 0 and not words[-1:].isspace() else []
    bare = bool(last) and last[0][-1].isalnum()
    if bare and len(words.strip()) < LEAST_TYPED:
        return ""
    return f"{words}*" if bare else words


def next_place(work: Work) -> int:
    """The place in the index for the next new note."""
    return int(work.sql("SELECT coalesce(max(place), 0) + 1 FROM notes").scalar_one())


def index(work: Work, place: int, old: str | None, new: str | None) -> None:
    """Keep the index in step inside the same transaction: `old` is the text indexed so far, None for none."""
    if old is not None:
        work.sql("INSERT INTO note_index (note_index, rowid, text) VALUES ('delete', :p, :text)", p=place, text=old)
    if new is not None:
        add(work, [{"place": place, "text": new}])


def add(work: Work, rows: list[dict[str, Any]]) -> None:
    """Index new notes: rows of place and text."""
    if rows:
        work.db.exec_driver_sql("INSERT INTO note_index (rowid, text) VALUES (:place, :text)", rows)


@contextmanager
def many_at_once(work: Work) -> Iterator[None]:
    """While a great many notes are indexed: FTS5 gathers 64 MB before it writes, not 1 MB.

    The index comes out a tenth smaller and takes two thirds of the time.
    """
    setting = "INSERT INTO note_index (note_index, rank) VALUES ('hashsize', :bytes)"
    work.sql(setting, bytes=64 * 2**20)
    yield
    work.sql(setting, bytes=2**20)


def _first_word(words: str) -> str:
    """The first word asked for, to cut a passage out of a very long note."""
    found = re.search(r"\w+", words)
    return found[0].lower() if found else ""


def _hit(row: Any) -> Hit:
    return Hit(
        note=row.note,
        note_ref=row.note_ref,
        client=row.client,
        client_name=row.client_name,
        kind=row.kind,
        status=row.status,
        at=row.at,
        snippet=" ".join(str(row.passage).split()),
        score=round(row.score, 6),
    )
