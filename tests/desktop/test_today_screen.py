"""Today: the day, what is to be finished, what the record has to say, each one key from its place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from notes.desktop import attending
from notes.desktop.rows import RowList
from notes.desktop.today import Today, record_rows
from notes.desktop.window import Window
from notes.record import reading, sessions, today
from notes.record.today import Draft, LogState
from tests.desktop.conftest import PATIENCE

NOW = datetime(2026, 11, 22, 12, 0)


@pytest.fixture
def went(window: Window, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Where the screen wanted to go, without going there."""
    gone: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(window.desk, "go", lambda screen, **place: gone.append((screen, place)))
    return gone


def today_of(window: Window, qtbot: QtBot) -> Today:
    screen = window.findChild(Today)
    assert screen is not None
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    screen.refresh()
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    return screen


def titles(rows: RowList) -> list[str]:
    return [row.title for row in rows.rows.rows]


def choose(rows: RowList, title: str) -> None:
    """With the keyboard, as far as the row of that title."""
    rows.setFocus()
    rows.setCurrentIndex(rows.rows.index(next(n for n, t in enumerate(titles(rows)) if title in t)))
    QTest.keyClick(rows, Qt.Key.Key_Return)


def test_sessions_of_today_stand_in_order_with_the_state_of_their_note(window: Window, qtbot: QtBot, ask: Any) -> None:
    day = window.desk.now().date().isoformat()
    ask(sessions.create, "Bruno", f"{day}T00:10")
    ask(sessions.create, "Ada", f"{day}T00:05", attendance="cancelled")
    rows = today_of(window, qtbot).day.rows.rows
    assert [(row.title.split()[0], row.state) for row in rows] == [
        ("00:05", "Cancelled"),
        ("00:10", "No note yet · write"),
    ]


def test_enter_begins_the_note_of_a_session_or_goes_on_with_its_draft(
    window: Window, qtbot: QtBot, ask: Any, went: list[tuple[str, dict[str, Any]]]
) -> None:
    session = ask(sessions.create, "Bruno", "2026-05-04T10:00")
    screen = today_of(window, qtbot)
    choose(screen.to_finish, "Bruno")
    choose(screen.to_finish, "Ada")
    assert went[0] == ("new_note", {"client": session.client, "session": session.id})
    draft = next(note.id for note in ask(reading.list_notes) if note.status == "draft")
    assert went[1] == ("note", {"note": draft})


def test_a_practice_without_clients_is_asked_for_the_first(window: Window, qtbot: QtBot) -> None:
    from notes.record import today

    screen = today_of(window, qtbot)
    nobody = LogState(0, None, None, None, None, 0, None)
    screen._show(today.Today([], [], [], 0, [], 0, 0, nobody))
    assert screen._welcome.isVisible()
    assert not screen.day.isVisible()


def test_attendance_is_set_and_taken_back(window: Window, qtbot: QtBot, ask: Any) -> None:
    session = ask(sessions.create, "Bruno", "2026-05-04T10:00")
    with qtbot.waitSignal(window.desk.said, timeout=PATIENCE) as said:
        attending.set_attendance(window.desk, session, "no-show")
    assert ask(sessions.list_sessions, "Bruno")[0].attendance == "no-show"
    assert said.args is not None
    said.args[0].undo()
    assert ask(sessions.list_sessions, "Bruno")[0].attendance == "attended"


def test_the_record_says_what_is_due_before_what_is_well() -> None:
    def ago(days: int) -> str:
        return (NOW - timedelta(days=days)).isoformat()

    well = LogState(0, None, ago(3), ago(3), ago(0), 0, ago(1))
    assert {row.tone for row in record_rows(well, NOW)} == {"good"}
    due = LogState(3, ago(2), ago(31), None, ago(1), 2, ago(8))
    rows = list(record_rows(due, NOW))
    assert [row.tone for row in rows] == ["alarm", "alarm", "attention", "attention", "quiet"]
    assert rows[0].title == "3 failed attempts"
    assert "since" in rows[0].detail
    never = [row.title for row in record_rows(LogState(0, None, None, None, None, 0, None), NOW)]
    assert "No backup yet" in never


def test_what_is_finished_leaves_the_list_at_once(window: Window, qtbot: QtBot, ask: Any) -> None:
    session = ask(sessions.create, "Bruno", "2026-05-04T10:00")
    screen = today_of(window, qtbot)
    assert any("Bruno" in title for title in titles(screen.to_finish))
    ask(sessions.remove, session.id)
    qtbot.waitUntil(lambda: not any("Bruno" in title for title in titles(screen.to_finish)), timeout=PATIENCE)


def test_drafts_that_are_not_listed_are_counted_and_called_unfinished(window: Window, qtbot: QtBot) -> None:
    screen = today_of(window, qtbot)
    nothing = LogState(0, None, None, None, None, 0, None)
    drafts = [Draft(n, 1, "Bruno", "other", "note", None, "2026-11-20T10:00:00Z") for n in range(50)]
    screen._show(today.Today([], [], [], 0, drafts, 57, 1, nothing))
    assert titles(screen.to_finish)[-1] == "and 7 more, last saved before these"
    assert screen._lead.text() == "No session today, 57 drafts to finish."
    screen._show(today.Today([], [], [], 0, [], 0, 1, nothing))
    assert screen._lead.text() == "No session today, every note is written."
