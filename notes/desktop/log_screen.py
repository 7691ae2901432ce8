"""The access log: who looked, whether it holds together, and what to take away from it as proof.

A visit asks for one long page of lines, which leaves one line; scrolling on past it asks for another.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QTableView,
    QWidget,
)

from notes.desktop import icons, log_model, log_words, names, parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.filter_boxes import ChoiceBox, DayBox, ask_for_choices, pick
from notes.desktop.log_model import Lines
from notes.desktop.log_panel import Panel
from notes.desktop.screen import Screen
from notes.errors import NotesError
from notes.practice import log, log_pages
from notes.practice.checked import Checked
from notes.practice.log import Review
from notes.practice.log_pages import PAGE, Page, Wanted

PAUSE = 250
"""Milliseconds after the last key in the box of quick words."""
MOST_PROBLEMS = 5
"""Problems shown one by one."""
WIDTHS = {log_model.WHEN: 20, log_model.WHO: 14, log_model.CLIENT: 18, log_model.OUTCOME: 13, log_model.WHY: 30}
"""Characters of each column but the sentence's, which has what is left."""
TONE_ICONS = {"good": "shield-check", "attention": "shield-warning", "alarm": "warning", "quiet": "shield"}


class LogScreen(Screen):
    """State on top, filters, lines, and what was chosen beside them."""

    name = "log"
    title = "Access log"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._checked: Checked | None = None
        self._review: Review | None = None
        self._wanted = Wanted()
        self.model = Lines(lambda: desk.now().date(), lambda name: names.shown(name, desk.preferences), self)
        self.model.more.connect(self._more)
        self.table = self._table()
        self.panel = Panel(desk)
        self.panel.closed.connect(self.table.setFocus)
        self.panel.turned.connect(self._fit_columns)
        self.state, self.detail = parts.words(strong=True), parts.words(tone="quiet")
        self._picture = QLabel()
        self.count = parts.words(tone="quiet", wrap=False)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self.refresh)
        self._below = QStackedWidget()
        self._below.addWidget(self.table)
        self._below.addWidget(parts.Empty("magnifying-glass-minus", "No such lines", "Take a filter away to see more."))
        body = parts.beside(gap=0)
        body.addWidget(self._below, 3)
        body.addWidget(self.panel, 2)
        around = parts.stacked(self._top(), self._filters(), self._reviewing(), gap=theme.M, margin=theme.XL)
        around.addLayout(body, 1)
        self.setLayout(around)
        desk.checked.connect(self._tell_state)
        self._tell_state()

    # --- what it is made of ------------------------------------------------------------------------------------

    def _top(self) -> QWidget:
        card = parts.Card()
        told = parts.stacked(self.state, self.detail, gap=theme.XS)
        row = parts.beside(self._picture, gap=theme.M)
        row.addLayout(told, 1)
        card.body.addLayout(row)
        self.verify = parts.button("Verify now", self._verify, tone="main")
        card.body.addLayout(
            parts.beside(
                self.verify,
                parts.button("Review …", self.begin_review, icon="list-bullets"),
                parts.button("Receipt …", self.make_receipt, icon="qr-code"),
                parts.button("Export …", self._export, icon="download-simple"),
                0,
                self.count,
            )
        )
        return card

    def _filters(self) -> QWidget:
        desk = self.desk
        self.words = QLineEdit()
        self.words.setPlaceholderText("Words: read, amended, a name …")
        self.words.setAccessibleName("Lines that say")
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(lambda _: self._pause.start())
        self.client = ChoiceBox("Client")
        self.client.entered.connect(lambda: ask_for_choices(desk, self, self.client))
        self.client.changed.connect(self.refresh)
        self.group = pick("What kind of thing", log_words.GROUPS, self.refresh)
        self.outcome = pick("Outcome", log_words.OUTCOMES, self.refresh)
        self.face = pick("Where", log_words.FACES, self.refresh)
        today = lambda: desk.now().date()  # noqa: E731
        self.since, self.until = DayBox("From", today), DayBox("To", today)
        for box in (self.since, self.until):
            box.changed.connect(self.refresh)
        self.unusual = QCheckBox("Only unusual")
        self.unusual.toggled.connect(lambda _: self.refresh())
        first = parts.beside(self.words, self.client, self.group)
        first.setStretch(0, 1)
        second = parts.beside(self.outcome, self.face, self.since, self.until, self.unusual, 0)
        self._narrowing = QWidget()
        self._narrowing.setLayout(parts.stacked(first, second, gap=theme.S))
        return self._narrowing

    def _reviewing(self) -> QWidget:
        """What stands in place of the filters while one reviews."""
        self.review_told = parts.words(strong=True)
        self.mark = parts.button("Mark as reviewed", self.mark_reviewed, tone="main")
        self._review_bar = QWidget()
        row = parts.beside(gap=theme.S)
        row.addWidget(self.review_told, 1)
        row.addWidget(parts.button("Back to all lines", self.end_review))
        row.addWidget(self.mark)
        self._review_bar.setLayout(row)
        self._review_bar.hide()
        return self._review_bar

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setAccessibleName("Lines of the access log")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setIconSize(QSize(16, 16))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(max(theme.TARGET, QFontMetrics(theme.font()).height() + theme.M))
        across = table.horizontalHeader()
        across.setHighlightSections(False)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setSectionResizeMode(log_model.WHAT, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            table.setColumnWidth(column, theme.characters(width))
        table.setColumnHidden(log_model.WHY, True)
        table.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now))
        return table

    # --- coming and going --------------------------------------------------------------------------------------

    def arrive(self, client: int | None = None, **_: Any) -> None:
        self.end_review(ask=False)
        if client is not None:
            self.client.choose(client, "This client")
        elif self.client.text() == "This client":
            self.client.choose(None, "")
        self.table.setFocus()
        self.refresh()

    def leave(self) -> None:
        """What was read goes out of the window's memory with the screen."""
        self._pause.stop()
        self.panel.close_up()
        self.model.show([], {}, True)
        if self.client.chosen is None:
            self.client.forget()

    def place(self) -> dict[str, Any]:
        return {"client": self.client.chosen}

    # --- lines -------------------------------------------------------------------------------------------------

    def escape(self) -> bool:
        """Put away what stands beside the lines."""
        there = self.panel.isVisible()
        if there:
            self.panel.close_up()
            self.table.setFocus()
        return there

    def refresh(self) -> None:
        self._pause.stop()
        self._wanted = Wanted(
            self.client.chosen,  # type: ignore[arg-type]
            self.group.currentData(),
            self.face.currentData(),
            self.outcome.currentData(),
            self.since.day,
            self.until.day,
            self.words.text(),
            self.unusual.isChecked(),
        )
        self.desk.do(log_pages.page, self._wanted, then=self._show, owner=self, latest="log")

    def _show(self, page: Page) -> None:
        if not self.in_view or self._review is not None:
            return
        self._checked = page.checked
        self._tell_state()
        self._fill(page.lines, page.why, whole=len(page.lines) < PAGE)
        total = page.total or 0
        self.count.setText(words.counted(total, "line"))
        self._below.setCurrentIndex(0 if page.lines else 1)
        named = next((line.client_name for line in page.lines if line.client == str(self.client.chosen)), None)
        if named and self.client.text() == "This client":
            self.client.choose(self.client.chosen, names.shown(named, self.desk.preferences))

    def _fill(self, lines: list[log.LineView], why: dict[int, str], whole: bool) -> None:
        self.panel.close_up()
        self.model.show(lines, why, whole)
        self.table.setColumnHidden(log_model.WHY, not why)
        self.table.scrollToTop()

    def _more(self, before: int) -> None:
        wanted = self._wanted

        def add(page: Page) -> None:
            if wanted == self._wanted and self._review is None:
                self.model.add(page.lines, page.why, len(page.lines) < PAGE)

        def failed(error: NotesError) -> None:
            self.model.nothing_came()
            self.desk.complain(error)

        self.desk.do(log_pages.page, wanted, before, then=add, failed=failed, owner=self, latest="log")

    def _choose(self, index: QModelIndex) -> None:
        line = self.model.line(index)
        if line is not None:
            self.panel.show_line(line, self.model.why(line))

    # --- verification ------------------------------------------------------------------------------------------

    def _verify(self) -> None:
        if self.desk.verifying is not None:
            self.desk.verifying.now()

    def _tell_state(self, *_: str) -> None:
        """What is known of the record's state: this unlocking's verification, or the last one before it."""
        verifying, today = self.desk.verifying, self.desk.now().date()
        if verifying is not None and verifying.checking:
            text, detail, tone = verifying.saying, "You can go on working; it makes room.", "quiet"
        elif verifying is not None and verifying.report is not None and verifying.at is not None:
            text, detail, tone = log_words.of_report(verifying.report, verifying.at, today)
            if found := verifying.report.problems:
                listed = [f"• {log_words.of_problem(problem)}" for problem in found[:MOST_PROBLEMS]]
                listed += [f"… and {len(found) - MOST_PROBLEMS:,} more."] if len(found) > MOST_PROBLEMS else []
                detail = "\n".join([detail, *listed, log_words.KEEP])
        else:
            text, detail, tone = log_words.of_earlier(self._checked, today)
        self.state.setText(text)
        self.detail.setText(detail)
        parts.set_tone(self.state, "" if tone == "quiet" else tone)
        self._picture.setPixmap(icons.icon(TONE_ICONS[tone], tone).pixmap(QSize(28, 28)))

    # --- review, receipt, export -------------------------------------------------------------------------------

    def begin_review(self) -> None:
        """Show what is new since the last review, the gravest first."""
        self.desk.do(log.to_review, then=self._show_review, owner=self, latest="log")

    def _show_review(self, found: Review) -> None:
        if not self.in_view:
            return
        self._pause.stop()
        self._review = found
        last = f"since your last review, {words.full_day(found.last)}" if found.last else "this is your first review"
        lines = f"{words.counted(max(0, found.through - found.since + 1), 'line')}, {last}."
        unusual = words.counted(len(found.unusual), "line is", "lines are")
        told = f"{unusual} worth a look; the gravest come first." if found.unusual else "Nothing unusual among them."
        self.review_told.setText(f"{lines} {told}")
        self._narrowing.hide()
        self._review_bar.show()
        self._fill([one.line for one in found.unusual], {one.line.seq: one.why for one in found.unusual}, whole=True)
        self._below.setCurrentIndex(0)
        parts.focus(self.mark)

    def mark_reviewed(self) -> None:
        """Put on record that it was looked at, up to the last line that was."""
        if self._review is not None:
            self.desk.do(log.review, self._review.through, then=self._reviewed, owner=self)

    def _reviewed(self, found: Review) -> None:
        due = log.receipt_due(found, self.desk.now().astimezone())
        more = "No receipt was made for a week or more: make one now, and send it away." if due else ""
        self.desk.say(f"Reviewed up to line {found.through:,}. The log says so.", more, tone="good")
        self.end_review(ask=self.in_view)

    def end_review(self, ask: bool = True) -> None:
        """Back to the lines."""
        if self._review is not None:
            self._review = None
            self._review_bar.hide()
            self._narrowing.show()
            if ask:
                self.refresh()

    def make_receipt(self) -> None:
        """Make a receipt, and show it."""
        self.desk.do(log.receipt, then=self.panel.show_receipt, owner=self)

    def _export(self) -> None:
        self.panel.show_export(self.since.day, self.until.day)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the columns that the sentence says too give way."""
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        room = self.width() / (2 if self.panel.isVisible() else 1)
        for column in (log_model.WHO, log_model.CLIENT):
            self.table.setColumnHidden(column, room < theme.characters(110))
