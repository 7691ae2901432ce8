"""An older copy of the whole vault, a mixture, or a shortened log is noticed by the anchor outside the vault."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from notes.access_log import chain
from notes.errors import BadValue, RolledBack, UsageError
from notes.practice import anchoring, backups, keyring, log, opening, restoring, verification
from notes.practice.practice import Practice
from notes.practice.surroundings import here
from notes.record import clients, progress_notes, reading
from notes.store.engine import schema_changes
from notes.vault import anchor
from notes.vault.slots import FLOOR, Secret

PASSPHRASE = b"nineteen patient herons by the weir"


@pytest.fixture
def home(tmp_path: Path, vault: Path, small_vault: tuple[Path, bytes]) -> Callable[[], Practice]:
    """Opens the copy on a computer that has seen it once."""

    def at_home() -> Practice:
        return opening.unlock(
            vault, Secret("recovery", bytearray(small_vault[1])), surroundings=here(tmp_path / "state folder")
        )

    with at_home() as practice:
        assert practice.warnings == [anchoring.NOT_ANCHORED]
        assert not practice.do(verification.verify).anchored
    return at_home


def work(practice: Practice) -> None:
    practice.do(clients.create, "Cosima Lindqvist")
    practice.do(progress_notes.create, "Cosima Lindqvist", "free", "She came early.", "2026-03-10T10:00")


def put_back(older: Path, vault: Path) -> None:
    shutil.rmtree(vault)
    shutil.copytree(older, vault)


def test_the_vault_this_computer_knows_opens_without_a_word(home: Callable[[], Practice]) -> None:
    with home() as practice:
        assert practice.warnings == []
        assert practice.do(verification.verify).anchored
        work(practice)
    with home() as practice:
        assert practice.warnings == []


def test_an_older_copy_opens_for_reading_only_and_says_what_is_missing(
    home: Callable[[], Practice], vault: Path, tmp_path: Path
) -> None:
    shutil.copytree(vault, tmp_path / "older")
    with home() as practice:
        work(practice)
    put_back(tmp_path / "older", vault)
    with home() as practice:
        assert "This is an older copy of the vault" in practice.warnings[0]
        assert "missing" in practice.warnings[0]
    for _ in range(2):  # and again, as long as nothing is decided
        with home() as practice:
            assert "copy of the vault" in practice.warnings[0]
            assert practice.do(reading.list_notes)
            with pytest.raises(RolledBack) as caught:
                work(practice)
            assert caught.value.exit_code == 4
            report = practice.do(verification.verify)
            assert [(p.what, p.where) for p in report.problems] == [("log", "anchor")]


def test_the_practitioner_decides_and_the_log_says_why(
    home: Callable[[], Practice], vault: Path, tmp_path: Path
) -> None:
    shutil.copytree(vault, tmp_path / "older")
    with home() as practice:
        work(practice)
    put_back(tmp_path / "older", vault)
    with home() as practice:
        with pytest.raises(BadValue):
            anchoring.accept(practice, "because")
        anchoring.accept(practice, "backup")
        work(practice)
        line = practice.do(log.show, event="log.accept", outcome="done")[0]
        assert line.reason == "backup"
        assert line.counts["known"] > line.counts["here"]
    with home() as practice:
        assert practice.warnings == []
        assert practice.do(verification.verify).ok
        with pytest.raises(UsageError):
            anchoring.accept(practice, "backup")


def test_a_copy_that_went_another_way_is_noticed_though_it_is_longer(
    home: Callable[[], Practice], vault: Path, tmp_path: Path, small_vault: tuple[Path, bytes]
) -> None:
    shutil.copytree(vault, tmp_path / "other")
    with home() as practice:
        work(practice)
    with opening.unlock(tmp_path / "other", Secret("recovery", bytearray(small_vault[1]))) as elsewhere:
        for number in range(20):
            elsewhere.do(clients.create, f"Somebody {number}")
    put_back(tmp_path / "other", vault)
    with home() as practice:
        assert "another copy of the vault" in practice.warnings[0]


def test_a_log_cut_at_its_end_with_the_key_is_noticed(home: Callable[[], Practice], vault: Path) -> None:
    """Every digest, head and seal can be made to fit by somebody with the data key; the anchor cannot."""
    with home() as practice:
        work(practice)
    practice = home()
    engine = practice._engine
    assert engine
    with schema_changes(engine), engine.begin() as connection:
        last = chain.end(connection, practice.vault_id).seq
        connection.exec_driver_sql("DROP TRIGGER log_is_append_only_delete")
        connection.exec_driver_sql("DELETE FROM access_log WHERE seq > ?", (last - 4,))
        connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = ?", (last - 4,))
        connection.exec_driver_sql(
            "CREATE TRIGGER log_is_append_only_delete BEFORE DELETE ON access_log\n"
            "    BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END"
        )
    practice.abandon()
    with home() as practice:
        assert "older copy" in practice.warnings[0]


def test_a_crash_before_the_anchor_was_moved_is_no_alarm(
    home: Callable[[], Practice], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Practice, "_drop_anchor", lambda self, durable=False: None)
        with home() as practice:
            work(practice)
    with home() as practice:
        assert practice.warnings == []


def test_a_rehearsal_of_a_backup_leaves_the_second_place_as_it_was(
    home: Callable[[], Practice], tmp_path: Path
) -> None:
    stick, folder = tmp_path / "stick", tmp_path / "backups"
    stick.mkdir()
    folder.mkdir()
    with home() as practice:
        practice.do(anchoring.set_second_place, stick)
        made = backups.make(practice, folder)
    with home() as practice:
        (noted,) = stick.iterdir()
        before = noted.read_bytes()
        practice.do(restoring.drill, folder / made.file)
        assert noted.read_bytes() == before


def test_a_second_place_notices_what_the_computer_has_forgotten(
    home: Callable[[], Practice], vault: Path, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with home() as practice:
        practice.do(anchoring.set_second_place, stick)
    shutil.copytree(vault, tmp_path / "older")
    with home() as practice:
        work(practice)
    (name,) = (path.name for path in stick.iterdir())
    assert name == f"{practice.vault_id}.anchor"
    put_back(tmp_path / "older", vault)
    shutil.rmtree(tmp_path / "state folder")
    with home() as practice:
        assert "older copy" in practice.warnings[0]


def test_a_stick_that_is_not_there_is_no_alarm(home: Callable[[], Practice], tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with home() as practice:
        practice.do(anchoring.set_second_place, stick)
    shutil.rmtree(stick)
    with home() as practice:
        assert [w for w in practice.warnings if "older" in w or "another" in w] == []
        work(practice)


def test_an_anchor_that_cannot_be_written_is_said_and_loses_nothing(
    home: Callable[[], Practice], tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "state folder")
    (tmp_path / "state folder").write_text("a file where the folder should be")
    with home() as practice:
        work(practice)
    assert any("could not be noted outside the vault" in warning for warning in practice.warnings)


def test_rotation_and_new_passphrases_are_no_alarm(home: Callable[[], Practice], vault: Path, tmp_path: Path) -> None:
    with home() as practice:
        practice.do(keyring.change_passphrase, bytearray(PASSPHRASE), cost=FLOOR)
        new = keyring.rotate(practice, bytearray(PASSPHRASE))
    with opening.unlock(vault, Secret("recovery", new), surroundings=here(tmp_path / "state folder")) as practice:
        assert practice.warnings == []
        assert practice.do(verification.verify).anchored


def test_what_is_kept_outside_holds_no_client_data(home: Callable[[], Practice], tmp_path: Path) -> None:
    with home() as practice:
        work(practice)
    (path,) = (tmp_path / "state folder" / anchor.FOLDER).iterdir()
    content = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert not [word for word in (b"Cosima", b"early", b"Weir", b"practitioner") if word in content]
