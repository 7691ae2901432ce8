"""The script that gets the record out of a vault without the program: everything comes out, nothing is changed."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import random
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from tools_kit import TOOLS, Judges, script

from notes.access_log import export
from notes.practice import keyring, log, opening
from notes.record import clients, progress_notes, reading, sessions, templates
from notes.vault import keys, recovery_key
from notes.vault import vault as vaults
from notes.vault.slots import FLOOR, Secret

PASSPHRASE = "öst nineteen grey herons wade"
KEY_FILE = bytes(range(64))
TEXTS = (
    "## Größe\r\n\r\n---\n\tÄrger, 一歩, 🌱.\u2028end",
    "\ufeffno newline at the end",
    "---\nkind: fake\n---\n\n\n",
)
NAMES = (
    "Sam Same",
    "Sam Same",
    "../../etc/passwd",
    "अनीता देवी",
    "CON",
    "-rf *",
    "\u202eevil",
    "🌱" * 400,
    "=1+1",
    "a.",
)
VECTORS = Path(__file__).parents[1] / "vectors" / "vault-format-1"

Text = tuple[str, str, str, int | None, str, str | None, str]
"""Client's name and reference, status, version, kind of change, reason, text."""


@dataclass
class Rich:
    """A vault with something of everything, and what the program itself says is in it."""

    folder: Path
    key: bytes
    texts: set[Text]

    @property
    def sheet(self) -> str:
        """The recovery key as it stands on paper."""
        return recovery_key.write(bytearray(self.key))

    def unlocked(self, folder: Path) -> Any:
        """A copy, unlocked by the program."""
        return opening.unlock(folder, Secret("recovery", bytearray(self.key)))


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Rich:
    """Clients with difficult names, two of them alike; notes signed, amended, half amended, and not signed at all."""
    folder = tmp_path_factory.mktemp("rich") / "Rich.vault"
    made = opening.create(folder, bytearray(PASSPHRASE.encode()), "Rich Practice", cost=FLOOR, key_file=KEY_FILE)
    found = Rich(folder, bytes(made.recovery_key), set())
    with found.unlocked(folder) as practice:
        practice.do(templates.save, "My form", "other", "a\nb")
        for number, name in enumerate(NAMES):
            ref = practice.do(clients.create, name, phone="+44 1632 960001", born=f"1960-01-{number + 1:02}").id
            practice.do(sessions.create, ref, "2026-03-31T14:00", 50, "video")
            at = f"2026-03-{number + 1:02}T10:00"
            note = practice.do(progress_notes.create, ref, "SOAP", TEXTS[0], at, None, ("a", "é b")).id
            if number % 3 == 0:
                practice.do(progress_notes.sign, note)
                practice.do(progress_notes.amend, note, 'a "slip": \u2028 -', TEXTS[1])
                practice.do(progress_notes.amend, note, "forgotten", TEXTS[2], addendum=True)
            if number == 3:
                spell = practice.do(progress_notes.edit, note, "amendment", "not finished")
                practice.do(progress_notes.save_draft, note, spell.spell, spell.counter, "half an amendment")
                practice.do(progress_notes.close, note, spell.spell)
        for summary in practice.do(reading.list_notes):
            who = (summary.client_name, summary.client_ref)
            for one in practice.do(reading.history, summary.id):
                status = "signed" if one.version == summary.version else "replaced"
                text = practice.do(reading.open, summary.id, one.version).text
                found.texts.add((*who, status, one.version, one.kind, one.reason, text))
            if summary.status == "draft":
                text = practice.do(reading.open, summary.id).text
                found.texts.add((*who, "draft", None, "note", None, text))
            if summary.client_name == NAMES[3]:
                found.texts.add((*who, "draft", None, "amendment", "not finished", "half an amendment"))
    return found


@pytest.fixture
def vault(rich: Rich, tmp_path: Path) -> Path:
    """A copy of one's own."""
    return Path(shutil.copytree(rich.folder, tmp_path / "Copy.vault"))


@dataclass
class Run:
    """How the script ended, and what it said."""

    code: int
    said: str


