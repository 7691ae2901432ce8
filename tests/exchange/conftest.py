"""A vault for the tests of importing: made once for a module, its folder copied for each test that wants its own."""

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
def exchange_vault_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty vault. Nobody opens this one: tests open copies."""
    folder = tmp_path_factory.mktemp("exchange") / "Made.vault"
    surroundings = replace(here(), random_bytes=_random)
    opening.create(folder, bytearray(PASSPHRASE), "Exchange Tests", cost=FLOOR, surroundings=surroundings)
    return folder


@pytest.fixture
def exchange_vault(exchange_vault_made: Path, tmp_path: Path) -> Path:
    """A vault of the test's own, locked."""
    return Path(shutil.copytree(exchange_vault_made, tmp_path / "Exchange.vault"))


@pytest.fixture
def exchange_practice(exchange_vault: Path) -> Iterator[Practice]:
    """A practice of the test's own, unlocked."""
    with _unlock(exchange_vault) as practice:
        yield practice


@pytest.fixture
def exchange_unlock() -> Callable[..., Practice]:
    """Unlocks a copy of the vault: ``exchange_unlock(folder, surroundings=...)``."""
    return _unlock


@pytest.fixture
def exchange_rows() -> Callable[[Practice], dict[str, list[tuple[Any, ...]]]]:
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


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file: ``csv_file("client,text\\nA,b\\n")``, with a name and an encoding if need be."""

    def write(content: str | bytes, name: str = "earlier.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """A file of the real data; skips the test where it is not on this machine."""

    def path(name: str) -> Path:
        found = Path(__file__).parents[3] / "shared" / "data" / name
        if not found.exists():
            pytest.skip("the real data (../shared/data) is not on this machine")
        return found

    return path
