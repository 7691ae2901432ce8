"""The editor inside the terminal, as a person uses it: what was typed is in the vault, whatever happens."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from notes.practice import log
from notes.record import progress_notes, reading

if os.name == "nt":
    pytest.skip("Windows has no pseudo-terminals", allow_module_level=True)

import fcntl
import struct
import termios

PATIENCE = 60.0
"""Seconds a busy machine may take over any one step."""


class Terminal:
    """A program on a terminal of its own; `seen` is everything it drew."""

    def __init__(self, program: Any, *words: str, options: list[str] | None = None) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        chosen = program.options(json=False, quick=True) if options is None else options
        self.process = subprocess.Popen(
            [sys.executable, "-m", "notes", *chosen, *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=program.environment,
            cwd=program.place,
            start_new_session=True,
        )
        os.close(slave)
        self.seen = b""

    def wait_for(self, sign: str) -> None:
        """Until the program has drawn this."""
        end = time.monotonic() + PATIENCE
        while sign.encode() not in self.seen:
            assert time.monotonic() < end, f"{sign} never came: {self.text()[-500:]}"
            assert self._read(0.2) or self.process.poll() is None, self.text()[-500:]

    def wait_for_another(self, sign: str, times: int) -> None:
        """Until the program has drawn this so many times."""
        end = time.monotonic() + PATIENCE
        while self.seen.count(sign.encode()) < times:
            assert time.monotonic() < end, f"{sign} came too seldom: {self.text()[-500:]}"
            assert self._read(0.2) or self.process.poll() is None, self.text()[-500:]

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self._master, text.encode())

    def watch(self, seconds: float) -> None:
        """Let the program work for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def end(self) -> int:
        """The exit code, once the program has ended."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end, self.text()[-500:]
            self._read(0.2)
        while self._read(0.2):
            pass
        return self.process.returncode

    def text(self) -> str:
        """What was drawn, without the signs that steer the terminal."""
        return re.sub(r"\x1b(\[[0-9;?]*[a-zA-Z]|[=>]|\][^\x07]*\x07)", "", self.seen.decode("utf-8", "replace"))

    def hang_up(self) -> None:
        """Close the terminal's window."""
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        """End the program, however it is."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._master >= 0:
            os.close(self._master)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            self.seen += (got := os.read(self._master, 65536))
        except OSError:  # the other end is closed
            time.sleep(min(seconds, 0.05))
            return False
        return bool(got)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """Terminals of the test, closed at its end."""
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def test_what_is_typed_is_saved_when_the_editor_is_left(program: Any, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(program, "note", "new", "--client", "zoe", "--at", "2026-03-05"))
    terminal.wait_for("Ctrl+X finish")
    terminal.type("She sat by the window, naïve and café.\rThen she stood up.")
    terminal.watch(0.5)
    terminal.type("\x18")
    assert terminal.end() == 0
    assert "Saved as a draft" in terminal.text()
    with program.unlocked() as practice:
        (note,) = practice.do(reading.list_notes, since="2026-03-05")
        assert practice.do(reading.open, note.id).text == "She sat by the window, naïve and café.\nThen she stood up."
        assert practice.warnings == []
        events = [line.event for line in practice.do(log.show, event="note", limit=3)]
        assert events[-1] == "note.open"


def test_what_was_typed_before_a_kill_is_in_the_draft(program: Any, known: Any, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(program, "note", "edit", known.draft))
    terminal.wait_for("Ctrl+X finish")
    terminal.type("Typed before the lights went out. ")
    terminal.wait_for("Saved")
    terminal.type("And this too: ")
    terminal.watch(3)
    terminal.process.send_signal(signal.SIGKILL)
    assert terminal.end() == -signal.SIGKILL
    with program.unlocked() as practice:
        assert len(practice.warnings) == 1 and "being edited" in practice.warnings[0]
        text = practice.do(reading.open, known.draft).text
        assert text == "Typed before the lights went out. And this too: An unfinished thought."
        assert practice.do(progress_notes.edit, known.draft).text == text
    answer = program("verify")
    assert answer.code == 0 and answer.json["ok"] is True


def test_an_amendment_is_written_in_the_editor_and_signed(program: Any, known: Any, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(program, "note", "amend", known.signed, "--reason", "a slip"))
    terminal.wait_for("Ctrl+X finish")
    terminal.type("Corrected: ")
    terminal.watch(0.3)
    terminal.type("\x18")
    assert terminal.end() == 0
    shown = program("note", "show", known.signed).ok()["note"]
    assert (shown["text"], shown["version"]) == ("Corrected: She spoke of the orchard.", 2)


def test_leaving_an_amendment_signs_nothing_and_keeps_the_text(
    program: Any, known: Any, terminals: list[Terminal]
) -> None:
    terminals.append(terminal := Terminal(program, "note", "amend", known.signed, "--reason", "a slip"))
    terminal.wait_for("Ctrl+Q leave unsigned")
    assert "Zoë Ångström, 2026-03-01 10:00" in terminal.text()
    terminal.type("Corrected: ")
    terminal.watch(0.3)
    terminal.type("\x11")
    assert terminal.end() == 0
    assert "Nothing was signed." in terminal.text()
    (unfinished,) = [n for n in program("note", "list", "--unfinished").ok()["notes"] if n["status"] == "signed"]
    assert (unfinished["ref"], unfinished["version"], unfinished["unfinished"]) == (known.signed, 1, "amendment")
    assert "amendment unfinished" in program("note", "list", json=False).out


def test_an_amendment_without_a_change_is_not_signed_and_leaves_nothing(
    program: Any, known: Any, terminals: list[Terminal]
) -> None:
    before = program.rows()
    terminals.append(terminal := Terminal(program, "note", "amend", known.signed, "--reason", "a slip"))
    terminal.wait_for("Ctrl+X finish")
    terminal.type("\x18")
    assert terminal.end() == 6
    assert "changes nothing" in terminal.text()
    assert program.rows() == before


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_a_program_told_to_end_saves_what_was_typed_and_locks_the_vault(
    program: Any, known: Any, terminals: list[Terminal], ending: signal.Signals
) -> None:
    terminals.append(terminal := Terminal(program, "note", "edit", known.draft))
    terminal.wait_for("Ctrl+X finish")
    terminal.type("The last words. ")
    terminal.wait_for("Typing")
    terminal.process.send_signal(ending)
    assert terminal.end() == 2
    with program.unlocked() as practice:
        assert practice.warnings == []
        assert practice.do(reading.open, known.draft).text == "The last words. An unfinished thought."
        events = [line.event for line in practice.do(log.show, limit=4)]
        assert events[-2:] == ["vault.lock", "note.close"]


def test_a_closed_terminal_loses_nothing(program: Any, known: Any, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(program, "note", "edit", known.draft))
    terminal.wait_for("Ctrl+X finish")
    terminal.type("The last words. ")
    terminal.wait_for("Typing")
    terminal.hang_up()
    terminal.process.wait(PATIENCE)
    with program.unlocked() as practice:
        assert practice.warnings == []
        assert practice.do(reading.open, known.draft).text == "The last words. An unfinished thought."


def test_before_a_note_is_thrown_away_somebody_is_asked(program: Any, known: Any, terminals: list[Terminal]) -> None:
    for answer, code in (("n", 2), ("y", 0)):
        assert program("note", "list", "--status", "draft").ok()["notes"]
        terminals.append(terminal := Terminal(program, "note", "discard", known.draft))
        terminal.wait_for("[y/N]")
        assert f"3 words, note {known.draft} of Berit Holm" in terminal.text()
        terminal.type(answer + "\r")
        assert terminal.end() == code
    assert program("note", "list", "--status", "draft").ok() == {"notes": []}


def test_a_passphrase_is_asked_for_without_echo(program: Any, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(program, "client", "list", options=[f"--vault={program.vault}"]))
    terminal.wait_for("Passphrase: ")
    terminal.watch(0.3)
    terminal.type(program.passphrase_file.read_text() + "\r")
    assert terminal.end() == 0
    assert "Zoë Ångström" in terminal.text()
    assert program.passphrase_file.read_text() not in terminal.text()


def test_somebody_who_mistypes_the_passphrase_may_try_twice_more(program: Any, terminals: list[Terminal]) -> None:
    right = program.passphrase_file.read_text()
    for typed, code in ((["wrong", "wronger", right], 0), (["wrong"] * 3, 3)):
        terminals.append(terminal := Terminal(program, "client", "list", options=[f"--vault={program.vault}"]))
        answer_each(terminal, "Passphrase: ", typed)
        assert terminal.end() == code
        assert ("Zoë Ångström" in terminal.text()) == (code == 0)


def test_a_new_passphrase_that_is_not_fit_is_asked_for_again(no_program: Any, terminals: list[Terminal]) -> None:
    fit, other = "nine patient otters by the mill", "ten patient otters by the mill"
    terminals.append(terminal := Terminal(no_program, "init", options=[f"--vault={no_program.vault}"]))
    terminal.wait_for("New passphrase")
    terminal.watch(0.3)
    terminal.type("too short\r")
    terminal.wait_for("needs at least 15")
    answer_each(terminal, "The same again: ", [other, fit], before=fit)
    assert terminal.end() == 0
    assert "The two were not the same." in terminal.text() and "Recovery key" in terminal.text()
    assert fit not in terminal.text()


def answer_each(terminal: Terminal, prompt: str, answers: list[str], before: str | None = None) -> None:
    """Answer the prompt each time it comes; `before` is the answer to the one that comes before it."""
    for number, answer in enumerate(answers, 1):
        if before is not None:
            terminal.wait_for_another("New passphrase", number + 1)
            terminal.watch(0.3)
            terminal.type(before + "\r")
        terminal.wait_for_another(prompt, number)
        terminal.watch(0.3)
        terminal.type(answer + "\r")


def terminal_vault_id(program: Any) -> str:
    """The anchor's file is called so."""
    return str(json.loads((program.vault / "header.json").read_text())["vault"])


def test_no_file_is_left_behind_by_the_editor(program: Any, known: Any, terminals: list[Terminal]) -> None:
    terminals.append(terminal := Terminal(program, "note", "edit", known.draft))
    terminal.wait_for("Ctrl+X finish")
    terminal.type("canary-in-the-editor ")
    terminal.wait_for("Saved")
    files = [path for path in program.place.rglob("*") if path.is_file()]
    assert {path.name for path in files} <= {
        *("passphrase", "recovery", "vault.db", "vault.db-journal", "header.json", "header.bak", "READ-ME.txt", "lock"),
        *("locked.state", "locked.log", terminal_vault_id(program)),
    }
    assert not any(b"canary-in-the-editor" in path.read_bytes() for path in files)
    terminal.type("\x18")
    assert terminal.end() == 0
