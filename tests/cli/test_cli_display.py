"""What people see: nothing in a note can steer the terminal, and a fault tells nothing of what was being worked on."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from notes.cli import output
from notes.practice import log
from notes.record import clients, progress_notes, reading, search, templates

NASTY = (
    "Calm \x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \x08\x08 \x7f \x00".replace("\0", "")
    + "\u202eevil\u2066 \x02x\x03 end"
)


def steers(text: str) -> list[str]:
    """Characters that could steer a terminal."""
    overrides = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return [
        c
        for c in text
        if (unicodedata.category(c) == "Cc" and c not in "\n\t") or unicodedata.bidirectional(c) in overrides
    ]


@pytest.fixture
def nasty(program: Any) -> tuple[Any, str]:
    """The program and a signed, amended note full of control characters."""
    with program.unlocked() as practice:
        note = practice.do(progress_notes.create, "zoe", "free", NASTY, "2026-03-05", tags=("pain\x9b31m",))
        practice.do(progress_notes.sign, note.id)
        practice.do(progress_notes.amend, note.id, "because\x9b31m\u202e", NASTY + " more \x1b[5m")
    return program, note.ref


def test_control_characters_are_made_visible_to_people_and_stay_exact_for_programs(nasty: tuple[Any, str]) -> None:
    program, reference = nasty
    for words in (
        ("note", "show", reference),
        ("note", "show", reference, "--version", "1"),
        ("note", "diff", reference),
        ("note", "history", reference),
        ("note", "list"),
        ("note", "tag", reference, "--add", "more\x9b"),
        ("search", "calm"),
        ("search", "end"),
        ("log", "show"),
    ):
        answer = program(*words, json=False)
        assert answer.code == 0
        assert steers(answer.out + answer.err) == [], words
        assert "\ufffd" in answer.out or "␛" in answer.out or words[0] == "log"
    assert program("note", "show", reference, "--version", "1").ok()["note"]["text"] == NASTY
    assert "␛[31mred␛[0m" in program("note", "show", reference, json=False).out


def test_names_are_made_harmless_wherever_they_are_shown(program: Any) -> None:
    name = "Mika\x9b31m\u202e [bold]B[/bold] [link=http://x]y[/link]"
    added = program("client", "add", name).ok()["client"]
    assert added["name"] == name
    reference = added["ref"]
    program("note", "new", "--client", reference, "--template", "free", "--file", "-", "--sign", stdin="Words.").ok()
    for words in (
        ("client", "show", reference),
        ("client", "list"),
        ("client", "edit", reference, "--phone", "\x9b1"),
        ("session", "list"),
        ("note", "list"),
        ("search", "words"),
        ("log", "show"),
        ("client", "archive", reference),
        ("client", "restore", reference),
    ):
        answer = program(*words, json=False)
        assert answer.code == 0
        assert steers(answer.out) == [], words
        shown = "".join(answer.out.split())
        assert "[bold]B[/bold]" in shown, words


def test_a_colon_word_in_a_name_is_no_picture(program: Any) -> None:
    reference = program("client", "add", "Mika :heart: Berg").ok()["client"]["ref"]
    assert ":heart:" in program("client", "show", reference, json=False).out
    assert ":heart:" in program("client", "list", json=False).out


def test_the_name_of_a_template_cannot_steer_the_terminal(program: Any) -> None:
    program("note", "templates", "add", "Mine\x9b31m", "--file", program.file("x")).ok()
    note = program("note", "new", "--client", "zoe", "--template", "Mine\x9b31m", "--file", "-", stdin="Words.").ok()
    assert steers(program("note", "show", note["note"]["ref"], json=False).out) == []


def test_the_columns_of_a_file_cannot_steer_the_terminal(program: Any) -> None:
    answer = program("import", program.file("a\x1b[31m,b\x9b\n1,2\n", "t.csv"), json=False)
    assert answer.code == 7
    assert steers(answer.err) == []


def test_a_listing_shows_the_references_that_commands_accept(program: Any, known: Any) -> None:
    out = program("note", "list", json=False).out
    assert known.signed in out and known.draft in out
    assert "signed" in out and "draft" in out, "a status is never told by colour alone"
    assert known.zoe in program("client", "list", json=False).out


def test_text_shown_to_people_keeps_its_words(program: Any, known: Any) -> None:
    text = "## Subjective\n\nHe said [red]stop[/red] and :smile: and \\[escape].\n\n- one\n- two\n"
    program("note", "edit", known.draft, "--file", "-", stdin=text).ok()
    out = program("note", "show", known.draft, json=False).out
    for line in text.splitlines():
        assert line in out


def test_an_empty_list_says_what_to_do(program: Any) -> None:
    assert "No notes." in program("note", "list", "--tag", "none", json=False).out
    assert "0 notes" in program("search", "nothing-like-it", json=False).out


def test_what_changed_is_told_without_colour_too(program: Any, known: Any) -> None:
    program("note", "amend", known.signed, "--reason", "r", "--file", "-", stdin="She spoke of the garden.").ok()
    assert "[-orchard-]{+garden+}" in program("note", "diff", known.signed, json=False).out


@pytest.mark.parametrize("words", [("note", "list"), ("session", "list"), ("client", "list"), ("log", "show", "--all")])
def test_on_a_narrow_terminal_no_word_is_broken(
    program: Any, known: Any, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "out", Console(width=40, highlight=False, emoji=False))
    lines = program(*words, json=False).out.splitlines()
    assert all(len(line) <= 40 for line in lines)
    expected = {"note": ["ref", known.signed], "session": ["when 2026-03-01 10:00"], "client": ["name Zoë Ångström"]}
    for line in expected.get(words[0], ["what The practitioner created the vault."]):
        assert line in " ".join(lines)


def test_a_sentence_is_not_broken_where_no_terminal_is(program: Any, tmp_path: Path) -> None:
    target = tmp_path / ("a-long-name-" * 12 + ".jsonl")
    assert f"lines to {target}." in program("log", "export", str(target), json=False).out


def test_an_earlier_version_is_shown_as_not_the_newest(program: Any, known: Any) -> None:
    program("note", "amend", known.signed, "--reason", "r", "--file", "-", stdin="She spoke of the garden.").ok()
    first, newest = (program("note", "show", known.signed, *more, json=False).out for more in (("--version", "1"), ()))
    assert "Not the newest: version 2 takes its place." in first
    assert "Not the newest" not in newest


def test_the_terminal_says_how_much_of_a_draft_was_replaced(program: Any, known: Any) -> None:
    out = program("note", "edit", known.draft, "--file", "-", stdin="Other words.", json=False).out
    assert "It held 22 characters; 12 stand in their place now." in out
    assert "It held" not in program("note", "edit", known.draft, "--file", "-", stdin="Other words.", json=False).out


# --- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (clients.create, ("client", "add", "Secretta")),
        (reading.open, ("note", "show", "abcd")),
        (progress_notes.create, ("note", "new", "--client", "Secretta", "--file", "-")),
        (search.run, ("search", "secret text")),
        (templates.list_templates, ("note", "templates")),
        (log.show, ("log", "show")),
    ],
)
@pytest.mark.parametrize("json", [True, False])
def test_a_fault_is_told_without_a_word_of_what_was_being_worked_on(
    program: Any, monkeypatch: pytest.MonkeyPatch, operation: Any, words: tuple[str, ...], json: bool
) -> None:
    before = program.rows()

    def faulty(*_: Any, **__: Any) -> None:
        try:
            raise ValueError("secret text")
        except ValueError as error:
            raise RuntimeError("secret text", "Zoë Ångström") from error

    with monkeypatch.context() as patch:
        patch.setattr(operation, "_function", faulty)
        answer = program(*words, stdin="secret text", json=json)
    assert answer.code == 1
    assert "fault" in answer.err and "RuntimeError" in answer.err and "faulty" in answer.err
    for secret in ("secret", "Secretta", "Zoë", str(program.place)):
        assert secret not in answer.err + answer.out
    assert program.rows() == before
    failed = program("log", "show", "--outcome", "failed").ok()["lines"]
    assert [(line["event"], line["reason"]) for line in failed] == [(operation.event.name, "RuntimeError")]


def test_a_fault_is_one_document_too(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(clients.list_clients, "_function", faulty)
    assert program("client", "list").json["error"]["exit_code"] == 1


def test_a_full_disk_under_the_output_is_no_fault_of_the_program(program: Any) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this machine has no /dev/full")
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "notes", *program.options(json=True, quick=True), "client", "list"]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, env=program.environment, check=False)
    assert done.returncode == 8
    assert b"fault" not in done.stderr


def test_a_terminal_that_is_not_utf_8_is_served_too(program: Any) -> None:
    answer = program.apart("verify", json=False, PYTHONIOENCODING="latin-1")
    assert answer.code == 0
