"""Making a vault: whole or not at all, never over anything, and for the owner's eyes alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from vault_kit import CHEAP, PASSPHRASE, Pattern, by_passphrase, events, seeded

from notes.errors import BadValue, HostileHeader, NotesError, NotWritable, UsageError, WeakPassphrase
from notes.practice import opening, verification
from notes.practice.opening import Created
from notes.practice.surroundings import Surroundings
from notes.vault import header, slots
from notes.vault.slots import Argon2Cost


def create(
    folder: Path,
    *,
    typed: bytes = PASSPHRASE,
    name: str = "Linden Practice",
    cost: Argon2Cost = CHEAP,
    surroundings: Surroundings | None = None,
) -> Created:
    return opening.create(folder, bytearray(typed), name, cost=cost, surroundings=surroundings)


def whole_tree(folder: Path) -> dict[str, bytes | None]:
    """Every path below, with its content; None for a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def test_a_new_vault_opens_and_verifies(tmp_path: Path) -> None:
    created = create(tmp_path / "new.vault")
    assert len(created.recovery_key) == 20
    with Pattern(tmp_path / "new.vault", bytes(created.recovery_key)).open(by_passphrase()) as practice:
        assert practice.vault_id == created.vault_id
        assert events(practice) == ["vault.create", "vault.unlock"]
        assert practice.do(verification.verify).ok
        assert practice._engine
        with practice._engine.connect() as connection:
            query = "SELECT value FROM settings WHERE name = 'practice_name'"
            assert connection.exec_driver_sql(query).scalar_one() == "Linden Practice"


def test_a_new_vault_is_these_files_and_nothing_else_lies_about(tmp_path: Path) -> None:
    create(tmp_path / "new.vault")
    assert set(whole_tree(tmp_path)) == {
        "new.vault",
        *(f"new.vault/{name}" for name in ("header.json", "header.bak", "vault.db", "READ-ME.txt", "locked.state")),
    }
    assert (tmp_path / "new.vault/header.json").read_bytes() == (tmp_path / "new.vault/header.bak").read_bytes()


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_only_the_owner_may_look_into_it_whatever_the_mask(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        create(tmp_path / "new.vault")
    finally:
        os.umask(before)
    assert (tmp_path / "new.vault").stat().st_mode & 0o777 == 0o700
    for path in (tmp_path / "new.vault").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path.name


def test_an_empty_folder_that_is_there_is_used(tmp_path: Path) -> None:
    (tmp_path / "new.vault").mkdir(mode=0o755)
    create(tmp_path / "new.vault")
    assert header.read(tmp_path / "new.vault").header.sequence == 1
    assert (tmp_path / "new.vault").stat().st_mode & 0o777 == 0o700


def test_folders_above_it_are_made(tmp_path: Path) -> None:
    create(tmp_path / "practice" / "2026" / "new.vault")
    assert header.read(tmp_path / "practice" / "2026" / "new.vault").damaged == ()


def test_the_folder_one_stands_in_can_be_named_as_a_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    create(Path())
    assert header.read(tmp_path).header.sequence == 1


@pytest.mark.parametrize("name", ["letter.txt", ".hidden", "header.json", "subfolder/"])
def test_a_folder_with_anything_in_it_is_left_as_it_is(name: str, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / name).mkdir() if name.endswith("/") else (taken / name).write_text("somebody's")
    before = whole_tree(tmp_path)
    with pytest.raises(UsageError, match="in use") as caught:
        create(taken)
    assert caught.value.exit_code == 2
    assert whole_tree(tmp_path) == before


def test_a_vault_is_never_made_over_a_vault(linden: Pattern) -> None:
    before = whole_tree(linden.folder.parent)
    with pytest.raises(UsageError):
        create(linden.folder)
    assert whole_tree(linden.folder.parent) == before


def test_a_vault_is_never_made_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("somebody's")
    with pytest.raises(UsageError):
        create(tmp_path / "file")
    assert whole_tree(tmp_path) == {"file": b"somebody's"}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"typed": b"short"}, WeakPassphrase),
        ({"typed": b"linden practice"}, WeakPassphrase),
        ({"typed": b"\xff" * 20}, WeakPassphrase),
        ({"name": "  "}, BadValue),
        ({"name": "two\nlines"}, BadValue),
        ({"cost": replace(slots.FLOOR, passes=1)}, HostileHeader),
        ({"cost": replace(slots.FLOOR, memory_kib=2**40)}, HostileHeader),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    given: dict[str, object], error: type[NotesError], tmp_path: Path
) -> None:
    with pytest.raises(error):
        create(tmp_path / "new.vault", **given)  # type: ignore[arg-type]
    assert whole_tree(tmp_path) == {}


