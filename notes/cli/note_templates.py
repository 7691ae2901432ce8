"""``notes note templates``: list, show, add, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from notes.cli.options import options, unlocked
from notes.cli.output import as_json, safe, say, shown, table
from notes.exchange.reading_files import read_text
from notes.record import templates, values

app = typer.Typer()


@app.callback(invoke_without_command=True)
def list_(context: typer.Context) -> None:
    """List the templates."""
    if context.invoked_subcommand is not None:
        return
    with unlocked(context) as practice:
        found = practice.do(templates.list_templates)
    if options(context).json:
        as_json({"templates": found})
        return
    rows = [(t.name, t.kind, "your own" if t.own else "built in", _headings(t.body)) for t in found]
    table(("name", "makes a note of kind", "", "headings"), rows, "No templates.")


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The template's name.", show_default=False)],
    file: Annotated[Path, typer.Option(help="File with the Markdown a note starts with.", show_default=False)],
    kind: Annotated[str, typer.Option(help=f"One of: {', '.join(values.KINDS)}.")] = "progress",
) -> None:
    """Keep a template of your own; one of the same name is replaced."""
    body = read_text(file)
    with unlocked(context) as practice:
        saved = practice.do(templates.save, name, kind, body)
    if options(context).json:
        as_json({"template": saved})
    else:
        say(f"Saved the template {shown(saved.name)}.")


@app.command()
def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The template's name.", show_default=False)],
) -> None:
    """Remove a template of your own; notes made from it stay."""
    with unlocked(context) as practice:
        practice.do(templates.remove, name)
    if options(context).json:
        as_json({"removed": True})
    else:
        say("Removed.")


def _headings(body: str) -> str:
    return safe(", ".join(line.lstrip("# ") for line in body.splitlines() if line.startswith("#")))
