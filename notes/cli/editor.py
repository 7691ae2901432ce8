"""An editor inside the terminal. The text never leaves the program: no temporary file, no other editor.

It saves into the encrypted draft within two seconds of a keystroke, so that a crash, a closed terminal or a power cut
loses next to nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
from dataclasses import dataclass
from datetime import datetime

from prompt_toolkit import Application
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.styles import Style
from prompt_toolkit.widgets import TextArea

from notes.cli.output import safe, when
from notes.cli.word_wrap import WordWrap
from notes.errors import NotesError, UsageError
from notes.practice.practice import Practice
from notes.practice.references import Given
from notes.record import progress_notes

AUTOSAVE_SECONDS = 1.0
"""Promise: a draft is on disk at most 2 s after the last keystroke."""

_EMPTY_SECTION = re.compile(r"^#+ [^\n]*\n\n?(?=\s*(?:^#|\Z))", re.MULTILINE)
"""A heading under which nothing stands yet."""

_ENDING = (signal.SIGHUP, signal.SIGTERM) if hasattr(signal, "SIGHUP") else ()
"""What tells the program to end: the terminal was closed, the computer is shut down. Windows just ends it."""


@dataclass(frozen=True)
class Written:
    """The text as saved, and whether it was finished (Ctrl+X) or only left (Ctrl+Q)."""

    text: str
    finished: bool


def write(practice: Practice, note: Given, purpose: str, reason: str | None, *, signs: bool = False) -> Written:
    """Edit the note's draft until the practitioner has finished or left; `signs` says that finishing is to sign.

    Everything typed is saved even when this ends by an error: the draft stays. Raises UsageError when the program was
    told to end.
    """
    editing = practice.do(progress_notes.edit, note, purpose, reason)
    saving = _Saving(practice, editing)
    try:
        finished = _application(saving, editing, signs).run()
    finally:
        try:
            saving.save()
        finally:
            practice.do(progress_notes.close, editing.note, editing.spell)
    return Written(saving.text, finished)


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


def _application(saving: _Saving, editing: progress_notes.Editing, signs: bool) -> Application[bool]:
    area = TextArea(text=editing.text, multiline=True, wrap_lines=True, scrollbar=True, input_processors=[WordWrap()])
    empty = _EMPTY_SECTION.search(editing.text)
    area.buffer.cursor_position = empty.end() if empty else 0

    def typed(_: object) -> None:
        saving.text = area.text
        saving.status = "Typing …"

    area.buffer.on_text_changed += typed
    title = f" {safe(editing.client_name)}, {when(editing.session_at)} · {editing.purpose}"
    keys = "Ctrl+X finish and sign   Ctrl+Q leave unsigned" if signs else "Ctrl+X finish"
    app: Application[bool] = Application(
        layout=Layout(
            HSplit([_bar(lambda: title), area, _bar(lambda: f" {saving.status}   {keys}   Ctrl+S save   Ctrl+Z undo")]),
            focused_element=area,
        ),
        key_bindings=_keys(saving, area),
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
        for ending in _ENDING:
            with contextlib.suppress(RuntimeError, ValueError):  # signals reach the main thread only
                asyncio.get_running_loop().add_signal_handler(ending, _told_to_end, app)

    app.pre_run_callables.append(start)
    return app


def _keys(saving: _Saving, area: TextArea) -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("c-x")
    def _finish(event: KeyPressEvent) -> None:
        if saving.try_to_save():
            event.app.exit(result=True)

    @bindings.add("c-q")
    def _leave(event: KeyPressEvent) -> None:
        if saving.try_to_save():
            event.app.exit(result=False)

    @bindings.add("c-s")
    def _save(event: KeyPressEvent) -> None:
        saving.try_to_save()

    @bindings.add("c-z")
    def _undo(event: KeyPressEvent) -> None:
        area.buffer.undo()

    return bindings


def _bar(shown: object) -> Window:
    return Window(FormattedTextControl(shown), height=1, style="class:bar")  # type: ignore[arg-type]


def _told_to_end(app: Application[bool]) -> None:
    """Leave as at the end of any command: ``write`` saves, the vault is locked, its keys are wiped."""
    if app.is_running and not app.is_done:
        app.exit(exception=UsageError("Stopped.", "The program was told to end.", "What you wrote is in the drafts."))
