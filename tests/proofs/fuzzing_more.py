"""More parsers to feed: what lies beside the record, comes back from elsewhere, or is read without the program."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

from mutations import SIGNS, WORDS, flipped, raw, text
from scenarios import RECOVERY, VAULT, make_vault

from notes.access_log import receipts
from notes.access_log.receipts import Receipt
from notes.errors import NotesError
from notes.exchange import csv_files
from notes.practice import generations
from notes.store import backup
from notes.vault import anchor, attempts, keys
from notes.vault.attempts import Start

Parser = Callable[[random.Random, Path], Callable[[], Any]]

ID = "ab" * 16
AT = "2026-03-02T09:00:00.000Z"
ODD = (None, True, 0, -1, 2**63, 1.5, "", "x", "\ud800", "é" * 99, [], {}, [[]], {"a": 1}, 10**30, AT, ID)


def attempt_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """The record of attempts and its state: mutated, and forged by whoever can read the state; read, and added to."""
    private, public = attempts.generate(chance.randbytes)
    start = Start(7, chance.randbytes(32))
    attempts.begin(room, ID, start)
    states = [(room / attempts.STATE).read_bytes()]
    told = dict.fromkeys(attempts.FIELDS, "passphrase") | {"at": AT}
    for _ in range(3):
        attempts.record(room, ID, public.hex(), told, chance.randbytes)
        states.append((room / attempts.STATE).read_bytes())
    log = (room / attempts.LOG).read_bytes()
    last = attempts._state(room)
    assert last is not None

    def forged() -> bytes:
        """A record that fits, with words in it that no program writes."""
        made: dict[str, Any] = dict(told)
        field = chance.choice((*attempts.FIELDS, "extra"))
        made[field] = chance.choice((*ODD, text(chance, (AT, "passphrase"))[:60]))
        if chance.random() < 0.4:
            del made[field]
        words = json.dumps(chance.choice((made, made, made, chance.choice(ODD)))).encode()
        words = chance.choice((*[words] * 6, raw(chance, (AT,)), b"[" * 200, b'{"at":' * 40))[: attempts.TEXT_BYTES]
        to = attempts.X25519PublicKey.from_public_bytes(public)
        sealed = attempts._SUITE.encrypt(words.ljust(attempts.TEXT_BYTES), to, attempts._bound(last))
        body = last.number.to_bytes(8, "big") + sealed
        return log + body + keys.mac(bytes.fromhex(last.key), attempts._bound(last) + body)

    def odd() -> bytes:
        state = json.loads(chance.choice(states))
        state[chance.choice([*state, "extra"])] = chance.choice(ODD)
        return json.dumps(state).encode()

    def parse() -> Any:
        (room / attempts.LOG).write_bytes(forged() if chance.random() < 0.5 else flipped(chance, log))
        state = chance.choice((lambda: flipped(chance, states[-1]), odd, lambda: chance.choice(states)))()
        (room / attempts.STATE).write_bytes(state)
        if chance.random() < 0.1:
            return attempts.record(room, ID, public.hex(), told, chance.randbytes)
        found = attempts.read(room, ID, private, start)
        if found.problem:  # that is how it refuses: in words, and with what held
            raise NotesError(found.problem)
        return found

    return parse


def anchor_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Files of anchors, mutated; and lines whose MAC fits what makes no sense."""
    path, key = room / "anchor", chance.randbytes(32)
    for seq in range(1, 6):
        anchor.write(path, key, ID, anchor.Anchor(seq, chance.randbytes(32).hex(), AT))
    good = path.read_bytes()

    def sealed() -> bytes:
        told = {"seq": 6, "head": "00" * 32, "at": AT}
        told[chance.choice((*told, "extra"))] = chance.choice(ODD[:8] + ODD[9:])  # a lone surrogate has no bytes
        return keys.canonical({**told, "mac": keys.mac(key, keys.canonical({**told, "vault": ID})).hex()}) + b"\n"

    def parse() -> Any:
        lines = (lambda: good + sealed(), lambda: flipped(chance, good), lambda: raw(chance, (good.decode(), "")))
        path.write_bytes(chance.choice(lines)())
        found = anchor.read(path, key, ID)
        if found is None:
            raise NotesError("no anchor")
        return found

    return parse


