"""``notes backup``: make, check, restore, list, drill."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from notes.cli import secrets_in
from notes.cli.options import options, unlocked
from notes.cli.output import as_json, local, progress_bar, say, shown, table, warn
from notes.errors import NotesError, UsageError
from notes.exchange import drill_report
from notes.practice import backups, generations, restoring
from notes.practice.accounts import Progress
from notes.practice.keyring import SlotView
from notes.practice.practice import Practice
from notes.practice.restoring import Checked
from notes.vault import keys
from notes.vault.files import write_atomically

app = typer.Typer()

_KINDS = {"passphrase": "the passphrase", "recovery": "the recovery key"}

File = Annotated[Path, typer.Argument(help="The backup's file.", show_default=False)]
Folder = Annotated[Path, typer.Argument(help="The folder that holds the backups.", show_default=False)]


@app.command()
def make(
    context: typer.Context,
    folder: Folder,
    keep_all: Annotated[bool, typer.Option("--keep-all", help="Remove no older backup.")] = False,
) -> None:
    """Write one encrypted file and verify it by restoring it. Of older ones 7 days, 4 weeks, 12 months are kept."""
    with unlocked(context) as practice, _progress("Backup") as progress:
        made = backups.make(practice, folder, keep_all=keep_all, progress=progress)
    for warning in made.warnings:
        warn(warning)
    if options(context).json:
        as_json({"backup": made})
        return
    say(f"[green]✓ Backed up, restored in private, and verified:[/] [bold]{shown(made.file)}[/]")
    say(f"[dim]{_size(made.bytes)} in {made.seconds:.1f} s. It opens with what opens the vault today.[/]")
    if made.removed:
        say(f"{len(made.removed)} older, which the rule does not keep, removed (--keep-all would keep them).")


@app.command()
def check(
    context: typer.Context,
    file: File,
    alone: Annotated[
        bool, typer.Option("--alone", help="Open the backup with its own key, without a vault and its log.")
    ] = False,
) -> None:
    """Restore a backup into a private folder and verify everything in it."""
    said = options(context)
    restoring.made_when(file)
    if alone or said.vault is None:
        secret = secrets_in.given(said.passphrase_file, said.recovery_key_file, said.key_file)
        try:
            with _progress("Check") as progress:
                found = restoring.check_alone(file, secret, progress)
        finally:
            keys.wipe(secret.value)
    else:
        with unlocked(context) as practice, _progress("Check") as progress:
            found = practice.do(restoring.check, file, progress)
    if said.json:
        as_json({"ok": True, **found.__dict__})
    else:
        _show(found)


@app.command()
def restore(
    context: typer.Context,
    file: File,
    folder: Annotated[Path, typer.Argument(help="The new vault's folder; must not exist.", show_default=False)],
) -> None:
    """Restore a backup as a new vault. It opens with what opened the vault when the backup was made."""
    said = options(context)
    restoring.made_when(file)
    restoring.must_not_exist(folder)
    secret = secrets_in.given(said.passphrase_file, said.recovery_key_file, said.key_file)
    try:
        with _progress("Restoring") as progress:
            restored = restoring.restore(file, folder, secret, face="terminal", progress=progress)
    finally:
        keys.wipe(secret.value)
    for warning in restored.warnings:
        warn(warning)
    if said.json:
        told = {"id": restored.vault, "path": restored.folder, "made": restored.made}
        as_json({"vault": told, "slots": restored.slots, "last_line_in_backup": restored.old.seq})
        return
    say(f"[green]✓ Restored and verified:[/] [bold]{shown(restored.folder)}[/]")
    say(f"It is the record as of {local(restored.made)[:16]}. Its log says that it was restored, and where it goes on.")
    say("If it takes the vault's place on this computer, say so once: notes log accept --reason backup")
    say("It opens with what opened the vault then:")
    _slots(restored.slots)


@app.command("list")
def list_(context: typer.Context, folder: Folder) -> None:
    """List the backups in a folder and why the rule keeps them. Needs no key."""
    found = generations.listed(folder)
    if options(context).json:
        as_json({"backups": found})
        return
    rows = [(b.file, local(b.made)[:16], _size(b.bytes) if b.bytes else "", b.problem or _kept(b.kept)) for b in found]
    table(("file", "when", "size", "kept as the newest of its"), rows, "No backups in this folder.")


@app.command()
def drill(
    context: typer.Context,
    place: Annotated[
        Path, typer.Argument(help="A folder, of which the newest backup is taken, or a file.", show_default=False)
    ],
    report: Annotated[
        Path | None,
        typer.Option(help="Where to write the report; otherwise beside the backup.", show_default=False),
    ] = None,
) -> None:
    """Rehearse the restoring of a backup in private, and write a report to file. The log records it."""
    if report is not None and report.exists():
        raise UsageError("That file is there already.", "A report never replaces a file.", "Name a new file.")
    with unlocked(context) as practice:
        file = generations.newest(place, practice.vault_id) if place.is_dir() else place
        began, at = time.monotonic(), datetime.now().astimezone()
        target = report or file.parent / f"session-notes-drill-{at.strftime('%Y-%m-%d-%H%M%S')}.txt"
        try:
            found = _rehearse(practice, file)
        except NotesError as error:
            told = drill_report.failed(error, file.name, at, time.monotonic() - began)
            _hand_over(target, told, silent=options(context).json)
            raise
        told = drill_report.passed(found, at)
    written = _hand_over(target, told, silent=options(context).json)
    if options(context).json:
        as_json({"ok": True, **found.__dict__, "report": str(written) if written else None})


def _rehearse(practice: Practice, file: Path) -> Checked:
    with _progress("Drill") as progress:
        return practice.do(restoring.drill, file, progress)


def _hand_over(target: Path, told: str, *, silent: bool) -> Path | None:
    """Show the report and write it; where it cannot be written, it has at least been shown."""
    if not silent:
        say(shown(told))
    try:
        write_atomically(target, told.encode())
    except NotesError as error:
        warn(f"The report could not be written there. {error.why} Use --report FILE.")
        return None
    if not silent:
        say(f"[dim]The report is in {shown(target)}. It holds no client data.[/]")
    return target


def _show(found: Checked) -> None:
    say(f"[green]✓ The backup holds:[/] {shown(found.file)}, made {local(found.made)[:16]}, {_size(found.bytes)}.")
    say(f"{found.notes:,} notes, {found.log_lines:,} log lines: every byte, page, line, row and signed text checked.")
    if found.lines_since is not None:
        say(f"It is a beginning of this vault's history; the log has had {found.lines_since:,} lines since.")
    for kind in found.changed or ():
        say(f"[yellow]! {_KINDS[kind].capitalize()} was changed since: this backup opens with the one before.[/]")
    say("It opens with:")
    _slots(found.slots)


def _slots(slots: tuple[SlotView, ...]) -> None:
    for slot in slots:
        with_file = " together with its key file" if slot.key_file else ""
        say(f"  · {_KINDS[slot.kind]} set on {local(slot.created)[:16]}{with_file}")


def _kept(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "goes with the next backup"


def _size(count: int) -> str:
    return f"{count / 10**6:,.1f} MB"


@contextmanager
def _progress(title: str) -> Iterator[Progress]:
    with progress_bar() as bar:
        task = bar.add_task(title, total=None)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(task, description=f"{title}: {what}", completed=done, total=total)

        try:
            yield progress
        except KeyboardInterrupt:
            warn("Stopped. Nothing half-done is kept.")
            raise
