"""``notes demo``: a sample practice in a throw-away vault. In the window where there is a display, else as a tour.

In the tour every line after a ``$`` is run as a program of its own, and what stands below is what it answered.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.rule import Rule

from notes.cli.display import has_display
from notes.cli.output import out, progress_bar, say, shown
from notes.errors import UsageError
from notes.sample import accidents, building

FIRST_NOTE = """\
## Subjective

Third week without waking at four. Says the allotment has helped more than I have, and she may be right. She has told
her sister about the diagnosis, in the car, "so neither of us had to look".

## Objective

Came in laughing. Slower speech when the hospital was mentioned, then eye contact again.

## Assessment

Grief for the plans rather than fear of the illness. The alliance is steady.

## Plan

Bring the two photographs. Ask again about Thursday evenings.
"""
ADDED = "\nAfterthought: she hummed on the way out. First time.\n"
UNFINISHED = "It was a tune that her mother"
CORRECTED = FIRST_NOTE.replace("Third week", "Second week") + ADDED


def demo(
    keep: Annotated[
        Path | None, typer.Option(help="Keep the sample vault in this folder, to go on trying.", show_default=False)
    ] = None,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Take the tour in the terminal, also where there is a display.")
    ] = False,
) -> None:
    """Try an invented practice: in the window, or as a tour of the program's own commands."""
    if keep is None and not terminal and has_display():
        say("The window opens on the sample practice. The tour in the terminal: notes demo --terminal")
        _show_window()
        return
    if keep is not None and keep.exists():
        raise UsageError("That folder is there already.", "The sample never replaces anything.", "Name a new folder.")
    with tempfile.TemporaryDirectory(prefix="session-notes-demo-") as temporary:
        place = Path(temporary)
        _build(place / "Sample.vault")
        if keep is not None:
            shutil.copytree(place / "Sample.vault", keep)
        _Tour(place).walk()
    if keep is not None:
        say(f"\nThe sample is kept in {shown(keep)}; its passphrase is: {building.PASSPHRASE.decode()}")


def _show_window() -> None:
    """In a program of its own: the terminal face never reads Qt."""
    done = subprocess.run([sys.executable, "-m", "notes.desktop", "--sample"], check=False)
    if done.returncode:
        raise typer.Exit(done.returncode)


def _build(folder: Path) -> None:
    say("[bold]Session Notes[/] · a tour on an invented practice. Nobody in it exists.\n")
    with progress_bar() as bar:
        task = bar.add_task("Living through a year of sessions", total=None)
        building.build(folder, date.today(), lambda done, total: bar.update(task, completed=done, total=total))


