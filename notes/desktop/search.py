"""Search over all notes, as one types.

Each pause in the typing in which results are shown is one search and leaves one line, with the notes of which a passage
was shown. Nothing is searched again that was just searched for, and nothing for a single letter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QLineEdit, QListView, QStackedWidget, QWidget

from notes.desktop import names, parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.filter_boxes import ChoiceBox, DayBox, ask_for_choices, pick
from notes.desktop.hits import HitLine
from notes.desktop.screen import Screen
from notes.errors import NotesError
from notes.record import search
from notes.record.search import Hit, Results
from notes.record.values import KINDS

PAUSE = 120
"""Milliseconds after the last key after which it is searched."""
PAGE = 50
"""Hits asked for at once."""

_HERE = QModelIndex()


class Asked(NamedTuple):
    """What is searched for."""

    words: str
    client: object
    kind: str | None
    tag: object
    since: str | None
    until: str | None

    @property
    def filtered(self) -> bool:
        """Whether any filter is set."""
        return any(value is not None for value in self[1:])


class Search(Screen):
    """A box, filters below it, and what was found."""

    name = "search"
    title = "Search"
    shows = frozenset({"note", "client"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.box = QLineEdit()
        self.box.setPlaceholderText("Search all notes")
        self.box.setAccessibleName("Search all notes")
        self.box.setFont(theme.font(theme.LEAD))
        self.box.setClearButtonEnabled(True)
        self.client, self.tag = ChoiceBox("Client"), ChoiceBox("Tag")
        self.kind = pick("Kind of note", {"Any kind": None, **{k.capitalize(): k for k in KINDS}}, self._look)
        self.since = DayBox("From", lambda: desk.now().date())
        self.until = DayBox("To", lambda: desk.now().date())
        self.count = parts.words(tone="quiet", wrap=False)
        self._clear = parts.button("Clear filters", self.clear_filters, tone="link")
        self.model = Hits(self, self._called)
        self.list = _List()
        self.list.setModel(self.model)
        self.list.setItemDelegate(HitLine(lambda: desk.now().date(), self._called, self.list))
        self._shown = QStackedWidget()
        self._nothing = parts.Empty("magnifying-glass-minus", "No note holds all of these words", NOTHING_FOUND)
        self._none_fits = parts.Empty("magnifying-glass-minus", "No note fits these filters", "Take one of them away.")
        how = parts.Empty("magnifying-glass", "Search all notes", HOW)
        for thing in (how, self._nothing, self._none_fits, self.list):
            self._shown.addWidget(thing)
        self._asked: Asked | None = None
        self._row = 0
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._connect()
        filters = parts.beside(self.client, self.kind, self.tag, self.since, self.until, 0)
        top = parts.stacked(self.box, filters, parts.beside(self.count, self._clear, 0, gap=theme.M), gap=theme.S)
        self.setLayout(parts.stacked(top, gap=theme.M, margin=theme.XL))
        box = self.layout()
        assert box is not None
        box.addWidget(self._shown)
        self.setFocusProxy(self.box)

    def _called(self, name: str) -> str:
        return names.shown(name, self.desk.preferences)

    def _connect(self) -> None:
        self.box.textChanged.connect(lambda _: self._pause.start())
        self.box.returnPressed.connect(self._open_first)
        self.box.installEventFilter(_Down(self.list, self.box))
        self._pause.timeout.connect(self._look)
        for box in (self.client, self.tag):
            box.entered.connect(lambda: ask_for_choices(self.desk, self, self.client, self.tag))
            box.changed.connect(self._look)
        self.since.changed.connect(self._look)
        self.until.changed.connect(self._look)
        self.list.taken.connect(self._open)
        self.model.more.connect(self._more)

    # --- coming and going --------------------------------------------------------------------------------------

    def arrive(self, words: str | None = None, row: int = 0, **filters: Any) -> None:
        """Without anything asked for it is as it was left. `filters` are as ``place`` gives them."""
        self._row = row
        if words is not None or filters:
            self.box.setText(words or "")
            self._set_filters(**filters)
        self.box.setFocus()
        self.box.selectAll()
        self.refresh()

    def refresh(self) -> None:
        self._asked = None
        self._look()

    def leave(self) -> None:
        """What was found goes out of the window's memory with the screen."""
        self._pause.stop()
        self._asked = None
        self.model.show([], 0)
        for box in (self.client, self.tag):
            if box.chosen is None:
                box.forget()

    def place(self) -> dict[str, Any]:
        asked = self._wanted()
        filters = {name: value for name, value in asked._asdict().items() if name != "words" and value is not None}
        if asked.client is not None:
            filters["called"] = self.client.text()
        return {"words": self.box.text(), "row": self._row, **filters}

    # --- filters -----------------------------------------------------------------------------------------------

    def clear_filters(self) -> None:
        """Search everything again."""
        self._set_filters()
        self.box.setFocus()
        self._look()

    def _set_filters(
        self,
        client: int | None = None,
        called: str = "",
        kind: str | None = None,
        tag: str | None = None,
        since: str | None = None,
        until: str | None = None,
        **_: Any,
    ) -> None:
        """All of them at once, silently; `called` is how the client is."""
        self.kind.blockSignals(True)
        self.kind.setCurrentIndex(max(0, self.kind.findData(kind)))
        self.kind.blockSignals(False)
        self.client.choose(client, called)
        self.tag.choose(tag, tag or "")
        self.since.choose(since)
        self.until.choose(until)

    # --- searching ---------------------------------------------------------------------------------------------

    def _wanted(self) -> Asked:
        return Asked(
            search.as_typed(self.box.text()),
            self.client.chosen,
            self.kind.currentData(),
            self.tag.chosen,
            self.since.day,
            self.until.day,
        )

    def _look(self) -> None:
        self._pause.stop()
        asked = self._wanted()
        self._clear.setVisible(asked.filtered)
        if asked == self._asked:
            return
        if self._asked is not None:
            self._row = 0  # another question: the best of its hits comes first
        self._asked = asked
        if not search.query(asked.words) and (asked.words.strip() or not asked.filtered):
            self.model.show([], 0)
            self.count.clear()
            self._shown.setCurrentIndex(0)
            return
        self._ask(asked, 0)

    def _more(self, skip: int) -> None:
        if self._asked is not None:
            self._ask(self._asked, skip)

    def _ask(self, asked: Asked, skip: int) -> None:
        self.desk.do(
            search.run,
            asked.words,
            asked.client,
            asked.kind,
            asked.tag,
            asked.since,
            asked.until,
            PAGE,
            skip,
            then=lambda found: self._found(asked, skip, found),
            failed=self._failed,
            owner=self,
            latest="search",
        )

    def _failed(self, error: NotesError) -> None:
        self.model.nothing_came()
        self.desk.complain(error)

    def _found(self, asked: Asked, skip: int, found: Results) -> None:
        if asked != self._asked:
            return
        if skip:
            self.model.add(found.hits)
            return
        self.model.show(found.hits, found.total)
        nothing = self._nothing if asked.words.strip() else self._none_fits
        self._shown.setCurrentWidget(self.list if found.hits else nothing)
        notes = words.counted(found.total, "note")
        if asked.words.strip():
            notes = words.counted(found.total, "note holds", "notes hold") + " all of this"
        order = "the best first" if found.ranked else "the newest first"
        self.count.setText(f"{notes}, {order}" if found.hits else "")
        self.list.setCurrentIndex(self.model.index(min(self._row, len(found.hits) - 1), 0))
        self.list.setAccessibleDescription(self.count.text())

    def _open_first(self) -> None:
        self._look()
        if self.model.rowCount():
            self._open()

    def _open(self) -> None:
        index = self.list.currentIndex()
        hit = self.model.hit(index)
        if hit is not None:
            self._row = index.row()
            self.desk.go("note", note=hit.note, find=self.box.text().strip())


