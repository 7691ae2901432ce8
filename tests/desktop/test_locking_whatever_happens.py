"""Locking and unlocking when something else goes on, hangs, or fails."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from notes.desktop import faults, sample_practice
from notes.desktop.desk import Desk
from notes.desktop.window import Window
from notes.practice import opening
from notes.practice.practice import Practice
from notes.record import clients
from notes.vault.slots import Secret
from tests.desktop.conftest import PATIENCE, end


@pytest.fixture
def locked(qtbot: QtBot, desk: Desk, vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Window:
    """A window at its lock screen."""
    monkeypatch.setenv("NOTES_STATE_DIR", str(tmp_path / "state"))
    made = Window(desk, vault, lambda _: None)
    qtbot.addWidget(made, before_close_func=lambda _: end(qtbot, made))
    made.show()
    return made


@pytest.fixture
def held(locked: Window, small_vault: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Unlocking has begun; it goes on when this is set."""
    go_on, real = threading.Event(), opening.unlock

    def slowly(*given: Any, **named: Any) -> Practice:
        opened = real(*given, **named)
        go_on.wait(PATIENCE / 1000)
        return opened

    monkeypatch.setattr(opening, "unlock", slowly)
    monkeypatch.setattr(locked.gate._fields, "take", lambda: Secret("recovery", bytearray(small_vault[1])))
    locked.gate._unlock()
    return go_on


def test_a_wish_to_lock_while_it_unlocks_leaves_it_locked(
    qtbot: QtBot, locked: Window, held: threading.Event, vault: Path, unlock: Callable[[Path], Practice]
) -> None:
    locked.lock()  # the lid was closed
    held.set()
    qtbot.waitUntil(lambda: locked.desk.worker.idle, timeout=PATIENCE)
    assert locked.house is None
    unlock(vault).lock()  # nobody holds it


def test_after_cancelling_there_is_no_second_attempt_until_the_first_is_over(
    qtbot: QtBot, locked: Window, held: threading.Event
) -> None:
    gate = locked.gate
    gate.cancel()
    assert not gate._open.isEnabled()
    gate._unlock()
    assert not gate._wanted
    held.set()
    qtbot.waitUntil(gate._open.isEnabled, timeout=PATIENCE)
    assert locked.house is None
    gate._unlock()
    qtbot.waitUntil(lambda: locked.house is not None, timeout=PATIENCE)


