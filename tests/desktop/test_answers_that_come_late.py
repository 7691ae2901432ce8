"""The worker may be busy for seconds: what is answered after one went on is neither lost nor in the wrong place."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from notes.desktop.client_page import ClientPage
from notes.desktop.veil import Veil
from notes.record import clients, reading, sessions
from tests.desktop.conftest import PATIENCE
from tests.desktop.editor_kit import Hands
from tests.desktop.test_nothing_stays_behind import told_by


@contextmanager
def busy(hands: Hands) -> Iterator[None]:
    """The worker has something else to do first."""
    over = threading.Event()
    hands.window.desk.worker.run(lambda practice, job: over.wait(PATIENCE / 1000))
    try:
        yield
    finally:
        over.set()
    hands.settle()


def at(hands: Hands, screen: str, **place: Any) -> Any:
    hands.window.desk.go(screen, **place)
    hands.settle()
    return hands.window.house.current


@pytest.fixture
def ada(hands: Hands) -> int:
    return int(hands.ask(clients.open, "Ada Quillfeather").id)


@pytest.fixture
def bruno(hands: Hands) -> int:
    return int(hands.ask(clients.open, "Bruno").id)


def test_undoing_a_change_puts_back_what_that_session_was(hands: Hands, ada: int) -> None:
    one = hands.ask(sessions.create, ada, "2026-09-01T10:00", 50)
    other = hands.ask(sessions.create, ada, "2026-09-02T12:00", 90)
    page: ClientPage = at(hands, "client", client=ada)
    page._session_form(one, None)
    page.session_form.minutes.setValue(30)
    with busy(hands):
        page.session_form.save()
        page._session_form(other, None)
        page.session_form.minutes.setValue(75)
    assert page.session_form.isVisible()
    assert page.session_form.minutes.value() == 75
    hands.notices[-1].undo()
    hands.settle()
    found = {session.id: session for session in hands.ask(sessions.list_sessions, ada)}
    assert (found[one.id].started_at, found[one.id].minutes) == (one.started_at, 50)
    assert (found[other.id].started_at, found[other.id].minutes) == (other.started_at, 90)


def test_what_refuses_a_session_is_not_said_in_the_form_of_another(hands: Hands, ada: int, bruno: int) -> None:
    taken = hands.ask(sessions.create, ada, "2026-09-01T10:00", 50)
    page: ClientPage = at(hands, "client", client=ada)
    page.session_new()
    page.session_form.when.setDateTime(page.session_form.when.dateTime().fromString(taken.started_at, Qt.ISODate))  # type: ignore[attr-defined]
    with busy(hands):
        page.session_form.save()
        hands.window.desk.go("client", client=bruno)
    page.session_new()
    assert not page.session_form._trouble.isVisible()
    assert "at that time already" in hands.notices[-1].text


def test_what_is_typed_before_a_clients_page_is_there_makes_no_new_client(hands: Hands, bruno: int) -> None:
    at(hands, "today")
    with busy(hands):
        hands.window.desk.go("client", client=bruno, tab="details")
        page = hands.window.house.current
        assert isinstance(page, ClientPage)
        assert page.form.isHidden()
        focus = QApplication.focusWidget()
        assert focus is not page.form.fields["name"]
        QTest.keyClicks(focus or hands.window, "Xeno")
        QTest.keyClick(focus or hands.window, Qt.Key.Key_Return)
    assert page.form.isVisible()
    assert hands.window.focusWidget() is page.form.fields["name"]
    assert page.form.fields["name"].text() == "Bruno Østergård"
    assert len(hands.ask(clients.list_clients)) == 2


def test_saved_details_take_nobody_away_from_another_client(hands: Hands, ada: int, bruno: int) -> None:
    page: ClientPage = at(hands, "client", client=bruno, tab="details")
    page.form.fields["phone"].selectAll()
    QTest.keyClicks(page.form.fields["phone"], "123")
    with busy(hands):
        page.form.save()
        hands.window.desk.go("client", client=ada, tab="details")
    assert page.place() == {"client": ada, "tab": "details"}
    assert hands.ask(clients.open, bruno).phone == "123"


def test_a_client_that_was_added_takes_nobody_away_from_where_they_are_by_then(hands: Hands) -> None:
    screen = at(hands, "clients", new=True)
    QTest.keyClicks(screen.form.fields["name"], "Cleo Marsh")
    with busy(hands):
        screen.form.save()
        hands.window.desk.go("help")
    assert hands.window.house.current.name == "help"
    assert hands.notices[-1].text == "The new client is in the record."


def test_who_looked_at_one_client_is_not_shown_of_another(hands: Hands, ada: int, bruno: int) -> None:
    at(hands, "today")
    with busy(hands):
        hands.window.desk.go("client", client=ada, tab="looked")
        hands.window.desk.go("client", client=bruno)
    page = hands.window.house.current
    assert isinstance(page, ClientPage)
    assert page._lines == []
    assert page._in_short.text() == ""


def test_the_year_of_one_client_is_not_shown_while_another_is_asked_for(hands: Hands, ada: int, bruno: int) -> None:
    page: ClientPage = at(hands, "client", client=ada)
    assert "2 sessions" in page.strip.summary
    with busy(hands):
        hands.window.desk.go("client", client=bruno)
        assert "0 sessions" in page.strip.summary
        assert not page._tag.isVisible()


@pytest.mark.parametrize("name", ["today", "clients", "log"])
def test_what_comes_after_a_screen_was_left_is_not_shown_behind_it(hands: Hands, name: str) -> None:
    at(hands, "help")
    with busy(hands):
        hands.window.desk.go(name)
        hands.window.desk.go("help")
    assert "Quillfeather" not in told_by(hands.window.house.screens[name])
    assert "Quillfeather" in told_by(at(hands, name))


def test_names_offered_as_a_filter_do_not_come_behind_a_screen_that_was_left(hands: Hands) -> None:
    screen = at(hands, "search")
    with busy(hands):
        screen.client.setFocus()
        hands.window.desk.go("help")
    assert screen.client._names.rowCount() == 0


def test_a_review_shows_what_is_to_be_reviewed_whatever_was_typed_before(hands: Hands) -> None:
    screen = at(hands, "log")
    screen.words.setText("unlocked")
    with busy(hands):
        screen.begin_review()
        screen.refresh()  # as the pause after the last key does
        screen.begin_review()
    assert screen._review is not None
    shown = [line.seq for line in screen.model._lines]
    screen.refresh()
    hands.settle()
    assert [line.seq for line in screen.model._lines] == shown == [one.line.seq for one in screen._review.unusual]


def test_a_table_read_in_place_of_another_is_the_one_that_is_shown_and_brought_in(hands: Hands, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text(f"client,date,text\n{name},2020-01-05,Text.\n", "utf-8")
    part = at(hands, "settings", part="import").bring_in
    shown: list[list[str]] = []
    part.model.modelReset.connect(lambda: shown.append(part.model.stringList()))
    with busy(hands):
        part.choose(str(tmp_path / "one.csv"))
        hands.wait(lambda: part.working._job.then is None)  # read, and not looked over yet
        part.choose(str(tmp_path / "two.csv"))
        assert not part.go.isEnabled()
    assert shown == [["New client: two"]]
    assert [row.client for row in part._reading.rows] == ["two"]


def test_reading_a_table_that_was_cancelled_shows_none_of_it(hands: Hands, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("client,date,text\none,2020-01-05,Text.\n", "utf-8")
    part = at(hands, "settings", part="import").bring_in
    with busy(hands):
        part.choose(str(file))
        hands.wait(lambda: part.working._job.then is None)  # read, and not looked over yet
        part.working._stop.click()
    assert not part.go.isEnabled()
    assert not part.working.isVisible()
    assert part.counts.text() == ""
    assert hands.notices[-1].text == "Stopped."


def test_a_preview_does_not_take_the_letters_of_a_note_that_is_being_written(hands: Hands, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("client,date,text\none,2020-01-05,Text.\n", "utf-8")
    part = at(hands, "settings", part="import").bring_in
    note = hands.note("draft")
    with busy(hands):
        part.choose(str(file))
        hands.window.desk.go("note", note=note)
    hands.wait(part.go.isEnabled)
    hands.settle()
    focus = QApplication.focusWidget()
    assert focus is hands.editor.middle.text_shown()
    QTest.keyClick(hands.window.windowHandle(), Qt.Key.Key_Return)
    hands.settle()
    assert len(hands.ask(clients.list_clients)) == 2


def test_a_session_that_is_saved_does_not_take_the_letters_of_another_screen(hands: Hands, ada: int) -> None:
    page: ClientPage = at(hands, "client", client=ada)
    page.session_new()
    with busy(hands):
        page.session_form.save()
        hands.window.desk.go("clients")
    assert QApplication.focusWidget() is hands.window.house.current.filter  # type: ignore[union-attr]


def test_a_new_note_that_was_left_takes_no_letters_and_begins_nothing(hands: Hands, ada: int) -> None:
    with busy(hands):
        hands.window.desk.go("new_note", client=ada)
        hands.window.desk.go("clients")
    assert QApplication.focusWidget() is hands.window.house.current.filter  # type: ignore[union-attr]
    before = len(hands.ask(reading.list_notes))
    QTest.keyClick(hands.window.windowHandle(), Qt.Key.Key_Return)  # as typed: to whatever has the focus
    hands.settle()
    assert len(hands.ask(reading.list_notes)) == before


def test_enter_lifts_the_veil_and_begins_no_note_behind_it(hands: Hands, ada: int) -> None:
    veil = hands.window.findChild(Veil)
    assert veil is not None
    with busy(hands):
        hands.window.desk.go("new_note", client=ada)
        veil.fall()
    before = len(hands.ask(reading.list_notes))
    QTest.keyClick(hands.window.windowHandle(), Qt.Key.Key_Return)
    hands.settle()
    assert not veil.isVisible()
    assert len(hands.ask(reading.list_notes)) == before


def test_a_note_that_is_begun_takes_nobody_away_from_where_they_are_by_then(hands: Hands, ada: int) -> None:
    screen = at(hands, "new_note", client=ada)
    with busy(hands):
        screen.begin()
        hands.window.desk.go("help")
    assert hands.window.house.current.name == "help"
    assert hands.notices[-1].text == "The note is begun."


def test_no_client_stays_named_behind_a_new_note_that_was_left(hands: Hands, ada: int) -> None:
    screen = at(hands, "new_note", client=ada)
    assert screen.client.count() == 2
    at(hands, "help")
    assert screen.client.count() == 0
    assert [screen.session.itemData(row) for row in range(screen.session.count())] == ["now", "other"]
