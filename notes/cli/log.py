"""``notes log``: show, verify, export, review, accept, anchor."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from notes.access_log import export as exporting
from notes.access_log import receipts
from notes.cli import secrets_in
from notes.cli.options import options, unlocked
from notes.cli.output import as_json, local, say, shown, state, table
from notes.cli.vault import run_verification
from notes.errors import BadFile, UsageError
from notes.exchange import receipt_sheet
from notes.practice import anchoring, log
from notes.vault.files import write_atomically

app = typer.Typer()

Since = Annotated[str | None, typer.Option("--from", help="From this day.", show_default=False)]
Until = Annotated[str | None, typer.Option("--to", help="Up to this day.", show_default=False)]


@app.command()
def show(
    context: typer.Context,
    client: Annotated[str | None, typer.Option(help="Only about this client.", show_default=False)] = None,
    event: Annotated[
        str | None, typer.Option(help="An event or its beginning: note.open, key.", show_default=False)
    ] = None,
    face: Annotated[str | None, typer.Option(help="terminal, window or program.", show_default=False)] = None,
    outcome: Annotated[str | None, typer.Option(help="done, refused or failed.", show_default=False)] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
    everything: Annotated[
        bool, typer.Option("--all", help="Also that you unlocked the vault, and that it was locked again.")
    ] = False,
) -> None:
    """Show who looked, newest first."""
    brief = not (everything or options(context).json)
    with unlocked(context) as practice:
        lines = practice.do(log.show, client, event, face, outcome, since, until, limit, brief)
    if options(context).json:
        as_json({"lines": lines})
        return
    rows = [(line.seq, local(line.at), state(line.outcome), line.sentence) for line in lines]
    table(("line", "when", "outcome", "what"), rows, "No such lines.")
    if brief and event is None:
        say("[dim]Your own unlocking and the locking after it are left out; --all shows them too.[/]")


@app.command()
def verify(
    context: typer.Context,
    receipt: Annotated[
        Path | None, typer.Option(help="Also against the receipt in this file.", show_default=False)
    ] = None,
    with_recovery_key: Annotated[
        bool,
        typer.Option("--with-recovery-key", help="Also every seal, by the key on the recovery sheet: asked, or read."),
    ] = False,
) -> None:
    """Check the log's chain, and every row of the record against it."""
    run_verification(
        context,
        whole=False,
        receipt=receipts.parse(_text(receipt)) if receipt else None,
        sheet=secrets_in.from_the_sheet if with_recovery_key else None,
    )


@app.command()
def receipt(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Argument(help="A .txt or .pdf to write; shown if left out.", show_default=False)
    ] = None,
) -> None:
    """Make a receipt of the log, to send or print: it proves later that nothing before it was changed."""
    if to is not None and to.exists():
        raise UsageError("That file is there already.", "A receipt never replaces a file.", "Name a new file.")
    with unlocked(context) as practice:
        made = practice.do(log.receipt)
    if to is not None:
        write_atomically(to, receipt_sheet.render(made) if to.suffix.lower() == ".pdf" else made.text().encode())
    if options(context).json:
        as_json({"receipt": {**made.__dict__, "code": made.code}})
    elif to is None:
        say(shown(made.text()))
    else:
        say(f"The receipt is in {shown(to)}. Send it away, or print it: on this computer alone it proves little.")


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")[:100_000]
    except OSError as error:
        raise BadFile("The receipt could not be read.", str(error.strerror), "Check the path.") from None


@app.command()
def export(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Argument(help="File to write; standard output if left out.", show_default=False)
    ] = None,
    form: Annotated[str, typer.Option("--format", help="jsonl or csv.")] = "jsonl",
    since: Since = None,
    until: Until = None,
) -> None:
    """Export the log for other programs (docs/format.md describes the columns). It holds ids, no names, no text."""
    if form not in exporting.FORMATS:
        raise UsageError("That is not a format.", "Known are jsonl and csv.", "Use --format jsonl or --format csv.")
    if to is not None and to.exists():
        raise UsageError("That file is there already.", "An export never replaces a file.", "Name a new file.")
    with unlocked(context) as practice:
        lines = practice.do(log.export, since, until)
        vault_id = practice.vault_id
    content = exporting.FORMATS[form](lines, vault_id)
    if to is None and options(context).json:
        as_json({"vault": vault_id, "lines": [dict(zip(exporting.PARTS, line, strict=True)) for line in lines]})
        return
    if to is None:
        sys.stdout.write(content)
        return
    write_atomically(to, content.encode())
    if options(context).json:
        as_json({"exported": {"lines": len(lines), "path": os.fspath(to)}})
    else:
        say(f"Wrote {len(lines):,} lines to {shown(to)}.")


@app.command()
def review(context: typer.Context) -> None:
    """Examine what is new since the last review, unusual things first; the log records that you did."""
    with unlocked(context) as practice:
        found = practice.do(log.review)
    if options(context).json:
        as_json({"review": found})
        return
    last = f"since the last review on {local(found.last)[:16]}" if found.last else "this is the first review"
    say(f"[bold]Lines {found.since:,} to {found.through:,}[/], {last}.\n")
    rows = [(u.line.seq, local(u.line.at), u.why, u.line.sentence) for u in found.unusual]
    table(("line", "when", "why it is shown", "what"), rows, "Nothing unusual.")
    say("Everything else, counted:")
    table(("event", "lines"), found.counts.items(), "Nothing new.")
    if log.receipt_due(found, datetime.now(UTC)):
        say("No receipt has been made for a week or more. Send one away now and then: notes log receipt")
    say("[dim]That you reviewed the log up to here is now itself a line of the log.[/]")


@app.command()
def accept(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why: backup, computer, sync or unknown.", show_default=False)],
) -> None:
    """Make an older copy of the vault, which opens for reading only, the record from now on."""
    with unlocked(context) as practice:
        anchoring.accept(practice, reason)
    if options(context).json:
        as_json({"accepted": reason})
    else:
        say("This copy is the record from now on. The log says so, and why.")


@app.command()
def anchor(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="A stick or folder outside the vault.", show_default=False)
    ] = None,
    nowhere: Annotated[bool, typer.Option("--nowhere-else", help="Only on this computer from now on.")] = False,
) -> None:
    """Keep the end of the log in a second place too, so that an older copy of the vault is noticed anywhere.

    What is kept there holds no client data: a number, a time and a checksum.
    """
    if (folder is None) is not nowhere:
        raise UsageError("Name a folder, or say --nowhere-else.", "", "")
    with unlocked(context) as practice:
        practice.do(anchoring.set_second_place, folder)
    if options(context).json:
        as_json({"anchor": None if folder is None else os.fspath(folder.absolute())})
    elif folder is None:
        say("The end of the log is kept on this computer only.")
    else:
        say(f"The end of the log is kept in {shown(folder)} too, from now on.")
