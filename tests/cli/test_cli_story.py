"""The whole story of one note, from an empty folder to its amendment; and the ways keys come in."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import Any

import pytest

from notes.exchange import recovery_sheet


def test_the_story_of_one_note_from_end_to_end(no_program: Any) -> None:
    run = no_program.apart
    sheet = no_program.place / "sheet.pdf"
    made = run("init", "--name", "The Weir Practice", "--recovery-sheet", str(sheet)).ok()
    assert made["vault"]["name"] == "The Weir Practice"
    assert len(made["recovery_key"].split("-")) == 9
    assert sheet.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(no_program.vault.stat().st_mode) == 0o700
    assert {"header.json", "header.bak", "vault.db", "READ-ME.txt"} <= {p.name for p in no_program.vault.iterdir()}

    # The vault above has the cost of a real one; from here on, its recovery key, which has none.
    no_program.recovery_file.write_text(made["recovery_key"].lower().replace("-", " ") + "\n")

    def apart(*words: str, stdin: str = "") -> Any:
        return run(*no_program.options(json=True, quick=True), *words, stdin=stdin, bare=True)

    step = no_program

    client = step("client", "add", "Ada Quillfeather", "--born", "1975-06-01").ok()["client"]
    note = apart(
        *("note", "new", "--client", "quillfeather", "--template", "SOAP", "--at", "2026-03-31T14:00"),
        *("--file", "-", "--tag", "heron"),
        stdin="She came in laughing about the heron.\r\n",
    ).ok()["note"]
    assert (note["client"], note["text"]) == (client["id"], "She came in laughing about the heron.\r\n")
    assert step("session", "list", "--without-signed-note").ok()["sessions"][0]["client"] == client["id"]

    edited = step("note", "edit", note["ref"], "--file", "-", stdin="She came in laughing about two herons.").ok()
    assert edited["note"]["text"] == "She came in laughing about two herons."
    assert apart("note", "sign", note["ref"]).ok()["note"]["version"] == 1
    assert step("session", "list", "--without-signed-note").ok() == {"sessions": []}
    assert apart("note", "edit", note["ref"], "--file", "-", stdin="Changed behind her back.").code == 6

    amended = step(
        "note", "amend", note["id"], "--reason", "three", "--file", "-", stdin="She laughed about three herons."
    )
    assert amended.ok()["note"]["version"] == 2
    assert [v["version"] for v in step("note", "history", note["ref"]).ok()["versions"]] == [1, 2]
    assert step("note", "show", note["ref"], "--version", "1").ok()["note"]["text"].endswith("two herons.")
    assert step("search", '"three herons"').ok()["hits"][0]["note"] == note["id"]
    assert step("search", "two").ok()["total"] == 0

    told = [(line["event"], line["outcome"]) for line in step("log", "show", "--event", "note").ok()["lines"]]
    assert told == [
        ("note.open", "done"),
        ("note.history", "done"),
        ("note.amend", "done"),
        ("note.edit", "refused"),
        ("note.sign", "done"),
        ("note.open", "done"),
        ("note.close", "done"),
        ("note.edit", "done"),
        ("note.create", "done"),
    ]
    verified = apart("verify").ok()
    assert verified["ok"] is True and verified["notes"] == 1
    assert sorted(p.name for p in no_program.vault.iterdir() if not p.name.endswith(".txt")) in (
        ["header.bak", "header.json", "lock", "locked.state", "vault.db"],
        ["header.bak", "header.json", "locked.state", "vault.db"],
    )


def test_the_text_may_come_from_standard_input_and_so_may_the_passphrase_but_not_both(program: Any, known: Any) -> None:
    given = program.passphrase_file.read_text()
    from_input = [f"--vault={program.vault}", "--json", "--passphrase-file", "-"]
    assert program(*from_input, "client", "list", stdin=given + "\n", bare=True).ok()["clients"]
    assert program(*from_input, "client", "list", stdin=given + "\r\n", bare=True).ok()["clients"]
    both = program(*from_input, "note", "edit", known.draft, "--file", "-", stdin=given, bare=True)
    assert both.code == 2
    assert program(*from_input, "client", "list", stdin="", bare=True).code == 3
    assert program(*from_input, "client", "list", stdin=given + "x", bare=True).code == 3


def test_vault_and_passphrase_may_come_from_the_environment(program: Any) -> None:
    answer = program.apart(
        *("--json", "client", "list"),
        bare=True,
        NOTES_VAULT=str(program.vault),
        NOTES_PASSPHRASE_FILE=str(program.passphrase_file),
    )
    assert len(answer.ok()["clients"]) == 2


def test_a_new_passphrase_opens_the_vault_and_the_old_one_no_more(program: Any) -> None:
    new = program.file("Zwölf Fische über dem Wehr\n", "new")
    program("key", "passphrase", "--new-passphrase-file", new).ok()
    before = [f"--vault={program.vault}", "--json", "--passphrase-file"]
    assert program(*before, str(program.passphrase_file), "client", "list", bare=True).code == 3
    assert program(*before, new, "client", "list", bare=True).code == 0


def test_a_new_recovery_key_opens_the_vault_and_the_old_one_no_more(program: Any) -> None:
    new = program("key", "recovery").ok()["recovery_key"]
    assert program("client", "list").code == 3
    program.recovery_file.write_text(new)
    assert program("client", "list").code == 0
    assert events(program, "vault.name") == 0, "what nobody needs is not looked up"
    slip = ("Z" if new[0] != "Z" else "Y") + new[1:]
    program.recovery_file.write_text(slip)
    answer = program("client", "list")
    assert answer.code == 3 and "slip" in answer.json["error"]["what"]
    assert new not in answer.err


@pytest.mark.parametrize("command", ["recovery", "rotate"])
def test_a_new_sheet_is_headed_with_the_practices_name(
    program: Any, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[str] = []
    render = recovery_sheet.render

    def noted(key: bytearray, name: str, *more: Any) -> bytes:
        heads.append(name)
        return render(key, name, *more)

    monkeypatch.setattr(recovery_sheet, "render", noted)
    sheet = program.place / "new.pdf"
    program(*program.options(json=True), "key", command, "--recovery-sheet", str(sheet), bare=True).ok()
    assert heads == ["Terminal Tests"]
    assert sheet.read_bytes().startswith(b"%PDF-")


def events(program: Any, event: str) -> int:
    """How many lines of this event there are."""
    return len(program("log", "show", "--event", event).ok()["lines"])


def test_rotation_makes_a_new_key_and_keeps_everything(program: Any, known: Any) -> None:
    before = program("note", "show", known.signed).ok()
    old = (program.vault / "vault.db").read_bytes()
    new = program.apart("key", "rotate").ok()["recovery_key"]
    assert program("client", "list").code == 3
    program.recovery_file.write_text(new)
    after = program("note", "show", known.signed)
    assert (after.code, after.json) == (0, before)
    assert "1 failed attempt" in after.err, "the old key was tried"
    assert program("verify").ok()["ok"] is True
    assert (program.vault / "vault.db").read_bytes()[:4096] != old[:4096]
    assert not (program.vault / "vault.db.next").exists()
    assert program("log", "show", "--event", "key.rotate").ok()["lines"][0]["outcome"] == "done"


def test_a_key_file_is_asked_for_once_it_is_set(program: Any) -> None:
    key_file = program.place / "stick" / "key"
    key_file.parent.mkdir()
    program(
        "key", "passphrase", "--new-passphrase-file", str(program.passphrase_file), "--new-key-file", str(key_file)
    ).ok()
    assert key_file.stat().st_size == 64
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    without = program(*program.options(json=True), "client", "list", bare=True)
    assert without.code == 3 and "key file" in without.json["error"]["next"]
    with_it = program(*program.options(json=True), f"--key-file={key_file}", "client", "list", bare=True)
    assert with_it.code == 0
    assert program("client", "list").code == 0, "the recovery key still opens it alone"


def test_a_note_of_ten_megabytes_passes_through_the_program_unchanged(program: Any) -> None:
    text = "".join(f"Line {number} of a very long note.\r\n" for number in range(300_000))
    assert len(text) > 10_000_000
    note = program("note", "new", "--client", "zoe", "--template", "free", "--file", program.file(text), "--sign").ok()
    assert program("note", "show", note["note"]["ref"]).ok()["note"]["text"] == text


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="an administrator may write everywhere")
def test_a_folder_that_may_not_be_written_ends_with_8(program: Any) -> None:
    program.vault.chmod(0o500)
    (program.vault / "vault.db").chmod(0o400)
    try:
        answer = program.apart("client", "list")
        assert answer.code == 8
        assert answer.json["error"]["what"]
    finally:
        program.vault.chmod(0o700)
        (program.vault / "vault.db").chmod(0o600)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
def test_a_disk_that_is_full_while_saving_ends_with_8_and_keeps_what_was_there(program: Any, known: Any) -> None:
    before = program.rows()
    big = program.file("".join(f"Line {number} that does not fit.\n" for number in range(40_000)))
    limit = (program.vault / "vault.db").stat().st_size + 200_000
    answer = _limited(program, limit, "note", "edit", known.draft, "--file", big)
    assert answer.code == 8, answer
    assert "disk" in answer.json["error"]["what"]
    assert "fault" not in answer.err and "does not fit" not in answer.err + answer.out
    assert [row for row in program.rows()["drafts"] if "does not fit" in repr(row)] == []
    assert {table: len(rows) for table, rows in program.rows().items()} == {t: len(r) for t, r in before.items()}
    assert program("verify").ok()["ok"] is True


def _limited(program: Any, most: int, *words: str) -> Any:
    """The program where no file may grow past so many bytes: what a full disk is to it."""
    limited = (
        f"import resource, runpy; resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}));"
        "runpy.run_module('notes', run_name='__main__', alter_sys=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, *program.options(json=True, quick=True), *words],
        capture_output=True,
        env=program.environment,
        check=False,
    )
    return type(program("--version"))(done.returncode, done.stdout.decode(), done.stderr.decode())
