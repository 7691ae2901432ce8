"""The practice's name, for what is printed."""

from __future__ import annotations

from notes.practice import opening
from notes.practice.operations import Work, operation


@operation("vault.name")
def practice_name(work: Work) -> str:
    """The name given when the vault was made."""
    return str(opening.setting(work, "practice_name").value)
