"""Before there is a vault: the steps to one, the sample practice, restoring."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
import segno
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPdfWriter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from notes.desktop import sample_practice
from notes.desktop.desk import Desk
from notes.desktop.first_run import FirstRun
from notes.desktop.recovery_card import RecoveryCard
from notes.desktop.window import Window
from notes.errors import NotesError
from notes.practice import backups, keyring, naming, opening
from notes.vault import header, recovery_key
from notes.vault.slots import FLOOR, Secret
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import PATIENCE, end

LONG = 4 * PATIENCE
"""Where a vault is made, at the full cost of its passphrase."""
GOOD = "quiet herons count the seven weirs"


@pytest.fixture
def first(qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Window:
    """A window where no vault is known yet."""
    monkeypatch.setenv("NOTES_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    window = Window(desk, None, lambda _: None)
    qtbot.addWidget(window, before_close_func=lambda _: end(qtbot, window))
    window.show()
    return window


def click(widget: object) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


def to_passphrase(window: Window, folder: Path) -> FirstRun:
    """The first step, filled in."""
    run = window.first_run
    click(run._begin)
    QTest.keyClicks(run._name, "The Weir Practice")
    run._folder.clear()
    QTest.keyClicks(run._folder, str(folder))
    click(run._further)
    return run


def test_a_vault_is_made_shown_its_sheet_and_then_asks_for_the_passphrase(
    qtbot: QtBot, first: Window, tmp_path: Path
) -> None:
    folder = tmp_path / "notes" / "Weir.vault"
    run = to_passphrase(first, folder)
    assert run._where_am_i.text() == "A new vault. Step 2 of 3: The passphrase"
    QTest.keyClicks(run._choose.first.line, GOOD)
    assert not run._make.isEnabled()
    QTest.keyClicks(run._choose.again.line, GOOD)
    qtbot.waitUntil(run._make.isEnabled, timeout=PATIENCE)
    click(run._make)
    assert run._choose.first.line.text() == ""
    qtbot.waitUntil(lambda: hasattr(run, "sheet"), timeout=LONG)
    written = run.sheet._written()
    click(run.sheet._next)
    assert not run.sheet._shown.text()  # it is read from the paper, not from the screen
    groups = written.split("-")
    for number, line in run.sheet._typed.items():
        QTest.keyClicks(line, groups[number].lower())
    click(run.sheet._finish)
    qtbot.waitUntil(lambda: hasattr(first, "gate"), timeout=PATIENCE)
    assert first.gate.folder == folder
    assert not any(run.sheet._key)
    key = recovery_key.read(bytearray(written.encode()))
    with opening.unlock(folder, Secret("recovery", key)) as practice:
        assert practice.do(naming.practice_name) == "The Weir Practice"


def test_a_window_closed_before_the_sheet_was_typed_back_leaves_the_vault_known_and_says_what_it_lacks(
    qtbot: QtBot, first: Window, tmp_path: Path
) -> None:
    folder = tmp_path / "Weir.vault"
    key = made_here(first, folder)
    assert first.desk.preferences.recent == [folder]
    assert "The Weir Practice" not in first.desk.preferences._kept.allKeys()
    assert enter(qtbot, first, folder, key) == "The recovery sheet was never confirmed."
    notice = first.house.lines.shown
    assert notice is not None and notice.stays and notice.verb == "Make a new one"
    click(first.house.notice._undo)
    assert first.house.current is not None and first.house.current.place() == {"part": "keys"}


def test_a_sheet_typed_back_is_never_asked_for_again(qtbot: QtBot, first: Window, tmp_path: Path) -> None:
    folder = tmp_path / "Weir.vault"
    key = made_here(first, folder)
    first.first_run._done()
    assert enter(qtbot, first, folder, key) is None


def test_a_sheet_made_anew_in_the_terminal_ends_the_asking_for_the_one_before(
    qtbot: QtBot, first: Window, tmp_path: Path
) -> None:
    folder = tmp_path / "Weir.vault"
    key = made_here(first, folder)
    with opening.unlock(folder, Secret("recovery", bytearray(key)), face="terminal") as practice:
        renewed = practice.do(keyring.new_recovery_key)
    assert enter(qtbot, first, folder, bytes(renewed)) is None


def made_here(window: Window, folder: Path) -> bytes:
    """A vault just made in this window, whose sheet is shown and not typed back yet; gives its recovery key."""
    made = opening.create(folder, bytearray(PASSPHRASE), "The Weir Practice", cost=FLOOR)
    slot = next(slot.id for slot in header.read(folder).header.slots if slot.kind == "recovery")
    window.first_run._created(folder, made.vault_id, slot, bytearray(made.recovery_key))
    return bytes(made.recovery_key)


def enter(qtbot: QtBot, window: Window, folder: Path, key: bytes) -> str | None:
    """Unlock a vault in this window; gives what the line on top says then, if anything of its sheet."""
    window.show_gate(folder)
    told: list[Any] = []
    window.desk.said.connect(told.append)
    window.desk.worker.unlock(folder, Secret("recovery", bytearray(key)), window.gate.opened.emit, told.append)
    qtbot.waitUntil(lambda: window.house is not None and window.desk.worker.idle, timeout=PATIENCE)
    return next((notice.text for notice in told if notice and "recovery sheet" in notice.text), None)


def test_a_card_that_cannot_save_says_so_without_the_terminal(card: RecoveryCard) -> None:
    card._failed(NotesError("It cannot be written.", "", "Look at the keys with: notes key list"))
    assert "notes key" not in card._kept.text()


def test_strength_is_told_in_words_while_it_is_typed_and_without_rules_of_composition(
    qtbot: QtBot, first: Window, tmp_path: Path
) -> None:
    run = to_passphrase(first, tmp_path / "W.vault")
    choose = run._choose
    QTest.keyClicks(choose.first.line, "short one")
    qtbot.waitUntil(lambda: "at least 15" in choose._told.text() and "9 char" in choose._told.text(), timeout=PATIENCE)
    assert choose._bar._filled == 1
    choose.empty()
    QTest.keyClicks(choose.first.line, "the weir practice 1")
    qtbot.waitUntil(lambda: "easily guessed" in choose._told.text(), timeout=PATIENCE)
    choose.empty()
    QTest.keyClicks(choose.first.line, GOOD)
    qtbot.waitUntil(lambda: choose._bar._filled == 4, timeout=PATIENCE)
    assert choose._told.text() == "Very strong."
    QTest.keyClicks(choose.again.line, GOOD[:-1])
    assert choose._same.text() == "Not the same yet."
    assert not run._make.isEnabled()
    click(choose.first._show)  # where it can be read, once is enough
    assert not choose.again.isVisible()
    assert run._make.isEnabled()


def test_the_folder_follows_the_name_until_it_is_chosen_by_hand(first: Window) -> None:
    run = first.first_run
    click(run._begin)
    QTest.keyClicks(run._name, "Weir/../Practice")
    assert Path(run._folder.text()).name == "WeirPractice.vault"
    QTest.keyClicks(run._folder, "X")
    kept = run._folder.text()
    QTest.keyClicks(run._name, "Z")
    assert run._folder.text() == kept


def test_a_folder_in_a_cloud_is_said_calmly_and_forbids_nothing(qtbot: QtBot, first: Window, tmp_path: Path) -> None:
    run = first.first_run
    click(run._begin)
    QTest.keyClicks(run._name, "Weir")
    run._folder.clear()
    QTest.keyClicks(run._folder, str(tmp_path / "Dropbox" / "Weir.vault"))
    qtbot.waitUntil(run._synced.isVisible, timeout=PATIENCE)
    assert "copied by Dropbox" in run._synced.text()
    assert run._further.isEnabled()


def test_one_can_go_back_until_the_vault_is_made(first: Window, tmp_path: Path) -> None:
    run = to_passphrase(first, tmp_path / "W.vault")
    click(run._back)
    assert run._name.isVisible()
    assert run._name.text() == "The Weir Practice"


def test_a_folder_that_is_in_use_is_refused_and_one_can_go_back(qtbot: QtBot, first: Window, tmp_path: Path) -> None:
    used = tmp_path / "used"
    used.mkdir()
    (used / "letter.txt").write_text("x")
    run = to_passphrase(first, used)
    click(run._choose.first._show)
    QTest.keyClicks(run._choose.first.line, GOOD)
    qtbot.waitUntil(run._make.isEnabled, timeout=PATIENCE)
    click(run._make)
    qtbot.waitUntil(run._trouble.isVisible, timeout=LONG)
    assert "already in use" in run._trouble.text()
    assert run._back.isEnabled()


@pytest.fixture
def card(qtbot: QtBot, desk: Desk, tmp_path: Path) -> RecoveryCard:
    from datetime import date

    key = bytearray(range(1, 21))
    made = RecoveryCard(desk.worker, key, "The Weir Practice", "0" * 32, date(2026, 3, 1), asked=(2, 6))
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_sheet_is_saved_once_and_never_over_another_file(qtbot: QtBot, card: RecoveryCard, tmp_path: Path) -> None:
    card.save(tmp_path / "sheet.pdf")
    qtbot.waitUntil(lambda: "Saved as sheet.pdf" in card._kept.text(), timeout=PATIENCE)
    assert (tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")
    before = (tmp_path / "sheet.pdf").read_bytes()
    card._today = card._today.replace(year=2027)  # another sheet than the one that is there
    card.save(tmp_path / "sheet.pdf")
    qtbot.waitUntil(lambda: "there already" in card._kept.text(), timeout=PATIENCE)
    assert (tmp_path / "sheet.pdf").read_bytes() == before


def test_wrong_groups_are_not_taken_and_letters_are_read_as_crockford_does(card: RecoveryCard) -> None:
    click(card._next)
    groups = card._written().split("-")
    done: list[bool] = []
    card.confirmed.connect(lambda: done.append(True))
    for number, line in card._typed.items():
        QTest.keyClicks(line, groups[number][::-1] if groups[number] != groups[number][::-1] else "ZZZZ")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert "Not as on the sheet" in card._fits.text()
    assert done == []
    for number, line in card._typed.items():  # the other one is still wrong
        wrong = line.text()
        line.clear()
        QTest.keyClicks(line, groups[number])
        assert "Not as on the sheet" in card._fits.text()
        assert not card._finish.isEnabled()
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert done == []
        line.clear()
        QTest.keyClicks(line, wrong)
    for number, line in card._typed.items():
        line.clear()
        QTest.keyClicks(line, groups[number].replace("0", "o").replace("1", "l"))
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert done == [True]


def test_the_printed_sheet_holds_the_key_where_it_can_be_read(card: RecoveryCard, tmp_path: Path) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext to read the page")
    page = QPdfWriter(str(tmp_path / "sheet.pdf"))
    painter = QPainter(page)
    card.paint(painter, QRectF(0, 0, page.width(), page.height()))
    painter.end()
    done = subprocess.run(["pdftotext", "-layout", str(tmp_path / "sheet.pdf"), "-"], capture_output=True, check=True)
    told = done.stdout.decode()
    rows = re.findall(r"^ *([0-9A-Z]{4}) +([0-9A-Z]{4}) +([0-9A-Z]{4}) *$", told, re.MULTILINE)
    assert [group for row in rows for group in row] == card._written().split("-")
    assert "The Weir Practice" in told


def test_the_printed_sheet_is_drawn(card: RecoveryCard) -> None:
    page = QImage(800, 1130, QImage.Format.Format_RGB32)
    page.fill(QColor("white"))
    painter = QPainter(page)
    painter.setPen(QColor("black"))
    card.paint(painter, QRectF(0, 0, 800, 1130))
    painter.end()
    rows = [y for y in range(0, 1130, 2) if any(page.pixelColor(x, y).lightness() < 128 for x in range(0, 800, 2))]
    assert rows[0] < 120
    assert rows[-1] > 500
    dark = [(x, y) for x in range(560, 800) for y in range(360) if page.pixelColor(x, y).lightness() < 128]
    (left, right), (top, bottom) = ((min(side), max(side) + 1) for side in zip(*dark, strict=True))
    wanted = [bytes(row) for row in segno.make(card._written(), error="m", micro=False).matrix]
    wide, high = (right - left) / len(wanted), (bottom - top) / len(wanted)
    found = [
        bytes(
            page.pixelColor(int(left + (across + 0.5) * wide), int(top + (down + 0.5) * high)).lightness() < 128
            for across in range(len(wanted))
        )
        for down in range(len(wanted))
    ]
    assert found == wanted
    assert rows[-1] < 1120


def test_the_sample_practice_is_built_marked_opened_and_thrown_away(qtbot: QtBot, first: Window) -> None:
    click(first.first_run._try)
    qtbot.waitUntil(lambda: hasattr(first, "gate"), timeout=LONG)
    assert first._strip.isVisible()
    click(first.gate._open)  # its passphrase is filled in
    qtbot.waitUntil(lambda: first.house is not None, timeout=LONG)
    assert first._strip.isVisible()
    assert first.desk.preferences.recent == []
    assert first.folder is not None
    place = first.folder.parent
    assert os.environ["NOTES_STATE_DIR"] == str(place / "state")
    sample_practice.throw_away(first.folder)
    assert not place.exists()


def test_building_the_sample_can_be_cancelled_and_leaves_nothing(qtbot: QtBot, first: Window, tmp_path: Path) -> None:
    run = first.first_run
    click(run._try)
    qtbot.waitUntil(lambda: run._building._bar.maximum() > 1, timeout=LONG)
    assert len(list(tmp_path.glob(f"{sample_practice.PREFIX}*/Sample.vault"))) == 1
    click(run._building._stop)
    qtbot.waitUntil(run._try.isEnabled, timeout=LONG)
    assert list(tmp_path.glob(f"{sample_practice.PREFIX}*")) == []
    assert not first.desk.sample


def test_only_the_sample_is_ever_thrown_away(vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    sample_practice.throw_away(vault)
    assert vault.is_dir()
    elsewhere = tmp_path / f"{sample_practice.PREFIX}x"
    elsewhere.mkdir()
    own = vault.rename(elsewhere / vault.name)
    sample_practice.throw_away(own)
    assert own.is_dir()


def test_vaults_known_are_listed_by_the_names_of_their_folders(qtbot: QtBot, desk: Desk, vault: Path) -> None:
    desk.preferences.remember(vault)
    run = FirstRun(desk)
    qtbot.addWidget(run)
    buttons = [b for b in run.findChildren(type(run._begin)) if b.text() == "Copy"]
    with qtbot.waitSignal(run.chosen) as chosen:
        click(buttons[0])
    assert chosen.args == [vault]


def test_a_folder_without_a_vault_is_said_not_to_be_one(qtbot: QtBot, first: Window, tmp_path: Path) -> None:
    first.first_run.open(tmp_path)
    qtbot.waitUntil(first.first_run._trouble.isVisible, timeout=PATIENCE)
    assert "no vault in that folder" in first.first_run._trouble.text()
    assert "notes --vault" not in first.first_run._trouble.text()


def test_a_backup_is_restored_as_a_vault_of_its_own(
    qtbot: QtBot, first: Window, vault: Path, small_vault: tuple[Path, bytes], tmp_path: Path
) -> None:
    with opening.unlock(vault, Secret("recovery", bytearray(small_vault[1]))) as practice:
        file = tmp_path / backups.make(practice, tmp_path).file
    first.choose_vault()
    first.first_run.restore()
    restore = first.first_run._restore_page
    restore.choose(file, tmp_path / "Restored.vault")
    QTest.keyClicks(restore._fields.passphrase.line, PASSPHRASE.decode())
    click(restore._go)
    qtbot.waitUntil(lambda: hasattr(first, "gate"), timeout=LONG)
    assert first.gate.folder == tmp_path / "Restored.vault"
    opening.unlock(first.gate.folder, Secret("recovery", bytearray(small_vault[1]))).lock()


def test_the_sample_does_not_come_up_in_the_middle_of_making_a_vault(
    qtbot: QtBot, first: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, over, leave = tmp_path / f"{sample_practice.PREFIX}x" / "Sample.vault", threading.Event(), threading.Event()

    def build(*_: object) -> Path:
        built.mkdir(parents=True)
        leave.wait(PATIENCE / 1000)  # too late to stop it
        over.set()
        return built

    monkeypatch.setattr(sample_practice, "build", build)
    run = first.first_run
    click(run._try)
    qtbot.waitUntil(built.exists, timeout=PATIENCE)
    click(run._begin)
    leave.set()
    qtbot.waitUntil(lambda: over.is_set() and first.desk.worker.idle, timeout=PATIENCE)
    assert run.practice_page.isVisible()
    assert not hasattr(first, "gate")
    assert not first.desk.sample
    qtbot.waitUntil(lambda: not built.exists(), timeout=PATIENCE)
