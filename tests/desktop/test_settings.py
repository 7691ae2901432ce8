"""Settings, and the passphrase asked for again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from notes.desktop import app, parts, theme
from notes.desktop.desk import Desk
from notes.desktop.identity import VALID
from notes.desktop.preferences import Preferences
from notes.desktop.settings_screen import Settings
from notes.desktop.spelling import languages
from notes.desktop.window import Window
from notes.desktop.worker import Job
from notes.errors import WrongKey
from notes.practice import keyring, log, naming, opening
from notes.practice.overview import overview
from notes.record import reading
from notes.vault import recovery_key
from notes.vault.slots import Secret
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import PATIENCE

NEW = "quiet herons count the seven weirs"


def click(widget: object) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


@pytest.fixture
def settings(qtbot: QtBot, window: Window) -> Callable[[str], Settings]:
    """Goes to a part of the settings, and waits for what it shows."""

    def go(part: str) -> Settings:
        window.desk.go("settings", part=part)
        qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
        assert isinstance(window.house.current, Settings)
        return window.house.current

    return go


def identify(qtbot: QtBot, window: Window, passphrase: str = PASSPHRASE.decode()) -> None:
    """Type the passphrase into the card that asks for it."""
    assert window.house.stack.currentWidget() is window.house.identity
    QTest.keyClicks(window.house.identity._fields.passphrase.line, passphrase)
    QTest.keyClick(window.house.identity._fields.passphrase.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)


def on_paper(window: Window, card: Any) -> None:
    """Type two groups of the sheet back."""
    groups = card._written().split("-")
    click(card._next)
    for number, line in card._typed.items():
        QTest.keyClicks(line, groups[number])
    click(card._finish)


def shown(window: Window) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def test_a_part_is_made_when_its_tab_is_first_shown_and_shows_what_was_found_before(
    settings: Callable[[str], Settings], window: Window
) -> None:
    screen = settings("general")
    assert set(screen._made) == {"general"}
    screen._tabs.setCurrentIndex(1)
    assert set(screen._made) == {"general", "keys"}
    assert screen.keys._slots.count() == 2
    screen._tabs.setCurrentIndex(0)
    assert screen.keys is screen._made["keys"]


# --- asking again ----------------------------------------------------------------------------------------------


def test_the_passphrase_is_asked_again_leaves_a_line_and_holds_for_a_while(
    qtbot: QtBot, window: Window, ask: Any
) -> None:
    clock, done = [100.0], list[str]()
    window.house.identity._clock = lambda: clock[0]
    window.desk.confirm_identity("Notes are about to leave the vault.", lambda: done.append("first"))
    assert "Notes are about to leave the vault." in shown(window)
    identify(qtbot, window, "some other passphrase")
    assert "does not open this vault" in shown(window)
    assert done == []
    identify(qtbot, window)
    assert done == ["first"]
    assert window.house.stack.currentWidget() is window.house.current
    clock[0] += VALID - 1
    window.desk.confirm_identity("Again.", lambda: done.append("second"))
    assert done == ["first", "second"]
    clock[0] += 2
    window.desk.confirm_identity("Again.", lambda: done.append("third"))
    assert window.house.stack.currentWidget() is window.house.identity
    click(window.house.identity._cancel)
    assert done == ["first", "second"]
    identify_again = window.house.identity
    clock[0] = identify_again._given or 0
    assert identify_again.valid
    window.desk.confirm_identity("Who can open the vault is about to change.", lambda: done.append("key"), anew=True)
    assert window.house.stack.currentWidget() is identify_again
    assert done == ["first", "second"]
    click(identify_again._cancel)
    lines = [(line.event, line.outcome) for line in ask(log.show, limit=20) if line.event == "key.confirm"]
    assert sorted(lines) == [("key.confirm", "done"), ("key.confirm", "refused")]


def test_escape_calls_it_off_and_what_is_always_asked_promises_no_five_minutes(window: Window) -> None:
    identity = window.house.identity
    window.desk.confirm_identity("The passphrase is about to be changed.", lambda: None, anew=True)
    assert "five minutes" not in identity._why.text()
    window.desk.confirm_identity("The note is about to be printed.", lambda: None)
    assert "five minutes" in identity._why.text()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert window.house.stack.currentWidget() is window.house.current


def test_the_recovery_key_answers_too(qtbot: QtBot, window: Window, small_vault: tuple[Path, bytes]) -> None:
    done: list[bool] = []
    window.desk.confirm_identity("Why.", lambda: done.append(True))
    click(window.house.identity._fields.way)
    QTest.keyClicks(window.house.identity._fields.recovery.line, recovery_key.write(bytearray(small_vault[1])))
    click(window.house.identity._go_on)
    qtbot.waitUntil(lambda: done == [True], timeout=PATIENCE)


def test_a_vault_with_a_key_file_asks_for_it_again(qtbot: QtBot, key_file: Path, window: Window) -> None:
    done: list[bool] = []
    fields = window.house.identity._fields
    window.desk.confirm_identity("Why.", lambda: done.append(True))
    identify(qtbot, window)
    assert done == []
    assert "does not open this vault" in shown(window)
    click(fields.file)
    fields.key_file.choose(key_file)
    identify(qtbot, window)
    assert done == [True]


# --- general ---------------------------------------------------------------------------------------------------


def test_lock_time_looks_and_initials_are_remembered(
    settings: Callable[[str], Settings], window: Window, qapp: QApplication
) -> None:
    general = settings("general").general
    QTest.keyClick(general.lock_after, Qt.Key.Key_End)
    assert window.desk.preferences.lock_after == 30
    QTest.keyClick(general.scheme, Qt.Key.Key_End)
    assert window.desk.preferences.scheme == "dark"
    assert theme.roles() == theme.DARK
    QTest.keyClick(general.initials, Qt.Key.Key_Space)
    assert window.desk.preferences.initials
    QTest.keyClick(general.text_size, Qt.Key.Key_End)
    assert window.desk.preferences.text_size == 150
    assert "From the next unlocking on" in shown(window)
    theme.apply(qapp, "light")


def test_a_size_of_text_holds_from_the_start_of_the_program_on(qapp: QApplication, desk: Desk) -> None:
    usual = qapp.font()
    try:
        desk.preferences.text_size = 130
        app.application(desk.preferences)
        assert parts.words("").font().pointSizeF() == pytest.approx(usual.pointSizeF() * 1.3 * theme.BODY)
    finally:
        qapp.setFont(usual)


@pytest.mark.parametrize("kept", ["0", "1000", "large", ""])
def test_a_size_of_text_that_nobody_can_choose_is_the_usual_one(tmp_path: Path, kept: str) -> None:
    (tmp_path / "tampered.ini").write_text(f"[General]\ntext_size={kept}\n")
    assert Preferences(tmp_path / "tampered.ini").text_size == 100


@pytest.mark.skipif(not languages(), reason="no dictionary is installed")
def test_the_language_of_spelling_is_chosen_in_the_settings(
    settings: Callable[[str], Settings], window: Window
) -> None:
    general = settings("general").general
    QTest.keyClick(general.spelling, Qt.Key.Key_End)
    assert window.desk.preferences.spelling == "off"
    QTest.keyClick(general.spelling, Qt.Key.Key_Home)
    assert window.desk.preferences.spelling == ""


def test_the_practice_gets_another_name_and_its_old_one_back(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, ask: Any
) -> None:
    general = settings("general").general
    assert general.name.line.text() == "The Weir Practice"
    general.name.line.selectAll()
    QTest.keyClicks(general.name.line, "Two Herons")
    QTest.keyClick(general.name.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "The name is changed." in shown(window), timeout=PATIENCE)
    assert ask(naming.practice_name) == "Two Herons"
    click(window.house.notice._undo)
    assert ask(naming.practice_name) == "The Weir Practice"


def test_the_practitioner_is_called_on_paper_as_said_or_not_at_all(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, ask: Any
) -> None:
    general = settings("general").general
    assert general.practitioner.line.text() == ""
    for name in ("Dr Wren Alder, licence 123", ""):
        general.practitioner.line.selectAll()
        QTest.keyClick(general.practitioner.line, Qt.Key.Key_Backspace)
        QTest.keyClicks(general.practitioner.line, name)
        click(general.practitioner.change)
        qtbot.waitUntil(lambda: not general.practitioner.change.isEnabled(), timeout=PATIENCE)
        assert ask(overview).practitioner == name
        settings("general")
        assert general.practitioner.line.text() == name


# --- keys ------------------------------------------------------------------------------------------------------


def test_who_can_open_the_vault_is_listed_in_words(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window
) -> None:
    settings("keys")
    qtbot.waitUntil(lambda: "You, with the passphrase, since" in shown(window), timeout=PATIENCE)
    assert "Whoever has it, with the recovery sheet, since" in shown(window)


def test_a_new_passphrase_needs_the_old_one_and_then_counts(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, ask: Any
) -> None:
    keys = settings("keys").keys
    click(keys.choose.first._show)
    QTest.keyClicks(keys.choose.first.line, NEW)
    qtbot.waitUntil(keys.change.isEnabled, timeout=PATIENCE)
    click(keys.change)
    identify(qtbot, window)
    qtbot.waitUntil(lambda: "The passphrase is changed." in shown(window), timeout=PATIENCE)
    assert keys.choose.first.line.text() == ""
    ask(keyring.confirm, Secret("passphrase", bytearray(NEW.encode())))
    with pytest.raises(WrongKey):
        ask(keyring.confirm, Secret("passphrase", bytearray(PASSPHRASE)))


def test_a_new_recovery_sheet_counts_only_once_it_is_on_paper(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, ask: Any, small_vault: tuple[Path, bytes]
) -> None:
    keys = settings("keys").keys
    click(keys.new_sheet)
    identify(qtbot, window)
    card = keys._shown
    assert card is not None
    ask(keyring.confirm, Secret("recovery", bytearray(small_vault[1])))  # the old one counts
    new = card.copy()
    on_paper(window, card)
    qtbot.waitUntil(lambda: "The new recovery sheet counts." in shown(window), timeout=PATIENCE)
    ask(keyring.confirm, Secret("recovery", new))
    with pytest.raises(WrongKey):
        ask(keyring.confirm, Secret("recovery", bytearray(small_vault[1])))
    assert not any(card._key)


def settings_column(part: QWidget) -> QScrollArea:
    """What the part scrolls in."""
    around = part.parentWidget()
    while not isinstance(around, QScrollArea):
        around = around.parentWidget()
    return around


def test_leaving_takes_a_sheet_off_the_screen_and_the_old_one_goes_on_to_count(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, ask: Any, small_vault: tuple[Path, bytes]
) -> None:
    keys = settings("keys").keys
    click(keys.new_sheet)
    identify(qtbot, window)
    card = keys._shown
    assert card is not None
    column = settings_column(keys)
    qtbot.waitUntil(lambda: card.mapTo(column.viewport(), QPoint(0, 0)).y() < column.viewport().height() // 2)
    window.desk.go("today")
    assert not any(card._key)
    assert "The new recovery sheet was put away." in shown(window)
    ask(keyring.confirm, Secret("recovery", bytearray(small_vault[1])))


@pytest.mark.parametrize("way_out", ["Today", "the lock"])
def test_leaving_before_the_last_step_leaves_no_byte_of_the_new_key(
    settings: Callable[[str], Settings], window: Window, way_out: str
) -> None:
    keys = settings("keys").keys
    click(keys._rotate)
    assert keys._shown is not None
    on_paper(window, keys._shown)
    kept = keys._key_on_paper
    assert any(kept)
    if way_out == "Today":
        window.desk.go("today")
    else:
        window.lock()
    assert not any(kept)


def test_a_sheet_typed_back_takes_the_place_of_the_one_before(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window
) -> None:
    before = {slot.id for slot in window.desk.worker._open()._standing.vault.header.slots}
    keys = settings("keys").keys
    click(keys.new_sheet)
    identify(qtbot, window)
    assert keys._shown is not None
    on_paper(window, keys._shown)
    qtbot.waitUntil(lambda: "The new recovery sheet counts." in shown(window), timeout=PATIENCE)
    after = {slot.id for slot in window.desk.worker._open()._standing.vault.header.slots}
    assert len(after - before) == len(before - after) == 1


def test_everything_is_encrypted_anew_with_a_new_sheet(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, vault: Path, small_vault: tuple[Path, bytes]
) -> None:
    keys = settings("keys").keys
    click(keys._rotate)
    assert keys._shown is not None
    new = keys._shown.copy()
    on_paper(window, keys._shown)
    QTest.keyClicks(keys.again.line, "not the passphrase at all")
    click(keys._now)
    qtbot.waitUntil(lambda: "not the vault's passphrase" in shown(window), timeout=PATIENCE)
    QTest.keyClicks(keys.again.line, PASSPHRASE.decode())
    click(keys._now)
    qtbot.waitUntil(lambda: "encrypted under a new key" in shown(window), timeout=PATIENCE)
    window.lock()
    qtbot.waitUntil(lambda: not window._locking, timeout=PATIENCE)
    with pytest.raises(WrongKey):
        opening.unlock(vault, Secret("recovery", bytearray(small_vault[1])))
    with opening.unlock(vault, Secret("recovery", new)) as practice:
        assert len(practice.do(reading.list_notes)) == 2


# --- backups ---------------------------------------------------------------------------------------------------


def test_a_backup_is_made_listed_rehearsed_and_checked(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, tmp_path: Path
) -> None:
    backups = settings("backups").backups
    assert "There is no backup yet." in shown(window)
    assert not backups.make.isEnabled()
    backups.set_folder(tmp_path)
    click(backups.make)
    qtbot.waitUntil(lambda: "Backed up, restored in private, and verified." in shown(window), timeout=PATIENCE)
    qtbot.waitUntil(lambda: backups.model.rowCount() == 1, timeout=PATIENCE)
    assert "newest of its day, week, month" in backups.model.stringList()[0]
    qtbot.waitUntil(lambda: "The last one was made just now." in shown(window), timeout=PATIENCE)
    click(backups.rehearse)
    qtbot.waitUntil(lambda: "Result      PASSED" in shown(window), timeout=PATIENCE)
    assert len(list(tmp_path.glob("session-notes-drill-*.txt"))) == 1
    backups.check(next(tmp_path.glob("*.tar")))
    qtbot.waitUntil(lambda: "This backup holds." in shown(window), timeout=PATIENCE)


def test_a_damaged_backup_is_said_to_be_one(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, tmp_path: Path
) -> None:
    backups = settings("backups").backups
    backups.set_folder(tmp_path)
    click(backups.make)
    qtbot.waitUntil(lambda: "verified." in shown(window), timeout=PATIENCE)
    file = next(tmp_path.glob("*.tar"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    click(backups.rehearse)
    qtbot.waitUntil(lambda: "Result      FAILED" in shown(window), timeout=PATIENCE)
    assert "The rehearsal failed." in shown(window)


def test_long_work_can_be_cancelled_and_leaves_no_file(
    qtbot: QtBot,
    settings: Callable[[str], Settings],
    window: Window,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backups, folder = settings("backups").backups, tmp_path / "backups"
    begun, stopped, progress = threading.Event(), threading.Event(), window.desk.worker.progress

    def held(job: Job) -> Callable[[str, int, int], None]:
        """It stands still once there is a file, until it is stopped."""

        def tell(what: str, done: int, total: int) -> None:
            if list(folder.iterdir()):
                begun.set()
                stopped.wait(PATIENCE / 1000)
            progress(job)(what, done, total)

        return tell

    monkeypatch.setattr(window.desk.worker, "progress", held)
    folder.mkdir()
    backups.set_folder(folder)
    click(backups.make)
    qtbot.waitUntil(begun.is_set, timeout=PATIENCE)
    click(backups.working._stop)
    stopped.set()
    qtbot.waitUntil(lambda: "Stopped." in shown(window), timeout=PATIENCE)
    assert list(folder.iterdir()) == []
    assert backups.make.isEnabled()


# --- checks ----------------------------------------------------------------------------------------------------


def test_everything_is_verified_on_demand(qtbot: QtBot, settings: Callable[[str], Settings], window: Window) -> None:
    checks = settings("checks").checks
    click(checks.verify)
    qtbot.waitUntil(lambda: "All as it should be: 2 notes" in shown(window), timeout=PATIENCE)
    assert checks.verify.isEnabled()


def test_a_second_place_remembers_the_end_of_the_log(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, tmp_path: Path
) -> None:
    checks = settings("checks").checks
    stick = tmp_path / "stick"
    stick.mkdir()
    checks.set_place(stick)
    qtbot.waitUntil(lambda: f"Also kept in {stick}" in shown(window), timeout=PATIENCE)
    window.lock()
    qtbot.waitUntil(lambda: not window._locking, timeout=PATIENCE)
    assert len(list(stick.glob("*.anchor"))) == 1


# --- bringing in -----------------------------------------------------------------------------------------------

TABLE = """\
client,date,note
Ada Quillfeather,2020-01-05,An earlier hour.
Cleo,2020-02-31,No such day.
Dora,2020-03-01,New.
"""


def test_a_table_dropped_on_the_window_is_shown_and_then_brought_in(
    qtbot: QtBot, window: Window, tmp_path: Path, ask: Any
) -> None:
    file = tmp_path / "old.csv"
    file.write_text(TABLE, "utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    at, held = QPointF(window.rect().center()), (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    entered = QDragEnterEvent(at.toPoint(), Qt.DropAction.CopyAction, data, *held)
    window.dragEnterEvent(entered)
    assert entered.isAccepted()
    window.dropEvent(QDropEvent(at, Qt.DropAction.CopyAction, data, *held))
    settings = window.house.current
    assert isinstance(settings, Settings)
    part = settings.bring_in
    qtbot.waitUntil(part.go.isEnabled, timeout=PATIENCE)
    assert part.counts.text().startswith("It would bring in 2 notes")
    assert "1 cannot be taken" in part.counts.text()
    assert part.model.stringList()[0] == "3: The date does not exist or is not written as a date."
    assert len(ask(reading.list_notes)) == 2  # only looked at so far
    click(part.go)
    qtbot.waitUntil(lambda: "2 notes brought in." in shown(window), timeout=PATIENCE)
    assert len(ask(reading.list_notes)) == 4


def test_a_table_is_read_with_a_map_file_and_in_another_encoding(
    qtbot: QtBot, settings: Callable[[str], Settings], tmp_path: Path, window: Window, ask: Any
) -> None:
    part = settings("import").bring_in
    file, map_file = tmp_path / "old.csv", tmp_path / "map.toml"
    file.write_text("who,on,text\nZoë Marsh,2020-01-05,An earlier hour.\n", "cp1252")
    map_file.write_text('client = "who"\ndate = "on"\n', "utf-8")

    def says(words: str) -> None:
        qtbot.waitUntil(lambda: words in part.counts.text(), timeout=PATIENCE)

    part.choose(str(file))
    says("choose its encoding under “Encoding”: cp1252")
    part.encoding.setCurrentIndex(part.encoding.findData("cp1252"))
    part.encoding.activated.emit(part.encoding.currentIndex())
    says("choose that file with “Choose a map file …”")
    part.map_with(map_file)
    says("It would bring in 1 note")
    assert "map.toml" in shown(window)
    click(part.go)
    says("Brought in 1 note")
    assert ask(reading.list_notes, "Zoë Marsh")[0].session_at.startswith("2020-01-05")
    part.choose(str(file))
    click(part._no_map)
    says("choose that file with “Choose a map file …”")


def test_a_file_that_is_no_table_is_said_to_be_none(
    qtbot: QtBot, settings: Callable[[str], Settings], tmp_path: Path
) -> None:
    part = settings("import").bring_in
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    part.choose(str(file))
    qtbot.waitUntil(lambda: bool(part.counts.text()), timeout=PATIENCE)
    assert part.counts.text().startswith("picture.png is not UTF-8 text. Line 1 holds bytes that are not.")
    assert not part.go.isEnabled()


def test_a_name_that_is_being_typed_stays_when_something_else_has_changed(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, ask: Any
) -> None:
    name = settings("general").general.name
    before = name.line.text()
    QTest.keyClicks(name.line, " and partners")
    window.desk.worker.changed.emit(frozenset({"backup"}))  # today's, made while nobody typed
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    assert name.line.text() == f"{before} and partners"
    click(name.change)
    qtbot.waitUntil(lambda: "The name is changed." in shown(window), timeout=PATIENCE)
    assert ask(overview).name == f"{before} and partners"
    assert not name.change.isEnabled()


def test_one_backup_is_made_or_checked_at_a_time_and_its_progress_stays_until_it_ended(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window, tmp_path: Path
) -> None:
    backups, over = settings("backups").backups, threading.Event()
    backups.set_folder(tmp_path)
    window.desk.worker.run(lambda practice, job: over.wait(PATIENCE / 1000))
    click(backups.make)
    backups.set_folder(tmp_path)
    assert not any(button.isEnabled() for button in (backups.make, backups.rehearse, backups._check))
    over.set()
    qtbot.waitUntil(lambda: "verified." in shown(window), timeout=PATIENCE)
    assert all(button.isEnabled() for button in (backups.make, backups.rehearse, backups._check))


def test_a_passphrase_that_was_taken_out_again_is_not_called_strong(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window
) -> None:
    keys = settings("keys").keys
    QTest.keyClicks(keys.choose.first.line, NEW)
    keys.choose._estimate()
    keys.forget()
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    assert not keys.choose.will_do
    assert not keys.change.isEnabled()
    assert "Very strong" not in keys.choose._told.text()


def test_a_sheet_that_is_put_away_leaves_the_focus_in_the_settings(
    qtbot: QtBot, settings: Callable[[str], Settings], window: Window
) -> None:
    window.activateWindow()
    screen = settings("keys")
    screen.keys._show_sheet(screen.keys._sheet_is_on_paper)
    assert screen.keys._shown is not None
    screen.keys._shown._type_back()
    screen.keys._put_away()
    assert window.focusWidget() is screen.keys.new_sheet
