"""The log for other programs: JSON Lines and CSV. docs/format.md describes both.

JSON Lines: first one object with the format's name and the vault's id, then for each line an object with the record's
exact text and the head after it, so that anybody can check the chain without this program. CSV: one row a line, for
spreadsheets; cells that a spreadsheet would take for a formula are set off with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable

from notes.access_log.chain import FIELDS

FORMAT = "session-notes-access-log"
VERSION = 1


def as_json_lines(lines: Iterable[tuple[str, str]], vault_id: str) -> str:
    """The lines as JSON Lines; each is the record's text and the head after it, hexadecimal."""
    first = json.dumps({"format": FORMAT, "version": VERSION, "vault": vault_id})
    rest = (json.dumps({"record": record, "head": head}, ensure_ascii=False) for record, head in lines)
    return "\n".join([first, *rest]) + "\n"


def as_csv(lines: Iterable[tuple[str, str]], vault_id: str) -> str:
    """The lines as CSV with a column for each field, and the head. Lists and numbers of an event stand as JSON."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(["vault", *FIELDS, "head"])
    for record, head in lines:
        told = json.loads(record)
        writer.writerow([vault_id, *(_cell(told.get(name, "")) for name in FIELDS), head])
    return target.getvalue()


FORMATS: dict[str, Callable[[Iterable[tuple[str, str]], str], str]] = {"jsonl": as_json_lines, "csv": as_csv}
"""Formats by name."""


def _cell(value: object) -> object:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
