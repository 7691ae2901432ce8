"""Bringing earlier notes in: all or nothing, nothing twice, nothing lost, and the dry run says exactly what will be."""

from __future__ import annotations

import contextlib
import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from notes.errors import NotesError
from notes.exchange import importing
from notes.exchange.importing import Imported
from notes.practice import log
from notes.practice.practice import Practice
from notes.practice.verification import verify
from notes.record import clients, progress_notes, reading, search, sessions
from notes.store import models

Rows = Callable[[Practice], dict[str, list[tuple[Any, ...]]]]
Written = Callable[..., Path]


def brought_in(practice: Practice, path: Path, **how: Any) -> Imported:
    return practice.do(importing.bring_in, importing.read(path, **how))


def counts(outcome: Imported) -> tuple[int, int, int, int, int]:
    return outcome.clients, outcome.sessions, outcome.notes, outcome.skipped, len(outcome.rejected)


# --- the real files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected", "somebody"),
    [("counselling-notes.csv", (489, 1284, 1284, 0, 0), "C0000"), ("dictated-notes.csv", (297, 0, 297, 0, 0), "0")],
)
def test_a_real_file_comes_in_whole_and_only_once(
    exchange_practice: Practice,
    exchange_rows: Rows,
    real_data: Callable[[str], Path],
    name: str,
    expected: tuple[int, int, int, int, int],
    somebody: str,
) -> None:
    path = real_data(name)
    before = exchange_rows(exchange_practice)
    told = exchange_practice.do(importing.preview, importing.read(path))
    assert exchange_rows(exchange_practice) == before, "a dry run changes nothing"

    outcome = brought_in(exchange_practice, path)
    assert counts(outcome) == counts(told) == expected
    after = exchange_rows(exchange_practice)
    assert [len(after[table]) for table in ("clients", "sessions", "notes", "note_versions", "drafts")] == [
        *expected[:3],
        expected[2],
        0,
    ]

    again = brought_in(exchange_practice, path)
    assert counts(again) == (0, 0, 0, expected[2], 0)
    assert exchange_rows(exchange_practice) == after

    _every_cell_is_there(after, path, outcome)
    assert exchange_practice.do(clients.open, somebody).status == "active"
    assert exchange_practice.do(verify).problems == []


def _every_cell_is_there(rows: dict[str, list[tuple[Any, ...]]], path: Path, outcome: Imported) -> None:
    columns = {model.__tablename__: [c.name for c in model.__table__.columns] for model in models.RECORD_TABLES}
    tables = {name: [dict(zip(columns[name], row, strict=True)) for row in found] for name, found in rows.items()}
    names = {client["id"]: client["name"] for client in tables["clients"]}
    texts = {version["note_id"]: version["text"] for version in tables["note_versions"]}
    assert {(v["number"], v["kind"], v["reason"]) for v in tables["note_versions"]} == {(1, "original", "imported")}
    tags: dict[int, set[str]] = {}
    for row in tables["note_tags"]:
        tags.setdefault(row["note_id"], set()).add(row["tag"])
    notes: dict[tuple[str, str | None], list[int]] = {}
    for note in tables["notes"]:
        assert (note["status"], note["version"]) == ("signed", 1)
        notes.setdefault((names[note["client_id"]], note["at"]), []).append(note["id"])

    with path.open(newline="", encoding="utf-8") as file:
        heads, *lines = list(csv.reader(file))
    roles = [outcome.understood[head or "(unnamed column 1)"] for head in heads]
    for cells in lines:
        told = dict(zip(roles, cells, strict=True))
        sections = [
            cell for role, cell in zip(roles, cells, strict=True) if role.startswith("section") and cell.strip()
        ]
        (note_id,) = notes[told["client"].strip(), told.get("date")]
        assert tags.get(note_id, set()) == ({told["tag"].strip().casefold()} if "tag" in told else set())
        place = 0
        for cell in sections:
            place = texts[note_id].index(cell, place) + len(cell)


# --- all or nothing -------------------------------------------------------------------------------------------------


class Cancelled(Exception):
    """What a progress bar raises when somebody has had enough."""


@pytest.mark.parametrize("error", [Cancelled, KeyboardInterrupt])
def test_an_import_cancelled_in_the_middle_leaves_nothing(
    exchange_practice: Practice, exchange_rows: Rows, csv_file: Written, error: type[BaseException]
) -> None:
    path = csv_file("client,date,text\n" + "".join(f"C{n % 7},2026-03-{n % 28 + 1:02},text {n}\n" for n in range(50)))
    before = exchange_rows(exchange_practice)
    calls: list[int] = []

    def progress(done: int, total: int) -> None:
        calls.append(done)
        assert total == 50
        if len(calls) == 3:
            raise error

    with pytest.raises(error):
        exchange_practice.do(importing.bring_in, importing.read(path), progress)
    assert exchange_rows(exchange_practice) == before
    assert exchange_practice.do(search.run, "text").total == 0
    newest = exchange_practice.do(log.show, event="import", limit=5)
    assert [(line.event, line.outcome) for line in newest] == [("import.file", "failed")]
    assert counts(brought_in(exchange_practice, path)) == (7, 28, 50, 0, 0)
    assert exchange_practice.do(verify).problems == []


