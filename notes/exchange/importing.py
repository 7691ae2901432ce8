"""Bringing earlier notes into the record: all in one transaction, nothing twice, nothing lost.

Each row becomes a signed note of its client, with a session where the row has a date. What a row was made from is kept
as a fingerprint, so that importing the same file again adds nothing. The log gets one line for each client whose record
grew, and one for the file.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from notes.access_log.digests import version_digest
from notes.errors import BadValue, Unsupported
from notes.exchange import csv_files, text_folders
from notes.exchange.rows import Reading, Rejected, Row
from notes.practice import references
from notes.practice.operations import Work, operation
from notes.record import search, values
from notes.record.sessions import OF_A_SESSION
from notes.store import models
from notes.vault import keys

TEMPLATE = "free"
INDEXED_AT_ONCE = 2000
"""Notes between two reports of progress while the search index is made."""

REASON = "imported"
"""The reason in the first version of an imported note: it was written elsewhere and signed by being brought in."""

Progress = Callable[[int, int], None]
"""Called with the notes done and the notes to do; an error it raises cancels the import."""


@dataclass(frozen=True)
class Imported:
    """What an import did, or would do: new clients, sessions and notes, rows that were there already, rows rejected."""

    clients: int
    sessions: int
    notes: int
    skipped: int
    rejected: list[Rejected] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    understood: dict[str, str] = field(default_factory=dict)
    new_clients: list[str] = field(default_factory=list)


def read(path: Path, map_file: Path | None = None, encoding: str | None = None) -> Reading:
    """The file or folder as rows; touches no vault. Raises BadFile, Unsupported."""
    if path.is_dir():
        return text_folders.read(path, encoding)
    if path.suffix.lower() in text_folders.ENDINGS:
        raise Unsupported(
            "A single text file does not say whose note it is.",
            "Text files are imported by the folder: one folder for each client.",
            "Name the folder, or enter this one note: notes note new --client CLIENT --template free --file FILE",
        )
    return csv_files.read(path, map_file, encoding)


@operation("import.file")
def bring_in(work: Work, reading: Reading, progress: Progress | None = None) -> Imported:
    """Import every row that is not there yet."""
    names = _names(reading.rows)
    alike = _alike(work, names)
    fresh, skipped, rejected = _fresh(work, reading, names)
    new = _new_clients(work, fresh, names)
    clients = _clients(work, new)
    sessions = 0
    texts: list[dict[str, Any]] = []
    for client_id, rows in _by_client(fresh, clients, names):
        made, written = _bring_in_client(work, client_id, rows)
        sessions += made
        texts += written
        if progress:
            progress(len(texts) // 2, len(fresh))
    # Last, and all at once: any other statement in between would make FTS5 write its index out in small pieces.
    with search.many_at_once(work):
        for start in range(0, len(texts), INDEXED_AT_ONCE):
            search.add(work, texts[start : start + INDEXED_AT_ONCE])
            if progress:
                progress((len(texts) + min(start + INDEXED_AT_ONCE, len(texts))) // 2, len(fresh))
    work.counts = {"clients": len(new), "sessions": sessions, "notes": len(fresh), "skipped": skipped}
    work.counts["rejected"] = len(rejected)
    told = _told(reading, new, sessions, len(fresh), skipped, rejected)
    return replace(told, doubtful=[*alike, *told.doubtful])


@operation("import.preview")
def preview(work: Work, reading: Reading) -> Imported:
    """What ``bring_in`` would do; changes nothing."""
    names = _names(reading.rows)
    fresh, skipped, rejected = _fresh(work, reading, names)
    known = {references.plain(row.name): row.id for row in work.sql("SELECT id, name FROM clients")}
    taken = {tuple(row) for row in work.sql("SELECT client_id, started_at FROM sessions")}
    meetings = {(names[row.client], row.at) for row, _ in fresh if _has_session(row)}
    sessions = sum((known.get(name), at) not in taken for name, at in meetings)
    work.counts = {"notes": len(fresh), "skipped": skipped, "rejected": len(rejected)}
    told = _told(reading, _new_clients(work, fresh, names), sessions, len(fresh), skipped, rejected)
    return replace(told, doubtful=[*_alike(work, names), *told.doubtful])


def _told(
    reading: Reading, new: dict[str, str], sessions: int, notes: int, skipped: int, rejected: list[Rejected]
) -> Imported:
    names = sorted(new.values(), key=references.plain)
    return Imported(len(new), sessions, notes, skipped, rejected, reading.doubtful, reading.understood, names)


def _names(rows: Iterable[Row]) -> dict[str, str]:
    """Each client's name as it is compared."""
    return {name: references.plain(name) for name in {row.client for row in rows}}


def _alike(work: Work, names: dict[str, str]) -> list[str]:
    """What to say of names taken for one client's although they differ in accents: two people may bear them."""
    written: dict[str, dict[str, str]] = {}
    for name in sorted({*names, *work.sql("SELECT name FROM clients").scalars()}):
        form = unicodedata.normalize("NFC", " ".join(name.casefold().split()))
        written.setdefault(references.plain(name), {}).setdefault(form, name)
    several = [written[name] for name in sorted(set(names.values())) if len(written[name]) > 1]
    return [
        f"Taken for one client: {', '.join(forms.values())}. If they are several people, make the names differ first."
        for forms in several
    ]


