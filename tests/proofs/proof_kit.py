"""What the proofs share: whether all of them run, how cases are counted, and where the counts are written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from recording import Recording

PROOF = bool(os.environ.get("NOTES_PROOF"))
DOCS = Path(__file__).parents[2] / "docs"
COUNTS, PAGE = DOCS / "proofs.json", DOCS / "proofs.md"
BEGIN, END = "<!-- counts: written by make proof -->\n", "<!-- end of counts -->"

Count = Callable[[str, int], None]
Recorded = Callable[[str, int], Recording]


def counts_table(counts: dict[str, int]) -> str:
    """The counts as the page has them."""
    rows = "".join(f"| {cases:,} | {what} |\n" for what, cases in sorted(counts.items()))
    return f"| cases | of what |\n|---:|---|\n{rows}"