def test_progress_ends_with_everything_done(exchange_practice: Practice, csv_file: Written) -> None:
    path = csv_file("client,text\n" + "".join(f"C{n % 3},text {n}\n" for n in range(10)))
    told: list[tuple[int, int]] = []
    exchange_practice.do(importing.bring_in, importing.read(path), lambda done, total: told.append((done, total)))
    assert told[-1] == (10, 10)
    assert told == sorted(told)


MIXED = (
    "client,date,kind,topic,text\n"
    "Mika,2026-03-01,,grief,known already\n"
    "MIKA,2026-03-02,,,another day\n"
    "Mika,2026-03-02,contact,,no session of its own\n"
    "Zoë,2026-03-01T10:00,intake,home; work,first\n"
    "zoe,2026-03-01T10:00,crisis,,the same hour\n"
    "Zoë,2026-02-30,,,no such day\n"
    "Zoë,,,,undated\n"
    "Zoë,,,,undated\n"
    "New,2026-03-05\n"
    "New,2026-03-05,,,only of that client\n"
)


def test_a_dry_run_foretells_exactly_what_the_import_does(
    exchange_practice: Practice, exchange_rows: Rows, csv_file: Written
) -> None:
    exchange_practice.do(clients.create, "Mika")
    exchange_practice.do(sessions.create, "Mika", "2026-03-02")
    brought_in(exchange_practice, csv_file(MIXED.split("MIKA")[0], "part.csv"))
    path = csv_file(MIXED)
    before = exchange_rows(exchange_practice)
    told = exchange_practice.do(importing.preview, importing.read(path))
    assert exchange_rows(exchange_practice) == before
    outcome = brought_in(exchange_practice, path)
    assert told == outcome
    assert counts(outcome) == (2, 2, 6, 2, 2)
    after = exchange_rows(exchange_practice)
    assert len(after["clients"]) - len(before["clients"]) == outcome.clients
    assert len(after["sessions"]) - len(before["sessions"]) == outcome.sessions
    assert len(after["notes"]) - len(before["notes"]) == outcome.notes
    assert [row.line for row in outcome.rejected] == [7, 10]
    assert exchange_practice.do(verify).problems == []


def test_an_imported_note_is_signed_dated_tagged_and_found(exchange_practice: Practice, csv_file: Written) -> None:
    brought_in(exchange_practice, csv_file("client,date,topic,text\nMika,2026-03-01,Grief,About her father.\n"))
    (summary,) = exchange_practice.do(reading.list_notes)
    assert (summary.status, summary.version, summary.kind) == ("signed", 1, "progress")
    assert (summary.session_at, summary.tags, summary.client_name) == ("2026-03-01", ("grief",), "Mika")
    (session,) = exchange_practice.do(sessions.list_sessions)
    assert (session.id, session.started_at, session.signed) == (summary.session, "2026-03-01", 1)
    assert exchange_practice.do(search.run, "father").hits[0].note == summary.id
    (version,) = exchange_practice.do(reading.history, summary.id)
    assert (version.reason, version.signed_by) == (importing.REASON, "recovery key")
    amended = exchange_practice.do(progress_notes.amend, summary.id, "wrong person", "About her uncle.")
    assert amended.version == 2


def test_each_client_whose_record_grew_has_a_line_and_the_file_has_one(
    exchange_practice: Practice, csv_file: Written
) -> None:
    brought_in(exchange_practice, csv_file("client,date,text\nA,2026-03-01,x\nB,2026-03-01,y\nA,2026-03-02,z\n"))
    lines = exchange_practice.do(log.show, event="import")
    assert Counter(line.event for line in lines) == {"import.client": 2, "import.file": 1}
    told = {line.sentence.split(" of ")[1].split(" ")[0]: line.counts for line in lines if line.client}
    assert told == {"A": {"notes": 2, "sessions": 2}, "B": {"notes": 1, "sessions": 1}}
    assert lines[0].counts == {"clients": 2, "sessions": 3, "notes": 3, "skipped": 0, "rejected": 0}


def test_an_archived_client_is_known_too(exchange_practice: Practice, csv_file: Written) -> None:
    exchange_practice.do(clients.create, "Mika")
    exchange_practice.do(clients.archive, "Mika")
    assert brought_in(exchange_practice, csv_file("client,text\nmika,x\n")).clients == 0
    assert len(exchange_practice.do(clients.list_clients, True)) == 1


def test_a_row_of_a_name_that_two_clients_bear_is_not_given_to_either(
    exchange_practice: Practice, csv_file: Written
) -> None:
    for born in ("1990-01-01", "1991-01-01"):
        exchange_practice.do(clients.create, "Ann Berg", born=born)
    with contextlib.suppress(NotesError):  # refusing the file would be as good as rejecting the row
        assert brought_in(exchange_practice, csv_file("client,text\nAnn Berg,x\n")).notes == 0
    assert exchange_practice.do(reading.list_notes) == []


