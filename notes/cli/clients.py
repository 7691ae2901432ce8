"""``notes client``: add, show, list, edit, archive, restore."""

from __future__ import annotations

from typing import Annotated

import typer

from notes.cli.options import options, unlocked
from notes.cli.output import as_json, say, shown, table
from notes.errors import UsageError
from notes.record import clients
from notes.record.clients import Client

app = typer.Typer()

Name = Annotated[str, typer.Argument(help="The client's name or reference.", show_default=False)]
Pronouns = Annotated[str | None, typer.Option(help="For example she/her.", show_default=False)]
Born = Annotated[str | None, typer.Option(help="Birth date, as 1980-02-29.", show_default=False)]
Phone = Annotated[str | None, typer.Option(help="Telephone number.", show_default=False)]
Email = Annotated[str | None, typer.Option(help="E-mail address.", show_default=False)]
Emergency = Annotated[
    str | None, typer.Option("--emergency-contact", help="Whom to call in an emergency.", show_default=False)
]


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The client's name.", show_default=False)],
    pronouns: Pronouns = None,
    born: Born = None,
    phone: Phone = None,
    email: Email = None,
    emergency: Emergency = None,
) -> None:
    """Add a client."""
    with unlocked(context) as practice:
        client = practice.do(
            clients.create,
            name,
            pronouns=pronouns,
            born=born,
            phone=phone,
            email=email,
            emergency_contact=emergency,
        )
    _answer(context, client, f"Added {shown(client.name)} as [cyan]{client.ref}[/].")


@app.command()
def show(context: typer.Context, client: Name) -> None:
    """Show one client's details."""
    with unlocked(context) as practice:
        found = practice.do(clients.open, client)
    if options(context).json:
        as_json({"client": found})
        return
    say(f"[bold]{shown(found.name)}[/]  [cyan]{found.ref}[/]  {found.status}")
    for field in clients.FIELDS[1:]:
        value = getattr(found, field)
        if value:
            say(f"  {field.replace('_', ' '):<18}{shown(value)}")


@app.command("list")
def list_(
    context: typer.Context, archived: Annotated[bool, typer.Option(help="Show archived clients too.")] = False
) -> None:
    """List the clients by name."""
    with unlocked(context) as practice:
        found = practice.do(clients.list_clients, archived)
    if options(context).json:
        as_json({"clients": found})
        return
    rows = [(c.ref, c.name, c.pronouns, c.born, c.status) for c in found]
    table(("ref", "name", "pronouns", "born", "status"), rows, "No clients yet. Add one: notes client add NAME")


@app.command()
def edit(
    context: typer.Context,
    client: Name,
    name: Annotated[str | None, typer.Option(help="A corrected name.", show_default=False)] = None,
    pronouns: Pronouns = None,
    born: Born = None,
    phone: Phone = None,
    email: Email = None,
    emergency: Emergency = None,
) -> None:
    """Change a client's details; an empty value clears one."""
    stated = {
        "name": name,
        "pronouns": pronouns,
        "born": born,
        "phone": phone,
        "email": email,
        "emergency_contact": emergency,
    }
    changes = {field: value for field, value in stated.items() if value is not None}
    if not changes:
        raise UsageError("Nothing to change was given.", "", "Say what, for example: --phone '01632 960001'")
    with unlocked(context) as practice:
        changed = practice.do(clients.change, client, **changes)
    _answer(context, changed, f"Changed {shown(changed.name)}.")


@app.command()
def archive(context: typer.Context, client: Name) -> None:
    """Take a client off the list; nothing is deleted."""
    with unlocked(context) as practice:
        found = practice.do(clients.archive, client)
    _answer(context, found, f"Archived {shown(found.name)}. Bring back with: notes client restore {found.ref}")


@app.command()
def restore(context: typer.Context, client: Name) -> None:
    """Bring an archived client back onto the list."""
    with unlocked(context) as practice:
        found = practice.do(clients.restore, client)
    _answer(context, found, f"{shown(found.name)} is back on the list.")


def _answer(context: typer.Context, client: Client, sentence: str) -> None:
    if options(context).json:
        as_json({"client": client})
    else:
        say(sentence)