def _fresh(work: Work, reading: Reading, names: dict[str, str]) -> tuple[list[tuple[Row, bytes]], int, list[Rejected]]:
    """Rows not in the record yet, each with its fingerprint; how many were there already or come twice; the rejected.

    Of a row that comes twice the tags are put together.
    """
    known = set(work.sql("SELECT fingerprint FROM notes WHERE fingerprint IS NOT NULL").scalars())
    several = _borne_by_several(work)
    fresh: dict[bytes, Row] = {}
    rejected = list(reading.rejected)
    for row in reading.rows:
        told = ["import", names[row.client], row.at, row.kind, row.text]
        fingerprint = keys.mac(work.standing.row_key, keys.canonical(told))[:16]
        if not _can_be_true(row, work.now.date()):
            rejected.append(Rejected(row.place, "The date cannot be true: before 1900, or more than a year ahead."))
        elif names[row.client] in several:
            rejected.append(Rejected(row.place, "Several clients bear that name: make the names differ first."))
        elif fingerprint in fresh:
            tags = dict.fromkeys((*fresh[fingerprint].tags, *row.tags))
            fresh[fingerprint] = replace(fresh[fingerprint], tags=tuple(tags))
        elif fingerprint not in known:
            fresh[fingerprint] = row
    skipped = len(reading.rows) + len(reading.rejected) - len(rejected) - len(fresh)
    return [(row, fingerprint) for fingerprint, row in fresh.items()], skipped, rejected


def _can_be_true(row: Row, today: date) -> bool:
    try:
        return row.at is None or bool(values.stated_time(row.at, today))
    except BadValue:
        return False


def _borne_by_several(work: Work) -> set[str]:
    """Names that more than one client bears."""
    counted = Counter(references.plain(name) for name in work.sql("SELECT name FROM clients").scalars())
    return {name for name, count in counted.items() if count > 1}


def _new_clients(work: Work, fresh: list[tuple[Row, bytes]], names: dict[str, str]) -> dict[str, str]:
    """Clients that are not in the record yet: each name as it is compared, and as it is written."""
    known = {references.plain(name) for name in work.sql("SELECT name FROM clients").scalars()}
    return {names[row.client]: row.client for row, _ in fresh if names[row.client] not in known}


def _clients(work: Work, new: dict[str, str]) -> dict[str, int]:
    """The id of every client, the new ones added."""
    ids = {references.plain(row.name): row.id for row in work.sql("SELECT id, name FROM clients")}
    rows = [
        {
            "id": work.new_id(),
            "ref": ref,
            "name": name,
            "status": "active",
            "created_at": work.milliseconds,
            "changed_at": work.milliseconds,
        }
        for name, ref in zip(new.values(), work.new_refs(models.Client, len(new)), strict=True)
    ]
    work.insert(models.Client, rows)
    ids |= {plain: row["id"] for plain, row in zip(new, rows, strict=True)}
    return ids


def _by_client(
    fresh: list[tuple[Row, bytes]], clients: dict[str, int], names: dict[str, str]
) -> Iterator[tuple[int, list[tuple[Row, bytes]]]]:
    def owner(item: tuple[Row, bytes]) -> int:
        return clients[names[item[0].client]]

    for client_id, group in groupby(sorted(fresh, key=owner), key=owner):
        yield client_id, list(group)


def _bring_in_client(work: Work, client_id: int, rows: list[tuple[Row, bytes]]) -> tuple[int, list[dict[str, Any]]]:
    """The rows of one client, with their line in the log. Gives the number of sessions entered, and texts to index."""
    sessions, made = _sessions(work, client_id, rows)
    notes, versions, tags = [], [], []
    refs = work.new_refs(models.Note, len(rows))
    for place, ((row, fingerprint), ref) in enumerate(zip(rows, refs, strict=True), search.next_place(work)):
        note = _note(work, client_id, row, sessions[row.at] if row.at and _has_session(row) else None)
        notes.append({**note, "ref": ref, "fingerprint": fingerprint, "place": place})
        versions.append(_version(work, row, note))
        tags += [{"note_id": note["id"], "tag": tag} for tag in row.tags]
    work.insert(models.Note, notes)
    work.insert(models.NoteVersion, versions)
    work.insert(models.NoteTag, tags)
    work.about(client=client_id)
    work.counts = {"notes": len(notes), "sessions": made}
    work.account("import.client")
    return made, [{"place": n["place"], "text": v["text"]} for n, v in zip(notes, versions, strict=True)]


def _sessions(work: Work, client_id: int, rows: list[tuple[Row, bytes]]) -> tuple[dict[str, int], int]:
    query = "SELECT started_at, id FROM sessions WHERE client_id = :client"
    ids = {row.started_at: row.id for row in work.sql(query, client=client_id)}
    wanted = sorted({row.at for row, _ in rows if row.at and _has_session(row)} - set(ids))
    made: list[dict[str, Any]] = [
        {
            "id": work.new_id(),
            "ref": ref,
            "client_id": client_id,
            "started_at": at,
            "attendance": "attended",
            "created_at": work.milliseconds,
        }
        for at, ref in zip(wanted, work.new_refs(models.Session, len(wanted)), strict=True)
    ]
    work.insert(models.Session, made)
    ids.update((str(session["started_at"]), int(session["id"])) for session in made)
    return ids, len(made)


def _note(work: Work, client_id: int, row: Row, session: int | None) -> dict[str, Any]:
    return {
        "id": work.new_id(),
        "client_id": client_id,
        "session_id": session,
        "kind": row.kind,
        "template": TEMPLATE,
        "at": row.at,
        "status": "signed",
        "version": 1,
        "created_at": work.milliseconds,
    }


def _version(work: Work, row: Row, note: dict[str, Any]) -> dict[str, Any]:
    version = {
        "id": work.new_id(),
        "note_id": note["id"],
        "number": 1,
        "kind": "original",
        "reason": REASON,
        "text": row.text,
        "signed_at": work.milliseconds,
        "signed_by": work.actor,
    }
    return {**version, "digest": bytes.fromhex(version_digest(version, note, None))}


def _has_session(row: Row) -> bool:
    return row.at is not None and row.kind in OF_A_SESSION
