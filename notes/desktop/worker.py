"""The worker: the one thread that owns the vault.

Screens hand it operations; each runs alone, in the order in which it was asked for, and its result comes back to the
main thread. What is long and can wait (``in_background``) runs only while nothing else is asked for, and is stopped
and begun again when something is.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import queue
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from notes.errors import Cancelled, NotesError, UsageError

if TYPE_CHECKING:
    from notes.practice.operations import Operation, P, R
    from notes.practice.practice import Practice
    from notes.vault.slots import Secret

NEEDED = (
    *("notes.practice.opening", "sqlalchemy.dialects.sqlite"),
    *("notes.desktop.house", "notes.desktop.today", "notes.desktop.always"),
)
"""Modules that unlocking needs and the lock screen does not."""
COLLECT_EVERY = 1000
"""Milliseconds between two looks at whether Python's garbage is to be collected."""
SHOWN_AFTER = 200
"""Milliseconds after which the window shows that something is at work."""

Kinds = frozenset[str]
"""Kinds of thing that changed, by the first word of the event: client, session, note, key, backup, log, vault."""

EVERYTHING: Kinds = frozenset({"client", "session", "note", "key", "backup", "log", "vault"})


class Fault(NotesError):
    """A fault in the program, for those who wait for an answer; ``went_wrong`` has said where it is."""


class Opened(NamedTuple):
    """A vault that was unlocked: what to say first, where one was, and what is missing if it is an older copy."""

    warnings: tuple[str, ...] = ()
    place: str | None = None
    rollback: str = ""


class Job:
    """Something to run in the worker's thread. `then` and `failed` run in the main thread, unless `owner` is gone."""

    def __init__(
        self,
        run: Callable[[Job], Any],
        then: Callable[[Any], None] | None = None,
        failed: Callable[[NotesError], None] | None = None,
        owner: QObject | None = None,
        name: str = "",
        latest: str | None = None,
        changes: Kinds = frozenset(),
        background: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self.run, self.then, self.failed, self.owner, self.name = run, then, failed, owner, name
        self.latest, self.changes, self.background, self.progress = latest, changes, background, progress
        self.stopped = threading.Event()
        self.begin_again = False

    def stop(self) -> None:
        """Ask it to end. It ends at its next step, with nothing half-done kept."""
        self.stopped.set()

    def let_go(self) -> None:
        """It was answered: keep no widget alive. The worker's thread may be the last to drop the job, and a widget must
        not end there."""
        self.then = self.failed = self.owner = self.progress = None
        self.run = _nothing

    def check(self) -> None:
        """Called by long work between its steps. Raises Cancelled."""
        if self.stopped.is_set():
            raise Cancelled("It was stopped.", "", "Nothing half-done was kept.")


class Queue(queue.PriorityQueue[tuple[int, int, Job | None]]):
    """Jobs, those that run in the background last."""


def collect() -> None:
    """Collect garbage where as much has come together as makes Python do it by itself.

    By itself it would do it in whichever thread comes to need memory. In the worker's that ends widgets there, and Qt
    then ends the program.
    """
    for generation, (count, limit) in reversed(list(enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)))):
        if count > limit:
            gc.collect(generation)
            return


def _nothing(_: Job) -> None:
    pass


