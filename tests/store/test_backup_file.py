"""The backup file itself: what any tar program sees in it, every byte of it changed, cut short, and hostile files."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes.errors import BackupDamaged, BackupFailed, FormatTooNew, NotABackup, NotesError
from notes.store import backup
from notes.store.backup import Manifest
from notes.vault import keys

KEY = bytearray(range(32))
PAGES = bytes(range(256)) * 16
SMALL = {"READ-ME.txt": b"What this is.\n", "header.json": b'{"a":1}\n', "header.bak": b'{"a":1}\n'}
STEP = 1 if os.environ.get("NOTES_PROOF") else 8
"""Every byte is for the longer proof; here every eighth."""
DRAFT = Manifest("ab" * 16, "2026-11-22T09:14:00Z", "0.1.0", 3, "cd" * 32, ())


def nothing(done: int, total: int) -> None:
    """Progress that nobody watches."""


def write(path: Path, pages: bytes = PAGES, draft: Manifest = DRAFT) -> Path:
    source = path.with_name("source.db")
    source.write_bytes(pages)
    with source.open("rb", buffering=0) as file:
        backup.write(path, file, SMALL, draft, KEY, nothing)
    return path


def read(path: Path, folder: Path) -> dict[str, bytes]:
    """The parts, as restoring reads them, the seal checked."""
    folder.mkdir(exist_ok=True)
    for left in folder.iterdir():
        left.unlink()
    backup.unpack(path, folder, nothing).authenticate(KEY)
    return {part.name: part.read_bytes() for part in folder.iterdir()}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return write(tmp_path / "one.tar")


def test_what_was_written_is_read(made: Path, tmp_path: Path) -> None:
    assert read(made, tmp_path / "out") == {**SMALL, "vault.db": PAGES}
    assert backup.look(made).made == DRAFT.made


def test_any_tar_program_unpacks_it_into_a_folder_for_the_owner_alone(made: Path, tmp_path: Path) -> None:
    with tarfile.open(made) as tar:
        assert [(m.name, m.mode, m.isreg() or m.isdir()) for m in tar] == [
            ("session-notes.vault", 0o700, True),
            *((f"session-notes.vault/{name}", 0o600, True) for name in (*backup.PARTS, "manifest.json")),
        ]
        tar.extractall(tmp_path / "out", filter="data")
    assert (tmp_path / "out" / "session-notes.vault" / "vault.db").read_bytes() == PAGES


@pytest.mark.parametrize("name, length", [("", 0), ("vault.db", 4096), ("vault.db", 8**11 - 4096), ("vault.db", 8**11)])
def test_the_header_blocks_are_those_that_tar_programs_write(name: str, length: int) -> None:
    entry = tarfile.TarInfo(f"session-notes.vault/{name}")
    entry.size, entry.mtime, entry.mode = length, 1795338847, 0o600 if name else 0o700
    entry.type = tarfile.REGTYPE if name else tarfile.DIRTYPE
    assert backup._tar_header(name, length, 1795338847) == entry.tobuf(tarfile.GNU_FORMAT)


def test_it_is_for_the_owner_alone_and_replaces_nothing(made: Path) -> None:
    if os.name == "posix":
        assert made.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupFailed):
        write(made)


def test_every_byte_changed_is_found(made: Path, tmp_path: Path) -> None:
    """Each byte in turn, by one bit and by all: parts, headers of the tar, padding, ending, seal."""
    good = made.read_bytes()
    bad = tmp_path / "bad.tar"
    missed = []
    for place in range(0, len(good), STEP):
        change = 0xFF if place % 3 else 1 << place % 8
        bad.write_bytes(good[:place] + bytes([good[place] ^ change]) + good[place + 1 :])
        try:
            read(bad, tmp_path / "out")
            missed.append(place)
        except (BackupDamaged, NotABackup, FormatTooNew):
            pass
    assert missed == []
    assert len(good) > len(PAGES)


def test_cut_short_anywhere_or_longer_it_is_found(made: Path, tmp_path: Path) -> None:
    good = made.read_bytes()
    lengths = {*range(0, len(good), 97 * STEP), *range(0, len(good), 512), *range(len(good) - 1500, len(good), STEP)}
    for length in sorted(lengths):
        made.write_bytes(good[:length])
        with pytest.raises((BackupDamaged, NotABackup)):
            backup.look(made)
    for more in (b"\0", bytes(512), bytes(10240), b"more"):
        made.write_bytes(good + more)
        with pytest.raises(BackupDamaged):
            backup.look(made)


def test_a_seal_made_without_the_key_is_found(tmp_path: Path) -> None:
    """Somebody who knows the format but not the key writes a backup that is consistent in itself."""
    forged = tmp_path / "forged.tar"
    source = tmp_path / "source.db"
    source.write_bytes(PAGES)
    with source.open("rb", buffering=0) as file:
        backup.write(forged, file, SMALL, DRAFT, bytearray(32), nothing)
    with pytest.raises(BackupDamaged, match="damaged"):
        read(forged, tmp_path / "out")


@pytest.mark.parametrize(
    "change",
    [
        {"vault": "ab" * 15 + "aa"},
        {"made": "2026-11-22T09:14:01Z"},
        {"program": "9"},
        {"sequence": 4},
        {"end": "00" * 32},
    ],
    ids=lambda change: next(iter(change)),
)
def test_nothing_the_manifest_says_can_be_changed(change: dict[str, Any]) -> None:
    signed = DRAFT.signed(KEY)
    signed.authenticate(KEY)
    with pytest.raises(BackupDamaged):
        replace(signed, **change).authenticate(KEY)


# --- hostile files ----------------------------------------------------------------------------------------


def as_tar(*entries: tuple[str, bytes, dict[str, Any]], form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar made by the standard library, as somebody else would make it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
        for name, content, fields in entries:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(content), 1795338840, 0o600
            for field, value in fields.items():
                setattr(info, field, value)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


FOLDER = ("session-notes.vault/", b"", {"type": tarfile.DIRTYPE, "mode": 0o700})
FIRST = ("session-notes.vault/READ-ME.txt", b"x", {})


def field(block: bytes, start: int, value: bytes) -> bytes:
    """A header block with a field replaced and its checksum made right again."""
    changed = bytearray(block)
    changed[start : start + len(value)] = value
    changed[148:156] = b" " * 8
    changed[148:156] = b"%06o\0 " % sum(changed)
    return bytes(changed)


def with_size(size: bytes) -> Callable[[bytes], bytes]:
    """The database's entry claims another size."""
    return lambda good: good[: 512 * 7] + field(good[512 * 7 : 512 * 8], 124, size) + good[512 * 8 :]


