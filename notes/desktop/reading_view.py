"""A note for reading: its Markdown rendered, inert. Nothing in a text can load, open, run or dress up anything.

HTML in a text is shown as the letters it is; pictures and links name nothing that is fetched or opened; what goes out
by copying is plain text.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from PySide6.QtCore import QByteArray, QMimeData, QObject, Qt, QUrl
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QMenu, QTextBrowser, QWidget

from notes.desktop import theme
from notes.desktop.copying import copy_out

_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
_FENCE = re.compile(r" {0,3}(```|~~~)")
_APART = re.compile(r" {0,3}(#{1,6}\s|\||```|~~~|([-*_] *){3,}$)| {4}|\t")
"""Lines of Markdown that the next one is no part of."""
_STARTS = re.compile(r"\s*([-*+]\s|\d{1,9}[.)]\s|#{1,6}\s|>|\||```|~~~|([-*_=] *){2,}$)")
"""Lines that begin something of their own."""
_LINE_HEIGHT, _PERCENT = 125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_SIZES = {1: theme.TITLE, 2: 1.22, 3: theme.LEAD}


class Inert(QTextDocument):
    """A document that fetches nothing: asked for a picture or anything else, it gives an empty one of its own."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setUndoRedoEnabled(False)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return nothing(kind)


def nothing(kind: int) -> QImage | QByteArray:
    """What is given for every resource that a text names."""
    if kind == QTextDocument.ResourceType.ImageResource.value:
        blank = QImage(1, 1, QImage.Format.Format_ARGB32)  # an empty answer would make Qt look for a file
        blank.fill(Qt.GlobalColor.transparent)
        return blank
    return QByteArray()


def render(document: QTextDocument, text: str, font: QFont) -> None:
    """Put a Markdown text into a document, ready to be read. Line ends stay where they were typed."""
    document.setDefaultFont(font)
    document.setMarkdown(_with_line_ends(text), _FEATURES)
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        cursor.setPosition(block.position())
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        shape = QTextBlockFormat()
        shape.setLineHeight(_LINE_HEIGHT, _PERCENT)
        level = block.blockFormat().headingLevel()
        if level:
            shape.setTopMargin(theme.L if block.blockNumber() else 0)
            shape.setBottomMargin(theme.XS)
            size = cursor.charFormat()
            size.clearProperty(QTextFormat.Property.FontSizeAdjustment)
            size.setFontPointSize(font.pointSizeF() * _SIZES.get(level, theme.BODY))
            size.setFontWeight(QFont.Weight.DemiBold)
            cursor.mergeCharFormat(size)
        if block.blockFormat().hasProperty(QTextFormat.Property.BlockQuoteLevel):
            shape.setTopMargin(theme.M)
            italic = QTextCharFormat()
            italic.setFontItalic(True)
            cursor.mergeCharFormat(italic)
        cursor.mergeBlockFormat(shape)
        block = block.next()


def _with_line_ends(text: str) -> str:
    """Markdown runs lines together; what somebody typed on lines of its own stays so. Code keeps its own."""
    lines, in_code = text.split("\n"), False
    told = lines[:1]
    for before, line in itertools.pairwise(lines):
        in_code ^= bool(_FENCE.match(before))
        ends = in_code or not before.strip() or _APART.match(before) or not line.strip() or _STARTS.match(line)
        told.append(f"\n{line}" if ends else f"\u2028{line.lstrip()}")
    return "".join(told)


class ReadingView(QTextBrowser):
    """Shows one text in a column that is good to read."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inert = Inert(self)
        self.setDocument(self._inert)
        self.setProperty("bare", True)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setAcceptDrops(False)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)

    def read(self, text: str) -> None:
        """Show a text from its beginning, in a document of its own."""
        self.show_document(lambda document: render(document, text, theme.font(theme.LEAD)))

    def show_document(self, fill: Callable[[Inert], None]) -> None:
        """Show what `fill` puts into a fresh document."""
        fresh = Inert(self)
        fill(fresh)
        self.setDocument(fresh)
        self._inert.deleteLater()
        self._inert = fresh
        self._narrow()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return nothing(kind)

    # --- out of it goes plain text, by copying only ------------------------------------------------------------

    def createMimeDataFromSelection(self) -> QMimeData:
        return QMimeData()  # for dragging out, and for the selection that X11 gives to every program

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_out(self.textCursor())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not event.modifiers():
            self.setTextCursor(self.cursorForPosition(event.position().toPoint()))  # nothing there to drag away
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        copy = menu.addAction("Copy", lambda: copy_out(self.textCursor()))
        copy.setEnabled(self.textCursor().hasSelection())
        menu.addAction("Select all", self.selectAll)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    # --- the column --------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._narrow()

    def _narrow(self) -> None:
        wanted = theme.characters(theme.READING_WIDTH, theme.font(theme.LEAD))
        room = self.width() - self.verticalScrollBar().sizeHint().width()
        side = max(theme.M, (room - wanted) // 2)
        if self.viewportMargins().left() != side:
            self.setViewportMargins(side, theme.M, side, 0)
        self.document().setTextWidth(self.viewport().width())  # Qt does not lay out again what margins made narrower
