"""Reading notes: one, a list, the versions of one, and what changed between two versions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from notes.errors import NotFound
from notes.practice import naming, opening, references
from notes.practice.operations import Work, operation
from notes.practice.references import Given
from notes.practice.surroundings import from_milliseconds
from notes.record import values
from notes.record.filters import during, where


@dataclass(frozen=True)
class Summary:
    """A note without its text. `unfinished` is the purpose of a change begun on a signed note."""

    id: int
    ref: str
    client: int
    client_ref: str
    client_name: str
    pronouns: str | None
    session: int | None
    kind: str
    template: str
    status: str
    version: int
    session_at: str | None
    created_at: str
    tags: tuple[str, ...]
    unfinished: str | None


@dataclass(frozen=True)
class Note(Summary):
    """A note with the text of one version, or of the draft. `newest` is the number of its newest version."""

    text: str
    signed_at: str | None
    signed_by: str | None
    reason: str | None
    newest: int


@dataclass(frozen=True)
class Printed:
    """A note that leaves the vault on paper or as a file, with the names of practice and, if given, practitioner."""

    note: Note
    practice: str
    practitioner: str


@dataclass(frozen=True)
class Version:
    """A signed version without its text."""

    version: int
    at: str
    kind: str
    reason: str | None
    signed_by: str
    digest: str
    characters: int


@dataclass(frozen=True)
class Change:
    """A run of words: kept, removed or added."""

    how: Literal["kept", "removed", "added"]
    text: str


@operation("note.open")
def open(work: Work, note: Given, version: int | None = None) -> Note:
    """A note with its text: the newest version or draft, or the signed version asked for. Raises NotFound."""
    return shown(work, references.note(work, note).id, version)


@operation("note.open")
def last_alike(work: Work, note: Given) -> Note:
    """The client's newest signed note of the same template before this one, with its text. Raises NotFound."""
    row = references.note(work, note)
    query = (
        "SELECT id FROM notes WHERE client_id = :client AND template = :template AND status = 'signed' "
        "AND (coalesce(at, ''), id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT 1"
    )
    found = work.sql(query, client=row.client_id, template=row.template, at=row.at or "", id=row.id).scalar()
    if found is None:
        raise NotFound("This client has no earlier signed note of the same template.", "", "Begin with the template.")
    work.about(object=found)
    return shown(work, found)


@operation("note.open")
def neighbour(work: Work, note: Given, step: int) -> Note:
    """The client's note after this one (`step` 1) or before it (-1), by time, with its text; undated ones come first.

    The last or the first gives itself, so that the line always says which note was read. Raises NotFound.
    """
    row = references.note(work, note)
    beyond, order = (">", "ASC") if step > 0 else ("<", "DESC")
    query = (
        f"SELECT id FROM notes WHERE client_id = :client AND (coalesce(at, ''), id) {beyond} (:at, :id) "
        f"ORDER BY coalesce(at, '') {order}, id {order} LIMIT 1"
    )
    found = work.sql(query, client=row.client_id, at=row.at or "", id=row.id).scalar() or row.id
    work.about(object=found)
    return shown(work, found)


@operation("note.print")
def take_out(work: Work, note: Given, how: str, version: int | None = None) -> Printed:
    """A note with the practice's name, to be put on paper or into a file. `how` is print or pdf.

    Raises NotFound, BadValue.
    """
    row = references.note(work, note)
    work.reason = values.one_of(how, ("print", "pdf"), "The way out")
    taken = shown(work, row.id, version)
    work.counts["characters"] = len(taken.text)
    return Printed(taken, str(opening.setting(work, "practice_name").value), naming.practitioner(work))


@operation("note.list")
def list_notes(
    work: Work,
    client: Given | None = None,
    kind: str | None = None,
    status: str | None = None,
    tag: str | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: int = 100,
    unfinished: bool = False,
) -> list[Summary]:
    """Notes without their text, newest first; undated ones last. Raises NotFound, BadValue.

    `unfinished` leaves only what is still to be finished: unsigned notes, and signed ones with a change begun.
    """
    conditions, given = where(
        [
            ("n.client_id = :client", "client", None if client is None else references.client(work, client).id),
            ("n.kind = :kind", "kind", kind and values.one_of(kind, values.KINDS, "The kind of note")),
            ("n.status = :status", "status", status and values.one_of(status, ("draft", "signed"), "The status")),
            ("n.id IN (SELECT note_id FROM note_tags WHERE tag = :tag)", "tag", tag and values.tag(tag)),
            ("n.id IN (SELECT note_id FROM drafts) AND :unfinished", "unfinished", unfinished or None),
            *during("n.at", since and values.day(since), until and values.day(until)),
        ]
    )
    rows = work.sql(
        f"SELECT {_FRAME} FROM {_JOINED} WHERE {conditions} ORDER BY n.at DESC, n.id DESC LIMIT :limit",
        **given,
        limit=values.limit(limit),
    )
    found = [Summary(**_frame(row)) for row in rows.mappings()]
    work.counts["notes"] = len(found)
    return found


def of_client(work: Work, client_id: int) -> list[Summary]:
    """All notes of a client without their text, newest first; undated ones last."""
    query = f"SELECT {_FRAME} FROM {_JOINED} WHERE n.client_id = :client ORDER BY n.at DESC, n.id DESC"
    return [Summary(**_frame(row)) for row in work.sql(query, client=client_id).mappings()]