def test_a_fault_in_unlocking_is_said_at_the_lock_screen(
    qtbot: QtBot, locked: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("Ada Quillfeather")

    monkeypatch.setattr(opening, "unlock", fails)
    QTest.keyClicks(locked.gate._fields.passphrase.line, "seven herons over the weir")
    QTest.mouseClick(locked.gate._open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(locked.gate._trouble.isVisible, timeout=PATIENCE)
    assert "has a fault. ZeroDivisionError." in locked.gate._trouble.text()
    assert "Quillfeather" not in locked.gate._trouble.text()
    assert locked.gate._open.isEnabled()


def test_ctrl_l_locks_under_the_veil_too(qtbot: QtBot, window: Window) -> None:
    window.desk.action("vault.veil").trigger()
    veil = window.focusWidget()
    QTest.keyClick(veil, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.house is None
    qtbot.waitUntil(lambda: bool(window.afresh), timeout=PATIENCE)  # type: ignore[attr-defined]


def test_whatever_fails_on_the_way_the_vault_is_locked_and_the_rest_is_saved(
    qtbot: QtBot, window: Window, unlock: Callable[[Path], Practice], vault: Path
) -> None:
    def fails() -> Any:
        raise ZeroDivisionError

    window.desk.before_lock(fails)
    window.desk.before_lock(lambda: window.desk.do(clients.create, "Written At The Lock") and None)
    assert window.house.current is not None
    window.house.current.place = fails  # type: ignore[method-assign]
    window.lock()
    qtbot.waitUntil(lambda: bool(window.afresh), timeout=PATIENCE)  # type: ignore[attr-defined]
    with unlock(vault) as practice:
        assert "Written At The Lock" in {client.name for client in practice.do(clients.list_clients)}


def test_once_locking_has_begun_nothing_is_heard_or_shown_any_more(qtbot: QtBot, window: Window) -> None:
    left = window.house
    assert left is not None
    window.lock()
    window.desk.go("clients")
    window.desk.say("Ada Quillfeather was archived.")
    assert left.current is left.screens["today"]
    assert left.lines.shown is None


def test_a_folder_that_does_not_answer_keeps_nobody_from_saving_or_locking(
    qtbot: QtBot, window: Window, ask: Callable[..., Any]
) -> None:
    answers = threading.Event()
    window.desk.worker.apart(lambda job: answers.wait(PATIENCE / 1000))
    try:
        ask(clients.create, "Saved All The Same")
        window.lock()
        qtbot.waitUntil(lambda: bool(window.afresh), timeout=PATIENCE)  # type: ignore[attr-defined]
        assert not answers.is_set()
    finally:
        answers.set()


def test_going_elsewhere_empties_the_field_for_the_passphrase_and_does_nothing_later(
    qtbot: QtBot, window: Window
) -> None:
    done: list[bool] = []
    window.desk.confirm_identity("Why.", lambda: done.append(True))
    identity = window.house.identity
    QTest.keyClicks(identity._fields.passphrase.line, "seven herons")
    window.desk.go("clients")
    assert identity._fields.passphrase.line.text() == ""
    identity._right(None)
    assert done == []


def test_a_vault_of_ones_own_after_the_sample_is_no_sample(
    qtbot: QtBot, window: Window, tmp_path: Path, vault: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = Path(sample_practice.tempfile.gettempdir()) / f"{sample_practice.PREFIX}x" / "Sample.vault"
    monkeypatch.setenv("NOTES_STATE_DIR", str(tmp_path / "mine"))
    monkeypatch.delenv("NOTES_OWN_STATE_DIR", raising=False)
    sample_practice.use(sample)
    assert sample_practice.os.environ["NOTES_STATE_DIR"] == str(sample.parent / "state")
    window.desk.sample = True
    window._mark_sample()
    assert window._strip.isVisibleTo(window)
    window.lock()
    qtbot.waitUntil(lambda: bool(window.afresh), timeout=PATIENCE)  # type: ignore[attr-defined]
    window.show_gate(vault)
    assert not window.desk.sample
    assert not window._strip.isVisibleTo(window)
    assert window.gate._fields.passphrase.line.text() == ""
    assert sample_practice.os.environ["NOTES_STATE_DIR"] == str(tmp_path / "mine")


def test_a_fault_is_printed_by_its_place_and_never_by_its_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    told: list[BaseException] = []
    faults.tell(told.append)
    try:
        raise ValueError("Ada Quillfeather laughed")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    printed = capsys.readouterr().err
    assert "ValueError, test_locking_whatever_happens.py:" in printed
    assert "Quillfeather" not in printed
    assert [type(error) for error in told] == [ValueError]


def test_there_is_no_other_vault_either_until_the_first_attempt_is_over(
    qtbot: QtBot, locked: Window, held: threading.Event
) -> None:
    gate = locked.gate
    gate.cancel()
    assert not gate._other_vault.isEnabled()
    held.set()
    qtbot.waitUntil(gate._other_vault.isEnabled, timeout=PATIENCE)
    assert locked.desk.worker._practice is None


def test_a_passphrase_for_what_was_called_off_answers_nothing_else(
    qtbot: QtBot, window: Window, monkeypatch: pytest.MonkeyPatch, small_vault: tuple[Path, bytes]
) -> None:
    done: list[str] = []
    checks = threading.Event()
    window.desk.worker.run(lambda practice, job: checks.wait(PATIENCE / 1000))
    identity = window.house.identity
    monkeypatch.setattr(identity._fields, "take", lambda: Secret("recovery", bytearray(small_vault[1])))
    window.desk.confirm_identity("First.", lambda: done.append("first"))
    identity._ask()
    identity.call_off()
    window.desk.confirm_identity("Second.", lambda: done.append("second"), anew=True)
    checks.set()
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    assert done == []
    assert window.house.stack.currentWidget() is identity
    identity._ask()
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)
    assert done == ["second"]
