"""Promise 1: nothing readable on disk, and no words of clients in an exception."""

from __future__ import annotations

import base64
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from notes.practice.practice import Practice
from notes.record import clients, progress_notes, search, templates

CANARIES = ("Quinquagesima Thistlewood", "heliotrope umbrella stand", "zymurgy on alternate Wednesdays")


def spellings(canary: str) -> list[bytes]:
    """The ways in which a text could lie in a file."""
    plain = canary.encode()
    return [plain, canary.encode("utf-16-le"), plain.hex().encode(), base64.b64encode(plain)[4:-4], plain.lower()]


def search_files(*folders: Path) -> list[str]:
    found = []
    for folder in folders:
        for path in (p for p in folder.rglob("*") if p.is_file()):
            content = path.read_bytes()
            found += [f"{path.name}: {c}" for c in CANARIES for spelling in spellings(c) if spelling in content]
            found += [f"{path}: the name" for c in CANARIES if c.split()[0].lower() in str(path).lower()]
    return found


def write_canaries(practice: Practice) -> None:
    client = practice.do(clients.create, CANARIES[0], emergency_contact=CANARIES[1])
    note = practice.do(progress_notes.create, client.id, "SOAP", f"{CANARIES[1]}. {CANARIES[2]}.", None, None, ("tag",))
    editing = practice.do(progress_notes.edit, note.id)
    practice.do(progress_notes.save_draft, note.id, editing.spell, editing.counter, f"{CANARIES[2]} once more")
    practice.do(search.run, f'"{CANARIES[2]}"')
    practice.do(templates.save, "own", "other", CANARIES[1])


def test_no_words_are_readable_while_the_vault_is_open_or_closed(practice: Practice, vault: Path) -> None:
    write_canaries(practice)
    assert search_files(vault) == []
    practice.lock()
    assert search_files(vault) == []


def test_the_search_for_canaries_finds_them_where_they_are(tmp_path: Path) -> None:
    """The check above can fail."""
    (tmp_path / "leak").write_text(CANARIES[1], "utf-16-le")
    assert search_files(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the list of open files from /proc")
def test_no_open_file_holds_words(practice: Practice) -> None:
    """Also files that are deleted but still open."""
    write_canaries(practice)
    for handle in Path("/proc/self/fd").iterdir():
        try:
            if not stat.S_ISREG(handle.stat().st_mode):
                continue  # a pipe would be waited for
            content = handle.read_bytes()
        except OSError:
            continue
        assert not any(spelling in content[:50_000_000] for c in CANARIES[:1] for spelling in spellings(c))


def test_no_words_are_in_a_crash_notice_or_database_error(
    vault: Path, small_vault: tuple[Path, bytes], tmp_path: Path, unlock: Callable[[Path], Practice]
) -> None:
    """A fault in the middle of an operation, in a program of its own, prints none of what it worked on."""
    from notes.vault import recovery_key

    (tmp_path / "key").write_text(recovery_key.write(bytearray(small_vault[1])))
    program = f"""
import sys
from notes.record import clients
original = clients._checked
def breaks(work, details):
    raise RuntimeError("while adding " + details["name"])
clients._checked = breaks
sys.argv = ["notes", "--vault", {str(vault)!r}, "--recovery-key-file", {str(tmp_path / "key")!r},
            "client", "add", {CANARIES[0]!r}]
from notes.cli.main import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "has a fault" in done.stderr
    assert not any(word in done.stdout + done.stderr for word in CANARIES[0].split())
