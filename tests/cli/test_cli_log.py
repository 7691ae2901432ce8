"""The access log on the terminal: narrowed, exported so that anybody can check it, reviewed so that it shows."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def busy(program: Any, known: Any) -> Any:
    """The program on a vault in which a few things happened through the terminal."""
    program("note", "show", known.signed).ok()
    assert program("note", "edit", known.signed, "--file", "-", stdin="No.").code == 6
    program("search", "orchard").ok()
    program("client", "show", "berit").ok()
    return program


def events(program: Any, *filters: str) -> list[str]:
    return [line["event"] for line in program("log", "show", "--limit", "1000", *filters).ok()["lines"]]


def test_lines_come_newest_first_and_as_many_as_asked(busy: Any) -> None:
    lines = busy("log", "show", "--limit", "4").ok()["lines"]
    assert [line["seq"] for line in lines] == sorted((line["seq"] for line in lines), reverse=True)
    assert len(lines) == 4
    assert busy("log", "show", "--limit", "0").ok() == {"lines": []}


def test_a_filter_for_an_event_takes_its_whole_name_or_its_beginning(busy: Any) -> None:
    assert set(events(busy, "--event", "note.open")) == {"note.open"}
    assert set(events(busy, "--event", "note")) == {"note.open", "note.edit", "note.create", "note.sign"}
    assert set(events(busy, "--event", "vault.unlock")) == {"vault.unlock"}
    assert busy("log", "show", "--event", "no").code == 2


def test_a_filter_for_an_outcome_shows_the_refusals(busy: Any) -> None:
    lines = busy("log", "show", "--outcome", "refused").ok()["lines"]
    assert [(line["event"], line["reason"]) for line in lines] == [("note.edit", "Signed")]
    assert events(busy, "--outcome", "failed") == []
    assert "note.edit" not in events(busy, "--outcome", "done")


def test_a_filter_for_a_face_tells_the_terminal_from_a_program(busy: Any) -> None:
    assert "note.create" in events(busy, "--face", "program")
    assert "note.create" not in events(busy, "--face", "terminal")
    assert events(busy, "--face", "window") == []


def test_a_filter_for_a_client_shows_also_the_searches_that_showed_them(busy: Any, known: Any) -> None:
    about_zoe = events(busy, "--client", "zoe")
    assert {"note.open", "note.edit", "client.create", "search.run"} <= set(about_zoe)
    assert "client.open" not in about_zoe
    about_berit = events(busy, "--client", known.berit)
    assert "client.open" in about_berit and "search.run" not in about_berit


def test_days_narrow_and_are_included(busy: Any) -> None:
    (line,) = busy("log", "show", "--event", "search").ok()["lines"]
    that_day = datetime.fromisoformat(line["at"]).astimezone().date()
    earlier, later = ((that_day + timedelta(days=days)).isoformat() for days in (-1, 1))
    of_that_day = ("--from", that_day.isoformat(), "--to", that_day.isoformat())
    assert events(busy, "--event", "search", *of_that_day) == ["search.run"]
    assert events(busy, "--event", "search", "--to", earlier) == []
    assert events(busy, "--event", "search", "--from", later) == []


def test_filters_narrow_together(busy: Any) -> None:
    assert events(busy, "--client", "zoe", "--event", "note", "--outcome", "done", "--face", "terminal") == [
        "note.open"
    ]


def test_each_line_is_a_sentence_with_names_only_on_the_screen(busy: Any) -> None:
    answer = busy("log", "show", "--client", "zoe", json=False)
    flat = " ".join(answer.out.split())
    assert "Whoever held the recovery key read note" in flat
    assert "of Zoë Ångström." in flat
    assert "tried to edit note" in flat and "; refused: the note is signed." in flat


def test_the_exported_chain_can_be_recomputed_with_the_standard_library_alone(busy: Any, tmp_path: Path) -> None:
    target = tmp_path / "log.jsonl"
    told = busy("log", "export", str(target)).ok()["exported"]
    first, *lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert (first["format"], first["version"]) == ("session-notes-access-log", 1)
    assert told == {"lines": len(lines), "path": str(target)}
    head = hashlib.sha256(b"notes/v1/access-log\0" + bytes.fromhex(first["vault"])).digest()
    for seq, line in enumerate(lines, 1):
        record = json.loads(line["record"])
        assert record["seq"] == seq
        assert record["prev"] == base64.urlsafe_b64encode(head).rstrip(b"=").decode()
        head = hashlib.sha256(head + line["record"].encode()).digest()
        assert line["head"] == head.hex()
    assert target.stat().st_mode & 0o077 == 0


def test_an_export_holds_ids_and_neither_names_nor_text_nor_words_searched_for(busy: Any) -> None:
    for form in ("jsonl", "csv"):
        exported = busy("log", "export", "--format", form, json=False).out
        assert "search.run" in exported
        for secret in ("Zoë", "Ångström", "Berit", "orchard", "unfinished"):
            assert secret not in exported


def test_the_exported_table_has_a_row_for_every_line(busy: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(busy("log", "export", "--format", "csv", json=False).out, newline="")))
    assert [int(row["seq"]) for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= len(events(busy)) - 4
    assert {row["outcome"] for row in rows} == {"done", "refused"}


def test_an_export_never_replaces_a_file(busy: Any, tmp_path: Path) -> None:
    target = tmp_path / "log.jsonl"
    target.write_text("precious")
    assert busy("log", "export", str(target)).code == 2
    assert target.read_text() == "precious"


def test_an_export_to_standard_output_is_one_document_with_json(busy: Any) -> None:
    assert busy("log", "export").ok()


def test_a_review_shows_the_unusual_first_and_the_next_one_only_what_is_new(busy: Any) -> None:
    first = busy("log", "review").ok()["review"]
    assert (first["last"], first["since"]) == (None, 1)
    assert first["counts"]["vault.create"] == 1
    whys = {u["line"]["event"]: u["why"] for u in first["unusual"]}
    assert whys["note.edit"] == "refused"
    assert "with the recovery key" in first["unusual"][0]["why"]

    second = busy("log", "review").ok()["review"]
    assert second["last"] is not None
    assert second["since"] == first["through"] + 1
    assert "vault.create" not in second["counts"] and second["counts"]["log.review"] == 1
    assert not any(u["why"] == "refused" for u in second["unusual"])
    assert events(busy, "--event", "log.review") == ["log.review"] * 2


def test_coming_and_going_is_left_out_on_the_screen_unless_asked_for(busy: Any) -> None:
    busy.apart("client", "list").ok()  # with the passphrase
    brief = busy("log", "show", json=False).out
    assert "The practitioner unlocked" not in brief and "locked the vault." not in brief.replace("unlocked", "")
    assert "Whoever held the recovery key unlocked" in " ".join(brief.split())
    assert "--all" in brief
    everything = " ".join(busy("log", "show", "--all", json=False).out.split())
    assert "The practitioner unlocked the vault" in everything and "The practitioner locked the vault" in everything
    assert {"vault.lock", "vault.unlock"} <= set(events(busy))
    assert "locked the vault" in busy("log", "show", "--event", "vault.lock", json=False).out


def test_a_review_in_words_says_that_it_is_now_on_record(busy: Any) -> None:
    answer = busy("log", "review", json=False)
    assert answer.code == 0
    assert "first review" in answer.out and "refused" in answer.out
    assert "since the last review" in busy("log", "review", json=False).out


def test_a_key_made_anew_is_pointed_out(busy: Any) -> None:
    busy("log", "review").ok()
    busy.apart("key", "recovery").ok()
    reviewed = busy.apart("log", "review").ok()["review"]
    assert "key.recovery" in [u["line"]["event"] for u in reviewed["unusual"]]


def test_looking_at_the_log_is_in_the_log(busy: Any) -> None:
    busy("log", "show").ok()
    assert events(busy)[2] == "log.open"


def test_a_receipt_is_made_and_held_against_the_log(program: Any) -> None:
    told = program("log", "receipt").ok()["receipt"]
    path = program.file(told["code"] + "\n", "receipt.txt")
    assert program("log", "verify", "--receipt", path).ok()["ok"]
    page = program.place / "receipt.pdf"
    assert "Send it away" in program("log", "receipt", str(page), json=False).out
    assert page.read_bytes().startswith(b"%PDF-")
    assert program("log", "receipt", str(page)).code == 2
    wrong = program.file(told["code"].replace(told["head"], "0" * 64), "wrong.txt")
    assert program("log", "verify", "--receipt", wrong).code == 7
    assert program("log", "verify", "--receipt", str(program.place / "none")).code == 7


def test_the_recovery_sheet_proves_the_log(program: Any) -> None:
    key = program.recovery_file.read_text()
    proven = program("log", "verify", "--with-recovery-key", stdin=key).ok()["proven"]
    assert proven["first"] == 1 and proven["last"] > 5
    other = "0000-0000-0000-0000-0000-0000-0000-0000-0000"
    assert program("log", "verify", "--with-recovery-key", stdin=other).code in (3, 4)
