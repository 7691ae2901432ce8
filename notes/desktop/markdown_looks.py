"""Markdown as it is typed, lightly dressed: headings, emphasis, lists, quotes; and words that may be misspelt.

Only the paragraph that was changed is looked at again, so that a long note is as quick to type in as a short one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence

from PySide6.QtGui import QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from notes.desktop import theme

HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_MARKER = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])(?:\s\[[ xX]\])?\s")
_QUOTE = re.compile(r" {0,3}>")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_SOFT = re.compile(r"(?<![*\w])([*_])(?=[^\s*_])(.+?)(?<=[^\s*_])\1(?![*\w])")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def places(text: str) -> Sequence[int]:
    """Where each character, and the end, stands for Qt, which counts letters beyond the first 65,536 twice."""
    if len(text.encode("utf-16-le", "surrogatepass")) == 2 * len(text):
        return range(len(text) + 1)
    return list(itertools.accumulate((1 + (letter > "\uffff") for letter in text), initial=0))


def headings(document: QTextDocument) -> list[tuple[int, int, str]]:
    """Block, level and words of every heading of a document, whether it is written or read."""
    found, block = [], document.firstBlock()
    while block.isValid():
        text, level = block.text(), block.blockFormat().headingLevel()
        if level:
            found.append((block.blockNumber(), level, text))
        elif "#" in text[:4] and (heading := HEADING.match(text)):
            found.append((block.blockNumber(), len(heading[1]), heading[2]))
        block = block.next()
    return found


class Looks(QSyntaxHighlighter):
    """Dresses one document. `misspelt` says whether a word is to be marked; without it none is."""

    def __init__(self, document: QTextDocument, misspelt: Callable[[str], bool] | None = None) -> None:
        super().__init__(document)
        self._misspelt = misspelt
        self._places: Sequence[int] = range(1)
        self.writing: tuple[int, int] | None = None
        """Block and place in it where the cursor was before the last key: a word growing there is not marked."""
        self._dress()

    def _dress(self) -> None:
        self._sign, self._heading, self._quote = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
        self._sign.setForeground(theme.colour("quiet"))
        self._heading.setFontWeight(QFont.Weight.DemiBold)
        self._quote.setForeground(theme.colour("quiet"))
        self._bold, self._italic = QTextCharFormat(), QTextCharFormat()
        self._bold.setFontWeight(QFont.Weight.DemiBold)
        self._italic.setFontItalic(True)
        self._wrong = QTextCharFormat()
        self._wrong.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        self._wrong.setUnderlineColor(theme.colour("attention"))

    def dress_again(self) -> None:
        """After a change between light and dark."""
        self._dress()
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        if not text:
            return
        self._places = places(text)
        if found := HEADING.match(text):
            self._set(0, len(text), self._heading)
            self._set(*found.span(1), self._sign)
        elif found := _QUOTE.match(text):
            self._set(0, len(text), self._quote)
        elif found := _MARKER.match(text):
            self._set(0, found.end(), self._sign)
        if "*" in text or "_" in text:
            for pattern, dress in ((_STRONG, self._bold), (_SOFT, self._italic)):
                for found in pattern.finditer(text):
                    self._merge(*found.span(), dress)
        if self._misspelt is not None:
            self._mark_misspelt(text)

    def _mark_misspelt(self, text: str) -> None:
        assert self._misspelt is not None
        block = self.currentBlock().blockNumber()
        here = self.writing[1] if self.writing is not None and self.writing[0] == block else -1
        for found in _WORD.finditer(text):
            if self._places[found.end()] - 1 != here and self._misspelt(found[0]):
                self._merge(*found.span(), self._wrong)

    def _set(self, start: int, end: int, dress: QTextCharFormat) -> None:
        first = self._places[start]
        self.setFormat(first, self._places[end] - first, dress)

    def _merge(self, start: int, end: int, dress: QTextCharFormat) -> None:
        """Put a dress over what is there."""
        for there, group in itertools.groupby(range(self._places[start], self._places[end]), self.format):
            merged = QTextCharFormat(there)
            merged.merge(dress)
            run = list(group)
            self.setFormat(run[0], len(run), merged)
