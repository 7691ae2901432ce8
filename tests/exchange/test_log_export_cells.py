"""The log as CSV: whatever stands in a cell, no spreadsheet takes it for a formula, and nothing is shortened."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notes.access_log.chain import FIELDS
from notes.access_log.export import as_csv
from notes.practice import log
from notes.practice.practice import Practice
from notes.practice.surroundings import here

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def cells(exported: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported, newline="")))


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")'])
def test_a_formula_in_the_name_of_user_or_host_is_harmless(
    exchange_vault: Path, exchange_unlock: Callable[..., Practice], formula: str
) -> None:
    with exchange_unlock(exchange_vault, surroundings=replace(here(), user=formula, host=formula)) as practice:
        practice.do(log.show)
        exported = as_csv(practice.do(log.export), practice.vault_id)
    rows = cells(exported)
    newest = rows[-1]
    assert newest["user"] == newest["host"] == f"'{formula}"
    assert not any(cell.startswith(DANGEROUS) for row in rows for cell in row.values())


@given(st.fixed_dictionaries({name: st.text(max_size=12) for name in ("actor", "user", "host", "reason", "face")}))
def test_no_cell_begins_like_a_formula_and_every_cell_can_be_read_back(told: dict[str, str]) -> None:
    record = json.dumps({"seq": 1, **told})
    (row,) = cells(as_csv([(record, "00")], "ff"))
    for name, value in told.items():
        assert row[name].removeprefix("'") == value.removeprefix("'")
        assert not row[name].startswith(DANGEROUS)


def test_there_is_a_column_for_every_field_of_a_record(exchange_practice: Practice) -> None:
    rows = cells(as_csv(exchange_practice.do(log.export), exchange_practice.vault_id))
    assert list(rows[0]) == ["vault", *FIELDS, "head", "seal"]
    assert [row["event"] for row in rows] == ["vault.create", "vault.unlock"]
    assert {row["vault"] for row in rows} == {exchange_practice.vault_id}
