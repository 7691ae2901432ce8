"""Clients and a client's page: found by typing, changed in place, and who looked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from notes.desktop import names, session_form
from notes.desktop.client_page import TABS, ClientPage, age, in_short
from notes.desktop.clients import Clients, matches
from notes.desktop.window import Window
from notes.errors import RecordError
from notes.practice.references import plain
from notes.record import clients, reading, sessions
from notes.vault.slots import Secret
from tests.desktop.conftest import PATIENCE


def on(window: Window, qtbot: QtBot, screen: str, **place: Any) -> Any:
    """Go there and wait until it shows what it asked for."""
    window.desk.go(screen, **place)
    return settled(window, qtbot)


def settled(window: Window, qtbot: QtBot) -> QWidget:
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    assert window.house.current is not None
    return window.house.current


@pytest.fixture
def ada(ask: Any, window: Window) -> int:
    """Her id."""
    return int(ask(clients.open, "Ada Quillfeather").id)


def titles(screen: Clients) -> list[str]:
    return [row.title for row in screen.list.rows.rows]


def test_typing_narrows_the_list_and_enter_opens_the_first(window: Window, qtbot: QtBot, ada: int) -> None:
    screen = on(window, qtbot, "clients")
    assert len(titles(screen)) == 2
    QTest.keyClicks(screen.filter, "quil")
    assert titles(screen) == ["Ada Quillfeather   she/her"]
    QTest.keyClick(screen.filter, Qt.Key.Key_Return)
    page = settled(window, qtbot)
    assert isinstance(page, ClientPage)
    assert page.place() == {"client": ada, "tab": "timeline"}


@pytest.mark.parametrize("typed", ["øst", "ØST", "bru øs", "bruno", "gard"])
def test_the_beginning_of_any_part_of_a_name_finds_it(typed: str) -> None:
    assert matches(plain("Bruno Østergård-Gårdlund"), plain(typed))
    assert not matches(plain("Bruno Østergård-Gårdlund"), plain(typed + "x"))


def test_no_match_is_said_and_not_shown_as_an_empty_practice(window: Window, qtbot: QtBot) -> None:
    screen = on(window, qtbot, "clients")
    screen.filter.setText("zzz")
    assert not screen.list.isVisible()
    assert screen._nobody.isVisible()


def test_a_client_is_added_from_the_keyboard_alone(window: Window, qtbot: QtBot, ask: Any) -> None:
    screen = on(window, qtbot, "clients")
    window.desk.action("client.new").trigger()
    QTest.keyClicks(screen.form.fields["name"], "Cleo Marsh")
    QTest.keyClicks(screen.form.fields["born"], "1990-02-28")
    QTest.keyClick(screen.form.fields["born"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window.house.current, ClientPage), timeout=PATIENCE)
    assert ask(clients.open, "Cleo Marsh").born == "1990-02-28"


def test_what_cannot_be_kept_is_said_in_the_form_and_nothing_is_lost(window: Window, qtbot: QtBot) -> None:
    screen = on(window, qtbot, "clients", new=True)
    screen.form.fields["name"].setText("Ada Quillfeather")
    screen.form.save()
    qtbot.waitUntil(lambda: screen.form._trouble.isVisible(), timeout=PATIENCE)
    assert "already" in screen.form._trouble.text()
    assert screen.form.fields["name"].text() == "Ada Quillfeather"


def test_the_page_shows_sessions_with_their_notes_and_no_text(window: Window, qtbot: QtBot, ada: int) -> None:
    page = on(window, qtbot, "client", client=ada)
    rows = page.list.rows.rows
    assert [row.title for row in rows] == [
        "March 2026",
        "Sun 8 March, 10:00",
        "Progress note",
        "Sun 1 March, 10:00",
        "Progress note",
    ]
    assert [row.state for row in rows] == ["", "", "Draft · continue", "", "Signed, 1 change since"]
    assert "heron" not in " ".join(row.spoken for row in rows)


def test_only_what_is_to_be_finished_and_only_a_tag(window: Window, qtbot: QtBot, ada: int) -> None:
    page = on(window, qtbot, "client", client=ada)
    page._what.setCurrentIndex(3)
    assert [row.state for row in page.list.rows.rows if row.state] == ["Draft · continue"]
    page._what.setCurrentIndex(0)
    page._tag.setCurrentText("grief")
    assert [row.state for row in page.list.rows.rows if row.state] == ["Signed, 1 change since"]


def test_archiving_can_be_undone(window: Window, qtbot: QtBot, ada: int, ask: Any) -> None:
    page = on(window, qtbot, "client", client=ada)
    with qtbot.waitSignal(window.desk.said, timeout=PATIENCE) as said:
        page.client_archive()
    assert ask(clients.open, ada).status == "archived"
    assert said.args is not None
    said.args[0].undo()
    assert ask(clients.open, ada).status == "active"


def test_a_session_is_entered_and_corrected_on_the_page(window: Window, qtbot: QtBot, ada: int, ask: Any) -> None:
    page = on(window, qtbot, "client", client=ada)
    page.session_new()
    page.session_form.minutes.setValue(45)
    page.session_form.save()
    qtbot.waitUntil(lambda: not page.session_form.isVisible(), timeout=PATIENCE)
    entered = ask(sessions.list_sessions, ada)[0]
    assert entered.minutes == 45
    page._session_form(entered, None)
    page.session_form.attendance.setCurrentIndex(3)
    page.session_form.save()
    qtbot.waitUntil(lambda: not page.session_form.isVisible(), timeout=PATIENCE)
    changed = ask(sessions.list_sessions, ada)[0]
    assert (changed.id, changed.attendance, changed.started_at) == (entered.id, "no-show", entered.started_at)


def test_who_looked_is_said_in_sentences(window: Window, qtbot: QtBot, ada: int, ask: Any) -> None:
    note = ask(reading.list_notes)[0]
    ask(reading.open, note.id)
    page = on(window, qtbot, "client", client=ada, tab="looked")
    sentences = [row.title for row in page.looked.rows.rows if not row.heading]
    assert any("read note" in sentence and "Ada Quillfeather" in sentence for sentence in sentences)
    page._which.setCurrentIndex(2)
    changes = [row for row in page.looked.rows.rows if not row.heading]
    assert changes and {row.icon for row in changes} == {"pencil-simple"}
    assert not any("read note" in row.title for row in changes)


def test_nothing_of_the_client_before_stays_while_the_next_is_asked_for(
    window: Window, qtbot: QtBot, ada: int, ask: Any
) -> None:
    page = on(window, qtbot, "client", client=ada)
    bruno = ask(clients.open, "Bruno").id
    window.desk.go("client", client=bruno)
    assert page._name.text() == ""
    assert page.list.rows.rows == []


def test_initials_stand_for_names_where_they_are_preferred(window: Window, qtbot: QtBot) -> None:
    window.desk.preferences.initials = True
    screen = on(window, qtbot, "clients")
    assert [title.split("   ")[0] for title in titles(screen)] == ["A. Q.", "B. Ø."]
    assert names.initials("  ") == "–"


def test_who_looked_names_nobody_where_initials_are_preferred(window: Window, qtbot: QtBot, ada: int) -> None:
    window.desk.preferences.initials = True
    page = on(window, qtbot, "client", client=ada, tab="looked")
    qtbot.waitUntil(lambda: bool(page.looked.rows.rows), timeout=PATIENCE)
    told = " ".join(row.spoken for row in page.looked.rows.rows)
    assert "of A. Q." in told
    assert "Quillfeather" not in told


def test_age_is_counted_to_the_birthday() -> None:
    assert age("1975-06-01", date(2026, 5, 31)) == "50 years old"
    assert age("1975-06-01", date(2026, 6, 1)) == "51 years old"
    assert age(None, date(2026, 6, 1)) == age("1975", date(2026, 6, 1)) == ""


def test_a_new_session_is_expected_at_the_usual_hour() -> None:
    before = sessions.Session(1, "a", 1, "b", "c", "2026-11-17T14:30:00", 50, None, "attended", 0, 0, None)
    monday = datetime(2026, 11, 23, 9, 0)
    assert session_form.usual_time(before, monday) == datetime(2026, 11, 24, 14, 30)
    assert session_form.usual_time(before, datetime(2026, 11, 17, 18, 0)) == datetime(2026, 11, 24, 14, 30)
    assert session_form.usual_time(None, datetime(2026, 11, 23, 9, 40)) == datetime(2026, 11, 23, 9, 0)


def test_others_who_looked_are_named(window: Window, qtbot: QtBot, ada: int) -> None:
    page = on(window, qtbot, "client", client=ada, tab="looked")
    assert page._in_short.text() == "Not only you: also whoever held the recovery key."  # which made the small vault
    assert in_short([]) == ""


def test_details_half_changed_survive_another_client_another_screen_and_the_lock(
    window: Window, qtbot: QtBot, ada: int, ask: Any, small_vault: tuple[Path, bytes]
) -> None:
    bruno = ask(clients.open, "Bruno").id
    page = on(window, qtbot, "client", client=ada, tab="details")
    QTest.keyClicks(page.form.fields["phone"], "01632 96")
    on(window, qtbot, "client", client=bruno, tab="details")
    assert page.form.fields["phone"].text() == "01632 960001"
    on(window, qtbot, "today")
    on(window, qtbot, "client", client=ada, tab="details")
    assert page.form.fields["phone"].text() == "01632 96"
    assert page.form.fields["born"].text() == "1975-06-01"
    on(window, qtbot, "today")
    given: list[Any] = []
    window.lock()
    qtbot.waitUntil(lambda: not window._locking, timeout=PATIENCE)
    secret = Secret("recovery", bytearray(small_vault[1]))
    window.desk.worker.unlock(window.gate.folder, secret, given.append, given.append)
    qtbot.waitUntil(lambda: bool(given), timeout=PATIENCE)
    window.gate.opened.emit(given[0])
    again = on(window, qtbot, "client", client=ada, tab="details")
    assert again.form.fields["phone"].text() == "01632 96"
    again.form._cancel()
    assert again.form.fields["phone"].text() == ""
    assert again.typed() == {}


def test_a_new_client_half_entered_is_there_when_one_comes_back(window: Window, qtbot: QtBot) -> None:
    screen = on(window, qtbot, "clients", new=True)
    QTest.keyClicks(screen.form.fields["name"], "Cleo Ma")
    on(window, qtbot, "today")
    on(window, qtbot, "clients", new=True)
    assert screen.form.fields["name"].text() == "Cleo Ma"
    screen.form.save()
    qtbot.waitUntil(lambda: isinstance(window.house.current, ClientPage), timeout=PATIENCE)
    on(window, qtbot, "clients", new=True)
    assert screen.form.fields["name"].text() == ""


def test_what_refuses_details_names_no_command(window: Window, qtbot: QtBot, ada: int) -> None:
    page = on(window, qtbot, "client", client=ada)
    page.session_new()
    page.session_form._complain(RecordError("There is one.", "", "See it with: notes session list"))
    page.form._complain(RecordError("There is one.", "", "See it with: notes client list"))
    assert "notes " not in page.session_form._trouble.text() + page.form._trouble.text()


@pytest.fixture
def held(window: Window, qtbot: QtBot) -> Iterator[threading.Event]:
    """Nothing is answered until this is set."""
    answers = threading.Event()
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    window.desk.worker.run(lambda practice, job: answers.wait(PATIENCE / 1000))
    yield answers
    answers.set()


def test_nothing_of_one_client_is_seen_on_the_page_of_another(
    window: Window, qtbot: QtBot, ada: int, ask: Any, request: pytest.FixtureRequest
) -> None:
    bruno = ask(clients.open, "Bruno").id
    page = on(window, qtbot, "client", client=ada)
    assert any(page.strip._weeks)
    answers = request.getfixturevalue("held")
    page.tabs.setCurrentIndex(TABS.index("looked"))
    window.desk.go("client", client=bruno)
    assert not any(page.strip._weeks)
    answers.set()
    settled(window, qtbot)
    assert page.looked.rows.rows == []


def test_a_client_is_added_once_however_often_enter_is_pressed(
    window: Window, qtbot: QtBot, ask: Any, held: threading.Event
) -> None:
    window.desk.go("clients", new=True)
    form = window.house.screens["clients"].form  # type: ignore[attr-defined]
    name = form.fields["name"]
    QTest.keyClicks(name, "Cyprian")
    QTest.keyClick(name, Qt.Key.Key_Return)
    QTest.keyClick(name, Qt.Key.Key_Return)
    QTest.keyClicks(form.fields["phone"], "too late")
    assert form.fields["phone"].text() == ""
    held.set()
    settled(window, qtbot)
    assert [client.name for client in ask(clients.list_clients)].count("Cyprian") == 1
    window.desk.go("clients", new=True)
    QTest.keyClicks(name, "Dorothea")
    QTest.keyClick(name, Qt.Key.Key_Return)
    settled(window, qtbot)
    assert "Dorothea" in {client.name for client in ask(clients.list_clients)}


def test_a_new_client_half_typed_is_there_again_after_a_lock(
    window: Window, qtbot: QtBot, small_vault: tuple[Path, bytes]
) -> None:
    screen = on(window, qtbot, "clients", new=True)
    QTest.keyClicks(screen.form.fields["name"], "Cleo Ma")
    window.lock()
    qtbot.waitUntil(lambda: not window._locking, timeout=PATIENCE)
    given: list[Any] = []
    secret = Secret("recovery", bytearray(small_vault[1]))
    window.desk.worker.unlock(window.gate.folder, secret, given.append, given.append)
    qtbot.waitUntil(lambda: bool(given), timeout=PATIENCE)
    window.gate.opened.emit(given[0])
    again: Any = settled(window, qtbot)
    assert again.form.isVisible()
    assert again.form.fields["name"].text() == "Cleo Ma"
