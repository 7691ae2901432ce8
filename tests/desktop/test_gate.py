"""The lock screen, and what comes right after it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from notes.desktop import theme
from notes.desktop.desk import Desk
from notes.desktop.gate import Gate
from notes.desktop.notices import in_the_window, plain
from notes.desktop.window import Window
from notes.desktop.worker import Opened
from notes.practice import log, opening
from notes.practice.practice import Practice
from notes.practice.surroundings import this_computer
from notes.record import clients
from notes.vault import recovery_key
from notes.vault.slots import Secret
from tests.conftest import PASSPHRASE
from tests.desktop.conftest import PATIENCE, end
from tests.desktop.test_every_screen_is_accessible import contrast_seen, texts

Begun = Callable[[Path], Window]


@pytest.fixture
def begin(qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Begun:
    """A window at the lock screen of a vault; what it does is anchored in a folder of the test's own."""
    monkeypatch.setenv("NOTES_STATE_DIR", str(tmp_path / "state"))

    def run(folder: Path) -> Window:
        afresh: list[Path] = []
        window = Window(desk, folder, afresh.append)
        window.afresh = afresh  # type: ignore[attr-defined]
        qtbot.addWidget(window, before_close_func=lambda _: end(qtbot, window))
        window.show()
        return window

    return run


def type_key(gate: Gate, small_vault: tuple[Path, bytes]) -> None:
    """The recovery key, as from the sheet."""
    QTest.mouseClick(gate._fields.way, Qt.MouseButton.LeftButton)
    QTest.keyClicks(gate._fields.recovery.line, recovery_key.write(bytearray(small_vault[1])).lower())
    QTest.keyClick(gate._fields.recovery.line, Qt.Key.Key_Return)


def enter(qtbot: QtBot, window: Window, small_vault: tuple[Path, bytes]) -> None:
    type_key(window.gate, small_vault)
    qtbot.waitUntil(lambda: window.house is not None, timeout=PATIENCE)


def seen(window: Window) -> str:
    """Every word on the screen."""
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def test_the_passphrase_opens_the_vault_and_leaves_the_field(qtbot: QtBot, begin: Begun, vault: Path) -> None:
    window = begin(vault)
    gate = window.gate
    with qtbot.waitSignal(gate.opened, timeout=PATIENCE):
        QTest.keyClicks(gate._fields.passphrase.line, PASSPHRASE.decode())
        QTest.keyClick(gate._fields.passphrase.line, Qt.Key.Key_Return)
        assert gate._at_work.isVisible()
        assert gate._fields.passphrase.line.text() == ""
        assert not gate._fields.passphrase.line.isUndoAvailable()
    assert window.house.current is not None
    assert window.house.current.name == "today"


def test_a_wrong_passphrase_is_said_in_a_sentence_and_told_after_unlocking(
    qtbot: QtBot, begin: Begun, vault: Path, small_vault: tuple[Path, bytes]
) -> None:
    window = begin(vault)
    QTest.keyClicks(window.gate._fields.passphrase.line, "not this one, not at all")
    QTest.mouseClick(window.gate._open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.gate._trouble.isVisible, timeout=PATIENCE)
    assert "That passphrase does not open this vault." in window.gate._trouble.text()
    assert window.gate._fields.passphrase.line.isEnabled()
    QTest.mouseClick(window.gate._fields.way, Qt.MouseButton.LeftButton)
    assert not window.gate._trouble.isVisible()
    QTest.mouseClick(window.gate._fields.way, Qt.MouseButton.LeftButton)
    enter(qtbot, window, small_vault)
    assert "1 failed attempt to open this vault" in seen(window)
    assert "notes log" not in seen(window)
    assert window.house.notice._undo.text() == "Open the access log"


def test_the_recovery_key_is_checked_while_it_is_typed(
    qtbot: QtBot, begin: Begun, vault: Path, small_vault: tuple[Path, bytes]
) -> None:
    gate = begin(vault).gate
    field = gate._fields.recovery
    QTest.mouseClick(gate._fields.way, Qt.MouseButton.LeftButton)
    written = recovery_key.write(bytearray(small_vault[1]))
    QTest.keyClicks(field.line, written[:12])
    assert field.state.text() == "2 of 9 groups"
    QTest.keyClicks(field.line, "u")
    assert "“U” never stands" in field.state.text()
    field.empty()
    QTest.keyClicks(field.line, written)
    assert "they fit each other" in field.state.text()
    other = "2" if written[0] != "2" else "3"
    field.empty()
    QTest.keyClicks(field.line, other + written[1:])
    assert "slip" in field.state.text()
    QTest.keyClick(field.line, Qt.Key.Key_Return)
    assert "slip" in gate._trouble.text()
    assert field.line.text()  # a slip is corrected, not typed anew


