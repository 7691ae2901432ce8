"""A client's page: who they are, the timeline of sessions and notes, who looked, and the details."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QComboBox, QTabBar, QWidget

from notes.desktop import attending, log_words, names, parts, theme, timeline, words
from notes.desktop.client_form import ClientForm
from notes.desktop.desk import Desk
from notes.desktop.parts import Empty
from notes.desktop.rows import Row, RowList
from notes.desktop.screen import Screen
from notes.desktop.session_form import SessionForm
from notes.desktop.timeline import Wanted
from notes.desktop.year_strip import YearStrip
from notes.practice import log
from notes.practice.log import LineView
from notes.record import client_page, clients
from notes.record.client_page import Page
from notes.record.clients import Client
from notes.record.sessions import Session

TABS = ("timeline", "looked", "details")
LINES = 500
"""Lines of the log shown on the page; all of them are in the access log."""
_READ = ("open", "list", "run", "history", "compare")


class ClientPage(Screen):
    """One client."""

    name = "client"
    title = "Client"
    shows = frozenset({"client", "session", "note"})
    commands = ("client.edit", "client.archive", "client.looked", "session.new", "note.new")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._id: int | None = None
        self._page: Page | None = None
        self._to_change: int | None = None
        self._lines: list[LineView] = []
        self._name = parts.words(scale=theme.DISPLAY, strong=True)
        self._about = parts.words(tone="quiet")
        self._archive = parts.button("Archive", self.client_archive)
        head = parts.beside()
        head.addLayout(parts.stacked(self._name, self._about, gap=theme.XS), 1)
        head.addWidget(self._archive)
        head.addWidget(parts.button("New session", self.session_new, icon="calendar-plus"))
        head.addWidget(parts.button("New note", self.note_new, tone="main", icon="note-pencil"))
        self.tabs = QTabBar(drawBase=False, expanding=False)
        for title in ("Timeline", "Who looked", "Details"):
            self.tabs.addTab(title)
        self.tabs.setAccessibleName("What of the client is shown")
        self.tabs.currentChanged.connect(self._turn)
        self._pages = parts.Pages()
        for page in (self._timeline(), self._looked(), self._details()):
            self._pages.addWidget(page)
        self.session_form = SessionForm(desk, self._put_away, self._put_away)
        self.session_form.hide()
        whole = parts.stacked(head, self.session_form, self.tabs, self._pages, margin=(theme.XXL, theme.XL))
        whole.setStretchFactor(self._pages, 1)
        self.setLayout(whole)

    def arrive(self, client: int | None = None, tab: str = "timeline", change: int | None = None, **place: Any) -> None:
        if client != self._id:  # from one client's page to another's
            self._show_nobody()
        self._id, self._to_change = client, change
        self._put_away()
        self.tabs.setCurrentIndex(TABS.index(tab) if tab in TABS else 0)
        super().arrive()
        parts.focus((self.list, self.looked, self.form.fields["name"])[self.tabs.currentIndex()])

    def leave(self) -> None:
        """Nothing of a client stays behind the other screens: it is shown again when the log has its line."""
        self._show_nobody()
        self._id = None

    def escape(self) -> bool:
        """Put the form of a session away."""
        there = self.session_form.isVisible()
        if there:
            self._put_away()
        return there

    def place(self) -> dict[str, Any]:
        return {"client": self._id, "tab": TABS[self.tabs.currentIndex()]}

    def typed(self) -> dict[str, Any]:
        return self.form.typed()

    def take_up(self, typed: dict[str, Any]) -> None:
        self.form.take_up(typed)

    def refresh(self) -> None:
        if self.tabs.currentIndex() == TABS.index("looked"):
            self._ask_who_looked()
        self.desk.do(client_page.open, self._id, then=self._show, owner=self, latest="client")

    # --- commands ----------------------------------------------------------------------------------------------

    def client_edit(self) -> None:
        self.tabs.setCurrentIndex(TABS.index("details"))
        parts.focus(self.form.fields["name"])

    def client_looked(self) -> None:
        self.tabs.setCurrentIndex(TABS.index("looked"))

    def client_archive(self) -> None:
        if self._page is None:
            return
        client = self._page.client
        do, undo, told = (
            (clients.archive, clients.restore, "is archived: off the lists, kept whole.")
            if client.status == "active"
            else (clients.restore, clients.archive, "is back on the lists.")
        )
        name = names.shown(client.name, self.desk.preferences)

        def take_back() -> None:
            self.desk.do(undo, client.id)

        def done(_: Client) -> None:
            self.desk.say(f"{name} {told}", undo=take_back)

        self.desk.do(do, client.id, then=done)

    def session_new(self) -> None:
        if self._page is not None and self._id is not None:
            newest = next(iter(self._page.sessions), None)
            self._session_form(None, newest)

    def note_new(self) -> None:
        self.desk.go("new_note", client=self._id)

    # --- the timeline ------------------------------------------------------------------------------------------

    def _timeline(self) -> QWidget:
        self.strip = YearStrip()
        self._summary = parts.words(scale=theme.SMALL, tone="quiet", wrap=False)
        self._what, self._tag = QComboBox(), QComboBox()
        self._what.addItems(timeline.CHOICES)
        self._what.setAccessibleName("Show")
        self._tag.setAccessibleName("Tag")
        for box in (self._what, self._tag):
            box.currentIndexChanged.connect(self._draw_timeline)
        self.list = RowList("Timeline")
        self.list.chosen.connect(self._go)
        self.list.menu_wanted.connect(self._menu)
        self._empty = Empty(
            "calendar-blank",
            "No session and no note yet",
            "Enter the first session, or begin a note.",
            parts.button("New session", self.session_new, tone="main", icon="calendar-plus"),
        )
        page = QWidget()
        narrow = parts.beside(self._what, self._tag, 0, self._summary)
        whole = parts.stacked(self.strip, narrow, self.list, self._empty)
        whole.setStretchFactor(self.list, 1)
        whole.setStretchFactor(self._empty, 1)
        page.setLayout(whole)
        return page

    def _show(self, page: Page) -> None:
        if page.client.id != self._id:
            return
        self._page = page
        client = page.client
        self._name.setText(names.shown(client.name, self.desk.preferences))
        self._about.setText(about(client, self.desk.now().date()))
        self._archive.setText("Archive" if client.status == "active" else "Bring back")
        self._show_details(client)
        self.strip.show_sessions(page.sessions, self.desk.now())
        self._summary.setText(self.strip.summary)
        chosen = self._tag.currentText()
        self._tag.blockSignals(True)
        self._tag.clear()
        self._tag.addItems(["Any tag", *page.tags])
        self._tag.setCurrentIndex(max(0, self._tag.findText(chosen)))
        self._tag.blockSignals(False)
        self._tag.setVisible(bool(page.tags))
        self._draw_timeline()
        wanted = next((session for session in page.sessions if session.id == self._to_change), None)
        self._to_change = None
        if wanted is not None:
            self._session_form(wanted, None)

    def _show_details(self, client: Client) -> None:
        waited = self.form.isHidden()
        self.form.begin(client)
        self.form.show()
        if waited and not self.session_form.isVisible():
            parts.focus(self.form.fields["name"])

    def _draw_timeline(self) -> None:
        if self._page is None:
            return
        tag = self._tag.currentText() if self._tag.currentIndex() > 0 else None
        wanted = Wanted(self._what.currentIndex(), tag)
        rows = list(timeline.rows(self._page, wanted, self.desk.now()))
        anything = bool(self._page.sessions or self._page.notes)
        self.list.show_rows(rows or [Row("Nothing of that kind", heading=True)])
        self._empty.setVisible(not anything)
        for widget in (self.list, self.strip, self._what):
            widget.setVisible(anything)

    def _show_nobody(self) -> None:
        """Of the client before, nothing stays on the screen."""
        self._page = None
        self._lines = []
        for label in (self._name, self._about, self._summary):
            label.setText("")
        self.list.show_rows([])
        self.strip.show_sessions([], self.desk.now())
        self._tag.hide()
        self._draw_lines()
        self.form.begin(None)
        self.form.hide()  # else what is typed now would be about a new client

    def _go(self, key: tuple[str, Any]) -> None:
        what, thing = key
        if what == "note":
            self.desk.go("note", note=thing)
        elif thing.note is None and not attending.is_due(thing, self.desk.now()):
            self._session_form(thing, None)
        else:
            attending.go_to(self.desk, thing)

    def _menu(self, key: tuple[str, Any], at: QPoint) -> None:
        what, thing = key
        if what == "session":
            attending.menu(self.desk, thing, self, lambda: self._session_form(thing, None)).popup(at)

    # --- who looked --------------------------------------------------------------------------------------------

    def _looked(self) -> QWidget:
        self._which = QComboBox()
        self._which.addItems(["Everything", "Looks", "Changes"])
        self._which.setAccessibleName("Show")
        self._which.currentIndexChanged.connect(self._draw_lines)
        self._in_short = parts.words(tone="quiet", wrap=False)
        self.looked = RowList("Who looked")
        page = QWidget()
        whole = parts.stacked(parts.beside(self._which, self._in_short, 0, gap=theme.M), self.looked)
        whole.setStretchFactor(self.looked, 1)
        page.setLayout(whole)
        return page

    def _turn(self, tab: int) -> None:
        self._pages.setCurrentIndex(tab)
        if tab == TABS.index("looked"):
            self._ask_who_looked()

    def _ask_who_looked(self) -> None:
        if self._id is not None:
            client = self._id
            show = lambda lines: self._show_lines(client, lines)  # noqa: E731
            self.desk.do(log.show, client=client, limit=LINES, then=show, owner=self, latest="looked")

    def _called(self, name: str) -> str:
        return names.shown(name, self.desk.preferences)

    def _show_lines(self, client: int, lines: list[LineView]) -> None:
        if client == self._id:
            self._lines = lines
            self._draw_lines()

    def _draw_lines(self) -> None:
        which = self._which.currentIndex()
        kept = [line for line in self._lines if which == 0 or (line.event.partition(".")[2] in _READ) == (which == 1)]
        self.looked.show_rows(list(line_rows(kept, self.desk.now().date(), self._called)))
        self._in_short.setText(in_short(self._lines))

    # --- details and forms -------------------------------------------------------------------------------------

    def _details(self) -> QWidget:
        self.form = ClientForm(self.desk, self._details_kept, self._back_to_timeline)
        page = QWidget()
        page.setLayout(parts.stacked(self.form, 0))
        return page

    def _details_kept(self, _: Client) -> None:
        self._back_to_timeline()

    def _back_to_timeline(self) -> None:
        self.tabs.setCurrentIndex(0)
        parts.focus(self.list)
        self.refresh()

    def _session_form(self, session: Session | None, before: Session | None) -> None:
        assert self._id is not None
        self.session_form.begin(self._id, session, before)
        self.session_form.show()
        parts.focus(self.session_form.when)

    def _put_away(self) -> None:
        self.session_form.hide()
        parts.focus(self.list)


def about(client: Client, today: date) -> str:
    """Pronouns, age, and how to reach them."""
    told = [client.pronouns, age(client.born, today), client.phone, client.email]
    if client.emergency_contact:
        told.append(f"in an emergency: {client.emergency_contact}")
    if client.status != "active":
        told.insert(0, "Archived")
    return " · ".join(filter(None, told))


def age(born: str | None, today: date) -> str:
    """51 years old; nothing where only a year, or no date, was stated."""
    try:
        birth = date.fromisoformat(born or "")
    except ValueError:
        return ""
    years = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    return words.counted(years, "year") + " old"


def line_rows(lines: list[LineView], today: date, called: Callable[[str], str]) -> Iterator[Row]:
    """Lines of the log as rows, with a heading for each day; `called` is how clients are called on the screen."""
    day = ""
    for line in lines:
        if words.day(line.at, today) != day:
            day = words.day(line.at, today)
            yield Row(day, heading=True)
        read = line.event.partition(".")[2] in _READ
        tone = "quiet" if line.outcome == "done" else "attention"
        where = f"{line.user} at {line.host}, in the {line.face}"
        told = log_words.sentence(line, called)
        yield Row(told, where, words.clock(line.at), "eye" if read else "pencil-simple", tone, key=line.seq)


def in_short(lines: list[LineView]) -> str:
    """Whether anybody but the practitioner looked."""
    if not lines:
        return ""
    others = sorted({line.actor for line in lines} - {"practitioner"})
    places = {(line.user, line.host) for line in lines}
    if others:
        return f"Not only you: also whoever held the {' and the '.join(others)}."
    told = "Nobody but you" if len(places) == 1 else f"Only you, as {len(places)} users or on {len(places)} computers"
    return f"{told}, in the newest {LINES} lines." if len(lines) == LINES else f"{told}."
