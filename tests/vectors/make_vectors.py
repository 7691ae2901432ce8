"""Makes the test vectors in this folder. From the project's folder: .venv/bin/python tests/vectors/make_vectors.py

The JSON files come out the same every time. The vault does not (SQLCipher draws its own randomness for every page), and
it is only made where it is not there: vaults in old formats are kept, never made anew.
"""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from notes.access_log import chain
from notes.practice import opening
from notes.practice.surroundings import Surroundings
from notes.record import clients, progress_notes
from notes.vault import keys, recovery_key, slots
from notes.vault.header import Header
from notes.vault.slots import Secret

HERE = Path(__file__).parent
DATA_KEY = bytes(range(0x40, 0x60))
VAULT_ID = "000102030405060708090a0b0c0d0e0f"
CREATED = "2026-03-02T09:00:00.000Z"
PASSPHRASE = "vector heron bicycle käse"
RECOVERY = bytes.fromhex("00443214c74254b635cf84653a56d7c675be77df")
"""Written in Crockford's base 32 it is the alphabet in order."""
KEY_FILE = bytes(range(0xC0, 0x100))

LABELS = (
    keys.DATABASE,
    keys.HEADER_MAC,
    keys.COMMITMENT,
    keys.RECOVERY_SLOT,
    keys.PASSPHRASE_SLOT,
)


def fixed(seed: int) -> Surroundings:
    """A clock that starts at a fixed time and ticks a second at every look, seeded randomness, an invented machine."""
    source = random.Random(seed)
    clock = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now() -> datetime:
        nonlocal clock
        clock += timedelta(seconds=1)
        return clock

    return Surroundings(
        now=now, monotonic=lambda: 1000.0, random_bytes=source.randbytes, user="vector", host="vector", boot="0"
    )


def hkdf() -> dict[str, Any]:
    """Subkeys of one data key."""
    rows: list[dict[str, str | None]] = []
    for label in LABELS:
        for salt in (None, bytes(range(16))):
            subkey = bytes(keys.derive(DATA_KEY, label, salt))
            rows.append({"info": label, "salt": None if salt is None else salt.hex(), "subkey": subkey.hex()})
    return {"key": DATA_KEY.hex(), "subkeys": rows}


def recovery_keys() -> dict[str, Any]:
    """Keys and how they are written, and texts that are refused."""
    source = random.Random(1)
    made = [bytes(20), b"\xff" * 20, bytes(range(20)), RECOVERY, *(source.randbytes(20) for _ in range(4))]
    written = [{"key": key.hex(), "text": recovery_key.write(bytearray(key))} for key in made]
    text = written[3]["text"]
    swapped = f"{text[5:9]}-{text[:4]}{text[9:]}"
    return {
        "written": written,
        "forgiven": [
            {"typed": typed, "key": RECOVERY.hex()}
            for typed in (
                text.lower(),
                text.replace("-", ""),
                text.replace("-", " "),
                text.replace("0", "O").replace("1", "l"),
                text.replace("0", "o").replace("1", "I"),
                f"  {text}\n",
            )
        ],
        "refused": [text[:-1], text + "0", text[:-1] + ("0" if text[-1] != "0" else "1"), swapped, "U" + text[1:], ""],
    }


def slot_vectors() -> dict[str, Any]:
    """A slot of each kind with everything that opens it."""
    source = random.Random(2)
    holders: tuple[tuple[str, Secret, dict[str, str]], ...] = (
        ("practitioner", Secret("passphrase", bytearray(PASSPHRASE.encode())), {"passphrase": PASSPHRASE}),
        (
            "practitioner",
            Secret("passphrase", bytearray(PASSPHRASE.encode()), KEY_FILE),
            {"passphrase": PASSPHRASE, "key_file": KEY_FILE.hex()},
        ),
        (
            "recovery key",
            Secret("recovery", bytearray(RECOVERY)),
            {"recovery_key": recovery_key.write(bytearray(RECOVERY))},
        ),
    )
    rows = []
    for label, secret, told in holders:
        slot = slots.wrap(
            bytearray(DATA_KEY),
            secret,
            vault_id=VAULT_ID,
            label=label,
            created=CREATED,
            random_bytes=source.randbytes,
            cost=slots.FLOOR,
        )
        rows.append({"secret": told, "argon2id": _stretched(secret, slot), "slot": asdict(slot)})
    return {"vault": VAULT_ID, "data_key": DATA_KEY.hex(), "slots": rows}


