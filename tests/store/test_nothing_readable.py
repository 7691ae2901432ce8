"""Promise 1: nothing readable on disk. Canaries go in through every operation, and are searched for in every file."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store_kit import PASSPHRASE, Stored

from notes.practice import opening
from notes.practice.practice import Practice
from notes.record import clients, progress_notes, reading, search, sessions, templates
from notes.vault import keys, recovery_key, slots
from notes.vault.slots import Secret

CANARIES = {
    "practice": "Zephyrine Practice",
    "name": "Quillon Farthingale",
    "pronouns": "xe/xem/xyrs",
    "born": "1961-11-23",
    "phone": "01632 999 417",
    "email": "farthingale@quillon.example",
    "emergency": "Mother: Ysolde Farthingale",
    "draft": "wombatical draft sentence",
    "earlier": "axolotlish earlier wording",
    "signed": "capybarian signed sentence",
    "amended": "narwhalesque amended sentence",
    "addendum": "pangolinate addendum sentence",
    "discarded": "thylacinic discarded sentence",
    "reason": "okapiform reason",
    "tag": "quokkatag",
    "template": "tapirlike template",
    "body": "## Ibexous heading",
    "search": "numbatwards",
    "when": "2026-04-17T13:45",
    "half": "dugonglike half-written",
}


def shapes(canary: str) -> Iterator[tuple[str, bytes]]:
    """How a text could stand in a file; letters are looked for small, as the search index would have them."""
    small = canary.lower()
    for name in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"):
        yield name, small.encode(name)
    yield "backwards", small.encode()[::-1]
    yield "hexadecimal", canary.encode().hex().encode()
    for shift in range(3):  # three ways to fall on base64's groups; the ends depend on what stands beside
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            coded = encode(b"x" * shift + canary.encode())
            yield name, coded[4 if shift else 0 : -4].lower()
    words = [word for word in small.replace("/", " ").split() if len(word) > 8]
    for word in words:
        yield "a word of it", word.encode()


def leaks(folder: Path, canaries: dict[str, str]) -> list[tuple[str, str, str]]:
    """Which canary stands in which file, how."""
    found = []
    for path in folder.rglob("*"):
        content = path.read_bytes().lower() if path.is_file() else b""
        content += path.name.encode().lower()
        found += [
            (path.name, name, shape)
            for name, canary in canaries.items()
            for shape, form in shapes(canary)
            if form in content
        ]
    return found


def write_everything(practice: Practice) -> None:
    """Each canary, through the operation that takes it."""
    c = CANARIES
    practice.do(
        clients.create,
        c["name"],
        pronouns=c["pronouns"],
        born=c["born"],
        phone=c["phone"],
        email=c["email"],
        emergency_contact=c["emergency"],
    )
    practice.do(sessions.create, c["name"], c["when"], 50)
    practice.do(templates.save, c["template"], "progress", c["body"])
    draft = practice.do(progress_notes.create, c["name"], "free", text=c["earlier"], at="2026-04-18", tags=(c["tag"],))
    spell = practice.do(progress_notes.edit, draft.id)
    practice.do(progress_notes.save_draft, draft.id, spell.spell, spell.counter, c["draft"])
    practice.do(progress_notes.close, draft.id, spell.spell)
    signed = practice.do(progress_notes.create, c["name"], "free", text=c["signed"], at="2026-04-19")
    practice.do(progress_notes.sign, signed.id)
    practice.do(progress_notes.amend, signed.id, c["reason"], c["amended"])
    practice.do(progress_notes.amend, signed.id, c["reason"], c["addendum"], addendum=True)
    gone = practice.do(progress_notes.create, c["name"], "free", text=c["discarded"], at="2026-04-20")
    practice.do(progress_notes.discard, gone.id)
    practice.do(search.run, f"{c['search']} capybarian")
    assert practice.do(search.run, "pangolinate").total == 1


def secrets(vault: Stored, data_key: bytes) -> dict[str, str]:
    """Keys, as text in which they could stand somewhere."""
    return {
        "passphrase": PASSPHRASE.decode(),
        "recovery key on paper": recovery_key.write(bytearray(vault.recovery)),
        "recovery key in hexadecimal": vault.recovery.hex(),
        "data key": data_key.hex(),
        "database key": vault.key.hex(),
    }


def raw_leaks(folder: Path, held: dict[str, bytes]) -> list[tuple[str, str]]:
    return [
        (path.name, name)
        for path in folder.rglob("*")
        if path.is_file()
        for name, secret in held.items()
        if secret in path.read_bytes()
    ]


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What was found in the folder at each stage of a vault's life."""
    folder = tmp_path_factory.mktemp("canaries") / "new.vault"
    created = opening.create(folder, bytearray(PASSPHRASE), CANARIES["practice"], cost=slots.FLOOR)
    recovery = bytes(created.recovery_key)
    practice = opening.unlock(folder, Secret("recovery", bytearray(recovery)))
    data_key = bytes(practice._standing.vault.data_key)
    vault = Stored(folder, recovery, bytes(keys.derive(data_key, keys.DATABASE)))
    held = {"data key": data_key, "database key": vault.key, "recovery key": recovery}
    found: dict[str, list[Any]] = {}

    def look(stage: str) -> None:
        everything = {**CANARIES, **secrets(vault, data_key)}
        found[stage] = [*leaks(folder, everything), *raw_leaks(folder, held)]
        found[f"{stage}, sizes"] = sorted((path.name, path.stat().st_size) for path in folder.iterdir())

    write_everything(practice)
    look("open")
    assert practice._engine
    connection: Any = practice._engine.raw_connection().driver_connection
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE drafts SET text = ?", (f"{CANARIES['half']} " * 1_000_000,))
    look("half-way through a change that is larger than the cache")
    connection.execute("ROLLBACK")
    listed = practice.do(reading.list_notes)
    assert {note.client_name for note in listed} == {CANARIES["name"]}
    practice.lock()
    look("locked")
    return found


