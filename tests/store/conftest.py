"""Fixtures of the store's tests: one small vault is made per run and copied for every test that wants one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from store_kit import Stored, make_stored


@pytest.fixture(scope="session")
def alder_pattern(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """A vault with a client, a signed and amended note, a draft. Not to be opened: copy it."""
    return make_stored(tmp_path_factory.mktemp("alder-pattern") / "alder.vault")


@pytest.fixture
def alder(alder_pattern: Stored, tmp_path: Path) -> Stored:
    """A copy of the pattern of one's own."""
    return alder_pattern.copy(tmp_path / "alder.vault")


@pytest.fixture
def alder_connection(alder: Stored) -> Iterator[Connection]:
    """A transaction on its database, over the program's own connection; rolled back at the end."""
    with alder.connected() as connection:
        yield connection
