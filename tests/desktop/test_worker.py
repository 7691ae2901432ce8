"""The thread that owns the vault: in order, answered in the main thread, and out of the way of what is urgent."""

from __future__ import annotations

import gc
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from notes.desktop.desk import Desk
from notes.desktop.worker import Job, Worker
from notes.errors import Cancelled, NotesError, RecordError, UsageError
from notes.practice.practice import Practice
from notes.record import clients
from tests.desktop.conftest import PATIENCE


def test_an_answer_comes_back_in_the_main_thread(qtbot: QtBot, open_desk: Desk) -> None:
    answered: list[object] = []
    open_desk.do(clients.list_clients, then=lambda found: answered.append((len(found), threading.current_thread())))
    qtbot.waitUntil(lambda: bool(answered), timeout=PATIENCE)
    assert answered == [(2, threading.main_thread())]


def test_nothing_of_the_window_ends_in_the_workers_thread(qtbot: QtBot, worker: Worker) -> None:
    ended: list[threading.Thread] = []

    class Knot:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            ended.append(threading.current_thread())

    gc.collect()
    for _ in range(1000):
        Knot()
    done: list[object] = []
    worker.apart(lambda job: [[number] for number in range(200_000)] and None, then=done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)
    qtbot.waitUntil(lambda: len(ended) == 1000, timeout=PATIENCE)
    assert set(ended) == {threading.main_thread()}


def test_what_changed_is_told_and_what_was_only_read_is_not(qtbot: QtBot, open_desk: Desk, ask: Any) -> None:
    told: list[object] = []
    open_desk.worker.changed.connect(told.append)
    ask(clients.list_clients)
    ask(clients.create, "Cleo")
    assert told == [frozenset({"client"})]


def test_an_error_goes_to_who_asked_and_otherwise_to_the_window(qtbot: QtBot, open_desk: Desk) -> None:
    heard: list[NotesError] = []
    open_desk.do(clients.create, "Ada Quillfeather", failed=heard.append)
    qtbot.waitUntil(lambda: bool(heard), timeout=PATIENCE)
    assert isinstance(heard[0], RecordError)
    with qtbot.waitSignal(open_desk.said, timeout=PATIENCE) as said:
        open_desk.do(clients.create, "Ada Quillfeather")
    assert said.args is not None and said.args[0].tone == "alarm"


def test_of_several_alike_only_the_last_is_answered(qtbot: QtBot, open_desk: Desk) -> None:
    answered: list[str] = []
    for name in ("Ada", "Bruno", "Østergård"):
        open_desk.do(clients.open, name, then=lambda c: answered.append(c.name), failed=lambda _: None, latest="one")
    done: list[object] = []
    open_desk.do(clients.list_clients, then=done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)
    assert answered == ["Bruno Østergård"]


def test_nobody_is_answered_who_is_gone(qtbot: QtBot, open_desk: Desk) -> None:
    answered: list[object] = []
    owner = QObject()
    open_desk.do(clients.list_clients, then=answered.append, owner=owner)
    owner.deleteLater()
    owner = None  # type: ignore[assignment]
    done: list[object] = []
    open_desk.do(clients.list_clients, then=done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)
    assert answered == []


def test_background_work_makes_room_and_begins_again(qtbot: QtBot, open_desk: Desk) -> None:
    begun, go_on, answered = threading.Semaphore(0), threading.Event(), list[object]()

    def long(practice: Practice, job: Job) -> str:
        begun.release()
        while not go_on.wait(0.01):
            job.check()
        return "all of it"

    open_desk.worker.run(long, then=answered.append, background=True)
    begun.acquire(timeout=PATIENCE / 1000)
    open_desk.do(clients.list_clients, then=lambda found: answered.append(len(found)))
    qtbot.waitUntil(lambda: answered == [2], timeout=PATIENCE)
    go_on.set()
    qtbot.waitUntil(lambda: answered == [2, "all of it"], timeout=PATIENCE)


def test_long_work_ends_when_it_is_stopped(qtbot: QtBot, open_desk: Desk) -> None:
    heard: list[object] = []
    job = open_desk.worker.run(lambda practice, job: _for_ever(job), failed=heard.append)
    job.stop()
    qtbot.waitUntil(lambda: bool(heard), timeout=PATIENCE)
    assert isinstance(heard[0], Cancelled)


def _for_ever(job: Job) -> None:
    while True:
        job.check()


def test_locked_means_locked(qtbot: QtBot, open_desk: Desk, ask: Any, vault: Path) -> None:
    done: list[object] = []
    open_desk.worker.lock(done.append, done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)
    assert done == [None]
    with pytest.raises(UsageError):
        ask(clients.list_clients)


def test_a_fault_is_told_without_stopping_the_worker(qtbot: QtBot, worker: Worker, open_desk: Desk, ask: Any) -> None:
    with qtbot.waitSignal(worker.went_wrong, timeout=PATIENCE) as told:
        worker.run(lambda practice, job: 1 / 0)
    assert told.args is not None and isinstance(told.args[0], ZeroDivisionError)
    assert len(ask(clients.list_clients)) == 2
