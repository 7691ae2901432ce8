"""Help in writing: snippets, spelling, the text of the last note. What it needs is read once after each unlocking."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMenu

from notes.desktop import editor_tasks
from notes.desktop.desk import Desk
from notes.desktop.editor_page import Page
from notes.desktop.editor_tasks import Prepared
from notes.desktop.markdown_looks import HEADING
from notes.record import own_words, reading
from notes.record.reading import Note


class Help(QObject):
    """For the pages of one screen."""

    def __init__(self, desk: Desk, pages: Sequence[Page], parent: QObject) -> None:
        super().__init__(parent)
        self.desk, self._pages = desk, pages
        self.prepared: Prepared | None = None
        self._names = ""
        for page in pages:
            page.word_kept.connect(self._keep_word)
            page.language_chosen.connect(self._spell_in)
        desk.went.connect(self._perhaps_changed)

    def prepare(self) -> None:
        """Read what is needed, unless it was read before."""
        if self.prepared is None:
            language = self.desk.preferences.spelling
            self.desk.worker.run(
                lambda practice, _: editor_tasks.prepare(practice, language),
                then=self._prepared,
                failed=self.desk.complain,
                owner=self,
            )

    def know(self, name: str) -> None:
        """The client's own name is no mistake."""
        self._names = name
        if self.prepared is not None and self.prepared.speller is not None:
            for part in name.split():
                self.prepared.speller.learn(part)

    def put_snippet(self, page: Page) -> None:
        """Offer the snippets at the cursor."""
        menu = QMenu(page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, text in page.snippets.items():
            menu.addAction(f"/{name}", lambda text=text: page.put(text))  # type: ignore[misc]
        menu.addSeparator()
        menu.addAction("Templates and snippets …", lambda: self.desk.go("snippets"))
        menu.popup(page.viewport().mapToGlobal(page.cursorRect().bottomLeft()))

    def put_last(self, page: Page, note: int) -> None:
        """Put the text of the client's last note into an empty page."""
        if any(line.strip() and not HEADING.match(line) for line in page.text().splitlines()):
            self.desk.say("This draft has text already.", "The last note is put only into an empty one.")
            return

        there = page.document()

        def put(last: Note) -> None:
            if page.document() is not there:  # another note by now, or none
                return
            if not any(line.strip() and not HEADING.match(line) for line in page.text().splitlines()):
                page.replace_all(last.text)

        self.desk.do(reading.last_alike, note, then=put, owner=self)

    def _prepared(self, prepared: Prepared) -> None:
        self.prepared = prepared
        for page in self._pages:
            page.snippets = prepared.snippets
            page.languages = prepared.languages
            page.spell_with(prepared.speller)
        self.know(self._names)

    def _keep_word(self, word: str) -> None:
        self.desk.do(own_words.keep, word, owner=self)
        if self.prepared is not None and self.prepared.speller is not None:
            self.prepared.speller.learn(word)
            for page in self._pages:
                page.spell_with(self.prepared.speller)

    def _spell_in(self, language: str) -> None:
        self.desk.preferences.spelling = language
        self.prepared = None
        self.prepare()

    def _perhaps_changed(self, screen: str, _: object) -> None:
        if screen in ("snippets", "settings"):
            self.prepared = None
