"""Where somebody was when the vault was locked is kept inside it, in the transaction of the locking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from notes.errors import NotesError
from notes.practice import log, verification
from notes.practice.practice import Practice
from notes.vault.anchor import Rollback

PLACE = '{"screen": "editor", "note": "123", "cursor": 17}'
Unlock = Callable[[Path], Practice]


def test_after_unlocking_one_is_where_one_was(vault: Path, unlock: Unlock) -> None:
    for before, after in ((None, PLACE), (PLACE, '{"screen": "today"}')):
        opened = unlock(vault)
        assert opened.place == before
        opened.lock(after)
    with unlock(vault) as opened:
        assert opened.place == '{"screen": "today"}'
        assert opened.do(verification.verify).ok


def test_whoever_does_not_say_where_leaves_it_as_it_was(vault: Path, unlock: Unlock) -> None:
    unlock(vault).lock(PLACE)
    unlock(vault).lock()
    with unlock(vault) as opened:
        assert opened.place == PLACE


def test_the_line_of_the_locking_accounts_for_it(vault: Path, unlock: Unlock) -> None:
    unlock(vault).lock(PLACE)
    with unlock(vault) as opened, opened._begin() as work:
        line = "SELECT json_type(record, '$.rows.settings') FROM access_log WHERE event = 'vault.lock'"
        assert work.sql(line + " ORDER BY seq DESC LIMIT 1").scalar() == "object"


def test_it_is_nowhere_in_clear(vault: Path, unlock: Unlock) -> None:
    unlock(vault).lock(PLACE)
    assert not [path.name for path in vault.iterdir() if b"editor" in path.read_bytes()]


def test_a_copy_that_is_open_for_reading_only_keeps_what_it_had(vault: Path, unlock: Unlock) -> None:
    opened = unlock(vault)
    opened._standing.rollback = Rollback(1, 2, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")
    opened.lock(PLACE)
    with unlock(vault) as opened:
        assert opened.place is None


def test_a_place_that_was_altered_does_not_keep_the_vault_from_locking(vault: Path, unlock: Unlock) -> None:
    unlock(vault).lock(PLACE)
    opened = unlock(vault)
    assert opened._engine is not None
    with opened._engine.begin() as db:
        db.exec_driver_sql("UPDATE settings SET value = 'elsewhere' WHERE name = 'place'")
    opened.lock(PLACE)
    with unlock(vault) as opened:
        assert [line.event for line in opened.do(log.show, limit=2)][-1] == "vault.lock"
        assert not opened.do(verification.verify).ok


def test_a_database_that_fails_while_locking_is_told_and_the_keys_are_wiped(
    vault: Path, unlock: Unlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = unlock(vault)
    key = opened._standing.vault.data_key
    with monkeypatch.context() as patched:
        patched.setattr("notes.practice.operations.Work.account", _no_room)
        with pytest.raises(NotesError):
            opened.lock(PLACE)
    assert not any(key)
    with unlock(vault) as opened:
        assert opened.place is None


def _no_room(*_: object) -> None:
    raise MemoryError
