"""The format, held against tests/vectors twice: by the program, and by a second reader that shares no code with it.

The second reader uses the standard library, the three primitives that it lacks, and SQLCipher; it is what somebody
would write who has docs/format.md and not this program.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import runpy
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from vault_kit import Pattern, by_passphrase, by_recovery_key, events

from notes.access_log import chain
from notes.errors import WrongKey
from notes.practice import verification
from notes.record import clients, reading
from notes.vault import header, keys, recovery_key, slots
from notes.vault.slots import Argon2Cost, Secret, Slot

VECTORS = Path(__file__).parents[1] / "vectors"


def vector(name: str) -> Any:
    return json.loads((VECTORS / name).read_text("utf-8"))


# --- the second reader ------------------------------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def hkdf(key: bytes, info: str, salt: bytes | None = None) -> bytes:
    pseudo_random = hmac.new(salt or bytes(32), key, hashlib.sha256).digest()
    return hmac.new(pseudo_random, info.encode() + b"\x01", hashlib.sha256).digest()


def read_recovery_key(text: str) -> bytes:
    number = 0
    for sign in text.replace("-", ""):
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(sign)
    return (number >> 20).to_bytes(20, "big")


def stretch(passphrase: str, slot: dict[str, Any]) -> bytes:
    cost = slot["cost"]
    made = Argon2id(
        salt=bytes.fromhex(slot["salt"]),
        length=32,
        iterations=cost["passes"],
        lanes=cost["lanes"],
        memory_cost=cost["memory_kib"],
    )
    return made.derive(passphrase.encode())


def open_slot(slot: dict[str, Any], secret: dict[str, str], vault: str) -> bytes:
    if slot["kind"] == "recovery":
        first, label = read_recovery_key(secret["recovery_key"]), "notes/v1/recovery-slot"
    else:
        first, label = stretch(secret["passphrase"], slot), "notes/v1/passphrase-slot"
        if slot["key_file"]:
            first += hmac.new(b"notes/v1/key-file", bytes.fromhex(secret["key_file"]), hashlib.sha256).digest()
    wrapping = hkdf(first, label, bytes.fromhex(slot["salt"]))
    associated = {name: value for name, value in slot.items() if name not in ("nonce", "wrapped")}
    return AESGCMSIV(wrapping).decrypt(
        bytes.fromhex(slot["nonce"]), bytes.fromhex(slot["wrapped"]), canonical({**associated, "vault": vault})
    )


def check_header(content: str, data_key: bytes) -> dict[str, Any]:
    told = dict(json.loads(content))
    assert content == canonical(told).decode() + "\n"
    assert told.pop("checksum") == hashlib.sha256(canonical(told)).hexdigest()
    mac = told.pop("mac")
    assert mac == hmac.new(hkdf(data_key, "notes/v1/header-mac"), canonical(told), hashlib.sha256).hexdigest()
    assert told["commitment"] == hkdf(data_key, "notes/v1/commitment").hex()
    return told


# --- both readers, every vector ---------------------------------------------------------------------------------------


def test_the_script_makes_the_files_that_are_here() -> None:
    """A change of the format cannot pass unnoticed as a change of the vectors."""
    made = runpy.run_path(str(VECTORS / "make_vectors.py"))["json_files"]()
    assert made == {path.name: path.read_text("utf-8") for path in VECTORS.glob("*.json")}


@pytest.mark.parametrize("row", vector("hkdf.json")["subkeys"], ids=lambda row: f"{row['info']} {row['salt'] or ''}")
def test_subkeys_are_those_of_the_vectors(row: dict[str, Any]) -> None:
    key, salt = bytes.fromhex(vector("hkdf.json")["key"]), row["salt"] and bytes.fromhex(row["salt"])
    assert keys.derive(key, row["info"], salt).hex() == row["subkey"]
    assert hkdf(key, row["info"], salt).hex() == row["subkey"]


@pytest.mark.parametrize("row", vector("recovery-key.json")["written"], ids=lambda row: row["text"][:9])
def test_recovery_keys_are_written_as_in_the_vectors(row: dict[str, str]) -> None:
    assert recovery_key.write(bytearray.fromhex(row["key"])) == row["text"]
    assert recovery_key.read(row["text"].encode()).hex() == row["key"]
    assert read_recovery_key(row["text"]).hex() == row["key"]


def test_recovery_keys_are_forgiven_and_refused_as_in_the_vectors() -> None:
    told = vector("recovery-key.json")
    assert len(told["forgiven"]) > 5
    for row in told["forgiven"]:
        assert recovery_key.read(row["typed"].encode()).hex() == row["key"]
    assert len(told["refused"]) > 5
    for typed in told["refused"]:
        with pytest.raises(WrongKey):
            recovery_key.read(typed.encode())


@pytest.mark.parametrize("number", range(3), ids=["passphrase", "passphrase and key file", "recovery key"])
def test_slots_open_as_in_the_vectors(number: int) -> None:
    told = vector("slots.json")
    secret, slot = told["slots"][number]["secret"], told["slots"][number]["slot"]
    assert open_slot(slot, secret, told["vault"]).hex() == told["data_key"]
    if slot["kind"] == "passphrase":
        assert stretch(secret["passphrase"], slot).hex() == told["slots"][number]["argon2id"]
        brought = by_passphrase(
            secret["passphrase"].encode(), bytes.fromhex(secret["key_file"]) if "key_file" in secret else None
        )
    else:
        brought = Secret("recovery", recovery_key.read(secret["recovery_key"].encode()))
    ours = Slot(**{**slot, "cost": slot["cost"] and Argon2Cost(**slot["cost"])})
    assert slots.unwrap(ours, brought, told["vault"]).hex() == told["data_key"]


def test_the_header_reads_as_in_the_vectors() -> None:
    told = vector("header.json")
    found = header.parse(told["file"].encode())
    found.authenticate(bytearray.fromhex(told["data_key"]))
    body = check_header(told["file"], bytes.fromhex(told["data_key"]))
    assert found.sequence == body["sequence"] == 3
    assert [slot["label"] for slot in body["slots"]] == [slot.label for slot in found.slots]


# --- a whole vault ----------------------------------------------------------------------------------------------------

FORMATS = sorted(VECTORS.glob("vault-format-*"))


@pytest.fixture(params=FORMATS, ids=[place.name for place in FORMATS])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Pattern, dict[str, Any]]:
    """A copy of a vault that an earlier program wrote, and what is in it."""
    told = json.loads((request.param / "expected.json").read_text("utf-8"))
    shutil.copytree(request.param / "vault", tmp_path / "kept.vault")
    return Pattern(tmp_path / "kept.vault", read_recovery_key(told["recovery_key"])), told


def test_there_is_a_vault_of_every_format() -> None:
    assert [place.name for place in FORMATS] == [f"vault-format-{n}" for n in range(1, header.FORMAT + 1)]


def test_the_kept_vault_itself_is_never_opened() -> None:
    for place in FORMATS:
        assert {path.name for path in (place / "vault").iterdir()} == {
            "header.json",
            "header.bak",
            "vault.db",
            "READ-ME.txt",
            "locked.state",
        }, "somebody opened it where it lies: its log has grown"


@pytest.mark.parametrize("holder", ["passphrase", "recovery key"])
def test_a_vault_of_an_earlier_program_opens_whole(holder: str, kept: tuple[Pattern, dict[str, Any]]) -> None:
    pattern, told = kept
    secret = by_passphrase(told["passphrase"].encode()) if holder == "passphrase" else by_recovery_key(pattern.recovery)
    with pattern.open(secret) as practice:
        assert practice.warnings == []
        assert practice.vault_id == told["vault"]
        assert events(practice) == [*(line["event"] for line in told["log"]), "vault.unlock"]
        client = practice.do(clients.open, told["client"]["ref"])
        assert {name: getattr(client, name) for name in told["client"]} == told["client"]
        (summary,) = practice.do(reading.list_notes)
        note = practice.do(reading.open, told["note"]["id"])
        assert (summary.client_name, summary.tags, summary.status) == ("Vector Client", ("vector",), "signed")
        assert {name: getattr(note, name) for name in told["note"]} == told["note"]
        assert practice.do(reading.history, note.id)[0].digest == told["digest"]
        assert practice.do(verification.verify).ok
        assert practice._engine
        with practice._engine.connect() as connection:
            heads = [line.head.hex() for line in chain.walk(connection, practice.vault_id)]
        assert heads[: len(told["log"])] == [line["head"] for line in told["log"]]


def test_a_vault_opens_without_this_program(kept: tuple[Pattern, dict[str, Any]]) -> None:
    """Promise 10. Folder, header, slot, subkey, SQLCipher: then the notes, the version's digest and the log's chain."""
    pattern, told = kept
    content = (pattern.folder / "header.json").read_text("utf-8")
    untrusted = json.loads(content)
    data_key = None
    for slot in untrusted["slots"]:
        opened = open_slot(slot, told, untrusted["vault"])
        assert data_key in (None, opened)
        data_key = opened
    assert data_key
    assert check_header(content, data_key)["vault"] == told["vault"]
    connection = sqlcipher.connect(str(pattern.folder / "vault.db"))
    raw_key = hkdf(data_key, "notes/v1/database").hex()
    connection.set_key(bytearray(f"x'{raw_key}'".encode()))
    rows = connection.execute(
        "SELECT c.name, c.id, n.kind, n.at, v.note_id, v.number, v.kind, v.reason, v.text, v.signed_at, v.signed_by, "
        "lower(hex(v.digest)) "
        "FROM note_versions v JOIN notes n ON n.id = v.note_id JOIN clients c ON c.id = n.client_id"
    ).fetchall()
    ((name, client, kind, at, note, number, change, reason, text, signed_at, signed_by, digest),) = rows
    assert (name, text) == (told["client"]["name"], told["note"]["text"])
    signed = {
        "note": str(note),
        "client": str(client),
        "kind": kind,
        "session_at": at,
        "number": number,
        "reason": reason,
        "text": text,
        "signed_at": signed_at,
        "signed_by": signed_by,
        "change": change,
        "before": None,
    }
    assert hashlib.sha256(canonical(signed)).hexdigest() == digest == told["digest"]
    head = hashlib.sha256(b"notes/v1/access-log\0" + bytes.fromhex(told["vault"])).digest()
    lines = connection.execute("SELECT record, head FROM access_log ORDER BY seq").fetchall()
    assert len(lines) == len(told["log"])
    for (record, stored), line in zip(lines, told["log"], strict=True):
        head = hashlib.sha256(head + record.encode()).digest()
        assert head == stored == bytes.fromhex(line["head"])
        assert json.loads(record)["event"] == line["event"]
    connection.close()


def test_the_copy_a_program_leaves_behind_is_locked_and_for_the_owner_alone(
    kept: tuple[Pattern, dict[str, Any]],
) -> None:
    """A vault that comes out of an archive with any permissions works; what the program writes is 0600."""
    pattern, _ = kept
    for path in pattern.folder.iterdir():
        path.chmod(0o644)
    (pattern.folder / "header.bak").write_bytes(b"damaged")
    pattern.open().lock()
    assert stat.S_IMODE((pattern.folder / "header.bak").stat().st_mode) == 0o600
