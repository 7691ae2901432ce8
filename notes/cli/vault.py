"""``notes init`` and ``notes verify``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from notes.access_log.receipts import Receipt
from notes.cli import secrets_in
from notes.cli.options import options, unlocked
from notes.cli.output import as_json, progress_bar, say, shown
from notes.errors import NotesError, UsageError
from notes.exchange import recovery_sheet
from notes.practice import opening, verification
from notes.practice.accounts import Problem
from notes.practice.surroundings import this_computer
from notes.practice.verification import Report
from notes.vault import keys, recovery_key


def init(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="The practice's name.")] = "My practice",
    sheet: Annotated[
        Path | None,
        typer.Option("--recovery-sheet", help="Also write the recovery key to this PDF, to print.", show_default=False),
    ] = None,
) -> None:
    """Create a vault. The recovery key is shown once: write it down or print the sheet."""
    said = options(context)
    folder = said.folder()
    check_sheet(sheet, folder)
    typed = secrets_in.to_choose(said.passphrase_file, (name,))
    try:
        key_file = secrets_in.make_key_file(said.key_file, folder) if said.key_file else None
        created = opening.create(folder, typed, name, key_file=key_file, face="terminal", surroundings=this_computer())
    finally:
        keys.wipe(typed)
    if said.json:
        told = {"id": created.vault_id, "path": str(folder), "name": name}
        as_json({"vault": told, "recovery_key": recovery_key.write(created.recovery_key)})
    else:
        say(f"The vault is ready: [bold]{shown(folder)}[/]\n")
    hand_over(created.recovery_key, sheet, name, created.vault_id, silent=said.json)


def check_sheet(sheet: Path | None, folder: Path) -> None:
    """Raises UsageError, before anything is done, when the recovery sheet could not be written where it was asked."""
    if sheet:
        secrets_in.outside(sheet, folder, "The recovery sheet")
        if sheet.exists():
            raise UsageError("That file is there already.", "A sheet never replaces another file.", "Name a new file.")
        if not sheet.absolute().parent.is_dir():
            raise UsageError("The folder for the recovery sheet does not exist.", "", "Make it, or name another.")


def hand_over(key: bytearray, sheet: Path | None, name: str, vault_id: str, *, silent: bool) -> None:
    """Show a new recovery key, write its sheet where asked, and wipe it."""
    if not silent:
        say(f"Recovery key    [bold]{recovery_key.write(key)}[/]\n")
        say(
            "It opens the vault if the passphrase is lost, and is shown only now. Copy it onto paper and keep that "
            "away from this computer. Without passphrase and recovery key nobody can open the vault again."
        )
    try:
        if sheet:
            recovery_sheet.write(sheet, key, name, vault_id, date.today())
            if not silent:
                say(f"\nThe sheet to print is in {shown(sheet)}. Print it, then delete the file.")
    finally:
        keys.wipe(key)


def verify(context: typer.Context) -> None:
    """Check everything: pages, schema, log, every row and signed text, search index."""
    run_verification(context, whole=True)


def run_verification(
    context: typer.Context,
    *,
    whole: bool,
    receipt: Receipt | None = None,
    sheet: Callable[[], bytearray] | None = None,
) -> None:
    """Verify, show, and end with 4 when something is wrong. A vault too damaged to unlock is a finding too."""
    said = options(context)
    recovery = sheet() if sheet else None
    try:
        with unlocked(context) as practice, progress_bar() as bar:
            task = bar.add_task("Verifying", total=None)

            def progress(what: str, done: int, total: int) -> None:
                bar.update(task, description=f"Verifying: {what}", completed=done, total=total)

            if whole:
                report = practice.do(verification.verify, progress)
            else:
                report = practice.do(verification.verify_log, progress, receipt, recovery)
    except NotesError as error:
        if error.exit_code != 4:
            raise
        report = Report(0, 0, [Problem("vault", "", f"{error.what} {error.why}".strip())])
    finally:
        if recovery is not None:
            keys.wipe(recovery)
    if said.json:
        told = {"ok": report.ok, "notes": report.notes, "log_lines": report.log_lines, "anchored": report.anchored}
        advice = {} if report.ok else {"advice": report.advice}
        as_json({**told, **advice, "problems": report.problems, **({"proven": report.proven} if report.proven else {})})
    else:
        _show(report, whole)
    if not report.ok:
        raise typer.Exit(4)


def _show(report: Report, whole: bool) -> None:
    if report.ok:
        say(f"[green]✓ All is as the log says:[/] {report.notes:,} notes, {report.log_lines:,} log lines.")
        if whole:
            say("[dim]Pages, schema, log chain, every row, every signed text and the search index were checked.[/]")
        if report.proven:
            first, last = report.proven.first, report.proven.last
            say(f"The recovery sheet proves lines {first:,} to {last:,} as they were written.")
        if not report.anchored:
            say("[yellow]Not anchored:[/] this computer had not seen the vault before; an older copy would look alike.")
        return
    things = "thing is not as it" if len(report.problems) == 1 else "things are not as they"
    say(f"[bold red]✗ {len(report.problems):,} {things} should be:[/]")
    for problem in report.problems[:50]:
        say(f"  [bold]{shown(problem.what)} {shown(problem.where)}[/]  {shown(problem.detail)}")
    if len(report.problems) > 50:
        say(f"  … and {len(report.problems) - 50:,} more.")
    say(report.advice)
