"""The backup file: an uncompressed tar that any computer can unpack, in one only form.

``tar xf`` gives a vault folder that opens as it is. Here it is read strictly: every header of the tar must be the one
that this program would have written, padding is zeros, and a manifest at the end, under a MAC of the data key, holds
the length and SHA-256 of every part. So every changed byte is noticed, and a hostile file has nothing to choose,
neither names nor kinds nor lengths. docs/format.md describes it byte by byte.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from notes.errors import BackupDamaged, BackupFailed, FormatTooNew, NotABackup, NotesError
from notes.store.engine import PAGE_BYTES
from notes.vault import keys
from notes.vault.files import flush, machine_error

FORMAT = 1
"""The newest backup format that this program writes and reads."""

FOLDER = "session-notes.vault"
DATABASE = "vault.db"
SMALL = ("READ-ME.txt", "header.json", "header.bak")
"""The parts before the database, in their order."""
PARTS = (*SMALL, DATABASE)
MANIFEST = "manifest.json"
LONGEST = 64 * 1024
"""Bytes of any part but the database."""

BLOCK = 512
ENDING = bytes(2 * BLOCK)
PIECE = 1 << 20
"""Bytes that are read, digested and written at a time."""
SPARE = 1 << 20
"""Bytes that must stay free on the disk besides those of the file."""

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: id of the vault, when it was made (UTC, ISO 8601), by which version.

    `sequence` is the header's number; `end` is the MAC of the log's end, which is client data itself; `files` are
    length and SHA-256 of each part.
    """

    vault: str
    made: str
    program: str
    sequence: int
    end: str
    files: tuple[tuple[str, int, str], ...]
    mac: str = ""

    def signed(self, key: bytearray) -> Manifest:
        """The same with its MAC under `key`, the data key's subkey for backups."""
        return replace(self, mac=keys.mac(key, keys.canonical(self._told())).hex())

    def authenticate(self, key: bytearray) -> None:
        """Raises BackupDamaged unless whoever wrote this had the data key."""
        if not keys.same(self.signed(key).mac, self.mac):
            raise damaged("Its list of contents does not carry the seal of this vault.")

    @property
    def moment(self) -> datetime:
        """When it was made."""
        return datetime.strptime(self.made, MADE).replace(tzinfo=UTC)

    def _told(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "kind": "session-notes-backup",
            "vault": self.vault,
            "made": self.made,
            "program": self.program,
            "sequence": self.sequence,
            "end": self.end,
            "files": {name: {"bytes": length, "sha256": digest} for name, length, digest in self.files},
        }

    def to_bytes(self) -> bytes:
        """The part's content."""
        return keys.canonical({**self._told(), "mac": self.mac}) + b"\n"


MADE = "%Y-%m-%dT%H:%M:%SZ"
_HEX = re.compile(r"[0-9a-f]*")


def write(
    path: Path, database: BinaryIO, small: dict[str, bytes], draft: Manifest, key: bytearray, told: Progress
) -> Manifest:
    """Write a new file at `path`, durably: the parts `small`, the database's pages, and `draft` completed and sealed.

    Raises BackupFailed; what was written by then is for the caller to remove.
    """
    length = os.fstat(database.fileno()).st_size
    seconds = int(draft.moment.timestamp())
    with _the_machine("made"):
        _must_fit(path.parent, length)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb", buffering=0) as file:
            _put(file, _tar_header("", 0, seconds))
            files = []
            for name in SMALL:
                _put(file, _tar_header(name, len(small[name]), seconds) + _padded(small[name]))
                files.append((name, len(small[name]), keys.sha256(small[name]).hex()))
            _put(file, _tar_header(DATABASE, length, seconds))
            files.append((DATABASE, length, _copy(database, file, length, told).hex()))
            manifest = replace(draft, files=tuple(files)).signed(key)
            content = manifest.to_bytes()
            _put(file, _tar_header(MANIFEST, len(content), seconds) + _padded(content) + ENDING)
            flush(handle)
            _forget(handle)
    return manifest