def receipt_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Receipts as mail programs break and quote them, and with a checksum that fits what makes no sense."""
    good = tuple(
        Receipt(chance.randbytes(16).hex(), chance.randrange(10**6), chance.randbytes(32).hex(), AT).text()
        for _ in range(20)
    )

    def case() -> str:
        if chance.random() < 0.3:
            at = "".join(chance.choice(SIGNS[:20] + "٣²") for _ in range(24))
            return Receipt(ID, chance.randrange(10**12), "ab" * 32, at).code
        made = chance.choice(good) if chance.random() < 0.3 else text(chance, good)
        made = "\n".join(chance.choice(("", "> ", "| ", ">>")) + line for line in made.splitlines())
        return made.encode("utf-8", "replace").decode()  # as it is read from a file

    return lambda: receipts.parse(case())


def backup_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Backup files: blocks flipped, numbers made odd with the sum put right, lists of contents changed."""
    path = room / "session-notes-2026-03-02-090000-abababab.tar"
    made = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    seconds, files = int(made.timestamp()), {name: chance.randbytes(700) for name in backup.SMALL}
    files[backup.DATABASE] = chance.randbytes(4096)
    named = tuple((name, len(content), keys.sha256(content).hex()) for name, content in files.items())
    draft = backup.Manifest(ID, made.strftime(backup.MADE), "1.0", 3, "00" * 32, named)
    manifest = draft.signed(bytearray(32)).to_bytes()
    folder = room / "unpacked"
    folder.mkdir()

    def tar(contents: dict[str, bytes]) -> bytes:
        out = BytesIO(backup._tar_header("", 0, seconds))
        out.seek(0, os.SEEK_END)
        for name, content in contents.items():
            out.write(backup._tar_header(name, len(content), seconds) + backup._padded(content))
        return out.getvalue() + backup.ENDING

    good = tar({**files, backup.MANIFEST: manifest})

    def odd() -> bytes:
        told = json.loads(manifest)
        where = chance.choice((told, told["files"], told["files"][backup.DATABASE]))
        where[chance.choice([*where, "extra"])] = chance.choice(ODD)
        content = raw(chance, (manifest.decode(),)) if chance.random() < 0.3 else json.dumps(told).encode() + b"\n"
        return tar({**files, backup.MANIFEST: content})

    def renumbered() -> bytes:
        """A number in a block changed, and the block's sum made to fit."""
        blocks = [at for at in range(0, len(good), backup.BLOCK) if good[at + 257 : at + 262] == b"ustar"]
        content, at = bytearray(good), chance.choice(blocks)
        place, width = chance.choice(((124, 12), (136, 12), (0, 100), (100, 8), (156, 1), (157, 100)))
        content[at + place : at + place + width] = chance.choice(
            (b"7" * width, b"\x80" + b"\xff" * (width - 1), b"\0" * width, chance.randbytes(width), b"/.." * 40)
        )[:width].ljust(width, b"\0")
        content[at + 148 : at + 156] = b" " * 8
        content[at + 148 : at + 156] = b"%06o\0 " % sum(content[at : at + backup.BLOCK])
        return bytes(content)

    def parse() -> Any:
        path.write_bytes(chance.choice((lambda: flipped(chance, good), odd, renumbered))())
        if chance.random() < 0.5:
            return backup.look(path).authenticate(bytearray(32))
        try:
            return backup.unpack(path, folder, lambda *_: None).authenticate(bytearray(32))
        finally:
            for left in folder.iterdir():
                left.unlink()

    return parse


