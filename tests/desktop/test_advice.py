"""Errors advise what can be done in the window: no command of the terminal is left in what they say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import notes
from notes.desktop import advice
from notes.desktop.desk import Desk
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


def test_ordinary_words_stay() -> None:
    assert advice.here("2 notes are unfinished.") == "2 notes are unfinished."


def test_the_desk_says_it_in_the_windows_words(qtbot: QtBot, desk: Desk) -> None:
    with qtbot.waitSignal(desk.said) as told:
        desk.complain(NotFound("No client answers to that.", "", "See names and references with: notes client list"))
    assert told.args is not None
    assert told.args[0].detail == "See names and references with: the screen Clients (Ctrl+2)"
