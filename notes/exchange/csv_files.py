"""CSV files of earlier notes: which column is what, and each row as a note.

The mapping is guessed from the column names and printed; a map file (TOML) overrides the guess::

    client = "client_code"        # required if it cannot be guessed
    date = "session_date"         # optional
    date_format = "%d/%m/%Y"      # only where dates are not written 2026-03-31
    kind = "type"                 # optional; progress where there is none
    tags = ["topic"]              # optional
    leave_out = ["row_number"]    # the only way to lose a column

Every other column becomes a headed section of the note's text, in the file's order: an import loses nothing.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from notes.errors import BadFile, BadValue
from notes.exchange import dates
from notes.exchange.reading_files import read_text
from notes.exchange.rows import Reading, Rejected, Row
from notes.record import values

GUESSES: dict[str, tuple[str, ...]] = {
    "client": (
        "client",
        "clientcode",
        "clientid",
        "clientname",
        "patient",
        "patientname",
        "patientid",
        "name",
        "code",
    ),
    "date": (
        "date",
        "sessiondate",
        "dateofservice",
        "dos",
        "session",
        "notedate",
        "datetime",
        "when",
        "appointment",
    ),
    "kind": ("kind", "type", "notetype", "notekind", "template", "kindofnote"),
    "tags": ("tag", "tags", "topic", "topics", "category", "theme", "label", "labels"),
}
"""Column names, without case, blanks and signs, that a role is guessed from."""

UNNAMED = "(unnamed column {})"

DELIMITERS = ",;\t|"
"""Signs that may part columns; the one that makes most of them does."""

_LARGEST_FIELD = 64 * 1024 * 1024


@dataclass
class Mapping:
    """Which column is what."""

    client: str | None = None
    date: str | None = None
    date_format: str | None = None
    kind: str | None = None
    tags: list[str] = field(default_factory=list)
    leave_out: list[str] = field(default_factory=list)


def read(path: Path, map_file: Path | None = None, encoding: str | None = None) -> Reading:
    """The file's rows. Raises BadFile when the file as a whole is not what it should be."""
    text = read_text(path, encoding)
    columns, lines = _table(path.name, text)
    reading = Reading()
    mapping = _guess(columns, lines, reading)
    if map_file is not None:
        _override(mapping, map_file, columns)
    if mapping.client is None:
        raise BadFile(
            f"{path.name}: no column says which client a row belongs to.",
            "None of the names in its first line is one for a client; or the first line holds no names.",
            'Name the column in a map file, for example: client = "code", and give it with --map FILE.',
        )
    sections = [c for c in columns if c not in _used(mapping)]
    reading.understood = _told(mapping, sections)
    column = [] if mapping.date is None else [cells[columns.index(mapping.date)] for _, cells in _whole(lines, columns)]
    day_first = bool(mapping.date_format) or dates.day_first(column, path.name)
    for line, cells in lines:
        if len(cells) != len(columns):
            why = f"It has {len(cells)} columns; the first line names {len(columns)}."
            reading.rejected.append(Rejected(line, why))
            continue
        try:
            reading.rows.append(_row(line, dict(zip(columns, cells, strict=True)), mapping, sections, day_first))
        except BadValue as error:
            reading.rejected.append(Rejected(line, f"{error.what} {error.why}".strip()))
    reading.doubtful += dates.doubts(column, mapping.date_format, (row.at for row in reading.rows))
    if mapping.date is None:
        reading.doubtful.append("No column holds a date: the notes come in undated and without sessions.")
    return reading