def with_manifest(told: bytes) -> bytes:
    entries = [FOLDER, *((f"session-notes.vault/{n}", c, {}) for n, c in {**SMALL, "vault.db": PAGES}.items())]
    made = as_tar(*entries, ("session-notes.vault/manifest.json", told, {}))
    return made.rstrip(b"\0") + bytes(-len(made.rstrip(b"\0")) % 512) + bytes(1024)


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda good: b"",
    "zeros": lambda good: bytes(10240),
    "text": lambda good: b"Dear colleague, " * 100,
    "a name that climbs": lambda good: as_tar(FOLDER, ("session-notes.vault/../../escaped", b"x", {})),
    "an absolute name": lambda good: as_tar(FOLDER, ("/tmp/escaped", b"x", {})),
    "a symbolic link": lambda good: as_tar(
        FOLDER, ("session-notes.vault/READ-ME.txt", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"})
    ),
    "a hard link": lambda good: as_tar(
        FOLDER, ("session-notes.vault/READ-ME.txt", b"", {"type": tarfile.LNKTYPE, "linkname": "escaped"})
    ),
    "a device": lambda good: as_tar(FOLDER, ("session-notes.vault/READ-ME.txt", b"", {"type": tarfile.CHRTYPE})),
    "a pipe": lambda good: as_tar(FOLDER, ("session-notes.vault/READ-ME.txt", b"", {"type": tarfile.FIFOTYPE})),
    "a sparse file": lambda good: as_tar(
        FOLDER, ("session-notes.vault/READ-ME.txt", b"x", {"type": tarfile.GNUTYPE_SPARSE})
    ),
    "a long name": lambda good: as_tar(FOLDER, ("session-notes.vault/" + "x" * 300, b"x", {})),
    "extended headers": lambda good: as_tar(FOLDER, ("session-notes.vault/é" * 30, b"x", {}), form=tarfile.PAX_FORMAT),
    "a part twice": lambda good: as_tar(FOLDER, FIRST, FIRST),
    "parts in another order": lambda good: as_tar(FOLDER, ("session-notes.vault/vault.db", PAGES, {})),
    "no folder": lambda good: as_tar(FIRST),
    "a huge first part": lambda good: as_tar(FOLDER, ("session-notes.vault/READ-ME.txt", bytes(70_000), {})),
    "a database of 8 GiB": with_size(b"77777777777\0"),
    "a database of 2^80 bytes": with_size(b"\x80\0" + b"\1" + bytes(9)),
    "a database of less than nothing": with_size(b"\xff" * 12),
    "a size that is no number": with_size(b"99999999999\0"),
    "a time that is no number": lambda good: field(good[:512], 136, b"zzzzzzzzzzz\0") + good[512:],
    "a time before time": lambda good: field(good[:512], 136, b"\xff" * 12) + good[512:],
    "a time after time": lambda good: field(good[:512], 136, b"\x80" + b"\x7f" * 11) + good[512:],
    "a manifest that is no JSON": lambda good: with_manifest(b"{"),
    "a manifest of depths": lambda good: with_manifest(b"[" * 30_000),
    "a manifest that is a list": lambda good: with_manifest(b"[1]\n"),
    "a manifest of nothing": lambda good: with_manifest(b"{}\n"),
    "a manifest of huge numbers": lambda good: with_manifest(b'{"format":' + b"9" * 5000 + b"}\n"),
    "a manifest of wrong types": lambda good: with_manifest(
        json.dumps({"format": 1, "files": [], "vault": 7, "made": [], "sequence": {}}).encode()
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_and_writes_nothing(kind: str, made: Path, tmp_path: Path) -> None:
    made.write_bytes(HOSTILE[kind](made.read_bytes()))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises((BackupDamaged, NotABackup, FormatTooNew)) as raised:
        backup.look(made)
    assert raised.value.why
    (tmp_path / "out").mkdir()
    with pytest.raises((BackupDamaged, NotABackup, FormatTooNew)):
        backup.unpack(made, tmp_path / "out", nothing)
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "out"])


