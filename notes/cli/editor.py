"""An editor inside the terminal. The text never leaves the program: no temporary file, no other editor.

It saves into the encrypted draft within two seconds of a keystroke, so that a crash, a closed terminal or a power cut
loses next to nothing.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from prompt_toolkit import Application
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.styles import Style
from prompt_toolkit.widgets import TextArea

from notes.errors import NotesError
from notes.practice.practice import Practice
from notes.practice.references import Given
from notes.record import progress_notes

AUTOSAVE_SECONDS = 1.0
"""Promise: a draft is on disk at most 2 s after the last keystroke."""


def write(practice: Practice, note: Given, purpose: str, reason: str | None) -> str:
    """Edit the note's draft until the practitioner has finished; gives the text as saved.

    Everything typed is saved even when this ends by an error: the draft stays.
    """
    editing = practice.do(progress_notes.edit, note, purpose, reason)
    saving = _Saving(practice, editing)
    try:
        _application(saving, editing.text).run()
    finally:
        try:
            saving.save()
        finally:
            practice.do(progress_notes.close, editing.note, editing.spell)
    return saving.text


class _Saving:
    """The draft as it was last saved, and the text as it is now."""

    def __init__(self, practice: Practice, editing: progress_notes.Editing) -> None:
        self._practice, self._editing = practice, editing
        self._counter = editing.counter
        self._saved = self.text = editing.text
        self.status = "Nothing changed yet"

    def try_to_save(self) -> bool:
        """Save; where that fails, say so below the text and go on: what is typed stays, the next try may succeed."""
        try:
            self.save()
        except NotesError as error:
            self.status = f"NOT SAVED: {error.what} {error.hint}"
            return False
        return True

    def save(self) -> None:
        """Put the text into the draft, unless it is there already."""
        if self.text == self._saved:
            return
        done = self._practice.do(
            progress_notes.save_draft, self._editing.note, self._editing.spell, self._counter, self.text
        )
        self._counter, self._saved = done.counter, self.text
        self.status = f"Saved {datetime.fromisoformat(done.at).astimezone():%H:%M:%S}"


def _application(saving: _Saving, text: str) -> Application[None]:
    area = TextArea(text=text, multiline=True, wrap_lines=True, scrollbar=True)

    def typed(_: object) -> None:
        saving.text = area.text
        saving.status = "Typing …"

    area.buffer.on_text_changed += typed
    bar = Window(
        FormattedTextControl(lambda: f" {saving.status}   Ctrl+S save   Ctrl+X finish   Ctrl+Z undo"),
        height=1,
        style="class:bar",
    )
    bindings = KeyBindings()

    @bindings.add("c-x")
    def _finish(event: KeyPressEvent) -> None:
        if saving.try_to_save():
            event.app.exit()

    @bindings.add("c-s")
    def _save(event: KeyPressEvent) -> None:
        saving.try_to_save()

    @bindings.add("c-z")
    def _undo(event: KeyPressEvent) -> None:
        area.buffer.undo()

    app: Application[None] = Application(
        layout=Layout(HSplit([area, bar])),
        key_bindings=bindings,
        full_screen=True,
        mouse_support=False,
        style=Style([("bar", "reverse")]),
    )

    async def autosave() -> None:
        while True:
            await asyncio.sleep(AUTOSAVE_SECONDS)
            saving.try_to_save()
            app.invalidate()

    def start() -> None:
        app.create_background_task(autosave())

    app.pre_run_callables.append(start)
    return app
