"""The practice's name and the practitioner's own, for what is printed."""

from __future__ import annotations

from notes.errors import BadValue
from notes.practice import opening
from notes.practice.operations import Work, operation
from notes.store.models import Setting

PRACTITIONER = "practitioner_name"


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


@operation("vault.practitioner")
def name_practitioner(work: Work, name: str) -> str:
    """Say how the practitioner is called on paper, title and licence included; empty for not at all.

    What was signed stays as it is: only what is printed from now on says the name. Raises BadValue.
    """
    if not opening.is_plain(name):
        raise BadValue(
            "That cannot be printed as a name.",
            "It has control characters, or something that is not text.",
            "Type it as one line.",
        )
    row, wanted = work.one(Setting, name=PRACTITIONER), name.strip()
    if row is not None:
        work.delete(Setting, row)
    if wanted:
        work.insert(Setting, [{"name": PRACTITIONER, "value": wanted}])
    return wanted


def practitioner(work: Work) -> str:
    """How the practitioner is called on paper; empty where nobody said."""
    row = work.one(Setting, name=PRACTITIONER)
    return str(row.value) if row is not None else ""
