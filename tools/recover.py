"""Get the record out of a Session Notes vault without Session Notes: python recover.py My.vault NEW-FOLDER

Needs Python 3.11 and: pip install cryptography sqlcipher3. The vault is only read (close it first), and what is written
is NOT encrypted. Exit codes: 0 done, 2 usage, 3 wrong key, 4 damaged or newer, 8 the machine. See docs/format.md."""

import argparse
import csv
import getpass
import hashlib
import hmac
import json
import shutil
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from unicodedata import category, normalize

import sqlcipher3.dbapi2 as sqlcipher
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

WARNING = "NOT ENCRYPTED: whoever gets hold of what is written can read it. Delete it when it has served."
PARSER = argparse.ArgumentParser(description=f"Writes out the record that is in a vault. {WARNING}")
BEFORE = [tuple(f"vault.db{part}.before-recovery{which}" for part in ("", "-journal")) for which in ("-2", "")]
DATABASES = [("vault.db", "vault.db-journal"), ("vault.db", "-"), *BEFORE, ("vault.db.next", "-")]  # whole or not
LOG = "SELECT record, lower(hex(head)) AS head, lower(hex(seal)) AS seal FROM access_log ORDER BY seq"
TABLES = "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT GLOB 'sqlite*' AND name != 'settings'"
TEXTS = """SELECT coalesce(c.name, 'unknown') AS client, c.ref, n.at AS date, n.kind, t.version, t.change, t.reason,
    iif(t.version < n.version, 'replaced', t.status) AS status, coalesce(n.ref, t.note_id) AS note,
    (SELECT group_concat(tag, ', ') FROM note_tags g WHERE g.note_id = t.note_id) AS tags, t.text
FROM (SELECT note_id, 'signed' AS status, number AS version, kind AS change, reason, text FROM note_versions
    UNION ALL SELECT note_id, 'draft', NULL, purpose, reason, text FROM drafts) t
LEFT JOIN notes n ON n.id = t.note_id LEFT JOIN clients c ON c.id = n.client_id"""


def canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def hkdf(key: bytes, info: str, salt: bytes = b"") -> bytes:
    return hmac.digest(hmac.digest(salt or bytes(32), key, "sha256"), info.encode() + b"\x01", "sha256")


def read_secret(given: argparse.Namespace) -> tuple[str, bytes, bytes]:
    """The kind of slot, what opens it, and what the key file adds to that."""
    kind = "recovery" if given.recovery_key_file else "passphrase"
    file = given.recovery_key_file or given.passphrase_file or Path("-")
    typed = getpass.getpass(f"{kind.title()}: ") if str(file) == "-" else file.read_bytes().decode("utf-8", "replace")
    if kind == "recovery":
        signs = str.maketrans("ABCDEFGHJKMNPQRSTVWXYZOIL", "ABCDEFGHIJKLMNOPQRSTUV011", " -\t\r\n")
        with suppress(ValueError, OverflowError):
            return kind, (int(typed.upper().translate(signs), 32) >> 20).to_bytes(20, "big"), b""
        PARSER.exit(3, "That is no recovery key. Copy it again from the sheet, all nine groups.\n")
    second = hmac.digest(b"notes/v1/key-file", given.key_file.read_bytes(), "sha256") if given.key_file else b""
    return kind, normalize("NFC", typed.removesuffix("\n").removesuffix("\r")).encode(), second


def find_key(vault: Path, kind: str, secret: bytes, second: bytes) -> tuple[str, bytes]:
    """The vault's id and data key, from the first copy of the header that is whole and has a slot for the secret."""
    copies = [path for path in (vault / "header.json", vault / "header.bak") if path.is_file()]
    code, why = (4, "Both copies of the header are damaged, or are of a newer format.") if copies else (2, "No vault.")
    for content in dict.fromkeys(path.read_bytes() for path in copies):
        try:
            header = json.loads(content)
            whole = header["format"] == 1 and header.pop("checksum") == hashlib.sha256(canonical(header)).hexdigest()
            work = sum(slot["cost"]["memory_kib"] * slot["cost"]["passes"] for slot in header["slots"] if slot["cost"])
            mac, signed = header.pop("mac"), canonical(header)
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
            continue
        if not whole or work > 1 << 25:  # no vault asks for more
            continue
        code, why = 3, "That does not open the vault. Check it, and whether a key file is needed as well."
        for slot in [s for s in header["slots"] if (s["kind"], s["key_file"]) == (kind, bool(second))]:
            salt, first, cost = bytes.fromhex(slot["salt"]), secret, slot["cost"]
            if cost:
                costs = {"iterations": cost["passes"], "lanes": cost["lanes"], "memory_cost": cost["memory_kib"]}
                first = Argon2id(salt=salt, length=32, **costs).derive(secret) + second
            nonce, wrapped = bytes.fromhex(slot.pop("nonce")), bytes.fromhex(slot.pop("wrapped"))
            bound = canonical({**slot, "vault": header["vault"]})
            with suppress(InvalidTag):
                key = AESGCMSIV(hkdf(first, f"notes/v1/{kind}-slot", salt)).decrypt(nonce, wrapped, bound)
                if mac == hmac.digest(hkdf(key, "notes/v1/header-mac"), signed, "sha256").hex():
                    return header["vault"], key
    PARSER.exit(code, f"{why}\n")


