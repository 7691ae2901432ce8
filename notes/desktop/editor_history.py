"""The versions of a signed note: who signed which when and why, the text of each, and what changed, word by word."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QWidget

from notes.desktop import parts, theme, words
from notes.desktop.reading_view import Inert, ReadingView
from notes.record.reading import Change, Version


def draw(document: Inert, changes: Sequence[Change]) -> None:
    """What was added underlined, what was removed struck through, each also in its colour."""
    document.setDefaultFont(theme.font(theme.LEAD))
    kept, added, removed = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()
    added.setFontUnderline(True)
    added.setForeground(theme.colour("good"))
    added.setBackground(theme.colour("good_ground"))
    removed.setFontStrikeOut(True)
    removed.setForeground(theme.colour("alarm"))
    removed.setBackground(theme.colour("alarm_ground"))
    cursor = QTextCursor(document)
    for change in changes:
        cursor.insertText(change.text, {"kept": kept, "added": added, "removed": removed}[change.how])


def in_words(changes: Sequence[Change]) -> str:
    """How much changed, for those who cannot see colours or lines."""
    added, removed = (sum(len(c.text.split()) for c in changes if c.how == how) for how in ("added", "removed"))
    return (
        f"{words.counted(added, 'word')} added (underlined), {words.counted(removed, 'word')} removed (struck through)"
    )


class History(QWidget):
    """A list of versions on the left; on the right the text of one, or what changed with it."""

    wanted = Signal(int, bool)
    """A version, and whether what changed with it is wanted instead of its text."""
    back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName("Versions")
        self.list.setWordWrap(True)
        self.list.currentRowChanged.connect(lambda _: self._ask())
        self.text = ReadingView("The version chosen")
        self.told = parts.words(tone="quiet")
        self.changed = parts.button("What changed", self._toggle)
        self.changed.setCheckable(True)
        self._back = parts.button("Back to the note", self.back.emit, icon="arrow-left")
        right = QWidget()
        right.setLayout(parts.stacked(parts.beside(self.changed, self.told), self.text, gap=theme.S, margin=theme.M))
        self.told.setMinimumWidth(1)
        left = QWidget()
        left.setLayout(parts.stacked(parts.beside(self._back, 0), self.list, margin=theme.M))
        columns = QSplitter()
        columns.setChildrenCollapsible(False)
        columns.addWidget(left)
        columns.addWidget(right)
        columns.setStretchFactor(1, 3)
        columns.setSizes([300, 700])
        self.setLayout(parts.stacked(columns, gap=0))

    def show_versions(self, versions: Sequence[Version]) -> None:
        """List the versions, newest first; the newest is chosen, with what it changed."""
        self.list.blockSignals(True)
        self.list.clear()
        for version in reversed(versions):
            told = f"Version {version.version}: {version.kind}, {words.full_day(version.at)}"
            item = QListWidgetItem(f"{told}\n{version.reason}" if version.reason else told)
            item.setData(Qt.ItemDataRole.UserRole, version.version)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self.changed.setChecked(len(versions) > 1)
        self._ask()
        self.list.setFocus()

    def show_text(self, text: str) -> None:
        """The text of the version chosen."""
        self.told.setText("")
        self.text.read(text)

    def show_changes(self, changes: Sequence[Change]) -> None:
        """What the version chosen changed in the one before it."""
        self.told.setText(in_words(changes))
        self.text.show_document(lambda document: draw(document, changes))

    def _toggle(self) -> None:
        self._ask()

    def _ask(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        version = int(item.data(Qt.ItemDataRole.UserRole))
        self.changed.setEnabled(version > 1)
        self.wanted.emit(version, self.changed.isChecked() and version > 1)
