"""Showing results: as one JSON document, or as tables and text for people.

Text from the record is shown with control characters made visible, so that nothing pasted into a note can steer the
terminal; in JSON it stands exactly as it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from notes.errors import NotesError

IDS = frozenset({"id", "client", "session", "note", "object"})
"""Fields that hold ids: strings in JSON, because they pass 2^53."""

WHOLE = frozenset({"ref", "when", "session", "signed", "since", "line", "status", "outcome", "born"})
"""Columns that are never broken over lines."""

LEAST_WIDTH = 14
"""Columns of the screen that a broken column needs to be readable."""

out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)


def as_json(document: Any) -> None:
    """Print the one document."""
    utf8 = "utf" in (sys.stdout.encoding or "").lower()
    sys.stdout.write(json.dumps(plain(document), ensure_ascii=not utf8) + "\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """Dataclasses as dictionaries, ids as strings."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {name: str(v) if name in IDS and type(v) is int else plain(v) for name, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def safe(text: str) -> str:
    """The text with control characters other than line ends and tabs made visible."""
    return "".join(_VISIBLE.get(ord(c), c) for c in text.replace("\r\n", "\n"))


_VISIBLE = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"} | {0x7F: "␡"}
_VISIBLE |= dict.fromkeys(range(0x80, 0xA0), "�")
_VISIBLE |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "�")  # text direction overrides


def say(markup: str = "") -> None:
    """A line for people, in rich's markup; text from the record goes through ``shown`` first.

    It is broken between words at a terminal's edge, and not at all where it goes into a file or another program.
    """
    out.print(markup, soft_wrap=not out.is_terminal)


def shown(text: object) -> str:
    """Text from the record, for use inside markup."""
    return escape(safe(str(text)))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table, or the sentence `empty` when there are no rows. On a narrow terminal each cell has a line of its own."""
    listed = [[_cell(cell) for cell in row] for row in rows]
    if not listed:
        say(f"[dim]{empty}[/]")
        return
    if _width(columns, listed) > out.width:
        page(Group(*(_below_each_other(columns, row) for row in listed)))
        return
    made = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        whole = column in WHOLE
        made.add_column(column, overflow="fold", no_wrap=whole, style="cyan" if column == "ref" else "")
    for row in listed:
        made.add_row(*row)
    page(made)


def _cell(cell: object) -> Text:
    return cell if isinstance(cell, Text) else Text(safe("" if cell is None else str(cell)))


def _width(columns: Sequence[str], rows: list[list[Text]]) -> int:
    """The least that the table can be read at: the unbroken columns whole, the others a word or two wide."""
    width = 0
    for place, column in enumerate(columns):
        longest = max(len(column), *(row[place].cell_len for row in rows))
        width += 2 + (longest if column in WHOLE else min(longest, LEAST_WIDTH))
    return width


def _below_each_other(columns: Sequence[str], row: list[Text]) -> Text:
    filled = [(column, cell) for column, cell in zip(columns, row, strict=True) if cell.plain]
    lines = [Text.assemble((f"{column + ' ' if column else ''}", "dim"), cell) for column, cell in filled]
    return Text("\n").join([*lines, Text()])


def page(content: Any) -> None:
    """Print; through a pager when it is longer than the terminal is high.

    The pager is `less` in its secure mode: no shell, no editor, no file, no history of what was searched for.
    """
    less = shutil.which("less")
    with out.capture() as capture:
        out.print(content)
    text = capture.get()
    if not out.is_terminal or not sys.stdin.isatty() or text.count("\n") < out.height or less is None:
        sys.stdout.write(text)
        return
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LESS")}
    secure = {"LESSSECURE": "1", "LESSHISTFILE": "-", "LESSCHARSET": "utf-8"}
    subprocess.run([less, "-R", "-F", "-X"], input=text.encode(), env=clean | secure, check=False)  # noqa: S603


def progress_bar() -> Progress:
    """A bar for long work on standard error; silent where nobody watches."""
    return Progress(console=err, transient=True, disable=not sys.stderr.isatty())


def when(moment: str | None) -> str:
    """A stated time as people read it."""
    return "undated" if moment is None else moment.replace("T", " ")[:16]


def local(moment: str) -> str:
    """A UTC time of the program as the practice's own time."""
    from datetime import datetime

    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def state(status: str) -> Text:
    """A status with a sign and a colour, never a colour alone."""
    sign, colour = {
        "signed": ("✓", "green"),
        "draft": ("✎", "yellow"),
        "done": ("✓", "green"),
        "refused": ("✗", "red"),
        "failed": ("!", "red"),
    }.get(status, ("·", ""))
    return Text(f"{sign} {status}", style=colour)


def warn(text: str) -> None:
    """Something the practitioner should know, on standard error."""
    err.print(f"[yellow]! {shown(text)}[/]")


def complain(error: NotesError) -> None:
    """An error in up to three sentences, on standard error: what, why, what next."""
    err.print(f"[bold red]{shown(error.what)}[/]", soft_wrap=True)
    for sentence in (error.why, error.hint):
        if sentence:
            err.print(shown(sentence), soft_wrap=True)
