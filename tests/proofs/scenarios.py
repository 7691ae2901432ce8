"""What a practitioner does in the proofs of power cuts and failing disks: short pieces of work, each step acknowledged.

Each runs on a copy of a small vault, with a clock and randomness that are foreseen, so that two runs write the same
rows. ``stage.did`` says that a step is done: from then on it must never be lost.
"""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import next_schema

from notes.practice import backups, keyring, opening, restoring
from notes.practice.practice import Practice
from notes.practice.surroundings import Surroundings
from notes.record import clients, progress_notes, reading
from notes.vault.slots import FLOOR, Secret

PASSPHRASE = b"nineteen patient herons by the weir"
ANOTHER = b"gravel tuba pelican horizon"
RECOVERY = bytes(range(20))
VAULT = "Weir.vault"
RESTORED = "Restored.vault"
BACKUPS = "backups"


@dataclass
class Stage:
    """Where a scenario plays: the folder that holds the vault, and how it says what is done or was shown."""

    place: Path
    tell: Callable[[str, str], None]
    seed: int = 1
    key: str = RECOVERY.hex()
    surroundings: Surroundings = field(init=False)

    def __post_init__(self) -> None:
        self.surroundings = foreseen(self.seed)

    @property
    def vault(self) -> Path:
        """The vault."""
        return self.place / VAULT

    def did(self, step: str) -> None:
        """This step is done: what it wrote is promised to be kept."""
        self.tell("a", step)

    def show(self, key: bytearray) -> None:
        """The owner has seen this new recovery key, before it counts."""
        self.tell("d", bytes(key).hex())

    def unlock(self) -> Practice:
        """The vault, unlocked with the recovery key that it begins with."""
        secret = Secret("recovery", bytearray.fromhex(self.key))
        return opening.unlock(self.vault, secret, surroundings=self.surroundings)


def foreseen(seed: int, later: int = 0) -> Surroundings:
    """A clock that ticks and randomness from a seed; the recovery key of a new vault is always the same."""
    chance, ticks = random.Random(seed), itertools.count(later)
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC) + timedelta(days=seed)

    def random_bytes(count: int) -> bytes:
        return chance.randbytes(count)

    return Surroundings(
        now=lambda: start + timedelta(seconds=next(ticks)),
        monotonic=lambda: 100.0,
        random_bytes=random_bytes,
        user="tester",
        host="bench",
        boot="00000000",
    )


def make_vault(place: Path, seed: int = 1) -> None:
    """The vault that the scenarios begin with: a client, a signed note, a note being written."""
    stage = Stage(place, lambda *_: None, seed)
    _create(stage)
    with stage.unlock() as practice:
        practice.do(clients.create, "Ada Quillfeather")
        signed = practice.do(progress_notes.create, "Ada Quillfeather", "free", "The heron came.", "2026-03-01T10:00")
        practice.do(progress_notes.sign, signed.id)
        practice.do(progress_notes.create, "Ada Quillfeather", "free", "A thought for later.", "2026-03-08T10:00")


def _create(stage: Stage) -> None:
    """A vault whose recovery key is known beforehand, since whoever is cut off before the end never saw it."""
    plain, told = stage.surroundings.random_bytes, []

    def random_bytes(count: int) -> bytes:
        if count == len(RECOVERY) and not told:
            told.append(True)
            return RECOVERY
        return plain(count)

    surroundings = Surroundings(**{**vars(stage.surroundings), "random_bytes": random_bytes})
    opening.create(stage.vault, bytearray(PASSPHRASE), "The Weir Practice", cost=FLOOR, surroundings=surroundings)


def create_a_vault(stage: Stage) -> None:
    """The tables are built here too: creating is migrating from nothing."""
    _create(stage)
    stage.did("created")


def add_a_client_and_a_note(stage: Stage) -> None:
    with stage.unlock() as practice:
        stage.did("unlocked")
        bruno = practice.do(clients.create, "Bruno Østergård", phone="01632 960001")
        stage.did("client")
        practice.do(
            progress_notes.create, bruno.id, "SOAP", "He spoke of boats. " * 40, "2026-03-09T10:00", None, ("sea",)
        )
        stage.did("note")
    stage.did("locked")


def save_while_typing(stage: Stage) -> None:
    with stage.unlock() as practice:
        note = practice.do(reading.list_notes, status="draft")[0].id
        editing = practice.do(progress_notes.edit, note)
        stage.did("edit")
        counter = editing.counter
        for word in range(1, 7):
            text = "A thought for later, " + "and then another, " * word * 20
            counter = practice.do(progress_notes.save_draft, note, editing.spell, counter, text).counter
            stage.did(f"save {word}")
        practice.do(progress_notes.close, note, editing.spell)
        stage.did("close")
    stage.did("locked")


