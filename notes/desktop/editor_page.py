"""The page that is written on: Markdown as it is typed, in a column that is good to read.

Each note has a document of its own, so that undo never brings in another client's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QMenu, QPlainTextDocumentLayout, QPlainTextEdit, QWidget

from notes.desktop import theme
from notes.desktop.actions import COMMANDS
from notes.desktop.copying import copy_out, plain
from notes.desktop.markdown_looks import HEADING, Looks, headings
from notes.desktop.spelling import Speller

_COMMAND_KEYS = {keys for command in COMMANDS for keys in command.keys}


class Page(QPlainTextEdit):
    """A text that is being written."""

    typed = Signal()
    """The text has changed: not its looks, and not because another note was opened."""
    word_kept = Signal(str)
    """A word is to be taken into one's own words."""
    language_chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._speller: Speller | None = None
        self._looks: Looks | None = None
        self._own: QTextDocument | None = None
        self._revision = 0
        self.setProperty("bare", True)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCursorWidth(2)
        self.snippets: Mapping[str, str] = {}
        self.languages: list[str] = []
        self.textChanged.connect(self._changed)
        self.cursorPositionChanged.connect(self._word_left)
        self.write("")

    # --- the text ----------------------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """Show a text in a document of its own, the cursor below its first heading."""
        fresh = QTextDocument(self)
        fresh.setDocumentLayout(QPlainTextDocumentLayout(fresh))
        fresh.setDefaultFont(theme.font(theme.LEAD))
        fresh.setPlainText(text)
        before, self._own = self._own, fresh
        self._looks = Looks(fresh, self._speller.misspelt if self._speller else None)
        self._revision = fresh.revision()
        self.setFont(theme.font(theme.LEAD))
        self.setDocument(fresh)
        if before is not None:
            before.deleteLater()
        self._begin()

    def _begin(self) -> None:
        self.moveCursor(QTextCursor.MoveOperation.Start)
        if HEADING.match(self.document().firstBlock().text()) and self.document().blockCount() > 1:
            self.moveCursor(QTextCursor.MoveOperation.NextBlock)

    def text(self) -> str:
        """The text as it is now."""
        return plain(self.document().toRawText())

    def put(self, text: str) -> None:
        """Put in a text at the cursor, instead of what is selected; one step of undo."""
        self.textCursor().insertText(text)
        self.ensureCursorVisible()

    def replace_all(self, text: str) -> None:
        """Another text instead of the whole, the cursor below its first heading; one step of undo."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self._begin()

    def go_to_block(self, number: int) -> None:
        """The cursor to the first line below the heading in that block, or to the block where there is none."""
        block = self.document().findBlockByNumber(number)
        below = block.next()
        cursor = QTextCursor(below if below.isValid() and HEADING.match(block.text()) else block)
        self.setTextCursor(cursor)
        self.centerCursor()

    def go_heading(self, step: int) -> None:
        """To the section after this one (1) or before it (-1)."""
        here = self.textCursor().blockNumber()
        numbers = [number for number, _, _ in headings(self.document())]
        current = max((n for n in numbers if n < here or n == here), default=-1)
        wanted = [n for n in numbers if n > here] if step > 0 else [n for n in reversed(numbers) if n < current]
        if wanted:
            self.go_to_block(wanted[0])

    def spell_with(self, speller: Speller | None) -> None:
        """Mark words from now on, or none."""
        self._speller = speller
        if self._looks is not None:
            self._looks.setDocument(None)
        self._looks = Looks(self.document(), speller.misspelt if speller else None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._looks is not None:
            self._looks.dress_again()

    def _changed(self) -> None:
        if self.document().revision() != self._revision:
            self._revision = self.document().revision()
            self.typed.emit()

    def _word_left(self) -> None:
        """A word is marked only once the cursor has gone on from it."""
        looks = self._looks
        if looks is None or self._speller is None:
            return
        cursor = self.textCursor()
        before, looks.writing = looks.writing, (cursor.blockNumber(), cursor.positionInBlock())
        if before is not None and before[0] != looks.writing[0]:
            block = self.document().findBlockByNumber(before[0])
            if block.isValid():
                looks.rehighlightBlock(block)

    def event(self, event: QEvent) -> bool:
        """The commands' keys are theirs; Tab puts in a snippet where one was named."""
        key = event if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride else None
        if key is not None and QKeySequence(key.keyCombination()).toString() in _COMMAND_KEYS:
            event.ignore()  # Qt's own keys for editing, such as Ctrl+K, give way to the commands
            return False
        pressed = event if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        tab = pressed is not None and pressed.key() == Qt.Key.Key_Tab and not pressed.modifiers()
        return (tab and self._put_snippet()) or super().event(event)  # otherwise Tab goes to the next control

    # --- keys --------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        standard = QKeySequence.StandardKey
        if event.matches(standard.Copy):
            copy_out(self.textCursor())
        elif event.matches(standard.Cut):
            self._cut()
        else:
            super().keyPressEvent(event)

    def _put_snippet(self) -> bool:
        """Turn the /name before the cursor into its text, where there is such a snippet."""
        cursor = self.textCursor()
        before = cursor.block().text().encode("utf-16-le", "surrogatepass")[: 2 * cursor.positionInBlock()]
        head, slash, name = before.decode("utf-16-le", "surrogatepass").rpartition("/")
        text = self.snippets.get(name.casefold()) if slash and (not head or head[-1].isspace()) else None
        if text is None:
            return False
        left = QTextCursor.MoveOperation.Left
        cursor.movePosition(left, QTextCursor.MoveMode.KeepAnchor, len(name) + 1)
        cursor.insertText(text)
        return True

    def _cut(self) -> None:
        copy_out(self.textCursor())
        self.textCursor().removeSelectedText()

    # --- in comes plain text, out goes plain text by copying only ----------------------------------------------

    def createMimeDataFromSelection(self) -> QMimeData:
        return QMimeData()  # for dragging out, and for the selection that X11 gives to every program

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            whole = source.text().encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            self.put(whole.replace("\0", ""))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not event.modifiers():
            self.setTextCursor(self.cursorForPosition(event.position().toPoint()))  # nothing there to drag away
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        cursor = self.textCursor()
        if not cursor.hasSelection():
            cursor = self.cursorForPosition(event.pos())
            cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        menu = self.menu_at(cursor)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)  # with the words of this note in it
        menu.popup(event.globalPos())

    def menu_at(self, cursor: QTextCursor) -> QMenu:
        """The menu over a word or a selection: what it may mean, then the usual."""
        menu = QMenu(self)
        word = cursor.selectedText()
        if self._speller is not None and word and self._speller.misspelt(word):
            for meant in self._speller.suggestions(word):
                menu.addAction(meant, partial(cursor.insertText, meant))
            menu.addAction("Add to my words", lambda: self.word_kept.emit(word))
            menu.addSeparator()
        menu.addAction("Undo", self.undo).setEnabled(self.document().isUndoAvailable())
        menu.addAction("Redo", self.redo).setEnabled(self.document().isRedoAvailable())
        menu.addSeparator()
        selected = self.textCursor().hasSelection()
        menu.addAction("Cut", self._cut).setEnabled(selected)
        menu.addAction("Copy", lambda: copy_out(self.textCursor())).setEnabled(selected)
        menu.addAction("Paste", self.paste).setEnabled(self.canPaste())
        menu.addAction("Select all", self.selectAll)
        if self.languages:
            spelling = menu.addMenu("Spelling")
            for language in (*self.languages, "off"):
                told = "Off" if language == "off" else language
                spelling.addAction(told, partial(self.language_chosen.emit, language))
        return menu

    # --- the column --------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wanted = theme.characters(theme.READING_WIDTH, theme.font(theme.LEAD))
        room = self.width() - self.verticalScrollBar().sizeHint().width()
        side = max(theme.M, (room - wanted) // 2)
        if self.viewportMargins().left() != side:
            self.setViewportMargins(side, theme.M, side, 0)
