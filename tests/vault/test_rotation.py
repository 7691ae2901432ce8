"""Rotation to a new data key: nothing old opens afterwards, and a crash at any step leaves a vault that opens."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
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

from notes.errors import Altered, Corrupt, DiskFull, NotesError, WrongKey
from notes.practice import keyring, opening, verification
from notes.practice.practice import Practice
from notes.record import clients
from notes.store import engine as engines
from notes.store.engine import open_engine
from notes.vault import header, keys
from notes.vault import vault as vaults
from notes.vault.slots import Secret

NOTES = {SIGNED_TEXT, DRAFT_TEXT}
LOCKED = {"header.json", "header.bak", "vault.db", "READ-ME.txt", "lock", "locked.state"}


def rotate(practice: Practice, passphrase: bytes = b"velvet orbit lantern muskrat") -> bytes:
    return bytes(keyring.rotate(practice, bytearray(passphrase)))


def is_whole(pattern: Pattern, secret: Secret) -> bool:
    """Whether it opens; what opens must hold everything and verify."""
    try:
        practice = pattern.open(secret)
    except WrongKey:
        return False
    with practice:
        assert texts(practice) == NOTES
        report = practice.do(verification.verify)
        assert report.ok, report.problems
    assert {name for name in pattern.names() if ".before-recovery" not in name} == LOCKED  # those stay until anchored
    assert len(set(pattern.headers())) == 1
    return True


@dataclass
class Rotated:
    """A vault after rotation, and what belonged to it before."""

    pattern: Pattern
    old_recovery: bytes
    old_database_key: bytearray
    old_header: header.Header
    old_events: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def rotated(linden_pattern: Pattern, tmp_path_factory: pytest.TempPathFactory) -> Rotated:
    pattern = linden_pattern.copy(tmp_path_factory.mktemp("rotated") / "linden.vault")
    before = Rotated(pattern, pattern.recovery, pattern.database_key(), pattern.header())
    with pattern.open() as practice:
        before.old_events = events(practice)
        recovery = rotate(practice)
        assert texts(practice) == NOTES, "work goes on after it"
        practice.do(clients.create, "After Rotation")
        practice.do(clients.archive, "After Rotation")
    before.pattern = Pattern(pattern.folder, recovery)
    return before


def test_after_rotation_passphrase_and_new_recovery_key_open_everything(rotated: Rotated) -> None:
    assert is_whole(rotated.pattern, by_passphrase())
    assert is_whole(rotated.pattern, by_recovery_key(rotated.pattern.recovery))


def test_after_rotation_the_old_recovery_key_opens_nothing(rotated: Rotated) -> None:
    assert rotated.old_recovery != rotated.pattern.recovery
    assert not is_whole(rotated.pattern, by_recovery_key(rotated.old_recovery))


def test_after_rotation_the_old_database_key_does_not_open_the_database(rotated: Rotated) -> None:
    path = rotated.pattern.folder / "vault.db"
    assert rotated.pattern.database_key() != rotated.old_database_key
    with pytest.raises(Corrupt):
        open_engine(path, rotated.old_database_key)
    connection = sqlcipher.connect(str(path))
    connection.set_key(bytearray(b"x'" + rotated.old_database_key.hex().encode() + b"'"))
    with pytest.raises(sqlcipher.DatabaseError):
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    connection.close()


def test_an_old_header_put_back_after_rotation_opens_nothing(rotated: Rotated, tmp_path: Path) -> None:
    again = rotated.pattern.copy(tmp_path / "again.vault")
    again.put_headers(rotated.old_header.to_bytes())
    before = again.database.read_bytes()
    for secret in (by_passphrase(), by_recovery_key(rotated.old_recovery)):
        with pytest.raises(NotesError) as caught:
            again.open(secret)
        assert caught.value.exit_code == 4
    assert again.database.read_bytes() == before


def test_rotation_commits_the_header_to_another_key_and_wraps_it_for_the_same_holders(rotated: Rotated) -> None:
    new = rotated.pattern.header()
    assert new.sequence == rotated.old_header.sequence + 1
    assert new.commitment != rotated.old_header.commitment
    assert [slot.label for slot in new.slots] == [slot.label for slot in rotated.old_header.slots]
    assert [slot.cost for slot in new.slots] == [slot.cost for slot in rotated.old_header.slots]
    assert not {slot.id for slot in new.slots} & {slot.id for slot in rotated.old_header.slots}


def test_rotation_leaves_its_line_and_the_log_goes_on(rotated: Rotated) -> None:
    with rotated.pattern.open() as practice:
        found = events(practice)
    before = len(rotated.old_events)
    assert found[: before + 1] == [*rotated.old_events, "key.rotate"]
    assert "vault.mend" not in found


def test_rotation_asks_for_the_key_file_that_is_in_use(tmp_path: Path) -> None:
    pattern = make_vault(tmp_path / "keyed.vault", key_file=b"k" * 32)
    with pattern.open() as practice:
        with pytest.raises(WrongKey):
            keyring.rotate(practice, bytearray(pattern.passphrase))
        keyring.rotate(practice, bytearray(pattern.passphrase), b"k" * 32)
    with pytest.raises(WrongKey):
        pattern.open(by_passphrase())
    pattern.open(by_passphrase(key_file=b"k" * 32)).lock()


def test_rotation_with_a_wrong_passphrase_is_refused_and_changes_nothing(linden: Pattern) -> None:
    with linden.open() as practice:
        before = {path.name: path.read_bytes() for path in linden.folder.iterdir()}
        for wrong in (ANOTHER, b"", b"velvet orbit lantern muskrat "):
            with pytest.raises(WrongKey):
                rotate(practice, wrong)
        after = {path.name: path.read_bytes() for path in linden.folder.iterdir()}
        assert {**after, "vault.db": b"", "vault.db-journal": b""} == {
            **before,
            "vault.db": b"",
            "vault.db-journal": b"",
        }
        assert texts(practice) == NOTES
    assert is_whole(linden, by_passphrase())
    assert is_whole(linden, by_recovery_key(linden.recovery))


def test_a_refused_rotation_leaves_a_line(linden: Pattern) -> None:
    with linden.open() as practice:
        with pytest.raises(WrongKey):
            rotate(practice, ANOTHER)
        assert events(practice)[-1] == "key.rotate"


def test_rotation_of_an_altered_record_is_refused_and_changes_nothing(linden: Pattern) -> None:
    """What it copies is verified before it is put in place: rotation must not give an alteration a new seal."""
    engine = open_engine(linden.folder / "vault.db", linden.database_key())
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE clients SET name = 'Somebody Else'")
    engine.dispose()
    before = linden.headers()
    with linden.open() as practice:
        with pytest.raises(Altered):
            rotate(practice)
        assert linden.headers() == before
        assert "vault.db.next" not in linden.names()
    linden.open(by_passphrase()).lock()
    assert linden.names() == LOCKED


def test_rotation_wipes_the_old_data_key(linden: Pattern) -> None:
    with linden.open() as practice:
        old = practice._standing.vault.data_key
        assert any(old)
        rotate(practice)
        assert old == bytearray(keys.KEY_BYTES)
        assert any(practice._standing.vault.data_key)


def test_a_vault_can_be_rotated_again_and_again(linden: Pattern) -> None:
    with linden.open() as practice:
        recovery = [rotate(practice) for _ in range(3)]
        assert events(practice).count("key.rotate") == 3
    assert len({linden.recovery, *recovery}) == 4
    assert is_whole(Pattern(linden.folder, recovery[-1]), by_recovery_key(recovery[-1]))


@pytest.fixture
def without_collection() -> Iterator[None]:
    """Python's collector may come late or early; here it comes not at all."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collection")
