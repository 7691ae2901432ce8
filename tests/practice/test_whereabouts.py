"""What there is to say about where vault and backups lie is said once, calmly, and remembered in the vault."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from notes.errors import Corrupt
from notes.practice import backups, verification
from notes.practice.practice import Practice

Unlock = Callable[[Path], Practice]


@pytest.fixture
def synced(vault: Path, tmp_path: Path) -> Path:
    (tmp_path / "Dropbox").mkdir()
    return Path(shutil.move(vault, tmp_path / "Dropbox" / "My.vault"))


def warnings(folder: Path, unlock: Unlock) -> list[str]:
    with unlock(folder) as practice:
        assert practice.do(verification.verify).ok
        return practice.warnings


def test_a_vault_in_a_synced_folder_is_mentioned_once(synced: Path, unlock: Unlock) -> None:
    (said,) = warnings(synced, unlock)
    assert "Dropbox" in said
    assert "notes backup make" in said
    assert warnings(synced, unlock) == []


def test_a_vault_in_an_ordinary_folder_is_not_mentioned(vault: Path, unlock: Unlock) -> None:
    assert warnings(vault, unlock) == []


def test_each_new_copy_of_the_vaults_files_is_mentioned_once(vault: Path, unlock: Unlock) -> None:
    shutil.copy(vault / "header.json", vault / "header 2.json")
    (said,) = warnings(vault, unlock)
    assert "header 2.json" in said
    assert warnings(vault, unlock) == []
    shutil.copy(vault / "vault.db", vault / "vault (conflicted copy).db")
    (said,) = warnings(vault, unlock)
    assert "vault (conflicted copy).db" in said
    assert (vault / "header 2.json").exists()


def test_remembering_needs_no_file(synced: Path, unlock: Unlock) -> None:
    before = {path.name for path in synced.iterdir()}
    warnings(synced, unlock)
    assert {path.name for path in synced.iterdir()} - {"lock"} == before - {"lock"}


def test_a_mention_is_not_taken_for_a_mended_header(synced: Path, unlock: Unlock) -> None:
    from notes.practice import log

    with unlock(synced) as practice:
        assert practice.warnings
        assert "vault.mend" not in {line.event for line in practice.do(log.show)}


def test_backups_in_a_synced_folder_are_mentioned_once(practice: Practice, tmp_path: Path) -> None:
    cloud, stick = tmp_path / "OneDrive - Practice", tmp_path / "stick"
    cloud.mkdir()
    stick.mkdir()
    assert backups.make(practice, stick).warnings == ()
    (said,) = backups.make(practice, cloud).warnings
    assert "OneDrive" in said
    assert backups.make(practice, cloud).warnings == ()
    assert practice.do(verification.verify).ok


def test_a_vault_that_is_half_there_in_a_synced_folder_is_waited_for_first(synced: Path, unlock: Unlock) -> None:
    content = (synced / "vault.db").read_bytes()
    (synced / "vault.db").write_bytes(content[: len(content) // 2 // 4096 * 4096])
    with pytest.raises(Corrupt) as raised:
        unlock(synced)
    assert "let it finish" in raised.value.hint
    (synced / "vault.db").rename(synced / ".vault.db.icloud")
    with pytest.raises(Corrupt) as raised:
        unlock(synced)
    assert "still being copied" in raised.value.hint


def test_a_half_vault_elsewhere_is_restored_from_a_backup(vault: Path, unlock: Unlock) -> None:
    content = (vault / "vault.db").read_bytes()
    (vault / "vault.db").write_bytes(content[: len(content) // 2 // 4096 * 4096])
    with pytest.raises(Corrupt) as raised:
        unlock(vault)
    assert "backup" in raised.value.hint


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' names are always text")
def test_a_strange_file_whose_name_is_no_text_shuts_nobody_out(vault: Path, unlock: Unlock) -> None:
    Path(os.fsdecode(os.fsencode(vault) + b"/vault (conflict \xff).db")).touch()
    (said,) = warnings(vault, unlock)
    assert "vault (conflict ?).db" in said
