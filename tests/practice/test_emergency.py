"""Reading where nothing can be written: nothing is shown without a record, and the record becomes lines later."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from notes.access_log import chain
from notes.errors import Busy, DiskFull, NotRecorded, NotWritable, UsageError, WrongKey
from notes.practice import anchoring, carried, emergency, log, opening, verification
from notes.practice.practice import Practice
from notes.practice.surroundings import Surroundings, here
from notes.record import clients, reading, search
from notes.vault import attempts
from notes.vault.files import machine_error
from notes.vault.slots import Secret

FULL = OSError(28, "No space left on device")


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    return here(tmp_path / "state")


@pytest.fixture
def key(small_vault: tuple[Path, bytes]) -> bytes:
    return small_vault[1]


@pytest.fixture
def stuck(vault: Path, key: bytes, around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vault that this computer knows, whose folder takes nothing any more. Undo ends that."""
    opening.unlock(vault, Secret("recovery", bytearray(key)), surroundings=around).lock()
    full(monkeypatch, vault)
    return vault


def full(monkeypatch: pytest.MonkeyPatch, vault: Path) -> None:
    """From now on every opening for writing below the vault's folder fails, as on a full disk."""
    plain = os.open

    def refuse(path: object, flags: int, *rest: object, **more: object) -> int:
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and isinstance(path, str | os.PathLike) and vault in Path(path).parents and Path(path).name != "lock":
            raise FULL
        return plain(path, flags, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)


def read(vault: Path, key: bytes, around: Surroundings) -> list[str]:
    """Everything there is to read of the draft and the signed note."""
    with emergency.opened(vault, Secret("recovery", bytearray(key)), surroundings=around) as practice:
        notes = practice.do(reading.list_notes)
        return [practice.do(reading.open, note.id).text for note in notes]


def lines(practice: Practice) -> list[dict[str, object]]:
    assert practice._engine is not None
    with practice._engine.connect() as db:
        found = [line.record for line in chain.walk(db, practice.vault_id)]
    return [line for line in found if line["event"] == carried.EVENT]


def unlock(vault: Path, key: bytes, around: Surroundings) -> Practice:
    return opening.unlock(vault, Secret("recovery", bytearray(key)), surroundings=around)


def records(around: Surroundings) -> Path:
    """The one folder with records outside the vault."""
    assert around.state is not None
    (place,) = (around.state / carried.FOLDER).glob("*/*")
    return place


def test_notes_are_read_and_the_log_tells_it_at_the_next_unlocking(
    stuck: Path, key: bytes, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in stuck.iterdir()}
    assert "She laughed about the two herons." in read(stuck, key, around)
    assert {path.name: path.read_bytes() for path in stuck.iterdir()} == before
    monkeypatch.undo()
    with unlock(stuck, key, around) as practice:
        assert practice.warnings[0].startswith("The vault was read in an emergency on ")
        found = lines(practice)
        assert [line["attempt"]["event"] for line in found] == [  # type: ignore[index]
            "vault.emergency",
            "note.list",
            "note.open",
            "note.open",
            "vault.lock",
        ]
        opened = [line for line in found if line["attempt"]["event"] == "note.open"]  # type: ignore[index]
        assert all(line["client"] and line["object"] for line in opened)
        sentences = [line.sentence for line in practice.do(log.show, event=carried.EVENT)]
        assert any("Ada Quillfeather on " in said and "in an emergency" in said for said in sentences)
        assert practice.do(verification.verify).ok
        assert "read in an emergency, recorded outside the vault" in {u.why for u in practice.do(log.review).unusual}
    with unlock(stuck, key, around) as practice:
        assert practice.warnings == []
        assert len(lines(practice)) == 5
    assert around.state is not None and list((around.state / carried.FOLDER).glob("*/*")) == []


