"""The window: the lock screen, then the house of the open vault, then the lock screen again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from notes.desktop import parts
from notes.desktop.desk import Desk
from notes.desktop.gate import Gate
from notes.desktop.worker import Opened

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent

    from notes.desktop.first_run import FirstRun
    from notes.desktop.house import House

TITLE = "Session Notes"
"""The title of every window: neutral, whoever is on the screen."""


class Window(QMainWindow):
    """One window on one vault.

    `start_afresh` replaces the program by a new one: at the vault's lock screen, or, without a vault, where a backup is
    restored.
    """

    furnished = Signal()
    """What an open vault needs has been built, and the lock screen was on the screen before."""

    def __init__(self, desk: Desk, folder: Path | None, start_afresh: Callable[[Path | None], None]) -> None:
        super().__init__()
        self.desk, self.folder = desk, folder
        self._start_afresh = start_afresh
        self.house: House | None = None
        """What is seen of the vault; None while it is locked."""
        self._built: House | None = None
        self._left: House | None = None
        self._aside: QWidget | None = None
        self._strip: QFrame | None = None
        self._locking = self._ended = False
        self._then: Callable[[], None] = lambda: None
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.resize(QSize(1180, 760).boundedTo(self.screen().availableSize()))
        self.restoreGeometry(desk.preferences.geometry)
        self._all, central = QStackedWidget(), QWidget()
        self._column: QVBoxLayout = parts.stacked(gap=0)
        self._column.addWidget(self._all, 1)
        central.setLayout(self._column)
        self.setCentralWidget(central)
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
        self._mark_sample()
        self.gate = Gate(self.desk.worker, folder, filled_in=filled_in)
        self.gate.opened.connect(self._enter)
        self.gate.elsewhere.connect(self.choose_vault)
        self.gate.given_up.connect(self._give_up)
        self.gate.ready.connect(self._furnish)
        self._put_in_front(self.gate)

    def choose_vault(self) -> None:
        """Make a vault, open another one, try the sample, or restore a backup."""
        from notes.desktop.first_run import FirstRun

        self.first_run: FirstRun = FirstRun(self.desk)
        self.first_run.chosen.connect(self.show_gate)
        self._put_in_front(self.first_run)

    def _mark_sample(self) -> None:
        """The strip that says so stands above everything, for as long as it is the sample."""
        if self._strip is None and self.desk.sample:
            from notes.desktop.strips import sample_strip

            self._strip = sample_strip()
            self._column.insertWidget(0, self._strip)
        if self._strip is not None:
            self._strip.setVisible(self.desk.sample)

    def _put_in_front(self, widget: QWidget) -> None:
        """Show it, and take away what was shown: at the next change it is gone."""
        before = self._all.currentWidget()
        if self._all.indexOf(widget) < 0:
            self._all.addWidget(widget)
        self._all.setCurrentWidget(widget)
        widget.setFocus()
        if self._aside is not None:
            self._aside.deleteLater()  # by Qt: buttons and what they run keep each other alive in Python
        self._aside = before
        if before is not None:
            self._all.removeWidget(before)

    # --- while it is open --------------------------------------------------------------------------------------

    def _furnish(self) -> None:
        """Build what is shown of an open vault, empty still: done while the passphrase is typed."""
        if self._built is not None or self.house is not None or self._locking:
            return
        from notes.desktop import always  # read only now: the lock screen does not wait for them
        from notes.desktop.frame import fill_menus
        from notes.desktop.house import House

        if not self.menuBar().actions():
            fill_menus(self, self.desk)
        self._built = House(self.desk)
        self._built.lock_wanted.connect(self.lock)
        self._built.restore_wanted.connect(self._restore_instead)
        self._all.addWidget(self._built)
        always.furnish(self)
        self.furnished.emit()

    def _enter(self, opened: Opened) -> None:
        """The vault is open: show it, say what is to be said, and go to where one was."""
        assert self.folder is not None
        if not self.desk.sample:
            self.desk.preferences.remember(self.folder)
        self._furnish()
        assert self._built is not None
        self.house, self._built = self._built, None
        self._put_in_front(self.house)
        self.menuBar().show()
        self.desk.take_up("vault.lock", self.lock)
        self.desk.take_up("vault.quit", self.close)
        self.house.begin()
        from notes.desktop import always

        always.begin(self)
        self.house.arrive(opened)

    def _restore_instead(self) -> None:
        self._leave(lambda: self._start_afresh(None))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file or folder from outside can be brought in."""
        urls = event.mimeData().urls()
        if self.house is not None and len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.desk.go("settings", part="import", path=event.mimeData().urls()[0].toLocalFile())

    # --- locking -----------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Lock at once: nothing is asked, nothing waits. What is unsaved is saved first, out of sight."""
        folder = self.folder
        if self.house is not None and folder is not None:
            self._leave(lambda: self._start_afresh(folder))
        elif folder is not None and not self._locking:
            self.gate.cancel()  # it was being unlocked: what comes of it is locked at once

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing saves and locks too, and then ends the program; not while there is text that could not be saved."""
        if self._ended or (self.house is None and not self._locking and not self.desk.unsaved):
            self.desk.preferences.geometry = self.saveGeometry()
            event.accept()
            return
        event.ignore()
        if self.house is not None or self._locking:
            self._leave(self._end)

    def end_now(self, patience: int = 10_000) -> None:
        """The session of the computer's user ends: save, lock, and come back when that is done."""
        if self.close():
            return  # there was nothing to save
        from PySide6.QtCore import QEventLoop

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
        was = None
        self._left, self.house = self.house, None
        if self._left is not None:
            was = self._left.where()
            self._left.end()
            self._all.removeWidget(self._left)
        hide_what_floats(self)
        self.menuBar().hide()
        self.show_gate(self.folder)
        self.gate.setEnabled(False)
        self.desk.flush()
        self.desk.worker.lock(self._locked, self._locked, was)

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


def hide_what_floats(window: QWidget) -> None:
    """Take menus, dialogs and tips off the screen: they too show what is inside."""
    for widget in QApplication.topLevelWidgets():
        if widget is not window and widget.isVisible():
            widget.close()