@pytest.mark.parametrize("stage", ["open", "half-way through a change that is larger than the cache", "locked"])
def test_nothing_that_was_written_can_be_read_in_the_folder(stage: str, stages: dict[str, list[Any]]) -> None:
    assert stages[stage] == []


def test_the_search_saw_the_journal_and_the_pages_of_a_change_under_way(stages: dict[str, list[Any]]) -> None:
    """Otherwise it might have found nothing because there was nothing yet."""
    sizes = dict(stages["half-way through a change that is larger than the cache, sizes"])
    assert sizes["vault.db-journal"] > 4096
    assert sizes["vault.db"] > 10_000_000
    assert {name for name, _ in stages["locked, sizes"]} == {
        "header.json",
        "header.bak",
        "vault.db",
        "READ-ME.txt",
        "lock",
        "locked.state",
    }


@pytest.mark.parametrize("canary", ["Quillon Farthingale", "pangolinate addendum sentence"])
def test_the_search_finds_a_canary_in_every_shape(canary: str, tmp_path: Path) -> None:
    for number, (_, form) in enumerate(shapes(canary)):
        (tmp_path / str(number)).write_bytes(b"noise " + form + b" noise")
    names = {name for name, _, _ in leaks(tmp_path, {"canary": canary})}
    assert names == {path.name for path in tmp_path.iterdir()}
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / f"{canary}.txt").write_bytes(b"")
    assert f"{canary}.txt" in {name for name, _, _ in leaks(tmp_path, {"canary": canary})}


def test_the_pages_on_disk_look_like_noise(alder: Stored) -> None:
    """256 values, each about as often as the others: a page of text, or of zeros, would stand out."""
    content = alder.database.read_bytes()
    for start in range(0, len(content), 4096):
        counts = [content[start : start + 4096].count(value) for value in range(256)]
        deviation = sum((count - 16) ** 2 / 16 for count in counts)  # chi-squared with 255 degrees of freedom
        assert deviation < 420, f"page {start // 4096 + 1}"
    assert b"SQLite" not in content


ELSEWHERE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
import test_nothing_readable as test
from notes.practice import opening
from notes.vault.slots import Secret
with opening.unlock(Path(sys.argv[1]), Secret("recovery", bytearray.fromhex(sys.argv[2]))) as practice:
    test.write_everything(practice)
    with practice._engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
            "SELECT text || i AS t FROM n, (SELECT text FROM note_versions LIMIT 1) ORDER BY t DESC"
        )
        assert len(rows.fetchall()) == 200000  # sorted: 10 MB that SQLite would rather put into a file
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see deleted files that are still open")
def test_nothing_is_written_anywhere_else(alder: Stored, tmp_path: Path) -> None:
    """Home, settings, cache and temporary folders stay empty, while working and afterwards."""
    places = {name: tmp_path / name for name in ("HOME", "TMPDIR", "SQLITE_TMPDIR", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    for place in places.values():
        place.mkdir()
    working = tmp_path / "working"
    working.mkdir()
    environment = {**os.environ, **{name: str(place) for name, place in places.items()}, "PYTHONDONTWRITEBYTECODE": "1"}
    root = str(Path(opening.__file__).parents[2])
    environment["PYTHONPATH"] = os.pathsep.join([root, environment.get("PYTHONPATH", "")])
    here = str(Path(__file__).parent)
    command = [sys.executable, "-c", ELSEWHERE, str(alder.folder), alder.recovery.hex(), here]
    before = {path: path.stat().st_mtime_ns for path in (*places.values(), working)}
    done = subprocess.run(
        command, cwd=working, env=environment, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in before} == before, "something came and went"
    assert done.stdout + done.stderr == ""