def test_a_vault_with_a_key_file_asks_for_it_and_opens_with_it(
    qtbot: QtBot, begin: Begun, vault: Path, key_file: Path
) -> None:
    gate = begin(vault).gate
    fields = gate._fields
    qtbot.waitUntil(fields.key_file.isVisible, timeout=PATIENCE)
    QTest.keyClicks(fields.passphrase.line, PASSPHRASE.decode())
    QTest.mouseClick(gate._open, Qt.MouseButton.LeftButton)
    assert "also asks for its key file" in gate._trouble.text()
    assert fields.passphrase.line.text()  # nothing is typed twice
    QTest.mouseClick(fields.way, Qt.MouseButton.LeftButton)
    assert not fields.key_file.isVisible()  # the recovery key needs none
    QTest.mouseClick(fields.way, Qt.MouseButton.LeftButton)
    fields.key_file.choose(key_file)
    with qtbot.waitSignal(gate.opened, timeout=PATIENCE):
        QTest.keyClick(fields.passphrase.line, Qt.Key.Key_Return)


def test_another_key_file_is_refused_like_a_wrong_passphrase(
    qtbot: QtBot, begin: Begun, vault: Path, key_file: Path
) -> None:
    gate = begin(vault).gate
    qtbot.waitUntil(gate._fields.key_file.isVisible, timeout=PATIENCE)
    key_file.write_bytes(b"another one")
    gate._fields.key_file.choose(key_file)
    QTest.keyClicks(gate._fields.passphrase.line, PASSPHRASE.decode())
    QTest.keyClick(gate._fields.passphrase.line, Qt.Key.Key_Return)
    qtbot.waitUntil(gate._trouble.isVisible, timeout=PATIENCE)
    assert "does not open this vault" in gate._trouble.text()


def test_caps_lock_is_noticed(begin: Begun, vault: Path) -> None:
    gate = begin(vault).gate
    QTest.keyClick(gate._fields.passphrase.line, "a")
    assert not gate._fields.passphrase._caps.isVisible()
    QTest.keyClick(gate._fields.passphrase.line, "A")  # a capital, and no Shift held
    assert gate._fields.passphrase._caps.isVisible()


def test_a_vault_open_elsewhere_is_explained(
    qtbot: QtBot, begin: Begun, vault: Path, small_vault: tuple[Path, bytes], unlock: Callable[[Path], Practice]
) -> None:
    with unlock(vault):
        gate = begin(vault).gate
        type_key(gate, small_vault)
        qtbot.waitUntil(gate._trouble.isVisible, timeout=PATIENCE)
    assert "open in another window" in gate._trouble.text()


def test_a_damaged_header_is_told_without_commands(qtbot: QtBot, begin: Begun, vault: Path) -> None:
    for name in ("header.json", "header.bak"):
        (vault / name).write_bytes(b"{}")
    gate = begin(vault).gate
    qtbot.waitUntil(gate._trouble.isVisible, timeout=PATIENCE)
    assert "header is damaged" in gate._trouble.text()
    assert "notes " not in gate._trouble.text()


def test_cancelling_leaves_the_vault_locked(
    qtbot: QtBot, begin: Begun, vault: Path, small_vault: tuple[Path, bytes], unlock: Callable[[Path], Practice]
) -> None:
    window = begin(vault)
    type_key(window.gate, small_vault)
    window.gate.cancel()
    qtbot.waitUntil(lambda: window.desk.worker.idle, timeout=PATIENCE)
    assert window.house is None
    unlock(vault).lock()  # nobody holds it


def test_what_happened_while_locked_is_told_one_by_one_and_comes_back_until_it_is_read(
    qtbot: QtBot, window: Window
) -> None:
    window.house.end()
    window.house = None  # as after locking
    window.gate.opened.emit(Opened(("First thing: notes log show.", "Second thing (notes backup make FOLDER).")))
    assert "First thing." in seen(window)
    assert "Second" not in seen(window)
    window.desk.say("Archived.")
    assert "Archived." in seen(window)
    QTest.mouseClick(window.house.notice._close, Qt.MouseButton.LeftButton)
    assert "First thing." in seen(window)
    QTest.mouseClick(window.house.notice._close, Qt.MouseButton.LeftButton)
    assert "Second thing." in seen(window)


