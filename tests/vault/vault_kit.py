"""What the tests of the vault share: one small vault, copied for every test, and ways to open it."""

from __future__ import annotations

import itertools
import random
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from notes.practice import opening
from notes.practice.practice import Practice
from notes.practice.surroundings import Surroundings
from notes.record import clients, progress_notes, reading
from notes.vault import header, keys, slots
from notes.vault import vault as vaults
from notes.vault.slots import Argon2Cost, Secret

PASSPHRASE = b"velvet orbit lantern muskrat"
ANOTHER = b"gravel tuba pelican horizon"
CHEAP = slots.FLOOR
"""The cheapest key derivation that is allowed: a tenth of a second."""

CLIENT = "Ines Prager"
SIGNED_TEXT = "She spoke of the move for the first time."
DRAFT_TEXT = "Not finished yet: the call from the sister."


@dataclass(frozen=True)
class Pattern:
    """A locked vault and what opens it."""

    folder: Path
    recovery: bytes
    passphrase: bytes = PASSPHRASE

    @property
    def database(self) -> Path:
        """vault.db."""
        return self.folder / "vault.db"

    def copy(self, target: Path) -> Pattern:
        """The same vault in another place."""
        shutil.copytree(self.folder, target)
        return Pattern(target, self.recovery, self.passphrase)

    def open(self, secret: Secret | None = None) -> Practice:
        """Unlocked, by the recovery key unless told otherwise: that one needs no stretching."""
        return opening.unlock(self.folder, secret or by_recovery_key(self.recovery))

    def database_key(self) -> bytearray:
        """The raw key of vault.db."""
        vault = vaults.unlock(self.folder, by_recovery_key(self.recovery))
        try:
            return vault.subkey(keys.DATABASE)
        finally:
            vault.close()

    def headers(self) -> tuple[bytes, bytes]:
        """The bytes of header.json and header.bak."""
        return (self.folder / "header.json").read_bytes(), (self.folder / "header.bak").read_bytes()

    def put_headers(self, both: bytes, other: bytes | None = None) -> None:
        """Write header.json and header.bak; `other` is for header.bak where the two differ."""
        (self.folder / "header.json").write_bytes(both)
        (self.folder / "header.bak").write_bytes(both if other is None else other)

    def header(self) -> header.Header:
        """The header that counts."""
        return header.read(self.folder).header

    def names(self) -> set[str]:
        """The files of the folder."""
        return {path.name for path in self.folder.iterdir()}


def by_passphrase(passphrase: bytes = PASSPHRASE, key_file: bytes | None = None) -> Secret:
    """A passphrase as somebody brings it."""
    return Secret("passphrase", bytearray(passphrase), key_file)


def by_recovery_key(recovery: bytes) -> Secret:
    """A recovery key as somebody brings it."""
    return Secret("recovery", bytearray(recovery))


def make_vault(folder: Path, *, key_file: bytes | None = None, cost: Argon2Cost = CHEAP) -> Pattern:
    """A vault with nothing in it."""
    created = opening.create(folder, bytearray(PASSPHRASE), "Linden Practice", key_file=key_file, cost=cost)
    return Pattern(folder, bytes(created.recovery_key))


def fill(pattern: Pattern) -> None:
    """One client, one signed note, one draft."""
    with pattern.open() as practice:
        practice.do(clients.create, CLIENT)
        note = practice.do(progress_notes.create, CLIENT, "free", text=SIGNED_TEXT, at="2026-03-02T10:00")
        practice.do(progress_notes.sign, note.id)
        practice.do(progress_notes.create, CLIENT, "free", text=DRAFT_TEXT, at="2026-03-09T10:00")


def texts(practice: Practice) -> set[str]:
    """The text of every note."""
    return {practice.do(reading.open, note.id).text for note in practice.do(reading.list_notes)}


def events(practice: Practice) -> list[str]:
    """The events in the log, oldest first, read past the practice so that reading leaves no line."""
    assert practice._engine is not None
    with practice._engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT event FROM access_log ORDER BY seq").scalars())


def seeded(seed: int = 1) -> Surroundings:
    """Surroundings in which everything is foreseen: a clock that ticks, seeded randomness, an invented machine."""
    source = random.Random(seed)
    ticks = itertools.count()
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    return Surroundings(
        now=lambda: start + timedelta(seconds=next(ticks)),
        monotonic=lambda: 100.0,
        random_bytes=source.randbytes,
        user="tester",
        host="bench",
        boot="00000000",
    )
