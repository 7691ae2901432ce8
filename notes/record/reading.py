"""Reading notes: one, a list, the versions of one, and what changed between two versions."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text as sql

from notes.errors import NotFound
from notes.practice import references
from notes.practice.operations import Work, operation
from notes.practice.references import Given
from notes.practice.surroundings import from_milliseconds
from notes.record import values
from notes.store import models


@dataclass(frozen=True)
class Summary:
    """A note without its text."""

    id: int
    ref: str
    client: int
    client_ref: str
    client_name: str
    session: int | None
    kind: str
    template: str
    status: str
    version: int
    session_at: str | None
    created_at: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Note(Summary):
    """A note with the text of one version, or of the draft. `unfinished` is the purpose of a change begun on it."""

    text: str
    signed_at: str | None
    signed_by: str | None
    reason: str | None
    unfinished: str | None


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
    return shown(work, references.note(work, note), version)


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
) -> list[Summary]:
    """Notes without their text, newest first; undated ones last. Raises NotFound, BadValue."""
    query = work.db.query(models.Note, models.Client).join(models.Client, models.Client.id == models.Note.client_id)
    if client is not None:
        query = query.filter(models.Note.client_id == references.client(work, client).id)
    if kind is not None:
        query = query.filter(models.Note.kind == values.one_of(kind, values.KINDS, "The kind of note"))
    if status is not None:
        query = query.filter(models.Note.status == values.one_of(status, ("draft", "signed"), "The status"))
    if tag is not None:
        tagged = work.db.query(models.NoteTag.note_id).filter_by(tag=values.tag(tag))
        query = query.filter(models.Note.id.in_(tagged))
    if since is not None:
        query = query.filter(models.Note.at >= values.day(since))
    if until is not None:
        query = query.filter(models.Note.at <= values.day(until) + "T99")
    query = query.order_by(models.Note.at.desc(), models.Note.id.desc()).limit(limit)
    found = [_summary(work, note, owner) for note, owner in query]
    work.counts["notes"] = len(found)
    return found


@operation("note.history")
def history(work: Work, note: Given) -> list[Version]:
    """The signed versions of a note, oldest first, without their text. Raises NotFound."""
    row = references.note(work, note)
    query = work.db.query(models.NoteVersion).filter_by(note_id=row.id).order_by(models.NoteVersion.number)
    return [
        Version(v.number, from_milliseconds(v.signed_at), v.kind, v.reason, v.signed_by, v.digest, len(v.text))
        for v in query
    ]


@operation("note.compare")
def compare(work: Work, note: Given, old: int | None = None, new: int | None = None) -> list[Change]:
    """What changed, word by word, from version `old` to version `new` (the newest, against the one before it).

    Raises NotFound when there is no such version.
    """
    row = references.note(work, note)
    newer = row.version if new is None else new
    older = newer - 1 if old is None else old
    return words_changed(shown(work, row, older).text, shown(work, row, newer).text)


def words_changed(old: str, new: str) -> list[Change]:
    """The two texts as runs of words kept, removed and added. Joined, kept and added give `new` to the letter."""
    before, after = re.findall(r"\s+|\w+|[^\w\s]", old), re.findall(r"\s+|\w+|[^\w\s]", new)
    changes: list[Change] = []
    for how, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            changes.append(Change("kept", "".join(after[j1:j2])))
            continue
        if i2 > i1:
            changes.append(Change("removed", "".join(before[i1:i2])))
        if j2 > j1:
            changes.append(Change("added", "".join(after[j1:j2])))
    return changes


def shown(work: Work, row: models.Note, number: int | None = None) -> Note:
    """The note as the faces see it. Only operations reach it, so a line accounts for it."""
    owner = work.db.get_one(models.Client, row.client_id)
    draft = work.db.get(models.Draft, row.id)
    common = _summary(work, row, owner).__dict__
    if row.status == "draft" and number is None and draft is not None:
        return Note(**common, text=draft.text, signed_at=None, signed_by=None, reason=None, unfinished=None)
    wanted = row.version if number is None else number
    version = work.db.query(models.NoteVersion).filter_by(note_id=row.id, number=wanted).one_or_none()
    if version is None:
        raise NotFound(
            "The note has no such version.",
            f"It has {row.version} signed version{'' if row.version == 1 else 's'}.",
            "See them with: notes note history NOTE",
        )
    return Note(
        **{**common, "version": version.number},
        text=version.text,
        signed_at=from_milliseconds(version.signed_at),
        signed_by=version.signed_by,
        reason=version.reason,
        unfinished=draft.purpose if draft else None,
    )


def tags_of(work: Work, note_id: int) -> tuple[str, ...]:
    """A note's tags in order."""
    rows = work.db.execute(sql("SELECT tag FROM note_tags WHERE note_id = :id ORDER BY tag"), {"id": note_id})
    return tuple(rows.scalars())


def _summary(work: Work, row: models.Note, owner: models.Client) -> Summary:
    return Summary(
        id=row.id,
        ref=row.ref,
        client=owner.id,
        client_ref=owner.ref,
        client_name=owner.name,
        session=row.session_id,
        kind=row.kind,
        template=row.template,
        status=row.status,
        version=row.version,
        session_at=row.at,
        created_at=from_milliseconds(row.created_at),
        tags=tags_of(work, row.id),
    )
