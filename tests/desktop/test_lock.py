"""Locking: at once, without a question, with nothing lost, and back to where one was."""

from __future__ import annotations

import os
import signal
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel
from pytestqt.qtbot import QtBot

from notes.desktop import place
from notes.desktop.daily_backup import QUIET
from notes.desktop.desk import Desk
from notes.desktop.idle import LATE, SOON, Idle, System, on_signals
from notes.desktop.screen import Screen
from notes.desktop.screens import SCREENS
from notes.desktop.window import TITLE, Window
from notes.errors import DiskFull, NotesError
from notes.practice import log, opening
from notes.record import clients
from notes.vault.slots import Secret
from tests.desktop.conftest import PATIENCE


class Desktop(Screen):
    """A screen with a secret on it and text that may fail to be saved."""

    name: ClassVar[str] = "note"
    title: ClassVar[str] = "Note"
    fails: ClassVar[bool] = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.at: dict[str, Any] = {}
        QLabel("Ada Quillfeather", self)

    def arrive(self, **at: Any) -> None:
        self.at = at
        self.desk.before_lock(self.save)

    def place(self) -> dict[str, Any]:
        return {"note": 7, "place": 41}

    def save(self) -> None:
        def failing(practice: Any, job: object) -> None:
            if Desktop.fails:
                raise DiskFull("There is no room left.")
            practice.do(clients.create, "Written At The Lock")

        self.desk.worker.run(failing, failed=self.keep)

    def keep(self, error: NotesError) -> None:
        self.desk.unsaved[7] = "The last lines."


@pytest.fixture
def writing(window: Window, monkeypatch: pytest.MonkeyPatch) -> Window:
    """The window on a note."""
    monkeypatch.setitem(SCREENS, "note", Desktop)
    monkeypatch.setattr(Desktop, "fails", False)
    window.desk.go("note", note=7)
    return window


def afresh(window: Window) -> list[Path]:
    return window.afresh  # type: ignore[attr-defined, no-any-return]


