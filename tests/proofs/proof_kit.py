"""What the proofs share: whether all of them run, how cases are counted and written down, how words lie in files."""

from __future__ import annotations

import base64
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


def spellings(words: str) -> list[bytes]:
    """How the words could lie in a file: also in small letters, encoded, and encoded with bytes before them."""
    plain = words.encode()
    encoded = [base64.b64encode(b"x" * shift + plain)[4 if shift else 0 : -4] for shift in range(3)]
    return [
        *(plain, plain.lower(), words.encode("utf-16-le"), words.encode("utf-16-be")),
        *(plain.hex().encode(), plain.hex().upper().encode(), *encoded),
    ]