class Worker(QObject):
    """Owns the vault. Every method is called from the main thread."""

    changed = Signal(object)
    """Kinds, after an operation that changed the record."""
    at_work = Signal(str)
    """The name of what has been running for a while; empty when nothing is."""
    went_wrong = Signal(object)
    """An error that nobody asked to hear of: a NotesError to show, or a fault in the program."""

    _ended = Signal(object, object, object)
    _progressed = Signal(object, str, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue, self._aside = Queue(), Queue()
        self._numbers = itertools.count()
        self._newest: dict[str, Job] = {}
        self._running: Job | None = None
        self._waiting = self._behind = 0
        self._long: list[Job] = []
        self._guard = threading.Lock()
        self._practice: Practice | None = None
        self._ended.connect(self._deliver)
        self._progressed.connect(self._tell)
        self._clock = QTimer(self, singleShot=True, interval=SHOWN_AFTER)
        self._clock.timeout.connect(self._say_at_work)
        gc.disable()
        self._garbage = QTimer(self, interval=COLLECT_EVERY)
        self._garbage.timeout.connect(collect)
        self._garbage.start()
        self._thread = threading.Thread(target=self._live, args=(self._queue,), name="vault", daemon=True)
        self._thread.start()
        threading.Thread(target=self._live, args=(self._aside,), name="aside", daemon=True).start()

    @property
    def idle(self) -> bool:
        """Whether everything asked for has been answered; what runs in the background does not count."""
        return self._waiting == self._behind

    # --- what the main thread asks for -------------------------------------------------------------------------

    def prepare(self, then: Callable[[], None], owner: QObject) -> None:
        """Read what unlocking will need, while the passphrase is being typed."""
        for module in NEEDED:
            self._put(Job(lambda _, module=module: importlib.import_module(module)))  # type: ignore[misc]
        self._put(Job(_nothing, lambda _: then(), owner=owner))

    def read_ahead(self, modules: Sequence[str]) -> None:
        """Read modules that will be wanted soon, in the thread apart."""
        for module in modules:
            self.apart(lambda _, module=module: importlib.import_module(module))  # type: ignore[misc]

    def unlock(
        self,
        folder: Path,
        secret: Secret,
        then: Callable[[Opened], None],
        failed: Callable[[NotesError], None],
    ) -> None:
        """Unlock the vault. The secret is wiped."""

        def run(job: Job) -> Opened:
            from notes.practice import opening  # read only here: the lock screen does not wait for it
            from notes.practice.surroundings import this_computer
            from notes.vault import keys

            try:
                self._practice = opening.unlock(folder, secret, face="window", surroundings=this_computer())
            finally:
                keys.wipe(secret.value)
            rollback = str(self._practice.rollback or "")
            warnings = tuple(told for told in self._practice.warnings if not (rollback and told.startswith(rollback)))
            return Opened(warnings, self._practice.place, rollback)

        self._put(Job(run, then, failed, name="Unlocking"))

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
        """Run an operation; `label` is said while it is at work.

        Of several with the same `latest`, only the one asked for last is run and answered.
        """
        event = operation.event
        changes = frozenset({event.name.partition(".")[0]}) if event.action in ("C", "U", "D") else frozenset[str]()
        changes = EVERYTHING if event.name.startswith("import.") and changes else changes

        def run(job: Job) -> R:
            return self._open().do(operation, *args, **kwargs)

        return self._put(Job(run, then, failed, owner, label, latest, changes))

    def run(
        self,
        function: Callable[[Practice, Job], Any],
        *,
        then: Callable[[Any], None] | None = None,
        failed: Callable[[NotesError], None] | None = None,
        progress: Callable[[str, int, int], None] | None = None,
        owner: QObject | None = None,
        name: str = "",
        changes: Kinds = frozenset(),
        background: bool = False,
    ) -> Job:
        """Run what is more than one operation: a backup, a save inside a spell. `function` calls ``job.check``.

        With `background` it runs while nothing else is asked for; when something is, it is stopped and begun again.
        """
        job = Job(
            lambda job: function(self._open(), job),
            then,
            failed,
            owner,
            name,
            None,
            changes,
            background,
            progress,
        )
        return self._put(job)

    def apart(
        self,
        function: Callable[[Job], Any],
        *,
        then: Callable[[Any], None] | None = None,
        failed: Callable[[NotesError], None] | None = None,
        progress: Callable[[str, int, int], None] | None = None,
        owner: QObject | None = None,
        name: str = "",
        latest: str | None = None,
    ) -> Job:
        """Run what needs no unlocked vault: creating one, looking at a backup.

        It has a thread of its own: a folder that does not answer keeps nobody from saving or locking.
        """
        return self._put(Job(function, then, failed, owner, name, latest, progress=progress), self._aside)

    def lock(self, then: Callable[[Any], None], failed: Callable[[NotesError], None], place: str | None = None) -> None:
        """Lock the vault, after everything asked for so far; what takes long or runs in the background is stopped.

        `place` is where the window was, kept in the record. The keys are wiped even when the last line cannot be
        written; then `failed` is told.
        """

        def run(job: Job) -> None:
            practice, self._practice = self._practice, None
            if practice is not None:
                practice.lock(place)

        self._put(Job(run, then, failed, name="Locking"))
        for job in self._long:
            job.stop()
            job.begin_again = False

    def stop(self) -> None:
        """Lock the vault if it is open, and end the thread: when the program ends."""
        self.lock(lambda _: None, lambda _: None)
        self._queue.put((2, next(self._numbers), None))
        self._aside.put((2, next(self._numbers), None))
        self._thread.join()
        self._garbage.stop()
        gc.enable()

    def progress(self, job: Job) -> Callable[[str, int, int], None]:
        """What long work calls as it goes on: it tells the window, and raises Cancelled when it is to end."""

        def tell(what: str, done: int, total: int) -> None:
            job.check()
            self._progressed.emit(job, what, done, total)

        return tell

    # --- in the main thread ------------------------------------------------------------------------------------

    def _put(self, job: Job, where: Queue | None = None) -> Job:
        if job.latest is not None:
            if before := self._newest.get(job.latest):
                before.stop()
            self._newest[job.latest] = job
        with self._guard:
            makes_way = where is None and self._running is not None and self._running.background
            if makes_way and self._running is not None and not job.background:
                self._running.begin_again = True
                self._running.stop()
        self._waiting += 1
        self._behind += job.background
        if job.background or job.progress is not None:
            self._long.append(job)
        if not self._clock.isActive():
            self._clock.start()
        (where or self._queue).put((1 if job.background else 0, next(self._numbers), job))
        return job

    def _deliver(self, job: Job, result: Any, error: BaseException | None) -> None:
        self._waiting -= 1
        self._behind -= job.background
        if job in self._long:
            self._long.remove(job)
        if not self._waiting:
            self._clock.stop()
            self.at_work.emit("")
        if job.begin_again:
            job.begin_again = False
            job.stopped.clear()
            self._put(job)
            return
        then, failed, owner, changes, latest = job.then, job.failed, job.owner, job.changes, job.latest
        job.let_go()
        gone = owner is not None and not shiboken6.isValid(owner)
        if error is None and changes:
            self.changed.emit(changes)
        if gone or (latest is not None and self._newest.get(latest) is not job):
            return
        if error is None:
            if then is not None:
                then(result)
        elif isinstance(error, NotesError):
            if failed is not None:
                failed(error)
            elif not isinstance(error, Cancelled):  # who stopped it knows
                self.went_wrong.emit(error)
        else:
            self.went_wrong.emit(error)
            if failed is not None:
                failed(Fault("Session Notes has a fault.", f"{type(error).__name__}.", "Please report it."))

    def _tell(self, job: Job, what: str, done: int, total: int) -> None:
        gone = job.owner is not None and not shiboken6.isValid(job.owner)
        if job.progress is not None and not gone:
            job.progress(what, done, total)

    def _say_at_work(self) -> None:
        running = self._running
        if running is not None and running.name:
            self.at_work.emit(running.name)

    # --- in the worker's thread --------------------------------------------------------------------------------

    def _live(self, jobs: Queue) -> None:
        """One thread's life. What runs on the vault can be asked to make way."""
        while True:
            _, _, job = jobs.get()
            if job is None:
                return
            if jobs is self._queue:
                with self._guard:
                    self._running = job
            result, error = None, None
            try:
                job.check()
                result = job.run(job)
            except BaseException as raised:
                error = raised
            if jobs is self._queue:
                with self._guard:
                    self._running = None
                    if error is None:
                        job.begin_again = False  # it was done before it could be stopped
            self._ended.emit(job, result, error)
            del job, result, error  # nothing shown stays here

    def _open(self) -> Practice:
        if self._practice is None:
            raise UsageError("The vault is locked.", "", "Unlock it first.")
        return self._practice
