"""The program ``notes``: options, groups of commands, and how an error ends."""

from __future__ import annotations

import io
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from notes import __version__
from notes.cli import backup, clients, demo, doctor, importing, keyring, log, note, search, sessions, vault
from notes.cli.options import Options, options
from notes.cli.output import as_json, complain, err
from notes.errors import Cancelled, NotesError, UsageError
from notes.vault import process
from notes.vault.files import machine_error

app = typer.Typer(
    name="notes",
    help="Session Notes: encrypted session notes for a practice of one, with an access log nobody can quietly change.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group, name, about in (
    (clients.app, "client", "Clients: add, show, list, edit, archive."),
    (sessions.app, "session", "Sessions: add, list, edit, remove."),
    (note.app, "note", "Notes: write, sign, amend, move, read, compare."),
    (log.app, "log", "The access log: who looked, when, at what."),
    (backup.app, "backup", "Backups: make, check, restore, list, rehearse."),
    (keyring.app, "key", "Who can open the vault: passphrase, recovery key, rotation."),
):
    app.add_typer(group, name=name, help=about, no_args_is_help=True)
app.command("init")(vault.init)
app.command("search")(search.search)
app.command("import")(importing.import_)
app.command("verify")(vault.verify)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"Session Notes {__version__}")
        raise typer.Exit()


def _json(context: typer.Context, wanted: bool) -> bool:
    """Noted before anything else is looked at, so that a command that does not exist is answered in JSON too."""
    options(context).json = wanted
    return wanted


@app.callback()
def before(
    context: typer.Context,
    vault_folder: Annotated[
        Path | None,
        typer.Option("--vault", envvar="NOTES_VAULT", help="The vault's folder.", show_default=False),
    ] = None,
    passphrase_file: Annotated[
        str | None,
        typer.Option(
            envvar="NOTES_PASSPHRASE_FILE",
            help="File with the passphrase; - for standard input. Without it you are asked.",
            show_default=False,
        ),
    ] = None,
    recovery_key_file: Annotated[
        str | None,
        typer.Option(help="Open with the recovery key in this file; - to type it in.", show_default=False),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(envvar="NOTES_KEY_FILE", help="Key file, for a vault that needs one.", show_default=False),
    ] = None,
    emergency: Annotated[
        bool,
        typer.Option("--emergency", help="Read where nothing can be written: full disk, write-protected stick."),
    ] = False,
    json: Annotated[
        bool,
        typer.Option("--json", callback=_json, is_eager=True, help="Answer with one JSON document on standard output."),
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Options that stand before the command."""
    said = options(context)
    said.vault, said.key_file, said.emergency = vault_folder, key_file, emergency
    said.passphrase_file, said.recovery_key_file = passphrase_file, recovery_key_file


def main() -> None:
    """Run the program; its exit code says how it ended (see ``notes.errors``)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a sign shows a question mark instead
            stream.reconfigure(errors="replace")
    process.harden()
    said = Options()
    try:
        sys.exit(app(obj=said, standalone_mode=False) or 0)
    except NotesError as error:
        _end(said, error)
    except (typer.Abort, KeyboardInterrupt):
        _end(said, Cancelled("Stopped. What was finished before is kept."))
    except typer.TyperException as error:
        hint = _misplaced(error)
        if said.json:
            _one_document(UsageError(error.format_message(), "", hint or "See --help."))
        error.show()  # type: ignore[attr-defined]  # what typer raises for usage can show itself
        if hint:
            err.print(hint, markup=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _end(said, machine_error(error), silent=True)
    except Exception as error:
        if said.json:
            _one_document(NotesError("Session Notes has a fault and had to stop."))
        _crash_notice(error)
        sys.exit(1)


def _end(said: Options, error: NotesError, *, silent: bool = False) -> NoReturn:
    """Say what went wrong and leave with its code. `silent` is for when standard output itself fails."""
    if said.json and not silent:
        _one_document(error)
    complain(error)
    if silent:
        sys.stderr.flush()
        os._exit(error.exit_code)  # leaving the usual way would try to write the rest once more
    sys.exit(error.exit_code)


def _misplaced(error: typer.TyperException) -> str:
    """What to do when an option that stands before the command was typed after it; else nothing."""
    option = getattr(error, "option_name", None)
    known = [name for parameter in typer.main.get_command(app).params for name in parameter.opts]
    return f"{option} stands before the command: notes {option} … COMMAND" if option in known else ""


def _one_document(error: NotesError) -> None:
    as_json({"error": {"what": error.what, "why": error.why, "next": error.hint, "exit_code": error.exit_code}})


def _crash_notice(error: Exception) -> None:
    """Where it went wrong, without a word of what was being worked on."""
    err.print("[bold red]Session Notes has a fault and had to stop.[/]")
    err.print("Nothing half-done was kept. Please report the lines below; they hold no client data.")
    err.print(f"Session Notes {__version__}, Python {sys.version.split()[0]}, {sys.platform}: {type(error).__name__}")
    for frame in traceback.extract_tb(error.__traceback__):
        where = Path(frame.filename)
        err.print(f"  {'/'.join(where.parts[-3:])}:{frame.lineno} {frame.name}", markup=False)


__all__ = ["app", "main"]
