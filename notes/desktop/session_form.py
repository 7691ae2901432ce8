"""The form of a session: when, how long, how, and whether the client came."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QSpinBox

from notes.desktop import attending, parts, theme, words
from notes.desktop.desk import Desk
from notes.desktop.notices import in_words
from notes.desktop.parts import Card
from notes.desktop.when_field import WhenField
from notes.errors import NotesError
from notes.record import sessions
from notes.record.sessions import Session
from notes.record.values import ATTENDANCE, MODALITIES

USUAL_MINUTES = 50
MOST_WEEKS = 51
"""Sessions booked after the first: nothing is entered more than a year ahead."""


class SessionForm(Card):
    """A card in the screen. `done` is called when a session was saved; the card says so, and offers Undo."""

    def __init__(self, desk: Desk, done: Callable[[], None], cancelled: Callable[[], None]) -> None:
        super().__init__()
        self._desk, self._done = desk, done
        self._client = self._turn = 0
        self._session: Session | None = None
        self._title = parts.words(strong=True)
        self._trouble = parts.words(tone="alarm")
        self.when = WhenField()
        self.minutes = QSpinBox(minimum=1, maximum=24 * 60, suffix=" minutes")
        self.modality, self.attendance = QComboBox(), QComboBox()
        self.modality.addItems([modality.capitalize() for modality in MODALITIES])
        self.attendance.addItems([attending.WORDS[attendance] for attendance in ATTENDANCE])
        self.when.dateTimeChanged.connect(lambda _: self._call())
        self.more = QSpinBox(minimum=0, maximum=MOST_WEEKS, suffix=" more times")
        self.more.valueChanged.connect(lambda more: self.more.setSuffix(" more time" if more == 1 else " more times"))
        for number in (self.minutes, self.more):
            number.lineEdit().setTextMargins(theme.S, 0, 0, 0)  # the style sheet leaves none beside arrows of its own
        form = QFormLayout()
        for label, field in (
            ("&When", self.when),
            ("&Length", self.minutes),
            ("H&ow", self.modality),
            ("&Did they come", self.attendance),
        ):
            field.setAccessibleName(label.replace("&", ""))
            form.addRow(label, field)
        self.more.setAccessibleName("And every week, how many more times")
        self._weekly = QLabel("And every wee&k")
        self._weekly.setBuddy(self.more)
        self.keep = parts.button("Add", self.save, tone="main")
        self.body.addWidget(self._title)
        self.body.addLayout(form)
        self.body.addWidget(self._trouble)
        cancel = parts.button("Cancel", cancelled)
        self.body.addLayout(parts.beside(self._weekly, self.more, 0, cancel, self.keep))

    def begin(self, client: int, session: Session | None, before: Session | None) -> None:
        """A new session, a week after the one `before` where that is to come; or the details of a session."""
        self._client, self._session = client, session
        self._turn += 1
        title = "A new session" if session is None else "The session"
        self._title.setText(title)
        self.setAccessibleName(title)
        self.keep.setText("Add" if session is None else "Save")
        self._trouble.hide()
        like = session or before
        at = words.moment(session.started_at) if session else usual_time(before, self._desk.now())
        self.when.setDateTime(parts.for_field(at))
        self.minutes.setValue(like.minutes if like and like.minutes else USUAL_MINUTES)
        self.modality.setCurrentIndex(MODALITIES.index(like.modality) if like and like.modality else 0)
        self.attendance.setCurrentIndex(ATTENDANCE.index(session.attendance) if session else 0)
        self.more.setValue(0)
        for widget in (self._weekly, self.more):
            widget.setVisible(session is None)
        self._begun = self._stated()

    def _stated(self) -> tuple[str, int, str, str]:
        """What the fields say: when, how long, how, and whether they came."""
        at = self.when.dateTime().toString("yyyy-MM-ddTHH:mm")
        how, came = MODALITIES[self.modality.currentIndex()], ATTENDANCE[self.attendance.currentIndex()]
        return at, self.minutes.value(), how, came

    def _call(self) -> None:
        """In words that are true of the time stated: nobody came yet to what is to come."""
        at = self.when.dateTime().toString("yyyy-MM-ddTHH:mm")
        for row, attendance in enumerate(ATTENDANCE):
            self.attendance.setItemText(row, attending.called(attendance, at, self._desk.now()))

    def save(self) -> None:
        """Add the session, or change what was changed; what a field shows and nobody touched is not stated by that."""
        at, minutes, modality, attendance = self._stated()
        before, turn = self._session, self._turn
        failed = lambda error: self._refused(error, turn)  # noqa: E731
        if before is None:
            self._desk.do(
                sessions.create_weekly,
                *(self._client, at, self.more.value(), minutes, modality, attendance),
                then=lambda made: self._entered(made, turn),
                failed=failed,
                owner=self,
            )
            return
        begun = self._begun
        self._desk.do(
            sessions.change,
            before.id,
            minutes if minutes != begun[1] else None,
            modality if modality != begun[2] else None,
            attendance if attendance != begun[3] else None,
            at if at != begun[0] else None,
            then=lambda session: self._changed(session, before, turn),
            failed=failed,
            owner=self,
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save()
        else:
            super().keyPressEvent(event)

    def _entered(self, made: list[Session], turn: int) -> None:
        self._over(turn)
        attending.say_entered(self._desk, made)

    def _changed(self, session: Session, before: Session, turn: int) -> None:
        self._over(turn)
        attending.say_changed(self._desk, session, before)

    def _over(self, turn: int) -> None:
        """What was begun in the form at that turn is saved; by now it may be put away, or about another session."""
        if turn == self._turn and not self.isHidden():
            self._done()

    def _refused(self, error: NotesError, turn: int) -> None:
        if turn == self._turn and not self.isHidden():
            self._complain(error)
        else:
            self._desk.complain(error)

    def _complain(self, error: NotesError) -> None:
        self._trouble.setText(in_words(error))
        self._trouble.show()


def usual_time(before: Session | None, now: datetime) -> datetime:
    """The weekday and hour of the last session, next time they come round; else the hour that has just begun."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    if before is None or len(before.started_at) <= 10:
        return this_hour
    usual = words.moment(before.started_at)
    if usual.date() == now.date() or usual > now:
        return usual + timedelta(days=7)
    days = (usual.weekday() - now.weekday()) % 7
    return usual.replace(year=now.year, month=now.month, day=now.day) + timedelta(days=days)
