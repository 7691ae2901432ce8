"""Notes: begun, edited in spells, signed, amended.

Until it is signed a note's text is its draft. Signing makes an immutable version; afterwards only new versions follow:
an *amendment* replaces the text, an *addendum* adds to it, both with a reason, and every earlier version stays
readable. The database's own triggers refuse anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from notes.access_log.digests import version_digest
from notes.errors import NothingToSign, RecordError, Signed, Stale
from notes.practice import references
from notes.practice.operations import Work, operation
from notes.practice.references import Given
from notes.practice.surroundings import from_milliseconds
from notes.record import search, sessions, templates, values
from notes.record.reading import Note, shown, tags_of
from notes.store import models


@dataclass(frozen=True)
class Editing:
    """An open spell of editing. Every save names the spell and the counter it has seen last."""

    note: int
    spell: int
    counter: int
    text: str
    purpose: str
    client_name: str
    session_at: str | None
    reason: str | None


@dataclass(frozen=True)
class Saved:
    """A draft on disk."""

    counter: int
    at: str


@operation("note.create")
def create(
    work: Work,
    client: Given,
    template: str,
    text: str | None = None,
    at: str | None = None,
    session: Given | None = None,
    tags: tuple[str, ...] = (),
) -> Note:
    """Begin a note as a draft. Without `text` it starts as the template does.

    `at` is when the session was (now, if it is left out); a session of the client at that time is used or entered.
    Raises NotFound, BadValue, RecordError.
    """
    return shown(work, _begin(work, client, template, text, at, session, tags))


@operation("note.sign")
def create_signed(
    work: Work,
    client: Given,
    template: str,
    text: str,
    at: str | None = None,
    session: Given | None = None,
    tags: tuple[str, ...] = (),
) -> Note:
    """Begin a note and sign it: both happen, each with its line, or neither. Raises as ``create`` and ``sign``."""
    number = _begin(work, client, template, text, at, session, tags)
    work.account("note.create")
    return _sign(work, references.note(work, number))


@operation("note.edit")
def edit(work: Work, note: Given, purpose: str = "note", reason: str | None = None) -> Editing:
    """Open a spell of editing and give the text as it was last saved.

    `purpose` is "note" for an unsigned note, "amendment" or "addendum" for a change to a signed one, which needs a
    `reason`. A draft left from an earlier spell is taken up again. Raises NotFound, Signed, RecordError, BadValue.
    """
    row = references.note(work, note)
    if row.status == "signed" and purpose == "note":
        raise _signed()
    if row.status == "draft" and purpose != "note":
        raise RecordError("The note is not signed yet.", "Only signed notes are amended.", "Edit it, then sign it.")
    draft, frame = work.one(models.Draft, note_id=row.id), shown(work, row.id)
    if draft is None:
        stated = values.one_line(reason or "", "The reason")
        kind = values.one_of(purpose, ("amendment", "addendum"), "The purpose")
        start = "" if kind == "addendum" else frame.text
        work.insert(models.Draft, [_new_draft(work, row.id, kind, stated, start)])
        draft = _draft(work, row.id)
    elif draft.purpose != purpose:
        raise RecordError(
            f"An unfinished {draft.purpose} of this note is there.", "", "Finish it, or throw it away, first."
        )
    spell = work.new_id() & 2**48 - 1
    work.update(models.Draft, draft, spell=spell, saves=_uncounted(draft))
    work.standing.spells.add(spell)
    work.counts["spell"] = spell
    work.reason = None if purpose == "note" else purpose
    whose, when = frame.client_name, frame.session_at
    return Editing(row.id, spell, draft.counter, draft.text, draft.purpose, whose, when, draft.reason)


@operation("note.save")
def save_draft(work: Work, note: Given, spell: int, counter: int, text: str) -> Saved:
    """Replace the draft inside an open spell. Leaves no line: ``close`` accounts for all saves of the spell.

    Raises Stale when the spell is not open or the draft has moved on from `counter`; BadValue.
    """
    row = references.note(work, note)
    draft = _spellbound(work, row.id, spell)
    if draft.counter != counter:
        raise Stale("The draft has been saved since by somebody else.", "", "Read it again before going on.")
    content = values.note_text(text)
    if draft.purpose == "note" and content != draft.text:
        search.index(work, row.place, draft.text, content)
    work.update(
        models.Draft,
        draft,
        text=content,
        counter=draft.counter + 1,
        saves=draft.saves + 1,
        saved_at=work.milliseconds,
    )
    return Saved(draft.counter + 1, from_milliseconds(work.milliseconds))


@operation("note.close")
def close(work: Work, note: Given, spell: int) -> None:
    """End a spell: one line with the number of saves and the draft's digest. Raises Stale.

    An amendment in which nothing was changed, or an addendum in which nothing was written, is not kept as unfinished.
    """
    row = references.note(work, note)
    draft = _spellbound(work, row.id, spell)
    if draft.purpose != "note" and draft.text == ("" if draft.purpose == "addendum" else _current(work, row).text):
        work.delete(models.Draft, draft)
    else:
        work.update(models.Draft, draft, spell=None)
    work.standing.spells.discard(spell)
    work.counts["saves"] = _uncounted(draft)


@operation("note.discard")
def discard(work: Work, note: Given) -> str | None:
    """Throw away an unsigned note, or an unfinished amendment of a signed one. Raises NotFound, Signed.

    Gives the reference of the note's session when no other note belongs to it: nothing removes a session unasked.
    """
    row = references.note(work, note)
    draft = work.one(models.Draft, note_id=row.id)
    if draft is None:
        raise _signed()
    _end(work, draft)
    if row.status == "draft":
        search.index(work, row.place, draft.text, None)
        _set_tags(work, row.id, remove=tags_of(work, row.id))
        work.delete(models.Note, row)
    work.reason = draft.purpose
    return sessions.without_note(work, row.session_id)


@operation("note.sign")
def sign(work: Work, note: Given) -> Note:
    """Make the draft the first signed version. Raises NotFound, Signed, NothingToSign."""
    row = references.note(work, note)
    if row.status == "signed":
        raise _signed()
    return _sign(work, row)


@operation("note.amend")
def amend(work: Work, note: Given, reason: str, text: str, addendum: bool = False) -> Note:
    """Add a signed version that names why. An addendum is added below the text, an amendment replaces it.

    An unfinished amendment in the drafts is thereby finished. Raises NotFound, NothingToSign, BadValue; RecordError
    also when the text is the one that is signed already.
    """
    row = references.note(work, note)
    if row.status == "draft":
        raise RecordError("The note is not signed yet.", "Only signed notes are amended.", "Edit it, then sign it.")
    stated = values.one_line(reason, "The reason")
    content = values.note_text(text)
    if not content.strip():
        raise NothingToSign("The amendment is empty.", "An empty text cannot be signed.", "Write something first.")
    before = _current(work, row)
    if not addendum and content == before.text:
        raise RecordError(
            "The amendment changes nothing.", "Its text is the one that is signed.", "Nothing was signed anew."
        )
    purpose = "addendum" if addendum else "amendment"
    draft = work.one(models.Draft, note_id=row.id)
    if draft is not None and (draft.purpose, draft.text) != (purpose, content):
        raise RecordError(
            f"An unfinished {draft.purpose} of this note is in the drafts.",
            "Its text would be lost.",
            "Finish it in the editor, or throw it away first: notes note discard NOTE",
        )
    if addendum:
        content = f"{before.text}\n\nAddendum, {values.local_minute(work.now)[:10]}:\n\n{content}"
    _add_version(work, row, purpose, stated, content)
    work.update(models.Note, row, version=row.version + 1)
    if draft is not None:
        _end(work, draft)
    search.index(work, row.place, before.text, content)
    work.reason = purpose
    return shown(work, row.id)


@operation("note.tag")
def tag(work: Work, note: Given, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Change a note's tags, also of a signed note: they are for finding, not part of what was signed.

    Gives the tags as they are then. Raises NotFound, BadValue.
    """
    row = references.note(work, note)
    _set_tags(work, row.id, add, remove)
    return tags_of(work, row.id)


