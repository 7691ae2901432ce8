"""Every command and every option says what it is for, without a vault; the shell can complete them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from notes import __version__
from notes.cli.main import app


def _walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, below in sorted(getattr(command, "commands", {}).items()):
        yield from _walk(below, (*path, name))


TREE = dict(_walk(typer.main.get_command(app)))

DESIGNED = """
    init, client add, client show, client list, client edit, client archive, session add, session list, note new,
    note edit, note show, note list, note history, note diff, note sign, note amend, note templates, search, log show,
    log verify, log export, log review, key list, key passphrase, key recovery, key rotate, import, verify, demo,
    backup make, backup check, backup restore, backup list, backup drill, doctor
"""


def test_every_command_of_the_issue_is_there() -> None:
    wanted = {tuple(command.split()) for command in DESIGNED.split(",")}
    assert wanted <= set(TREE)


@pytest.mark.parametrize("path", TREE, ids=" ".join)
def test_help_needs_no_vault(no_program: Any, path: tuple[str, ...]) -> None:
    for option in ("--help", "-h"):
        answer = no_program(*path, option, bare=True)
        assert (answer.code, answer.err) == (0, "")
        assert f"Usage: notes {' '.join(path)}".strip() in answer.out
    assert not no_program.vault.exists()


@pytest.mark.parametrize("path", TREE, ids=" ".join)
def test_every_command_and_every_option_has_help(path: tuple[str, ...]) -> None:
    command = TREE[path]
    assert command.help and command.help.strip().split("\n")[0].endswith(".")
    for parameter in command.params:
        assert parameter.help, f"{' '.join(path)}: {parameter.name}"


def test_without_a_command_help_is_shown(no_program: Any) -> None:
    answer = no_program(bare=True)
    assert "Commands:" in answer.out + answer.err
    assert answer.code in (0, 2)


def test_the_version_is_told(no_program: Any) -> None:
    assert no_program("--version", bare=True).out == f"Session Notes {__version__}\n"


def test_the_completion_script_of_bash_is_shown_in_bash(no_program: Any) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not on this machine")
    shown = subprocess.run(
        [bash, "-c", '"$0" -m notes --show-completion; exit $?', sys.executable],
        capture_output=True,
        text=True,
        env=no_program.environment,
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "complete" in shown.stdout and "COMPREPLY" in shown.stdout


@pytest.mark.parametrize(
    ("words", "at", "wanted"),
    [("notes cl", 1, "client"), ("notes note am", 2, "amend"), ("notes note amend --rea", 3, "--reason")],
)
def test_the_shell_completes_commands_and_options(
    no_program: Any, monkeypatch: pytest.MonkeyPatch, words: str, at: int, wanted: str
) -> None:
    for name, value in {"_NOTES_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(at)}.items():
        monkeypatch.setenv(name, value)
    assert wanted in no_program(bare=True).out.split()
