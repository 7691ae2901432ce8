"""What the tests of the scripts share: the scripts as modules, invented logs, and both verifiers asked alike."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, create_engine

from notes.access_log import chain, export
from notes.access_log.digests import text64
from notes.errors import ChainBroken

TOOLS = Path(__file__).parents[2] / "tools"
PROOF = bool(os.environ.get("NOTES_PROOF"))
"""The long run: many more random cases."""

VAULT = "00112233445566778899aabbccddeeff"
OTHER_VAULT = "ffeeddccbbaa99887766554433221100"

Line = tuple[str, str]
"""A record's text and the head after it, hexadecimal: what an export is made of."""


def script(name: str) -> ModuleType:
    """One of the scripts, loaded anew from its file."""
    spec = importlib.util.spec_from_file_location(f"script_{name}", TOOLS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def plain_log() -> Connection:
    """A log's table in plain SQLite, without the triggers that would refuse what is tried here."""
    connection = create_engine("sqlite://").connect()
    connection.exec_driver_sql(
        "CREATE TABLE access_log (seq INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT, head BLOB, seal BLOB)"
    )
    connection.exec_driver_sql("CREATE TABLE seals (epoch INTEGER, first INTEGER, key BLOB)")
    return connection


def invented(count: int, vault: str = VAULT) -> list[Line]:
    """A log as the program's own ``append`` writes it."""
    connection, end = plain_log(), chain.End(0, chain.genesis(vault), bytes(32))
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for number in range(1, count + 1):
        entry = {
            "at": (start + timedelta(seconds=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "mono": 1000.0 + number / 8,
            "actor": ("practitioner", "recovery key", "Käthe 🌱 \u2028")[number % 3],
            "event": ("note.open", "note.sign", "client.change")[number % 3],
            "outcome": "done",
            "client": str(3717080295670633111 + number),
            "seen": [str(number), "7"],
            "rows": {"notes": {str(number): "BbThYUn60PKwF7LFoc3WsQ", "8": None}},
            "counts": {"notes": number, "passages": 0},
            "reason": 'a "quoted" \\ reason',
        }
        end = chain.append(connection, end, entry)
    rows = connection.exec_driver_sql("SELECT record, head FROM access_log ORDER BY seq").all()
    connection.close()
    return [(record, head.hex()) for record, head in rows]


def chained(records: Sequence[str], vault: str = VAULT, name_heads: bool = True) -> list[Line]:
    """Records with the heads that belong to them, as somebody with the key could write them anew.

    With `name_heads` a record that holds ``@`` in place of its ``prev`` gets the head of the line before it.
    """
    head, lines = chain.genesis(vault), []
    for record in records:
        text = record.replace('"prev":"@"', f'"prev":"{text64(head)}"', 1) if name_heads else record
        head = hashlib.sha256(head + text.encode("utf-8", "surrogatepass")).digest()
        lines.append((text, head.hex()))
    return lines


def unnamed(line: Line) -> str:
    """A record with ``@`` in place of its ``prev``."""
    prev = json.loads(line[0])["prev"]
    return line[0].replace(prev, "@", 1)


def exported(lines: Sequence[Line], vault: str = VAULT) -> bytes:
    """The lines as the program exports them."""
    return export.as_json_lines(lines, vault).encode("utf-8")


class Judges:
    """Both verifiers, asked about the same export: each answers with the first bad line, or None."""

    def __init__(self) -> None:
        self.connection = plain_log()
        self.script = script("verify_log")
        self.cases = 0

    def theirs(self, content: bytes, **given: Any) -> int | None:
        """The script's answer. Where it says that this is no export at all, -1."""
        try:
            self.script.check(io.BytesIO(content), **given)
        except self.script.BadLine as bad:
            return int(bad.args[0])
        except self.script.NotAnExport:
            return -1
        return None

    def ours(self, content: bytes, count: int, vault: str = VAULT) -> int | None:
        """The program's answer about the exported lines, put back into a table; `count` lines were once written."""
        rows = [_row(number, line) for number, line in enumerate(_lines(content)[1:], 1)]
        try:
            if rows:
                self.connection.exec_driver_sql("INSERT INTO access_log (seq, record, head) VALUES (?, ?, ?)", rows)
            self.connection.exec_driver_sql("DELETE FROM sqlite_sequence")
            self.connection.exec_driver_sql("INSERT INTO sqlite_sequence VALUES ('access_log', ?)", (count,))
            for _ in chain.walk(self.connection, vault):
                pass
        except ChainBroken as broken:
            return int(broken.what.split("from line ")[1].split()[0])
        finally:
            self.connection.rollback()
        return None

    def agree(self, content: bytes, *, count: int, case: str) -> int | None:
        """The answer of both, which must be the same."""
        self.cases += 1
        theirs, ours = self.theirs(content, count=count), self.ours(content, count)
        assert theirs == ours, f"{case}: the script says {theirs}, the program {ours}"
        return theirs


def _lines(content: bytes) -> list[bytes]:
    lines = content.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def _row(number: int, line: bytes) -> tuple[int, str | bytes, bytes]:
    """A line of an export as a row; one that is none stands as a row without a record."""
    try:
        told = json.loads(line.decode(), object_pairs_hook=_once, parse_constant=int)
        record, head = told["record"], told["head"]
        record.encode()
        if len(head) != 64 or set(head) - set("0123456789abcdef"):
            raise ValueError("head")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return number, b"", b""
    return number, record, bytes.fromhex(head)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)