def _begin(
    work: Work,
    client: Given,
    template: str,
    text: str | None,
    at: str | None,
    session: Given | None,
    tags: tuple[str, ...],
) -> int:
    """A new note with its draft; gives its id."""
    owner = references.client(work, client)
    chosen = templates.find(work, template)
    content = values.note_text(chosen.body if text is None else text)
    meeting = references.session(work, session) if session is not None else None
    meeting_id, when = sessions.of_a_note(work, owner, chosen.kind, at, meeting)
    number = work.new_id()
    row: dict[str, Any] = {
        "id": number,
        "ref": work.new_refs(models.Note)[0],
        "client_id": owner.id,
        "session_id": meeting_id,
        "kind": chosen.kind,
        "template": chosen.name,
        "at": when,
        "status": "draft",
        "version": 0,
        "created_at": work.milliseconds,
        "place": search.next_place(work),
    }
    work.insert(models.Note, [row])
    work.insert(models.Draft, [_new_draft(work, number, "note", None, content)])
    _set_tags(work, number, add=tags)
    search.index(work, row["place"], None, content)
    work.about(client=owner.id, object=number)
    return number


def _sign(work: Work, row: Row[Any]) -> Note:
    draft = _draft(work, row.id)
    _add_version(work, row, "original", None, draft.text)
    work.update(models.Note, row, status="signed", version=1)
    _end(work, draft)
    return shown(work, row.id)


