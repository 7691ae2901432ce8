"""Templates: the ones that come with the program stand; one's own are kept, replaced and removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from notes.errors import BadValue, NotFound, RecordError
from notes.practice.practice import Practice
from notes.practice.verification import verify
from notes.record import clients, progress_notes, reading, templates, values

OUTLINE = {
    "SOAP": ["Subjective", "Objective", "Assessment", "Plan"],
    "DAP": ["Data", "Assessment", "Plan"],
    "BIRP": ["Behaviour", "Intervention", "Response", "Plan"],
    "GIRP": ["Goal", "Intervention", "Response", "Plan"],
    "PIRP": ["Problem", "Intervention", "Response", "Plan"],
    "intake": None,
    "treatment plan": None,
    "discharge": None,
    "contact": None,
    "crisis": None,
    "free": [],
}


@pytest.mark.parametrize("name", OUTLINE)
def test_each_built_in_template_gives_a_note_its_headings_and_kind(record_shared: Practice, name: str) -> None:
    if not record_shared.do(clients.list_clients):
        record_shared.do(clients.create, "Mika")
    note = record_shared.do(progress_notes.create, "Mika", name)
    headings = [line.removeprefix("## ") for line in note.text.splitlines() if line]
    if OUTLINE[name] is not None:
        assert headings == OUTLINE[name]
    assert bool(headings) == (name != "free")
    assert note.template == name
    assert note.kind == (name if name in values.KINDS else "progress")


def test_the_list_holds_every_template_the_design_names(record_practice: Practice) -> None:
    assert [t.name for t in record_practice.do(templates.list_templates)] == list(OUTLINE)


@pytest.mark.parametrize("typed", ["soap", "Treatment-Plan", "treatment_plan", " TREATMENT PLAN "])
def test_case_and_joints_of_a_built_in_name_do_not_matter(record_practice: Practice, typed: str) -> None:
    record_practice.do(clients.create, "Mika")
    assert record_practice.do(progress_notes.create, "Mika", typed).template in ("SOAP", "treatment plan")


def test_a_template_of_ones_own_is_kept_to_the_letter_replaced_and_removed(record_practice: Practice) -> None:
    do = record_practice.do
    do(clients.create, "Mika")
    do(templates.save, "Couples ü", "Progress", "## Both\r\n\n## Each  \n")
    note = do(progress_notes.create, "Mika", "Couples ü")
    assert (note.text, note.template, note.kind) == ("## Both\r\n\n## Each  \n", "Couples ü", "progress")
    do(templates.save, "Couples ü", "contact", "## Whom\n")
    own = [t for t in do(templates.list_templates) if t.own]
    assert own == [templates.Template("Couples ü", "contact", "## Whom\n", own=True)]
    assert do(reading.open, note.id).text == "## Both\r\n\n## Each  \n", "notes made from it stay"
    do(templates.remove, " Couples ü ")
    assert not any(t.own for t in do(templates.list_templates))
    with pytest.raises(NotFound):
        do(progress_notes.create, "Mika", "Couples ü")
    assert do(reading.open, note.id).template == "Couples ü"
    assert do(verify).problems == []


@pytest.mark.parametrize("name", ["SOAP", "soap", "treatment-plan", "FREE "])
def test_a_built_in_template_is_neither_replaced_nor_removed(record_practice: Practice, name: str) -> None:
    with pytest.raises(RecordError):
        record_practice.do(templates.save, name, "progress", "Mine.")
    with pytest.raises(NotFound):
        record_practice.do(templates.remove, name)


@pytest.mark.parametrize(
    "wrong",
    [("", "progress", "x"), ("a\nb", "progress", "x"), ("Mine", "song", "x"), ("Mine", "progress", "a\0b")],
)
def test_a_template_that_cannot_be_is_refused(
    record_practice: Practice, record_rows: Callable[..., Any], wrong: tuple[str, str, str]
) -> None:
    before = record_rows(record_practice)
    with pytest.raises(BadValue):
        record_practice.do(templates.save, *wrong)
    assert record_rows(record_practice) == before


def test_an_unknown_template_is_refused_with_the_names_of_the_known(record_practice: Practice) -> None:
    record_practice.do(clients.create, "Mika")
    with pytest.raises(NotFound) as refused:
        record_practice.do(progress_notes.create, "Mika", "S O A P S")
    assert "SOAP" in refused.value.why