@pytest.mark.parametrize(
    "said, told, room",
    [
        (
            "3 failed attempts to open this vault since Monday, 02 March 2026, 09:00: notes log show --event "
            "vault.attempt.",
            "3 failed attempts to open this vault since Monday, 02 March 2026, 09:00.",
            "log",
        ),
        (
            "If you changed nothing, somebody else did: notes key list",
            "If you changed nothing, somebody else did.",
            "key",
        ),
        ("Put backups there instead (notes backup make FOLDER).", "Put backups there instead.", "backup"),
        (
            "Run notes verify; if all is well, move them.",
            "Run “Verify everything” in the menu Vault; if all is well, move them.",
            None,
        ),
    ],
)
def test_the_terminals_commands_become_places_to_go(said: str, told: str, room: str | None) -> None:
    found = in_the_window(said)
    assert plain(said) == told
    assert found.room == room


@pytest.fixture
def older(vault: Path, tmp_path: Path, small_vault: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The vault as it was before a client was added, put back."""
    monkeypatch.setenv("NOTES_STATE_DIR", str(tmp_path / "state"))
    secret = Secret("recovery", bytearray(small_vault[1]))
    kept = shutil.copytree(vault, tmp_path / "before")
    with opening.unlock(vault, secret, surroundings=this_computer()) as practice:
        practice.do(clients.create, "Cleo Marchbanks")
    shutil.rmtree(vault)
    kept.rename(vault)
    return vault


def test_an_older_copy_is_shown_with_what_is_missing_and_read_only_until_it_is_decided(
    qtbot: QtBot, begin: Begun, older: Path, small_vault: tuple[Path, bytes]
) -> None:
    window = begin(older)
    enter(qtbot, window, small_vault)
    card = window.house.stack.currentWidget()
    assert "lines are missing" in seen(window)
    assert "For reading only" in seen(window)
    assert "notes log accept" not in seen(window)
    heard: list[object] = []
    window.desk.do(clients.create, "Dora", failed=heard.append)
    qtbot.waitUntil(lambda: bool(heard), timeout=PATIENCE)
    assert not card._accept.isEnabled()  # type: ignore[union-attr]
    card._reason.setCurrentIndex(1)  # type: ignore[union-attr]
    with qtbot.waitSignal(card.decided, timeout=PATIENCE):  # type: ignore[union-attr]
        QTest.mouseClick(card._accept, Qt.MouseButton.LeftButton)  # type: ignore[union-attr]
    assert "For reading only" not in seen(window)
    made: list[object] = []
    window.desk.do(clients.create, "Dora", then=made.append, failed=made.append)
    window.desk.do(log.show, limit=5, then=made.append)
    qtbot.waitUntil(lambda: len(made) == 2, timeout=PATIENCE)
    assert getattr(made[0], "name", None) == "Dora"
    assert "log.accept" in {line.event for line in made[1]}  # type: ignore[attr-defined]


def test_an_older_copy_is_left_for_a_restored_backup_in_a_fresh_process(
    qtbot: QtBot, begin: Begun, older: Path, small_vault: tuple[Path, bytes]
) -> None:
    window = begin(older)
    enter(qtbot, window, small_vault)
    card = window.house.stack.currentWidget()
    QTest.mouseClick(card._restore, Qt.MouseButton.LeftButton)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: bool(window.afresh), timeout=PATIENCE)  # type: ignore[attr-defined]
    assert window.afresh == [None]  # type: ignore[attr-defined]
    assert window.house is None


def test_a_fault_is_told_by_its_place_and_never_by_its_text(qtbot: QtBot, window: Window) -> None:
    def failing(practice: object, job: object) -> None:
        raise ValueError("Ada Quillfeather, born 1975")

    window.desk.worker.run(failing)
    qtbot.waitUntil(lambda: "Session Notes has a fault." in seen(window), timeout=PATIENCE)
    told = window.house.lines.shown
    assert told is not None and told.stays
    assert told.detail.endswith(f"ValueError, test_gate.py:{failing.__code__.co_firstlineno + 1}")
    assert told.detail in seen(window)
    assert "Ada" not in told.text + told.detail and "1975" not in seen(window)


def test_the_lock_screen_is_named_and_legible_in_the_dark(begin: Begun, vault: Path, qapp: QApplication) -> None:
    theme.apply(qapp, "dark")
    window = begin(vault)
    picture = window.grab().toImage()
    assert picture.pixelColor(5, 5).lightnessF() < 0.5
    faint = [text.text() for text in texts(window) if contrast_seen(picture, window, text) < 4.5]
    assert (faint, len(list(texts(window))) > 4) == ([], True)
    names = {window.gate._fields.passphrase.line.accessibleName(), window.gate._fields.recovery.line.accessibleName()}
    assert names == {"Passphrase", "Recovery key"}
    assert window.gate._fields.passphrase._show.accessibleName() == "Show the passphrase"
    QTest.mouseClick(window.gate._fields.passphrase._show, Qt.MouseButton.LeftButton)
    assert window.gate._fields.passphrase._show.accessibleName() == "Hide the passphrase"
