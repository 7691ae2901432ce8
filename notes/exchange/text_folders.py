"""A folder of Markdown or text files as earlier notes: one file, one note.

The client comes from front matter (``client:``) or from the folder the file lies in; the date from front matter
(``date:``) or from the file's name (2026-03-31). The file's own time is not taken: it is often the day of copying, and
what is signed keeps its date. ``kind:`` and ``tags:`` may stand in front matter too; whatever else stands there is kept
as the first section of the text. Files of other kinds are named as not read, except hidden ones.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from notes.errors import BadFile, BadValue
from notes.exchange.dates import doubts, read_moment
from notes.exchange.reading_files import read_text
from notes.exchange.rows import Reading, Rejected, Row
from notes.record import values

ENDINGS = (".md", ".markdown", ".txt", ".text")

LONGEST_FRONT = 16 * 1024
"""Characters of front matter; more is text."""
MOST_BRACKETS = 1000
"""Brackets that open in front matter; with more of them, nested, reading it would take seconds, and it is text."""

_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_DATED = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")


def read(folder: Path, encoding: str | None = None) -> Reading:
    """Every note in the folder and below. Raises BadFile when there is none, or a file is not text."""
    reading = Reading(understood={"folder or front matter": "client", "front matter or name": "date"})
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    paths = [path for path in found if path.suffix.lower() in ENDINGS]
    for path in found:
        place = path.relative_to(folder).as_posix()
        if path.suffix.lower() not in ENDINGS:
            if not any(part.startswith(".") for part in path.relative_to(folder).parts):
                reading.rejected.append(Rejected(place, "This kind of file is not read. Save it as plain text."))
            continue
        try:
            reading.rows.append(_row(path, place, folder, encoding, reading))
        except BadValue as error:
            reading.rejected.append(Rejected(place, f"{error.what} {error.why}".strip()))
    if not paths:
        raise BadFile(
            "The folder holds no notes.",
            f"There is no file ending in {', '.join(ENDINGS)}.",
            "Name another folder.",
        )
    return reading


def _row(path: Path, place: str, folder: Path, encoding: str | None, reading: Reading) -> Row:
    text = read_text(path, encoding)
    front, body = _split(text)
    client = _take(front, "client", "patient")
    if isinstance(client, list | dict):
        raise BadValue("The front matter names several clients.", "A note is of one client.")
    if not client and path.parent != folder:
        client = path.relative_to(folder).parts[0]
    if not client:
        raise BadValue("No client: the file lies in no client's folder and its front matter names none.")
    at = _when(path, place, front, reading)
    kind = _take(front, "kind", "type") or "progress"
    tags = _take(front, "tags") or []
    if front:
        told = "\n".join(f"- {key}: {value}" for key, value in front)
        body = f"## Front matter\n\n{told}\n\n{body}"
    if not body.strip():
        raise BadValue("The file holds no text.")
    listed = re.split(r"[,;]", tags) if isinstance(tags, str) else tags
    return Row(
        place=place,
        client=values.one_line(str(client), "The client"),
        at=at,
        kind=values.one_of(str(kind), values.KINDS, "The kind of note"),
        text=values.note_text(body),
        tags=tuple(dict.fromkeys(values.tag(str(t)) for t in listed if str(t).strip())),
    )


def _split(text: str) -> tuple[list[tuple[str, Any]], str]:
    """Front matter as names and values, and the rest. What is not a list of names and values is no front matter."""
    found = _FRONT.match(text)
    if not found:
        return [], text
    try:
        # Every value stays the text it is: no dates, numbers or booleans are made of it, and no name is dropped.
        if len(found[1]) > LONGEST_FRONT or found[1].count("[") + found[1].count("{") > MOST_BRACKETS:
            return [], text
        if any(isinstance(e, yaml.AliasEvent) for e in yaml.parse(found[1])):
            return [], text  # an alias could make a page of text out of a line
        loader = yaml.BaseLoader(found[1])
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            return [], text
        pairs = [
            (str(loader.construct_object(key, deep=True)).strip().lower(), loader.construct_object(value, deep=True))
            for key, value in node.value
        ]
    except (yaml.YAMLError, RecursionError):
        return [], text
    return pairs, text[found.end() :]


def _take(front: list[tuple[str, Any]], *names: str) -> Any:
    """The value of the first of these names, taken out of the front matter; None when none is there."""
    for place, (name, value) in enumerate(front):
        if name in names and value:
            del front[place]
            return value
    return None


def _when(path: Path, place: str, front: list[tuple[str, Any]], reading: Reading) -> str | None:
    stated = _take(front, "date")
    if stated:
        reading.doubtful += [f"{place}: {doubt}" for doubt in doubts([str(stated)], None, ())]
        return read_moment(str(stated), None, day_first=True)
    named = _DATED.search(path.stem)
    if named:
        return values.day("-".join(named.groups()))
    reading.doubtful.append(f"{place}: no date in front matter or name; the note comes in undated.")
    return None