HOW = (
    "Type words: all of them must be in the note, and of the last one its beginning is enough. Put words that belong "
    'together in quotation marks: "safe place". Capitals and accents make no difference. Filters alone list the notes '
    "that fit."
)
NOTHING_FOUND = "Try fewer words, or only the beginning of the last one; or take a filter away."


class Hits(QAbstractListModel):
    """The hits that have been read so far, and that there are more."""

    more = Signal(int)
    """More are wanted, from this place on."""

    def __init__(self, parent: QObject, called: Callable[[str], str]) -> None:
        super().__init__(parent)
        self._called = called
        self._hits: list[Hit] = []
        self._known: set[int] = set()
        self._total = self._read = 0
        self._waiting = False

    def show(self, hits: list[Hit], total: int) -> None:
        """Show these; in all there are `total`."""
        self.beginResetModel()
        self._hits, self._total, self._read, self._waiting = list(hits), total, len(hits), False
        self._known = {hit.note for hit in hits}
        self.endResetModel()

    def add(self, hits: list[Hit]) -> None:
        """Show these too. A note that has moved on the list meanwhile is shown once."""
        new = [hit for hit in hits if hit.note not in self._known]
        self._read, self._waiting = self._read + len(hits) if hits else self._total, False
        if new:
            self.beginInsertRows(_HERE, len(self._hits), len(self._hits) + len(new) - 1)
            self._hits += new
            self._known |= {hit.note for hit in new}
            self.endInsertRows()

    def nothing_came(self) -> None:
        """What was asked for could not be read: scrolling asks again."""
        self._waiting = False

    def hit(self, index: QModelIndex | QPersistentModelIndex) -> Hit | None:
        """The hit of a row."""
        return self._hits[index.row()] if index.isValid() and index.row() < len(self._hits) else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _HERE) -> int:
        return 0 if parent.isValid() else len(self._hits)

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> bool:
        return self._read < self._total and not self._waiting

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> None:
        if self._hits and self.canFetchMore(parent):
            self._waiting = True
            self.more.emit(self._read)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What is shown of a row, read out, or drawn from."""
        hit = self.hit(index)
        if hit is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            passage = hit.snippet.replace(search.MATCH_START, "").replace(search.MATCH_END, "")
            told = f"{self._called(hit.client_name)}, {hit.kind}, {words.full_day(hit.at)}"
            return f"{told}: {passage}" if passage else told
        return hit if role == Qt.ItemDataRole.UserRole else None


class _List(QListView):
    """Hits; Enter and a double click take one."""

    taken = Signal()
    """The current one."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Notes found")
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.clicked.connect(lambda _: QTimer.singleShot(0, self, self.taken.emit))  # see ``RowList``

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.verticalScrollBar().setSingleStep(theme.TARGET)


class _Down(QObject):
    """Down from the box goes into the list."""

    def __init__(self, target: QListView, parent: QObject) -> None:
        super().__init__(parent)
        self._target = target

    def eventFilter(self, watched: QObject, event: Any) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            model = self._target.model()
            if event.key() == Qt.Key.Key_Down and model is not None and model.rowCount():
                self._target.setFocus()
                return True
        return False