class _Tour:
    """The commands of the tour, one after the other, in a folder of their own."""

    def __init__(self, place: Path) -> None:
        self._vault = place / "Sample.vault"
        self._place = place
        (place / "passphrase").write_bytes(building.PASSPHRASE + b"\n")
        (place / "wrong").write_bytes(b"six loud otters over glass\n")
        (place / "session.md").write_text(FIRST_NOTE, "utf-8")
        (place / "corrected.md").write_text(CORRECTED, "utf-8")
        self._environment = {
            **os.environ,
            "NOTES_VAULT": str(self._vault),
            "NOTES_STATE_DIR": str(place / "state"),
            "NOTES_PASSPHRASE_FILE": str(place / "passphrase"),
            "COLUMNS": str(min(out.width, 110)),
            "PYTHONIOENCODING": "utf-8",
            **({"FORCE_COLOR": "1"} if out.is_terminal else {}),
        }

        building.show_to_this_computer(self._vault, place / "state")

    def walk(self) -> None:
        """The whole story."""
        self._write()
        self._sign()
        self._find()
        self._account()
        self._tamper()

    def _write(self) -> None:
        _chapter("A practice at work", "The list of clients, and what is still to be done.")
        self._run("client", "list")
        self._run("session", "list", "--without-signed-note")
        _chapter("A new client, a first note", "The text comes from a file here; without --file an editor opens.")
        self._run("client", "add", "Rosalind Achterberg", "--pronouns", "she/her", "--born", "1968-02-29")
        self._run(
            "note", "new", "--client", "Rosalind", "--template", "SOAP", "--tag", "illness", "--file", "session.md"
        )
        self._ref = self._newest_note()
        _chapter(
            "The power goes out",
            "A program has the note open, saves a sentence, and is gone in the middle of saving the next one.",
        )
        left = accidents.cut_the_power(self._vault, self._ref, ADDED, UNFINISHED)
        say(f"[dim](the process is gone, without a word; {left:,} bytes of an unfinished change lie on the disk)[/]\n")
        self._run("note", "show", self._ref)

    def _sign(self) -> None:
        _chapter("Signed is signed", "After signing, an edit is refused; a correction keeps the original readable.")
        self._run("note", "sign", self._ref)
        self._run("note", "edit", self._ref, "--file", "corrected.md", expect=6)
        reason = "It was the second week, not the third"
        self._run("note", "amend", self._ref, "--reason", reason, "--file", "corrected.md")
        self._run("note", "history", self._ref)
        self._run("note", "diff", self._ref)

    def _find(self) -> None:
        _chapter("Found again", "By words, beginnings of words and phrases, in a year of notes.")
        self._run("search", "plait")
        self._run("search", '"day centre"', "tortil*")
        self._run("note", "list", "--client", "Agnes", "--tag", "sleep", "--limit", "4")

    def _account(self) -> None:
        _chapter("Who looked?", "Every look left a line, in words. The lines themselves hold no names and no text.")
        self._run("log", "show", "--client", "Rosalind")
        self._run("log", "show", "--outcome", "refused")
        self._run("log", "review")
        _chapter("The wrong passphrase", "It opens nothing, and the locked vault keeps a sealed record of it.")
        self._run("--passphrase-file", "wrong", "client", "list", expect=3)
        self._run("log", "show", "--event", "vault.attempt")

    def _tamper(self) -> None:
        _chapter("All as it should be", "Pages, log, every row and every signed text, checked against each other.")
        self._run("verify")
        _chapter("A single bit", "A failing disk, or somebody without the key, changes one bit of the database.")
        accidents.flip_a_bit(self._vault)
        self._run("verify", expect=4)
        accidents.flip_a_bit(self._vault)  # back
        _chapter(
            "An older copy put back",
            "Somebody, or a sync program, puts back the vault as it was. It is whole; it is old.",
        )
        older = shutil.copytree(self._vault, self._place / "older")
        self._run("client", "edit", "Rosalind", "--phone", "01632 960114")
        newest = self._vault.rename(self._place / "newest")
        older.rename(self._vault)
        self._run("client", "edit", "Rosalind", "--phone", "01632 960115", expect=4)
        shutil.rmtree(self._vault)
        newest.rename(self._vault)
        _chapter("Somebody with the key", "Even with the passphrase and other software, a changed word is named.")
        accidents.alter_with_the_key(self._vault, "hummed on the way out", "hummed on the way in")
        self._run("verify", expect=4)
        say("\n[bold]That was the tour.[/] Your own vault: notes --vault My.vault init --name 'My practice'")

    def _run(self, *arguments: str, expect: int = 0) -> None:
        """Show the command, run it, show what it answered. Stops the tour when it did not end as it should."""
        out.print(f"$ notes {_quoted(arguments)}", style="bold cyan", markup=False)
        sys.stdout.flush()
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "notes", *arguments],
            cwd=self._place,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        sys.stdout.write(done.stdout.decode())
        if done.returncode:
            say(f"[dim](exit code {done.returncode})[/]")
        say()
        if done.returncode != expect:
            raise SystemExit(f"The tour expected exit code {expect}.")

    def _newest_note(self) -> str:
        """The reference of the note just begun, as another program would ask for it."""
        done = subprocess.run(
            [sys.executable, "-m", "notes", "--json", "note", "list", "--client", "Rosalind"],
            env=self._environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        return str(json.loads(done.stdout)["notes"][0]["ref"])


def _chapter(title: str, about: str) -> None:
    out.print(Rule(f"[bold]{title}[/]", align="left", style="dim"))
    say(f"[italic]{about}[/]\n")


def _quoted(arguments: tuple[str, ...]) -> str:
    return " ".join(f"'{a}'" if any(c in a for c in ' "*') else a for a in arguments)
