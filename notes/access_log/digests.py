"""Digests: what a row looked like when the log last accounted for it, and what a signed version says.

A row digest is an HMAC-SHA256 over the canonical row, cut to 128 bits (RFC 2104 section 5 allows half), under a key
kept inside the encrypted database. Empty columns are left out, so that a column added later changes no old digest;
bytes stand as a list of one hexadecimal text.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from notes.store.models import RECORD_TABLES
from notes.vault import keys

DIGEST_BYTES = 16

_KEY_COLUMNS = {
    str(model.__tablename__): tuple(column.name for column in model.__table__.primary_key) for model in RECORD_TABLES
}


_WORDS = {("note_tags", "tag"), ("templates", "name")}


def accounted_tables() -> list[Table]:
    """The tables whose rows are digested."""
    return [model.__table__ for model in RECORD_TABLES]  # type: ignore[misc]


def key_columns(table: str) -> tuple[str, ...]:
    """The columns of a table's primary key."""
    return _KEY_COLUMNS[table]


def row_key(key: bytes, table: str, row: Mapping[Any, Any]) -> str:
    """The primary key as the log writes it: its parts joined by a slash.

    Where a part is words of the practitioner's (a tag, a template's name), a MAC of them stands in its place.
    """
    return "/".join(
        text64(keys.mac(key, keys.canonical([table, column, row[column]]))[:DIGEST_BYTES])
        if (table, column) in _WORDS
        else str(row[column])
        for column in _KEY_COLUMNS[table]
    )


def row_digest(key: bytes, table: str, row: Mapping[Any, Any]) -> str:
    """22 signs of base64url that change when anything in the row changes."""
    told = {
        column: [value.hex()] if isinstance(value, bytes) else value
        for column, value in row.items()
        if value is not None
    }
    return text64(keys.mac(key, keys.canonical([table, told]))[:DIGEST_BYTES])


def version_digest(version: Mapping[Any, Any], note: Mapping[Any, Any], before: str | None) -> str:
    """SHA-256, hexadecimal, of a signed version's canonical bytes; `before` is the digest of the version before it.

    It needs no key: it can be quoted, and anybody who is given the text can check it.
    """
    told = {
        "note": str(note["id"]),
        "client": str(note["client_id"]),
        "kind": note["kind"],
        "session_at": note["at"],
        **{name: version[name] for name in ("number", "reason", "text", "signed_at", "signed_by")},
        "change": version["kind"],
        "before": before,
    }
    return keys.sha256(keys.canonical(told)).hex()


def text64(value: bytes) -> str:
    """base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
