"""Which commands are in force on the screen of a note: some only while it is a draft, some only once it is signed."""

from __future__ import annotations

from notes.desktop.desk import Desk
from notes.record.reading import Note

_ALWAYS = (
    *("note.find", "note.tags", "note.print", "note.pdf", "note.side", "note.new"),
    *("note.beside", "note.earlier", "note.later", "client.looked"),
)
_DRAFT = (
    *("note.save", "note.sign", "note.read", "note.last", "note.snippet", "note.move", "note.discard"),
    *("note.section_next", "note.section_previous"),
)
_SIGNED = ("note.amend", "note.addendum", "note.history")
ALL = (*_ALWAYS, *_DRAFT, *_SIGNED)


def put_in_force(desk: Desk, note: Note | None) -> None:
    """Those for this note; none while none is shown."""
    for command in ALL:
        there = note is not None and command in _ALWAYS + (_DRAFT if note.status == "draft" else _SIGNED)
        desk.action(command).setEnabled(there)
    if note is not None and note.unfinished is not None:
        desk.action("note.discard").setEnabled(True)
