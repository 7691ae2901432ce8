"""Names of practice, practitioner and places: one plain line that can be kept, or a refusal in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from notes.errors import BadValue, NotFound, UsageError
from notes.practice import anchoring, naming, opening
from notes.practice.practice import Practice
from notes.record import snippets
from notes.vault.slots import FLOOR
from tests.conftest import PASSPHRASE

HALF = "Weir \udcff"
"""A name out of a command line that was not UTF-8."""


def test_no_vault_is_made_under_a_name_that_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(BadValue):
        opening.create(tmp_path / "New.vault", bytearray(PASSPHRASE), HALF, cost=FLOOR)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", [naming.rename, naming.name_practitioner], ids=["practice", "practitioner"])
@pytest.mark.parametrize("name", [HALF, "Weir\nPractice"], ids=["half a character", "two lines"])
def test_a_name_that_cannot_be_kept_is_refused(practice: Practice, call: Any, name: str) -> None:
    with pytest.raises(BadValue):
        practice.do(call, name)
    assert practice.do(naming.practice_name) == "The Weir Practice"


def test_a_second_place_that_cannot_be_remembered_is_refused(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_dir", lambda _: True)  # not every system lets such a folder be made
    with pytest.raises(UsageError, match="cannot be kept"):
        practice.do(anchoring.set_second_place, Path("/stick") / HALF)


def test_half_a_character_names_no_snippet(practice: Practice) -> None:
    with pytest.raises(NotFound):
        practice.do(snippets.remove, HALF)