def recover_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Headers as ``tools/recover.py`` reads them, which shares no code with the program."""
    tool = _tool("recover")
    make_vault(room)
    path, backup_copy = room / VAULT / "header.json", room / VAULT / "header.bak"
    good = path.read_bytes()
    told = json.loads(good)

    def odd() -> bytes:
        changed = json.loads(good)
        where = chance.choice((changed, changed, *changed["slots"], changed["slots"][0]["cost"]))
        where[chance.choice([*where, "extra"])] = chance.choice((*ODD[:8], *ODD[9:], *told.values()))
        changed.pop("checksum", None)
        changed["checksum"] = keys.sha256(keys.canonical(changed)).hex()
        return keys.canonical(changed) + b"\n"

    def parse() -> Any:
        content = odd() if chance.random() < 0.6 else raw(chance, (good.decode(),))
        path.write_bytes(content)
        backup_copy.write_bytes(flipped(chance, good))
        try:
            return tool.find_key(room / VAULT, "recovery", RECOVERY, b"")
        except SystemExit as ended:
            assert ended.code in (2, 3, 4)
            raise NotesError("refused") from None
        except (MemoryError, OSError, KeyError, TypeError, ValueError):  # what its main answers in a sentence
            raise NotesError("refused") from None

    tool.PARSER._print_message = lambda *_: None  # it would say so a hundred thousand times
    return parse


def map_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Map files for an import: TOML that people write, mutated, and columns that are not there."""
    table = "client,date,kind,text,topic\nAda,31.12.2025,progress,text,sea\nBruno,01/02/2026,intake,more,\n"
    samples = (
        'client = "client"\ndate = "date"\ndate_format = "%d/%m/%Y"\ntags = ["topic"]\nleave_out = ["kind"]\n',
        'client = "topic"\nkind = ""\n',
        "tags = []\nleave_out = [1, 2.5, 2026-03-31, {a = 1}]\n[client]\nx = 1\n",
    )
    file, mapping = room / "notes.csv", room / "map.toml"
    file.write_text(table, "utf-8")
    deep = ("[" * 3000, "client = " + "[" * 3000, "client = " + "9" * 5000, "a" + ".a" * 3000 + " = 1", "{a=" * 2000)

    def parse() -> Any:
        content = raw(chance, samples) if chance.random() < 0.98 else chance.choice(deep).encode()
        mapping.write_bytes(content)
        return csv_files.read(file, mapping)

    return parse


def backup_name_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Names of files in a folder of backups, far east of Greenwich."""
    os.environ["TZ"] = "Pacific/Auckland"
    time.tzset()
    samples = (
        "session-notes-2026-03-02-090000-abababab.tar",
        "session-notes-0001-01-01-000000-abababab.tar",
        "session-notes-9999-12-31-235959-abababab-12.tar",
        "session-notes-2026-02-30-250000-abababab.tar",
    )

    def parse() -> Any:
        made = list(chance.choice(samples))
        for _ in range(chance.randrange(4)):
            at = chance.randrange(len(made))
            made[at : at + chance.randrange(2)] = chance.choice((*SIGNS, "0", "9", "9", *WORDS[:3]))
        name = "".join(made).replace("/", "-").replace("\0", "0").encode("utf-8", "replace").decode()
        path = room / name[:60]
        path.write_bytes(b"")
        try:
            if not (found := generations.listed(room)):
                raise NotesError("no backup")
            return found
        finally:
            path.unlink()

    return parse


PARSERS: dict[str, tuple[Parser, int]] = {
    "records of attempts and their state": (attempt_parser, 40_000),
    "anchors": (anchor_parser, 100_000),
    "receipts": (receipt_parser, 100_000),
    "backup files": (backup_parser, 60_000),
    "headers read by tools/recover.py": (recover_parser, 60_000),
    "map files": (map_parser, 60_000),
    "names of backups": (backup_name_parser, 60_000),
}
"""Each with its number of cases in the whole proof."""


def _tool(name: str) -> ModuleType:
    """A script of tools/, as a module."""
    path = Path(__file__).parents[2] / "tools" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
