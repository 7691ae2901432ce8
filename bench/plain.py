"""The yardstick: plain SQLite with FTS5 from Python's standard library, with no encryption and no access log.

It is what a careful programmer would write without the promises of Session Notes: the same texts, ordinary tables and
indexes, FTS5 over the notes with the same settings, kept in step by triggers as SQLite's manual shows. It has the same
durability, so that a save waits for the same disk, and the same page cache.
"""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

from texts import Text

PROFILE = (
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
)

SCHEMA = """
CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, status TEXT NOT NULL, created_at INTEGER);
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES clients (id), started_at TEXT NOT NULL
);
CREATE UNIQUE INDEX sessions_of_client ON sessions (client_id, started_at);
CREATE INDEX sessions_by_time ON sessions (started_at);
CREATE TABLE notes (
    id INTEGER PRIMARY KEY, client_id INTEGER NOT NULL REFERENCES clients (id),
    session_id INTEGER REFERENCES sessions (id), kind TEXT NOT NULL, at TEXT, status TEXT NOT NULL,
    created_at INTEGER, text TEXT NOT NULL
);
CREATE INDEX notes_of_client ON notes (client_id, at);
CREATE INDEX notes_by_time ON notes (at);
CREATE INDEX notes_of_session ON notes (session_id);
CREATE VIRTUAL TABLE note_index USING fts5 (
    text, content='notes', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
);
CREATE TRIGGER index_new AFTER INSERT ON notes
    BEGIN INSERT INTO note_index (rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER index_changed AFTER UPDATE OF text ON notes
    BEGIN
        INSERT INTO note_index (note_index, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO note_index (rowid, text) VALUES (new.id, new.text);
    END;
CREATE TABLE log (
    seq INTEGER PRIMARY KEY, at TEXT, who TEXT, event TEXT, client_id INTEGER REFERENCES clients (id), note_id INTEGER
);
CREATE INDEX log_of_client ON log (client_id);
CREATE TABLE counter (id INTEGER PRIMARY KEY, number INTEGER NOT NULL);
INSERT INTO counter VALUES (1, 0);
"""

COUNT = "SELECT count(*) FROM note_index WHERE note_index MATCH ?"
SEARCH = (
    "SELECT n.id, n.kind, n.status, n.at, c.name, snippet(note_index, 0, char(2), char(3), '…', 24), bm25(note_index) "
    "FROM note_index JOIN notes n ON n.id = note_index.rowid JOIN clients c ON c.id = n.client_id "
    "WHERE note_index MATCH ? ORDER BY note_index.rank LIMIT 20"
)


