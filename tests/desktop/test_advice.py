"""Errors advise what can be done in the window: no command of the terminal is left in what they say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QTabBar, QWidget
from pytestqt.qtbot import QtBot

import notes
from notes.desktop import advice
from notes.desktop.actions import COMMANDS
from notes.desktop.desk import Desk
from notes.desktop.first_run import FirstRun
from notes.desktop.parts import Card
from notes.desktop.screens import SCREENS
from notes.desktop.settings_screen import PARTS
from notes.desktop.strips import read_only_strip
from notes.desktop.window import Window
from notes.errors import NotFound

ROOT = Path(notes.__file__).parent
ELSEWHERE = ("cli", "sample", "desktop")
"""Faces, and texts of the sample."""
ON_PAPER = ("exchange/recovery_sheet.py", "access_log/receipts.py")
"""What is printed and read away from the window."""
GROUPS = "init|verify|doctor|search|client|session|note|log|key|backup|import|export|demo"
COMMAND = re.compile(rf"\bnotes (?:--\S+ \S+ )?(?:{GROUPS})\b(?! (?:of|is|are|that|with)\b)|(?<![\w-])--[a-z]")


def sentences() -> Iterator[tuple[str, str]]:
    """Every text in the rooms below the faces that names a command or an option."""
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT)
        if place.parts[0] in ELSEWHERE or place.as_posix() in ON_PAPER:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(p.value) if isinstance(p, ast.Constant) else "something" for p in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told | parts:
                text = node.value
            else:
                continue
            if COMMAND.search(text):
                yield f"{place.as_posix()}:{node.lineno}", text


FOUND = dict(sentences())


def test_there_is_something_to_translate() -> None:
    assert len(FOUND) > 20


@pytest.mark.parametrize("place", FOUND)
def test_no_command_is_left_in_what_the_window_says(place: str) -> None:
    said = advice.here(FOUND[place])
    assert not COMMAND.search(said), said


@pytest.mark.parametrize("command", advice.PLACES)
def test_every_place_is_still_named_somewhere(command: str) -> None:
    assert any(f" {command}" in text for text in FOUND.values())


def test_arguments_go_with_their_command() -> None:
    said = advice.here("Add to it or correct it with: notes note amend NOTE --reason WHY")
    assert said == "Add to it or correct it with: “Amend” in the note (Ctrl+Shift+A)"
    said = advice.here("They are not used and harm nothing. Run notes verify; if all is well, move them.")
    assert said.endswith("Run “Verify everything” in the menu Vault; if all is well, move them.")


QUOTED = re.compile("“([^”{}]+)”")


def quoted() -> Iterator[tuple[str, str]]:
    """Every place that the window's own words name, and the file that names it."""
    for path in (*sorted((ROOT / "desktop").glob("*.py")), ROOT / "desktop" / "guide.md"):
        for place in QUOTED.findall(path.read_text("utf-8")):
            yield path.name, " ".join(place.split()).removesuffix(" …")


def texts(widget: QWidget) -> Iterator[str]:
    """What stands on buttons and tabs, over cards and beside fields."""
    for button in widget.findChildren(QAbstractButton):
        yield button.text()
    for bar in widget.findChildren(QTabBar):
        yield from (bar.tabText(tab) for tab in range(bar.count()))
    for card in widget.findChildren(Card):
        yield card.accessibleName()
    for label in widget.findChildren(QLabel):
        if label.buddy() is not None:
            yield label.text()


def test_every_place_that_is_quoted_stands_somewhere_in_the_window(window: Window, qtbot: QtBot) -> None:
    for name in SCREENS:
        window.house._screen(name)
    for tab in range(len(PARTS)):
        window.house.screens["settings"]._make(tab)  # type: ignore[attr-defined]
    first, strip = FirstRun(window.desk), read_only_strip(lambda: None)
    for apart in (first, strip):
        qtbot.addWidget(apart)
    there = {text for whole in (window, first, strip) for text in texts(whole)}
    there = {text.replace("&", "").removesuffix(" …") for text in (*there, *(command.text for command in COMMANDS))}
    named = list(quoted())
    assert {"advice.py", "log_words.py", "guide.md"} <= {file for file, _ in named}
    assert [(file, place) for file, place in named if place not in there] == []


def test_what_the_passphrase_is_asked_for_again_is_said_in_a_sentence() -> None:
    """It stands on the card with nothing before it."""
    calls = 0
    for path in sorted((ROOT / "desktop").glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        given = {
            node.targets[0].id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "confirm_identity":
                why = given[node.args[0].id] if isinstance(node.args[0], ast.Name) else node.args[0]
                assert isinstance(why, ast.Constant) and re.fullmatch(r"[A-Z].* .*\.", str(why.value)), path.name
                calls += 1
    assert calls > 4


def test_ordinary_words_stay() -> None:
    assert advice.here("2 notes are unfinished.") == "2 notes are unfinished."


def test_the_desk_says_it_in_the_windows_words(qtbot: QtBot, desk: Desk) -> None:
    with qtbot.waitSignal(desk.said) as told:
        desk.complain(NotFound("No client answers to that.", "", "See names and references with: notes client list"))
    assert told.args is not None
    assert told.args[0].detail == "See names and references with: the screen “Clients” (Ctrl+2)"
