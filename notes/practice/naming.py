"""The practice's name, for what is printed."""

from __future__ import annotations

from notes.practice import opening
from notes.practice.operations import Work, operation


@operation("vault.name")
def practice_name(work: Work) -> str:
    """The name given when the vault was made."""
    return str(opening.setting(work, "practice_name").value)


@operation("vault.rename")
def rename(work: Work, name: str) -> str:
    """Give the practice another name; sheets printed before keep the old one. Raises BadValue."""
    opening.must_be_a_name(name)
    opening.set_setting(work, "practice_name", name.strip())
    return name.strip()