class Plain:
    """A database of notes. Every method that writes is one durable commit."""

    name = "plain"

    def __init__(self, folder: Path) -> None:
        self.path = folder / "plain.db"
        self._db = sqlite3.connect(self.path, isolation_level=None)
        self._set_up()
        self._db.executescript(SCHEMA)
        self._clients: dict[str, int] = {}
        self._draft = 0

    def _set_up(self) -> None:
        for setting in PROFILE:
            self._db.execute(setting)
        self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def _commit(self, statement: str, given: tuple[Any, ...]) -> int:
        self._db.execute("BEGIN IMMEDIATE")
        number = self._db.execute(statement, given).lastrowid
        self._db.execute("COMMIT")
        return number or 0

    def smallest_commit(self) -> None:
        """The least that a durable change costs on this disk: one number in one row."""
        self._commit("UPDATE counter SET number = number + 1 WHERE id = 1", ())

    def prepare_import(self, texts: list[Text]) -> list[Text]:
        """What ``bring_in`` takes."""
        return texts

    def bring_in(self, texts: list[Text]) -> None:
        """Insert many notes with their sessions and clients in one transaction."""
        self._db.execute("BEGIN IMMEDIATE")
        for text in texts:
            self._insert(text, "signed")
        self._db.execute("COMMIT")

    def _insert(self, text: Text, status: str) -> int:
        client = self._clients.get(text.client)
        if client is None:
            client = self._db.execute(
                "INSERT INTO clients (name, status, created_at) VALUES (?, 'active', 0)", (text.client,)
            ).lastrowid
            self._clients[text.client] = client or 0
        session = self._db.execute(
            "INSERT INTO sessions (client_id, started_at) VALUES (?, ?)", (client, text.at)
        ).lastrowid
        note = self._db.execute(
            "INSERT INTO notes (client_id, session_id, kind, at, status, created_at, text) "
            "VALUES (?, ?, 'progress', ?, ?, 0, ?)",
            (client, session, text.at, status, text.text),
        ).lastrowid
        return note or 0

    def save(self, text: Text) -> int:
        """A new note with its session."""
        self._db.execute("BEGIN IMMEDIATE")
        note = self._insert(text, "signed")
        self._db.execute("COMMIT")
        return note

    def save_in_two_steps(self, text: Text) -> None:
        """A new note as a draft, then its status: two commits, as Session Notes makes."""
        self._db.execute("BEGIN IMMEDIATE")
        note = self._insert(text, "draft")
        self._db.execute("COMMIT")
        self._commit("UPDATE notes SET status = 'signed' WHERE id = ?", (note,))

    def begin_draft(self, text: Text) -> None:
        """The note that ``autosave`` saves again and again."""
        self._draft = self.save(text)

    def autosave(self, text: str) -> None:
        """Replace the text of the note being written."""
        self._commit("UPDATE notes SET text = ? WHERE id = ?", (text, self._draft))

    def find(self, text: Text) -> int:
        """What ``read`` takes."""
        (note,) = self._db.execute(
            "SELECT id FROM notes WHERE client_id = ? AND at = ?", (self._clients[text.client], text.at)
        ).fetchone()
        return int(note)

    def read(self, note: int) -> str:
        """The text of a note with its client's name. Nothing is logged."""
        row = self._db.execute(
            "SELECT n.*, c.name FROM notes n JOIN clients c ON c.id = n.client_id WHERE n.id = ?", (note,)
        ).fetchone()
        return str(row[7])

    def search(self, word: str) -> tuple[int, int]:
        """How many notes hold the word (``word*``: begin with it), and how many of the best 20 came with a passage."""
        query = f'"{word.rstrip("*")}"' + "*" * word.endswith("*")
        (total,) = self._db.execute(COUNT, (query,)).fetchone()
        return total, len(self._db.execute(SEARCH, (query,)).fetchall())

    def first_screen(self) -> int:
        """Every client, by name."""
        return len(self._db.execute("SELECT * FROM clients WHERE status = 'active' ORDER BY name").fetchall())

    def fill_log(self, lines: int) -> None:
        """A log as programs keep one, of so many lines."""
        notes = self._db.execute("SELECT id, client_id FROM notes ORDER BY id LIMIT 1000").fetchall()
        self._db.execute("BEGIN IMMEDIATE")
        for number in range(lines):
            note, client = notes[number % len(notes)]
            line = ("2026-11-22T09:00:00.000Z", "practitioner", "note.read", client, note)
            self._db.execute("INSERT INTO log (at, who, event, client_id, note_id) VALUES (?, ?, ?, ?, ?)", line)
        self._db.execute("COMMIT")

    def verify(self) -> None:
        """What plain SQLite can check: its pages and its index; and every row is read and hashed once."""
        (said,) = self._db.execute("PRAGMA integrity_check").fetchone()
        assert said == "ok"
        self._db.execute("INSERT INTO note_index (note_index, rank) VALUES ('integrity-check', 1)")
        for table in ("clients", "sessions", "notes", "log"):
            for row in self._db.execute(f"SELECT * FROM {table}"):
                hashlib.sha256(repr(row).encode()).digest()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def open(self) -> None:
        """Open the closed file."""
        self._db = sqlite3.connect(self.path, isolation_level=None)
        self._set_up()

    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size
