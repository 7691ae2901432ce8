"""The window: the gate, then the frame: rooms on the left, the screen, what was said on top, what goes on below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QMainWindow, QStackedWidget, QWidget

from notes.desktop import notices, parts, place
from notes.desktop.daily_backup import DailyBackup
from notes.desktop.desk import Desk, Notice
from notes.desktop.frame import ROOMS, Frame, fill_menus, hide_what_floats, read_only_strip, sample_strip
from notes.desktop.gate import Gate
from notes.desktop.idle import Idle, System
from notes.desktop.screen import Screen
from notes.desktop.screens import SCREENS
from notes.desktop.worker import Kinds, Opened
from notes.errors import NotesError

if TYPE_CHECKING:
    from notes.desktop.first_run import FirstRun

TITLE = "Session Notes"
"""The title of every window: neutral, whoever is on the screen."""


class Window(QMainWindow):
    """One window on one vault. `start_afresh` replaces the program by a new one at the lock screen."""

    def __init__(self, desk: Desk, folder: Path | None, start_afresh: Callable[[Path], None]) -> None:
        super().__init__()
        self.desk, self.folder = desk, folder
        self._start_afresh = start_afresh
        self._screens: dict[str, Screen] = {}
        self._current: Screen | None = None
        self._been: list[tuple[str, dict[str, Any]]] = []
        self._frame: Frame
        self._ready = False
        self._house: Frame | None = None
        self._left: QWidget | None = None
        self._aside: QWidget | None = None
        self._read_only: QFrame | None = None
        self._typed: dict[str, dict[str, Any]] = {}
        self._locking = self._ended = False
        self._then: Callable[[], None] = lambda: None
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.resize(1180, 760)
        self.restoreGeometry(desk.preferences.geometry)
        self._all = QStackedWidget()
        self._strip = sample_strip()
        self._strip.setVisible(desk.sample)
        column, central = parts.stacked(self._strip, gap=0), QWidget()
        column.addWidget(self._all, 1)
        central.setLayout(column)
        self.setCentralWidget(central)
        fill_menus(self, desk)
        self.idle, self.system = Idle(lambda: desk.preferences.lock_after, parent=self), System(self)
        self.backup = DailyBackup(desk, lambda: self.idle.quiet, self)
        self.idle.lock_wanted.connect(self.lock)
        self.idle.soon.connect(self._say_soon)
        self.system.lock_wanted.connect(self.lock)
        desk.went.connect(self._go)
        desk.said.connect(self._say)
        desk.saved.connect(self._say_saved)
        desk.checked.connect(self._say_state)
        desk.identity_wanted.connect(self._ask_again)
        desk.worker.changed.connect(self._changed)
        desk.worker.at_work.connect(self._say_at_work)
        desk.worker.went_wrong.connect(self._went_wrong)
        if folder is not None:
            self.show_gate(folder)
        else:
            self.choose_vault()

    # --- before a vault is open --------------------------------------------------------------------------------

    def show_gate(self, folder: Path) -> None:
        """The lock screen of a vault."""
        self.folder = folder
        filled_in = b""
        if self.desk.sample:
            from notes.desktop import sample_practice

            self.desk.sample = not sample_practice.leave(folder)
            filled_in = sample_practice.passphrase() if self.desk.sample else b""
        self._strip.setVisible(self.desk.sample)
        self.gate = Gate(self.desk.worker, folder, filled_in=filled_in)
        self.gate.opened.connect(self._enter)
        self.gate.elsewhere.connect(self.choose_vault)
        self.gate.given_up.connect(self._give_up)
        self.gate.ready.connect(self._make_ready)
        self._put_in_front(self.gate)

    def choose_vault(self, restore: bool = False) -> None:
        """Make a vault, open another one, try the sample, or restore a backup."""
        from notes.desktop.first_run import FirstRun

        self.first_run: FirstRun = FirstRun(self.desk)
        self.first_run.chosen.connect(self.show_gate)
        self._put_in_front(self.first_run)
        if restore:
            self.first_run.restore()

    def _put_in_front(self, widget: QWidget) -> None:
        """Show it, and take away what was shown: at the next change it is gone."""
        before = self._all.currentWidget()
        self._all.addWidget(widget)
        self._all.setCurrentWidget(widget)
        self.menuBar().setVisible(widget is self._house)
        widget.setFocus()
        if self._aside is not None:
            self._aside.deleteLater()  # by Qt: buttons and what they run keep each other alive in Python
        self._aside = before
        if before is not None:
            self._all.removeWidget(before)

    # --- the frame ---------------------------------------------------------------------------------------------

    def _enter(self, opened: Opened) -> None:
        """The vault is open: build the frame, say what is to be said, and go to where one was."""
        assert self.folder is not None
        if not self.desk.sample:
            self.desk.preferences.remember(self.folder)
        self._make_ready()
        self._house = self._frame
        self._put_in_front(self._house)
        for name, run in (
            *((room, self._goer(room.removeprefix("go."))) for room in ROOMS),
            ("go.back", self.back),
            ("vault.lock", self.lock),
            ("vault.backup", lambda: self.desk.go("settings", part="backups")),
            ("vault.import", lambda: self.desk.go("settings", part="import")),
            ("vault.quit", self.close),
        ):
            self.desk.take_up(name, run)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self._house, self._frame.notice.dismiss)
        from notes.desktop import always  # read only now: the lock screen does not wait for it

        self.idle.begin()
        always.begin(self)
        self.backup.begin()
        self._typed = place.typed(opened.place)
        if opened.rollback:
            self._show_older_copy(opened.rollback)
        else:
            self._come_back(place.read(opened.place))
        for warning in opened.warnings:
            told = notices.in_the_window(warning)
            verb, go = notices.way(told, self.desk.go) or ("", None)
            self._frame.lines.later(Notice(told.text, told.detail, "attention", go, True, verb))
        self._frame.lines.next()

    def _come_back(self, was: place.Place | None) -> None:
        """To where one was on this day; a new day begins with its sessions: somebody else may be in the room."""
        if self.desk.unsaved and "note" in SCREENS:
            first, *others = self.desk.unsaved
            for note in others:
                go = partial(self.desk.go, "note", note=note, change="amendment")
                told = "The last lines of another note are not on disk yet."
                self._frame.lines.later(
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
                self._frame.lines.later(
                    Notice(told, undo=lambda: self.desk.go(was.screen, **was.place), verb="Go on there")
                )

    def _show_older_copy(self, told: str) -> None:
        from notes.desktop.older_copy import OlderCopy

        card = OlderCopy(self.desk.worker, told)
        card.restore_wanted.connect(self._restore_instead)
        card.read_wanted.connect(lambda: self.desk.go("today"))
        card.decided.connect(self._decided)
        self._frame.stack.addWidget(card)
        self._frame.stack.setCurrentWidget(card)
        self._read_only = read_only_strip(lambda: self._frame.stack.setCurrentWidget(card))
        self._frame.above.insertWidget(0, self._read_only)
        self._read_only.show()

    def _decided(self) -> None:
        if self._read_only is not None:
            self._read_only.hide()
        self.desk.go("today")
        self.desk.say("This copy is the record now.", "The access log says so, and why.")

    def _restore_instead(self) -> None:
        self._leave(lambda: self.choose_vault(restore=True))

    def _make_ready(self) -> None:
        """Build the frame, empty still: while the passphrase is typed, so that it is there when the vault is open."""
        if self._ready or self._locking:
            return
        self._frame = Frame(self.desk)
        self._frame.lines.over.connect(self._all_said)
        self._frame.identity.over.connect(self._after_identity)
        self._screen("today")
        self._ready = True

    def _screen(self, name: str) -> Screen:
        if name not in self._screens:
            self._screens[name] = SCREENS[name](self.desk)
            self._screens[name].take_up(self._typed.pop(name, {}))
            self._frame.stack.addWidget(self._screens[name])
        return self._screens[name]

    # --- going -------------------------------------------------------------------------------------------------

    def back(self) -> None:
        """To the screen before this one."""
        if len(self._been) > 1:
            self._been.pop()
            name, place = self._been.pop()
            self._go(name, place)

    def _goer(self, screen: str) -> Callable[[], None]:
        return lambda: self.desk.go(screen)

    def _go(self, name: str, place: dict[str, Any]) -> None:
        self._frame.identity.forget()
        if self._current is not None:
            if self._been:
                self._been[-1] = (self._current.name, self._current.place())
            self._current.leave()
            self._current.put_out_of_force()
        screen = self._current = self._screen(name)
        self._been.append((name, place))
        del self._been[:-50]
        screen.put_in_force()
        self.desk.saved.emit("")
        self._frame.stack.setCurrentWidget(screen)
        screen.arrive(**place)
        for room, made in self._frame.rooms.items():
            made.setCheckable(True)
            made.setChecked(room == name)

    def _changed(self, kinds: Kinds) -> None:
        if self._current is not None and self._current.shows & kinds:
            self._current.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file or folder from outside can be brought in."""
        urls = event.mimeData().urls()
        if self._house is not None and len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.desk.go("settings", part="import", path=event.mimeData().urls()[0].toLocalFile())

    # --- saying ------------------------------------------------------------------------------------------------

    def _say(self, notice: Notice | None) -> None:
        if self._house is not None:
            self._frame.lines.say(notice)

    def _all_said(self) -> None:
        if self._current is not None and self.focusWidget() is None:
            self._current.setFocus()

    def _say_saved(self, told: str) -> None:
        if self._house is not None:
            self._frame.foot.saved.setText(told)

    def _say_soon(self, seconds: int) -> None:
        self._frame.foot.locks.setText(f"Locks in {seconds} s" if seconds else "")

    def _say_state(self, told: str, tone: str) -> None:
        if self._house is not None:
            self._frame.foot.state.setText(told)
            parts.set_tone(self._frame.foot.state, tone)

    def _say_at_work(self, name: str) -> None:
        if self._house is not None:
            self._frame.foot.working.setText(f"{name} …" if name else "")

    def _went_wrong(self, error: BaseException) -> None:
        if isinstance(error, NotesError):
            self.desk.complain(error)
        else:
            self._say(notices.fault(error))

    # --- asking again ------------------------------------------------------------------------------------------

    def _ask_again(self, why: str, then: Callable[[], None], anew: bool) -> None:
        if self._frame.identity.valid and not anew:
            then()
            return
        self._frame.identity.ask(why, then)
        self._frame.stack.setCurrentWidget(self._frame.identity)
        self._frame.identity.setFocus()

    def _after_identity(self) -> None:
        if self._current is not None:
            self._frame.stack.setCurrentWidget(self._current)
            self._current.setFocus()

    # --- locking -----------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Lock at once: nothing is asked, nothing waits. What is unsaved is saved first, out of sight."""
        folder = self.folder
        if self._house is not None and folder is not None:
            self._leave(lambda: self._start_afresh(folder))
        elif folder is not None and not self._locking:
            self.gate.cancel()  # it was being unlocked: what comes of it is locked at once

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing saves and locks too, and then ends the program; not while there is text that could not be saved."""
        if self._ended or (self._house is None and not self._locking and not self.desk.unsaved):
            self.desk.preferences.geometry = self.saveGeometry()
            event.accept()
            return
        event.ignore()
        if self._house is not None or self._locking:
            self._leave(self._end)

    def end_now(self, patience: int = 10_000) -> None:
        """The session of the computer's user ends: save, lock, and come back when that is done."""
        if self.close():
            return  # there was nothing to save
        wait = QEventLoop()
        looks = QTimer(interval=20)
        looks.timeout.connect(lambda: wait.quit() if self._ended or self.desk.unsaved else None)
        looks.start()
        QTimer.singleShot(patience, wait, wait.quit)
        wait.exec()

    def _leave(self, then: Callable[[], None]) -> None:
        self._then = then
        if self._locking:
            return
        assert self.folder is not None
        self._locking = True
        self.desk.preferences.geometry = self.saveGeometry()
        was = self._where()
        self.idle.end()
        self.backup.end()
        hide_what_floats(self)
        self.desk.lay_down("go.undo")
        self._left, self._house, self._ready = self._house, None, False
        if self._left is not None:
            self._all.removeWidget(self._left)
        self.show_gate(self.folder)
        self.gate.setEnabled(False)
        self.desk.flush()
        self.desk.worker.lock(self._locked, self._locked, was)

    def _where(self) -> str | None:
        """Where one is and what was half written; a fault in telling it keeps nobody from locking."""
        try:
            typed = self._typed | {name: screen.typed() for name, screen in self._screens.items()}
            shown, today = self._current, self.desk.now().date()
            return place.write(shown.name, shown.place(), today, typed) if shown is not None else None
        except Exception as error:
            self._went_wrong(error)
            return None

    def _locked(self, _: object) -> None:
        """The keys are gone, also where the last line could not be written. Only text that was not saved is kept."""
        self._locking = False
        self.gate.setEnabled(True)
        self._forget()
        if self.desk.unsaved:
            self.gate.say_kept(len(self.desk.unsaved))
            self.gate.setFocus()
        else:
            self._then()

    def _forget(self) -> None:
        """Take down what was shown; the program goes on as it is when something could not be saved."""
        self._screens.clear()
        self._been.clear()
        self._current = None
        self.desk.lay_everything_down()
        if self._left is not None:
            self._left.deleteLater()
            self._left = None

    def _give_up(self) -> None:
        self.desk.unsaved.clear()
        self._end()

    def _end(self) -> None:
        self._ended = True
        self.close()
