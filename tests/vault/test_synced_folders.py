"""Folders that a sync program copies, and what it leaves there, are recognised by names and markers alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from notes.vault import synced_folders


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("Dropbox", "Dropbox"),
        ("Dropbox (Personal)", "Dropbox"),
        ("OneDrive", "OneDrive"),
        ("OneDrive - Brook Street Counselling", "OneDrive"),
        ("OneDrive-Personal", "OneDrive"),
        ("com~apple~CloudDocs", "iCloud Drive"),
        ("iCloudDrive", "iCloud Drive"),
        ("Google Drive", "Google Drive"),
        ("GoogleDrive-someone@example.org", "Google Drive"),
        ("My Drive", "Google Drive"),
        ("Nextcloud", "Nextcloud"),
        ("Syncthing", "Syncthing"),
    ],
)
def test_a_sync_programs_folder_is_known_by_its_name(tmp_path: Path, name: str, program: str) -> None:
    vault = tmp_path / name / "Practice" / "My.vault"
    vault.mkdir(parents=True)
    assert synced_folders.service(vault) == program


@pytest.mark.parametrize(
    ("marker", "program"),
    [
        (".stfolder", "Syncthing"),
        (".dropbox.cache", "Dropbox"),
        (".sync_1f2e3d4c.db", "Nextcloud"),
        (".nextcloudsync.log", "Nextcloud"),
        (".tmp.drivedownload", "Google Drive"),
    ],
)
def test_a_sync_programs_folder_is_known_by_what_it_keeps_there(tmp_path: Path, marker: str, program: str) -> None:
    vault = tmp_path / "Notes" / "My.vault"
    vault.mkdir(parents=True)
    (tmp_path / "Notes" / marker).mkdir()
    assert synced_folders.service(vault) == program


def test_a_link_into_such_a_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    (tmp_path / "Notes").symlink_to(tmp_path / "Dropbox", target_is_directory=True)
    assert synced_folders.service(tmp_path / "Notes" / "My.vault") == "Dropbox"


@pytest.mark.parametrize("name", ["Documents", "Drop box", "Megan", "one drive down", "Clouds", "cloud", "Dropboxes"])
def test_an_ordinary_folder_is_not_taken_for_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert synced_folders.service(tmp_path / name) is None
    (tmp_path / ".dropbox").mkdir()  # Dropbox's settings, in everybody's home
    assert synced_folders.service(tmp_path / name) is None


COPIES = [
    "vault (conflicted copy).db",
    "vault (Robin's conflicted copy 2026-11-22).db",
    "header 2.json",
    "header (1).json",
    "vault.db.sb-1f2e3d4c-AbCdEf",
    "vault.sync-conflict-20261122-091400-ABCDEF7.db",
    "header-LAPTOP-7.json",
    "vault_conflict-20261122-091400.db",
    "vault.db-journal (conflicted copy)",
    "vault - Copy.db",
    "READ-ME 2.txt",
]


@pytest.mark.parametrize("name", COPIES)
def test_what_a_sync_program_made_of_the_vaults_files_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert synced_folders.copies(tmp_path) == [name]
    assert synced_folders.unfinished(tmp_path) == []


@pytest.mark.parametrize("name", [".vault.db.icloud", "vault.db.partial", "vault.db.tmp", "header.json.part"])
def test_a_half_copied_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert synced_folders.unfinished(tmp_path) == [name]
    assert synced_folders.copies(tmp_path) == []
    assert "still being copied" in synced_folders.half_copied(tmp_path)


def test_the_vaults_own_files_are_never_taken_for_copies(tmp_path: Path) -> None:
    """All that docs/format.md lists, and what a crash can leave."""
    listed = [
        "header.json", "header.bak", "vault.db", "vault.db-journal", "vault.db.next", "vault.db.next-journal", "lock",
        "vault.db.before-recovery", "vault.db-journal.before-recovery", "READ-ME.txt", "manifest.json", "locked.log",
        "locked.state", ".header.json.1f2e3d4c", ".header.bak.1f2e3d4c", "letter.txt", ".DS_Store",
    ]  # fmt: skip
    for name in listed:
        (tmp_path / name).touch()
    assert synced_folders.copies(tmp_path) == []
    assert synced_folders.unfinished(tmp_path) == []


def test_a_folder_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert synced_folders.copies(tmp_path / "nowhere") == []
    assert synced_folders.half_copied(tmp_path / "nowhere") == ""
