"""Against somebody who can change the backup: a changed byte anywhere is found by the check, in a real backup.

Here a few hundred places; every byte in turn is the longer proof (NOTES_PROOF=1). The form of the file is attacked in
tests/store/test_backup_file.py.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from notes.errors import NotesError
from notes.practice import backups, keyring, restoring
from notes.practice.practice import Practice
from notes.store import backup
from notes.vault import keys
from notes.vault.slots import Secret

PROOF = bool(os.environ.get("NOTES_PROOF"))


@pytest.fixture
def made(practice: Practice, tmp_path: Path) -> Path:
    """A real backup of the small vault."""
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / backups.make(practice, tmp_path / "backups").file


def test_a_changed_byte_is_found_by_the_check_and_said(
    made: Path, tmp_path: Path, small_vault: tuple[Path, bytes]
) -> None:
    """Through the whole check, as the command runs it."""
    good = made.read_bytes()
    bad = tmp_path / "bad.tar"
    chance = random.Random(6)
    for place in sorted(chance.sample(range(len(good)), 60)):
        bad.write_bytes(good[:place] + bytes([good[place] ^ 1 << place % 8]) + good[place + 1 :])
        with pytest.raises(NotesError) as raised:
            restoring.check_alone(bad, Secret("recovery", bytearray(small_vault[1])))
        assert raised.value.exit_code in (4, 7), place
        assert raised.value.why


def test_every_byte_of_a_real_backup_counts(made: Path, practice: Practice, tmp_path: Path) -> None:
    """Up to the seal, which is where a changed byte is found."""
    good = made.read_bytes()
    key = practice._standing.vault.subkey(keys.BACKUP)
    bad, folder = tmp_path / "bad.tar", tmp_path / "out"
    folder.mkdir()
    missed = []
    for place in range(0, len(good), 1 if PROOF else 311):
        bad.write_bytes(good[:place] + bytes([good[place] ^ 0x10]) + good[place + 1 :])
        try:
            backup.unpack(bad, folder, lambda done, total: None).authenticate(key)
            missed.append(place)
        except NotesError:
            pass
        for part in folder.iterdir():
            part.unlink()
    assert missed == []


def test_parts_of_two_backups_cannot_be_put_together(
    made: Path, practice: Practice, tmp_path: Path, small_vault: tuple[Path, bytes]
) -> None:
    """An older database under a newer list of contents, and the other way round."""
    newer = made.parent / backups.make(practice, made.parent, keep_all=True).file
    one, two = made.read_bytes(), newer.read_bytes()
    start = one.index(b"session-notes.vault/vault.db") + 512
    differing = [n for n in range(start, one.index(b"session-notes.vault/manifest.json"), 4096) if one[n] != two[n]]
    within = differing[len(differing) // 2]
    contents = one.index(b"session-notes.vault/manifest.json")
    mixed = tmp_path / "mixed.tar"
    for first, second in ((one, two), (two, one)):
        for place in (within, contents):
            mixed.write_bytes(first[:place] + second[place:])
            assert mixed.read_bytes() not in (one, two)
            with pytest.raises(NotesError):
                restoring.check_alone(mixed, Secret("recovery", bytearray(small_vault[1])))


def test_a_header_with_somebody_elses_slot_does_not_get_into_a_backup(
    made: Path, practice: Practice, small_vault: tuple[Path, bytes], tmp_path: Path
) -> None:
    """An older header would let an old passphrase in again: it is sealed together with its database."""
    practice.do(keyring.new_recovery_key)
    newer = made.parent / backups.make(practice, made.parent, keep_all=True).file
    old, new = made.read_bytes(), bytearray(newer.read_bytes())
    for name in (b"session-notes.vault/header.json", b"session-notes.vault/header.bak"):
        start, place = old.index(name), new.index(name)
        new[place : place + 3 * 512] = old[start : start + 3 * 512]
    newer.write_bytes(new)
    with pytest.raises(NotesError):
        restoring.restore(newer, tmp_path / "R.vault", Secret("recovery", bytearray(small_vault[1])))
    assert not (tmp_path / "R.vault").exists()
