"""``notes --emergency``: found by whoever is stuck, and every reading command works with it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def stuck(program: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program, on a vault whose folder takes nothing any more."""
    plain = os.open

    def refuse(path: object, flags: int, *rest: object, **more: object) -> int:
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and isinstance(path, str | os.PathLike) and program.vault in Path(path).parents:
            raise OSError(30, "Read-only file system")
        return plain(path, flags, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    return program


def emergency(program: Any, *words: str, json: bool = True) -> Any:
    return program("--emergency", *program.options(json, quick=True), *words, bare=True)


def test_whoever_is_stuck_is_told_of_it(stuck: Any) -> None:
    answer = stuck("note", "list")
    assert answer.code == 8
    assert "notes --emergency COMMAND" in answer.json["error"]["next"]


def test_notes_are_listed_shown_and_found(stuck: Any, known: Any) -> None:
    listed = emergency(stuck, "note", "list")
    assert listed.code == 0
    assert len(listed.json["notes"]) == 2
    assert "Nothing can be written in the vault's folder" in listed.err
    assert "She spoke of the orchard." in emergency(stuck, "note", "show", known.signed, json=False).out
    assert len(emergency(stuck, "search", "orchard").json["hits"]) == 1


def test_nothing_is_written(stuck: Any) -> None:
    answer = emergency(stuck, "client", "add", "Nobody New")
    assert answer.code == 8
    assert "reading only" in answer.json["error"]["what"]


def test_the_next_ordinary_command_tells_of_it(
    stuck: Any, known: Any, monkeypatch: pytest.MonkeyPatch, cli_made: Any
) -> None:
    emergency(stuck, "note", "show", known.signed)
    monkeypatch.undo()
    monkeypatch.setenv("XDG_STATE_HOME", str(stuck.place / "xdg-state"))
    answer = stuck("log", "show", "--event", "vault.emergency")
    assert "read in an emergency" in answer.err
    assert any("Zoë Ångström" in line["sentence"] for line in answer.json["lines"])


def test_without_need_it_is_refused(program: Any) -> None:
    answer = emergency(program, "note", "list")
    assert answer.code == 2
    assert "ordinary way" in answer.json["error"]["what"]
