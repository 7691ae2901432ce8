"""Fixtures of the vault's tests: one small vault is made per run and copied for every test that wants one."""

from __future__ import annotations

from pathlib import Path

import pytest
from vault_kit import Pattern, fill, make_vault


@pytest.fixture(scope="session")
def linden_pattern(tmp_path_factory: pytest.TempPathFactory) -> Pattern:
    """A vault with one client, one signed note and one draft. Not to be opened: copy it."""
    pattern = make_vault(tmp_path_factory.mktemp("linden-pattern") / "linden.vault")
    fill(pattern)
    return pattern


@pytest.fixture
def linden(linden_pattern: Pattern, tmp_path: Path) -> Pattern:
    """A copy of the pattern of one's own."""
    return linden_pattern.copy(tmp_path / "linden.vault")