def open_database(vault: Path, private: str, key: bytes) -> Any:
    """The first state that is whole, opened as a private copy: SQLite rolls an interrupted change back in there."""
    for number, names in enumerate(DATABASES):
        copies = Path(private, f"{number}.db"), Path(private, f"{number}.db-journal")
        for old, new in [(vault / old, new) for old, new in zip(names, copies, strict=True) if (vault / old).is_file()]:
            shutil.copyfile(old, new)
        db = sqlcipher.connect(str(copies[0]))
        with suppress(sqlcipher.Error, MemoryError):  # what the driver makes of a page without its seal
            db.execute("PRAGMA cipher_log_level = NONE")
            db.set_key(bytearray(b"x'" + hkdf(key, "notes/v1/database").hex().encode() + b"'"))
            db.execute("SELECT count(*) FROM note_versions").fetchall()  # rolls back; the checks are of the result
            if [*db.execute("PRAGMA cipher_integrity_check"), *db.execute("PRAGMA quick_check")] == [("ok",)]:
                print(f"Reading {names[0]}" + (", left by an interrupted change." if number else "."))
                return db
        db.close()
    PARSER.exit(4, "The database is missing or damaged: not every page carries its seal. Take a backup of the vault.\n")


def write_all(db: Any, vault_id: str, target: Path) -> None:
    """Every text as a Markdown file, every table as CSV, the log as JSON Lines; nothing is ever written over."""
    db.row_factory = sqlcipher.Row
    for told in map(dict, db.execute(TEXTS)):
        who = f"{told['client'][:50]} {told['ref']}"
        what = f"{told['date']} {told['kind']} {told['note']} {told['status']} {told['version'] or 0}"
        safe = ("".join(c if category(c)[0] in "LMN" or c in " -" else "_" for c in name) for name in (who, what))
        path = target.joinpath(*safe)
        *fields, (_, text) = told.items()
        front = "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields)
        path.parent.mkdir(0o700, exist_ok=True)
        with path.with_name(f"{path.name}.md").open("xb") as file:
            file.write(f"---\n{front}---\n\n{text}".encode())
    for (table,) in db.execute(TABLES).fetchall():
        rows = db.execute(f'SELECT * FROM "{table}"')
        with (target / f"{table}.csv").open("x", encoding="utf-8", newline="") as sheet:
            cells = ([value.hex() if isinstance(value, bytes) else value for value in row] for row in rows)
            csv.writer(sheet).writerows([[column[0] for column in rows.description], *cells])
    with (target / "log.jsonl").open("x", encoding="utf-8", newline="\n") as log:
        lines = [*map(dict, db.execute(LOG))]
        first = {"format": "session-notes-access-log", "version": 1, "vault": vault_id, "lines": len(lines)}
        log.writelines(json.dumps(x, ensure_ascii=False) + "\n" for x in ({**first, "head": lines[-1]["head"]}, *lines))


def main() -> None:
    for option in ("vault", "target", "--passphrase-file", "--key-file", "--recovery-key-file"):
        PARSER.add_argument(option, type=Path)
    given = PARSER.parse_args()
    try:
        if given.target.exists() or given.vault.resolve() in given.target.resolve().parents:
            PARSER.exit(2, "The second folder is there already or lies in the vault. Name a new one elsewhere.\n")
        vault_id, key = find_key(given.vault, *read_secret(given))
        with tempfile.TemporaryDirectory() as place, closing(open_database(given.vault, place, key)) as db:
            given.target.mkdir(0o700)
            write_all(db, vault_id, given.target)
    except (MemoryError, OSError, EOFError) as error:  # its words are left out: they could quote the record
        PARSER.exit(8, f"The machine did not do it ({type(error).__name__}). Check paths, free space and memory.\n")
    except (LookupError, TypeError, ValueError, sqlcipher.Error) as error:
        PARSER.exit(4, f"The vault is not as docs/format.md says ({type(error).__name__}). Take a backup of it.\n")
    print(f"Written to {given.target}. {WARNING}")


if __name__ == "__main__":
    main()
