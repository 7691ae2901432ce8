"""Beside the text: its sections, its tags, help in writing, its versions, and what was begun and not finished."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QFrame, QLineEdit, QListWidget, QListWidgetItem, QWidget

from notes.desktop import parts, theme, words
from notes.desktop.desk import Desk
from notes.record import choices
from notes.record.choices import Choices
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


class TagLine(QLineEdit):
    """A tag is typed here; those in use are offered, which are asked for once, when the first letter is typed."""

    added = Signal(str)
    left = Signal()
    """With Escape."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setAccessibleName("Add a tag")
        self.setPlaceholderText("Add a tag")
        self._in_use = QStringListModel(self)
        self._asked = False
        completer = QCompleter(self._in_use, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCompleter(completer)
        self.textEdited.connect(self._ask)
        self.returnPressed.connect(self._add)

    def event(self, event: QEvent) -> bool:
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escape and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # before the window takes it to close its line on top
            return True
        if escape and event.type() == QEvent.Type.KeyPress:
            self.left.emit()
            return True
        return super().event(event)

    def forget(self) -> None:
        """Let go of what was typed and offered."""
        self._asked = False
        self._in_use.setStringList([])
        self.setText("")  # ``clear`` could be undone

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self.desk.do(choices.offer, then=self._offer, owner=self, latest="tags in use")

    def _offer(self, found: Choices) -> None:
        if not self._asked:  # the screen was left meanwhile
            return
        self._in_use.setStringList(found.tags)
        completer = self.completer()
        if self.hasFocus() and self.text() and completer is not None:
            completer.setCompletionPrefix(self.text())
            completer.complete()

    def _add(self) -> None:
        typed = self.text().strip()
        self.setText("")
        if typed:
            self.added.emit(typed)


class Side(QFrame):
    """The panel on the right."""

    tag_added = Signal(str)
    tag_removed = Signal(str)
    go_on = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumWidth(theme.characters(24))
        self.setMaximumWidth(theme.characters(34))
        self.desk = desk
        self.outline = Outline()
        self.none = parts.words("A line that begins with ## is a heading.", theme.SMALL, tone="quiet")
        self.tag_line = TagLine(desk)
        self.tag_line.added.connect(self.tag_added.emit)
        self._tags = parts.stacked(gap=theme.XS)
        self.help = parts.stacked(parts.words("Help in writing", theme.SMALL, strong=True), gap=0)
        for command in ("note.beside", "note.last", "note.snippet"):
            action = desk.action(command)
            link = parts.button(action.text(), action.trigger, tone="link")
            link.setToolTip(action.shortcut().toString())
            self.help.addWidget(link)
        self._helping = QWidget()
        self._helping.setLayout(self.help)
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
            self._helping,
            parts.words("Versions", theme.SMALL, strong=True),
            self._versions,
            self._history,
            self._unfinished,
            self._finish,
        ):
            whole.addWidget(below)
        whole.addStretch(1)
        self.setLayout(whole)
        self.forget()

    def tell(self, note: Note) -> None:
        """Show what stands around a note."""
        self.tags(note.tags)
        signed = note.status == "signed"
        self._helping.setVisible(not signed)
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
            link = parts.button(tag, partial(self.desk.go, "search", tag=tag), tone="link")
            link.setAccessibleName(f"Search notes with the tag {tag}")
            link.setToolTip("Search notes with this tag")
            away = parts.icon_button("x", f"Take away the tag {tag}", partial(self.tag_removed.emit, tag))
            self._tags.addLayout(parts.beside(link, away, 0, gap=theme.XS))

    def forget(self) -> None:
        """Nothing of a note stays here."""
        self.tags(())
        self.tag_line.forget()
        self.sections(())
        self._versions.clear()
        for link in (self._helping, self._history, self._unfinished, self._finish):
            link.hide()

    def sections(self, headings: Sequence[tuple[int, int, str]]) -> None:
        """Show the headings as they are now."""
        self.outline.tell(headings)
        self.outline.setVisible(bool(headings))
        self.none.setVisible(not headings)
        rows = sum(self.outline.sizeHintForRow(row) for row in range(self.outline.count()))
        self.outline.setFixedHeight(min(rows + theme.L, 10 * theme.TARGET))
