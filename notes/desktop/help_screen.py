"""Help: keys, guide, about. Pages of plain words that can be printed."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTabBar, QTextBrowser, QWidget

from notes.desktop import help_text, parts, theme
from notes.desktop.desk import Desk
from notes.desktop.screen import Screen

PARTS = ("keys", "guide", "about")
NAMES = ("Keyboard shortcuts", "Guide", "About")


class Help(Screen):
    """Three pages, one below each tab."""

    name = "help"
    title = "Help"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Help")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        for name in NAMES:
            self.tabs.addTab(name)
        self.page = QTextBrowser()
        self.page.setProperty("bare", True)
        self.page.setOpenLinks(False)  # there are none, and nothing is ever fetched
        self.page.setTabChangesFocus(True)
        self.page.setMaximumWidth(theme.characters(theme.READING_WIDTH + 20))
        self.tabs.currentChanged.connect(lambda _: self.refresh())
        self.print_button = parts.button("Print …", self._print, icon="printer")
        top = parts.beside(self.tabs, 0, self.print_button)
        row = parts.beside(gap=0)
        row.addStretch(1)
        row.addWidget(self.page, 1000)
        row.addStretch(1)
        whole = parts.stacked(top, gap=theme.M, margin=theme.XL)
        whole.addLayout(row, 1)
        self.setLayout(whole)

    def arrive(self, part: str = "keys", **_: Any) -> None:
        self.tabs.setCurrentIndex(PARTS.index(part) if part in PARTS else 0)
        self.refresh()
        self.page.setFocus()

    def place(self) -> dict[str, Any]:
        return {"part": PARTS[self.tabs.currentIndex()]}

    def refresh(self) -> None:
        self.page.document().setDefaultFont(theme.font())
        self.page.setMarkdown(self._text())
        _space(self.page.document())
        self.page.setAccessibleName(NAMES[self.tabs.currentIndex()])

    def _text(self) -> str:
        part = PARTS[self.tabs.currentIndex()]
        if part == "keys":
            return help_text.keys_as_markdown()
        if part == "guide":
            return help_text.guide()
        recent = [] if self.desk.sample else self.desk.preferences.recent  # the sample is not among them
        return help_text.about(next(iter(recent), None))

    def _print(self) -> None:  # pragma: no cover
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter()
        printer.setDocName(NAMES[self.tabs.currentIndex()])
        if QPrintDialog(printer, self).exec():
            page = QTextDocument()
            page.setMarkdown(self._text())
            _space(page)
            page.print_(printer)


def _space(page: QTextDocument) -> None:
    """Headings of the scale of sizes, with room above them."""
    block = page.begin()
    while block.isValid():
        level = block.blockFormat().headingLevel()
        if level:
            cursor = QTextCursor(block)
            room = cursor.blockFormat()
            room.setTopMargin(theme.XL if level > 1 else 0)
            room.setBottomMargin(theme.S)
            cursor.setBlockFormat(room)
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            size = QTextCharFormat()
            size.setFont(theme.font(theme.TITLE if level == 1 else theme.LEAD, strong=True))
            cursor.mergeCharFormat(size)
        block = block.next()