def test_several_emergencies_in_a_row_are_all_told(
    stuck: Path, key: bytes, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        read(stuck, key, around)
    monkeypatch.undo()
    with unlock(stuck, key, around) as practice:
        assert len(lines(practice)) == 15
        assert "changed" not in practice.warnings[0]


def test_where_the_vault_can_be_written_there_is_no_emergency(vault: Path, key: bytes, around: Surroundings) -> None:
    before = sorted(path.name for path in vault.iterdir())
    with pytest.raises(UsageError, match="ordinary way"):
        read(vault, key, around)
    assert {path.name for path in vault.iterdir()} - {"lock"} == set(before) - {"lock"}
    unlock(vault, key, around).lock()


def test_nothing_changes_the_record_and_nothing_lasting_is_made(stuck: Path, key: bytes, around: Surroundings) -> None:
    with emergency.opened(stuck, Secret("recovery", bytearray(key)), surroundings=around) as practice:
        with pytest.raises(NotWritable, match="reading only"):
            practice.do(clients.create, "Nobody New")
        with pytest.raises(NotWritable):
            practice.do(log.receipt)
        with pytest.raises(NotWritable):
            practice.do(log.review)
        assert practice.do(search.run, "heron")


def test_the_anchor_stays_where_it_was(
    stuck: Path, key: bytes, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert around.state is not None
    (anchor,) = (around.state / "anchors").iterdir()
    before = anchor.read_bytes()
    read(stuck, key, around)
    assert anchor.read_bytes() == before
    monkeypatch.undo()
    with unlock(stuck, key, around) as practice:
        assert practice._standing.rollback is None


def test_an_older_copy_is_said_to_be_one(
    vault: Path, key: bytes, around: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = Path(shutil.copytree(vault, tmp_path / "Older.vault"))
    unlock(vault, key, around).lock()
    full(monkeypatch, older)
    with emergency.opened(older, Secret("recovery", bytearray(key)), surroundings=around) as practice:
        assert any("older copy" in said or "another copy" in said for said in practice.warnings)


@pytest.mark.parametrize("state", ["none", "blocked"])
def test_without_a_place_for_the_record_nothing_is_shown(stuck: Path, key: bytes, state: str, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where the folder should be")
    around = here(None if state == "none" else tmp_path / "blocked")
    with pytest.raises(NotRecorded, match="nothing is shown"):
        read(stuck, key, around)


def test_a_record_that_fails_half_way_stops_the_reading(
    stuck: Path, key: bytes, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise machine_error(FULL)

    with emergency.opened(stuck, Secret("recovery", bytearray(key)), surroundings=around) as practice:
        note = practice.do(reading.list_notes)[0]
        with monkeypatch.context() as patched:
            patched.setattr(attempts, "record", refuse)
            with pytest.raises(NotRecorded):
                practice.do(reading.open, note.id)
        assert practice.do(reading.open, note.id)


def test_a_record_that_is_taken_away_while_it_is_written_is_an_alarm(
    stuck: Path, key: bytes, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with emergency.opened(stuck, Secret("recovery", bytearray(key)), surroundings=around) as practice:
        practice.do(reading.list_notes)
        shutil.rmtree(records(around))
        practice.do(search.run, "heron")
    monkeypatch.undo()
    assert alarmed(stuck, key, around)


def test_a_wrong_key_is_recorded_or_not_answered(stuck: Path, around: Surroundings) -> None:
    with pytest.raises(NotRecorded, match="stays shut"):
        read(stuck, b"\x01" * 20, around)


def test_a_vault_that_is_open_elsewhere_is_busy(vault: Path, key: bytes, around: Surroundings) -> None:
    with unlock(vault, key, around), pytest.raises(Busy):
        read(vault, key, around)


def test_the_second_place_takes_the_record_where_the_first_does_not(
    vault: Path, key: bytes, around: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with unlock(vault, key, around) as practice:
        practice.do(anchoring.set_second_place, stick)
    full(monkeypatch, vault)
    read(vault, key, around)
    shutil.rmtree(tmp_path / "state" / carried.FOLDER)  # whoever wipes the trace on the computer
    monkeypatch.undo()
    with unlock(vault, key, around) as practice:
        assert len(lines(practice)) == 5
        assert practice._standing.rollback is None
    assert [path.name for path in stick.glob("*/*")] == []


# --- attacks on the record ------------------------------------------------------------------------------------


def alarmed(vault: Path, key: bytes, around: Surroundings) -> bool:
    """Whether the next unlocking says that the record is not as it was written; it opens in any case."""
    with unlock(vault, key, around) as practice:
        told = any("changed, removed or put in" in said for said in practice.warnings)
        assert told is any(line["outcome"] == "failed" for line in lines(practice))
        assert practice.do(verification.verify).ok
        return told


@pytest.fixture
def emergencies(
    stuck: Path, key: bytes, around: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], tuple[Path, Surroundings]]:
    """Gives fresh copies of a vault and a state folder after two emergency readings."""
    assert around.state is not None
    read(stuck, key, around)
    shutil.copytree(records(around), tmp_path / "after one")
    read(stuck, key, around)
    monkeypatch.undo()
    numbers = iter(range(10_000))

    def fresh() -> tuple[Path, Surroundings]:
        room = tmp_path / f"room {next(numbers)}"
        assert around.state is not None
        shutil.copytree(around.state, room / "state")
        return Path(shutil.copytree(stuck, room / "Copy.vault")), here(room / "state")

    return fresh


def test_a_flipped_byte_is_an_alarm(emergencies: Callable[[], tuple[Path, Surroundings]], key: bytes) -> None:
    vault, around = emergencies()
    length = (records(around) / attempts.LOG).stat().st_size
    assert length == 10 * attempts.RECORD_BYTES
    for place in range(0, length, 149):
        vault, around = emergencies()
        file = records(around) / attempts.LOG
        content = bytearray(file.read_bytes())
        content[place] ^= 1 << place % 8
        file.write_bytes(content)
        assert alarmed(vault, key, around), place
        shutil.rmtree(vault.parent)


Change = Callable[[bytes], bytes]
SIZE = attempts.RECORD_BYTES


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda log: log[SIZE:], id="first removed"),
        pytest.param(lambda log: log[: 3 * SIZE] + log[4 * SIZE :], id="one removed"),
        pytest.param(lambda log: log[: -2 * SIZE], id="tail removed"),
        pytest.param(lambda log: b"", id="all removed"),
        pytest.param(lambda log: log[: 2 * SIZE] + log[SIZE:], id="one doubled"),
        pytest.param(lambda log: log + log[-SIZE:], id="last doubled"),
        pytest.param(lambda log: log[SIZE : 2 * SIZE] + log[:SIZE] + log[2 * SIZE :], id="swapped"),
    ],
)
def test_records_removed_doubled_or_swapped_are_an_alarm(
    change: Change, emergencies: Callable[[], tuple[Path, Surroundings]], key: bytes
) -> None:
    vault, around = emergencies()
    file = records(around) / attempts.LOG
    file.write_bytes(change(file.read_bytes()))
    assert alarmed(vault, key, around)


@pytest.mark.parametrize(
    "names, noticed",
    [((attempts.LOG,), True), ((attempts.STATE,), True), ((attempts.LOG, attempts.STATE), False)],
    ids=["its records", "its state", "both, a limit that the threat model states"],
)
def test_an_older_record_put_back_is_an_alarm(
    names: tuple[str, ...],
    noticed: bool,
    emergencies: Callable[[], tuple[Path, Surroundings]],
    key: bytes,
    tmp_path: Path,
) -> None:
    vault, around = emergencies()
    for name in names:
        shutil.copy(tmp_path / "after one" / name, records(around) / name)
    assert alarmed(vault, key, around) is noticed


def test_what_was_taken_in_and_is_put_back_is_not_taken_in_twice(
    emergencies: Callable[[], tuple[Path, Surroundings]], key: bytes, tmp_path: Path
) -> None:
    vault, around = emergencies()
    kept = records(around)
    shutil.copytree(kept, tmp_path / "kept")
    unlock(vault, key, around).lock()
    shutil.copytree(tmp_path / "kept", kept)
    assert not alarmed(vault, key, around)
    with unlock(vault, key, around) as practice:
        assert len(lines(practice)) == 10


def test_a_record_that_belongs_elsewhere_is_an_alarm(
    emergencies: Callable[[], tuple[Path, Surroundings]], key: bytes
) -> None:
    for number in ("1", "999999"):
        vault, around = emergencies()
        place = records(around)
        place.rename(place.with_name(number))
        assert alarmed(vault, key, around)


def test_no_record_at_all_or_strange_things_in_its_place_keep_nobody_out(
    emergencies: Callable[[], tuple[Path, Surroundings]], key: bytes
) -> None:
    vault, around = emergencies()
    file = records(around) / attempts.LOG
    file.unlink()
    file.mkdir()
    assert alarmed(vault, key, around)
    vault, around = emergencies()
    shutil.rmtree(records(around))
    assert not alarmed(vault, key, around), "a limit that the threat model states"


def test_no_word_of_a_note_is_in_any_file(stuck: Path, key: bytes, around: Surroundings, tmp_path: Path) -> None:
    read(stuck, key, around)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path for path in files if b"heron" in path.read_bytes() or b"Quillfeather" in path.read_bytes()] == []


# --- the real thing ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a file system, which only root may")
@pytest.mark.parametrize("how", ["read-only", "full"])
def test_on_a_medium_that_is_really_read_only_or_full(
    how: str, vault: Path, key: bytes, around: Surroundings, tmp_path: Path
) -> None:
    medium = tmp_path / "medium"
    medium.mkdir()
    unlock(vault, key, around).lock()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(medium)], check=False).returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        there = Path(shutil.copytree(vault, medium / "There.vault"))
        if how == "read-only":
            subprocess.run(["mount", "-o", "remount,ro", str(medium)], check=True)
        else:
            fill(medium / "filler")
        with pytest.raises((NotWritable, DiskFull)):
            unlock(there, key, around)
        with pytest.raises(NotRecorded if how == "read-only" else (NotRecorded, WrongKey)):
            read(there, b"\x01" * 20, around)
        assert "She laughed about the two herons." in read(there, key, around)
        if how == "read-only":
            subprocess.run(["mount", "-o", "remount,rw", str(medium)], check=True)
        else:
            (medium / "filler").unlink()
        with unlock(there, key, around) as practice:
            assert len(lines(practice)) == 5
    finally:
        subprocess.run(["umount", str(medium)], check=True)


def fill(file: Path) -> None:
    """Take all the room there is."""
    with file.open("wb", buffering=0) as filler:
        for size in (65536, 4096):
            try:
                while filler.write(bytes(size)):
                    pass
            except OSError:
                continue