def _stretched(secret: Secret, slot: slots.Slot) -> str | None:
    """Argon2id of the passphrase alone, before anything is mixed in: the first thing another program gets right."""
    if slot.cost is None:
        return None
    cost = slot.cost
    made = Argon2id(
        salt=bytes.fromhex(slot.salt), length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
    )
    return made.derive(bytes(secret.value)).hex()


def header() -> dict[str, Any]:
    """A whole header with the first and the last of those slots, as it stands on disk."""
    rows = slot_vectors()["slots"]
    made = tuple(
        slots.Slot(**{**row["slot"], "cost": row["slot"]["cost"] and slots.Argon2Cost(**row["slot"]["cost"])})
        for row in (rows[0], rows[2])
    )
    commitment = bytes(keys.derive(DATA_KEY, keys.COMMITMENT)).hex()
    signed = Header(VAULT_ID, CREATED, 3, commitment, bytes(range(32)).hex(), made).signed(bytearray(DATA_KEY))
    return {"data_key": DATA_KEY.hex(), "file": signed.to_bytes().decode()}


def json_files() -> dict[str, str]:
    """Name and content of every JSON file here."""
    made = {"hkdf": hkdf(), "recovery-key": recovery_keys(), "slots": slot_vectors(), "header": header()}
    return {f"{name}.json": json.dumps(told, indent=2, ensure_ascii=False) + "\n" for name, told in made.items()}


def make_vault(place: Path) -> None:
    """The small vault, and what a reader must find in it."""
    surroundings = fixed(3)
    folder = place / "vault"
    created = opening.create(
        folder, bytearray(PASSPHRASE.encode()), "Vector Practice", cost=slots.FLOOR, surroundings=surroundings
    )
    key = bytes(created.recovery_key)
    practice = opening.unlock(folder, Secret("recovery", bytearray(key)), surroundings=surroundings)
    client = practice.do(clients.create, "Vector Client", born="1980-02-29", pronouns="they/them")
    note = practice.do(
        progress_notes.create,
        client.id,
        "SOAP",
        text="## Subjective\n\nÄrger, 一歩, 🌱.\n\n## Plan\n\nWrite it down.\n",
        at="2026-03-02T10:00",
        tags=("vector",),
    )
    signed = practice.do(progress_notes.sign, note.id)
    practice.lock()
    (folder / "lock").unlink()
    folder.chmod(0o755)  # for everybody to read, as it comes out of a checkout
    for path in folder.iterdir():
        path.chmod(0o644)
    expected = {
        "passphrase": PASSPHRASE,
        "recovery_key": recovery_key.write(bytearray(key)),
        "vault": created.vault_id,
        "client": {"id": client.id, "ref": client.ref, "name": client.name, "born": client.born},
        "note": {"id": note.id, "ref": note.ref, "text": signed.text, "signed_at": signed.signed_at},
    }
    expected |= _ends(folder, key)
    (place / "expected.json").write_text(json.dumps(expected, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _ends(folder: Path, key: bytes) -> dict[str, Any]:
    """The version's digest and the head after every line, read from a copy."""
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    try:
        with opening.unlock(copy, Secret("recovery", bytearray(key))) as practice:
            assert practice._engine
            with practice._engine.connect() as connection:
                lines = list(chain.walk(connection, practice.vault_id))[:-1]  # the last is this opening
                digest = connection.exec_driver_sql("SELECT lower(hex(digest)) FROM note_versions").scalar_one()
    finally:
        shutil.rmtree(copy)
    log = [{"event": line.record["event"], "head": line.head.hex()} for line in lines]
    return {"digest": digest, "log": log}


def main() -> None:
    """Write what is missing or can be written again."""
    for name, content in json_files().items():
        (HERE / name).write_text(content, "utf-8")
    place = HERE / "vault-format-1"
    if not (place / "vault").exists():
        place.mkdir(exist_ok=True)
        make_vault(place)


if __name__ == "__main__":
    main()
