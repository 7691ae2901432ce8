"""``notes session``: add, list, edit, remove."""

from __future__ import annotations

from typing import Annotated

import typer

from notes.cli.options import options, unlocked
from notes.cli.output import as_json, say, shown, table, when
from notes.errors import UsageError
from notes.record import sessions, values
from notes.record.sessions import Session

app = typer.Typer()

Reference = Annotated[str, typer.Argument(help="The session's reference.", show_default=False)]
Minutes = Annotated[int | None, typer.Option(help="Length in minutes.", show_default=False)]
Modality = Annotated[str | None, typer.Option(help=f"One of: {', '.join(values.MODALITIES)}.", show_default=False)]


@app.command()
def add(
    context: typer.Context,
    client: Annotated[str, typer.Option(help="Client: reference or name.", show_default=False)],
    at: Annotated[str, typer.Option(help="When, as 2026-03-31T14:00.", show_default=False)],
    minutes: Minutes = None,
    modality: Modality = None,
    attendance: Annotated[str, typer.Option(help=f"One of: {', '.join(values.ATTENDANCE)}.")] = "attended",
) -> None:
    """Enter a session."""
    with unlocked(context) as practice:
        session = practice.do(sessions.create, client, at, minutes, modality, attendance)
    _answer(context, session, f"Entered as [cyan]{session.ref}[/].")


@app.command("list")
def list_(
    context: typer.Context,
    client: Annotated[str | None, typer.Option(help="Only this client's.", show_default=False)] = None,
    since: Annotated[str | None, typer.Option("--from", help="From this day.", show_default=False)] = None,
    until: Annotated[str | None, typer.Option("--to", help="Up to this day.", show_default=False)] = None,
    unsigned: Annotated[
        bool, typer.Option("--without-signed-note", help="Only sessions that have no signed note yet.")
    ] = False,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
) -> None:
    """List sessions, newest first."""
    with unlocked(context) as practice:
        found = practice.do(sessions.list_sessions, client, since, until, unsigned, limit)
    if options(context).json:
        as_json({"sessions": found})
        return
    rows = [(s.ref, when(s.started_at), s.client_name, s.minutes, s.modality, s.attendance, _notes(s)) for s in found]
    empty = "Every session has its signed note." if unsigned else "No sessions."
    table(("ref", "when", "client", "minutes", "how", "attendance", "notes"), rows, empty)


@app.command()
def edit(
    context: typer.Context,
    session: Reference,
    at: Annotated[
        str | None, typer.Option(help="When it really was; unsigned notes go with it.", show_default=False)
    ] = None,
    minutes: Minutes = None,
    modality: Modality = None,
    attendance: Annotated[str | None, typer.Option(help="Whether the client came.", show_default=False)] = None,
) -> None:
    """Correct a session's time, length, modality or attendance."""
    if (at, minutes, modality, attendance) == (None,) * 4:
        raise UsageError("Nothing to change was given.", "", "Say what, for example: --minutes 50")
    with unlocked(context) as practice:
        changed = practice.do(sessions.change, session, minutes, modality, attendance, at)
    _answer(context, changed, f"Changed the session of {shown(changed.client_name)}, {when(changed.started_at)}.")


@app.command()
def remove(context: typer.Context, session: Reference) -> None:
    """Remove a session entered by mistake; refused when a note belongs to it."""
    with unlocked(context) as practice:
        practice.do(sessions.remove, session)
    if options(context).json:
        as_json({"removed": True})
    else:
        say("Removed.")


def _notes(session: Session) -> str:
    told = [f"{session.signed} signed"] if session.signed else []
    return ", ".join(told + ([f"{session.drafts} draft"] if session.drafts else [])) or "none"


def _answer(context: typer.Context, session: Session, sentence: str) -> None:
    if options(context).json:
        as_json({"session": session})
    else:
        say(sentence)
