"""Unlocking: who gets in, what is no vault, one program at a time, and that closing leaves no key behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from vault_kit import (
    ANOTHER,
    DRAFT_TEXT,
    SIGNED_TEXT,
    Pattern,
    by_passphrase,
    by_recovery_key,
    events,
    make_vault,
    texts,
)

from notes.errors import Busy, NotAVault, NotesError, NotWritable, WrongKey
from notes.practice import opening
from notes.vault import keys, recovery_key
from notes.vault import vault as vaults
from notes.vault.slots import Secret

KEY_FILE = bytes(range(64))


def test_the_passphrase_opens_it(linden: Pattern) -> None:
    with linden.open(by_passphrase()) as practice:
        assert texts(practice) == {SIGNED_TEXT, DRAFT_TEXT}
        assert practice.warnings == []


def test_the_recovery_key_as_it_is_on_paper_opens_it(linden: Pattern) -> None:
    on_paper = recovery_key.write(bytearray(linden.recovery)).lower().replace("-", " ")
    with linden.open(Secret("recovery", recovery_key.read(on_paper.encode()))) as practice:
        assert texts(practice) == {SIGNED_TEXT, DRAFT_TEXT}


@pytest.mark.parametrize("name", ["practitioner", "recovery key"])
def test_the_log_says_which_key_opened_it(name: str, linden: Pattern) -> None:
    secret = by_passphrase() if name == "practitioner" else by_recovery_key(linden.recovery)
    with linden.open(secret) as practice:
        assert practice._standing.actor == name
        assert events(practice)[-1] == "vault.unlock"


@pytest.mark.parametrize(
    "secret",
    [
        by_passphrase(ANOTHER),
        by_passphrase(b""),
        by_passphrase(b"velvet orbit lantern muskrat\n"),
        by_recovery_key(bytes(20)),
        Secret("recovery", bytearray(b"velvet orbit lantern muskrat")),
        Secret("passphrase", bytearray(20)),
    ],
)
def test_a_wrong_key_does_not_and_changes_nothing_but_the_record_of_attempts(secret: Secret, linden: Pattern) -> None:
    before = {path.name: path.read_bytes() for path in linden.folder.iterdir()}
    with pytest.raises(WrongKey) as caught:
        linden.open(secret)
    assert caught.value.exit_code == 3
    assert caught.value.hint
    after = {path.name: path.read_bytes() for path in linden.folder.iterdir()}
    recorded = {"lock": b"", "locked.log": b"", "locked.state": b""}
    assert {**before, **recorded} == {**after, **recorded}


def test_the_recovery_key_is_not_taken_as_a_passphrase_nor_the_other_way_round(linden: Pattern) -> None:
    with pytest.raises(WrongKey):
        linden.open(Secret("passphrase", bytearray(linden.recovery)))


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Pattern:
    """A vault that asks for a key file too."""
    return make_vault(tmp_path_factory.mktemp("keyed") / "keyed.vault", key_file=KEY_FILE)


def test_a_vault_with_a_key_file_opens_with_passphrase_and_file(keyed: Pattern) -> None:
    keyed.open(by_passphrase(key_file=KEY_FILE)).lock()


def test_a_vault_with_a_key_file_says_so_when_only_the_passphrase_is_given(keyed: Pattern) -> None:
    with pytest.raises(WrongKey) as caught:
        keyed.open(by_passphrase())
    assert "--key-file" in caught.value.hint


@pytest.mark.parametrize("content", [b"", bytes(64), KEY_FILE[::-1], KEY_FILE + b"\n"], ids=range(4))
def test_a_vault_with_a_key_file_does_not_open_with_another_file(content: bytes, keyed: Pattern) -> None:
    with pytest.raises(WrongKey):
        keyed.open(by_passphrase(key_file=content))


def test_a_vault_with_a_key_file_does_not_open_with_another_passphrase(keyed: Pattern) -> None:
    with pytest.raises(WrongKey):
        keyed.open(by_passphrase(ANOTHER, KEY_FILE))


def test_a_vault_with_a_key_file_opens_with_the_recovery_key_without_the_file(keyed: Pattern) -> None:
    keyed.open().lock()


def test_a_folder_that_is_not_there_is_no_vault_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotAVault) as caught:
        opening.unlock(tmp_path / "nowhere.vault", by_passphrase())
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [[], ["letter.txt"], ["vault.db", "READ-ME.txt"]])
def test_a_folder_without_a_header_is_no_vault_and_nothing_is_put_into_it(content: list[str], tmp_path: Path) -> None:
    for name in content:
        (tmp_path / name).write_text("something of somebody's")
    with pytest.raises(NotAVault):
        opening.unlock(tmp_path, by_passphrase())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(content)


def test_a_file_is_no_vault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotAVault):
        opening.unlock(tmp_path / "file", by_passphrase())


@pytest.mark.parametrize("name", ["header.json", "vault.db", "lock"])
@pytest.mark.parametrize("instead", ["a folder", "a link to itself", "a link to nowhere"])
def test_something_else_in_a_files_place_is_told_in_words(name: str, instead: str, linden: Pattern) -> None:
    (linden.folder / name).unlink(missing_ok=True)
    if instead == "a folder":
        (linden.folder / name).mkdir()
    else:
        (linden.folder / name).symlink_to(name if instead == "a link to itself" else "/nowhere/at/all")
    try:
        linden.open().lock()
    except NotesError as error:
        assert error.exit_code in (4, 8)
    else:
        assert name == "header.json"  # the other copy is there


def test_a_second_opening_in_the_same_program_is_refused(linden: Pattern) -> None:
    with linden.open():
        with pytest.raises(Busy) as caught:
            linden.open()
        assert caught.value.exit_code == 5
        with pytest.raises(Busy):
            linden.open(by_passphrase(ANOTHER))
    linden.open().lock()


HOLDER = """
import sys
from pathlib import Path
from notes.practice import opening
from notes.record import clients
from notes.vault.slots import Secret
practice = opening.unlock(Path(sys.argv[1]), Secret("recovery", bytearray.fromhex(sys.argv[2])))
practice.do(clients.create, "Held Elsewhere")
print("open", flush=True)
sys.stdin.readline()
practice.lock()
"""


@contextmanager
def held_elsewhere(pattern: Pattern) -> Iterator[subprocess.Popen[str]]:
    """The vault, open in another process."""
    command = [sys.executable, "-c", HOLDER, str(pattern.folder), pattern.recovery.hex()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "open\n"
        try:
            yield other
        finally:
            other.kill()


def test_a_second_opening_from_another_program_is_refused_until_that_one_ends(linden: Pattern) -> None:
    with held_elsewhere(linden) as other:
        began = time.monotonic()
        with pytest.raises(Busy) as caught:
            linden.open()
        assert caught.value.exit_code == 5
        assert time.monotonic() - began < 2, "it must say so, not wait"
        other.communicate("\n", timeout=30)
        assert other.returncode == 0
        linden.open().lock()


def test_a_program_that_was_killed_does_not_keep_the_vault_busy(linden: Pattern) -> None:
    with held_elsewhere(linden) as other:
        other.send_signal(signal.SIGKILL)
        other.wait(30)
        with linden.open() as practice:
            assert events(practice)[-3:] == ["vault.unlock", "client.create", "vault.unlock"]


def test_a_refused_unlocking_does_not_keep_the_vault_busy(linden: Pattern) -> None:
    for _ in range(2):
        with pytest.raises(WrongKey):
            linden.open(by_recovery_key(bytes(20)))
    (linden.folder / "vault.db").rename(linden.folder / "away")
    for _ in range(2):
        with pytest.raises(NotesError):
            linden.open()
    (linden.folder / "away").rename(linden.folder / "vault.db")
    linden.open().lock()


def test_closing_zeroes_the_data_key(linden: Pattern) -> None:
    vault = vaults.unlock(linden.folder, by_recovery_key(linden.recovery))
    data_key = vault.data_key
    assert len(data_key) == keys.KEY_BYTES
    assert any(data_key)
    vault.close()
    assert data_key == bytearray(keys.KEY_BYTES)


def test_locking_zeroes_the_data_key_even_where_the_last_line_cannot_be_written(linden: Pattern) -> None:
    practice = linden.open()
    data_key = practice._standing.vault.data_key
    assert practice._engine
    with practice._engine.connect() as connection:
        connection.connection.driver_connection.set_authorizer(lambda *_: 1)  # type: ignore[union-attr]
    with pytest.raises(NotesError):
        practice.lock()
    assert data_key == bytearray(keys.KEY_BYTES)
    linden.open().lock()


def test_a_refusal_after_the_key_fitted_zeroes_it(linden: Pattern, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytearray] = []
    real = vaults.unlock

    def look(folder: Path, secret: Secret, refused: vaults.Refused) -> vaults.OpenVault:
        vault = real(folder, secret, refused)
        seen.append(vault.data_key)
        return vault

    monkeypatch.setattr(vaults, "unlock", look)
    (linden.folder / "vault.db").write_bytes(b"")
    with pytest.raises(NotesError):
        linden.open()
    assert seen == [bytearray(keys.KEY_BYTES)]


def test_a_subkey_is_derived_from_the_data_key_by_its_label(linden: Pattern) -> None:
    vault = vaults.unlock(linden.folder, by_recovery_key(linden.recovery))
    assert vault.subkey(keys.DATABASE) == keys.derive(vault.data_key, keys.DATABASE)
    assert vault.subkey(keys.DATABASE) != vault.subkey(keys.HEADER_MAC)
    vault.close()


def test_everything_in_the_folder_is_for_the_owner_alone(linden: Pattern) -> None:
    with linden.open():
        assert linden.folder.stat().st_mode & 0o777 == 0o700
        for path in linden.folder.iterdir():
            assert path.stat().st_mode & 0o777 == 0o600, path.name


def test_a_locked_vault_is_exactly_these_files(linden: Pattern) -> None:
    linden.open().lock()
    assert linden.names() == {"header.json", "header.bak", "vault.db", "READ-ME.txt", "lock", "locked.state"}


def test_a_copied_folder_opens_without_its_lock_file_and_under_another_name(linden: Pattern, tmp_path: Path) -> None:
    (linden.folder / "lock").unlink()
    moved = Pattern(tmp_path / "Ä folder, moved", linden.recovery)
    shutil.move(linden.folder, moved.folder)
    moved.open().lock()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_does_not_allow_writing_is_not_writable(linden: Pattern) -> None:
    (linden.folder / "lock").unlink(missing_ok=True)
    linden.folder.chmod(0o500)
    try:
        with pytest.raises(NotWritable):
            linden.open()
    finally:
        linden.folder.chmod(0o700)


STARVED = """
import resource, sys
from pathlib import Path
from notes.errors import NotesError
from notes.practice import opening
from notes.vault.slots import Secret
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
try:
    opening.unlock(Path(sys.argv[1]), Secret("passphrase", bytearray(b"velvet orbit lantern muskrat")))
except NotesError as error:
    sys.exit(error.exit_code)
"""


def test_a_computer_with_too_little_memory_says_so(linden: Pattern) -> None:
    """Exit code 8, the machine. The limit is what the program has taken before it stretches, and 32 MiB more."""
    probe = (
        "import notes.practice.opening, re; print(re.search(r'VmSize:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    )
    size = int(subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True, text=True).stdout) * 1024
    command = [sys.executable, "-c", STARVED, str(linden.folder), str(size + 32 * 2**20)]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=60)
    assert "MemoryError" not in done.stderr
    assert done.returncode == 8, done.stderr


def test_what_a_crash_left_half_written_of_a_header_is_removed(linden: Pattern) -> None:
    for name in (".header.json.0a1b2c3d", ".header.bak.ffffffff"):
        (linden.folder / name).write_bytes(b"half")
    linden.open().lock()
    assert not list(linden.folder.glob(".header*"))


def test_a_face_that_the_log_does_not_know_is_refused(linden: Pattern) -> None:
    with pytest.raises(ValueError, match="face"):
        opening.unlock(linden.folder, by_recovery_key(linden.recovery), face="elsewhere")
