"""Verification in the background: begins in a quiet moment, makes room, and says what it found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from notes.desktop.desk import Desk
from notes.desktop.verifying import Verifying
from notes.desktop.window import Window
from notes.desktop.worker import Job
from notes.practice import log
from notes.practice.checked import Checked
from notes.practice.practice import Practice
from notes.record import clients
from tests.desktop.conftest import PATIENCE

AT_ONCE = (0.0,)
NEVER = (PATIENCE / 1000,)


def checks(ask: Any) -> list[tuple[str, str | None]]:
    return [(line.outcome, line.reason) for line in ask(log.show, event="vault.verify")]


def test_it_checks_everything_once_and_says_so(qtbot: QtBot, open_desk: Desk, ask: Any) -> None:
    open_desk.worker.run(lambda practice, job: setattr(practice._standing, "anchored", True))
    told: list[tuple[str, str]] = []
    open_desk.checked.connect(lambda text, tone: told.append((text, tone)))
    verifying = Verifying(open_desk, quiet=AT_ONCE)
    with qtbot.waitSignal(open_desk.verified, timeout=PATIENCE) as found:
        verifying.begin()
    assert found.args is not None and found.args[0].ok and found.args[0].notes == 2
    assert told[-1][0].startswith("Everything checked ") and told[-1][1] == "good"
    assert any(text.startswith("Checking the record …") for text, _ in told)
    assert checks(ask) == [("done", None)]


def test_what_was_checked_today_is_not_checked_again_unless_asked(qtbot: QtBot, open_desk: Desk, ask: Any) -> None:
    _say_checked(qtbot, open_desk, problems=0)
    verifying = Verifying(open_desk, quiet=AT_ONCE)
    with qtbot.waitSignal(open_desk.checked, timeout=PATIENCE) as told:
        verifying.begin()
    assert told.args is not None and told.args[0].startswith("Everything checked ")
    assert checks(ask) == []
    with qtbot.waitSignal(open_desk.verified, timeout=PATIENCE):
        verifying.now()
    assert checks(ask) == [("done", None)]


def test_what_was_found_wrong_is_checked_again(qtbot: QtBot, open_desk: Desk, ask: Any) -> None:
    _say_checked(qtbot, open_desk, problems=1)
    verifying = Verifying(open_desk, quiet=AT_ONCE)
    with qtbot.waitSignal(open_desk.verified, timeout=PATIENCE):
        verifying.begin()


def test_work_goes_first_and_a_wait_that_was_ended_leaves_no_line(qtbot: QtBot, open_desk: Desk, ask: Any) -> None:
    verifying = Verifying(open_desk, quiet=NEVER)
    verifying.begin()
    for _ in range(5):
        ask(clients.list_clients)  # does not come back before the wait has made room
    assert checks(ask) == []
    with qtbot.waitSignal(open_desk.verified, timeout=PATIENCE):
        verifying.now()  # and asking ends the wait
    assert checks(ask) == [("done", None)]


def test_a_check_that_work_interrupts_begins_again(
    qtbot: QtBot, open_desk: Desk, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifying = Verifying(open_desk, quiet=AT_ONCE)
    answered: list[object] = []
    asked, progress = threading.Event(), open_desk.worker.progress

    def held(job: Job) -> Callable[[str, int, int], None]:
        """The check stands at its first step until there is work."""

        def tell(what: str, done: int, total: int) -> None:
            progress(job)(what, done, total)
            asked.wait(PATIENCE / 1000)
            job.check()

        return tell

    def interrupt(text: str, tone: str) -> None:
        if verifying.checking and not answered:
            answered.append(None)
            open_desk.do(clients.list_clients, then=answered.append)
            asked.set()

    monkeypatch.setattr(open_desk.worker, "progress", held)

    open_desk.checked.connect(interrupt)
    with qtbot.waitSignal(open_desk.verified, timeout=PATIENCE):
        verifying.begin()
    qtbot.waitUntil(lambda: len(answered) == 2, timeout=PATIENCE)
    assert checks(ask) == [("done", None), ("refused", "Cancelled")]


def test_problems_raise_an_alarm(qtbot: QtBot, open_desk: Desk) -> None:
    def alter(practice: Practice, job: object) -> None:
        with practice._begin() as work:
            work.sql("UPDATE clients SET phone = '01632 960999' WHERE name LIKE 'Bruno%'")

    open_desk.worker.run(alter)
    verifying = Verifying(open_desk, quiet=AT_ONCE)
    with qtbot.waitSignal(open_desk.said, timeout=PATIENCE) as said:
        verifying.begin()
    assert said.args is not None and said.args[0].tone == "alarm" and "1 problem found" in said.args[0].text
    assert said.args[0].stays
    assert verifying.saying == "1 problem found"


def test_the_lock_does_not_wait_for_it_and_hears_no_complaint(qtbot: QtBot, window: Window) -> None:
    heard: list[object] = []
    window.desk.said.connect(heard.append)
    verifying = window.desk.verifying
    assert verifying is not None and verifying._job is not None
    window.lock()
    qtbot.waitUntil(lambda: bool(window.afresh) and verifying._job is None, timeout=PATIENCE)  # type: ignore[attr-defined]
    assert verifying.saying == "Not checked yet"
    assert heard == []


def test_the_foot_of_the_window_says_what_was_found(qtbot: QtBot, window: Window) -> None:
    verifying = window.desk.verifying
    assert verifying is not None
    with qtbot.waitSignal(window.desk.verified, timeout=PATIENCE):
        window.desk.action("vault.verify").trigger()
    assert "hecked " in verifying.saying
    assert window.house.foot.state.isVisible() and window.house.foot.state.text() == verifying.saying


def test_an_unlocking_knows_when_the_last_check_was(unlock: Any, vault: Path) -> None:
    from notes.practice import verification

    with unlock(vault) as practice:
        assert practice.checked is None
        lines = practice.do(verification.verify).log_lines
    with unlock(vault) as practice:
        assert practice.checked is not None
        assert (practice.checked.lines, practice.checked.problems) == (lines, 0)


def _say_checked(qtbot: QtBot, desk: Desk, problems: int) -> None:
    done: list[object] = []

    def say(practice: Practice, job: object) -> None:
        practice.checked = Checked(desk.now().astimezone().isoformat(), 12, problems)
        practice.warnings.clear()

    desk.worker.run(say, then=done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)


@pytest.mark.parametrize("warnings", [[], ["an older copy"]])
def test_an_unlocking_with_something_to_say_is_checked(
    qtbot: QtBot, open_desk: Desk, ask: Any, warnings: list[str]
) -> None:
    _say_checked(qtbot, open_desk, problems=0)
    open_desk.worker.run(lambda practice, job: practice.warnings.extend(warnings))
    verifying = Verifying(open_desk, quiet=AT_ONCE)
    verifying.begin()
    qtbot.waitUntil(lambda: verifying._job is None, timeout=PATIENCE)
    assert verifying.saying.startswith(("Everything checked ", "Checked "))
    assert len(checks(ask)) == len(warnings)


def test_asking_again_does_not_begin_a_check_again_that_is_under_way(
    qtbot: QtBot, open_desk: Desk, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifying = Verifying(open_desk, quiet=AT_ONCE)
    begun, asked, progress = threading.Event(), threading.Event(), open_desk.worker.progress

    def held(job: Job) -> Callable[[str, int, int], None]:
        def tell(what: str, done: int, total: int) -> None:
            begun.set()
            asked.wait(PATIENCE / 1000)
            progress(job)(what, done, total)

        return tell

    monkeypatch.setattr(open_desk.worker, "progress", held)
    verifying.now()
    qtbot.waitUntil(begun.is_set, timeout=PATIENCE)
    with qtbot.waitSignal(open_desk.verified, timeout=PATIENCE):
        verifying.now()
        asked.set()
    assert checks(ask) == [("done", None)]
