"""The JSON that other programs rely on: the shapes the issue names, ids as strings, one document for each call."""

from __future__ import annotations

import json
from typing import Any

import pytest

CLIENT = {"id", "ref", "name", "pronouns", "born", "status"}
NOTE = {"id", "ref", "client", "client_name", "kind", "status", "version", "text", "session_at", "tags"}
SUMMARY = NOTE - {"text"}
SESSION = {"id", "ref", "client", "started_at", "minutes", "modality", "attendance"}
ID_FIELDS = {"id", "client", "note", "session", "object"}


def ids_are_strings(value: Any) -> None:
    """Raises where a field that holds an id is a number, or any number passes 2^53."""
    if isinstance(value, dict):
        for name, held in value.items():
            if name in ID_FIELDS and not isinstance(held, dict):
                assert held is None or isinstance(held, str), (name, held)
            ids_are_strings(held)
    elif isinstance(value, list):
        for held in value:
            ids_are_strings(held)
    elif isinstance(value, int):
        assert abs(value) < 2**53


def test_client_commands_answer_with_the_client(program: Any, known: Any) -> None:
    added = program("client", "add", "Mika Sørensen", "--born", "1990-05-17", "--pronouns", "they/them").ok()
    assert set(added) == {"client"} and set(added["client"]) >= CLIENT
    assert (added["client"]["name"], added["client"]["born"]) == ("Mika Sørensen", "1990-05-17")
    assert added["client"]["id"].isdigit()
    reference = added["client"]["ref"]
    assert program("client", "show", "mika").ok() == added
    assert program("client", "show", reference.upper()).ok() == added
    assert program("client", "show", added["client"]["id"]).ok() == added
    edited = program("client", "edit", reference, "--phone", "01632 960001", "--pronouns", "").ok()["client"]
    assert (edited["phone"], edited["pronouns"]) == ("01632 960001", None)
    assert program("client", "archive", reference).ok()["client"]["status"] == "archived"
    listed = program("client", "list").ok()
    assert set(listed) == {"clients"}
    assert [c["name"] for c in listed["clients"]] == ["Berit Holm", "Zoë Ångström"]
    assert len(program("client", "list", "--archived").ok()["clients"]) == 3
    assert program("client", "restore", reference).ok()["client"]["status"] == "active"
    ids_are_strings([added, edited, listed])


def test_session_commands_answer_with_the_session(program: Any) -> None:
    added = program("session", "add", "--client", "zoe", "--at", "2026-03-05 10:00", "--minutes", "50").ok()
    assert set(added["session"]) >= SESSION
    assert added["session"]["started_at"] == "2026-03-05T10:00:00"
    edited = program("session", "edit", added["session"]["ref"], "--attendance", "no-show").ok()
    assert edited["session"]["attendance"] == "no-show"
    listed = program("session", "list", "--client", "zoe", "--from", "2026-03-05").ok()
    assert listed["sessions"] == [edited["session"]]
    unsigned = program("session", "list", "--without-signed-note").ok()["sessions"]
    assert [s["client_name"] for s in unsigned] == ["Berit Holm"]
    ids_are_strings([added, edited, listed])


def test_note_commands_answer_with_the_note(program: Any, known: Any) -> None:
    text = "## Subjective\n\nShe came late. \r\n"
    made = program(
        *("note", "new", "--client", known.zoe, "--template", "SOAP", "--at", "2026-03-09T10:00"),
        *("--tag", "Grief", "--tag", "home", "--file", program.file(text)),
    ).ok()
    note = made["note"]
    assert set(made) == {"note"} and set(note) >= NOTE
    assert (note["status"], note["version"], note["kind"], note["text"]) == ("draft", 0, "progress", text)
    assert (note["session_at"], note["tags"]) == ("2026-03-09T10:00:00", ["grief", "home"])
    reference = note["ref"]
    assert program("note", "show", reference).ok() == made

    edited = program("note", "edit", reference, "--file", program.file("She came early.")).ok()["note"]
    assert (edited["text"], edited["status"]) == ("She came early.", "draft")
    signed = program("note", "sign", reference).ok()["note"]
    assert (signed["status"], signed["version"], signed["text"]) == ("signed", 1, "She came early.")
    amended = program("note", "amend", reference, "--reason", "slip", "--file", program.file("On time.")).ok()["note"]
    assert (amended["version"], amended["text"], amended["reason"]) == (2, "On time.", "slip")
    added = program(
        "note", "amend", reference, "--reason", "more", "--addendum", "--file", program.file("She smiled.")
    ).ok()["note"]
    assert added["version"] == 3 and added["text"].endswith("She smiled.")

    assert program("note", "show", reference, "--version", "1").ok()["note"]["text"] == "She came early."
    history = program("note", "history", reference).ok()
    assert set(history) == {"versions"}
    assert [(v["version"], v["reason"]) for v in history["versions"]] == [(1, None), (2, "slip"), (3, "more")]
    assert all(len(v["digest"]) == 64 and v["at"] for v in history["versions"])
    changes = program("note", "diff", reference, "--old", "1", "--new", "2").ok()["changes"]
    assert "".join(c["text"] for c in changes if c["how"] != "removed") == "On time."

    listed = program("note", "list", "--client", "zoe", "--status", "signed").ok()
    assert set(listed) == {"notes"}
    assert all(set(n) >= SUMMARY and "text" not in n for n in listed["notes"])
    assert [n["ref"] for n in listed["notes"]] == [reference, known.signed]
    assert program("note", "tag", reference, "--add", "Walk", "--remove", "home").ok() == {"tags": ["grief", "walk"]}
    other = program("note", "edit", known.draft, "--file", program.file("Other words.")).ok()
    assert other["replaced"] == "An unfinished thought."
    moved = program("note", "move", known.draft, "--client", "zoe", "--at", "2026-03-10").ok()
    assert (moved["note"]["client"], moved["note"]["session_at"]) == (note["client"], "2026-03-10")
    assert program("session", "remove", moved["session_left"]).ok() == {"removed": True}
    gone = program("note", "discard", known.draft, "--yes").ok()
    assert gone["discarded"] is True
    assert gone["session_left"] in [s["ref"] for s in program("session", "list").ok()["sessions"]]
    ids_are_strings([made, signed, amended, history, listed])


