"""``notes search``."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from notes.cli.options import options, unlocked
from notes.cli.output import as_json, out, safe, say, when
from notes.record import search as searching
from notes.record.search import MATCH_END, MATCH_START, Hit


def search(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(help='Words; word* for a beginning, "…" for a phrase.', show_default=False)
    ],
    client: Annotated[str | None, typer.Option(help="Only this client's notes.", show_default=False)] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind.", show_default=False)] = None,
    tag: Annotated[str | None, typer.Option(help="Only with this tag.", show_default=False)] = None,
    since: Annotated[str | None, typer.Option("--from", help="From this day.", show_default=False)] = None,
    until: Annotated[str | None, typer.Option("--to", help="Up to this day.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 20,
) -> None:
    """Find notes by what is in them. All words must be there; case and accents do not matter."""
    with unlocked(context) as practice:
        found = practice.do(searching.run, " ".join(words), client, kind, tag, since, until, limit)
    if options(context).json:
        as_json({"total": found.total, "hits": [_as_told(hit) for hit in found.hits]})
        return
    for hit in found.hits:
        line = Text()
        line.append(hit.note_ref, style="cyan")
        line.append(f"  {when(hit.at)}  ")
        line.append(safe(hit.client_name), style="bold")
        line.append(f"  {hit.kind}{' (draft)' if hit.status == 'draft' else ''}")
        out.print(line)
        out.print(Padding(_lit(hit.snippet), (0, 0, 1, 4)))
    rest = found.total - len(found.hits)
    say(
        f"[dim]{found.total:,} note{'' if found.total == 1 else 's'}{f', {rest:,} not shown' if rest else ''}"
        f"{'' if found.ranked else '; so many that the newest come first'}.[/]"
    )


def _as_told(hit: Hit) -> dict[str, object]:
    told = dict(hit.__dict__)
    told["snippet"] = hit.snippet.replace(MATCH_START, "[").replace(MATCH_END, "]")
    return told


def _lit(snippet: str) -> Text:
    """The passage with its matches set off."""
    lit = Text()
    for part in snippet.split(MATCH_START):
        match, end, rest = part.rpartition(MATCH_END)
        if end:
            lit.append(safe(match), style="bold yellow underline")
        lit.append(safe(rest))
    return lit
