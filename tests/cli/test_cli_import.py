"""``notes import`` as people see it: how the file was understood, what is doubtful, what was rejected and why."""

from __future__ import annotations

from typing import Any

TABLE = "code;seen;mood;text\nMika;03/04/2026;low;Café\nMika;30/02/2026;low;never\nMika;28/04/2026;high;Später\n"


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_dry_run_shows_everything_and_changes_nothing(program: Any, cli_unchanged: Any) -> None:
    mapped = program.file('client = "code"\ndate = "seen"\ntags = ["mood"]\n', "map.toml")
    answer = program("import", program.file(TABLE, "t.csv"), "--map", mapped, "--dry-run", json=False)
    assert answer.code == 0
    told = flat(answer.out)
    for column, role in (("code", "client"), ("seen", "date"), ("mood", "tag"), ("text", "section “Text”")):
        assert f"{column} {role}" in told
    assert "Would bring in 2 notes in 2 sessions, 1 new clients; 0 were there already, 1 rejected." in told
    assert "3 The date does not exist." in told
    assert "New clients: Mika" in told
    assert "Nothing was changed." in told
    assert "never" not in answer.out + answer.err


def test_an_import_follows_the_map_file_and_the_encoding(program: Any) -> None:
    mapped = program.file('client = "code"\ndate = "seen"\ntags = ["mood"]\n', "map.toml")
    table = program.file(TABLE.encode("cp1252"), "t.csv")
    assert program("import", table, "--map", mapped).code == 7
    done = program("import", table, "--map", mapped, "--encoding", "cp1252").ok()
    assert (done["clients"], done["notes"], [row["line"] for row in done["rejected"]]) == (1, 2, [3])
    notes = program("note", "list", "--client", "mika").ok()["notes"]
    assert [(note["session_at"], note["tags"], note["status"]) for note in notes] == [
        ("2026-04-28", ["high"], "signed"),
        ("2026-04-03", ["low"], "signed"),
    ]
    assert program("search", "spater").ok()["hits"][0]["note"] == notes[0]["id"]


def test_a_folder_comes_in_with_what_is_doubtful(program: Any) -> None:
    folder = program.place / "earlier"
    (folder / "Mika").mkdir(parents=True)
    (folder / "Mika" / "2026-03-01.md").write_text("Came late.", encoding="utf-8")
    (folder / "Mika" / "undated.txt").write_text("Came early.", encoding="utf-8")
    (folder / "loose.md").write_text("Whose?", encoding="utf-8")
    answer = program("import", str(folder), json=False)
    assert answer.code == 0
    told = flat(answer.out)
    assert "? Mika/undated.txt" in told and "loose.md No client" in told
    assert "Brought in 2 notes" in told
    again = program("import", str(folder)).ok()
    assert (again["notes"], again["skipped"], len(again["doubtful"])) == (0, 2, 1)
    assert [row["line"] for row in again["rejected"]] == ["loose.md"]


def test_no_line_of_progress_is_left_where_nobody_watches(program: Any) -> None:
    answer = program("import", program.file("client,text\nMika,x\n", "t.csv"), json=False)
    assert (answer.code, answer.err) == (0, "")