def _add_version(work: Work, row: Row[Any], kind: str, reason: str | None, text: str) -> None:
    if not text.strip():
        raise NothingToSign("The note is empty.", "An empty note cannot be signed.", "Write something first.")
    before = _current(work, row).digest.hex() if row.version else None
    version = {
        "id": work.new_id(),
        "note_id": row.id,
        "number": row.version + 1,
        "kind": kind,
        "reason": reason,
        "text": text,
        "signed_at": work.milliseconds,
        "signed_by": work.actor,
    }
    digest = version_digest(version, row._mapping, before)
    work.insert(models.NoteVersion, [{**version, "digest": bytes.fromhex(digest)}])


def _current(work: Work, row: Row[Any]) -> Row[Any]:
    found = work.one(models.NoteVersion, note_id=row.id, number=row.version)
    assert found is not None  # a trigger keeps every version
    return found


def _draft(work: Work, note_id: int) -> Row[Any]:
    found = work.one(models.Draft, note_id=note_id)
    assert found is not None  # an unsigned note has its draft
    return found


def _new_draft(work: Work, note_id: int, purpose: str, reason: str | None, text: str) -> dict[str, Any]:
    return {
        "note_id": note_id,
        "purpose": purpose,
        "reason": reason,
        "text": text,
        "counter": 1,
        "saves": 0,
        "spell": None,
        "saved_at": work.milliseconds,
    }


def _end(work: Work, draft: Row[Any]) -> None:
    """Take a draft away. Where it was being edited, this line accounts for the saves: no ``close`` will."""
    work.delete(models.Draft, draft)
    if draft.spell is not None:
        work.counts["saves"] = draft.saves


def _uncounted(draft: Row[Any]) -> int:
    """Saves that no line has accounted for: those of an open spell, which another one may take over."""
    return int(draft.saves) if draft.spell is not None else 0


def _spellbound(work: Work, note_id: int, spell: int) -> Row[Any]:
    draft = work.one(models.Draft, note_id=note_id)
    if draft is None or draft.spell != spell:
        raise Stale(
            "The note is not open for editing.", "It was closed, signed or opened anew since.", "Open it again."
        )
    return draft


def _set_tags(work: Work, note_id: int, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
    here = set(tags_of(work, note_id)) if remove or add else set()
    new = dict.fromkeys(values.tag(name) for name in add)
    work.insert(models.NoteTag, [{"note_id": note_id, "tag": name} for name in new if name not in here])
    for name in {values.tag(name) for name in remove} & here:
        tag = work.one(models.NoteTag, note_id=note_id, tag=name)
        if tag is not None:
            work.delete(models.NoteTag, tag)


def _signed() -> Signed:
    return Signed(
        "The note is signed.",
        "What is signed stays as it was.",
        "Add to it or correct it with: notes note amend NOTE --reason WHY",
    )
