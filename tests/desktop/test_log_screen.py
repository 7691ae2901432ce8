"""The access log on the screen: long, narrowed, in words; verified, reviewed, receipted, exported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from notes.access_log import receipts
from notes.desktop import log_model, qr_code
from notes.desktop.desk import Desk
from notes.desktop.log_screen import LogScreen
from notes.desktop.verifying import Verifying
from notes.errors import NotFound
from notes.practice import log
from notes.practice.log_pages import PAGE
from notes.practice.practice import Practice
from notes.record import clients
from tests.desktop.conftest import PATIENCE


@pytest.fixture
def work(qtbot: QtBot, open_desk: Desk) -> Callable[[Callable[[Practice], Any]], Any]:
    """Does something with the practice in the worker, and waits for it."""

    def run(function: Callable[[Practice], Any]) -> Any:
        given: list[Any] = []
        open_desk.worker.run(lambda practice, job: function(practice), then=given.append)
        qtbot.waitUntil(lambda: bool(given), timeout=PATIENCE)
        return given[0]

    return run


@pytest.fixture
def screen(qtbot: QtBot, open_desk: Desk) -> LogScreen:
    """Not arrived yet."""
    open_desk.verifying = Verifying(open_desk)
    open_desk.identity_wanted.connect(lambda why, then: then())
    made = LogScreen(open_desk)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    return made


def arrive(qtbot: QtBot, screen: LogScreen, **place: Any) -> None:
    screen.model.show([], {}, True)
    screen.count.clear()
    screen.arrive(**place)
    qtbot.waitUntil(lambda: bool(screen.count.text()), timeout=PATIENCE)


def events(screen: LogScreen) -> list[str]:
    found = [screen.model.line(screen.model.index(row, 0)) for row in range(screen.model.rowCount())]
    return [line.event for line in found if line is not None]


def numbers(screen: LogScreen) -> list[int]:
    found = [screen.model.line(screen.model.index(row, 0)) for row in range(screen.model.rowCount())]
    return [line.seq for line in found if line is not None]


def press(qtbot: QtBot, within: QWidget, text: str) -> None:
    def there() -> list[QPushButton]:
        return [made for made in within.findChildren(QPushButton) if made.text() == text and made.isVisible()]

    qtbot.waitUntil(lambda: bool(there()), timeout=PATIENCE)
    qtbot.mouseClick(there()[0], Qt.MouseButton.LeftButton)


def anchor(practice: Practice, anchored: bool) -> bool:
    """As if this computer had seen the vault before, or not."""
    practice._standing.anchored = anchored
    return True


def many(practice: Practice, count: int) -> None:
    """Lines, quickly: in one transaction."""
    with practice._begin() as work:
        for _ in range(count):
            work.account("client.list")


def test_thousands_of_lines_open_with_one_page_and_one_line(
    qtbot: QtBot, screen: LogScreen, work: Any, ask: Any
) -> None:
    work(lambda practice: many(practice, 5000))
    arrive(qtbot, screen)
    total = int(screen.count.text().split()[0].replace(",", ""))
    assert screen.model.rowCount() == PAGE and total > 5000
    assert [line.counts for line in ask(log.show, event="log.open")] == [{"lines": PAGE}]


def test_scrolling_reads_on_without_gap_or_double_and_a_page_is_a_line(
    qtbot: QtBot, screen: LogScreen, work: Any, ask: Any
) -> None:
    work(lambda practice: many(practice, 2 * PAGE + 300))
    arrive(qtbot, screen)
    total = int(screen.count.text().split()[0].replace(",", ""))
    for expected in (2 * PAGE, total):
        screen.table.scrollToBottom()
        qtbot.waitUntil(lambda expected=expected: screen.model.rowCount() == expected, timeout=PATIENCE)
    assert numbers(screen) == list(range(total, 0, -1))
    assert len(ask(log.show, event="log.open")) == 3


def test_filters_narrow(qtbot: QtBot, screen: LogScreen, ask: Any) -> None:
    with pytest.raises(NotFound):
        ask(clients.open, "nobody")
    arrive(qtbot, screen)
    screen.group.setCurrentText("Notes")
    qtbot.waitUntil(lambda: set(events(screen)) == {"note.create", "note.sign", "note.amend"}, timeout=PATIENCE)
    screen.group.setCurrentText("Everything")
    screen.outcome.setCurrentText("Refused")
    qtbot.waitUntil(lambda: events(screen) == ["client.open"], timeout=PATIENCE)
    screen.outcome.setCurrentText("Any outcome")
    screen.face.setCurrentText("In the terminal")
    qtbot.waitUntil(lambda: screen.count.text() == "0 lines", timeout=PATIENCE)
    assert screen.table.isHidden()
    screen.face.setCurrentText("Anywhere")
    qtbot.waitUntil(lambda: "client.create" in events(screen), timeout=PATIENCE)
    for day, outside in ((screen.since, "2999-01-01"), (screen.until, "2000-01-01")):
        day.setText(outside)
        qtbot.keyClick(day, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: screen.count.text() == "0 lines", timeout=PATIENCE)
        day.clear()
        qtbot.keyClick(day, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: "client.create" in events(screen), timeout=PATIENCE)


def test_quick_words_find_in_what_a_line_says(qtbot: QtBot, screen: LogScreen) -> None:
    arrive(qtbot, screen)
    qtbot.keyClicks(screen.words, "signed quill")
    qtbot.waitUntil(lambda: events(screen) == ["note.sign"], timeout=PATIENCE)
    screen.words.setText("added ostergard")
    qtbot.waitUntil(lambda: screen.count.text() == "0 lines", timeout=PATIENCE)  # ø is a letter of its own
    screen.words.setText("added østergard")
    qtbot.waitUntil(lambda: events(screen) == ["client.create"], timeout=PATIENCE)


def test_only_unusual_lines_come_with_their_reason(qtbot: QtBot, screen: LogScreen, ask: Any) -> None:
    with pytest.raises(NotFound):
        ask(clients.open, "nobody")
    arrive(qtbot, screen)
    screen.unusual.setChecked(True)
    qtbot.waitUntil(lambda: "client.create" not in events(screen), timeout=PATIENCE)
    row = events(screen).index("client.open")
    assert screen.model.index(row, log_model.WHY).data() == "refused"
    assert not screen.table.isColumnHidden(log_model.WHY)


def test_who_looked_at_one_client(qtbot: QtBot, screen: LogScreen, ask: Any) -> None:
    bruno = ask(clients.open, "Bruno")
    arrive(qtbot, screen, client=bruno.id)
    assert events(screen) == ["client.open", "client.create"]
    assert screen.client.text() == "Bruno Østergård"
    arrive(qtbot, screen, client=None)
    assert events(screen) == ["client.open", "client.create"]  # the choice stays, as every filter does
    assert (screen.client.chosen, screen.client.text()) == (bruno.id, "Bruno Østergård")


def test_a_chosen_line_says_everything_in_words(qtbot: QtBot, screen: LogScreen, ask: Any) -> None:
    with pytest.raises(NotFound):
        ask(clients.open, "nobody")
    arrive(qtbot, screen)
    screen.table.selectRow(events(screen).index("client.open"))
    told = " ".join(label.text() for label in screen.panel.findChildren(QLabel))
    assert "tried to look at a client's details" in told
    assert "Nothing, or more than one thing, answers to what was typed" in told
    assert "Recovery key: the key that opened the vault" in told and "In the window" in told and "Treatment" in told


def test_the_state_is_told_in_words_before_and_after_verifying(qtbot: QtBot, screen: LogScreen, work: Any) -> None:
    work(lambda practice: anchor(practice, True))
    arrive(qtbot, screen)
    assert screen.state.text() == "Not checked yet"
    with qtbot.waitSignal(screen.desk.verified, timeout=PATIENCE):
        press(qtbot, screen, "Verify now")
    assert screen.state.text().startswith("Everything checked today, ") and "2 notes" in screen.state.text()
    assert screen.state.property("tone") == "good"


def test_problems_are_listed_with_what_to_do(qtbot: QtBot, screen: LogScreen, work: Any) -> None:
    def alter(practice: Practice) -> bool:
        with practice._begin() as inner:
            inner.sql("UPDATE clients SET phone = '01632 960999' WHERE name LIKE 'Bruno%'")
        return True

    work(alter)
    arrive(qtbot, screen)
    with qtbot.waitSignal(screen.desk.verified, timeout=PATIENCE):
        press(qtbot, screen, "Verify now")
    assert screen.state.text().startswith("1 problem found") and screen.state.property("tone") == "alarm"
    assert "is not as the log last saw it" in screen.detail.text()
    assert "Make a copy of the whole folder" in screen.detail.text()


def test_not_anchored_is_never_shown_as_fine(qtbot: QtBot, screen: LogScreen, work: Any) -> None:
    work(lambda practice: anchor(practice, False))
    arrive(qtbot, screen)
    with qtbot.waitSignal(screen.desk.verified, timeout=PATIENCE):
        press(qtbot, screen, "Verify now")
    assert "Not anchored" in screen.state.text() and screen.state.property("tone") == "attention"
    assert screen.desk.verifying is not None and "not anchored" in screen.desk.verifying.saying


def test_a_review_marks_what_was_looked_at_and_nothing_later(qtbot: QtBot, screen: LogScreen, ask: Any) -> None:
    with pytest.raises(NotFound):
        ask(clients.open, "nobody")
    arrive(qtbot, screen)
    press(qtbot, screen, "Review …")
    qtbot.waitUntil(screen.mark.isVisible, timeout=PATIENCE)
    assert "client.open" in events(screen) and "client.create" not in events(screen)
    assert screen._review is not None
    looked_at = screen._review.through
    with pytest.raises(NotFound):
        ask(clients.open, "somebody who came later")
    with qtbot.waitSignal(screen.desk.said, timeout=PATIENCE) as said:
        press(qtbot, screen, "Mark as reviewed")
    assert said.args is not None and f"{looked_at:,}" in said.args[0].text
    line = ask(log.show, event="log.review")[0]
    assert line.counts["through"] == looked_at
    assert ask(log.to_review).since == looked_at + 1
    assert not screen.mark.isVisible()


def test_looking_at_what_to_review_marks_nothing(qtbot: QtBot, screen: LogScreen, ask: Any) -> None:
    arrive(qtbot, screen)
    press(qtbot, screen, "Review …")
    qtbot.waitUntil(screen.mark.isVisible, timeout=PATIENCE)
    press(qtbot, screen, "Back to all lines")
    assert ask(log.show, event="log.review") == []


def test_a_receipt_is_shown_copied_and_saved(qtbot: QtBot, screen: LogScreen, tmp_path: Path) -> None:
    arrive(qtbot, screen)
    press(qtbot, screen, "Receipt …")
    qtbot.waitUntil(screen.panel.isVisible, timeout=PATIENCE)
    press(qtbot, screen.panel, "Copy")
    receipt = receipts.parse(QGuiApplication.clipboard().text())
    assert receipt.lines == numbers(screen)[0] + 1  # the look at the log is a line too
    screen.panel.where = lambda parent, title, name: tmp_path / "receipt"
    with qtbot.waitSignal(screen.desk.said, timeout=PATIENCE):
        press(qtbot, screen.panel, "Save as PDF …")
    assert (tmp_path / "receipt.pdf").read_bytes().startswith(b"%PDF")
    with qtbot.waitSignal(screen.desk.said, timeout=PATIENCE) as said:
        press(qtbot, screen.panel, "Save as PDF …")
    assert said.args is not None and said.args[0].text == "That file is there already."


def test_the_code_is_the_one_that_other_programs_make() -> None:
    import segno

    drawn = qr_code.picture("SESSION-NOTES-RECEIPT-1 test", modules=1)
    rows = [bytes(row) for row in segno.make("SESSION-NOTES-RECEIPT-1 test", error="m", micro=False).matrix]
    border = qr_code.BORDER
    read = [
        bytes(drawn.pixelColor(x + border, y + border).lightness() < 128 for x in range(len(rows)))
        for y in range(len(rows))
    ]
    assert read == rows
    assert drawn.pixelColor(0, 0).lightness() == 255


def test_an_export_asks_who_is_there_and_never_replaces_a_file(qtbot: QtBot, screen: LogScreen, tmp_path: Path) -> None:
    asked: list[str] = []
    screen.desk.identity_wanted.connect(lambda why, then: asked.append(why))
    target = tmp_path / "log.jsonl"
    screen.panel.where = lambda parent, title, name: target
    arrive(qtbot, screen)
    press(qtbot, screen, "Export …")
    with qtbot.waitSignal(screen.desk.said, timeout=PATIENCE):
        press(qtbot, screen.panel, "Choose where …")
    assert asked == ["The access log is about to be exported."]
    first, *lines = target.read_text("utf-8").splitlines()
    assert json.loads(first)["format"] == "session-notes-access-log" and len(lines) == numbers(screen)[0] + 1
    before = target.read_bytes()
    with qtbot.waitSignal(screen.desk.said, timeout=PATIENCE) as said:
        press(qtbot, screen.panel, "Choose where …")
    assert said.args is not None and said.args[0].tone == "alarm"
    assert target.read_bytes() == before


def test_what_was_read_leaves_the_window_with_the_screen(qtbot: QtBot, screen: LogScreen) -> None:
    arrive(qtbot, screen)
    screen.table.selectRow(0)
    screen.leave()
    assert screen.model.rowCount() == 0 and not screen.panel.isVisible()


def test_in_a_narrow_window_the_sentence_has_the_room(qtbot: QtBot, screen: LogScreen) -> None:
    arrive(qtbot, screen)
    screen.resize(1800, 600)
    assert not screen.table.isColumnHidden(log_model.CLIENT) and not screen.table.isColumnHidden(log_model.WHO)
    screen.resize(600, 600)
    assert screen.table.isColumnHidden(log_model.CLIENT) and not screen.table.isColumnHidden(log_model.WHAT)


def test_who_prefers_initials_sees_no_name(qtbot: QtBot, screen: LogScreen, ask: Any) -> None:
    screen.desk.preferences.initials = True
    ask(clients.open, "Bruno")
    arrive(qtbot, screen)
    row = events(screen).index("client.open")
    screen.table.selectRow(row)
    seen = [screen.model.index(row, column).data() for column in range(6)]
    told = " ".join([*seen, *(label.text() for label in screen.panel.findChildren(QLabel))])
    assert "B. Ø." in told and "Bruno" not in told
