"""Today: what the day holds, what is to be finished, and what the record has to say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from notes.desktop import attending, names, parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.parts import Card, Column, Empty
from notes.desktop.rows import Row, RowList
from notes.desktop.screen import Screen
from notes.record import today
from notes.record.sessions import Session
from notes.record.today import BACKUP_AFTER_DAYS, DUE_AFTER_DAYS, REVIEW_AFTER_DAYS, Draft, LogState

SHOWN_AT_FIRST = 6
"""Sessions without a note that are listed; the others on demand."""


Key = tuple[str, Any]
"""What a row stands for: what kind of thing, and the thing."""


class Today(Screen):
    """Home."""

    name = "today"
    title = "Today"
    shows = frozenset({"session", "note", "client", "log", "backup"})

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._told: today.Today | None = None
        self._all_unwritten = False
        self._column = Column()
        self._date = parts.words(scale=theme.DISPLAY, strong=True)
        self._lead = parts.words(tone="quiet")
        self.day, self.to_finish = RowList("Sessions", snug=True), RowList("To finish", snug=True)
        self.record = RowList("The record", snug=True)
        self._cards: list[Card] = []
        body = self._column.body
        body.addLayout(parts.stacked(self._date, self._lead, gap=theme.XS))
        for heading, rows in (("Sessions", self.day), ("To finish", self.to_finish), ("The record", self.record)):
            card = Card(heading)
            card.body.addWidget(rows)
            self._cards.append(card)
            body.addWidget(card)
            rows.chosen.connect(self._go)
        self.day.menu_wanted.connect(self._menu)
        self.to_finish.menu_wanted.connect(self._menu)
        self._welcome = Empty(
            "users",
            "Nobody is here yet",
            "Add your first client; sessions and notes follow from there.",
            parts.button("New client", lambda: desk.go("clients", new=True), tone="main", icon="user-plus"),
        )
        body.addWidget(self._welcome)
        self._welcome.hide()
        body.addStretch(1)
        self.setLayout(parts.stacked(self._column, gap=0))

    def arrive(self, **place: Any) -> None:
        super().arrive(**place)
        self.day.setFocus()

    def leave(self) -> None:
        """Nobody stays named behind the other screens."""
        for rows in (self.day, self.to_finish, self.record):
            rows.show_rows([])

    def refresh(self) -> None:
        self.desk.do(today.open, then=self._show, owner=self, latest="today")

    # --- showing -----------------------------------------------------------------------------------------------

    def _show(self, told: today.Today) -> None:
        if not self.in_view:
            return
        self._told = told
        now = self.desk.now()
        self._date.setText(f"{now:%A}, {now.day} {now:%B}")
        self._lead.setText(_lead(told))
        self._welcome.setVisible(not told.clients)
        self.day.show_rows(list(self._day_rows(told, now)))
        self.to_finish.show_rows(list(self._unfinished_rows(told, now)))
        self.record.show_rows(list(record_rows(told.log, now)))
        for card, rows in zip(self._cards, (self.day, self.to_finish, self.record), strict=True):
            card.setVisible(bool(told.clients) and bool(rows.rows.rows))

    def _day_rows(self, told: today.Today, now: datetime) -> Iterator[Row]:
        if not told.sessions:
            yield Row("No session today", icon="coffee", heading=True)
        for session in told.sessions:
            yield self._session_row(session, words.clock(session.started_at) or "Today")
        if told.following:
            yield Row(words.day(told.following[0].started_at, now.date()), heading=True)
            for session in told.following:
                yield self._session_row(session, words.clock(session.started_at))

    def _session_row(self, session: Session, when: str) -> Row:
        name = names.shown(session.client_name, self.desk.preferences)
        state, tone = attending.note_state(session, self.desk.now())
        return Row(
            f"{when}   {name}",
            attending.details(session),
            state,
            attending.icon_of(session),
            tone,
            key=("session", session),
        )

    def _unfinished_rows(self, told: today.Today, now: datetime) -> Iterator[Row]:
        drafts = [draft for draft in told.drafts if draft.purpose != "note" or not _of_a_session(draft, told)]
        listed = told.unwritten if self._all_unwritten else told.unwritten[:SHOWN_AT_FIRST]
        if listed:
            title = f"{words.counted(told.unwritten_count, 'session')} without a signed note"
            yield Row(title, heading=True)
        for session in listed:
            state = "Continue the draft" if session.drafts else "Write"
            yield Row(
                names.shown(session.client_name, self.desk.preferences),
                f"{words.day_and_clock(session.started_at, now.date())} · {words.ago(session.started_at, now)}",
                state,
                "note-pencil" if session.drafts else "note-blank",
                _age_tone(session.started_at, now),
                key=("session", session),
            )
        if len(listed) < len(told.unwritten):
            yield Row(f"Show {len(told.unwritten) - len(listed)} more", icon="caret-down", key=("more", None))
        elif len(listed) < told.unwritten_count:
            yield Row(f"and {told.unwritten_count - len(listed):,} more, newer than these", heading=True)
        if drafts:
            yield Row("Begun and not signed", heading=True)
        for draft in drafts:
            kind = draft.kind if draft.purpose == "note" else f"{draft.purpose} of a signed {draft.kind} note"
            yield Row(
                names.shown(draft.client_name, self.desk.preferences),
                f"{kind.capitalize()} · last saved {words.ago(draft.saved_at, now)}",
                "Continue",
                "pencil-line",
                _age_tone(draft.saved_at, now),
                key=("note", draft.note),
            )
        if len(told.drafts) < told.drafts_count:
            yield Row(f"and {told.drafts_count - len(told.drafts):,} more, last saved before these", heading=True)

    # --- going and doing ---------------------------------------------------------------------------------------

    def _go(self, key: tuple[str, Any]) -> None:
        what, thing = key
        if what == "session":
            attending.go_to(self.desk, thing)
        elif what == "note":
            self.desk.go("note", note=thing)
        elif what == "more" and self._told is not None:
            self._all_unwritten = True
            self._show(self._told)
        elif what == "go":
            self.desk.go(thing[0], **thing[1])

    def _menu(self, key: tuple[str, Any], at: QPoint) -> None:
        what, thing = key
        if what == "session":
            attending.menu(self.desk, thing, self).popup(at)


def record_rows(log: LogState, now: datetime) -> Iterator[Row]:
    """The state of the record, what needs looking after first."""
    rows = [*_attempts(log, now), _verified(log, now), _backed_up(log, now), _reviewed(log, now), _receipt(log, now)]
    yield from sorted(rows, key=lambda row: ("alarm", "attention", "good", "quiet").index(row.tone))


def _attempts(log: LogState, now: datetime) -> Iterator[Row]:
    if log.attempts:
        since = f" since {words.day_and_clock(log.first_attempt, now.date())}" if log.first_attempt else ""
        count = words.counted(log.attempts, "failed attempt")
        detail = f"Somebody tried to open the vault while it was locked{since}."
        yield Row(count, detail, "Look", "warning", "alarm", key=("go", ("log", {})))


def _verified(log: LogState, now: datetime) -> Row:
    key: Key = ("go", ("log", {}))
    if log.verified is None:
        return Row("Not verified yet", "Checks that nothing was altered.", "Verify", "shield", "attention", key)
    when = words.ago(log.verified, now)
    if log.problems:
        found = words.counted(log.problems, "problem")
        return Row(f"Verification found {found}", f"{when.capitalize()}.", "Look", "shield-warning", "alarm", key)
    return Row("Everything was as the log says", f"Verified {when}.", "Verified", "shield-check", "good", key)


def _backed_up(log: LogState, now: datetime) -> Row:
    key: Key = ("go", ("settings", {"part": "backups"}))
    if log.backed_up is None:
        detail = "If this computer fails, the notes are gone."
        return Row("No backup yet", detail, "Back up", "download-simple", "attention", key)
    late = (now - words.moment(log.backed_up)).days >= BACKUP_AFTER_DAYS
    told = f"Last backup {words.ago(log.backed_up, now)}"
    return Row(told, "", "Back up" if late else "Safe", "download-simple", "attention" if late else "good", key)


def _reviewed(log: LogState, now: datetime) -> Row:
    key: Key = ("go", ("log", {}))
    if log.reviewed is None:
        detail = "A look now and then shows what is unusual."
        return Row("The access log was never looked through", detail, "Review", "eye", "attention", key)
    late = (now - words.moment(log.reviewed)).days >= REVIEW_AFTER_DAYS
    told = f"Access log looked through {words.ago(log.reviewed, now)}"
    return Row(told, "", "Review" if late else "Reviewed", "eye", "attention" if late else "good", key)


def _receipt(log: LogState, now: datetime) -> Row:
    key: Key = ("go", ("log", {}))
    if log.receipt is None:
        detail = "Sent to yourself or a colleague, it proves that the log was not rewritten later."
        return Row("No receipt sent away yet", detail, "Make one", "qr-code", "quiet", key)
    late = (now - words.moment(log.receipt)).days >= DUE_AFTER_DAYS
    told = f"Last receipt {words.ago(log.receipt, now)}"
    return Row(told, "", "Make one" if late else "Made", "qr-code", "quiet" if late else "good", key)


def _lead(told: today.Today) -> str:
    if not told.clients:
        return ""
    came = [session for session in told.sessions if session.attendance in attending.CAME]
    day = words.counted(len(came), "session") if came else "No session"
    open_ones = told.unwritten_count
    begun = f"{words.counted(told.drafts_count, 'draft')} to finish" if told.drafts_count else "every note is written"
    rest = f"{words.counted(open_ones, 'note')} to write" if open_ones else begun
    return f"{day} today, {rest}."


def _of_a_session(draft: Draft, told: today.Today) -> bool:
    """Whether it is listed already, with its session."""
    return any(session.note == draft.note and session.drafts for session in told.unwritten)


def _age_tone(iso: str, now: datetime) -> str:
    return "attention" if (now - words.moment(iso)).days >= 2 else "accent"
