"""The shim and the scenario server as the proofs use them, and a look at a vault after something happened to it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from crash_model import Disk, Event, read_record, write_out
from scenarios import ANOTHER, BACKUPS, PASSPHRASE, RECOVERY, SCENARIOS, VAULT, Stage, foreseen, make_vault
from sqlalchemy import Engine

import notes
from notes.errors import WrongKey
from notes.practice import backups, opening, recovery, restoring, verification
from notes.practice.practice import Practice
from notes.store.engine import check_length, open_engine
from notes.store.models import RECORD_TABLES
from notes.vault import header as headers
from notes.vault import keys
from notes.vault import vault as vaults
from notes.vault.slots import Secret

HERE = Path(__file__).parent
SHIM = HERE / "shim.c"
FILES = {"header.json", "header.bak", "vault.db", "READ-ME.txt", "lock", "locked.state", "locked.log"}
KEPT = {name + ending for name in ("vault.db", recovery.JOURNAL) for ending in (recovery.FIRST, recovery.LAST)}
"""Copies from before a journal was rolled back, which stay until a verification that something outside bears out."""
"""What a vault's folder holds when everything is in order."""


def build_shim(folder: Path) -> Path:
    """The shim, compiled. Skips the proof where that cannot be done."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if sys.platform != "linux" or not compiler:
        pytest.skip("this proof needs Linux and a C compiler (cc), to stand between the program and the disk")
    built = folder / "shim.so"
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(built), str(SHIM), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return built


class Server:
    """A running scenario server. `play` plays one scenario and says how it ended."""

    def __init__(self, shim: Path) -> None:
        search = os.pathsep.join([str(HERE), str(Path(notes.__file__).parents[1])])
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "scenario_server.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": search, "TMPDIR": str(shim.parent)},
            text=True,
        )

    def play(self, **job: Any) -> dict[str, Any]:
        """How it ended: `code` or `signal`, and what it `told` on the way."""
        assert self._process.stdin and self._process.stdout
        Path(job["told"]).unlink(missing_ok=True)
        self._process.stdin.write(json.dumps({name: str(v) if isinstance(v, Path) else v for name, v in job.items()}))
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


@dataclass(frozen=True)
class Seen:
    """What a vault held when it was opened: the end of its log and a hash of its rows, before opening added to it."""

    head: str
    rows: str


@dataclass
class Look:
    """An opened vault: what it held, what was said, which of the keys opened it."""

    seen: Seen
    warnings: list[str]
    key: str
    practice: Practice


def look(folder: Path, known: Iterable[str]) -> Look:
    """Open with the first of these recovery keys that fits. Raises what opening raises. Its caller locks it."""
    refused: WrongKey | None = None
    for key in known:
        try:
            secret = Secret("recovery", bytearray.fromhex(key))
            practice = opening.unlock(folder, secret, surroundings=foreseen(99_000))
        except WrongKey as error:
            refused = error
            continue
        try:
            return Look(_seen(practice), list(practice.warnings), key, practice)
        except (sqlcipher.Error, MemoryError) as error:  # a damaged page met by reading: as the program would say it
            told = practice._diagnosed(error)
            practice.abandon()
            raise told from None
    raise refused or AssertionError("no key was given")


def backups_in(place: Path) -> dict[str, int]:
    """The backups below `place` with the lines that the log has in each. Raises unless every one of them is whole."""
    found = {}
    for path in sorted((place / BACKUPS).glob("session-notes-*")):
        secret = Secret("recovery", bytearray(RECOVERY))
        found[path.name] = restoring.check_alone(path, secret).log_lines
    return found


def passphrases(folder: Path, room: Path, tried: Iterable[bytes] = (PASSPHRASE, ANOTHER)) -> Iterator[bytes]:
    """Which of the passphrases open the vault, going by its headers alone. Each costs a stretching."""
    for passphrase in tried:
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir()
        for header in folder.glob("header.*"):
            shutil.copy(header, room)
        try:
            vaults.unlock(room, Secret("passphrase", bytearray(passphrase))).close()
        except WrongKey:
            continue
        yield passphrase


def header_pair(folder: Path) -> tuple[bytes, ...]:
    """The two headers; nothing for one that is not there."""
    return tuple(path.read_bytes() if path.exists() else b"" for path in map(folder.joinpath, headers.NAMES))


def check_verified(practice: Practice) -> None:
    """Everything holds, by the program's own full verification."""
    report = practice.do(verification.verify)
    assert report.ok, report.problems


def rows_of(folder: Path, database_key: bytes) -> Seen:
    """What the database alone holds: opened as the program opens it, journal rolled back, but nothing added."""
    engine = open_engine(folder / vaults.DATABASE, bytearray(database_key))
    try:
        check_length(engine, folder / vaults.DATABASE)
        return _read(engine, "")
    finally:
        engine.dispose()


