"""Search as one types: what is found, how it is shown, and what the access log says of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import QLocale, QModelIndex, Qt
from PySide6.QtWidgets import QListView, QStackedWidget
from pytestqt.qtbot import QtBot

from notes.desktop import place
from notes.desktop.desk import Desk
from notes.desktop.filter_boxes import read_day
from notes.desktop.hits import marked
from notes.desktop.search import PAGE, Search
from notes.errors import NotesError
from notes.practice import log
from notes.practice.practice import Practice
from notes.record import clients, progress_notes, search
from tests.desktop.conftest import PATIENCE


@pytest.fixture
def screen(qtbot: QtBot, open_desk: Desk) -> Search:
    made = Search(open_desk)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow, timeout=PATIENCE)
    made.arrive()
    return made


def found(qtbot: QtBot, screen: Search, count: int) -> None:
    qtbot.waitUntil(lambda: screen.model.rowCount() == count, timeout=PATIENCE)


def shown(screen: Search) -> object:
    stack = screen.findChild(QStackedWidget)
    assert stack is not None
    return stack.currentWidget()


def test_the_beginning_of_the_last_word_is_enough(qtbot: QtBot, screen: Search) -> None:
    qtbot.keyClicks(screen.box, "laughed her")
    found(qtbot, screen, 1)
    hit = screen.model.hit(screen.model.index(0, 0))
    assert hit is not None and hit.client_name == "Ada Quillfeather"
    assert "herons" in [marked(hit.snippet)[0][start : start + length] for start, length in marked(hit.snippet)[1]]
    assert screen.count.text() == "1 note holds all of this, the best first"


def test_typing_leaves_one_line_for_the_pause_with_what_was_shown(qtbot: QtBot, screen: Search, ask: Any) -> None:
    qtbot.keyClicks(screen.box, "heron")
    found(qtbot, screen, 1)
    screen._look()  # nothing new is asked for
    lines = ask(log.show, event="search.run")
    assert [line.counts for line in lines] == [{"found": 1}]
    assert lines[0].among == ["Ada Quillfeather"]


def test_one_letter_is_not_searched_for(qtbot: QtBot, screen: Search, ask: Any) -> None:
    qtbot.keyClicks(screen.box, "h")
    screen._look()
    assert ask(log.show, event="search.run") == []


@pytest.mark.parametrize(
    "typed, meant",
    [("her", "her*"), ("her ", "her "), ('"two her"', '"two her"'), ('"two her', '"two her'), ("h", ""), ("", "")],
)
def test_the_last_word_may_go_on_unless_it_was_ended(typed: str, meant: str) -> None:
    assert search.as_typed(typed) == meant


def test_nothing_typed_and_nothing_found_say_what_to_do(qtbot: QtBot, screen: Search) -> None:
    stack = screen.findChild(QStackedWidget)
    assert stack is not None and shown(screen) is stack.widget(0)
    qtbot.keyClicks(screen.box, "zeppelin")
    qtbot.waitUntil(lambda: shown(screen) is stack.widget(1), timeout=PATIENCE)
    screen.box.clear()
    qtbot.waitUntil(lambda: shown(screen) is stack.widget(0), timeout=PATIENCE)


def test_enter_opens_the_best_at_the_place_found(qtbot: QtBot, screen: Search) -> None:
    qtbot.keyClicks(screen.box, "weir")
    found(qtbot, screen, 1)
    hit = screen.model.hit(screen.model.index(0, 0))
    assert hit is not None
    with qtbot.waitSignal(screen.desk.went, timeout=PATIENCE) as went:
        qtbot.keyClick(screen.box, Qt.Key.Key_Return)
    assert went.args == ["note", {"note": hit.note, "find": "weir"}]


def test_down_goes_into_the_list_and_enter_opens_there(qtbot: QtBot, screen: Search) -> None:
    qtbot.keyClicks(screen.box, "heron")
    found(qtbot, screen, 1)
    qtbot.keyClick(screen.box, Qt.Key.Key_Down)
    assert screen.list.hasFocus()
    with qtbot.waitSignal(screen.desk.went, timeout=PATIENCE) as went:
        qtbot.keyClick(screen.list, Qt.Key.Key_Return)
    assert went.args is not None and went.args[0] == "note"


def test_a_client_chosen_by_a_few_letters_narrows(qtbot: QtBot, screen: Search) -> None:
    qtbot.keyClicks(screen.box, "heron")
    found(qtbot, screen, 1)
    screen.client.setFocus()
    qtbot.waitUntil(lambda: bool(screen.client._offered), timeout=PATIENCE)
    qtbot.keyClicks(screen.client, "brun")
    qtbot.keyClick(screen.client, Qt.Key.Key_Return)
    assert screen.client.text() == "Bruno Østergård"
    found(qtbot, screen, 0)
    screen.client.clear()
    found(qtbot, screen, 1)


def test_days_kind_and_tag_narrow(qtbot: QtBot, screen: Search) -> None:
    qtbot.keyClicks(screen.box, "the")
    found(qtbot, screen, 2)
    qtbot.keyClicks(screen.since, "2026-03-05")
    qtbot.keyClick(screen.since, Qt.Key.Key_Return)
    found(qtbot, screen, 1)
    screen.since.clear()
    found(qtbot, screen, 2)
    screen.tag.setFocus()
    qtbot.waitUntil(lambda: bool(screen.tag._offered), timeout=PATIENCE)
    qtbot.keyClicks(screen.tag, "grief")
    qtbot.keyClick(screen.tag, Qt.Key.Key_Return)
    found(qtbot, screen, 1)
    screen.tag.clear()
    found(qtbot, screen, 2)
    screen.kind.setCurrentText("Crisis")
    found(qtbot, screen, 0)


def test_what_is_no_day_is_said_and_narrows_nothing(qtbot: QtBot, screen: Search) -> None:
    qtbot.keyClicks(screen.until, "31 Februember")
    qtbot.keyClick(screen.until, Qt.Key.Key_Return)
    assert screen.until.day is None
    assert "not a day" in screen.until.accessibleDescription()


def test_hundreds_of_hits_are_read_on_as_one_scrolls_each_once(qtbot: QtBot, screen: Search, ask: Any) -> None:
    many = 2 * PAGE + 20

    def write(practice: Practice, job: object) -> None:
        zoe = practice.do(clients.create, "Zoë")
        for number in range(many):
            practice.do(progress_notes.create, zoe.id, "free", f"A kingfisher, number {number}.", "2026-01-05T10:00")

    done: list[object] = []
    screen.desk.worker.run(write, then=done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE)
    qtbot.keyClicks(screen.box, "kingfisher")
    found(qtbot, screen, PAGE)
    for expected in (2 * PAGE, many):
        screen.list.scrollToBottom()
        found(qtbot, screen, expected)
    assert screen.count.text().startswith("120 notes hold")
    seen = [screen.model.hit(screen.model.index(row, 0)) for row in range(many)]
    assert len({hit.note for hit in seen if hit is not None}) == many
    assert len(ask(log.show, event="search.run")) == 3


def test_matches_are_found_among_the_signs_around_them() -> None:
    s, e = search.MATCH_START, search.MATCH_END
    assert marked(f"… the {s}heron{e} and {s}weir{e} …") == ("… the heron and weir …", [(6, 5), (16, 4)])
    assert marked("nothing") == ("nothing", [])


def test_a_filter_alone_lists_the_notes_that_fit(qtbot: QtBot, screen: Search, ask: Any) -> None:
    qtbot.keyClicks(screen.since, "2026-03-01")
    qtbot.keyClick(screen.since, Qt.Key.Key_Return)
    found(qtbot, screen, 2)
    hits = [screen.model.hit(screen.model.index(row, 0)) for row in range(2)]
    assert [(hit.at, hit.snippet) for hit in hits if hit] == [("2026-03-08T10:00:00", ""), ("2026-03-01T10:00:00", "")]
    assert screen.count.text() == "2 notes, the newest first"
    told = screen.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "Ada Quillfeather, progress, Sunday 8 March 2026, 10:00"
    qtbot.keyClick(screen.box, Qt.Key.Key_Down)
    with qtbot.waitSignal(screen.desk.went, timeout=PATIENCE) as went:
        qtbot.keyClick(screen.list, Qt.Key.Key_Return)
    assert hits[0] is not None and went.args == ["note", {"note": hits[0].note, "find": ""}]


def test_filters_are_cleared_at_once(qtbot: QtBot, screen: Search, ask: Any) -> None:
    assert not screen._clear.isVisible()
    ada = ask(clients.open, "Ada").id
    screen.arrive(tag="grief", kind="crisis", since="2026-01-01", until="2026-12-31", client=ada, called="Ada")
    assert screen._clear.isVisible()
    stack = screen.findChild(QStackedWidget)
    qtbot.waitUntil(lambda: shown(screen) is screen._none_fits, timeout=PATIENCE)
    screen._clear.click()
    assert stack is not None and shown(screen) is stack.widget(0)
    assert not screen._clear.isVisible() and not screen._wanted().filtered
    assert [box.text() for box in (screen.client, screen.tag, screen.since, screen.until)] == ["", "", "", ""]


def test_filters_come_back_with_the_place_as_the_vault_keeps_it(qtbot: QtBot, screen: Search, ask: Any) -> None:
    ada = ask(clients.open, "Ada").id
    whole = {"words": "heron", "client": ada, "called": "Ada Quillfeather", "kind": "progress", "tag": "grief"}
    whole |= {"since": "2026-02-01", "until": "2026-03-31"}
    screen.arrive(**whole)
    found(qtbot, screen, 1)
    kept = place.read(place.write("search", screen.place(), screen.desk.now().date()))
    assert kept is not None and kept.place == {**whole, "row": 0}
    screen.arrive(words="weir")
    found(qtbot, screen, 1)
    assert not screen._wanted().filtered
    screen.arrive(**kept.place)
    assert screen.place() == kept.place
    qtbot.waitUntil(lambda: screen.desk.worker.idle, timeout=PATIENCE)
    screen.client.setFocus()  # what else there is to choose from is still asked for
    qtbot.waitUntil(lambda: "Bruno Østergård" in screen.client._offered, timeout=PATIENCE)


def test_who_prefers_initials_hears_no_name_either(qtbot: QtBot, screen: Search) -> None:
    screen.desk.preferences.initials = True
    qtbot.keyClicks(screen.box, "heron")
    found(qtbot, screen, 1)
    for role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
        assert screen.model.index(0, 0).data(role).startswith("A. Q., progress, ")


def test_what_was_found_leaves_the_window_with_the_screen(qtbot: QtBot, screen: Search) -> None:
    qtbot.keyClicks(screen.box, "heron")
    found(qtbot, screen, 1)
    screen.leave()
    assert screen.model.rowCount() == 0


def test_a_hit_is_read_out_with_whose_and_when_it_is(qtbot: QtBot, screen: Search) -> None:
    qtbot.keyClicks(screen.box, "heron")
    found(qtbot, screen, 1)
    told = screen.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told.startswith("Ada Quillfeather, progress, Sunday 1 March 2026, 10:00: ")
    assert search.MATCH_START not in told
    assert isinstance(screen.list, QListView) and screen.list.accessibleName() == "Notes found"


def test_a_name_that_is_nobodys_narrows_to_nobody_and_least_of_all_to_the_one_before(
    qtbot: QtBot, screen: Search, ask: Any
) -> None:
    screen.client.setFocus()
    qtbot.waitUntil(lambda: bool(screen.client._offered), timeout=PATIENCE)
    qtbot.keyClicks(screen.client, "quill")
    qtbot.keyClick(screen.client, Qt.Key.Key_Return)
    assert screen.client.chosen == ask(clients.open, "Ada Quillfeather").id
    screen.client.setText("Zed")
    qtbot.keyClick(screen.client, Qt.Key.Key_Return)
    assert screen.client.chosen is None
    assert "none of that name" in screen.client.accessibleDescription()
    screen.client.clear()
    assert screen.client.accessibleDescription() == ""


def test_a_day_that_is_no_day_any_more_narrows_no_more(qtbot: QtBot, screen: Search) -> None:
    qtbot.keyClicks(screen.since, "2026-03-05")
    qtbot.keyClick(screen.since, Qt.Key.Key_Return)
    screen.since.setText("2026-02-31")
    qtbot.keyClick(screen.since, Qt.Key.Key_Return)
    assert screen.since.day is None
    assert screen.since.text() == "2026-02-31"


def test_another_question_begins_with_its_best_hit(qtbot: QtBot, screen: Search, ask: Any) -> None:
    for text in ("gulls", "gulls pelican", "gulls pelican pelican"):
        ask(progress_notes.create, "Ada Quillfeather", "free", text)
    screen.arrive(words="gulls", row=2)
    found(qtbot, screen, 3)
    assert screen.list.currentIndex().row() == 2
    screen.box.setText("pelican")
    found(qtbot, screen, 2)
    assert screen.list.currentIndex().row() == 0


@pytest.mark.parametrize(
    "locale, typed, meant",
    [
        ("en_US", "3/31/26", "2026-03-31"),
        ("en_US", "3/31/2026", "2026-03-31"),
        ("en_US", "12/31/75", "1975-12-31"),
        ("de_DE", "31.3.2026", "2026-03-31"),
        ("de_DE", "31.03.26", "2026-03-31"),
        ("en_GB", "31/3/26", "2026-03-31"),
        ("nl_NL", "31-03-2026", "2026-03-31"),
        ("en_GB", "31/02/2026", None),
        ("de_DE", "2026-03-31", "2026-03-31"),
    ],
)
def test_a_day_is_read_as_this_computers_language_writes_it(
    monkeypatch: pytest.MonkeyPatch, locale: str, typed: str, meant: str | None
) -> None:
    monkeypatch.setattr(QLocale, "system", lambda: QLocale(locale))
    assert read_day(typed, date(2026, 11, 22)) == meant


def test_after_a_failure_scrolling_asks_for_more_again(
    qtbot: QtBot, screen: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.keyClicks(screen.box, "heron")
    found(qtbot, screen, 1)
    screen.model.show([screen.model.hit(screen.model.index(0, 0))], 2 * PAGE)
    asked: list[int] = []
    fails = NotesError("It could not be read.", "", "Try again.")
    monkeypatch.setattr(screen.desk, "do", lambda *given, failed, **_: (asked.append(given[-1]), failed(fails)))
    for _ in range(2):
        screen.model.fetchMore(QModelIndex())
    assert asked == [1, 1]
