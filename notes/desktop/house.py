"""The house: what is seen of an open vault. The rooms on the left, one screen, what was said on top, the foot below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QWidget

from notes.desktop import faults, notices, parts, place, theme
from notes.desktop.daily_backup import DailyBackup
from notes.desktop.desk import Desk, Notice
from notes.desktop.frame import ROOMS, Foot, Rooms
from notes.desktop.identity import Identity
from notes.desktop.idle import Idle
from notes.desktop.lines import Lines, NoticeBar
from notes.desktop.screen import Screen
from notes.desktop.screens import AHEAD, SCREENS
from notes.desktop.strips import read_only_strip
from notes.desktop.worker import Kinds, Opened
from notes.errors import NotesError

AFTER_ARRIVING = 1000
"""Milliseconds. What is read ahead earlier would make Today come later."""


class House(QWidget):
    """One for each unlocking. Built empty, while the passphrase is typed; ``begin`` opens it, ``end`` closes it."""

    lock_wanted = Signal()
    """Nobody has been here for a while."""
    restore_wanted = Signal()
    """Instead of this older copy."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.screens: dict[str, Screen] = {}
        self.current: Screen | None = None
        self._been: list[tuple[str, dict[str, Any]]] = []
        self._typed: dict[str, dict[str, Any]] = {}
        self._read_only: QFrame | None = None
        self.idle = Idle(lambda: desk.preferences.lock_after, parent=self)
        self.backup = DailyBackup(desk, lambda: self.idle.quiet, self)
        self._build()
        self.idle.lock_wanted.connect(self.lock_wanted)
        self.idle.soon.connect(self._say_soon)
        self.lines.over.connect(self._all_said)
        self.identity.over.connect(self._after_identity)
        self._hears = (
            (desk.went, self._go),
            (desk.said, self.lines.say),
            (desk.saved, self.foot.saved.setText),
            (desk.checked, self._say_state),
            (desk.identity_wanted, self._ask_again),
            (desk.worker.changed, self._changed),
            (desk.worker.at_work, self._say_at_work),
            (desk.worker.went_wrong, self._went_wrong),
        )
        QTimer.singleShot(0, self, lambda: self._screen("today"))  # in a step of its own: somebody is typing

    def _build(self) -> None:
        rooms = Rooms(self.desk)
        self.rooms = rooms.buttons
        self.foot, self.notice = Foot(), NoticeBar()
        self.lines = Lines(self.desk, self.notice, lambda: self.idle.quiet)
        self.stack, self.identity = parts.Pages(), Identity(self.desk.worker)
        self.stack.addWidget(self.identity)
        self._above = parts.stacked(self.notice, gap=theme.S, margin=(theme.L, theme.S))
        middle = parts.stacked(gap=0)
        middle.addLayout(self._above)
        middle.addWidget(parts.scrolling(self.stack), 1)
        middle.addWidget(self.foot)
        row = parts.beside(gap=0)
        row.addWidget(rooms)
        row.addLayout(middle, 1)
        self.setLayout(row)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._escape)

    # --- opening and closing -----------------------------------------------------------------------------------

    def begin(self) -> None:
        """The vault is open: from now on it hears and does what is asked."""
        for told, heard in self._hears:
            told.connect(heard)
        for room in ROOMS:
            self.desk.take_up(room, partial(self.desk.go, room.removeprefix("go.")))
        self.desk.take_up("go.back", self.back)
        self.desk.take_up("vault.backup", partial(self.desk.go, "settings", part="backups"))
        self.desk.take_up("vault.keys", partial(self.desk.go, "settings", part="keys"))
        self.desk.take_up("vault.import", partial(self.desk.go, "settings", part="import"))
        self.idle.begin()
        self.backup.begin()

    def end(self) -> None:
        """The vault is about to be locked: nothing is heard, said or done here any more."""
        for told, heard in self._hears:
            told.disconnect(heard)
        self.idle.end()
        self.backup.end()
        self.desk.lay_down("go.undo")

    def arrive(self, opened: Opened) -> None:
        """Say what is to be said first, and go to where one was."""
        self._typed = place.typed(opened.place)
        if opened.rollback:
            self._show_older_copy(opened.rollback)
        else:
            self._come_back(place.read(opened.place))
        for warning in opened.warnings:
            told = notices.in_the_window(warning)
            verb, go = notices.way(told, self.desk.go) or ("", None)
            self.lines.later(Notice(told.text, told.detail, "attention", go, True, verb))
        self.lines.next()
        QTimer.singleShot(AFTER_ARRIVING, self, lambda: self.desk.worker.read_ahead(AHEAD))

    def where(self) -> str | None:
        """Where one is and what was half written, for ``Opened.place``; a fault in telling it stops nobody."""
        try:
            typed = self._typed | {name: screen.typed() for name, screen in self.screens.items()}
            shown, today = self.current, self.desk.now().date()
            return place.write(shown.name, shown.place(), today, typed) if shown is not None else None
        except Exception as error:
            self._went_wrong(error)
            return None

    def _come_back(self, was: place.Place | None) -> None:
        """To where one was on this day; a new day begins with its sessions: somebody else may be in the room."""
        if self.desk.unsaved and "note" in SCREENS:
            first, *others = self.desk.unsaved
            for note in others:
                go = partial(self.desk.go, "note", note=note, change="amendment")
                told = "The last lines of another note are not on disk yet."
                self.lines.later(
                    Notice(told, "They are saved as soon as it is open.", "attention", go, True, "Open it")
                )
            self.desk.go("note", note=first, change="amendment")  # to a draft it says nothing
        elif was is None or was.screen not in SCREENS:
            self.desk.go("today")
        elif was.day == self.desk.now().date().isoformat():
            self.desk.go(was.screen, **was.place)
        else:
            self.desk.go("today")
            if was.screen != "today":
                told = "A new day begins here. You were elsewhere when it locked."
                self.lines.later(Notice(told, undo=lambda: self.desk.go(was.screen, **was.place), verb="Go on there"))

    # --- an older copy -----------------------------------------------------------------------------------------

    def _show_older_copy(self, told: str) -> None:
        from notes.desktop.older_copy import OlderCopy

        card = OlderCopy(self.desk.worker, told)
        card.restore_wanted.connect(self.restore_wanted)
        card.read_wanted.connect(lambda: self.desk.go("today"))
        card.decided.connect(self._decided)
        self.stack.addWidget(card)
        self.stack.setCurrentWidget(card)
        self._read_only = read_only_strip(lambda: self.stack.setCurrentWidget(card))
        self._above.insertWidget(0, self._read_only)
        self._read_only.show()

    def _decided(self) -> None:
        if self._read_only is not None:
            self._read_only.hide()
        self.desk.go("today")
        self.desk.say("This copy is the record now.", "The access log says so, and why.")

    # --- going -------------------------------------------------------------------------------------------------

    def back(self) -> None:
        """To the screen before this one."""
        if len(self._been) > 1:
            self._been.pop()
            self._turn_to(*self._been[-1])

    def _screen(self, name: str) -> Screen:
        if name not in self.screens:
            self.screens[name] = SCREENS[name](self.desk, self.stack)
            self.screens[name].take_up(self._typed.pop(name, {}))
            self.stack.addWidget(self.screens[name])
        return self.screens[name]

    def _go(self, name: str, place: dict[str, Any]) -> None:
        if self.current is not None and self._been:
            self._been[-1] = (self.current.name, self.current.place())
        self._been.append((name, place))
        del self._been[:-50]
        self._turn_to(name, place)

    def _turn_to(self, name: str, place: dict[str, Any]) -> None:
        self.identity.forget()
        if self.current is not None:
            self.current.leave()
            self.current.put_out_of_force()
        screen = self.current = self._screen(name)
        screen.put_in_force()
        self.desk.saved.emit("")
        self.stack.setCurrentWidget(screen)
        screen.arrive(**place)
        for room, made in self.rooms.items():
            made.setCheckable(True)
            made.setChecked(room == name)

    def _changed(self, kinds: Kinds) -> None:
        if self.current is not None and self.current.shows & kinds:
            self.current.refresh()

    # --- saying ------------------------------------------------------------------------------------------------

    def _all_said(self) -> None:
        if self.current is not None and self.window().focusWidget() is None:
            self.current.setFocus()

    def _say_soon(self, seconds: int) -> None:
        self.foot.locks.setText(f"Locks in {seconds} s" if seconds else "")

    def _say_state(self, told: str, tone: str) -> None:
        self.foot.state.setText(told)
        parts.set_tone(self.foot.state, tone)

    def _say_at_work(self, name: str) -> None:
        self.foot.working.setText(f"{name} …" if name else "")

    def _went_wrong(self, error: BaseException) -> None:
        if isinstance(error, NotesError):
            self.desk.complain(error)
        else:
            self.lines.say(faults.notice(error))

    def _escape(self) -> None:
        if self.stack.currentWidget() is self.identity:
            self.identity.call_off()
        elif self.current is None or not self.current.escape():
            self.notice.dismiss()

    # --- asking again ------------------------------------------------------------------------------------------

    def _ask_again(self, why: str, then: Callable[[], None], anew: bool) -> None:
        if self.identity.valid and not anew:
            then()
            return
        self.identity.ask(why, then, once=anew)
        self.stack.setCurrentWidget(self.identity)
        self.identity.setFocus()

    def _after_identity(self) -> None:
        if self.current is not None:
            self.stack.setCurrentWidget(self.current)
            self.current.setFocus()