@operation("note.history")
def history(work: Work, note: Given) -> list[Version]:
    """The signed versions of a note, oldest first, without their text. Raises NotFound."""
    row = references.note(work, note)
    query = (
        "SELECT number, signed_at, kind, reason, signed_by, digest, length(text) AS characters "
        "FROM note_versions WHERE note_id = :id ORDER BY number"
    )
    return [
        Version(v.number, from_milliseconds(v.signed_at), v.kind, v.reason, v.signed_by, v.digest.hex(), v.characters)
        for v in work.sql(query, id=row.id)
    ]


@operation("note.compare")
def compare(work: Work, note: Given, old: int | None = None, new: int | None = None) -> list[Change]:
    """What changed, word by word, from version `old` to version `new` (the newest, against the one before it).

    Raises NotFound when there is no such version.
    """
    row = references.note(work, note)
    newer = row.version if new is None else new
    older = newer - 1 if old is None else old
    return words_changed(shown(work, row.id, older).text, shown(work, row.id, newer).text)


def words_changed(old: str, new: str) -> list[Change]:
    """The two texts as runs of words kept, removed and added. Joined, kept and added give `new` to the letter.

    Long texts are compared line by line first, and their words only where lines differ: comparing takes the square.
    """
    before, after = _words(old), _words(new)
    if len(before) * len(after) <= MOST_COMPARISONS:
        return _compared(before, after)
    changes: list[Change] = []
    for change in _compared(old.splitlines(keepends=True), new.splitlines(keepends=True)):
        removed = changes[-1].text if changes and changes[-1].how == "removed" else ""
        pair = _words(removed), _words(change.text)
        if removed and change.how == "added" and len(pair[0]) * len(pair[1]) <= MOST_COMPARISONS:
            changes[-1:] = _compared(*pair)
        else:
            changes.append(change)
    return changes


MOST_COMPARISONS = 4_000_000
"""Pairs of words compared at the most: two thousand by two thousand, twenty pages by twenty."""


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)


def _compared(before: list[str], after: list[str]) -> list[Change]:
    """Pieces kept, removed and added; the middle in one piece where there are too many to compare."""
    shorter = min(len(before), len(after))
    same = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    left = range(1, shorter - same + 1)
    tail = next((n - 1 for n in left if before[-n] != after[-n]), len(left))
    old, new = before[same : len(before) - tail], after[same : len(after) - tail]
    codes: Sequence[tuple[str, int, int, int, int]] = [("replace", 0, len(old), 0, len(new))]
    if len(old) * len(new) <= MOST_COMPARISONS:
        codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    found: list[tuple[Literal["kept", "removed", "added"], list[str]]] = [("kept", before[:same])]
    for how, i1, i2, j1, j2 in codes:
        found += [("kept", new[j1:j2])] if how == "equal" else [("removed", old[i1:i2]), ("added", new[j1:j2])]
    found.append(("kept", before[len(before) - tail :]))
    return [Change(how, "".join(pieces)) for how, pieces in found if pieces]


_FRAME = """
    n.id, n.ref, n.client_id AS client, c.ref AS client_ref, c.name AS client_name, c.pronouns,
    n.session_id AS session, n.kind, n.template, n.status, n.version, n.at AS session_at, n.created_at,
    (SELECT purpose FROM drafts WHERE note_id = n.id AND n.status = 'signed') AS unfinished,
    (SELECT group_concat(tag, char(10)) FROM (SELECT tag FROM note_tags WHERE note_id = n.id ORDER BY tag)) AS tags"""
_JOINED = "notes n JOIN clients c ON c.id = n.client_id"
_WHOLE = f"""
SELECT {_FRAME}, d.text AS draft, v.number, v.text AS signed, v.signed_at, v.signed_by, v.reason
FROM {_JOINED} LEFT JOIN drafts d ON d.note_id = n.id
    LEFT JOIN note_versions v ON v.note_id = n.id AND v.number = coalesce(:number, n.version)
WHERE n.id = :id"""


def shown(work: Work, note_id: int, number: int | None = None) -> Note:
    """The note as the faces see it. Only operations reach it, so a line accounts for it. Raises NotFound."""
    wanted = None if number is None else max(0, min(number, 2**31))
    row = work.sql(_WHOLE, id=note_id, number=wanted).mappings().one()
    frame = _frame(row)
    if row["status"] == "draft" and number is None:
        return Note(**frame, text=row["draft"], signed_at=None, signed_by=None, reason=None, newest=0)
    if row["number"] is None:
        raise NotFound(
            "The note has no such version.",
            f"It has {row['version']} signed version{'' if row['version'] == 1 else 's'}.",
            "See them with: notes note history NOTE",
        )
    return Note(
        **{**frame, "version": row["number"]},
        text=row["signed"],
        signed_at=from_milliseconds(row["signed_at"]),
        signed_by=row["signed_by"],
        reason=row["reason"],
        newest=row["version"],
    )


def tags_of(work: Work, note_id: int) -> tuple[str, ...]:
    """A note's tags in order."""
    return tuple(work.sql("SELECT tag FROM note_tags WHERE note_id = :id ORDER BY tag", id=note_id).scalars())


def _frame(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The fields of a summary."""
    told = {name: row[name] for name in Summary.__dataclass_fields__}
    tags = tuple(row["tags"].split("\n")) if row["tags"] else ()
    return {**told, "created_at": from_milliseconds(row["created_at"]), "tags": tags}