class Interrupted(BaseException):
    """Somebody pressed Ctrl+C."""


def failing_at(call: int) -> Surroundings:
    """Surroundings whose source of randomness is interrupted at the given call."""
    sound = seeded()
    calls = iter(range(1, 1000))

    def random_bytes(count: int) -> bytes:
        if next(calls) == call:
            raise Interrupted
        return sound.random_bytes(count)

    return replace(sound, random_bytes=random_bytes)


@pytest.mark.parametrize("call", range(1, 15))
def test_wherever_it_is_interrupted_nothing_is_left_behind(call: int, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        create(tmp_path / "new.vault", surroundings=failing_at(call))
    assert whole_tree(tmp_path) == {}
    if call == 14:
        create(tmp_path / "new.vault", surroundings=failing_at(15))


LIMITED = """
import resource, sys
from pathlib import Path
from notes.errors import NotesError
from notes.practice import opening
from notes.vault.slots import FLOOR
opening.passphrase.check(bytearray(b"velvet orbit lantern muskrat"))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    opening.create(Path(sys.argv[1]), bytearray(b"velvet orbit lantern muskrat"), "Linden Practice", cost=FLOOR)
except NotesError as error:
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize("limit", [500, 20_000, 100_000])
def test_a_disk_that_fills_up_is_told_as_such_and_leaves_nothing_behind(limit: int, tmp_path: Path) -> None:
    """At the header, at the first page of the database, and half-way through its tables."""
    assert limited(limit, tmp_path) == 8
    assert whole_tree(tmp_path) == {}


def limited(limit: int, folder: Path) -> int:
    command = [sys.executable, "-c", LIMITED, str(folder / "new.vault"), str(limit)]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_place_that_does_not_allow_writing_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir(mode=0o500)
    with pytest.raises(NotWritable):
        create(tmp_path / "place" / "new.vault")
    shutil.rmtree(tmp_path / "place")


def test_a_place_below_a_file_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("somebody's")
    with pytest.raises(NotWritable) as caught:
        create(tmp_path / "file" / "new.vault")
    assert caught.value.exit_code == 8


def test_the_typed_passphrase_stays_with_the_caller_and_the_prepared_one_is_wiped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytearray] = []
    real = opening.passphrase.prepare

    def prepare(typed: bytes | bytearray) -> bytearray:
        seen.append(real(typed))
        return seen[-1]

    monkeypatch.setattr(opening.passphrase, "prepare", prepare)
    create(tmp_path / "new.vault")
    assert seen == [bytearray(len(PASSPHRASE))]


def test_two_vaults_share_no_id_no_key_and_no_recovery_key(tmp_path: Path) -> None:
    made = [create(tmp_path / name) for name in ("one.vault", "two.vault")]
    patterns = [
        Pattern(tmp_path / name, bytes(created.recovery_key))
        for name, created in zip(("one.vault", "two.vault"), made, strict=True)
    ]
    assert made[0].vault_id != made[1].vault_id
    assert made[0].recovery_key != made[1].recovery_key
    assert patterns[0].database_key() != patterns[1].database_key()


def test_the_same_surroundings_make_the_same_header(tmp_path: Path) -> None:
    """Time and randomness come in from outside and nowhere else."""
    for name in ("one.vault", "two.vault"):
        create(tmp_path / name, surroundings=seeded(4))
    contents = [(tmp_path / name / "header.json").read_bytes() for name in ("one.vault", "two.vault")]
    assert contents[0] == contents[1]


def test_the_read_me_says_how_to_open_it_without_this_program(tmp_path: Path) -> None:
    create(tmp_path / "new.vault")
    text = (tmp_path / "new.vault" / "READ-ME.txt").read_text("utf-8")
    for word in ("Argon2id", "HKDF-SHA256", "AES-256-GCM-SIV", "notes/v1/database", "SQLCipher 4", "docs/format.md"):
        assert word in text
    assert "Linden" not in text