def sign_a_note(stage: Stage) -> None:
    with stage.unlock() as practice:
        practice.do(progress_notes.sign, practice.do(reading.list_notes, status="draft")[0].id)
        stage.did("signed")
    stage.did("locked")


def amend_a_note(stage: Stage) -> None:
    with stage.unlock() as practice:
        note = practice.do(reading.list_notes, status="signed")[0].id
        practice.do(progress_notes.amend, note, "a slip", "Two herons came.")
        stage.did("amended")
        practice.do(progress_notes.amend, note, "more", "A third one, later.", addendum=True)
        stage.did("added to")
    stage.did("locked")


def throw_a_draft_away(stage: Stage) -> None:
    with stage.unlock() as practice:
        practice.do(progress_notes.discard, practice.do(reading.list_notes, status="draft")[0].id)
        stage.did("discarded")
    stage.did("locked")


def change_the_passphrase(stage: Stage) -> None:
    with stage.unlock() as practice:
        practice.do(keyring.change_passphrase, bytearray(ANOTHER), cost=FLOOR)
        stage.did("passphrase")
    stage.did("locked")


def change_the_recovery_key(stage: Stage) -> None:
    with stage.unlock() as practice:
        practice.do(keyring.new_recovery_key, stage.show)
        stage.did("recovery")
    stage.did("locked")


def rotate_the_key(stage: Stage) -> None:
    with stage.unlock() as practice:
        keyring.rotate(practice, bytearray(PASSPHRASE), show=stage.show)
        stage.did("rotated")
        practice.do(clients.create, "Cleo After Rotation")
        stage.did("client")
    stage.did("locked")


def back_up_twice(stage: Stage) -> None:
    """Two on one day: the rule lets go of the first when the second is made and verified."""
    with stage.unlock() as practice:
        backups.make(practice, stage.place / BACKUPS)
        stage.did("backup")
        practice.do(clients.create, "Dora Between")
        stage.did("client")
        backups.make(practice, stage.place / BACKUPS)
        stage.did("another backup")
    stage.did("locked")


def restore_a_backup(stage: Stage) -> None:
    """Beside the vault that it was made of, which stays as it is."""
    (backup,) = (stage.place / BACKUPS).glob("session-notes-*.tar")
    secret = Secret("recovery", bytearray.fromhex(stage.key))
    restoring.restore(backup, stage.place / RESTORED, secret, surroundings=stage.surroundings)
    stage.did("restored")


def bring_the_tables_up_to_date(stage: Stage) -> None:
    """Opened for the first time by a newer version of the program."""
    with next_schema.in_force(), stage.unlock() as practice:
        stage.did("unlocked")
        practice.do(clients.create, "Edda After")
        stage.did("client")
    stage.did("locked")


def open_and_close(stage: Stage) -> None:
    """What unlocking has to mend or to finish is in the vault it begins with."""
    with stage.unlock():
        stage.did("unlocked")
    stage.did("locked")


@dataclass(frozen=True)
class Scenario:
    """A piece of work. `begins` names what is done to the vault before; `warns` is whether an interruption is told.

    `folder` is the vault that it works on; whatever else there is at the beginning must stay as it is, but for backups.
    `newer` is whether the program that does it, and opens what is left, is the next version.
    """

    play: Callable[[Stage], None]
    begins: str = "whole"
    warns: bool = False
    folder: str = VAULT
    newer: bool = False

    def program(self) -> AbstractContextManager[None]:
        """The version of the program that opens what this left."""
        return next_schema.in_force() if self.newer else contextlib.nullcontext()


SCENARIOS: dict[str, Scenario] = {
    "creating a vault": Scenario(create_a_vault, "nothing"),
    "a new client and a new note": Scenario(add_a_client_and_a_note),
    "saving while typing": Scenario(save_while_typing, warns=True),
    "signing": Scenario(sign_a_note),
    "amending": Scenario(amend_a_note),
    "throwing a draft away": Scenario(throw_a_draft_away),
    "a new passphrase": Scenario(change_the_passphrase, warns=True),
    "a new recovery key": Scenario(change_the_recovery_key, warns=True),
    "rotating the key": Scenario(rotate_the_key, warns=True),
    "mending a damaged header": Scenario(open_and_close, "one header damaged", warns=True),
    "mending a missing header": Scenario(open_and_close, "one header missing", warns=True),
    "opening after a power cut": Scenario(open_and_close, "cut in a transaction"),
    "opening after a cut while typing": Scenario(open_and_close, "cut while typing", warns=True),
    "opening after a cut in a rotation": Scenario(open_and_close, "cut in a rotation", warns=True),
    "backing up twice": Scenario(back_up_twice, "with a folder for backups"),
    "restoring a backup": Scenario(restore_a_backup, "with a backup", folder=RESTORED),
    "bringing the tables up to date": Scenario(bring_the_tables_up_to_date, newer=True),
}
