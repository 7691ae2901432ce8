"""What was tried on the locked vault is in the log after the next unlocking, and told first of all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from notes.access_log import chain
from notes.errors import Altered, DiskFull, NotesError, NotRecorded, WrongKey
from notes.practice import door, log, opening, verification
from notes.practice.practice import Practice
from notes.vault import attempts
from notes.vault.slots import Secret

WRONG = b"\x01" * 20


def fail(vault: Path, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(WrongKey):
            opening.unlock(vault, Secret("recovery", bytearray(WRONG)), face="terminal")


def recorded(practice: Practice) -> list[dict[str, str]]:
    assert practice._engine is not None
    with practice._engine.connect() as connection:
        lines = [line.record for line in chain.walk(connection, practice.vault_id)]
    return [line["attempt"] for line in lines if line["event"] == "vault.attempt" and "attempt" in line]


def test_failed_attempts_stand_in_the_log_after_the_next_unlocking(
    vault: Path, unlock: Callable[[Path], Practice]
) -> None:
    fail(vault, 3)
    with unlock(vault) as practice:
        assert practice.warnings[0].startswith("3 failed attempts to open this vault since ")
        lines = recorded(practice)
        assert [(line["with"], line["why"], line["face"]) for line in lines] == [
            ("recovery key", "WrongKey", "terminal")
        ] * 3
        assert practice.do(verification.verify).ok
        shown = practice.do(log.show, event="vault.attempt")
        assert "tried to open the locked vault with the recovery key on " in shown[0].sentence
        assert shown[0].sentence.endswith("refused: the passphrase or key was wrong.")
        assert [u.why for u in practice.do(log.review).unusual].count("somebody tried to open the locked vault") == 3
    with unlock(vault) as practice:
        assert practice.warnings == []
        assert len(recorded(practice)) == 3


@pytest.mark.parametrize(
    "secret",
    [
        Secret("passphrase", bytearray(b"a wrong passphrase of some length")),
        Secret("recovery", bytearray(WRONG)),
        Secret("passphrase", bytearray(b"nineteen patient herons by the weir"), b"a key file that is not asked for"),
    ],
)
def test_every_kind_of_key_leaves_its_record(secret: Secret, vault: Path, unlock: Callable[[Path], Practice]) -> None:
    with pytest.raises(WrongKey):
        opening.unlock(vault, secret)
    with unlock(vault) as practice:
        assert len(recorded(practice)) == 1


def cut(vault: Path) -> None:
    content = (vault / "vault.db").read_bytes()
    (vault / "vault.db").write_bytes(content[:-4096])


def mangle_header(vault: Path) -> None:
    for name in ("header.json", "header.bak"):
        told = json.loads((vault / name).read_text())
        told["slots"][0]["label"] = "somebody else"
        told.pop("checksum")
        from notes.vault import keys

        told["checksum"] = keys.sha256(keys.canonical(told)).hex()
        (vault / name).write_bytes(keys.canonical(told) + b"\n")


@pytest.mark.parametrize("tamper", [cut, mangle_header])
def test_tampering_found_at_the_door_is_recorded_too(
    tamper: Callable[[Path], None], vault: Path, unlock: Callable[[Path], Practice], tmp_path: Path
) -> None:
    shutil.copytree(vault, tmp_path / "sound")
    tamper(vault)
    with pytest.raises(NotesError) as caught:
        unlock(vault)
    for name in ("vault.db", "header.json", "header.bak"):
        shutil.copy(tmp_path / "sound" / name, vault / name)
    with unlock(vault) as practice:
        assert [line["why"] for line in recorded(practice)] == [type(caught.value).__name__]


def test_an_attempt_that_cannot_be_recorded_is_not_answered(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DiskFull("The disk is full.", "There was no room.", "Free some.")

    monkeypatch.setattr(attempts, "record", full)
    with pytest.raises(NotRecorded) as caught:
        opening.unlock(vault, Secret("recovery", bytearray(WRONG)))
    assert caught.value.exit_code == 8
    assert "full" in caught.value.why


@pytest.mark.parametrize("name", [attempts.LOG, attempts.STATE])
def test_a_removed_record_is_told_and_stands_in_the_log(
    name: str, vault: Path, unlock: Callable[[Path], Practice]
) -> None:
    fail(vault, 2)
    (vault / name).unlink()
    with unlock(vault) as practice:
        assert "Somebody may have tried to hide attempts" in practice.warnings[0]
        assert practice._engine
        with practice._engine.connect() as connection:
            lines = [line.record for line in chain.walk(connection, practice.vault_id)]
        assert [line["outcome"] for line in lines if line["event"] == "vault.attempt"][-1] == "failed"
    with unlock(vault) as practice:
        assert practice.warnings == []


class Crashed(BaseException):
    """The power went."""


@pytest.mark.parametrize("where", ["before the new chain", "after its state, before the old records go"])
def test_a_crash_while_they_are_taken_in_is_no_alarm_and_takes_nothing_twice(
    where: str, vault: Path, unlock: Callable[[Path], Practice], monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(vault, 2)

    def crash(folder: Path, vault_id: str, start: attempts.Start) -> None:
        if where.startswith("after"):
            attempts._write(folder, attempts._State(vault_id, start.number, start.key.hex()))
        raise Crashed

    with monkeypatch.context() as patch:
        patch.setattr(attempts, "begin", crash)
        with pytest.raises(Crashed):
            unlock(vault)
    fail(vault)
    with unlock(vault) as practice:
        assert practice.warnings[0].startswith("1 failed attempt to open")
        assert len(recorded(practice)) == 3


def test_an_older_state_does_not_pass_by_the_way_left_open_for_a_crash(
    vault: Path, unlock: Callable[[Path], Practice], tmp_path: Path
) -> None:
    fail(vault)
    for name in (attempts.LOG, attempts.STATE):
        shutil.copy(vault / name, tmp_path / name)
    unlock(vault).lock()
    fail(vault, 2)
    for name in (attempts.LOG, attempts.STATE):
        shutil.copy(tmp_path / name, vault / name)
    with unlock(vault) as practice:
        assert "hide attempts" in practice.warnings[0]


def test_a_door_taken_out_of_the_database_is_an_alteration(vault: Path, unlock: Callable[[Path], Practice]) -> None:
    with unlock(vault) as practice:
        assert practice._engine
        with practice._engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM door")
    with pytest.raises(Altered, match="settings"):
        unlock(vault)


EIGHT = """
import sys
from pathlib import Path
from notes.errors import Busy, WrongKey
from notes.practice import opening
from notes.vault.slots import Secret
done = 0
while done < int(sys.argv[2]):
    try:
        opening.unlock(Path(sys.argv[1]), Secret("recovery", bytearray(b"\\x01" * 20)))
    except WrongKey:
        done += 1
    except Busy:
        pass
"""


def test_attempts_of_several_programs_at_once_are_all_recorded(vault: Path, unlock: Callable[[Path], Practice]) -> None:
    programs = [subprocess.Popen([sys.executable, "-c", EIGHT, str(vault), "15"]) for _ in range(4)]
    assert [program.wait(timeout=60) for program in programs] == [0] * 4
    with unlock(vault) as practice:
        assert len(recorded(practice)) == 60
        assert door.DOOR_CODES == (3, 4)
