"""``notes doctor``: what this computer can and cannot protect."""

from __future__ import annotations

import typer
from rich.text import Text

from notes.cli.options import options
from notes.cli.output import as_json, out, say, shown
from notes.practice import doctor as examining
from notes.practice.surroundings import this_computer
from notes.vault import process

SIGNS = {"good": ("✓", "green"), "attention": ("!", "red"), "unknown": ("?", "yellow")}


def doctor(context: typer.Context) -> None:
    """Say what this computer can and cannot protect, and with --vault how that vault lies. Needs no passphrase."""
    said = options(context)
    findings = examining.examine(said.vault, this_computer(), process.harden())
    if said.json:
        as_json({"findings": findings})
        return
    for finding in sorted(findings, key=lambda f: list(SIGNS).index(f.state)):
        sign, colour = SIGNS[finding.state]
        out.print(Text.assemble((f"{sign} {finding.what}", f"bold {colour}"), f"  {finding.told}"))
        if finding.todo:
            say(f"    [dim]{shown(finding.todo)}[/]")
    if said.vault is None:
        say("\nWith --vault FOLDER, or NOTES_VAULT set, more can be said.")
