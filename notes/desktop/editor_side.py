"""Beside the text: its sections, its tags, its versions, and what was begun and not finished."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QWidget

from notes.desktop import parts, theme, words
from notes.desktop.desk import Desk
from notes.record.reading import Note

_BLOCK = Qt.ItemDataRole.UserRole


class Outline(QListWidget):
    """The headings; Enter or a click goes to one."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Sections")
        self.setTabKeyNavigation(False)
        self.itemClicked.connect(self._go)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self._go(self.currentItem())
        else:
            super().keyPressEvent(event)

    def tell(self, headings: Sequence[tuple[int, int, str]]) -> None:
        """Show block, level and words of each heading."""
        before = [(self.item(row).data(_BLOCK), self.item(row).text().strip()) for row in range(self.count())]
        if before == [(block, text) for block, _, text in headings]:
            return
        self.clear()
        least = min((level for _, level, _ in headings), default=1)
        for block, level, text in headings:
            item = QListWidgetItem("    " * (level - least) + text)
            item.setData(_BLOCK, block)
            self.addItem(item)

    def _go(self, item: QListWidgetItem) -> None:
        self.chosen.emit(int(item.data(_BLOCK)))


class Side(QFrame):
    """The panel on the right."""

    tag_added = Signal(str)
    tag_removed = Signal(str)
    go_on = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(theme.characters(24))
        self.setMaximumWidth(theme.characters(34))
        self.outline = Outline()
        self.none = parts.words("A line that begins with ## is a heading.", theme.SMALL, tone="quiet")
        self.tag_line = QLineEdit()
        self.tag_line.setAccessibleName("Add a tag")
        self.tag_line.setPlaceholderText("Add a tag")
        self.tag_line.returnPressed.connect(self._add_tag)
        self._tags = parts.stacked(gap=theme.XS)
        self._versions = parts.words("", theme.SMALL, tone="quiet")
        self._history = parts.button("History", desk.action("note.history").trigger, tone="link")
        self._unfinished = parts.words(tone="attention")
        self._finish = parts.button("Go on with it", self.go_on.emit, tone="link")
        whole = parts.stacked(gap=theme.S, margin=(theme.L, theme.L))
        for thing in (
            parts.words("Sections", theme.SMALL, strong=True),
            self.none,
            self.outline,
            parts.words("Tags", theme.SMALL, strong=True),
        ):
            whole.addWidget(thing)
        whole.addLayout(self._tags)
        whole.addWidget(self.tag_line)
        for below in (
            parts.words("Versions", theme.SMALL, strong=True),
            self._versions,
            self._history,
            self._unfinished,
            self._finish,
        ):
            whole.addWidget(below)
        whole.addStretch(1)
        self.setLayout(whole)

    def tell(self, note: Note) -> None:
        """Show what stands around a note."""
        self.tags(note.tags)
        signed = note.status == "signed"
        told = words.counted(note.newest, "signed version") if signed else "Not signed yet: there is only this draft."
        self._versions.setText(told)
        self._history.setVisible(signed)
        self._unfinished.setText(f"An {note.unfinished} was begun and is not signed." if note.unfinished else "")
        self._unfinished.setVisible(note.unfinished is not None)
        self._finish.setVisible(note.unfinished is not None)

    def tags(self, tags: Sequence[str]) -> None:
        """Show the tags as they are now."""
        parts.clear(self._tags)
        for tag in tags:
            made = parts.button(tag, partial(self.tag_removed.emit, tag), tone="link", icon="x")
            made.setAccessibleName(f"Take away the tag {tag}")
            made.setToolTip("Take this tag away")
            self._tags.addWidget(made)

    def sections(self, headings: Sequence[tuple[int, int, str]]) -> None:
        """Show the headings as they are now."""
        self.outline.tell(headings)
        self.outline.setVisible(bool(headings))
        self.none.setVisible(not headings)
        rows = sum(self.outline.sizeHintForRow(row) for row in range(self.outline.count()))
        self.outline.setFixedHeight(min(rows + theme.L, 10 * theme.TARGET))

    def _add_tag(self) -> None:
        typed = self.tag_line.text().strip()
        self.tag_line.clear()
        if typed:
            self.tag_added.emit(typed)