def _table(name: str, text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Column names, and each row with the number of the line it begins on."""
    csv.field_size_limit(_LARGEST_FIELD)
    delimiter = max(DELIMITERS, key=lambda sign: _columns(text, sign))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    begun = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) or (cells and not lines):  # names may all be blank
                lines.append((begun, cells))
            begun = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(
            f"{name} is not a proper CSV file.",
            f"Line {begun}: {error}.",
            "Correct that line, or export the file anew.",
        ) from None
    if len(lines) < 2 or len(lines[0][1]) < 2:
        raise BadFile(
            f"{name} is not a table of notes.",
            "It needs a first line with the names of at least two columns, and rows below it.",
            "Export it again as CSV with column names.",
        )
    columns = [c.strip() or UNNAMED.format(n) for n, c in enumerate(lines[0][1], 1)]
    if len(set(columns)) != len(columns):
        raise BadFile(f"{name} has two columns of the same name.", "Line 1 names one twice.", "Rename one of them.")
    return columns, lines[1:]


def _columns(text: str, delimiter: str) -> int:
    """How many columns the first line has if they are parted by this sign."""
    try:
        return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))
    except csv.Error:
        return 0


def _guess(columns: list[str], lines: list[tuple[int, list[str]]], reading: Reading) -> Mapping:
    plain = {column: re.sub(r"[^a-z0-9]", "", column.casefold()) for column in columns}
    mapping = Mapping()
    for role in ("client", "date", "kind"):
        found = [column for name in GUESSES[role] for column in columns if plain[column] == name]
        setattr(mapping, role, found[0] if found else None)
    if mapping.kind and not all(_is_kind(cells[columns.index(mapping.kind)]) for _, cells in _whole(lines, columns)):
        reading.doubtful.append(f"The column “{mapping.kind}” holds other things than kinds of note: kept as text.")
        mapping.kind = None
    mapping.tags = [column for column in columns if plain[column] in GUESSES["tags"]]
    if mapping.client is None and columns[0].startswith("(unnamed"):
        firsts = [cells[0].strip() for _, cells in lines]
        if all(firsts) and len(set(firsts)) == len(firsts):
            mapping.client = columns[0]
            reading.doubtful.append(
                "No column is named like a client. The first column has no name and differs in every row, so it was "
                "taken for the client's code: every row becomes a client of its own."
            )
    return mapping


def _override(mapping: Mapping, map_file: Path, columns: list[str]) -> None:
    try:
        told = tomllib.loads(read_text(map_file))
    except (ValueError, RecursionError) as error:
        known = isinstance(error, tomllib.TOMLDecodeError)
        why = f"{error}." if known else "It holds a number or a nesting longer than anybody writes."
        raise BadFile(f"The map file {map_file.name} is not TOML.", why, "See docs/terminal.md, Importing.") from None
    for key, value in told.items():
        wanted = list if key in ("tags", "leave_out") else str
        if key not in Mapping.__dataclass_fields__ or not isinstance(value, wanted):
            raise BadFile(
                f"The map file {map_file.name} has an entry that means nothing: {key}.",
                f"Known are: {', '.join(Mapping.__dataclass_fields__)}.",
                "See docs/terminal.md, Importing.",
            )
        named = [] if key == "date_format" or not value else value if isinstance(value, list) else [value]
        missing = [name for name in named if name not in columns]
        if missing:
            raise BadFile(
                f"The file lacks a column that the map file names: {missing[0]}.",
                "It is not among the names in the file's first line.",
                "Correct the map file.",
            )
        setattr(mapping, key, value or ([] if wanted is list else None))
    for role in ("client", "date", "kind"):  # what the file says about a column goes before what was guessed of it
        if role not in told and getattr(mapping, role) in {*told.get("tags", ()), *told.get("leave_out", ())}:
            setattr(mapping, role, None)


def _whole(lines: list[tuple[int, list[str]]], columns: list[str]) -> list[tuple[int, list[str]]]:
    """The rows that have every column."""
    return [(line, cells) for line, cells in lines if len(cells) == len(columns)]


def _is_kind(written: str) -> bool:
    wanted = values.plain_word(written)
    return not wanted or any(values.plain_word(kind) == wanted for kind in values.KINDS)


def _used(mapping: Mapping) -> set[str | None]:
    return {mapping.client, mapping.date, mapping.kind, *mapping.tags, *mapping.leave_out}


def _told(mapping: Mapping, sections: list[str]) -> dict[str, str]:
    told = {str(mapping.client): "client"}
    for column, role in ((mapping.date, "date"), (mapping.kind, "kind")):
        if column:
            told[column] = role
    told |= dict.fromkeys(mapping.tags, "tag")
    told |= dict.fromkeys(mapping.leave_out, "left out")
    return told | {column: f"section “{_heading(column)}”" for column in sections}


def _row(line: int, cells: dict[str, str], mapping: Mapping, sections: list[str], day_first: bool) -> Row:
    filled = [(column, cells[column]) for column in sections if cells[column].strip()]
    if not filled:
        raise BadValue("The row holds no text.")
    text = "\n\n".join(f"## {_heading(column)}\n\n{cell}" for column, cell in filled)
    stated = cells[mapping.kind].strip() if mapping.kind else ""
    tags = [t.strip() for column in mapping.tags for t in re.split(r"[,;]", cells[column]) if t.strip()]
    written = cells[mapping.date].strip() if mapping.date else ""
    return Row(
        place=line,
        client=values.one_line(cells[str(mapping.client)], "The client"),
        at=dates.read_moment(written, mapping.date_format, day_first) if written else None,
        kind=values.one_of(stated, values.KINDS, "The kind of note") if stated else "progress",
        text=values.note_text(text),
        tags=tuple(dict.fromkeys(values.tag(t) for t in tags)),
    )


def _heading(column: str) -> str:
    words = re.sub(r"[_\s]+", " ", column).strip()
    return words[:1].upper() + words[1:]
