"""What every screen is given: run an operation, go somewhere, say something, take up commands.

Screens speak to the desk only; the window listens to it. So a screen can be tested with a desk and no window.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from notes.desktop.preferences import Preferences
from notes.desktop.worker import Fault, Job, Worker
from notes.errors import NotesError

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtGui import QAction

    from notes.desktop.actions import Command
    from notes.desktop.verifying import Verifying
    from notes.practice.operations import Operation, P, R


class Notice(NamedTuple):
    """A line at the top of the window. `undo` takes back what it tells of."""

    text: str
    detail: str = ""
    tone: str = "plain"
    undo: Callable[[], None] | None = None
    stays: bool = False
    verb: str = "Undo"
    """What stands on the button, where `undo` does something else: goes to what the line tells of."""

    @property
    def can_be_undone(self) -> bool:
        """Whether it tells of something that can be taken back; the line stays for as long."""
        return self.undo is not None and self.verb == "Undo"


class Desk(QObject):
    """One for each window. `now` is the practice's own time, without a zone; by this computer's clock if not given."""

    went = Signal(str, object)
    """The screen to show, and the place in it, as a dict."""
    said = Signal(object)
    """A Notice to show; None takes it away."""
    saved = Signal(str)
    """What to say of the text being written: Saved 14:02."""
    checked = Signal(str, str)
    """What is known of the record's state, in a few words, and their tone: for the line at the foot."""
    verified = Signal(object)
    """The Report of a verification of everything that ran to its end."""
    identity_wanted = Signal(str, object, bool)
    """Why the passphrase is asked for again, what to do once it was right, and whether one given before does not do."""

    def __init__(
        self,
        worker: Worker,
        preferences: Preferences,
        now: Callable[[], datetime] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.worker, self.preferences, self.now = worker, preferences, now or _by_this_computer
        self.sample = False
        """Whether this is the sample practice, which is marked on every screen."""
        self.verifying: Verifying | None = None
        """The verification in the background, once the vault is open."""
        self._taken: dict[str, Callable[[], Any]] = {}
        self._before_lock: list[Callable[[], None]] = []
        self.unsaved: dict[int, str] = {}
        """Text by note that could not be saved. Filled by a save that failed, emptied by one that did not; while there
        is any, the program is neither replaced nor ended, and after unlocking the note is shown with it."""

    def do(
        self,
        operation: Operation[P, R],
        *args: Any,
        then: Callable[[R], None] | None = None,
        failed: Callable[[NotesError], None] | None = None,
        owner: QObject | None = None,
        label: str = "",
        latest: str | None = None,
        **kwargs: Any,
    ) -> Job:
        """Run an operation in the worker (see ``Worker.do``). Without `failed`, what goes wrong is said on top."""
        return self.worker.do(
            operation,
            *args,
            then=then,
            failed=failed or self.complain,
            owner=owner,
            label=label,
            latest=latest,
            **kwargs,
        )

    def go(self, screen: str, **place: Any) -> None:
        """Show a screen. `place` is what ``Screen.arrive`` takes."""
        self.went.emit(screen, place)

    def say(self, text: str, detail: str = "", *, tone: str = "plain", undo: Callable[[], None] | None = None) -> None:
        """Say a line at the top, for a while; `undo` offers to take back what was done."""
        self.said.emit(Notice(text, detail, tone, undo))

    def complain(self, error: NotesError) -> None:
        """Say what went wrong, why, and what to do; it stays until it is read."""
        if isinstance(error, Fault):
            return  # it has been said
        from notes.desktop import advice  # read only now: the lock screen does not wait for it

        told = " ".join(filter(None, (error.why, error.hint)))
        self.said.emit(Notice(advice.here(error.what), advice.here(told), "alarm", None, True))

    def confirm_identity(self, why: str, then: Callable[[], None], *, anew: bool = False) -> None:
        """Ask for the passphrase again before `then`: for what takes text out, or changes who can open the vault.

        One that was given a short while ago is enough, but not `anew`.
        """
        self.identity_wanted.emit(why, then, anew)

    # --- commands ----------------------------------------------------------------------------------------------

    @cached_property
    def _actions(self) -> dict[str, QAction]:
        from notes.desktop.actions import COMMANDS  # read only now: the lock screen has no commands

        return {command.name: self._action(command) for command in COMMANDS}

    def action(self, name: str) -> QAction:
        """The action of a command, for menus and buttons. Raises KeyError."""
        return self._actions[name]

    def take_up(self, name: str, run: Callable[[], Any]) -> None:
        """From now on the command `name` does this."""
        self._taken[name] = run
        self._actions[name].setEnabled(True)

    def lay_down(self, name: str) -> None:
        """The command is out of force."""
        self._taken.pop(name, None)
        self._actions[name].setEnabled(False)

    def _action(self, command: Command) -> QAction:
        from PySide6.QtGui import QAction, QKeySequence

        from notes.desktop import icons

        made = QAction(icons.icon(command.icon), command.text, self)
        made.setShortcuts([QKeySequence(keys) for keys in command.keys])
        made.setObjectName(command.name)
        made.setEnabled(False)
        made.triggered.connect(lambda: self._taken[command.name]())
        return made

    def lay_everything_down(self) -> None:
        """The vault is locked: no command is in force, and nobody has anything left to hand over."""
        for name in list(self._taken):
            self.lay_down(name)
        self._before_lock.clear()

    # --- locking -----------------------------------------------------------------------------------------------

    def before_lock(self, run: Callable[[], None]) -> None:
        """`run` hands what is unsaved to the worker; it is called before every lock, and must not ask or wait."""
        self._before_lock.append(run)

    def not_before_lock(self, run: Callable[[], None]) -> None:
        """Take back ``before_lock``."""
        if run in self._before_lock:
            self._before_lock.remove(run)

    def flush(self) -> None:
        """Hand everything unsaved to the worker. Whatever fails in one place, the others follow."""
        for run in list(self._before_lock):
            try:
                run()
            except Exception as error:
                self.worker.went_wrong.emit(error)


def _by_this_computer() -> datetime:
    from datetime import datetime  # read only now: the lock screen does not wait for it

    return datetime.now()