@pytest.fixture
def recover(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Run]:
    """Runs the script in this process; what opens the vault comes in files, as its name says."""

    def run(vault: Path, target: Path, **secrets: bytes | str) -> Run:
        arguments = ["recover.py", os.fspath(vault), os.fspath(target)]
        for name, content in secrets.items():
            path = tmp_path / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            arguments += [f"--{name.replace('_', '-')}", os.fspath(path)]
        monkeypatch.setattr(sys, "argv", arguments)
        code: Any = 0
        try:
            script("recover").main()
        except SystemExit as end:
            code = end.code
        told = capsys.readouterr()
        assert "Traceback" not in told.err
        return Run(code, told.out + told.err)

    return run


def texts(target: Path) -> set[Text]:
    """The notes as the script wrote them; front matter is read as what it is, JSON by the line."""
    found = []
    for path in target.glob("*/*"):
        front, text = path.read_bytes().decode().removeprefix("---\n").split("\n---\n\n", 1)
        told = {name: json.loads(value) for name, value in (line.split(": ", 1) for line in front.split("\n"))}
        assert told["date"].startswith("2026-03-")
        assert told["kind"] == "progress"
        assert told["tags"] == "a, é b"
        named = ("client", "ref", "status", "version", "change", "reason")
        found.append((*(told[name] for name in named), text))
    assert len(set(found)) == len(found)
    return set(found)  # type: ignore[arg-type]


