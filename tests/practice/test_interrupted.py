"""Stopped at the keyboard, or by the disk, in the middle of an operation: it happened with its line, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from notes.errors import DiskFull
from notes.practice import backups, keyring, log, opening, verification
from notes.practice.practice import Practice
from notes.record import clients, progress_notes, reading
from notes.vault.slots import FLOOR, Secret

NEW = b"another passphrase of many words"


@contextmanager
def stopped(practice: Practice, moment: str, when: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Whoever waits presses Ctrl-C: it is raised as soon as the driver has done what it was doing ("do_commit")."""
    assert practice._engine is not None
    dialect: Any = practice._engine.dialect
    done = getattr(dialect, moment)

    def stop(*arguments: Any, **named: Any) -> None:
        done(*arguments, **named)
        if when():
            setattr(dialect, moment, done)
            raise KeyboardInterrupt

    setattr(dialect, moment, stop)
    with pytest.raises(KeyboardInterrupt):
        yield


def last_line(practice: Practice) -> tuple[str, str, str | None]:
    line = practice.do(log.show, limit=1)[0]
    return line.event, line.outcome, line.reason


def test_a_look_that_was_stopped_leaves_its_line_and_the_vault_goes_on(practice: Practice) -> None:
    with stopped(practice, "do_execute"):
        practice.do(reading.list_notes)
    assert practice.do(verification.verify).ok
    with stopped(practice, "do_execute", iter([False, True]).__next__):
        practice.do(reading.list_notes)
    assert last_line(practice) == ("note.list", "failed", "KeyboardInterrupt")


def test_what_was_stopped_just_after_its_commit_is_there_with_its_line(practice: Practice) -> None:
    with stopped(practice, "do_commit"):
        practice.do(clients.create, "Cyril Bannerman")
    assert last_line(practice) == ("client.create", "done", None)
    assert "Cyril Bannerman" in [client.name for client in practice.do(clients.list_clients)]
    assert practice.do(verification.verify).ok


def test_a_passphrase_that_the_log_says_was_changed_is_changed(practice: Practice, vault: Path) -> None:
    with stopped(practice, "do_commit"):
        practice.do(keyring.change_passphrase, bytearray(NEW), cost=FLOOR)
    assert last_line(practice) == ("key.passphrase", "done", None)
    practice.lock()
    opening.unlock(vault, Secret("passphrase", bytearray(NEW))).lock()


def test_a_backup_that_the_log_says_was_made_stays(practice: Practice, tmp_path: Path) -> None:
    folder = tmp_path / "Backups"
    folder.mkdir()
    with stopped(practice, "do_commit", lambda: any(folder.glob("session-notes-*.tar"))):
        backups.make(practice, folder)
    assert last_line(practice) == ("backup.make", "done", None)
    assert len(list(folder.glob("session-notes-*.tar"))) == 1


def test_editing_goes_on_when_its_end_could_not_be_written(practice: Practice) -> None:
    def refuse(_: object) -> None:
        raise OperationalError("commit", None, sqlcipher.OperationalError("database or disk is full"))

    note = practice.do(reading.list_notes, status="draft")[0].id
    spell = practice.do(progress_notes.edit, note)
    saved = practice.do(progress_notes.save_draft, note, spell.spell, spell.counter, "One.")
    event.listen(practice._engine, "commit", refuse)
    with pytest.raises(DiskFull):
        practice.do(progress_notes.close, note, spell.spell)
    event.remove(practice._engine, "commit", refuse)
    assert practice.do(verification.verify).ok
    practice.do(progress_notes.save_draft, note, spell.spell, saved.counter, "One, two.")
    practice.do(progress_notes.close, note, spell.spell)
    assert practice.do(reading.open, note).text == "One, two."
    assert practice.do(verification.verify).ok
