"""A note: written as a draft, read once it is signed, amended beside what was signed.

One spell of editing is open at a time (``editing.Spell``); it ends when the screen is left. What is shown in the
middle is one of five pages: the text being written, the text to read, the last look, a change, the versions.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFrame, QMenu, QStackedWidget, QWidget

from notes.desktop import editor_tasks, parts, printing, theme, words
from notes.desktop.desk import Desk
from notes.desktop.editing import Spell
from notes.desktop.editor_amend import Amending
from notes.desktop.editor_find import FindBar
from notes.desktop.editor_head import Head
from notes.desktop.editor_history import History
from notes.desktop.editor_move import Moving
from notes.desktop.editor_page import Page
from notes.desktop.editor_side import Side
from notes.desktop.editor_sign import LastLook
from notes.desktop.editor_tasks import Opened, Prepared
from notes.desktop.markdown_looks import HEADING, headings
from notes.desktop.reading_view import ReadingView
from notes.desktop.screen import Screen
from notes.errors import NotesError
from notes.record import clients, moving, own_words, progress_notes, reading
from notes.record.progress_notes import Editing
from notes.record.reading import Note

if TYPE_CHECKING:
    from notes.practice.practice import Practice

SOON = 300
"""Milliseconds after the last key until sections and words are counted again."""
_ALWAYS = ("note.templates", "note.find", "note.tags", "note.print", "note.pdf", "note.side", "note.new")
_DRAFT = (
    *("note.save", "note.sign", "note.read", "note.last", "note.snippet", "note.move", "note.discard"),
    *("note.section_next", "note.section_previous"),
)
_SIGNED = ("note.amend", "note.addendum", "note.history")


class Editor(Screen):
    """The screen of one note."""

    name = "note"
    title = "Note"
    commands = (*_ALWAYS, *_DRAFT, *_SIGNED)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._note: Note | None = None
        self._wanted: dict[str, Any] = {}
        self._spell: Spell | None = None
        self._left: dict[int, Spell] = {}
        self._prepared: Prepared | None = None
        self.head, self.find, self.side = Head(desk), FindBar(), Side(desk)
        self.page, self.reading = Page("The note"), ReadingView("The note, for reading")
        self.last_look, self.amending = LastLook(), Amending()
        self.history, self.moving = History(), Moving()
        self._middle = QStackedWidget()
        for page in (self.page, self.reading, self.last_look, self.amending, self.history, self.moving):
            self._middle.addWidget(page)
        self.count = parts.words(scale=theme.SMALL, tone="quiet", wrap=False)
        surface = QFrame()
        surface.setObjectName("card")
        below = parts.beside(0, self.count, margin=(theme.L, theme.XS))
        surface.setLayout(parts.stacked(self._middle, below, gap=0, margin=2))
        self.setLayout(
            parts.stacked(
                self.head,
                self.find,
                parts.beside(surface, self.side, gap=0, margin=(theme.XL, theme.S)),
                gap=0,
            )
        )
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self._tell_text)
        self._connect()
        self.setFocusProxy(self.page)

    def _connect(self) -> None:
        self.page.typed.connect(self._typed)
        self.amending.page.typed.connect(self._typed)
        self.page.word_kept.connect(self._keep_word)
        self.page.language_chosen.connect(self._spell_in)
        self.side.outline.chosen.connect(self._go_to_section)
        self.side.tag_added.connect(lambda tag: self._tag(add=(tag,)))
        self.side.tag_removed.connect(lambda tag: self._tag(remove=(tag,)))
        self.side.go_on.connect(lambda: self._change(self._here.unfinished or "amendment"))
        self.last_look.agreed.connect(self._sign)
        self.amending.begun.connect(self._begin_change)
        self.amending.signed.connect(self._sign_change)
        self.amending.later.connect(self._leave_change)
        self.amending.thrown_away.connect(self.note_discard)
        self.history.wanted.connect(self._show_version)
        self.moving.corrected.connect(self._correct)
        for page in (self.last_look, self.history, self.moving):
            page.back.connect(self._to_text)
        self.find.closed.connect(lambda: self._middle.currentWidget().setFocus())
        self.head.client_wanted.connect(lambda: self.desk.go("client", client=self._here.client))
        self.desk.went.connect(self._others_changed)

    # --- coming and going --------------------------------------------------------------------------------------

    def arrive(self, **place: Any) -> None:
        self._end_spell()
        self._note, self._wanted = None, place
        for command in self.commands:
            self.desk.action(command).setEnabled(False)
        if before := self._left.pop(place["note"], None):
            before.drop()
        self.desk.worker.run(
            lambda practice, _: editor_tasks.open_note(practice, place["note"]),
            then=lambda opened: self._opened(opened, place),
            failed=self.desk.complain,
            owner=self,
            name="Opening",
        )
        if self._prepared is None:
            language = self.desk.preferences.spelling
            self.desk.worker.run(
                lambda practice, _: editor_tasks.prepare(practice, language),
                then=self._prepare,
                failed=self.desk.complain,
                owner=self,
            )

    def leave(self) -> None:
        self._end_spell()
        self.find.close_bar()
        self.page.write("")  # nothing of a client stays behind the other screens
        self.reading.read("")

    def place(self) -> dict[str, Any]:
        shown = self._text_shown()
        if self._note is None:
            return {key: self._wanted[key] for key in ("note", "place", "scroll", "change") if key in self._wanted}
        told: dict[str, Any] = {"note": self._note.id, "place": shown.textCursor().position()}
        told["scroll"] = shown.verticalScrollBar().value()
        if self._spell is not None and self._spell.purpose != "note":
            told["change"] = self._spell.purpose
        return told

    @property
    def _here(self) -> Note:
        assert self._note is not None  # what asks for it is out of force until a note is shown
        return self._note

    def _opened(self, opened: Opened, place: dict[str, Any]) -> None:
        if place is not self._wanted:  # somewhere else by now
            if opened.editing is not None:
                Spell(self.desk, opened.editing, lambda: opened.note.text).close()
            return
        self._show(opened.note, opened.editing)
        if place.get("change") and opened.note.status == "signed":
            self._change(place["change"])
        elif place.get("find"):
            self.find.open_in(self._text_shown(), place["find"])
        else:
            self._put_cursor(place.get("place"), place.get("scroll"))

    def _show(self, note: Note, editing: Editing | None) -> None:
        """Show a note: to be written when its spell is open, otherwise to be read."""
        self._note = note
        self.head.tell(note)
        self.side.tell(note)
        for command in self.commands:
            there = _ALWAYS + (_DRAFT if note.status == "draft" else _SIGNED)
            self.desk.action(command).setEnabled(command in there)
        self.desk.action("note.discard").setEnabled(note.status == "draft" or note.unfinished is not None)
        if editing is None:
            self.reading.read(note.text)
            self._turn_to(self.reading)
        else:
            self._know_client()
            kept = self.desk.unsaved.get(note.id, editing.text)
            self.page.write(kept)
            self._spell = Spell(self.desk, editing, self.page.text)
            if kept != editing.text:
                self._spell.changed()
            self._turn_to(self.page)
        self._tell_text()

    def _put_cursor(self, place: int | None, scroll: int | None) -> None:
        shown = self._text_shown()
        if place is not None:
            cursor = shown.textCursor()
            cursor.setPosition(max(0, min(place, shown.document().characterCount() - 1)))
            shown.setTextCursor(cursor)
        if scroll is not None:
            QTimer.singleShot(0, shown, lambda: shown.verticalScrollBar().setValue(scroll))

    def _turn_to(self, page: QWidget) -> None:
        self._middle.setCurrentWidget(page)
        self.setFocusProxy(page)
        page.setFocus()
        self.find.look_in(self._text_shown())
        self._tell_text()

    def _to_text(self) -> None:
        """Back to the note from what was laid over it."""
        self._turn_to(self.page if self._spell is not None and self._spell.purpose == "note" else self.reading)

    def _text_shown(self) -> Any:
        page = self._middle.currentWidget()
        inner = {
            self.last_look: self.last_look.text,
            self.amending: self.amending.page,
            self.history: self.history.text,
        }
        return page if page in (self.page, self.reading) else inner.get(page, self.page)

    def _end_spell(self) -> None:
        if self._spell is not None:
            self._left = {self._spell.note: self._spell}
            self._spell.destroyed.connect(self._left.clear)
            self._spell.close()
            self._spell = None

    # --- writing -----------------------------------------------------------------------------------------------

    def _typed(self) -> None:
        if self._spell is not None:
            self._spell.changed()
        self._soon.start()

    def _tell_text(self) -> None:
        """Sections, words and hits, a moment after the last key."""
        shown = self._text_shown()
        text = shown.text() if isinstance(shown, Page) else shown.toPlainText()
        self.count.setText(f"{words.counted(len(text.split()), 'word')}  ·  {words.counted(len(text), 'character')}")
        self.side.sections(headings(shown.document()))
        self.find.look_again()

    def note_save(self) -> None:
        if self._spell is not None:
            self._spell.save()

    def note_read(self) -> None:
        if self._middle.currentWidget() is self.page:
            self.reading.read(self.page.text())
            self._turn_to(self.reading)
        else:
            self._to_text()

    def note_find(self) -> None:
        self.find.open_in(self._text_shown())

    def note_side(self) -> None:
        self.side.setVisible(not self.side.isVisible())

    def note_tags(self) -> None:
        self.side.show()
        self.side.tag_line.setFocus()

    def note_section_next(self) -> None:
        self.page.go_heading(1)

    def note_section_previous(self) -> None:
        self.page.go_heading(-1)

    def note_templates(self) -> None:
        self.desk.go("snippets")

    def note_new(self) -> None:
        self.desk.go("new_note", client=self._here.client)

    def _go_to_section(self, block: int) -> None:
        shown = self._text_shown()
        if shown is self.page:
            self.page.go_to_block(block)
        else:
            shown.setTextCursor(QTextCursor(shown.document().findBlockByNumber(block)))
            shown.ensureCursorVisible()
        shown.setFocus()

    def note_last(self) -> None:
        text = self.page.text()
        if any(line.strip() and not HEADING.match(line) for line in text.splitlines()):
            self.desk.say("This draft has text already.", "The last note is put only into an empty one.")
            return
        self.desk.do(reading.last_alike, self._here.id, then=lambda last: self.page.replace_all(last.text), owner=self)

    def note_snippet(self) -> None:
        menu = QMenu(self)
        for name, text in self.page.snippets.items():
            menu.addAction(f"/{name}", lambda text=text: self.page.put(text))
        menu.addSeparator()
        menu.addAction("Templates and snippets …", lambda: self.desk.go("snippets"))
        menu.popup(self.page.viewport().mapToGlobal(self.page.cursorRect().bottomLeft()))

    def _prepare(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self.page.languages = prepared.languages
        for page in (self.page, self.amending.page):
            page.snippets = prepared.snippets
            page.spell_with(prepared.speller)
        self._know_client()

    def _know_client(self) -> None:
        """The client's own name is no mistake."""
        if self._prepared is not None and self._prepared.speller is not None and self._note is not None:
            for part in self._note.client_name.split():
                self._prepared.speller.learn(part)

    def _keep_word(self, word: str) -> None:
        self.desk.do(own_words.keep, word, owner=self)
        if self._prepared is not None and self._prepared.speller is not None:
            self._prepared.speller.learn(word)
            self.page.spell_with(self._prepared.speller)

    def _spell_in(self, language: str) -> None:
        self.desk.preferences.spelling = language
        self.desk.worker.run(
            lambda practice, _: editor_tasks.prepare(practice, language), then=self._prepare, owner=self
        )

    def _others_changed(self, screen: str, _: object) -> None:
        if screen == "snippets":
            self._prepared = None

    # --- signing and changing ----------------------------------------------------------------------------------

    def note_sign(self) -> None:
        text = self.page.text()
        if not text.strip():
            self.desk.say("There is nothing to sign yet.", "Write something first.")
            return
        self.note_save()
        self.last_look.show_note(self._here, text)
        self._turn_to(self.last_look)
        self.last_look.sign.setFocus()

    def _sign(self) -> None:
        note = self._here.id
        self._conclude(lambda practice, _: practice.do(progress_notes.sign, note), "Signed.", "Signing")

    def _conclude(self, last: Callable[[Practice, str], Note], told: str, name: str) -> None:
        """Save, end the spell, do what is last, and show what came of it; what failed goes back to writing."""
        assert self._spell is not None
        spell, self._spell = self._spell, None
        note, change = spell.note, spell.purpose if spell.purpose != "note" else ""

        def done(result: Note) -> None:
            if self._note is not None and self._note.id == note:
                self._show(result, None)
            if told:
                self.desk.say(told, tone="good")

        def failed(error: NotesError) -> None:
            self.desk.complain(error)
            if self._note is not None and self._note.id == note:
                self.arrive(note=note, change=change)

        for button in (self.last_look.sign, self.amending.sign):
            button.setEnabled(False)
        spell.conclude(last, done, failed, name)

    def note_amend(self) -> None:
        self._change("amendment")

    def note_addendum(self) -> None:
        self._change("addendum")

    def _change(self, purpose: str) -> None:
        """Begin a change to a signed note, or go on with the one that was begun."""
        if self._spell is not None:
            return
        begun = self._here.unfinished
        self.amending.show_note(self._here, begun or purpose)
        self._turn_to(self.amending)
        self.amending.reason.setFocus()
        if begun:
            self._begin_change(begun, None)
            if begun != purpose:
                self.desk.say(f"An {begun} was begun earlier.", "Sign it or throw it away first.", tone="attention")

    def _begin_change(self, purpose: str, reason: str | None) -> None:
        note = self._here.id
        self.desk.do(progress_notes.edit, note, purpose, reason, then=self._write_change, owner=self)

    def _write_change(self, editing: Editing) -> None:
        if self._note is None or self._note.id != editing.note or self._spell is not None:
            Spell(self.desk, editing, lambda: editing.text).close()
            return
        kept = self.desk.unsaved.get(editing.note, editing.text)
        self.amending.write(kept, editing.reason or "")
        self._spell = Spell(self.desk, editing, self.amending.page.text)
        if kept != editing.text:
            self._spell.changed()
        self.desk.action("note.save").setEnabled(True)
        self._put_cursor(self._wanted.pop("place", None), self._wanted.pop("scroll", None))

    def _sign_change(self, reason: str) -> None:
        note, addendum = self._here.id, self.amending.purpose == "addendum"

        def last(practice: Practice, text: str) -> Note:
            return practice.do(progress_notes.amend, note, reason, text, addendum)

        self._conclude(last, f"{self.amending.purpose.capitalize()} signed.", "Signing")

    def _leave_change(self) -> None:
        if self._spell is None:
            self._to_text()
            return
        note = self._here.id
        self._conclude(lambda practice, _: practice.do(reading.open, note), "", "Saving")

    # --- versions ----------------------------------------------------------------------------------------------

    def note_history(self) -> None:
        if self._spell is None:
            self.desk.do(reading.history, self._here.id, then=self._show_history, owner=self, latest="history")

    def _show_history(self, versions: list[reading.Version]) -> None:
        self._turn_to(self.history)
        self.history.show_versions(versions)

    def _show_version(self, version: int, changed: bool) -> None:
        note, at = self._here.id, "version"
        if changed:
            then = self.history.show_changes
            self.desk.do(reading.compare, note, version - 1, version, then=then, owner=self, latest=at)
        else:
            self.desk.do(
                reading.open, note, version, then=lambda n: self.history.show_text(n.text), owner=self, latest=at
            )

    # --- around the text ---------------------------------------------------------------------------------------

    def _tag(self, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
        self.desk.do(progress_notes.tag, self._here.id, add, remove, then=self.side.tags, owner=self)

    def note_move(self) -> None:
        self.desk.do(clients.list_clients, then=self._show_moving, owner=self)

    def _show_moving(self, found: list[clients.Client]) -> None:
        self._turn_to(self.moving)
        self.moving.show_note(self._here, found)

    def _correct(self, client: int | None, at: str | None) -> None:
        self.desk.do(moving.move, self._here.id, client, at, then=self._moved, owner=self)

    def _moved(self, moved: moving.Moved) -> None:
        self._note = moved.note
        self.head.tell(moved.note)
        self._to_text()
        detail = "The session it left has no note now." if moved.left else ""
        self.desk.say("Corrected.", detail, tone="good")

    def note_discard(self) -> None:
        note, text = self._here, self._text_shown().text() if self._spell is not None else ""
        reason = self.amending.reason.text().strip()
        spell, self._spell = self._spell, None
        if spell is not None:
            spell.drop()
        self.desk.unsaved.pop(note.id, None)
        purpose = spell.purpose if spell is not None else note.unfinished or "note"
        bring_back = editor_tasks.bringing_back(self.desk, note, purpose, reason, text)
        self.desk.do(progress_notes.discard, note.id, then=lambda _: self._discarded(note, purpose, bring_back))

    def _discarded(self, note: Note, purpose: str, bring_back: Callable[[], None]) -> None:
        if purpose == "note":
            self._note = None
            self.desk.go("client", client=note.client)
        else:
            self.desk.go("note", note=note.id)
        self.desk.say(
            "Draft thrown away." if purpose == "note" else f"{purpose.capitalize()} thrown away.", undo=bring_back
        )

    # --- on paper ----------------------------------------------------------------------------------------------

    choose_printer: Callable[[QWidget], QPrinter | None] = staticmethod(printing.choose_printer)
    choose_file: Callable[[QWidget], Path | None] = staticmethod(printing.choose_file)

    def note_print(self) -> None:
        self.desk.confirm_identity("Print this note", lambda: self._take_out("print", self.choose_printer(self)))

    def note_pdf(self) -> None:
        self.desk.confirm_identity("Save this note as PDF", lambda: self._take_out("pdf", self.choose_file(self)))

    def _take_out(self, how: str, where: QPrinter | Path | None) -> None:
        if where is None or self._note is None:
            return
        self.note_save()
        note, now = self._note.id, self.desk.now()
        told = (
            "Sent to the printer." if how == "print" else "Saved as PDF. Outside the vault it is readable for everyone."
        )
        self.desk.worker.run(
            lambda practice, _: editor_tasks.take_out(practice, note, where, now),
            then=lambda _: self.desk.say(told, tone="good"),
            failed=self.desk.complain,
            name="Printing",
        )

    # --- keys --------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        over = self._middle.currentWidget() in (self.last_look, self.history, self.moving)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and (over or self.find.isVisible()):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.find.isVisible():
            self.find.close_bar()
        elif event.key() == Qt.Key.Key_Escape and self._middle.currentWidget() in (
            *(self.last_look, self.history, self.moving),
        ):
            self._to_text()
        else:
            super().keyPressEvent(event)
