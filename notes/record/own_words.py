"""Words that the spelling is not to mark: names and terms of the practitioner's own.

They are kept in the vault and nowhere else: a word list of the system would show clients' names to anybody.
"""

from __future__ import annotations

from notes.practice.operations import Work, operation
from notes.record import values
from notes.store import models

SETTING = "own_words"


@operation("note.words")
def list_words(work: Work) -> list[str]:
    """All of them, in order."""
    row = work.one(models.Setting, name=SETTING)
    found = row.value.split("\n") if row is not None else []
    work.counts["words"] = len(found)
    return found


@operation("note.word_keep")
def keep(work: Work, word: str) -> None:
    """Keep one more. Raises BadValue."""
    kept = values.one_line(word, "The word")
    row = work.one(models.Setting, name=SETTING)
    if row is None:
        work.insert(models.Setting, [{"name": SETTING, "value": kept}])
    else:
        work.update(models.Setting, row, value="\n".join(sorted({*row.value.split("\n"), kept})))
