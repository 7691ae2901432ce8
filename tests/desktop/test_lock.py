"""Locking: at once, without a question, with nothing lost, and back to where one was."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from notes.desktop import app, parts, place, sample_practice
from notes.desktop.daily_backup import QUIET
from notes.desktop.desk import Desk, Notice
from notes.desktop.idle import LATE, SOON, Idle, System, _on_the_bus
from notes.desktop.preferences import USUALLY_AFTER, Preferences
from notes.desktop.screen import Screen
from notes.desktop.screens import SCREENS
from notes.desktop.settings_screen import Settings
from notes.desktop.window import TITLE, Window
from notes.desktop.worker import Opened
from notes.errors import DiskFull, NotesError
from notes.practice import log, opening
from notes.record import clients
from notes.vault.slots import Secret
from tests.desktop.conftest import PATIENCE, end


class Desktop(Screen):
    """A screen with a secret on it and text that may fail to be saved."""

    name: ClassVar[str] = "note"
    title: ClassVar[str] = "Note"
    fails: ClassVar[bool] = False

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, parent)
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


def shown(window: Window) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def test_locking_hides_all_at_once_saves_and_starts_afresh(
    qtbot: QtBot, writing: Window, vault: Path, small_vault: tuple[Path, bytes]
) -> None:
    dialog = QDialog()
    dialog.show()
    assert "Ada" in shown(writing)
    QTest.keyClick(writing, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert writing._all.currentWidget() is writing.gate
    assert not dialog.isVisible()
    assert not writing.menuBar().isVisible()
    assert "Ada" not in shown(writing)
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
    assert isinstance(writing.house.current, Desktop)
    assert writing.house.current.at == {"note": 7, "place": 41}


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
    assert writing.house.current is not None
    assert writing.house.current.name == "today"
    assert writing.house.notice.accessibleName().startswith("A new day begins here.")
    QTest.mouseClick(writing.house.notice._undo, Qt.MouseButton.LeftButton)
    assert isinstance(writing.house.current, Desktop)
    assert writing.house.current.at == {"note": 7, "place": 41}


@pytest.mark.parametrize(
    "kept",
    [
        *(None, "", "x", "[]", "7", "[" * 200_000),
        *('{"screen": 3, "place": {}, "day": ""}', '{"screen": "today", "place": {}}'),
        f'{{"screen": "note", "place": {{"find": "{"x" * place.LONGEST}"}}, "day": "2026-03-01"}}',
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
    assert isinstance(writing.house.current, Desktop)
    assert writing.house.current.at == {"note": 7, "change": "amendment"}
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
        app.on_signals(writing.close)
        os.kill(os.getpid(), number)
        qtbot.waitUntil(lambda: not writing.isVisible(), timeout=PATIENCE)
    finally:
        signal.signal(number, before)


def test_long_work_makes_room_for_the_lock(qtbot: QtBot, writing: Window) -> None:
    begun = threading.Event()

    def for_ever(practice: Any, job: Any) -> None:
        begun.set()
        while True:
            job.check()

    writing.desk.worker.run(for_ever, progress=lambda *_: None)
    assert begun.wait(PATIENCE / 1000)
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
def desk_top(qtbot: QtBot) -> QWidget:
    """A window with two fields, the first one having the focus."""
    made = QWidget()
    made.setLayout(parts.stacked(QLineEdit(), QLineEdit()))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.findChildren(QLineEdit)[0].setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is made.findChildren(QLineEdit)[0])
    return made


@pytest.fixture
def idle(desk_top: QWidget, clocks: Clocks) -> Any:
    made = Idle(lambda: 2, lambda: clocks.steady, lambda: clocks.wall)
    made.begin()
    made._timer.stop()  # looked at by hand
    yield made
    made.end()


def looks(idle: Idle, clocks: Clocks, seconds: int) -> bool:
    """Whether it locks within so many seconds of looks."""
    told: list[bool] = []
    idle.lock_wanted.connect(lambda: told.append(True))
    turn(idle, clocks, seconds)
    idle.lock_wanted.disconnect()
    return bool(told)


def turn(idle: Idle, clocks: Clocks, seconds: int) -> None:
    for _ in range(seconds):
        clocks.wait(1)
        idle.look()


def test_it_locks_when_nobody_typed_or_moved_for_the_time_that_was_set(idle: Idle, clocks: Clocks) -> None:
    assert not looks(idle, clocks, 119)
    assert looks(idle, clocks, 1)


KEYS_AND_THE_MOUSE: dict[str, Callable[[QWidget], None]] = {
    "a key": lambda window: QTest.keyClick(window.windowHandle(), Qt.Key.Key_A),
    "a movement": lambda window: QTest.mouseMove(window.windowHandle(), QPoint(3, 3)),
    "a click": lambda window: QTest.mouseClick(window.windowHandle(), Qt.MouseButton.LeftButton),
    "an input method": lambda window: QApplication.sendEvent(QApplication.focusObject(), QInputMethodEvent("ㄋ", [])),
}


@pytest.mark.parametrize("done", KEYS_AND_THE_MOUSE.values(), ids=KEYS_AND_THE_MOUSE)
def test_a_key_or_a_movement_anywhere_begins_the_time_anew(
    idle: Idle, clocks: Clocks, desk_top: QWidget, done: Callable[[QWidget], None]
) -> None:
    looks(idle, clocks, 119)
    done(desk_top)
    assert not looks(idle, clocks, 119)
    assert looks(idle, clocks, 1)


def test_a_key_that_runs_a_command_begins_the_time_anew(idle: Idle, clocks: Clocks, desk_top: QWidget) -> None:
    ran: list[bool] = []
    QShortcut(QKeySequence("F6"), desk_top, lambda: ran.append(True))
    looks(idle, clocks, 119)
    QTest.keyClick(desk_top.windowHandle(), Qt.Key.Key_F6)
    assert ran == [True]
    assert not looks(idle, clocks, 119)


@pytest.mark.parametrize("done", KEYS_AND_THE_MOUSE.values(), ids=KEYS_AND_THE_MOUSE)
def test_so_it_does_in_the_next_field_and_in_a_menu_that_came_up_since(
    idle: Idle, clocks: Clocks, desk_top: QWidget, qtbot: QtBot, done: Callable[[QWidget], None]
) -> None:
    desk_top.findChildren(QLineEdit)[1].setFocus()
    menu = QMenu(desk_top)
    menu.addAction("One")
    menu.popup(QPoint(0, 0))
    looks(idle, clocks, 119)
    done(menu)
    assert not looks(idle, clocks, 119)


@pytest.mark.parametrize("done", KEYS_AND_THE_MOUSE.values(), ids=KEYS_AND_THE_MOUSE)
def test_once_it_is_locked_nothing_is_watched(
    idle: Idle, clocks: Clocks, desk_top: QWidget, done: Callable[[QWidget], None]
) -> None:
    looks(idle, clocks, 100)
    idle.end()
    done(desk_top)
    assert idle.quiet == 100
    idle.begin()  # as the fixture left it


def test_half_a_minute_before_it_locks_it_says_so_and_takes_it_back_when_somebody_comes(
    qtbot: QtBot, writing: Window, clocks: Clocks
) -> None:
    idle, told = writing.house.idle, writing.house.foot.locks
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


def test_what_the_system_tells_locks(qtbot: QtBot, writing: Window, monkeypatch: pytest.MonkeyPatch) -> None:
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
    monkeypatch.setattr(System, "listen", lambda *_: None)
    app.lock_with_the_system(writing)
    writing.findChild(System).lock_wanted.emit()
    assert writing._all.currentWidget() is writing.gate


@pytest.fixture
def opened(qtbot: QtBot, open_desk: Desk, vault: Path, clocks: Clocks) -> Any:
    """Unlocks the small vault in a window whose clocks the test turns."""

    def run() -> Window:
        told: list[Path] = []
        made = Window(open_desk, vault, told.append)
        made.afresh = told  # type: ignore[attr-defined]
        qtbot.addWidget(made, before_close_func=lambda _: end(qtbot, made))
        made.show()
        made.gate.ready.emit()
        idle = made._built.idle
        idle._monotonic, idle._wall = (lambda: clocks.steady), (lambda: clocks.wall)
        made.gate.opened.emit(Opened())
        return made

    return run


def test_an_open_window_locks_by_itself(qtbot: QtBot, opened: Any, preferences: Preferences, clocks: Clocks) -> None:
    preferences.lock_after = 1
    window = opened()
    assert window.house.idle._timer.isActive()
    window.house.idle._timer.stop()  # looked at by hand
    turn(window.house.idle, clocks, 40)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Control)
    turn(window.house.idle, clocks, 59)
    assert window._all.currentWidget() is window.house
    turn(window.house.idle, clocks, 1)
    assert window._all.currentWidget() is window.gate
    qtbot.waitUntil(lambda: bool(afresh(window)), timeout=PATIENCE)
    assert afresh(window) == [window.folder]


@pytest.mark.parametrize("kept", ["0", "-1", "9999", "soon", ""])
def test_a_time_that_nobody_could_have_chosen_is_the_usual_one(tmp_path: Path, kept: str) -> None:
    (tmp_path / "window.ini").write_text(f"[General]\nlock_after={kept}\n", "utf-8")
    assert Preferences(tmp_path / "window.ini").lock_after == USUALLY_AFTER == 5


@pytest.mark.parametrize(
    "session, escaped", [("2", "_32"), ("c1", "c1"), ("12", "_312"), ("a-b", "a_2db"), ("é", "_c3_a9")]
)
def test_a_session_is_named_on_the_bus_as_systemd_names_it(session: str, escaped: str) -> None:
    assert _on_the_bus(session) == escaped


# --- the daily backup ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "daily, chosen, sample, looks_on",
    [(True, True, False, True), (False, True, False, False), (True, False, False, False), (True, True, True, False)],
    ids=["wished", "not daily", "no folder", "the sample"],
)
def test_unlocking_looks_for_a_quiet_moment_only_where_a_daily_backup_is_wished(
    opened: Any,
    open_desk: Desk,
    preferences: Preferences,
    tmp_path: Path,
    daily: bool,
    chosen: bool,
    sample: bool,
    looks_on: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sample_practice, "_ours", lambda folder: sample)
    preferences.backup_daily = daily
    preferences.backup_folder = tmp_path if chosen else None
    open_desk.sample = sample
    window = opened()
    assert window.house.backup._timer.isActive() is looks_on


@pytest.fixture
def backing_up(qtbot: QtBot, window: Window, tmp_path: Path) -> tuple[Window, list[float], list[object]]:
    """The window, where nothing else goes on in the background; how long nobody has written; what changed."""
    verifying = window.desk.verifying
    assert verifying is not None
    verifying.stop()
    qtbot.waitUntil(lambda: verifying._job is None, timeout=PATIENCE)
    quiet, changed = [0.0], list[object]()
    window.house.backup._quiet = lambda: quiet[0]
    window.desk.worker.changed.connect(changed.append)
    (tmp_path / "backups").mkdir()
    window.desk.preferences.backup_folder = tmp_path / "backups"
    return window, quiet, changed


def look(qtbot: QtBot, window: Window) -> None:
    """As the clock does, when nobody waits for the worker."""
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    window.house.backup.look()


def until_all_is_answered(qtbot: QtBot, window: Window) -> None:
    """What runs in the background too: this comes after it."""
    answered: list[object] = []
    window.desk.worker.run(lambda practice, job: None, then=answered.append, background=True)
    qtbot.waitUntil(lambda: bool(answered), timeout=PATIENCE)


def test_the_daily_backup_waits_for_quiet_and_is_made_once(
    qtbot: QtBot, backing_up: Any, tmp_path: Path, ask: Any
) -> None:
    window, quiet, changed = backing_up
    look(qtbot, window)  # somebody is writing
    until_all_is_answered(qtbot, window)
    assert (list((tmp_path / "backups").iterdir()), changed) == ([], [])
    quiet[0] = QUIET + 1
    look(qtbot, window)
    qtbot.waitUntil(lambda: changed == [frozenset({"backup"})], timeout=PATIENCE)
    look(qtbot, window)
    until_all_is_answered(qtbot, window)
    assert len(list((tmp_path / "backups").glob("session-notes-*.tar"))) == 1
    assert len(ask(log.show, event="backup.make")) == 1


def test_a_daily_backup_that_cannot_be_made_is_said_and_leads_to_the_backups(
    qtbot: QtBot, backing_up: Any, tmp_path: Path
) -> None:
    window, quiet, _ = backing_up
    (tmp_path / "backups").rmdir()
    (tmp_path / "backups").write_bytes(b"no folder")
    said: list[Notice] = []
    window.desk.said.connect(said.append)
    quiet[0] = QUIET + 1
    look(qtbot, window)
    qtbot.waitUntil(lambda: bool(said), timeout=PATIENCE)
    assert (said[0].text, said[0].stays) == ("Today's backup could not be made.", True)
    assert said[0].detail
    QTest.mouseClick(window.house.notice._undo, Qt.MouseButton.LeftButton)
    assert isinstance(window.house.current, Settings)
    assert window.house.current.place()["part"] == "backups"


def test_unlocking_looks_at_no_folder_of_another_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One may be on a share that does not answer."""
    preferences = Preferences(tmp_path / "window.ini")
    preferences.remember(tmp_path)
    looked: list[Path] = []
    monkeypatch.setattr(Path, "is_dir", lambda path: looked.append(path) or True)
    preferences.remember(tmp_path / "Other.vault")
    assert looked == []
    assert preferences.recent == [tmp_path / "Other.vault", tmp_path]
