"""One spell of editing, as the window keeps it: what is typed is saved by itself, and never slows the typing.

A save is handed to the worker one second after the last key, and 1.5 seconds after the first key that is not saved yet:
half a second is left for the disk, so that no more than two seconds of typing are ever at stake. Saving never asks and
never waits. What could not be saved stays in the editor and in ``Desk.unsaved``, and is tried again until it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer

from notes.desktop import words
from notes.desktop.desk import Desk
from notes.desktop.worker import Job
from notes.errors import NotesError, Stale
from notes.record import progress_notes
from notes.record.progress_notes import Editing, Saved

if TYPE_CHECKING:
    from notes.practice.practice import Practice

R = TypeVar("R")

IDLE, LONGEST, AGAIN = 1000, 1500, 3000
"""Milliseconds: after the last key, after the first unsaved key, after a save that did not succeed."""


@dataclass
class _Pen:
    """What the worker's thread needs for a save. `counter` and `spell` are touched there only.

    `text` is the newest that was handed over, so that of several saves in a row only the first has something to do.
    """

    note: int
    purpose: str
    reason: str | None
    spell: int
    counter: int
    on_disk: str
    text: str
    tried: str

    def save(self, practice: Practice, _: Job | None = None) -> Saved | None:
        """Save the newest text. Raises what ``save_draft`` raises."""
        newest = self.text
        if newest == self.on_disk:
            return None
        try:
            saved = practice.do(progress_notes.save_draft, self.note, self.spell, self.counter, newest)
        except Stale:
            self._take_up_again(practice)
            saved = practice.do(progress_notes.save_draft, self.note, self.spell, self.counter, newest)
        finally:
            self.tried = newest
        self.counter, self.on_disk = saved.counter, newest
        return saved

    def _take_up_again(self, practice: Practice) -> None:
        """A new spell, when the one that was open has ended; never over a text that somebody else saved."""
        editing = practice.do(progress_notes.edit, self.note, self.purpose, self.reason)
        if editing.text not in (self.on_disk, self.tried):
            practice.do(progress_notes.close, self.note, editing.spell)
            raise Stale("Another text of this note has been saved since.", "", "Copy yours, and open the note again.")
        self.spell, self.counter, self.on_disk = editing.spell, editing.counter, editing.text

    def close(self, practice: Practice, _: Job | None = None) -> None:
        """End the spell."""
        practice.do(progress_notes.close, self.note, self.spell)

    def save_and_close(self, practice: Practice, _: Job | None = None) -> Saved | None:
        """The last save, and the end of the spell before anything else is done. Raises what ``save_draft`` raises."""
        saved = self.save(practice)
        with contextlib.suppress(NotesError):  # it is ended, and said to be interrupted, at the next unlocking
            self.close(practice)
        return saved


class Spell(QObject):
    """Keeps the draft of one note on disk while it is typed. `read` gives the text as it is now on `page`."""

    def __init__(self, desk: Desk, editing: Editing, read: Callable[[], str], page: QObject) -> None:
        super().__init__(page)
        self.desk, self.note, self.purpose, self.reason = desk, editing.note, editing.purpose, editing.reason
        text = editing.text
        self._pen = _Pen(self.note, editing.purpose, editing.reason, editing.spell, editing.counter, text, text, text)
        self._read = read
        self._closing = self._dropped = False
        self._idle = QTimer(self, singleShot=True, interval=IDLE)
        self._longest = QTimer(self, singleShot=True, interval=LONGEST)
        self._again = QTimer(self, singleShot=True, interval=AGAIN)
        for clock in (self._idle, self._longest, self._again):
            clock.setTimerType(Qt.TimerType.PreciseTimer)
            clock.timeout.connect(self.save)
        desk.before_lock(self._before_lock)

    def changed(self) -> None:
        """The text has changed. Called at every key; takes no time."""
        self._idle.start()
        if not self._longest.isActive():
            self._longest.start()

    def save(self) -> None:
        """Hand the text to the worker now."""
        self._idle.stop()
        self._longest.stop()
        self._pen.text = self._read()
        if self._pen.text != self._pen.on_disk:
            self.desk.saved.emit("Saving …")
        run, owner = (self._pen.save_and_close, None) if self._closing else (self._pen.save, self)
        # The last save is heard of also when another spell has taken over.
        self.desk.worker.run(run, then=self._saved, failed=self._failed, owner=owner, name="Saving")
        self._again.start()

    def close(self) -> None:
        """Save, and once that is done end the spell. Nobody waits for it; the page may show another note at once."""
        kept = self._read()
        self._read = lambda: kept
        self._closing = True
        self.save()

    def drop(self) -> None:
        """Forget it: the draft is thrown away, or another spell of the same note takes over its text."""
        self._dropped = True
        for clock in (self._idle, self._longest, self._again):
            clock.stop()
        self.desk.not_before_lock(self._before_lock)
        self.deleteLater()

    def conclude(
        self,
        last: Callable[[Practice, str], R],
        then: Callable[[R], None],
        failed: Callable[[NotesError], None],
        name: str,
    ) -> None:
        """Save, end the spell and do `last` with the text, in one go: each only when what comes before it was done."""
        pen, desk, note, text = self._pen, self.desk, self.note, self._read()
        pen.text = text

        def run(practice: Practice, job: Job) -> R:
            pen.save(practice)
            pen.close(practice)
            return last(practice, text)

        def done(result: R) -> None:
            desk.unsaved.pop(note, None)
            then(result)

        def not_done(error: NotesError) -> None:
            desk.unsaved[note] = text
            failed(error)

        desk.worker.run(run, then=done, failed=not_done, name=name, changes=frozenset({"note"}))
        self.drop()

    def _saved(self, saved: Saved | None) -> None:
        if self._pen.text != self._pen.on_disk:
            return  # a newer text is on its way
        before = self.desk.unsaved.pop(self.note, None)  # of what failed earlier nothing is to come back
        if self._dropped:
            return  # another spell is about to be at work
        self._again.stop()
        if saved is not None:
            self.desk.saved.emit(f"Saved {words.clock(saved.at)}")
        elif before is not None:
            self.desk.saved.emit("Saved")
        if self._closing:
            self.drop()

    def _failed(self, error: NotesError) -> None:
        self.desk.unsaved[self.note] = self._pen.text
        told = " ".join(filter(None, (error.what, error.why)))
        self.desk.saved.emit(f"Not saved: {told} It is tried again.")
        if not self._dropped:
            self._again.start()

    def _before_lock(self) -> None:
        pen, desk, note = self._pen, self.desk, self.note
        for clock in (self._idle, self._longest, self._again):
            clock.stop()
        pen.text = self._read()
        desk.worker.run(pen.save, then=lambda _: _forget(desk, note), failed=self._failed, name="Saving")
        desk.worker.run(pen.close, failed=lambda _: None)


def let_go(desk: Desk, editing: Editing) -> None:
    """End a spell that was opened for somebody who is elsewhere by now. What could not be saved before stays kept."""
    desk.worker.run(
        lambda practice, _: practice.do(progress_notes.close, editing.note, editing.spell), failed=lambda _: None
    )


def _forget(desk: Desk, note: int) -> None:
    desk.unsaved.pop(note, None)
