"""Help: complete, true, and without anything that has to be fetched."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence
from pytestqt.qtbot import QtBot

import notes
from notes.desktop import help_text
from notes.desktop.actions import COMMANDS
from notes.desktop.desk import Desk
from notes.desktop.help_screen import Help
from notes.desktop.window import Window

ROOT = Path(notes.__file__).parent.parent


@pytest.fixture
def screen(qtbot: QtBot, desk: Desk) -> Help:
    made = Help(desk)
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_command_with_keys_is_on_the_sheet(screen: Help) -> None:
    screen.arrive(part="keys")
    shown = screen.page.toPlainText()
    for command in COMMANDS:
        if command.keys:
            pressed = [QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) for keys in command.keys]
            assert f"\n{command.text.removesuffix(' …')}\n{' or '.join(pressed)}\n" in f"{shown}\n"
    assert "Ctrl+Shift+H" in shown and "Ctrl+3 or Ctrl+Shift+F" in shown


def test_the_tabs_lead_to_the_guide_and_to_what_is_promised(screen: Help) -> None:
    screen.arrive(part="guide")
    assert "How to work with Session Notes" in screen.page.toPlainText()
    screen.tabs.setCurrentIndex(2)
    shown = screen.page.toPlainText()
    assert notes.__version__ in shown and help_text.PROMISED[0] in shown and help_text.NOT_PROMISED[0] in shown
    assert screen.place() == {"part": "about"}


def test_keys_named_in_the_guide_are_the_commands_own() -> None:
    known = {key for command in COMMANDS for key in command.keys} | {"Ctrl+Enter"}
    named = set(re.findall(r"Ctrl(?:\+\w+)+", help_text.guide()))
    assert named and named <= known


def test_every_library_is_named_with_its_licence() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.split(r"[=<>\[]", requirement)[0].lower().rstrip("0123456789") for requirement in wanted}
    assert names == {name.lower().rstrip("0123456789") for name, _, _ in help_text.LIBRARIES}


def test_the_guide_travels_with_the_program() -> None:
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    assert "guide.md" in packaged["notes.desktop"]


def test_help_commands_lead_to_their_pages(window: Window) -> None:
    for part, index in (("keys", 0), ("guide", 1), ("about", 2)):
        window.desk.action(f"help.{part}").trigger()
        assert isinstance(window.house.current, Help) and window.house.current.tabs.currentIndex() == index


def test_no_vault_of_ones_own_is_named_as_the_folder_of_the_sample(screen: Help, tmp_path: Path) -> None:
    screen.desk.preferences.remember(tmp_path)
    screen.arrive(part="about")
    assert str(tmp_path) in screen.page.toPlainText()
    screen.desk.sample = True
    screen.refresh()
    assert str(tmp_path) not in screen.page.toPlainText()