def look(path: Path) -> Manifest:
    """What the backup says of itself, its form checked; no key is needed, and its parts are not read.

    Raises NotABackup, BackupDamaged, BackupFailed, FormatTooNew.
    """
    with _the_machine("read"), _opened(path) as file:
        return _layout(file)[0]


def unpack(path: Path, folder: Path, told: Progress, *, durable: bool = False) -> Manifest:
    """Write the parts into `folder`, each compared with its digest. The manifest is still to be authenticated.

    Raises NotABackup, BackupDamaged, BackupFailed, FormatTooNew.
    """
    with _the_machine("restored"), _opened(path) as file:
        manifest, places = _layout(file)
        _must_fit(folder, sum(length for _, length, _ in manifest.files))
        for name, length, digest in manifest.files:
            file.seek(places[name])
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "wb", buffering=0) as target:
                found = _copy(file, target, length, told if name == DATABASE else _silent)
                if durable:
                    flush(handle)
            if found.hex() != digest:
                raise damaged(f"Its {name} is not as it was written.")
        return manifest


def damaged(why: str) -> BackupDamaged:
    """The error for a file that is not as it was written."""
    return BackupDamaged(
        "This backup is damaged.",
        why,
        "Use another backup. If there is none, keep this file: unpacked with tar xf it may still open as a vault, and "
        "notes verify then names what is wrong.",
    )


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def _layout(file: BinaryIO) -> tuple[Manifest, dict[str, int]]:
    """The manifest, and where in the file each part begins. Everything but the parts' own content is checked."""
    total = os.fstat(file.fileno()).st_size
    first = _read(file, BLOCK)
    if not first.startswith(FOLDER.encode() + b"/"):
        raise NotABackup(
            "That file is not a backup of Session Notes.",
            "It does not begin as one.",
            "Name a file that was written by: notes backup make FOLDER",
        )
    seconds = _number_at(first, 136)
    if seconds >= 8**11 or first != _tar_header("", 0, seconds):
        raise damaged("Its beginning is not as it was written.")
    places, lengths, content = {}, {}, b""
    for name in (*PARTS, MANIFEST):
        block = _read(file, BLOCK)
        length = _number_at(block, 124)
        if not 0 < length <= (total if name == DATABASE else LONGEST) or block != _tar_header(name, length, seconds):
            raise damaged(f"The entry of its {name} is not as it was written.")
        places[name], lengths[name] = file.tell(), length
        if file.tell() + length + len(ENDING) > total:
            raise damaged("It was cut short.")
        content = _read(file, length) if name == MANIFEST else b""
        file.seek(places[name] + length)
        if any(_read(file, -length % BLOCK)):
            raise damaged(f"After its {name} there is something that was not written there.")
    if _read(file, len(ENDING) + 1) != ENDING:
        raise damaged("It does not end as it was written.")
    manifest = _parse_manifest(content)
    if int(manifest.moment.timestamp()) != seconds or manifest.files != tuple(
        (name, lengths[name], digest) for (name, _, digest) in manifest.files
    ):
        raise damaged("Its list of contents does not fit what it holds.")
    return manifest, places


def _number_at(block: bytes, place: int) -> int:
    """Length or time in a header block. Raises BackupDamaged."""
    field = block[place : place + 12]
    if re.fullmatch(rb"[0-7]{11}\0", field):
        return int(field[:11], 8)
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    raise damaged("An entry in it is not as it was written, or it was cut short.")


