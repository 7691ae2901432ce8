"""Templates: the shape a note starts with. Built-in ones, and the practitioner's own.

SOAP, DAP, BIRP, GIRP and PIRP are the note formats in common use; what stands under each heading is the
practitioner's. A template also says what kind of note it makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from notes.errors import BadValue, NotFound, RecordError
from notes.practice.operations import Work, operation
from notes.record import values
from notes.store import models

SNIPPET = "snippet"
"""The kind of the rows that are no templates (see ``snippets``)."""


@dataclass(frozen=True)
class Template:
    """A template. `body` is the Markdown a new note starts with."""

    name: str
    kind: str
    body: str
    own: bool = False


def _headed(name: str, kind: str, *headings: str) -> Template:
    return Template(name, kind, "\n".join(f"## {heading}\n\n" for heading in headings))


BUILT_IN: dict[str, Template] = {
    template.name: template
    for template in (
        _headed("SOAP", "progress", "Subjective", "Objective", "Assessment", "Plan"),
        _headed("DAP", "progress", "Data", "Assessment", "Plan"),
        _headed("BIRP", "progress", "Behaviour", "Intervention", "Response", "Plan"),
        _headed("GIRP", "progress", "Goal", "Intervention", "Response", "Plan"),
        _headed("PIRP", "progress", "Problem", "Intervention", "Response", "Plan"),
        _headed(
            "intake",
            "intake",
            "Presenting problem",
            "History",
            "Risk",
            "Strengths and supports",
            "First impression",
            "Plan",
        ),
        _headed("treatment plan", "treatment plan", "Problems", "Goals", "Approach", "Measures", "Review date"),
        _headed("discharge", "discharge", "Course of therapy", "Outcome", "Reason for ending", "Recommendations"),
        _headed("contact", "contact", "With whom and how", "What was said", "Action"),
        _headed(
            "crisis",
            "crisis",
            "What happened",
            "Risk assessment",
            "Safety plan",
            "Whom I consulted",
            "Follow-up",
        ),
        Template("free", "progress", ""),
    )
}
"""The templates that come with the program, by name."""


@operation("note.templates")
def list_templates(work: Work) -> list[Template]:
    """All templates, built-in ones first."""
    rows = work.sql("SELECT * FROM templates WHERE kind <> :kind", kind=SNIPPET)
    own = [Template(row.name, row.kind, row.body, own=True) for row in rows]
    work.counts["templates"] = len(own)
    return [*BUILT_IN.values(), *sorted(own, key=lambda template: template.name.casefold())]


@operation("note.template_save")
def save(work: Work, name: str, kind: str, body: str) -> Template:
    """Keep a template of one's own; one of the same name is replaced. Raises BadValue, RecordError."""
    named = values.one_line(name, "The template's name")
    if named.startswith("/"):
        raise BadValue("A template's name cannot begin with a slash.", "Snippets do.", "Choose another name.")
    if _built_in(named):
        raise RecordError("That is the name of a built-in template.", "", "Choose another name.")
    checked = values.one_of(kind, values.KINDS, "The kind of note")
    template = Template(named, checked, values.note_text(body), own=True)
    row = work.one(models.Template, name=named)
    if row is None:
        work.insert(models.Template, [{"name": template.name, "kind": template.kind, "body": template.body}])
    else:
        work.update(models.Template, row, kind=template.kind, body=template.body)
    return template


@operation("note.template_remove")
def remove(work: Work, name: str) -> None:
    """Remove a template of one's own; notes made from it stay. Raises NotFound."""
    work.delete(models.Template, _own(work, name))


def find(work: Work, name: str) -> Template:
    """The template of that name, with case, hyphens and blanks forgiven for built-in ones. Raises NotFound."""
    built_in = _built_in(name)
    if built_in:
        return built_in
    row = _own(work, name)
    return Template(row.name, row.kind, row.body, own=True)


def _own(work: Work, name: str) -> Row[Any]:
    row = work.one(models.Template, name=name.strip().encode("utf-8", "replace").decode())
    if row is None or row.kind == SNIPPET:
        raise _unknown()
    return row


def _built_in(name: str) -> Template | None:
    wanted = values.plain_word(name)
    return next((t for t in BUILT_IN.values() if values.plain_word(t.name) == wanted), None)


def _unknown() -> NotFound:
    return NotFound(
        "There is no template of that name.",
        f"Built in are: {', '.join(BUILT_IN)}.",
        "See your own with: notes note templates",
    )
