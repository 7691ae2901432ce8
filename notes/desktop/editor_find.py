"""Finding in the note that is open: a line below the header, every hit marked, the count, to and fro."""

from __future__ import annotations

import functools
import re
import unicodedata

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QLineEdit, QPlainTextEdit, QTextBrowser, QTextEdit, QToolButton, QWidget

from notes.desktop import icons, parts, theme, words
from notes.desktop.markdown_looks import places

Text = QPlainTextEdit | QTextBrowser
_OPERATORS = {"and", "or", "not", "near"}


def matches(text: str, wanted: str, *, as_words: bool = False) -> list[tuple[int, int]]:
    """Where `wanted` stands, case and accents forgiven, as Qt counts. `as_words`: each word of a search, at a word."""
    plain = _folded(wanted.strip())
    sought = [re.escape(plain)] if plain else []
    if as_words:
        sought = [rf"(?<!\w){re.escape(word)}" for word in re.findall(r"\w+", plain) if word not in _OPERATORS]
    if not sought:
        return []
    found = re.finditer("|".join(sought), _folded(text))
    at = places(text)
    return [(at[hit.start()], at[hit.end()]) for hit in found]


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else "".join(map(_plain, text))


@functools.lru_cache(4096)
def _plain(letter: str) -> str:
    """One letter for one letter, so that places stay what they are."""
    return unicodedata.normalize("NFKD", letter)[0].casefold()[:1] or letter


class FindBar(QFrame):
    """Works on whichever text is shown (``look_in``)."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text: Text | None = None
        self._hits: list[tuple[int, int]] = []
        self._at = 0
        self._as_words = False
        self.typed = QLineEdit()
        self.typed.setAccessibleName("Find in this note")
        self.typed.setPlaceholderText("Find in this note")
        self.typed.textEdited.connect(self._edited)
        self.count = parts.words(tone="quiet", wrap=False)
        across = parts.beside(
            self.typed,
            self.count,
            self._tool("caret-up", "Previous (Shift+Enter)", lambda: self.step(-1)),
            self._tool("caret-down", "Next (Enter)", lambda: self.step(1)),
            self._tool("x", "Close the finding line (Esc)", self.close_bar),
            0,
            margin=(theme.XL, theme.XS),
        )
        self.typed.setMaximumWidth(theme.characters(40))
        self.setLayout(across)
        self.hide()

    def open_in(self, text: Text, wanted: str = "") -> None:
        """Show the bar over a text. With `wanted`, the words of a search, its first hit is shown."""
        self._text = text
        self.show()
        if wanted:
            self.typed.setText(wanted)
            self._as_words = True
            self._look()
        else:
            self.typed.setFocus()
            self.typed.selectAll()
            self._look(show=False)

    def look_in(self, text: Text) -> None:
        """Another text is shown now."""
        if self._text is not None:
            self._text.setExtraSelections([])
        self._text = text
        if self.isVisible():
            self._look(show=False)

    def look_again(self) -> None:
        """The text was changed."""
        if self.isVisible():
            self._look(show=False)

    def step(self, by: int) -> None:
        """To the next hit or the one before, round the end."""
        if self._hits:
            self._at = (self._at + by) % len(self._hits)
            self._show()

    def close_bar(self) -> None:
        """Take bar and marks away."""
        if self._text is not None:
            self._text.setExtraSelections([])
            if self.isVisible():  # what was found is not to be replaced by what is typed next
                cursor = self._text.textCursor()
                cursor.clearSelection()
                self._text.setTextCursor(cursor)
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def _tool(self, icon: str, name: str, run: object) -> QToolButton:
        made = QToolButton()
        made.setIcon(icons.icon(icon))
        made.setAccessibleName(name.partition(" (")[0])
        made.setToolTip(name)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.clicked.connect(run)
        return made

    def _edited(self) -> None:
        self._as_words = False
        self._look()

    def _look(self, *, show: bool = True) -> None:
        if self._text is None:
            return
        found = matches(self._text.document().toRawText(), self.typed.text(), as_words=self._as_words)
        here = self._text.textCursor().selectionStart()
        self._hits = found
        self._at = next((number for number, hit in enumerate(found) if hit[0] >= here), 0)
        if show and found:
            self._show()
        else:
            self._mark()

    def _show(self) -> None:
        assert self._text is not None
        start, end = self._hits[self._at]
        cursor = QTextCursor(self._text.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self._text.setTextCursor(cursor)
        self._text.ensureCursorVisible()
        self._mark()

    def _mark(self) -> None:
        assert self._text is not None
        marks = []
        for start, end in self._hits[:2000]:
            mark = QTextEdit.ExtraSelection()
            hit = QTextCursor(self._text.document())
            hit.setPosition(start)
            hit.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = hit
            dress = QTextCharFormat()
            dress.setBackground(theme.colour("attention_ground"))
            dress.setForeground(theme.colour("text"))
            mark.format = dress
            marks.append(mark)
        self._text.setExtraSelections(marks)
        if not self.typed.text().strip():
            self.count.setText("")
        elif self._hits:
            self.count.setText(f"{self._at + 1} of {len(self._hits):,}")
        else:
            self.count.setText("Not found")
        self.count.setAccessibleName(words.counted(len(self._hits), "hit"))
