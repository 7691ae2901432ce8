"""The window: the gate, then the frame: rooms on the left, the screen, what was said on top, what goes on below."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QMainWindow, QStackedWidget, QToolButton, QWidget

from notes.desktop import advice, always, parts, theme
from notes.desktop.actions import COMMANDS, MENUS
from notes.desktop.desk import Desk, Notice
from notes.desktop.gate import Gate
from notes.desktop.parts import NoticeBar
from notes.desktop.screen import Screen
from notes.desktop.screens import SCREENS
from notes.desktop.worker import Kinds
from notes.errors import NotesError

TITLE = "Session Notes"
"""The title of every window: neutral, whoever is on the screen."""
NOTICE_STAYS = 8000
"""Milliseconds for which a line that needs nothing done stays on top."""
ROOMS = ("go.today", "go.clients", "go.search", "go.log", "go.settings")


class Window(QMainWindow):
    """One window on one vault. `start_afresh` replaces the program by a new one at the lock screen."""

    def __init__(self, desk: Desk, folder: Path, start_afresh: Callable[[Path], None]) -> None:
        super().__init__()
        self.desk, self.folder = desk, folder
        self._start_afresh = start_afresh
        self._screens: dict[str, Screen] = {}
        self._current: Screen | None = None
        self._been: list[tuple[str, dict[str, Any]]] = []
        self._locking = False
        self.setWindowTitle(TITLE)
        self.resize(1180, 760)
        self.restoreGeometry(desk.preferences.geometry)
        self._all = QStackedWidget()
        self.setCentralWidget(self._all)
        self.gate = Gate(desk.worker, folder)
        self.gate.opened.connect(self._enter)
        self._all.addWidget(self.gate)
        self.menuBar().hide()
        self.gate.setFocus()
        desk.went.connect(self._go)
        desk.said.connect(self._say)
        desk.saved.connect(self._say_saved)
        desk.checked.connect(self._say_state)
        desk.worker.changed.connect(self._changed)
        desk.worker.at_work.connect(self._say_at_work)
        desk.worker.went_wrong.connect(self._went_wrong)

    # --- the frame ---------------------------------------------------------------------------------------------

    def _enter(self, warnings: list[str]) -> None:
        """The vault is open: build the frame, and go to where one was."""
        self.desk.preferences.remember(self.folder)
        house = self._house()
        self._all.addWidget(house)
        self._all.setCurrentWidget(house)
        self._build_menus()
        for name, run in (
            *((room, self._goer(room.removeprefix("go."))) for room in ROOMS),
            ("go.back", self.back),
            ("vault.lock", self.lock),
            ("vault.quit", self.close),
        ):
            self.desk.take_up(name, run)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self._notice.dismiss)
        always.begin(self)
        self.desk.go("today")
        if warnings:
            warnings = [advice.here(warning) for warning in warnings]
            self.desk.said.emit(Notice(warnings[0], "\n".join(warnings[1:]), "attention", None, True))

    def _house(self) -> QWidget:
        side = QFrame()
        side.setObjectName("side")
        side.setFixedWidth(theme.characters(26))
        rooms = parts.stacked(gap=theme.XS, margin=(theme.S, theme.L))
        self._rooms: dict[str, QToolButton] = {}
        for name in ROOMS:
            made = self._room(name)
            self._rooms[name.removeprefix("go.")] = made
            rooms.addWidget(made)
        rooms.addStretch(1)
        rooms.addWidget(self._room("vault.veil"))
        rooms.addWidget(self._room("vault.lock"))
        side.setLayout(rooms)

        self._notice = NoticeBar()
        self._notice.closed.connect(self._back_to_screen)
        self._away = QTimer(self, singleShot=True, interval=NOTICE_STAYS)
        self._away.timeout.connect(self._notice.dismiss)
        self._screen_stack = QStackedWidget()
        above = parts.stacked(self._notice, gap=0, margin=(theme.L, theme.S))
        middle = parts.stacked(gap=0)
        if self.desk.sample:
            middle.addWidget(_strip())
        middle.addLayout(above)
        middle.addWidget(self._screen_stack, 1)
        middle.addWidget(self._foot())
        house = QWidget()
        row = parts.beside(gap=0)
        row.addWidget(side)
        row.addLayout(middle, 1)
        house.setLayout(row)
        return house

    def _room(self, name: str) -> QToolButton:
        made = parts.tool(self.desk.action(name), text=True)
        made.setSizePolicy(made.sizePolicy().Policy.Expanding, made.sizePolicy().Policy.Fixed)
        made.setIconSize(QSize(20, 20))
        made.setMinimumHeight(theme.TARGET)
        return made

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setObjectName("foot")
        self._saved = parts.words(scale=theme.SMALL, tone="quiet", wrap=False)
        self._working = parts.words(scale=theme.SMALL, tone="quiet", wrap=False)
        self.state = parts.words(scale=theme.SMALL, tone="quiet", wrap=False)
        """What the verification in the background found, in words."""
        across = parts.beside(self._saved, 0, self._working, self.state, gap=theme.L, margin=(theme.L, theme.XS))
        foot.setLayout(across)
        return foot

    def _build_menus(self) -> None:
        for menu in MENUS:
            made = self.menuBar().addMenu(menu)
            made.addActions([self.desk.action(command.name) for command in COMMANDS if command.menu == menu])
        self.addActions([self.desk.action(command.name) for command in COMMANDS])
        self.menuBar().show()

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
        if self._current is not None:
            self._current.leave()
            for command in self._current.commands:
                self.desk.lay_down(command)
            if self._been:
                self._been[-1] = (self._current.name, self._current.place())
        if name not in self._screens:
            self._screens[name] = SCREENS[name](self.desk)
            self._screen_stack.addWidget(self._screens[name])
        screen = self._screens[name]
        self._current = screen
        self._been.append((name, place))
        del self._been[:-50]
        for command in screen.commands:
            self.desk.take_up(command, getattr(screen, command.replace(".", "_")))
        self.desk.saved.emit("")
        self._screen_stack.setCurrentWidget(screen)
        screen.arrive(**place)
        for room, made in self._rooms.items():
            made.setCheckable(True)
            made.setChecked(room == name)

    def _back_to_screen(self) -> None:
        if self._current is not None and self.focusWidget() is None:
            self._current.setFocus()

    def _changed(self, kinds: Kinds) -> None:
        if self._current is not None and self._current.shows & kinds:
            self._current.refresh()

    # --- saying ------------------------------------------------------------------------------------------------

    def _say(self, notice: Notice | None) -> None:
        self._away.stop()
        if notice is None:
            self._notice.dismiss()
            return
        self._notice.tell(notice.text, notice.detail, notice.tone, notice.undo)
        if not notice.stays:
            self._away.start()

    def _say_saved(self, told: str) -> None:
        self._saved.setText(told)

    def _say_state(self, told: str, tone: str) -> None:
        self.state.setText(told)
        parts.set_tone(self.state, tone)

    def _say_at_work(self, name: str) -> None:
        if hasattr(self, "_working"):
            self._working.setText(f"{name} …" if name else "")

    def _went_wrong(self, error: BaseException) -> None:
        if isinstance(error, NotesError):
            self.desk.complain(error)
            return
        where = traceback.extract_tb(error.__traceback__)[-1]  # its text could hold what was being worked on
        told = f"{type(error).__name__}, {Path(where.filename).name}:{where.lineno}"
        self._say(
            Notice(
                "Session Notes has a fault.",
                f"Nothing half-done was kept. Please report this line; it holds no client data: {told}",
                "alarm",
                None,
                True,
            )
        )

    # --- locking -----------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Lock at once: nothing is asked, nothing waits. What is unsaved is saved first, out of sight."""
        self._leave(lambda: self._start_afresh(self.folder))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing saves and locks too, and then ends the program."""
        if self._locking or self._all.currentWidget() is self.gate:
            self.desk.preferences.geometry = self.saveGeometry()
            event.accept()
            return
        event.ignore()
        self._leave(self._end)

    def _leave(self, then: Callable[[], None]) -> None:
        if self._locking:
            return
        self._locking = True
        self.desk.preferences.geometry = self.saveGeometry()
        self._all.setCurrentWidget(self.gate)
        self.menuBar().hide()
        self.desk.flush()
        self.desk.worker.lock(lambda _: then(), self._could_not_lock)

    def _could_not_lock(self, error: NotesError) -> None:
        self._locking = False
        self.desk.complain(error)

    def _end(self) -> None:
        self.close()


def _strip() -> QFrame:
    strip = QFrame()
    strip.setObjectName("strip")
    told = parts.words("Sample practice: invented clients, thrown away at the end. Write no real client in here.")
    told.setFont(theme.font(theme.SMALL))
    strip.setLayout(parts.beside(told, margin=(theme.L, theme.XS)))
    return strip
