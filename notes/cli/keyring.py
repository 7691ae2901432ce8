"""``notes key``: list, passphrase, recovery, rotate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from notes.cli import secrets_in
from notes.cli.options import Options, options, unlocked
from notes.cli.output import as_json, local, say, table
from notes.cli.vault import check_sheet, hand_over
from notes.errors import UsageError
from notes.practice import keyring, naming
from notes.practice.practice import Practice
from notes.vault import keys, recovery_key

app = typer.Typer()

Sheet = Annotated[
    Path | None,
    typer.Option("--recovery-sheet", help="Also write it to this PDF, to print.", show_default=False),
]


@app.command("list")
def list_(context: typer.Context) -> None:
    """Show who can open the vault."""
    with unlocked(context) as practice:
        slots = practice.do(keyring.list_slots)
    if options(context).json:
        as_json({"slots": slots})
        return
    rows = [(s.label, s.kind, local(s.created)[:16], "with key file" if s.key_file else "") for s in slots]
    table(("holder", "kind", "since", ""), rows, "No slots.")


@app.command()
def passphrase(
    context: typer.Context,
    new_file: Annotated[
        str | None,
        typer.Option("--new-passphrase-file", help="File with the new passphrase.", show_default=False),
    ] = None,
    new_key_file: Annotated[
        Path | None,
        typer.Option(help="Ask for this key file too from now on; made if it is not there.", show_default=False),
    ] = None,
    without_key_file: Annotated[bool, typer.Option("--without-key-file", help="Ask for no key file any more.")] = False,
) -> None:
    """Change the passphrase. Copies of the vault made before still open with the old one."""
    said = options(context)
    if new_file == "-" and said.passphrase_file == "-":
        raise UsageError("Standard input cannot give both passphrases.", "", "Use a file for one of them.")
    with unlocked(context) as practice:
        typed = secrets_in.to_choose(new_file)
        try:
            key_file = secrets_in.read_key_file(said.key_file) if said.key_file and not without_key_file else None
            if new_key_file:
                key_file = secrets_in.make_key_file(new_key_file, said.folder())
            change = keyring.change_passphrase
            slot = practice.do(change, typed, key_file, without_key_file=without_key_file)
        finally:
            keys.wipe(typed)
    if said.json:
        as_json({"slot": slot})
    else:
        say("The passphrase is changed. Copies and backups made before still open with the old one.")
        say("If the old one may be known to somebody, rotate the key too: notes key rotate")


@app.command()
def recovery(context: typer.Context, sheet: Sheet = None) -> None:
    """Make a new recovery key; the sheet printed before opens the vault no more."""
    check_sheet(sheet, options(context).folder())
    with unlocked(context) as practice:
        name = practice.do(naming.practice_name) if sheet else ""
        key = practice.do(keyring.new_recovery_key, lambda key: _show(context, key, sheet, name, practice.vault_id))
        keys.wipe(key)
    if not options(context).json:
        say("It counts from now on. The recovery sheet printed before is out of use.")


@app.command()
def rotate(context: typer.Context, sheet: Sheet = None) -> None:
    """Encrypt the whole vault anew under a new key, and make a new recovery key."""
    check_sheet(sheet, options(context).folder())
    said = options(context)
    if said.passphrase_file == "-":
        raise UsageError("Rotation reads the passphrase twice.", "Standard input gives it once.", "Use a file.")
    with unlocked(context) as practice:
        name = practice.do(naming.practice_name) if sheet else ""

        def show(key: bytearray) -> None:
            _show(context, key, sheet, name, practice.vault_id)

        asked = secrets_in.asks(said.passphrase_file)
        keys.wipe(secrets_in.trying(lambda: _rotate(practice, said, show), asked=asked))
    if not said.json:
        say("The vault is encrypted under a new key. The recovery sheet printed before is out of use.")


def _rotate(practice: Practice, said: Options, show: keyring.Show) -> bytearray:
    typed = secrets_in.current(said.passphrase_file)
    try:
        key_file = secrets_in.read_key_file(said.key_file) if said.key_file else None
        return keyring.rotate(practice, typed, key_file, show)
    finally:
        keys.wipe(typed)


def _show(context: typer.Context, key: bytearray, sheet: Path | None, name: str, vault_id: str) -> None:
    if options(context).json:
        as_json({"recovery_key": recovery_key.write(key)})
    hand_over(key, sheet, name, vault_id, silent=options(context).json)