def test_locking_hides_all_at_once_saves_and_starts_afresh(
    qtbot: QtBot, writing: Window, vault: Path, small_vault: tuple[Path, bytes]
) -> None:
    dialog = QDialog()
    dialog.show()
    QTest.keyClick(writing, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert writing._all.currentWidget() is writing.gate
    assert not dialog.isVisible()
    assert not writing.menuBar().isVisible()
    assert "Ada" not in "".join(label.text() for label in writing.findChildren(QLabel) if label.isVisible())
    qtbot.waitUntil(lambda: bool(afresh(writing)), timeout=PATIENCE)
    assert afresh(writing) == [vault]
    with opening.unlock(vault, Secret("recovery", bytearray(small_vault[1]))) as practice:
        assert "Written At The Lock" in {client.name for client in practice.do(clients.list_clients)}
        today = writing.desk.now().date().isoformat()
        assert place.read(practice.place) == place.Place("note", {"note": 7, "place": 41}, today)


def test_unlocking_goes_back_to_where_one_was(
    qtbot: QtBot, writing: Window, vault: Path, small_vault: tuple[Path, bytes]
) -> None:
    writing.lock()
    qtbot.waitUntil(lambda: bool(afresh(writing)), timeout=PATIENCE)
    given: list[Any] = []
    secret = Secret("recovery", bytearray(small_vault[1]))
    writing.desk.worker.unlock(vault, secret, given.append, given.append)
    qtbot.waitUntil(lambda: bool(given), timeout=PATIENCE)
    writing.gate.opened.emit(given[0])
    assert isinstance(writing._current, Desktop)
    assert writing._current.at == {"note": 7, "place": 41}


def test_a_new_day_begins_with_its_sessions_and_offers_the_way_back(
    qtbot: QtBot, writing: Window, vault: Path, small_vault: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = writing.desk.now()
    writing.lock()
    qtbot.waitUntil(lambda: bool(afresh(writing)), timeout=PATIENCE)
    monkeypatch.setattr(writing.desk, "now", lambda: now + timedelta(days=1))
    given: list[Any] = []
    secret = Secret("recovery", bytearray(small_vault[1]))
    writing.desk.worker.unlock(vault, secret, given.append, given.append)
    qtbot.waitUntil(lambda: bool(given), timeout=PATIENCE)
    writing.gate.opened.emit(given[0])
    assert writing._current is not None
    assert writing._current.name == "today"
    assert writing._frame.notice.accessibleName().startswith("A new day begins here.")
    QTest.mouseClick(writing._frame.notice._undo, Qt.MouseButton.LeftButton)
    assert isinstance(writing._current, Desktop)
    assert writing._current.at == {"note": 7, "place": 41}


@pytest.mark.parametrize(
    "kept",
    [
        *(None, "", "x", "[]", "7", "[" * 200_000),
        *('{"screen": 3, "place": {}, "day": ""}', '{"screen": "today", "place": {}}'),
    ],
)
def test_a_place_that_makes_no_sense_is_no_place(kept: str | None) -> None:
    assert place.read(kept) is None
    assert place.typed(kept) == {}


def test_a_place_that_is_too_long_is_no_place_and_none_is_written_that_would_be() -> None:
    template = {"": {"kind": "progress", "name": "Intake", "text": "x" * 300_000}}
    today = date(2026, 3, 1)
    kept = place.write("snippets", {"chosen": ""}, today, {"snippets": template, "clients": {}})
    assert place.read(kept) == place.Place("snippets", {"chosen": ""}, "2026-03-01")
    assert place.typed(kept) == {"snippets": template}
    assert place.read(kept + " " * place.LONGEST) is None
    much = {"text": "x" * place.LONGEST}
    both = {"snippets": template, "client": much}
    assert place.typed(place.write("snippets", {}, today, both)) == {"snippets": template}
    assert place.read(place.write("today", {}, today, {"client": much})) == place.Place("today", {}, "2026-03-01")


@pytest.mark.parametrize(
    "typed", ["7", "[]", '{"client": 3}', '{"client": {"1": [2]}}', '{"client": {"1": {"a": 1.5}}}']
)
def test_what_was_typed_is_taken_up_only_where_it_makes_sense(typed: str) -> None:
    assert place.typed(f'{{"screen": "today", "place": {{}}, "typed": {typed}}}') == {}


def test_text_that_could_not_be_saved_is_kept_in_memory_and_never_thrown_away(
    qtbot: QtBot, writing: Window, monkeypatch: pytest.MonkeyPatch, vault: Path, small_vault: tuple[Path, bytes]
) -> None:
    monkeypatch.setattr(Desktop, "fails", True)
    writing.lock()
    qtbot.waitUntil(lambda: not writing._locking, timeout=PATIENCE)
    assert afresh(writing) == []
    assert "not on disk" in writing.gate._kept.text()
    assert writing.gate._kept.isVisible()
    with opening.unlock(vault, Secret("recovery", bytearray(small_vault[1]))) as practice:  # its keys are gone here
        assert "vault.lock" in {line.event for line in practice.do(log.show, limit=5)}
    assert not writing.close()  # not even closing loses it
    monkeypatch.setattr(Desktop, "fails", False)
    given: list[Any] = []
    writing.desk.worker.unlock(vault, Secret("recovery", bytearray(small_vault[1])), given.append, given.append)
    qtbot.waitUntil(lambda: bool(given), timeout=PATIENCE)
    writing.gate.opened.emit(given[0])
    assert isinstance(writing._current, Desktop)
    assert writing._current.at == {"note": 7}
    assert writing.desk.unsaved == {7: "The last lines."}  # for the editor to take up


def test_lines_can_be_given_up_by_a_button_of_its_own(
    qtbot: QtBot, writing: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desktop, "fails", True)
    writing.lock()
    qtbot.waitUntil(lambda: not writing._locking, timeout=PATIENCE)
    QTest.mouseClick(writing.gate._lose, Qt.MouseButton.LeftButton)
    assert not writing.isVisible()


def test_closing_saves_and_locks_and_then_ends(
    qtbot: QtBot, writing: Window, vault: Path, small_vault: tuple[Path, bytes]
) -> None:
    assert not writing.close()
    qtbot.waitUntil(lambda: not writing.isVisible(), timeout=PATIENCE)
    assert afresh(writing) == []
    with opening.unlock(vault, Secret("recovery", bytearray(small_vault[1]))) as practice:
        assert "Written At The Lock" in {client.name for client in practice.do(clients.list_clients)}


def test_the_end_of_the_users_session_waits_until_all_is_saved(
    qtbot: QtBot, writing: Window, vault: Path, small_vault: tuple[Path, bytes]
) -> None:
    writing.end_now()
    assert not writing.isVisible()
    with opening.unlock(vault, Secret("recovery", bytearray(small_vault[1]))) as practice:
        assert "Written At The Lock" in {client.name for client in practice.do(clients.list_clients)}


def test_the_end_of_the_users_session_waits_for_nothing_where_no_vault_is_open(qtbot: QtBot, window: Window) -> None:
    window.lock()
    qtbot.waitUntil(lambda: not window._locking, timeout=PATIENCE)
    waited: list[bool] = []
    QTimer.singleShot(0, window, lambda: waited.append(True))  # runs as soon as anything waits
    window.end_now()
    assert not waited
    assert not window.isVisible()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_being_told_to_end_by_the_system_saves_and_locks(qtbot: QtBot, writing: Window, name: str) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)
    try:
        on_signals(writing.close)
        os.kill(os.getpid(), number)
        qtbot.waitUntil(lambda: not writing.isVisible(), timeout=PATIENCE)
    finally:
        signal.signal(number, before)


def test_long_work_makes_room_for_the_lock(qtbot: QtBot, writing: Window) -> None:
    def for_ever(practice: Any, job: Any) -> None:
        while True:
            job.check()

    writing.desk.worker.run(for_ever, progress=lambda *_: None)
    writing.lock()
    qtbot.waitUntil(lambda: bool(afresh(writing)), timeout=PATIENCE)


def test_nothing_in_the_title_says_who_is_on_the_screen(writing: Window) -> None:
    assert writing.windowTitle() == TITLE
    assert writing.accessibleName() in ("", TITLE)


# --- when it locks by itself -----------------------------------------------------------------------------------


class Clocks:
    """Two clocks that a test turns: one that stands still while the computer sleeps, and the wall's."""

    def __init__(self) -> None:
        self.steady, self.wall = 1000.0, 5_000_000.0

    def wait(self, seconds: float) -> None:
        self.steady += seconds
        self.wall += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def idle(qapp: QApplication, clocks: Clocks) -> Any:
    made = Idle(lambda: 2, lambda: clocks.steady, lambda: clocks.wall)
    made.begin()
    made._timer.stop()  # looked at by hand
    yield made
    made.end()


def looks(idle: Idle, clocks: Clocks, seconds: int) -> bool:
    """Whether it locks within so many seconds of looks."""
    told: list[bool] = []
    idle.lock_wanted.connect(lambda: told.append(True))
    for _ in range(seconds):
        clocks.wait(1)
        idle.look()
    idle.lock_wanted.disconnect()
    return bool(told)


def test_it_locks_when_nobody_typed_or_moved_for_the_time_that_was_set(idle: Idle, clocks: Clocks) -> None:
    assert not looks(idle, clocks, 119)
    assert looks(idle, clocks, 1)


@pytest.mark.parametrize("kind", [QEvent.Type.KeyPress, QEvent.Type.MouseMove, QEvent.Type.Wheel])
def test_a_key_or_a_movement_anywhere_begins_the_time_anew(idle: Idle, clocks: Clocks, kind: QEvent.Type) -> None:
    looks(idle, clocks, 119)
    QApplication.sendEvent(QObject(), QEvent(kind)) if kind == QEvent.Type.MouseMove else idle.eventFilter(
        QObject(), QEvent(kind)
    )
    assert not looks(idle, clocks, 119)


def test_half_a_minute_before_it_locks_it_says_so_and_takes_it_back_when_somebody_comes(
    qtbot: QtBot, writing: Window, clocks: Clocks
) -> None:
    idle, told = writing.idle, writing._frame.foot.locks
    idle._monotonic, idle._wall = lambda: clocks.steady, lambda: clocks.wall
    idle._after = lambda: 1
    idle.begin()
    looks(idle, clocks, 60 - SOON - 1)
    assert told.text() == ""
    looks(idle, clocks, 1)
    assert told.text() == f"Locks in {SOON} s"
    looks(idle, clocks, 1)
    assert told.text() == f"Locks in {SOON - 1} s"
    idle.eventFilter(QObject(), QEvent(QEvent.Type.KeyPress))
    looks(idle, clocks, 1)
    assert told.text() == ""


def test_a_computer_that_slept_is_noticed_by_either_clock(idle: Idle, clocks: Clocks) -> None:
    clocks.wall += LATE + 5  # Linux: the steady clock stood still
    assert looks(idle, clocks, 1)
    assert not looks(idle, clocks, 1)
    clocks.wait(LATE + 5)  # Windows: it went on
    assert looks(idle, clocks, 1)


def test_what_the_system_tells_locks(qtbot: QtBot, writing: Window) -> None:
    told: list[bool] = []
    system = System()
    system.lock_wanted.connect(lambda: told.append(True))
    system.asked(False)  # it woke
    system.changed("org.freedesktop.login1.Session", {"Active": True, "LockedHint": False}, [])
    assert told == []
    system.asked(True)
    system.asked()
    system.changed("org.freedesktop.login1.Session", {"Active": False}, [])
    system.changed("org.freedesktop.login1.Session", {"LockedHint": True}, [])
    assert len(told) == 4
    writing.system.lock_wanted.emit()
    assert writing._all.currentWidget() is writing.gate


def test_the_daily_backup_waits_for_quiet_and_is_made_once(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    window.desk.preferences.backup_folder = folder
    quiet = [0.0]
    window.backup._quiet = lambda: quiet[0]
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    window.backup.look()
    assert window.desk.worker.idle  # somebody is writing
    quiet[0] = QUIET + 1
    window.backup.look()
    qtbot.waitUntil(lambda: len(list(folder.glob("session-notes-*.tar"))) == 1, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    window.backup.look()
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    assert len(list(folder.glob("*.tar"))) == 1
