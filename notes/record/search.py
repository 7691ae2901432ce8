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
    """How many notes match, and the best of them."""

    total: int
    hits: list[Hit]


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
) -> Results:
    """The notes that hold all of `words`, best first, with a passage of each. Days `since` and `until` are included.

    The line holds which notes a passage was shown of, never the words. Raises NotFound, BadValue.
    """
    conditions, given = where(
        [
            ("note_index MATCH :query", "query", query(words)),
            ("n.client_id = :client", "client", None if client is None else references.client(work, client).id),
            ("n.kind = :kind", "kind", kind and values.one_of(kind, values.KINDS, "The kind of note")),
            ("n.id IN (SELECT note_id FROM note_tags WHERE tag = :tag)", "tag", tag and values.tag(tag)),
            *during("n.at", since and values.day(since), until and values.day(until)),
        ]
    )
    if not given["query"]:
        return Results(0, [])
    matching = f"FROM note_index JOIN notes n ON n.id = note_index.rowid WHERE {conditions}"
    total = work.sql(f"SELECT count(*) {matching}", **given).scalar_one()
    order = "ORDER BY note_index.rank LIMIT :limit"
    rows = work.sql(f"{_SHOWN} {matching} {order}", **given, limit=values.limit(limit)).all()
    names: dict[int, str] = {}
    hits = [_hit(work, names, row, _passage(work, row.id, given["query"], words)) for row in rows]
    work.counts["found"] = int(total)
    work.seen = [hit.note for hit in hits]
    work.clients = sorted({hit.client for hit in hits})
    return Results(int(total), hits)


_SHOWN = "SELECT n.id, n.ref, n.client_id, n.kind, n.status, n.at, bm25(note_index) AS rank"


def query(words: str) -> str:
    """The FTS5 expression for what was typed: every term quoted, so that none is an operator. Empty for no term."""
    terms = []
    for phrase, bare in _TERM.findall(words.replace("\0", " ").encode("utf-8", "ignore").decode()):
        prefix = bool(bare) and bare.endswith("*")
        term = (phrase or bare).replace('"', " ").strip().rstrip("*" if bare else "")
        if any(c.isalnum() for c in term):
            terms.append(f'"{term}"' + ("*" if prefix else ""))
    return " ".join(terms[:MOST_TERMS])


def index(work: Work, note_id: int, old: str | None, new: str | None) -> None:
    """Keep the index in step inside the same transaction: `old` is the text indexed so far, None for none."""
    if old is not None:
        work.sql("INSERT INTO note_index (note_index, rowid, text) VALUES ('delete', :id, :text)", id=note_id, text=old)
    if new is not None:
        add(work, [{"id": note_id, "text": new}])


def add(work: Work, rows: list[dict[str, Any]]) -> None:
    """Index new notes: rows of id and text."""
    if rows:
        work.db.exec_driver_sql("INSERT INTO note_index (rowid, text) VALUES (:id, :text)", rows)


@contextmanager
def many_at_once(work: Work) -> Iterator[None]:
    """While a great many notes are indexed: FTS5 gathers 64 MB before it writes, not 1 MB.

    The index comes out a tenth smaller and takes two thirds of the time.
    """
    setting = "INSERT INTO note_index (note_index, rank) VALUES ('hashsize', :bytes)"
    work.sql(setting, bytes=64 * 2**20)
    yield
    work.sql(setting, bytes=2**20)


def _passage(work: Work, note_id: int, matching: str, words: str) -> str:
    """Some words of the note round a match, on one line."""
    if work.sql("SELECT length(text) FROM note_text WHERE id = :id", id=note_id).scalar_one() > LONG_NOTE:
        first = re.search(r"\w+", words)
        cut = "SELECT substr(text, max(1, instr(lower(text), lower(:word)) - 60), 200) FROM note_text WHERE id = :id"
        return " ".join(str(work.sql(cut, id=note_id, word=first[0] if first else "").scalar_one()).split())
    snippet = f"snippet(note_index, 0, char(2), char(3), '…', {SNIPPET_WORDS})"
    found = work.sql(
        f"SELECT {snippet} FROM note_index WHERE note_index MATCH :query AND rowid = :id", query=matching, id=note_id
    )
    return " ".join(str(found.scalar_one()).split())


def _hit(work: Work, names: dict[int, str], row: Any, snippet: str) -> Hit:
    if row.client_id not in names:
        names[row.client_id] = work.sql("SELECT name FROM clients WHERE id = :id", id=row.client_id).scalar_one()
    return Hit(
        note=row.id,
        note_ref=row.ref,
        client=row.client_id,
        client_name=names[row.client_id],
        kind=row.kind,
        status=row.status,
        at=row.at,
        snippet=snippet,
        score=round(-row.rank, 6),
    )
