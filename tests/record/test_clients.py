"""Clients are kept as they were stated, found by what people remember of them, and never deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notes.errors import BadValue, NotesError, NotFound, RecordError
from notes.practice.practice import Practice
from notes.practice.verification import verify
from notes.record import clients, progress_notes, reading

TODAY = date.today()


def names(practice: Practice, archived: bool = False) -> list[str]:
    return [client.name for client in practice.do(clients.list_clients, archived)]


def test_every_detail_of_a_client_is_kept_as_it_was_stated(record_practice: Practice) -> None:
    stated = {
        "pronouns": "they/them",
        "born": "1980-02-29",
        "phone": "+44 1632 960001",
        "email": "mika@example.org",
        "emergency_contact": "Ulla (sister), 01632 960002",
    }
    added = record_practice.do(clients.create, "  Mika Ødegård-Łukasz  ", **stated)
    found = record_practice.do(clients.open, added.ref)
    assert found == added
    assert found.name == "Mika Ødegård-Łukasz"
    assert {field: getattr(found, field) for field in stated} == stated
    assert found.status == "active"


@pytest.mark.parametrize(
    "name", ["Zoë Ångström", "Nguyễn Thị Hạnh", "Łucja", "李小龍", "Γιώργος", "e\u0301lan", "🙂 Ray"]
)
def test_a_name_is_kept_to_the_letter_and_answers_to_itself(record_shared: Practice, name: str) -> None:
    record_shared.do(clients.create, name)
    assert record_shared.do(clients.open, name).name == name


@pytest.mark.parametrize("typed", ["zoe angstrom", "ZOË ÅNGSTRÖM", "  Zoe   Angstrom ", "zoe", "ang", "Zo\u00eb"])
def test_case_accents_and_the_rest_of_a_name_need_not_be_typed(record_practice: Practice, typed: str) -> None:
    record_practice.do(clients.create, "Zoë Ångström")
    record_practice.do(clients.create, "Berit Holm")
    assert record_practice.do(clients.open, typed).name == "Zoë Ångström"


def test_the_middle_of_a_word_is_nobodys_name(record_practice: Practice) -> None:
    record_practice.do(clients.create, "Johanna")
    with pytest.raises(NotFound):
        record_practice.do(clients.open, "anna")


def test_a_whole_name_wins_over_a_longer_one_that_begins_like_it(record_practice: Practice) -> None:
    record_practice.do(clients.create, "Ann Marie")
    short = record_practice.do(clients.create, "Ann")
    assert record_practice.do(clients.open, "ann").id == short.id


def test_a_whole_word_wins_over_the_beginning_of_another(record_practice: Practice) -> None:
    ada = record_practice.do(clients.create, "Berit Ada Holm")
    record_practice.do(clients.create, "Adam Berg")
    assert record_practice.do(clients.open, "ada").id == ada.id
    assert record_practice.do(clients.open, "adam").name == "Adam Berg"


def test_when_several_fit_their_references_are_named_and_never_their_names(record_practice: Practice) -> None:
    made = [record_practice.do(clients.create, f"Ada {letter}berg") for letter in "ABCDEFGHIJKLM"]
    record_practice.do(clients.create, "Adam Holm")
    with pytest.raises(NotFound) as refused:
        record_practice.do(clients.open, "Ada")
    named = [client.ref for client in made if client.ref in refused.value.why]
    assert len(named) == 10 and "13 names" in refused.value.why and "…" in refused.value.why
    assert "berg" not in f"{refused.value.what} {refused.value.why} {refused.value.hint}"


def test_a_name_that_fits_several_clients_is_refused_and_their_references_are_not(record_practice: Practice) -> None:
    first = record_practice.do(clients.create, "Ann Berg", born="1990-01-01")
    second = record_practice.do(clients.create, "ann bërg", born="1991-01-01")
    with pytest.raises(NotFound, match="Several clients"):
        record_practice.do(clients.open, "Ann Berg")
    assert record_practice.do(clients.open, first.ref).born == "1990-01-01"
    assert record_practice.do(clients.open, second.ref).born == "1991-01-01"


@pytest.mark.parametrize("given", ["Nobody", "zzzzz", "", " ", "3", "123456789012", "9" * 19, "9" * 30, "%", "_", "'"])
def test_what_names_nobody_is_refused(record_shared: Practice, given: str) -> None:
    with pytest.raises(NotFound) as refused:
        record_shared.do(clients.open, given)
    assert refused.value.exit_code == 2
    assert refused.value.hint


def test_half_a_character_names_nobody(record_practice: Practice) -> None:
    with pytest.raises(NotFound):
        record_practice.do(clients.open, "\udcff")


def test_a_reference_is_read_as_people_write_it(record_drawing: Callable[..., Practice]) -> None:
    practice = record_drawing("b01d")
    added = practice.do(clients.create, "Beatriz")
    assert added.ref == "b01d"
    for typed in ("b01d", "B01D", "bo1d", "BOID", "bold", "b0ld", "bOLd", " b0id "):
        assert practice.do(clients.open, typed).id == added.id


def test_a_reference_never_drawn_twice_is_shown_for_each_client(record_drawing: Callable[..., Practice]) -> None:
    practice = record_drawing("b01d", "b01d", "c234")
    assert practice.do(clients.create, "First").ref == "b01d"
    assert practice.do(clients.create, "Second").ref == "c234"


def test_an_id_is_accepted_as_a_number_and_as_digits(record_practice: Practice) -> None:
    added = record_practice.do(clients.create, "Mika")
    assert record_practice.do(clients.open, added.id) == added
    assert record_practice.do(clients.open, str(added.id)) == added


@pytest.mark.parametrize("name", ["Anna", "Anna Holm"])
def test_a_name_that_is_also_somebody_elses_reference_is_not_guessed(
    record_drawing: Callable[..., Practice], name: str
) -> None:
    practice = record_drawing("anna", "c234")
    practice.do(clients.create, "Berit")
    practice.do(clients.create, name)
    with pytest.raises(NotFound):
        practice.do(clients.open, "Anna")


@pytest.mark.parametrize(
    "born",
    [
        "1990-02-30",
        "1990-13-01",
        "1900-02-29",
        "1990-1-1",
        "19900101",
        "01/02/1990",
        "yesterday",
        "1889-12-31",
        "0000-01-01",
        "٢٠٠٠-٠١-٠١",
        "1990-01-01T00:00",
        (TODAY + timedelta(days=2)).isoformat(),
        "9999-12-31",
    ],
)
def test_nobody_is_born_on_a_day_that_does_not_exist_or_is_to_come(record_shared: Practice, born: str) -> None:
    before = names(record_shared)
    with pytest.raises(BadValue):
        record_shared.do(clients.create, "Born impossibly", born=born)
    assert names(record_shared) == before


@pytest.mark.parametrize("born", ["1890-01-01", "1980-02-29", (TODAY - timedelta(days=1)).isoformat(), " 1990-01-01 "])
def test_a_day_that_was_is_a_birth_date(record_practice: Practice, born: str) -> None:
    assert record_practice.do(clients.create, "Somebody", born=born).born == born.strip()


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\tb", "a\0b", "a\x1b[31mb", "a\x7fb", "x" * 501, "a\ud800b"])
def test_a_name_that_is_no_plain_line_is_refused(record_shared: Practice, name: str) -> None:
    before = names(record_shared)
    with pytest.raises(BadValue):
        record_shared.do(clients.create, name)
    assert names(record_shared) == before


def test_a_name_may_be_as_long_as_names_get(record_practice: Practice) -> None:
    assert record_practice.do(clients.create, "x" * 500).name == "x" * 500


@pytest.mark.parametrize("again", ["Zoë Ångström", "zoe angstrom", "ZOË   ÅNGSTRÖM"])
def test_the_same_name_twice_is_refused(record_practice: Practice, again: str) -> None:
    record_practice.do(clients.create, "Zoë Ångström", born="1990-01-01")
    for born in (None, "1990-01-01"):
        with pytest.raises(RecordError, match="that name is there already"):
            record_practice.do(clients.create, again, born=born)
    assert names(record_practice) == ["Zoë Ångström"]


def test_birth_dates_tell_two_clients_of_one_name_apart(record_practice: Practice) -> None:
    record_practice.do(clients.create, "Ann Berg", born="1990-01-01")
    record_practice.do(clients.create, "Ann Berg", born="1991-01-01")
    assert names(record_practice) == ["Ann Berg", "Ann Berg"]


def test_the_list_is_in_the_order_of_names_whatever_their_accents(record_practice: Practice) -> None:
    for name in ("zora", "Émile", "Eva", "anders", "Ångström", "Élan"):
        record_practice.do(clients.create, name)
    assert names(record_practice) == ["anders", "Ångström", "Élan", "Émile", "Eva", "zora"]


def test_an_archived_client_leaves_the_list_and_comes_back_whole(record_practice: Practice) -> None:
    added = record_practice.do(clients.create, "Mika", phone="01632 960001")
    note = record_practice.do(progress_notes.create, "Mika", "free", "What was said.")
    archived = record_practice.do(clients.archive, added.ref)
    assert archived.status == "archived"
    assert names(record_practice) == []
    assert names(record_practice, archived=True) == ["Mika"]
    assert record_practice.do(clients.open, "mika").phone == "01632 960001"
    assert record_practice.do(reading.open, note.ref).text == "What was said."
    assert record_practice.do(clients.restore, added.ref).status == "active"
    assert names(record_practice) == ["Mika"]


def test_details_are_changed_one_by_one_and_cleared_by_nothing(record_practice: Practice) -> None:
    added = record_practice.do(clients.create, "Mika", phone="1", email="a@example.org", born="1990-01-01")
    changed = record_practice.do(clients.change, added.ref, phone="2", email="", born="")
    assert (changed.name, changed.phone, changed.email, changed.born) == ("Mika", "2", None, None)
    assert record_practice.do(clients.open, added.ref) == changed


@pytest.mark.parametrize("change", [{"name": ""}, {"born": "1990-02-30"}, {"phone": "1\n2"}, {"email": "x" * 501}])
def test_a_change_that_cannot_be_true_changes_nothing(
    record_practice: Practice, record_rows: Callable[..., Any], change: dict[str, str]
) -> None:
    added = record_practice.do(clients.create, "Mika", phone="1", born="1990-01-01")
    before = record_rows(record_practice)
    with pytest.raises(BadValue):
        record_practice.do(clients.change, added.ref, pronouns="he/him", **change)
    assert record_rows(record_practice) == before


def test_a_client_is_not_renamed_into_another(record_practice: Practice) -> None:
    record_practice.do(clients.create, "Zoë")
    other = record_practice.do(clients.create, "Mika")
    with pytest.raises(RecordError):
        record_practice.do(clients.change, other.ref, name="Zoe")


def test_a_client_keeps_the_name_when_another_detail_is_changed(record_practice: Practice) -> None:
    added = record_practice.do(clients.create, "Zoë")
    assert record_practice.do(clients.change, added.ref, name="Zoë", phone="2").name == "Zoë"


@pytest.mark.parametrize("operation", [clients.open, clients.archive, clients.restore, clients.change])
def test_an_unknown_client_is_refused_by_every_operation(record_practice: Practice, operation: Any) -> None:
    with pytest.raises(NotFound):
        record_practice.do(operation, "nobody")


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.text(max_size=40), phone=st.text(max_size=20))
def test_whatever_is_typed_as_a_name_is_refused_in_words_or_kept_to_the_letter(
    record_shared: Practice, name: str, phone: str
) -> None:
    try:
        added = record_shared.do(clients.create, name, phone=phone)
    except NotesError:
        return
    found = record_shared.do(clients.open, added.ref)
    assert found.name == name.strip()
    assert (found.phone or "") == phone.strip()


def test_the_log_accounts_for_every_client(record_practice: Practice) -> None:
    for name in ("A", "B", "C"):
        record_practice.do(clients.create, name)
    record_practice.do(clients.change, "B", phone="2")
    record_practice.do(clients.archive, "C")
    assert record_practice.do(verify).problems == []


@pytest.mark.parametrize("born", ["", "1975-06-01"])
def test_a_birth_date_that_tells_two_clients_apart_is_not_taken_away(record_practice: Practice, born: str) -> None:
    record_practice.do(clients.create, "Ada Quillfeather", born="1975-06-01")
    other = record_practice.do(clients.create, "Ada Quillfeather", born="1990-01-01").id
    with pytest.raises(RecordError, match="of that name"):
        record_practice.do(clients.change, other, born=born)
