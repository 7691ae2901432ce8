"""What the screen of a note hands to the worker's thread, and how a draft is brought back that was thrown away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtPrintSupport import QPrinter

from notes.desktop import printing, spelling
from notes.desktop.desk import Desk
from notes.desktop.spelling import Speller
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


def open_note(practice: Practice, number: int) -> Opened:
    """Read a note; a draft is opened for editing at once. Raises NotFound."""
    note = practice.do(reading.open, number)
    return Opened(note, practice.do(progress_notes.edit, number) if note.status == "draft" else None)


def prepare(practice: Practice, language: str) -> Prepared:
    """Snippets, and the spelling in a language: empty for the system's, or off."""
    found = {snippet.name: snippet.text for snippet in practice.do(snippets.list_snippets)}
    languages = spelling.languages()
    speller = None if language == "off" else spelling.speller(language or None)
    for word in practice.do(own_words.list_words) if speller is not None else ():
        speller.learn(word)
    return Prepared(found, speller, languages)


def take_out(practice: Practice, note: int, where: QPrinter | Path, now: datetime) -> int:
    """Put a note on paper or into a file, once its line is on disk. Gives the number of bytes or pages."""
    if isinstance(where, Path):
        made = printing.pdf(practice.do(reading.take_out, note, "pdf"), now)
        write_atomically(where, made)
        return len(made)
    return printing.put_on_paper(practice.do(reading.take_out, note, "print"), where, now)


def bringing_back(desk: Desk, note: Note, purpose: str, reason: str, text: str) -> Callable[[], None]:
    """What undoes a throwing away: the text is begun anew. The log shows both."""
    if purpose == "note":
        return lambda: _again(desk, note, text)

    def run(practice: Practice, _: object) -> None:
        editing = practice.do(progress_notes.edit, note.id, purpose, reason)
        practice.do(progress_notes.save_draft, note.id, editing.spell, editing.counter, text)
        practice.do(progress_notes.close, note.id, editing.spell)

    def undo() -> None:
        then = lambda _: desk.go("note", note=note.id, change=purpose)  # noqa: E731
        desk.worker.run(run, then=then, failed=desk.complain, changes=frozenset({"note"}))

    return undo


def _again(desk: Desk, note: Note, text: str) -> None:
    desk.do(
        progress_notes.create,
        *(note.client, note.template, text, note.session_at, note.session, note.tags),
        then=lambda made: desk.go("note", note=made.id),
    )