def sheet(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def snapshot(folder: Path) -> dict[str, Any]:
    """All of a folder that can be changed, without what reading changes."""
    return {
        path.name: (path.read_bytes(), *(getattr(path.stat(), f"st_{what}") for what in ("mtime_ns", "mode", "ino")))
        for path in [folder, *folder.rglob("*")]
        if path.is_file()
    } | {".": folder.stat().st_mtime_ns}


# --- the shape of the script ------------------------------------------------------------------------------------------


def test_the_script_is_one_short_file_with_two_packages() -> None:
    source = (TOOLS / "recover.py").read_text("utf-8")
    assert source.count("\n") <= 150
    imported = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported - sys.stdlib_module_names == {"cryptography", "sqlcipher3"}


def test_it_runs_from_anywhere_by_itself(tmp_path: Path) -> None:
    alone = shutil.copy(TOOLS / "recover.py", tmp_path)
    told = json.loads((VECTORS / "expected.json").read_text("utf-8"))
    (tmp_path / "key").write_text(told["passphrase"] + "\r\n", "utf-8")
    command = [sys.executable, "-I", alone, VECTORS / "vault", "Out", "--passphrase-file", "key"]
    before = snapshot(VECTORS / "vault")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert snapshot(VECTORS / "vault") == before
    assert "NOT ENCRYPTED" in done.stdout
    assert done.stderr == ""
    (note,) = (tmp_path / "Out").glob("*/*.md")
    assert note.parent.name == f"Vector Client {told['client']['ref']}"
    assert note.read_text("utf-8").endswith(f"---\n\n{told['note']['text']}")
    heads = [json.loads(line)["head"] for line in (tmp_path / "Out" / "log.jsonl").read_text("utf-8").splitlines()[1:]]
    assert heads == [line["head"] for line in told["log"]]
    (version,) = sheet(tmp_path / "Out" / "note_versions.csv")
    assert version["digest"] == told["digest"]


# --- everything comes out ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("holder", ["passphrase", "recovery key", "recovery key as somebody types it"])
def test_every_text_comes_out_as_it_was_written(
    holder: str, rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    secrets: dict[str, bytes | str] = {"passphrase_file": PASSPHRASE + "\n", "key_file": KEY_FILE}
    if holder != "passphrase":
        typed = rich.sheet.lower().replace("-", " ").replace("0", "o").replace("1", "l") + "\r\n"
        secrets = {"recovery_key_file": typed if "types" in holder else rich.sheet}
    before = snapshot(vault)
    told = recover(vault, tmp_path / "Out", **secrets)
    assert told.code == 0
    assert "NOT ENCRYPTED" in told.said
    assert texts(tmp_path / "Out") == rich.texts
    assert len(rich.texts) > 15
    assert snapshot(vault) == before


def test_an_accent_typed_otherwise_is_the_same_passphrase(
    vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    typed = PASSPHRASE.replace("ö", "o\u0308")
    assert recover(vault, tmp_path / "Out", passphrase_file=typed, key_file=KEY_FILE).code == 0


def test_the_tables_come_out_as_csv_without_the_keys(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    assert recover(vault, tmp_path / "Out", recovery_key_file=rich.sheet).code == 0
    sheets = {path.stem: sheet(path) for path in (tmp_path / "Out").glob("*.csv")}
    assert sorted(row["name"] for row in sheets["clients"]) == sorted(NAMES)
    assert {row["phone"] for row in sheets["clients"]} == {"+44 1632 960001"}
    assert len(sheets["sessions"]) == 2 * len(NAMES)
    assert [row["body"] for row in sheets["templates"]] == ["a\nb"]
    assert {row["tag"] for row in sheets["note_tags"]} == {"a", "é b"}
    signed = {text[-1] for text in rich.texts if text[2] != "draft"}
    assert {row["text"] for row in sheets["note_versions"]} == signed
    with other_software(rich, vault) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE TABLE%'")}
        (row_key,) = db.execute("SELECT value FROM settings WHERE name = 'row_key'").fetchone()
    kept_back = {"settings"} | {name for name in tables if name.startswith(("sqlite_", "note_index"))}
    assert set(sheets) == tables - kept_back
    assert not [path for path in (tmp_path / "Out").rglob("*.*") if row_key in path.read_text("utf-8")]


def test_the_log_comes_out_as_the_program_exports_it(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    assert recover(vault, tmp_path / "Out", recovery_key_file=rich.sheet).code == 0
    content = (tmp_path / "Out" / "log.jsonl").read_bytes()
    count = content.count(b"\n") - 1
    with rich.unlocked(vault) as practice:
        lines = practice.do(log.export)
        assert content.decode() == export.as_json_lines(lines[:count], practice.vault_id)
        assert len(lines) == count + 1, "all but the line of this unlocking"
    assert Judges().theirs(content, count=count, head=lines[count - 1][1]) is None


def test_clients_lie_in_folders_of_their_own_with_names_that_do_no_harm(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    assert recover(vault, tmp_path / "Deep", recovery_key_file=rich.sheet).code == 0
    folders = [path.name for path in (tmp_path / "Deep").iterdir() if path.is_dir()]
    assert len(folders) == len(NAMES)
    assert len([name for name in folders if name.startswith("Sam Same ")]) == 2
    assert [name for name in folders if name.startswith("अनीता देवी ")]
    for path in (tmp_path / "Deep").rglob("*"):
        assert len(path.name.encode()) <= 255
        assert not set(path.name) & set('/\\:*?"<>|\u202e')
        assert path.stat().st_mode & stat.S_IRWXO == 0 or path.is_file()
    assert stat.S_IMODE((tmp_path / "Deep").stat().st_mode) == 0o700
    assert {path.name for path in tmp_path.iterdir()} == {"Copy.vault", "Deep", "recovery_key_file"}


# --- nothing is harmed ------------------------------------------------------------------------------------------------


def test_a_vault_that_nothing_may_be_written_to_is_read_all_the_same(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every opening of a file in the vault is watched, and there is none but for reading."""
    opened: list[str] = []

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and watching and str(arguments[0]).startswith(os.fspath(vault)):
            opened.append(str(arguments[0]))
            assert not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND), arguments
        if event == "sqlite3.connect" and watching:
            assert not str(arguments[0]).startswith(os.fspath(vault))

    watching = True
    sys.addaudithook(watch)
    for path in vault.iterdir():
        path.chmod(0o400)
    vault.chmod(0o500)
    try:
        assert recover(vault, tmp_path / "Out", recovery_key_file=rich.sheet).code == 0
    finally:
        watching = False
        vault.chmod(0o700)
    assert {Path(name).name for name in opened} == {"header.json", "header.bak", "vault.db"}


def test_it_never_writes_into_a_folder_that_is_there_nor_into_the_vault(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    (tmp_path / "Here").mkdir()
    before = snapshot(vault)
    for target in (tmp_path / "Here", vault, vault / "Out", vault / ".." / "Copy.vault" / "Out"):
        assert recover(vault, target, recovery_key_file=rich.sheet).code == 2
    assert recover(vault, tmp_path / "No" / "Out", recovery_key_file=rich.sheet).code == 8
    assert list((tmp_path / "Here").iterdir()) == []
    assert snapshot(vault) == before


@contextmanager
def other_software(rich: Rich, vault: Path) -> Iterator[Any]:
    """The database as other software with the key would open it."""
    opened = vaults.unlock(vault, Secret("recovery", bytearray(rich.key)))
    key = opened.subkey(keys.DATABASE)
    opened.close()
    (vault / "lock").unlink(missing_ok=True)
    db = sqlcipher.connect(str(vault / "vault.db"), isolation_level=None)
    db.set_key(bytearray(b"x'" + key.hex().encode() + b"'"))
    try:
        yield db
    finally:
        db.close()


def interrupt(rich: Rich, vault: Path, target: Path) -> None:
    """`target`: the vault as a power cut in the middle of a big change leaves it."""
    with other_software(rich, vault) as db:
        db.execute("PRAGMA cache_size = 1")  # so that pages go out before the end
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE drafts SET text = text || hex(randomblob(20000))")
        db.execute("UPDATE clients SET name = 'never'")
        for number in range(200):
            db.execute("INSERT INTO templates VALUES (?, 'other', hex(randomblob(2000)))", (f"never {number}",))
        shutil.copytree(vault, target)
        db.execute("ROLLBACK")
    assert (target / "vault.db-journal").stat().st_size > 4096
    assert (target / "vault.db").read_bytes() != (vault / "vault.db").read_bytes()


def test_an_interrupted_change_is_undone_in_the_copy_and_left_alone_in_the_vault(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    interrupt(rich, vault, tmp_path / "Cut.vault")
    before = snapshot(tmp_path / "Cut.vault")
    assert recover(tmp_path / "Cut.vault", tmp_path / "Out", recovery_key_file=rich.sheet).code == 0
    assert texts(tmp_path / "Out") == rich.texts
    assert snapshot(tmp_path / "Cut.vault") == before
    with rich.unlocked(tmp_path / "Cut.vault") as practice:
        assert len(practice.do(clients.list_clients)) == len(NAMES)


def test_a_journal_that_does_not_belong_there_is_left_out_and_that_is_said(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    """A program that keeps folders alike can bring an old journal back; rolled back, it destroys the database."""
    interrupt(rich, vault, tmp_path / "Cut.vault")
    with rich.unlocked(vault) as practice:
        for number in range(60):
            practice.do(templates.save, f"later {number}", "other", "b" * 3000)
    shutil.copy(tmp_path / "Cut.vault" / "vault.db-journal", vault)
    before = snapshot(vault)
    told = recover(vault, tmp_path / "Out", recovery_key_file=rich.sheet)
    assert told.code == 0
    assert "interrupted change" in told.said
    assert texts(tmp_path / "Out") == rich.texts
    assert "later 59" in (tmp_path / "Out" / "templates.csv").read_text("utf-8")
    assert snapshot(vault) == before


def test_copies_kept_before_a_recovery_are_used_where_the_database_does_not_hold(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    shutil.copy(vault / "vault.db", vault / "vault.db.before-recovery")
    (vault / "vault.db").write_bytes((vault / "vault.db").read_bytes()[: 4096 * 9])
    assert recover(vault, tmp_path / "Out", recovery_key_file=rich.sheet).code == 0
    assert texts(tmp_path / "Out") == rich.texts


def test_a_change_of_keys_that_was_interrupted_opens_with_the_new_keys(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    """The header is new already, the new database is not in place yet."""
    old = (vault / "vault.db").read_bytes()
    with rich.unlocked(vault) as practice:
        key = keyring.rotate(practice, bytearray(PASSPHRASE.encode()), KEY_FILE)
    (vault / "vault.db").rename(vault / "vault.db.next")
    (vault / "vault.db").write_bytes(old)
    assert recover(vault, tmp_path / "Old", recovery_key_file=rich.sheet).code == 3
    assert recover(vault, tmp_path / "Out", recovery_key_file=recovery_key.write(key)).code == 0
    assert texts(tmp_path / "Out") == rich.texts


# --- what does not open -----------------------------------------------------------------------------------------------


def test_a_wrong_key_is_refused_with_nothing_written(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    other = recovery_key.write(bytearray(range(20)))
    for secrets in (
        {"passphrase_file": PASSPHRASE},
        {"passphrase_file": PASSPHRASE + "x", "key_file": KEY_FILE},
        {"passphrase_file": PASSPHRASE, "key_file": KEY_FILE[:-1]},
        {"passphrase_file": b"\xff\xfe", "key_file": KEY_FILE},
        {"passphrase_file": b"", "key_file": KEY_FILE},
        *({"recovery_key_file": typed} for typed in (other, rich.sheet[:-1], rich.sheet + "0", "", "-", "é", b"\xff")),
    ):
        told = recover(vault, tmp_path / "Out", **secrets)
        assert told.code == 3, secrets
        assert PASSPHRASE not in told.said
    assert not (tmp_path / "Out").exists()


def test_one_damaged_copy_of_the_header_is_no_loss(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    good = (vault / "header.json").read_bytes()
    damaged = [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        good[:-9],
        good.replace(b'"label":"', b'"label":"x', 1),
    ]
    for number, content in enumerate(damaged):
        for name in ("header.json", "header.bak"):
            (vault / "header.json").write_bytes(good)
            (vault / "header.bak").write_bytes(good)
            (vault / name).write_bytes(content)
            target = tmp_path / f"Out {number} {name}"
            assert recover(vault, target, recovery_key_file=rich.sheet).code == 0, content[:50]
        (vault / "header.json").write_bytes(content)
        told = recover(vault, tmp_path / "Out", recovery_key_file=rich.sheet)
        assert (told.code, (tmp_path / "Out").exists()) == (4, False)
    (vault / "header.json").unlink()
    (vault / "header.bak").write_bytes(good)
    assert recover(vault, tmp_path / "Out", recovery_key_file=rich.sheet).code == 0
    (vault / "header.bak").unlink()
    assert recover(vault, tmp_path / "No", recovery_key_file=rich.sheet).code == 2


def test_a_header_put_together_by_somebody_without_the_key_opens_nothing(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    told = json.loads((vault / "header.json").read_bytes())
    del told["checksum"]
    costs = [{"memory_kib": 2**31, "passes": 4, "lanes": 1}, {"memory_kib": 2**16, "passes": 2**31, "lanes": 1}, {}]
    changed = [
        ({"created": "2020-01-01T00:00:00.000Z"}, 3),
        ({"sequence": 99}, 3),
        ({"format": 2}, 4),
        ({"slots": []}, 3),
        ({"slots": [{**told["slots"][0], "kind": 7}]}, 3),
        *(({"slots": [{**told["slots"][0], "cost": cost}]}, 4) for cost in costs[:2]),
    ]
    for change, code in changed:
        body = {**told, **change}
        body["checksum"] = hashlib.sha256(keys.canonical(body)).hexdigest()
        for name in ("header.json", "header.bak"):
            (vault / name).write_bytes(keys.canonical(body) + b"\n")
        for secrets in ({"recovery_key_file": rich.sheet}, {"passphrase_file": PASSPHRASE, "key_file": KEY_FILE}):
            assert recover(vault, tmp_path / "Out", **secrets).code == code, change
    assert not (tmp_path / "Out").exists()


def test_a_flipped_byte_anywhere_in_the_database_is_refused_with_nothing_written(
    rich: Rich, vault: Path, tmp_path: Path, recover: Callable[..., Run]
) -> None:
    chance = random.Random(5)
    good = (vault / "vault.db").read_bytes()
    places = [0, 16, 4095, len(good) - 1, *(chance.randrange(len(good)) for _ in range(12))]
    for place in places:
        content = bytearray(good)
        content[place] ^= 1 << chance.randrange(8)
        (vault / "vault.db").write_bytes(content)
        told = recover(vault, tmp_path / "Out", recovery_key_file=rich.sheet)
        assert (told.code, (tmp_path / "Out").exists()) == (4, False), place
        assert "seal" in told.said
    for content in (b"", good[:100], good[:4096], good[: len(good) // 8192 * 4096]):
        (vault / "vault.db").write_bytes(content)
        assert recover(vault, tmp_path / "Out", recovery_key_file=rich.sheet).code == 4
    (vault / "vault.db").unlink()
    assert recover(vault, tmp_path / "Out", recovery_key_file=rich.sheet).code == 4
    assert not (tmp_path / "Out").exists()
