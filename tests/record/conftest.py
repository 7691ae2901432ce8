"""A vault for the record's tests: made once for a module, its folder copied for each test that wants its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from notes.practice import opening
from notes.practice.practice import Practice
from notes.practice.surroundings import here
from notes.store.ids import ALPHABET
from notes.vault.slots import FLOOR, Secret

PASSPHRASE = b"seven quiet herons over the weir"
RECOVERY_KEY = bytes(range(20))


def _random(count: int) -> bytes:
    """Randomness in which the recovery key, the only thing of twenty bytes, is known beforehand."""
    return RECOVERY_KEY if count == len(RECOVERY_KEY) else os.urandom(count)


def _unlock(folder: Path, **how: Any) -> Practice:
    """With the recovery key, which unlike a passphrase costs no time."""
    return opening.unlock(folder, Secret("recovery", bytearray(RECOVERY_KEY)), **how)


@pytest.fixture(scope="module")
def record_vault_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty vault. Nobody opens this one: tests open copies."""
    folder = tmp_path_factory.mktemp("record") / "Made.vault"
    surroundings = replace(here(), random_bytes=_random)
    opening.create(folder, bytearray(PASSPHRASE), "Record Tests", cost=FLOOR, surroundings=surroundings)
    return folder


@pytest.fixture
def record_vault(record_vault_made: Path, tmp_path: Path) -> Path:
    """A vault of the test's own, locked."""
    return Path(shutil.copytree(record_vault_made, tmp_path / "Record.vault"))


@pytest.fixture
def record_practice(record_vault: Path) -> Iterator[Practice]:
    """A practice of the test's own, unlocked."""
    with _unlock(record_vault) as practice:
        yield practice


@pytest.fixture(scope="module")
def record_shared(record_vault_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """One practice for the whole module: for tests that mind only what they added themselves."""
    folder = shutil.copytree(record_vault_made, tmp_path_factory.mktemp("shared") / "Shared.vault")
    with _unlock(Path(folder)) as practice:
        yield practice


@pytest.fixture
def record_unlock() -> Callable[..., Practice]:
    """Unlocks a copy of the vault: ``record_unlock(folder, surroundings=...)``."""
    return _unlock


@pytest.fixture
def record_drawing(record_vault: Path) -> Iterator[Callable[..., Practice]]:
    """Unlocks a practice whose next short references are the ones named: ``record_drawing("anna", "b01d")``."""
    opened: list[Practice] = []

    def start(*references: str) -> Practice:
        waiting = list(references)

        def random_bytes(count: int) -> bytes:
            if count == 8 and waiting:  # eight bytes are drawn for a reference
                drawn = sum(ALPHABET.index(sign) << 5 * place for place, sign in enumerate(waiting.pop(0)))
                return drawn.to_bytes(8, "big")
            return os.urandom(count)

        opened.append(_unlock(record_vault, surroundings=replace(here(), random_bytes=random_bytes)))
        return opened[-1]

    yield start
    for practice in opened:
        practice.lock()


@pytest.fixture
def record_rows() -> Callable[[Practice], dict[str, list[tuple[Any, ...]]]]:
    """Every row of every table of the record, without the log: equal before and after means nothing was changed."""
    from notes.store.models import RECORD_TABLES

    def rows(practice: Practice) -> dict[str, list[tuple[Any, ...]]]:
        assert practice._engine is not None
        with practice._engine.connect() as db:
            return {
                model.__tablename__: sorted(
                    (tuple(row) for row in db.exec_driver_sql(f"SELECT * FROM {model.__tablename__}")), key=repr
                )
                for model in RECORD_TABLES
            }

    return rows
