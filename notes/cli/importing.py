"""``notes import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from notes.cli.options import options, unlocked
from notes.cli.output import as_json, complain, progress_bar, say, shown, table
from notes.errors import BadFile
from notes.exchange import importing
from notes.exchange.importing import Imported

MOST_SHOWN = 20


def import_(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(help="A CSV file, or a folder of Markdown or text files.", show_default=False)
    ],
    map_file: Annotated[
        Path | None,
        typer.Option("--map", help="TOML file that says which column is what.", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")] = False,
    encoding: Annotated[str | None, typer.Option(help="The file's encoding, if not UTF-8.", show_default=False)] = None,
) -> None:
    """Bring in earlier notes: all or nothing, nothing twice. Each becomes a signed note of its client."""
    reading = importing.read(path, map_file, encoding)
    with unlocked(context) as practice:
        if dry_run:
            outcome = practice.do(importing.preview, reading)
        else:
            with progress_bar() as bar:
                task = bar.add_task("Importing", total=len(reading.rows))
                outcome = practice.do(importing.bring_in, reading, lambda done, _: bar.update(task, completed=done))
    if options(context).json:
        as_json({**outcome.__dict__, "dry_run": dry_run})
    else:
        _show(outcome, dry_run)
    if outcome.rejected and not outcome.notes and not outcome.skipped:
        complain(BadFile("No row could be imported.", "Each was rejected for the reason shown.", "Correct the file."))
        raise typer.Exit(BadFile.exit_code)


def _show(outcome: Imported, dry_run: bool) -> None:
    say("[bold]How the file was understood[/]")
    table(("column", "taken as"), outcome.understood.items(), "")
    for doubt in outcome.doubtful[:MOST_SHOWN]:
        say(f"[yellow]? {shown(doubt)}[/]")
    if len(outcome.doubtful) > MOST_SHOWN:
        say(f"[yellow]? … and {len(outcome.doubtful) - MOST_SHOWN} more doubts of this kind[/]")
    did = "Would bring in" if dry_run else "Brought in"
    say(
        f"{did} [bold]{outcome.notes:,}[/] notes in {outcome.sessions:,} sessions, {outcome.clients:,} new clients; "
        f"{outcome.skipped:,} were there already, {len(outcome.rejected):,} rejected."
    )
    if outcome.new_clients:
        rest = len(outcome.new_clients) - MOST_SHOWN
        named = ", ".join(outcome.new_clients[:MOST_SHOWN]) + (f" … and {rest:,} more" if rest > 0 else "")
        say(f"New clients: {shown(named)}")
    rows = [(rejected.line, rejected.why) for rejected in outcome.rejected]
    if rows:
        table(("line", "why it was rejected"), rows, "")
    if dry_run:
        say("[dim]Nothing was changed.[/]")
