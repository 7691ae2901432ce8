"""What should never happen to a vault, done to a sample on purpose."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from notes.sample.building import PASSPHRASE
from notes.store.engine import PAGE_BYTES, open_engine, schema_changes
from notes.vault import keys
from notes.vault.slots import Secret
from notes.vault.vault import DATABASE, unlock

_WRITER = """
import os, sys
from pathlib import Path
from sqlalchemy import event
from notes.practice import opening
from notes.record import progress_notes
from notes.sample.building import PASSPHRASE
from notes.vault.slots import Secret
practice = opening.unlock(Path(sys.argv[1]), Secret("passphrase", bytearray(PASSPHRASE)), face="terminal")
editing = practice.do(progress_notes.edit, sys.argv[2])
text = editing.text + sys.argv[3]
saved = practice.do(progress_notes.save_draft, editing.note, editing.spell, editing.counter, text)
event.listen(practice._engine, "commit", lambda connection: os._exit(9))
practice.do(progress_notes.save_draft, editing.note, editing.spell, saved.counter, text + sys.argv[4])
"""


def cut_the_power(folder: Path, note: str, written: str, unfinished: str) -> int:
    """A program that has the note open saves `written` into its draft, and is gone in the middle of saving more.

    What it was doing to the database is left half done; gives the bytes of the journal that lies there.
    """
    subprocess.run([sys.executable, "-c", _WRITER, str(folder), note, written, unfinished], check=False)  # noqa: S603
    return (folder / f"{DATABASE}-journal").stat().st_size


def alter_with_the_key(folder: Path, old: str, new: str) -> None:
    """What somebody with the passphrase and other software could do: take the lock off the table, change a signed
    text, and put the lock back."""
    vault = unlock(folder, Secret("passphrase", bytearray(PASSPHRASE)))
    key = vault.subkey(keys.DATABASE)
    engine = open_engine(folder / DATABASE, key)
    try:
        with schema_changes(engine), engine.begin() as connection:
            trigger = "version_is_final_update"
            query = text("SELECT sql FROM sqlite_master WHERE name = :name")
            sql = str(connection.execute(query, {"name": trigger}).scalar_one())
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
            connection.execute(
                text("UPDATE note_versions SET text = replace(text, :old, :new) WHERE instr(text, :old)"),
                {"old": old, "new": new},
            )
            connection.exec_driver_sql(sql)
    finally:
        engine.dispose()
        keys.wipe(key)
        vault.close()


def flip_a_bit(folder: Path) -> None:
    """What a failing disk, or somebody without the key, could do: one bit in the middle of the database."""
    path = folder / DATABASE
    content = bytearray(path.read_bytes())
    content[len(content) // 2 // PAGE_BYTES * PAGE_BYTES + 1234] ^= 1
    path.write_bytes(content)