def _tar_header(name: str, length: int, seconds: int) -> bytes:
    """The 512 bytes before a part; without a name, those of the folder. Written out here, to stay the same for ever."""
    block = bytearray(BLOCK)
    for place, value in (
        (0, f"{FOLDER}/{name}".encode("ascii")),
        (100, b"0000600\0" if name else b"0000700\0"),
        (108, b"0000000\0" * 2),
        (124, _number(length)),
        (136, _number(seconds)),
        (148, b" " * 8),
        (156, b"0" if name else b"5"),
        (257, b"ustar  \0"),
    ):
        block[place : place + len(value)] = value
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def _number(value: int) -> bytes:
    return b"%011o\0" % value if value < 8**11 else b"\x80" + value.to_bytes(11, "big")


def _parse_manifest(content: bytes) -> Manifest:
    """Raises BackupDamaged, FormatTooNew."""
    try:
        told = json.loads(content)
        newer = type(told.get("format")) is int and told["format"] > FORMAT
    except (ValueError, RecursionError, AttributeError):
        raise damaged("Its list of contents cannot be read.") from None
    if newer:
        raise FormatTooNew(
            "This backup was written by a newer version of Session Notes.",
            "Its format is not known to this version.",
            "Install the newer version.",
        )
    try:
        files = told["files"]
        manifest = Manifest(
            vault=_hex(told["vault"], 16),
            made=str(told["made"]),
            program=str(told["program"]),
            sequence=int(told["sequence"]),
            end=_hex(told["end"], 32),
            files=tuple((name, int(files[name]["bytes"]), _hex(files[name]["sha256"], 32)) for name in PARTS),
            mac=_hex(told["mac"], 32),
        )
        sound = manifest.to_bytes() == content and manifest.moment.strftime(MADE) == manifest.made
        sound = sound and files[DATABASE]["bytes"] % PAGE_BYTES == 0
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError, OverflowError):
        sound = False
    if not sound:
        raise damaged("Its list of contents is not as it was written.")
    return manifest


def _hex(value: Any, length: int) -> str:
    if not isinstance(value, str) or len(value) != 2 * length or not _HEX.fullmatch(value):
        raise ValueError("hex")
    return value


def _copy(source: BinaryIO, target: BinaryIO, length: int, told: Progress) -> bytes:
    """Copy so many bytes; gives their digest. Raises BackupDamaged when they end early."""
    digest, done = keys.running_sha256(), 0
    buffer = memoryview(bytearray(min(PIECE, length)))
    while done < length:
        count = source.readinto(buffer[: min(PIECE, length - done)])  # type: ignore[attr-defined]
        if not count:
            raise damaged("It was cut short.")
        digest.update(buffer[:count])
        _put(target, buffer[:count])
        done += count
        told(done, length)
    return digest.finalize()


def _put(file: BinaryIO, content: bytes | memoryview) -> None:
    written = 0
    while written < len(content):  # an unbuffered write may take less than it was given
        written += file.write(content[written:])


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % BLOCK)


def _read(file: BinaryIO, length: int) -> bytes:
    return file.read(length) if length else b""


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if not path.is_file():  # a pipe or a device would be waited for
        raise NotABackup(
            "That is not a backup file.",
            "Nothing is there, or something that is no ordinary file.",
            "Check the path; see what there is with: notes backup list FOLDER",
        )
    with path.open("rb") as file:
        yield file


def _must_fit(folder: Path, length: int) -> None:
    if shutil.disk_usage(folder).free < length + SPARE:
        raise BackupFailed(
            "There is too little room.",
            f"{(length + SPARE) // 10**6 + 1:,} MB are needed here, for the backup or for the copy it is checked with.",
            "Free some space. The copy for the check goes to the computer's temporary folder, which TMPDIR can name.",
        )


@contextmanager
def _the_machine(done: str) -> Iterator[None]:
    """What the operating system refuses, in words."""
    try:
        yield
    except OSError as error:
        told: NotesError = machine_error(error)
        raise BackupFailed(f"The backup could not be {done}.", f"{told.what} {told.why}", told.hint) from None


def _forget(handle: int) -> None:
    """Have the file read from the disk next time, not from memory, where the system can be asked to."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
