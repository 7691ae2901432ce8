"""The versions of a signed note: who signed which when and why, the text of each, and what changed, word by word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QWidget

from notes.desktop import parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.reading_view import Inert, ReadingView
from notes.record import reading
from notes.record.reading import Change, Note, Version


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

    ready = Signal()
    back = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk, self._note = desk, 0
        self.list = QListWidget()
        self.list.setAccessibleName("Versions")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(lambda _: self._ask())
        self.text = ReadingView("The version chosen")
        self.told = parts.words(tone="quiet")
        self.changed = parts.button("What changed", self._ask)
        self.changed.setCheckable(True)
        back = parts.button("Back to the note", self.back.emit, icon="arrow-left")
        above = parts.beside(self.changed)
        above.addWidget(self.told, 1)
        left, right = QWidget(), QWidget()
        right.setLayout(parts.stacked(above, self.text, gap=theme.S, margin=theme.M))
        left.setLayout(parts.stacked(parts.beside(back, 0), self.list, margin=theme.M))
        columns = QSplitter()
        columns.setChildrenCollapsible(False)
        columns.addWidget(left)
        columns.addWidget(right)
        columns.setSizes([300, 700])
        self.setLayout(parts.stacked(columns, gap=0))

    def open(self, note: int) -> None:
        """Ask for the versions of a note; ``ready`` is told when they are listed."""
        self._note = note
        self.desk.do(
            reading.history, note, then=lambda versions: self._tell(note, versions), owner=self, latest="history"
        )

    def forget(self) -> None:
        """Nothing of a note stays here."""
        self._note = 0
        self.list.blockSignals(True)
        self.list.clear()
        self.list.blockSignals(False)
        self.told.clear()
        self.text.read("")

    def _tell(self, note: int, versions: list[Version]) -> None:
        """Newest first; the newest is chosen, with what it changed."""
        if note != self._note:  # the screen was left meanwhile
            return
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
        self.ready.emit()
        self._ask()
        self.list.setFocus()

    def _ask(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        version = int(item.data(Qt.ItemDataRole.UserRole))
        self.changed.setEnabled(version > 1)
        asked: dict[str, Any] = {"owner": self, "latest": "version"}
        if self.changed.isChecked() and version > 1:
            between = (self._note, version - 1, version)
            self.desk.do(reading.compare, *between, then=self._unless_left(self._show_changes), **asked)
        else:
            self.desk.do(reading.open, self._note, version, then=self._unless_left(self._show_text), **asked)

    def _unless_left(self, show: Callable[[Any], None]) -> Callable[[Any], None]:
        """What was asked of a note is shown only while it is still the one shown."""
        note = self._note
        return lambda found: show(found) if self._note == note else None

    def _show_text(self, note: Note) -> None:
        self.told.setText("")
        self.text.read(note.text)

    def _show_changes(self, changes: list[Change]) -> None:
        self.told.setText(in_words(changes))
        self.text.show_document(lambda document: draw(document, changes))
