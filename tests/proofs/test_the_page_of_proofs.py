"""docs/proofs.md names every proof, and its counts are those of the last run."""

from __future__ import annotations

import json

from proof_kit import BEGIN, COUNTS, END, PAGE, counts_table
from stage_kit import HERE


def test_every_proof_is_named_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    proofs = {path.name for path in HERE.glob("test_*.py")} - {"test_the_page_of_proofs.py"}
    assert {name for name in proofs if f"`{name}`" not in page} == set()


def test_the_counts_on_the_page_are_those_of_the_last_run() -> None:
    table = PAGE.read_text("utf-8").split(BEGIN)[1].split(END)[0]
    assert table == counts_table(json.loads(COUNTS.read_text("utf-8")))