def test_putting_the_new_database_in_place_leaves_no_connection_open(linden: Pattern) -> None:
    with linden.open() as practice:
        rotate(practice)
        practice.do(clients.create, "Straight Afterwards")


# --- crashes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Photograph:
    """The folder as a crash at one step would have left it."""

    step: str
    folder: Path


STEPS = (
    "the copy has begun",
    "the new database is being verified",
    "the new database is there, the header is old",
    "header.json is new, header.bak is old",
    "both headers are new, the new database waits",
    "the new database is in place",
)


@pytest.fixture(scope="module")
def crashes(linden_pattern: Pattern, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Path], bytes]:
    """One rotation, photographed at every step, and the recovery key that it gave."""
    place = tmp_path_factory.mktemp("crashes")
    pattern = linden_pattern.copy(place / "linden.vault")
    photographs: dict[str, Path] = {}

    def photograph(step: str) -> None:
        photographs[step] = Path(shutil.copytree(pattern.folder, place / f"{len(photographs)}.vault"))

    with pytest.MonkeyPatch.context() as patch:
        real_copy, real_write, real_finish = keyring.copy_to, header.write_atomically, opening.finish_rotation
        real_examine = keyring.examine

        def copy_to(*arguments: object) -> None:
            real_copy(*arguments)  # type: ignore[arg-type]
            photograph(STEPS[0])
            half = photographs[STEPS[0]] / "vault.db.next"
            content = half.read_bytes()
            half.write_bytes(content[: len(content) // 8192 * 4096])

        def write_atomically(path: Path, content: bytes) -> None:
            photograph(STEPS[2] if path.name == "header.json" else STEPS[3])
            real_write(path, content)

        def finish_rotation(vault: vaults.OpenVault) -> None:
            photograph(STEPS[4])
            real_finish(vault)
            photograph(STEPS[5])

        def examine(*arguments: object) -> verification.Report:
            photograph(STEPS[1])
            return real_examine(*arguments)  # type: ignore[arg-type]

        with pattern.open() as practice:
            patch.setattr(keyring, "copy_to", copy_to)
            patch.setattr(header, "write_atomically", write_atomically)
            patch.setattr(opening, "finish_rotation", finish_rotation)
            patch.setattr(keyring, "examine", examine)
            recovery = rotate(practice)
    assert tuple(photographs) == STEPS
    return photographs, recovery


@pytest.fixture
def crashed(crashes: tuple[dict[str, Path], bytes], step: str, tmp_path: Path) -> Pattern:
    """A copy of the photograph of `step`. Its recovery key is the new one."""
    return Pattern(crashes[0][step], crashes[1]).copy(tmp_path / "crashed.vault")


def with_recovery_keys(crashed: Pattern, old: bytes) -> dict[str, bool]:
    """Which recovery key opens, each tried on a fresh copy."""
    found = {}
    for name, recovery in (("old", old), ("new", crashed.recovery)):
        again = crashed.copy(crashed.folder.with_name(f"{name}.vault"))
        found[name] = is_whole(again, by_recovery_key(recovery))
    return found


@pytest.mark.parametrize(
    ("step", "recovery"),
    [
        (STEPS[0], {"old": True, "new": False}),
        (STEPS[1], {"old": True, "new": False}),
        (STEPS[2], {"old": True, "new": False}),
        (STEPS[3], {"old": True, "new": True}),
        (STEPS[4], {"old": False, "new": True}),
        (STEPS[5], {"old": False, "new": True}),
    ],
    ids=STEPS,
)
def test_after_a_crash_at_any_step_of_rotation_the_vault_opens_whole(
    recovery: dict[str, bool], crashed: Pattern, linden_pattern: Pattern
) -> None:
    """With the passphrase in any case, and with the recovery key of the header that counts."""
    assert with_recovery_keys(crashed, linden_pattern.recovery) == recovery
    assert is_whole(crashed, by_passphrase())
    assert is_whole(crashed, by_passphrase()), "and again"


@pytest.mark.parametrize("step", STEPS[3:5])
def test_a_rotation_that_reached_the_header_is_finished_at_the_next_unlocking(crashed: Pattern) -> None:
    with crashed.open(by_passphrase()) as practice:
        assert "key.rotate" in events(practice)
    assert crashed.open(by_recovery_key(crashed.recovery)).lock() is None


@pytest.mark.parametrize("step", STEPS[:3])
def test_a_rotation_that_did_not_reach_the_header_has_not_happened(crashed: Pattern) -> None:
    with crashed.open(by_passphrase()) as practice:
        assert "key.rotate" not in events(practice)


@pytest.mark.parametrize("step", STEPS[:3])
def test_a_rotation_after_an_unfinished_one_works(crashed: Pattern) -> None:
    with crashed.open(by_passphrase()) as practice:
        recovery = rotate(practice)
    assert is_whole(crashed, by_recovery_key(recovery))


@pytest.mark.parametrize("failing", header.NAMES)
def test_a_disk_that_fills_up_at_either_header_keeps_nobody_out(
    failing: str, linden: Pattern, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = header.write_atomically

    def write(path: Path, content: bytes) -> None:
        if path.name == failing:
            raise DiskFull("The disk is full.")
        real(path, content)

    with linden.open() as practice:
        with monkeypatch.context() as patch:
            patch.setattr(header, "write_atomically", write)
            with pytest.raises(DiskFull):
                rotate(practice)
        assert texts(practice) == NOTES
    assert is_whole(linden, by_passphrase())


def test_a_disk_that_fills_up_while_copying_changes_nothing(linden: Pattern, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        (linden.folder / "vault.db.next").write_bytes(b"half a page")
        raise DiskFull("The disk is full.")

    before = linden.headers()
    with linden.open() as practice:
        with monkeypatch.context() as patch:
            patch.setattr(keyring, "copy_to", full)
            with pytest.raises(DiskFull):
                rotate(practice)
        assert "vault.db.next" not in linden.names()
    assert linden.headers() == before
    assert is_whole(linden, by_passphrase())


@pytest.mark.parametrize("step", STEPS[4:5])
def test_a_damaged_new_database_is_kept_where_it_is_the_only_one(crashed: Pattern) -> None:
    """It could be mended or read in part; the old vault.db beside it has lost its key for good."""
    waiting = crashed.folder / "vault.db.next"
    content = bytearray(waiting.read_bytes())
    content[50] ^= 1
    waiting.write_bytes(content)
    with pytest.raises(Corrupt):
        crashed.open(by_passphrase())
    assert waiting.read_bytes() == content


def test_a_database_that_came_back_from_a_finished_rotation_does_not_replace_the_record(
    linden: Pattern, tmp_path: Path
) -> None:
    """A sync program may bring vault.db.next back weeks later; what was written since must not vanish."""
    shutil.copy(linden.folder / "vault.db", tmp_path / "older")
    with linden.open() as practice:
        practice.do(clients.create, "Written Later")
    shutil.copy(tmp_path / "older", linden.folder / "vault.db.next")
    with linden.open() as practice:
        assert "Written Later" in [client.name for client in practice.do(clients.list_clients)]


@pytest.mark.parametrize("step", STEPS[4:5])
def test_the_header_is_read_when_nobody_else_can_write_it(
    crashed: Pattern, linden_pattern: Pattern, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program rotates, gets as far as the headers and dies, between our reading and our getting the lock."""
    racing = linden_pattern.copy(tmp_path / "racing.vault")
    real = vaults.keep_others_out

    def guard(folder: Path) -> object:
        shutil.rmtree(folder)
        shutil.copytree(crashed.folder, folder)
        return real(folder)

    with monkeypatch.context() as patch:
        patch.setattr(vaults, "keep_others_out", guard)
        try:
            linden_pattern_key = by_recovery_key(linden_pattern.recovery)
            racing.open(linden_pattern_key).lock()
        except NotesError:
            pass
    assert is_whole(racing, by_passphrase())


def test_the_connection_profile_holds_after_rotation(linden: Pattern) -> None:
    with linden.open() as practice:
        rotate(practice)
        assert practice._engine
        with practice._engine.connect() as connection:
            for name, (_, expected) in engines.PROFILE.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() == expected
