"""What the screen of a note hands to the worker's thread, and how a draft is brought back that was thrown away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtPrintSupport import QPrinter

from notes.desktop import printing, spelling
from notes.desktop.desk import Desk
from notes.desktop.editing import Spell
from notes.desktop.spelling import Speller
from notes.errors import NotesError, UsageError
from notes.record import own_words, progress_notes, reading, snippets
from notes.record.progress_notes import Editing
from notes.record.reading import Note
from notes.vault.files import write_atomically

if TYPE_CHECKING:
    from notes.practice.practice import Practice


@dataclass(frozen=True)
class Opened:
    """A note, and its spell of editing when it is a draft."""

    note: Note
    editing: Editing | None


@dataclass(frozen=True)
class Prepared:
    """What helps in writing, read once after each unlocking."""

    snippets: dict[str, str]
    speller: Speller | None
    languages: list[str]


def open_note(practice: Practice, number: int, read: Note | None = None) -> Opened:
    """Read a note, unless it was `read` just now; a draft is opened for editing at once. Raises NotFound."""
    note = read or practice.do(reading.open, number)
    return Opened(note, practice.do(progress_notes.edit, number) if note.status == "draft" else None)


def prepare(practice: Practice, language: str) -> Prepared:
    """Snippets, and the spelling in a language: empty for the system's, or off."""
    found = {snippet.name: snippet.text for snippet in practice.do(snippets.list_snippets)}
    languages = spelling.languages()
    speller = None if language == "off" else spelling.speller(language or None)
    if speller is not None:
        for word in practice.do(own_words.list_words):
            speller.learn(word)
    return Prepared(found, speller, languages)


def take_out(desk: Desk, note: int, where: QPrinter | Path) -> None:
    """Put a note on paper or into a file, once its line is on disk; drawn in the worker's thread."""
    now = desk.now()

    def run(practice: Practice, _: object) -> str:
        if isinstance(where, Path):
            if where.exists():
                raise UsageError("That file is there already.", "Nothing is ever written over.", "Choose a new name.")
            write_atomically(where, printing.pdf(practice.do(reading.take_out, note, "pdf"), now))
            return "Saved as PDF."
        printing.put_on_paper(practice.do(reading.take_out, note, "print"), where, now)
        if where.outputFileName():  # what systems call printing to a file
            Path(where.outputFileName()).chmod(0o600)
            return "Saved as a file."
        return "Sent to the printer."

    detail = "Outside the vault everybody can read it who comes upon it."
    desk.worker.run(
        run, then=lambda told: desk.say(told, detail, tone="good"), failed=desk.complain, name="Making pages"
    )


def take_tag_away(desk: Desk, note: int, tag: str, shown: Callable[[int, Sequence[str]], None], owner: QObject) -> None:
    """Take a tag off a note, and offer to put it back. `shown` gets the note and its tags as they are then."""

    def undo() -> None:
        desk.do(progress_notes.tag, note, (tag,), then=lambda tags: shown(note, tags), owner=owner)

    def gone(tags: Sequence[str]) -> None:
        shown(note, tags)
        desk.say("The tag is taken away.", undo=undo)

    desk.do(progress_notes.tag, note, (), (tag,), then=gone, owner=owner)


def throw_away(desk: Desk, note: Note, spell: Spell | None, text: str, reason: str) -> None:
    """Throw a draft or an unfinished change away, and offer to bring it back.

    Bringing back begins it anew with the same text: the log shows both, as they happened.
    """
    purpose = spell.purpose if spell is not None else note.unfinished or "note"
    if spell is not None:
        spell.drop()
        reason = reason or spell.reason or ""
    desk.unsaved.pop(note.id, None)
    told = "Draft thrown away." if purpose == "note" else f"{purpose.capitalize()} thrown away."

    def discard(practice: Practice, _: object) -> tuple[str, str]:
        """Gives text and reason as they were."""
        was = text, reason
        if spell is None:  # begun earlier and not gone on with: to bring it back it is read first
            begun = practice.do(progress_notes.edit, note.id, purpose)
            was = begun.text, begun.reason or ""
        practice.do(progress_notes.discard, note.id)
        return was

    def change_again(practice: Practice, text: str, reason: str) -> None:
        editing = practice.do(progress_notes.edit, note.id, purpose, reason)
        practice.do(progress_notes.save_draft, note.id, editing.spell, editing.counter, text)
        practice.do(progress_notes.close, note.id, editing.spell)

    def undo(text: str, reason: str) -> None:
        if purpose == "note":
            begin = (note.client, note.template, text, note.session_at, note.session, note.tags)
            desk.do(progress_notes.create, *begin, then=lambda made: desk.go("note", note=made.id))
        else:
            there = {"note": note.id, "change": purpose}
            again = lambda practice, _: change_again(practice, text, reason)  # noqa: E731
            desk.worker.run(again, then=lambda _: desk.go("note", **there), failed=desk.complain)

    def gone(was: tuple[str, str]) -> None:
        desk.go("client", client=note.client) if purpose == "note" else desk.go("note", note=note.id)
        desk.say(told, undo=partial(undo, *was))

    def kept(error: NotesError) -> None:
        if spell is not None:
            desk.unsaved[note.id] = text
        desk.complain(error)
        desk.go("note", note=note.id, **({} if purpose == "note" else {"change": purpose}))

    desk.worker.run(discard, then=gone, failed=kept, changes=frozenset({"note"}))