def test_a_note_is_made_and_signed_in_one_call(program: Any, known: Any) -> None:
    made = program("note", "new", "--client", "zoe", "--template", "free", "--file", program.file("Short."), "--sign")
    assert (made.ok()["note"]["status"], made.ok()["note"]["version"]) == ("signed", 1)


def test_template_commands_answer_with_templates(program: Any) -> None:
    added = program(
        "note", "templates", "add", "Couples", "--file", program.file("## Both\n"), "--kind", "progress"
    ).ok()
    assert added == {"template": {"name": "Couples", "kind": "progress", "body": "## Both\n", "own": True}}
    listed = program("note", "templates").ok()["templates"]
    assert [t["name"] for t in listed][:5] == ["SOAP", "DAP", "BIRP", "GIRP", "PIRP"]
    assert listed[-1] == added["template"]
    assert program("note", "templates", "remove", "Couples").ok() == {"removed": True}


def test_search_answers_with_hits(program: Any, known: Any) -> None:
    found = program("search", "ORCHARD").ok()
    assert set(found) == {"total", "hits"}
    assert found["total"] == 1
    (hit,) = found["hits"]
    assert set(hit) >= {"note", "client", "kind", "at", "snippet", "score"}
    assert hit["snippet"] == "She spoke of the [orchard]."
    assert (hit["at"], hit["kind"], hit["note_ref"]) == ("2026-03-01T10:00:00", "progress", known.signed)
    assert program("search", "orchard", "unfinished").ok() == {"total": 0, "hits": []}
    both = program(
        "search", "sp*", "--client", "zoe", "--from", "2026-03-01", "--to", "2026-03-01", "--limit", "1"
    ).ok()
    assert both["total"] == 1
    ids_are_strings([found, both])


def test_log_commands_answer_with_lines(program: Any, known: Any) -> None:
    program("note", "show", known.signed).ok()
    shown = program("log", "show", "--limit", "3").ok()
    assert set(shown) == {"lines"} and len(shown["lines"]) == 3
    wanted = {"seq", "at", "event", "outcome", "actor", "face", "client", "object"}
    assert all(set(line) >= wanted for line in shown["lines"])
    assert [line["event"] for line in shown["lines"]] == ["vault.unlock", "vault.lock", "note.open"]
    opened = shown["lines"][2]
    assert (opened["outcome"], opened["actor"], opened["face"]) == ("done", "recovery key", "terminal")
    assert opened["object"] == program("note", "show", known.signed).ok()["note"]["id"]
    ids_are_strings(shown)
    reviewed = program("log", "review").ok()["review"]
    assert {"last", "since", "through", "unusual", "counts"} <= set(reviewed)


@pytest.mark.parametrize("command", [("verify",), ("log", "verify")])
def test_verify_answers_with_what_it_found(program: Any, command: tuple[str, ...]) -> None:
    found = program(*command).ok()
    assert set(found) == {"ok", "notes", "log_lines", "problems", "anchored"}
    assert (found["ok"], found["notes"], found["problems"]) == (True, 2, [])
    assert found["log_lines"] > 5


def test_import_answers_with_what_it_did(program: Any) -> None:
    table = program.file("client,date,text\nMika,2026-03-01,x\nMika,2026-02-30,y\nZoë Ångström,2026-03-01,z\n", "t.csv")
    told = program("import", table, "--dry-run").ok()
    done = program("import", table).ok()
    assert set(done) >= {"clients", "sessions", "notes", "skipped", "rejected"}
    assert (done["clients"], done["sessions"], done["notes"], done["skipped"]) == (1, 2, 2, 0)
    (rejected,) = done["rejected"]
    assert rejected["line"] == 3 and "date" in rejected["why"]
    assert {**told, "dry_run": False} == done
    assert program("import", table).ok()["skipped"] == 2


def test_key_commands_answer_with_slots_and_keys(program: Any) -> None:
    slots = program("key", "list").ok()["slots"]
    assert [(s["label"], s["kind"]) for s in slots] == [("practitioner", "passphrase"), ("recovery key", "recovery")]
    recovery = program("key", "recovery").ok()
    assert set(recovery) == {"recovery_key"} and len(recovery["recovery_key"].split("-")) == 9


def test_an_error_is_one_document_too(program: Any) -> None:
    answer = program("note", "show", "zzzz")
    assert answer.code == 2
    error = answer.json["error"]
    assert set(error) == {"what", "why", "next", "exit_code"}
    assert error["exit_code"] == 2
    assert error["what"] in answer.err


def test_the_document_is_utf_8_as_it_stands(program: Any) -> None:
    answer = program.apart("client", "list")
    assert answer.code == 0 and "Zoë Ångström" in answer.out
    assert json.loads(answer.out)["clients"][1]["name"] == "Zoë Ångström"
