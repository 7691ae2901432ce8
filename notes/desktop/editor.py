"""A note: written as a draft, read once it is signed, amended beside what was signed.

One spell of editing is open at a time (``editing.Spell``); it ends when the screen is left. What is shown in the
middle is one of six pages (``editor_middle``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFrame, QSplitter, QWidget

from notes.desktop import editor_commands, editor_places, editor_tasks, names, parts, printing, theme, words
from notes.desktop.desk import Desk
from notes.desktop.editing import Spell, let_go
from notes.desktop.editor_beside import Beside, leaf
from notes.desktop.editor_find import FindBar
from notes.desktop.editor_head import Head
from notes.desktop.editor_help import Help
from notes.desktop.editor_middle import Middle
from notes.desktop.editor_page import Page
from notes.desktop.editor_side import Side
from notes.desktop.editor_tasks import Opened
from notes.desktop.markdown_looks import headings
from notes.desktop.screen import Screen
from notes.errors import NotesError
from notes.record import progress_notes
from notes.record.progress_notes import Editing
from notes.record.reading import Note

SOON = 300
"""Milliseconds after the last key until sections and words are counted again."""


class Editor(Screen):
    """The screen of one note."""

    name = "note"
    title = "Note"
    commands = editor_commands.ALL

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._note: Note | None = None
        self._wanted: dict[str, Any] = {}
        self._spell: Spell | None = None
        self._left: dict[int, Spell] = {}
        self._side_wanted = True
        # In the order in which Tab goes, and from the outside in: what moves into another widget is dressed again.
        self.head, self.finding, columns = Head(desk, self), FindBar(self), QSplitter(self)
        surface = QFrame(columns)
        self.middle, self.beside, self.side = Middle(desk, surface), Beside(desk, columns), Side(desk, self)
        self.page, self.reading, self.amending = self.middle.page, self.middle.reading, self.middle.amending
        self._help = Help(desk, (self.page, self.amending.page), self)
        self.count = parts.words(scale=theme.SMALL, tone="quiet", wrap=False)
        surface.setObjectName("card")
        below = parts.beside(0, self.count, margin=(theme.L, theme.XS))
        surface.setLayout(parts.stacked(self.middle, below, gap=0, margin=2))
        surface.setMinimumWidth(theme.characters(40))  # not that of the widest page, which is never beside another note
        columns.setChildrenCollapsible(False)
        columns.addWidget(surface)
        columns.addWidget(self.beside)
        columns.setSizes([600, 400])
        whole = parts.stacked(self.head, self.finding, gap=0)
        whole.addLayout(parts.beside(columns, self.side, gap=0, margin=(theme.XL, theme.S)), 1)
        self.setLayout(whole)
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self._tell_text)
        self._connect()

    def _connect(self) -> None:
        self.page.typed.connect(self._typed)
        self.amending.finished.connect(self._finished)
        self.amending.thrown_away.connect(self.note_discard)
        self.amending.look_wanted.connect(self._look)
        self.side.outline.chosen.connect(lambda block: editor_places.go_to_section(self.middle.text_shown(), block))
        self.side.tag_added.connect(self._add_tag)
        self.side.tag_removed.connect(self._take_tag_away)
        self.side.go_on.connect(lambda: self._change(self._here.unfinished or "amendment"))
        self.middle.last_look.agreed.connect(self._sign)
        self.middle.ready.connect(self._turn_to)
        self.middle.back.connect(self._to_text)
        self.middle.counts.connect(self._soon.start)
        self.middle.moved.connect(self._moved)
        self.finding.closed.connect(self._make_room)
        self.side.tag_line.left.connect(self._make_room)
        self.beside.turned.connect(self._make_room)
        self.head.client_wanted.connect(lambda: self.desk.go("client", client=self._here.client))

    # --- coming and going --------------------------------------------------------------------------------------

    def arrive(self, read: Note | None = None, **place: Any) -> None:
        self._end_spell()
        self._note, self._wanted = None, place
        editor_commands.put_in_force(self.desk, None)
        self._take(False)
        before = self._left.pop(place["note"], None)
        if before is not None and shiboken6.isValid(before):
            before.drop()
        self.desk.worker.run(
            lambda practice, _: editor_tasks.open_note(practice, place["note"], read),
            then=lambda opened: self._opened(opened, place),
            failed=self.desk.complain,
            owner=self,
            name="Opening",
        )
        self._help.prepare()

    def _take(self, there: bool) -> None:
        """Until a note is open nothing can be typed or pressed: it would go nowhere."""
        for part in (self.head, self.middle, self.side):
            part.setEnabled(there)

    def leave(self) -> None:
        """Save, and let go: nothing of a client stays behind the other screens."""
        self._wanted, self._note = self.place(), None
        self._end_spell()
        self.finding.close_bar()
        self.beside.put_away()
        for part in (self.head, self.side, self.middle):
            part.forget()

    def typed(self) -> dict[str, Any]:
        return {str(note): reason for note, reason in self.amending.reasons.items() if reason}

    def take_up(self, typed: dict[str, Any]) -> None:
        kept = {note: reason for note, reason in typed.items() if note.isdecimal() and isinstance(reason, str)}
        self.amending.reasons = {int(note): reason for note, reason in kept.items()}

    def place(self) -> dict[str, Any]:
        if self._note is None:
            return {key: self._wanted[key] for key in ("note", "place", "scroll", "change") if key in self._wanted}
        told: dict[str, Any] = {"note": self._note.id, **editor_places.place_in(self.middle.text_shown())}
        if self.amending.spell is not None:
            told["change"] = self.amending.purpose
        return told

    @property
    def _here(self) -> Note:
        assert self._note is not None  # what asks for it is out of force until a note is shown
        return self._note

    def _opened(self, opened: Opened, place: dict[str, Any]) -> None:
        if place is not self._wanted:  # somewhere else by now
            if opened.editing is not None:
                let_go(self.desk, opened.editing)
            return
        self._show(opened.note, opened.editing)
        if place.get("change") and opened.note.status == "signed":
            self._change(place["change"])
        elif place.get("find"):
            self.finding.open_in(self.middle.text_shown(), place["find"])
        else:
            editor_places.go_back(self.middle.text_shown(), place.get("place"), place.get("scroll"))

    def _show(self, note: Note, editing: Editing | None) -> None:
        """Show a note: to be written when its spell is open, otherwise to be read."""
        self._note = note
        self._take(True)
        self.head.tell(note)
        self.side.tell(note)
        editor_commands.put_in_force(self.desk, note)
        if editing is None:
            self.reading.read(note.text)
            self._turn_to(self.reading)
        else:
            self._help.know(note.client_name)
            kept = self.desk.unsaved.get(note.id, editing.text)
            self.page.write(kept)
            self._spell = Spell(self.desk, editing, self.page.text, self)
            if kept != editing.text:
                self._spell.changed()  # a save that failed
            self._turn_to(self.page)
        self._tell_text()

    def _turn_to(self, page: QWidget) -> None:
        self.middle.setCurrentWidget(page)
        if self.middle.alone():
            self.beside.put_away()
        self._make_room()
        page.setFocus()
        self.finding.look_in(self.middle.text_shown())
        self._tell_text()

    def _make_room(self) -> None:
        two_columns = self.middle.currentWidget() is self.amending or not self.beside.isHidden()
        self.side.setVisible(self._side_wanted and not two_columns)  # they need the room
        self.middle.text_shown().setFocus()

    def _to_text(self) -> None:
        """Back to the note from what was laid over it."""
        self._turn_to(self.amending if self.amending.spell else self.page if self._spell else self.reading)

    def _end_spell(self) -> None:
        """Save, and end the spell, whichever it is; until that is done it is remembered in case one comes back."""
        spell, self._spell = self._spell, None
        if spell is not None:
            spell.close()
        for left in filter(None, (spell, self.amending.leave())):
            self._left[left.note] = left

    # --- writing -----------------------------------------------------------------------------------------------

    def _typed(self) -> None:
        if self._spell is not None:
            self._spell.changed()
        self._soon.start()

    def _tell_text(self) -> None:
        """Sections, words and hits, a moment after the last key."""
        shown = self.middle.text_shown()
        text = shown.text() if isinstance(shown, Page) else shown.toPlainText()
        self.count.setText(words.length(text))
        self.side.sections(headings(shown.document()))
        self.finding.look_again()

    def note_save(self) -> None:
        spell = self._spell or self.amending.spell
        if spell is not None:
            spell.save()

    def note_read(self) -> None:
        if self.middle.currentWidget() is self.page:
            self.reading.read(self.page.text())
            self._turn_to(self.reading)
        else:
            self._to_text()

    def note_find(self) -> None:
        self.finding.open_in(self.middle.text_shown())

    def note_side(self) -> None:
        self._side_wanted = not self.side.isVisible()
        self.side.setVisible(self._side_wanted)

    def note_tags(self) -> None:
        self.side.show()
        self.side.tag_line.setFocus()

    def note_section_next(self) -> None:
        self.page.go_heading(1)

    def note_section_previous(self) -> None:
        self.page.go_heading(-1)

    def note_new(self) -> None:
        self.desk.go("new_note", client=self._here.client)

    def client_looked(self) -> None:
        self.desk.go("client", client=self._here.client, tab="looked")

    def note_beside(self) -> None:
        self.beside.turn(self._here.id)

    def note_earlier(self) -> None:
        leaf(self.desk, self, self._here.id, -1)

    def note_later(self) -> None:
        leaf(self.desk, self, self._here.id, 1)

    def note_last(self) -> None:
        self._help.put_last(self.page, self._here.id)

    def note_snippet(self) -> None:
        self._help.put_snippet(self.page)

    # --- signing and changing ----------------------------------------------------------------------------------

    def note_sign(self) -> None:
        text = self.page.text()
        if not text.strip():
            self.desk.say("There is nothing to sign yet.", "Write something first.")
            return
        self._look(text)

    def _look(self, *what: str) -> None:
        """A last look at a text: the note's, or a change's with its purpose and reason."""
        self.note_save()
        last_look, name = self.middle.last_look, names.shown(self._here.client_name, self.desk.preferences)
        last_look.show_note(self._here, name, *what)
        self._turn_to(last_look)
        last_look.sign.setFocus()

    def _sign(self) -> None:
        if self.amending.spell is not None:
            self.middle.last_look.sign.setEnabled(False)
            self.amending.sign_now()
        if self._spell is None:
            return
        spell, self._spell = self._spell, None
        self.middle.last_look.sign.setEnabled(False)
        sign = lambda practice, _: practice.do(progress_notes.sign, spell.note)  # noqa: E731
        spell.conclude(sign, lambda note: self._finished(note, "Signed."), self._not_signed, "Signing")

    def _not_signed(self, error: NotesError) -> None:
        self.desk.complain(error)
        if self._note is not None:
            self.arrive(note=self._note.id)

    def _finished(self, note: Note | None, told: str) -> None:
        """Something was signed, or left for later: it is shown, unless one has gone on to another note."""
        if note is None:
            self._to_text()
        elif self._note is not None and self._note.id == note.id:
            self._show(note, None)
        if told:
            self.desk.say(told, tone="good")

    def note_amend(self) -> None:
        self._change("amendment")

    def note_addendum(self) -> None:
        self._change("addendum")

    def _change(self, purpose: str) -> None:
        """Begin a change to a signed note, or go on with the one that was begun."""
        if self.amending.spell is None:
            self._turn_to(self.amending)
            self.amending.open(self._here, purpose)

    def note_history(self) -> None:
        if self.amending.spell is None:
            self.middle.history.open(self._here.id)

    # --- around the text ---------------------------------------------------------------------------------------

    def _add_tag(self, tag: str) -> None:
        note = self._here.id
        self.desk.do(progress_notes.tag, note, (tag,), then=lambda tags: self._tags_are(note, tags), owner=self)

    def _take_tag_away(self, tag: str) -> None:
        editor_tasks.take_tag_away(self.desk, self._here.id, tag, self._tags_are, self)

    def _tags_are(self, note: int, tags: Sequence[str]) -> None:
        if self._note is not None and self._note.id == note:
            self._note = replace(self._note, tags=tuple(tags))
            self.side.tags(tags)

    def note_move(self) -> None:
        self.middle.moving.open(self._here)

    def _moved(self, note: Note) -> None:
        if self._note is not None and self._note.id == note.id:  # not somewhere else by now
            self._note = note
            self.head.tell(note)
            self._to_text()

    def note_discard(self) -> None:
        note, change = self._here, self.amending.spell
        self.amending.reasons.pop(note.id, None)
        spell = self._spell or change
        text = self.page.text() if self._spell else self.amending.page.text() if change else ""
        self._spell = self.amending.spell = None
        editor_tasks.throw_away(self.desk, note, spell, text, self.amending.reason.text().strip())

    choose_printer: Callable[[QWidget], QPrinter | None] = staticmethod(printing.choose_printer)
    choose_file: Callable[[QWidget], Path | None] = staticmethod(printing.choose_file)

    def note_print(self) -> None:
        self.desk.confirm_identity("The note is about to be printed.", lambda: self._take_out(self.choose_printer))

    def note_pdf(self) -> None:
        self.desk.confirm_identity("The note is about to be saved as PDF.", lambda: self._take_out(self.choose_file))

    def _take_out(self, choose: Callable[[QWidget], QPrinter | Path | None]) -> None:
        where = choose(self) if self._note is not None else None
        if where is not None:
            self.note_save()
            editor_tasks.take_out(self.desk, self._here.id, where)

    # --- keys --------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Escape leaves what is laid over the note."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._escapes(event):
            event.accept()  # before the window takes it to close its line on top
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._escapes(event):
            super().keyPressEvent(event)
        elif self.finding.isVisible():
            self.finding.close_bar()
        elif self.middle.laid_over():
            self._to_text()
        else:
            self.beside.put_away()

    def _escapes(self, event: QKeyEvent) -> bool:
        anything = self.middle.laid_over() or self.finding.isVisible() or not self.beside.isHidden()
        return event.key() == Qt.Key.Key_Escape and anything
