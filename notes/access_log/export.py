"""The log for other programs: JSON Lines and CSV. docs/format.md describes both.

JSON Lines: first one object with the format's name, the vault's id, the number of lines and the last head, then an
object for each line with the record's exact text, the head after it and its seal: anybody can check the chain without
this program. CSV: one row a line, for spreadsheets; cells that a spreadsheet would take for a formula are set off with
an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence

from notes.access_log.chain import FIELDS

FORMAT = "session-notes-access-log"
VERSION = 1


Exported = tuple[str, ...]
"""A line: the record's text, the head after it and, where it has one, its seal, both hexadecimal."""

PARTS = ("record", "head", "seal")
"""What the parts of an exported line are called."""


def as_json_lines(lines: Sequence[Exported], vault_id: str) -> str:
    """The lines as JSON Lines."""
    head = lines[-1][1] if lines else None
    first = json.dumps({"format": FORMAT, "version": VERSION, "vault": vault_id, "lines": len(lines), "head": head})
    rest = (json.dumps(dict(zip(PARTS, line, strict=False)), ensure_ascii=False) for line in lines)
    return "\n".join([first, *rest]) + "\n"


def as_csv(lines: Sequence[Exported], vault_id: str) -> str:
    """The lines as CSV with a column for each field, head and seal. Lists and numbers of an event stand as JSON."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(["vault", *FIELDS, *PARTS[1:]])
    for record, *rest in lines:
        told = json.loads(record)
        writer.writerow([vault_id, *(_cell(told.get(name, "")) for name in FIELDS), *rest])
    return target.getvalue()


FORMATS: dict[str, Callable[[Sequence[Exported], str], str]] = {"jsonl": as_json_lines, "csv": as_csv}
"""Formats by name."""


def _cell(value: object) -> object:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