def database_key(folder: Path, key: str) -> bytes:
    """The raw key of the database in this vault."""
    vault = vaults.unlock(folder, Secret("recovery", bytearray.fromhex(key)))
    try:
        return bytes(vault.subkey(keys.DATABASE))
    finally:
        vault.close()


def _seen(practice: Practice) -> Seen:
    assert practice._engine is not None
    return _read(practice._engine, practice._standing.unlock)


_COLUMNS = {
    str(model.__tablename__): ", ".join(
        f'"{c.name}"' for c in model.__table__.columns if (model.__tablename__, c.name) != ("drafts", "spell")
    )
    for model in RECORD_TABLES
}


def _read(engine: Engine, unlock: str) -> Seen:
    """Rows as they are, but for what opening itself may put right: open spells and the header's number."""
    digest = hashlib.sha256()
    db = engine.raw_connection().driver_connection
    assert db is not None
    for table, columns in _COLUMNS.items():
        where = " WHERE name <> 'header_sequence'" if table == "settings" else ""
        for row in db.execute(f"SELECT {columns} FROM {table}{where} ORDER BY 1, 2"):
            digest.update(repr((table, *row)).encode())
    query = "SELECT hex(head) FROM access_log WHERE json_extract(record, '$.unlock') <> ? ORDER BY seq DESC LIMIT 1"
    return Seen(str(db.execute(query, (unlock,)).fetchone()[0]), digest.hexdigest())


def commits(event: Event) -> bool:
    """Whether this call ends a transaction: the journal's head is zeroed, a file goes or another takes its place."""
    return event.what in "ru" or (event.what == "w" and event.number == 0 and len(event.data) == 28)


@dataclass(frozen=True)
class Beginning:
    """A folder that scenarios begin with, and the recovery key (hexadecimal) that opens the vault in it."""

    place: Path
    key: str = RECOVERY.hex()

    def copy(self, place: Path) -> None:
        """The same in another place."""
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.place, place)


def beginnings(place: Path, server: Server) -> dict[str, Beginning]:
    """What the scenarios begin with, by name."""
    found = {name: place / name.replace(" ", "-") for name in {s.begins for s in SCENARIOS.values()}}
    whole = found["whole"]
    whole.mkdir(parents=True)
    make_vault(whole)
    found["nothing"].mkdir()
    for name in ("one header damaged", "one header missing"):
        shutil.copytree(whole, found[name])
    damaged = found["one header damaged"] / VAULT / "header.bak"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    (found["one header missing"] / VAULT / "header.json").unlink()
    for name in ("with a folder for backups", "with a backup"):
        shutil.copytree(whole, found[name])
        (found[name] / BACKUPS).mkdir()
    with Stage(found["with a backup"], lambda *_: None, 3).unlock() as practice:
        backups.make(practice, found["with a backup"] / BACKUPS)
    cuts = {
        "cut in a transaction": ("a new client and a new note", "client"),
        "cut while typing": ("saving while typing", "save 4"),
        "cut in a rotation": ("rotating the key", "rotated"),
    }
    keys = {}
    for name, (scenario, before) in cuts.items():
        play, record = place / "play", place / "cut.record"
        Beginning(whole).copy(play)
        server.play(scenario=scenario, place=play, told=place / "told", record=record, seed=7, key=RECOVERY.hex())
        Beginning(whole).copy(play)
        events = read_record(record)
        _cut(Disk(play), events, before, scenario, found[name])
        keys[name] = next((event.name for event in events if event.what == "d"), RECOVERY.hex())
        record.unlink()
        shutil.rmtree(play)
    return {name: Beginning(folder, keys.get(name, RECOVERY.hex())) for name, folder in found.items()}


def _cut(disk: Disk, events: list[Event], before: str, scenario: str, place: Path) -> None:
    """The disk as it was when the power went off just before that step was done: a journal or a rotation is waiting."""
    end = next(n for n, event in enumerate(events) if (event.what, event.name) == ("a", before))
    if scenario == "rotating the key":  # both headers are new, the database is not yet moved
        end = max(n for n, e in enumerate(events[:end]) if e.what == "r" and e.data.endswith(b"header.bak")) + 2
    else:
        end = max(n for n, e in enumerate(events[:end]) if commits(e))
    for event in events[:end]:
        disk.do(event)
    write_out(disk.seen(), place)
    names = {path.name for path in (place / VAULT).iterdir()}
    assert names & {"vault.db-journal", "vault.db.next"}, f"nothing was cut short in {names}"
