"""Session Notes, measured through the same public functions that its faces use: every call leaves its line in the log.

Each method does what the method of the same name does in ``plain``, so that the two can be timed in turn.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from pathlib import Path

from texts import Text

from notes.exchange import importing
from notes.exchange.rows import Reading, Row
from notes.practice import backups, keyring, opening, verification
from notes.practice.practice import Practice
from notes.record import clients, progress_notes, reading, search
from notes.vault import slots
from notes.vault.slots import Secret

PASSPHRASE = "seventeen brown herons over an invented lake"


class Ours:
    """A vault, unlocked."""

    name = "ours"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bench.vault"
        made = opening.create(self.folder, bytearray(PASSPHRASE.encode()), "Benchmark", cost=slots.FLOOR)
        self._recovery_key = bytes(made.recovery_key)
        self._backups = folder / "backups"
        self._backups.mkdir()
        self._practice: Practice
        self._editing: progress_notes.Editing
        self._counter = 0
        self._clients: dict[str, int] = {}
        self.open()
        # What a user's passphrase costs: the floor above is only there to make vaults quickly.
        self._practice.do(keyring.change_passphrase, bytearray(PASSPHRASE.encode()), cost=slots.DEFAULT)

    def prepare_import(self, texts: list[Text]) -> Reading:
        """What ``bring_in`` takes: rows, as reading a file gives them."""
        return Reading([Row(place, text.client, text.at, "progress", text.text) for place, text in enumerate(texts)])

    def bring_in(self, rows: Reading) -> None:
        """Import: signed notes with their sessions and clients, digests and lines, in one transaction."""
        done = self._practice.do(importing.bring_in, rows)
        assert done.notes == len(rows.rows)

    def _client(self, name: str) -> int:
        """The id of a client, as the window has it at hand; ``plain`` has it too."""
        if name not in self._clients:
            self._clients = {client.name: client.id for client in self._practice.do(clients.list_clients)}
        return self._clients[name]

    def save(self, text: Text) -> None:
        """A note entered and signed at once: one operation, one commit, two lines."""
        self._practice.do(progress_notes.create_signed, self._client(text.client), "free", text.text, text.at)

    def save_in_two_steps(self, text: Text) -> None:
        """A note begun, then signed: two operations, two commits, two lines."""
        note = self._practice.do(progress_notes.create, self._client(text.client), "free", text.text, text.at)
        self._practice.do(progress_notes.sign, note.id)

    def begin_draft(self, text: Text) -> None:
        """Open a spell of editing on a new note."""
        note = self._practice.do(progress_notes.create, self._client(text.client), "free", text.text, text.at)
        self._editing = self._practice.do(progress_notes.edit, note.id)
        self._counter = self._editing.counter

    def autosave(self, text: str) -> None:
        """The draft saved inside the open spell, as the editor does while somebody types."""
        done = self._practice.do(
            progress_notes.save_draft, self._editing.note, self._editing.spell, self._counter, text
        )
        self._counter = done.counter

    def find(self, text: Text) -> int:
        """What ``read`` takes."""
        day = text.at[:10]
        (note,) = self._practice.do(reading.list_notes, text.client, since=day, until=day)
        return note.id

    def reference(self, text: Text) -> str:
        """What a person types to read the note."""
        day = text.at[:10]
        (note,) = self._practice.do(reading.list_notes, text.client, since=day, until=day)
        return note.ref

    def read(self, note: int) -> str:
        """A note with its text, once its line is on disk."""
        return self._practice.do(reading.open, note).text

    def search(self, word: str) -> tuple[int, int]:
        """How many notes hold the word, and how many of the best 20 came with a passage; logged."""
        found = self._practice.do(search.run, word, limit=20)
        return found.total, len(found.hits)

    def first_screen(self) -> int:
        """Every client, by name; logged."""
        return len(self._practice.do(clients.list_clients))

    def fill_log(self, lines: int) -> None:
        """Lines of notes read, until the log has so many, in one transaction. No public function writes so many."""
        notes = self._practice.do(reading.list_notes, limit=1000)
        with self._practice._begin() as work:
            for number in range(work.end.seq, lines - 1):
                note = notes[number % len(notes)]
                work.about(client=note.client, object=note.id)
                work.account("note.open")

    def verify(self) -> None:
        """Everything: pages, schema, chain, digests of every row, signed versions, index."""
        self._practice.do(verification.verify).check()

    def backup(self) -> None:
        """One file, restored in private and verified whole; of those made today only the newest is kept."""
        backups.make(self._practice, self._backups)

    def copy(self) -> None:
        """What a backup without any of that would cost: the database copied, and on the disk."""
        target = self._backups / "copy"
        shutil.copyfile(self.folder / "vault.db", target)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
        target.unlink()

    def close(self) -> None:
        """Lock the vault."""
        self._practice.lock()
        gc.collect()

    def open(self) -> None:
        """Unlock with the recovery key, which needs no Argon2: all that unlocking costs besides the key derivation."""
        self._practice = opening.unlock(self.folder, Secret("recovery", bytearray(self._recovery_key)))

    def size(self) -> int:
        """Bytes on disk."""
        return (self.folder / "vault.db").stat().st_size


def derive_key() -> None:
    """The Argon2id derivation that opening by passphrase costs, at the default cost."""
    slots.wrap(
        bytearray(32),
        Secret("passphrase", bytearray(PASSPHRASE.encode())),
        vault_id="0" * 32,
        label="benchmark",
        created="",
        random_bytes=os.urandom,
        cost=slots.DEFAULT,
    )


class Command:
    """The program ``notes`` as a whole process, from its start to its end, opened by passphrase at the default cost."""

    def __init__(self, ours: Ours, folder: Path) -> None:
        self._text = folder / "text.md"
        secret = folder / "passphrase"
        secret.write_text(PASSPHRASE)
        self._start = [sys.executable, "-m", "notes", "--vault", str(ours.folder), "--passphrase-file", str(secret)]
        self._env = {**os.environ, "HOME": str(folder), "XDG_STATE_HOME": str(folder), "PAGER": "cat"}

    def _run(self, *words: str) -> None:
        subprocess.run([*self._start, *words], env=self._env, check=True, capture_output=True, stdin=subprocess.DEVNULL)

    def save(self, text: Text) -> None:
        """``notes note new --sign``."""
        self._text.write_text(text.text)
        self._run("note", "new", "--client", text.client, "--at", text.at, "--file", str(self._text), "--sign")

    def read(self, reference: str) -> None:
        """``notes note show``."""
        self._run("note", "show", reference)

    def search(self, word: str) -> None:
        """``notes search``."""
        self._run("search", word)