def test_the_same_row_twice_in_a_file_is_one_note(exchange_practice: Practice, csv_file: Written) -> None:
    outcome = brought_in(exchange_practice, csv_file("client,date,text\nA,2026-03-01,x\na,2026-03-01,x\n"))
    assert counts(outcome) == (1, 1, 1, 1, 0)


def test_the_tags_of_a_row_that_comes_twice_are_not_lost(exchange_practice: Practice, csv_file: Written) -> None:
    brought_in(exchange_practice, csv_file("client,date,topic,text\nA,2026-03-01,grief,x\nA,2026-03-01,home,x\n"))
    assert {tag for note in exchange_practice.do(reading.list_notes) for tag in note.tags} == {"grief", "home"}


def test_the_same_text_of_another_client_or_day_is_another_note(exchange_practice: Practice, csv_file: Written) -> None:
    outcome = brought_in(
        exchange_practice, csv_file("client,date,text\nA,2026-03-01,x\nB,2026-03-01,x\nA,2026-03-02,x\n")
    )
    assert outcome.notes == 3


def test_a_file_that_has_grown_adds_only_what_is_new(exchange_practice: Practice, csv_file: Written) -> None:
    brought_in(exchange_practice, csv_file("client,date,text\nA,2026-03-01,x\n"))
    outcome = brought_in(exchange_practice, csv_file("client,date,text\nA,2026-03-01,x\nA,2026-03-08,y\n"))
    assert counts(outcome) == (0, 1, 1, 1, 0)


def test_the_same_text_in_two_files_of_one_client_and_day_is_one_note(
    exchange_practice: Practice, tmp_path: Path
) -> None:
    folder = tmp_path / "folder" / "Mika"
    folder.mkdir(parents=True)
    for name in ("2026-03-01.md", "2026-03-01 copy.md", "2026-03-02.md"):
        (folder / name).write_text("She came late.\n", encoding="utf-8")
    assert counts(brought_in(exchange_practice, tmp_path / "folder")) == (1, 2, 2, 1, 0)


def test_an_imported_amendment_keeps_the_import_known(exchange_practice: Practice, csv_file: Written) -> None:
    path = csv_file("client,text\nA,x\n")
    brought_in(exchange_practice, path)
    (note,) = exchange_practice.do(reading.list_notes)
    exchange_practice.do(progress_notes.amend, note.id, "reason", "changed since")
    assert counts(brought_in(exchange_practice, path)) == (0, 0, 0, 1, 0)


def test_what_was_imported_stands_after_locking(
    exchange_vault: Path, exchange_unlock: Callable[..., Practice], csv_file: Written
) -> None:
    with exchange_unlock(exchange_vault) as practice:
        brought_in(practice, csv_file("client,text\nA,kept \u2028 text\n"))
    with exchange_unlock(exchange_vault) as practice:
        (note,) = practice.do(reading.list_notes)
        assert practice.do(reading.open, note.id).text == "## Text\n\nkept \u2028 text"
        assert practice.do(verify).problems == []


def test_a_dry_run_names_the_clients_it_would_add_as_the_import_does(
    exchange_practice: Practice, csv_file: Callable[..., Path]
) -> None:
    exchange_practice.do(clients.create, "Mika")
    reading = importing.read(csv_file("client,text\nZoë,x\nMIKA,y\nBerit,z\nzoe,w\n"))
    told = exchange_practice.do(importing.preview, reading)
    assert (told.clients, told.new_clients[0]) == (2, "Berit") and len(told.new_clients) == 2
    assert exchange_practice.do(importing.bring_in, reading).new_clients == told.new_clients


@pytest.mark.parametrize("day", ["1026-03-01", "2206-03-01"])
def test_a_date_that_cannot_be_true_rejects_its_row(
    exchange_practice: Practice, csv_file: Callable[..., Path], day: str
) -> None:
    reading = importing.read(csv_file(f"client,date,text\nMika,{day},x\nMika,2026-03-01,y\n"))
    for operation in (importing.preview, importing.bring_in):
        done = exchange_practice.do(operation, reading)
        assert ([row.line for row in done.rejected], done.notes, done.skipped) == ([2], 1, 0)
        assert day not in done.rejected[0].why


def test_names_that_differ_in_accents_are_taken_for_one_client_and_that_is_said(
    exchange_practice: Practice, tmp_path: Path
) -> None:
    exchange_practice.do(clients.create, "Zoë Lindqvist")
    path = tmp_path / "earlier.csv"
    rows = ("Müller,2020-01-01,1", "Muller,2020-01-02,2", "MULLER,2020-01-03,3", "Zoe Lindqvist,2020-01-04,4")
    path.write_text("\n".join(["client,date,text", *rows, "Bo,2020-01-05,Five.", "BO,2020-01-06,Six."]), "utf-8")
    told = exchange_practice.do(importing.preview, importing.read(path)).doubtful
    assert told == brought_in(exchange_practice, path).doubtful
    assert [said.split(". ")[0] for said in told] == [
        "Taken for one client: MULLER, Müller",
        "Taken for one client: Zoe Lindqvist, Zoë Lindqvist",
    ]