def test_the_hostile_files_are_refused_for_what_they_are_not_for_how_they_are_made() -> None:
    """The same tools, used well, make a file that is read up to its seal."""
    told = Manifest(
        **{
            **DRAFT.__dict__,
            "files": tuple((n, len(c), keys.sha256(c).hex()) for n, c in {**SMALL, "vault.db": PAGES}.items()),
        }
    )
    assert with_manifest(told.signed(KEY).to_bytes()).startswith(b"session-notes.vault/")


def test_a_backup_of_a_newer_format_says_so(made: Path) -> None:
    made.write_bytes(with_manifest(b'{"format":2}\n'))
    with pytest.raises(FormatTooNew):
        backup.look(made)


def test_a_file_that_claims_to_be_enormous_is_refused_before_anything_is_written(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sparse file can be longer than the disk."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("usage", (), {"free": 1000}))
    (tmp_path / "out").mkdir()
    with pytest.raises(BackupFailed, match="too little room"):
        backup.unpack(made, tmp_path / "out", nothing)
    assert list((tmp_path / "out").iterdir()) == []


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=3000), start=st.integers(0, 4000))
def test_random_bytes_give_one_of_our_errors(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, start: int
) -> None:
    place = tmp_path_factory.getbasetemp() / "random"
    place.mkdir(exist_ok=True)
    good = place / "good.tar"
    if not good.exists():
        write(good)
    bad = place / "bad.tar"
    original = good.read_bytes()
    bad.write_bytes(original[:start] + content + original[start + len(content) :])
    if bad.read_bytes() != original:
        with pytest.raises(NotesError):
            read(bad, place / "out")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tar")
    with pytest.raises(NotABackup):
        backup.look(tmp_path / "pipe.tar")
    with pytest.raises(NotABackup):
        backup.look(tmp_path / "nothing.tar")
    with pytest.raises(NotABackup):
        backup.look(tmp_path)
