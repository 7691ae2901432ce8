"""Snippets: short texts of the practitioner's own, put into a note by their name.

They live among the templates, as rows of the kind "snippet" whose names begin with a slash, as they are typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from notes.errors import BadValue, NotFound
from notes.practice.operations import Work, operation
from notes.record import values
from notes.record.templates import SNIPPET
from notes.store import models

_NAME = re.compile(r"[\w-]{1,40}")


@dataclass(frozen=True)
class Snippet:
    """A short text. `name` is without the slash."""

    name: str
    text: str


@operation("note.snippets")
def list_snippets(work: Work) -> list[Snippet]:
    """All snippets, by name."""
    rows = work.sql("SELECT name, body FROM templates WHERE kind = :kind ORDER BY name", kind=SNIPPET)
    found = [Snippet(row.name[1:], row.body) for row in rows]
    work.counts["snippets"] = len(found)
    return found


@operation("note.snippet_save")
def save(work: Work, name: str, text: str) -> Snippet:
    """Keep a snippet; one of the same name is replaced. The name is one word. Raises BadValue."""
    named = name.strip().removeprefix("/").casefold()
    if not _NAME.fullmatch(named):
        raise BadValue(
            "The snippet's name is not one word.",
            "Letters, digits and hyphens, 40 at the most: it is typed as /name.",
            "Choose another name.",
        )
    made = Snippet(values.encodable(named, "The name"), values.note_text(text))
    if not made.text.strip():
        raise BadValue("The snippet is empty.", "", "Write its text first.")
    row = work.one(models.Template, name=f"/{named}")
    if row is None:
        work.insert(models.Template, [{"name": f"/{named}", "kind": SNIPPET, "body": made.text}])
    else:
        work.update(models.Template, row, body=made.text)
    return made


@operation("note.snippet_remove")
def remove(work: Work, name: str) -> None:
    """Remove a snippet; what was written with it stays. Raises NotFound."""
    row = work.one(models.Template, name=f"/{name}".encode("utf-8", "replace").decode())
    if row is None:
        raise NotFound("There is no snippet of that name.", "", "See the list of snippets.")
    work.delete(models.Template, row)
