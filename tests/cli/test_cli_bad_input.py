"""Bad input gets a sentence and the right exit code, and nothing in the vault is changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from notes.practice import opening
from notes.vault import header
from notes.vault.slots import Secret

Unchanged = Callable[[], None]


SECRET = "ORCHARD-SECRET"


def refused(answer: Any, code: int) -> dict[str, Any]:
    """The error of a call that ended with `code`: the same in JSON and, in sentences, on standard error."""
    assert answer.code == code, answer
    error: dict[str, Any] = answer.json["error"]
    assert error["exit_code"] == code
    told = [error["what"], error["why"], error["next"]]
    assert (told[0].endswith((".", "?", "!")) and told[0][0].isupper()) or "." in told[0]
    assert [line for line in answer.err.splitlines() if line.strip()] == [sentence for sentence in told if sentence]
    assert SECRET not in answer.err + answer.out
    assert "Traceback" not in answer.err and "fault" not in answer.err
    return error


# --- what names nothing: 2 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("client", "show", SECRET),
        ("client", "edit", SECRET, "--phone", "1"),
        ("client", "archive", SECRET),
        ("client", "restore", SECRET),
        ("session", "add", "--client", SECRET, "--at", "2026-03-01"),
        ("session", "list", "--client", SECRET),
        ("session", "edit", SECRET, "--minutes", "50"),
        ("note", "new", "--client", SECRET, "--file", "-"),
        ("note", "new", "--client", "zoe", "--template", SECRET, "--file", "-"),
        ("note", "new", "--client", "zoe", "--session", SECRET, "--file", "-"),
        ("note", "list", "--client", SECRET),
        ("note", "show", SECRET),
        ("note", "edit", SECRET, "--file", "-"),
        ("note", "sign", SECRET),
        ("note", "amend", SECRET, "--reason", "r", "--file", "-"),
        ("note", "history", SECRET),
        ("note", "diff", SECRET),
        ("note", "tag", SECRET, "--add", "t"),
        ("note", "discard", SECRET, "--yes"),
        ("note", "move", SECRET, "--at", "2026-03-01"),
        ("note", "move", "{draft}", "--client", SECRET),
        ("session", "remove", SECRET),
        ("note", "templates", "remove", SECRET),
        ("search", "word", "--client", SECRET),
        ("log", "show", "--client", SECRET),
    ],
)
def test_what_names_nothing_ends_with_2(
    program: Any, known: Any, cli_unchanged: Unchanged, words: tuple[str, ...]
) -> None:
    refused(program(*(word.format(draft=known.draft) for word in words), stdin="Some text."), 2)


@pytest.mark.parametrize(
    "words",
    [
        ("client", "add", "New", "--born", "2026-02-30"),
        ("client", "add", "New", "--born", "2999-01-01"),
        ("client", "edit", "zoe", "--born", "1990-13-01"),
        ("session", "add", "--client", "zoe", "--at", "2026-02-30"),
        ("session", "add", "--client", "zoe", "--at", "2026-03-01T25:00"),
        ("session", "add", "--client", "zoe", "--at", "2206-03-01"),
        ("note", "new", "--client", "zoe", "--at", "1026-03-01", "--file", "-"),
        ("session", "list", "--from", "2026-02-30"),
        ("note", "new", "--client", "zoe", "--at", "2026-02-30", "--file", "-"),
        ("note", "list", "--to", "2026-02-30"),
        ("search", "word", "--from", "2026-02-30"),
        ("log", "show", "--from", "2026-02-30"),
        ("log", "export", "--to", "never"),
    ],
)
def test_dates_that_do_not_exist_end_with_2(program: Any, cli_unchanged: Unchanged, words: tuple[str, ...]) -> None:
    refused(program(*words, stdin="Some text."), 2)


@pytest.mark.parametrize(
    "words",
    [
        ("client", "add", ""),
        ("client", "add", "two\nlines"),
        ("client", "edit", "zoe"),
        ("session", "add", "--client", "zoe", "--at", "2026-03-01", "--minutes", "0"),
        ("session", "add", "--client", "zoe", "--at", "2026-03-01", "--modality", "telepathy"),
        ("note", "new", "--client", "zoe", "--tag", "", "--file", "-"),
        ("note", "new", "--client", "zoe"),
        ("note", "move", "abcde"),
        ("session", "edit", "abcde"),
        ("note", "list", "--kind", "song"),
        ("note", "list", "--status", "lost"),
        ("note", "templates", "add", "Mine", "--kind", "song", "--file", __file__),
        ("search", "word", "--kind", "song"),
        ("log", "show", "--event", "nonsense"),
        ("log", "show", "--face", "nonsense"),
        ("log", "show", "--outcome", "nonsense"),
        ("log", "export", "--format", "xml"),
    ],
)
def test_values_that_make_no_sense_end_with_2(program: Any, cli_unchanged: Unchanged, words: tuple[str, ...]) -> None:
    refused(program(*words, stdin="Some text."), 2)


def test_a_name_that_several_clients_bear_ends_with_2(program: Any) -> None:
    program("client", "add", "Zoë Berg").ok()
    before = program.rows()
    error = refused(program("note", "new", "--client", "zoë", "--file", "-", stdin="Text."), 2)
    assert "Several clients" in error["what"]
    references = {client["ref"] for client in program("client", "list").ok()["clients"] if "Zoë" in client["name"]}
    assert all(reference in error["why"] for reference in references) and "Zoë" not in str(error)
    assert program.rows() == before


def test_a_client_of_the_same_name_ends_with_6(program: Any, cli_unchanged: Unchanged) -> None:
    refused(program("client", "add", "zoe angstrom"), 6)


@pytest.mark.parametrize(
    "words",
    [
        ("client", "show", "\udcff"),
        ("note", "new", "--client", "zoe", "--template", "\udcff", "--file", "-"),
        ("note", "templates", "remove", "\udcff"),
        ("note", "new", "--client", "zoe", "--file", "/nowhere/\udcff"),
    ],
)
def test_an_argument_that_is_no_text_is_refused_in_words(program: Any, words: tuple[str, ...]) -> None:
    answer = program(*words, stdin="Text.")
    assert answer.code in (2, 7)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("note", "list", "--limit", "9" * 25), "limit"),
        (("session", "list", "--limit", "9" * 25), "limit"),
        (("log", "show", "--limit", "9" * 25), "limit"),
        (("log", "show", "--to", "9999-12-31"), "_start_of_day"),
        (("log", "show", "--from", "0001-01-01"), "_start_of_day"),
    ],
)
def test_numbers_and_days_at_the_end_of_the_scale_are_answered(program: Any, words: tuple[str, ...], why: str) -> None:
    assert program(*words).code in (0, 2), why


# --- what a rule refuses: 6 -----------------------------------------------------------------------------------------


def test_a_signed_note_edited_ends_with_6(program: Any, known: Any, cli_unchanged: Unchanged) -> None:
    error = refused(program("note", "edit", known.signed, "--file", "-", stdin=SECRET), 6)
    assert "amend" in error["next"]
    refused(program("note", "sign", known.signed), 6)
    refused(program("note", "discard", known.signed, "--yes"), 6)
    newest = program("log", "show", "--event", "note", "--limit", "3").ok()["lines"]
    assert [line["outcome"] for line in newest] == ["refused"] * 3


def test_a_draft_amended_ends_with_6(program: Any, known: Any, cli_unchanged: Unchanged) -> None:
    refused(program("note", "amend", known.draft, "--reason", "r", "--file", "-", stdin=SECRET), 6)


@pytest.mark.parametrize("text", ["", "  \n\t\r\n", "\ufeff"])
def test_an_empty_text_amends_nothing_and_ends_with_6(
    program: Any, known: Any, cli_unchanged: Unchanged, text: str
) -> None:
    refused(program("note", "amend", known.signed, "--reason", "r", "--file", program.file(text)), 6)


def test_without_a_terminal_nothing_is_thrown_away_unasked(program: Any, known: Any, cli_unchanged: Unchanged) -> None:
    error = refused(program("note", "discard", known.draft), 2)
    assert "--yes" in error["next"]


def test_an_amendment_that_changes_nothing_ends_with_6(program: Any, known: Any, cli_unchanged: Unchanged) -> None:
    same = program("note", "show", known.signed).ok()["note"]["text"]
    refused(program("note", "amend", known.signed, "--reason", "r", "--file", program.file(same)), 6)


def test_what_is_signed_is_not_moved_and_its_session_stays(program: Any, known: Any, cli_unchanged: Unchanged) -> None:
    error = refused(program("note", "move", known.signed, "--client", "berit"), 6)
    assert "amend" in error["next"] and "anew" in error["next"]
    (session,) = program("session", "list", "--client", "zoe").ok()["sessions"]
    refused(program("session", "remove", session["ref"]), 6)
    refused(program("session", "edit", session["ref"], "--at", "2026-03-02"), 6)


def test_an_empty_draft_is_not_signed_and_ends_with_6(program: Any, known: Any) -> None:
    program("note", "edit", known.draft, "--file", "-", stdin=" \n").ok()
    before = program.rows()
    refused(program("note", "sign", known.draft), 6)
    assert program.rows() == before


def test_an_empty_new_note_is_not_signed_and_leaves_nothing(program: Any, cli_unchanged: Unchanged) -> None:
    refused(program("note", "new", "--client", "zoe", "--file", "-", "--sign", stdin=" \n"), 6)
    cli_unchanged()


def test_a_template_of_a_built_in_name_ends_with_6(program: Any, cli_unchanged: Unchanged) -> None:
    refused(program("note", "templates", "add", "soap", "--file", program.file("Mine.")), 6)


@pytest.mark.parametrize(
    "passphrase",
    ["fourteen signs", "", "short", "correct horse battery staple", "passwordpassword", "aaaaaaaaaaaaaaaaaaaa"],
)
def test_a_passphrase_too_short_or_too_common_makes_no_vault(no_program: Any, passphrase: str) -> None:
    no_program.passphrase_file.write_text(passphrase, encoding="utf-8")
    answer = no_program(*no_program.options(json=True), "init", bare=True)
    refused(answer, 6 if passphrase else 3)
    assert not no_program.vault.exists()
    assert sorted(path.name for path in no_program.place.iterdir() if "None" in path.name) == []


@pytest.mark.parametrize("passphrase", ["fourteen signs", "correct horse battery staple", "Terminal Tests Terminal"])
def test_a_passphrase_too_short_or_too_common_replaces_none(program: Any, passphrase: str) -> None:
    before = (program.vault / "header.json").read_bytes()
    refused(program("key", "passphrase", "--new-passphrase-file", program.file(passphrase, "new")), 6)
    assert (program.vault / "header.json").read_bytes() == before


# --- files that are not what they should be: 7 ----------------------------------------------------------------------


NOT_UTF_8 = "Café – “so”".encode("cp1252")


@pytest.mark.parametrize("content", [NOT_UTF_8, b"a\0b", NOT_UTF_8.decode("cp1252").encode("utf-16")])
def test_a_text_that_is_not_utf_8_ends_with_7(
    program: Any, known: Any, cli_unchanged: Unchanged, content: bytes
) -> None:
    file = program.file(content)
    for words in (
        ("note", "new", "--client", "zoe"),
        ("note", "edit", known.draft),
        ("note", "amend", known.signed, "--reason", "r"),
        ("note", "templates", "add", "Mine"),
    ):
        refused(program(*words, "--file", file), 7)
    error = refused(program("note", "new", "--client", "zoe", "--file", "-", stdin=content), 7)
    if content == NOT_UTF_8:
        assert "--encoding cp1252" in error["next"]


def test_a_text_in_another_encoding_is_taken_when_it_is_named(program: Any) -> None:
    file = program.file(NOT_UTF_8)
    note = program("note", "new", "--client", "zoe", "--file", file, "--encoding", "cp1252").ok()["note"]
    assert note["text"] == "Café – “so”"


@pytest.mark.parametrize("words", [("note", "new", "--client", "zoe", "--file"), ("import",), ("import", "--map")])
def test_a_file_that_is_not_there_ends_with_7(program: Any, cli_unchanged: Unchanged, words: tuple[str, ...]) -> None:
    table = program.file("client,text\nA,b\n", "t.csv")
    refused(program(*words, str(program.place / "none"), *([table] if "--map" in words else [])), 7)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "who,what\nA,b\n"),
        ("t.csv", "client,text,text\nA,b,c\n"),
        ("t.csv", "client,text\n"),
        ("t.csv", ""),
        ("t.csv", NOT_UTF_8),
        ("t.csv", b"client,text\nA,\0\n"),
        ("t.csv", 'client,text\nA,"b\n'),
        ("t.csv", "client,date,text\nA,03/04/2026,b\n"),
        ("t.md", "Words."),
    ],
)
def test_a_file_that_is_no_table_of_notes_ends_with_7(
    program: Any, cli_unchanged: Unchanged, name: str, content: str | bytes
) -> None:
    refused(program("import", program.file(content, name)), 7)
    refused(program("import", program.file(content, name), "--dry-run"), 7)


def test_a_table_whose_every_row_is_rejected_ends_with_7(program: Any, cli_unchanged: Unchanged) -> None:
    answer = program("import", program.file("client,date,text\nMika,2026-02-30,b\nMika,2026-02-31,c\n", "t.csv"))
    assert answer.code == 7
    assert "No row could be imported." in answer.err


def test_a_table_whose_every_row_is_rejected_gives_one_document(program: Any) -> None:
    answer = program("import", program.file("client,date,text\nMika,2026-02-30,b\n", "t.csv"))
    assert isinstance(answer.json, dict)


# --- the vault itself: 2, 3, 4, 5 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["missing", "empty folder", "file", "other folder"])
def test_what_is_no_vault_ends_with_2(no_program: Any, kind: str) -> None:
    if kind == "file":
        no_program.vault.write_text("no vault")
    elif kind != "missing":
        no_program.vault.mkdir()
        if kind == "other folder":
            (no_program.vault / "vault.db").write_text("no header")
    before = _fingerprint(no_program.vault)
    for words in (("client", "list"), ("verify",), ("log", "verify"), ("key", "list")):
        refused(no_program(*words), 2)
    assert _fingerprint(no_program.vault) == before


def test_no_vault_named_ends_with_2(no_program: Any) -> None:
    refused(no_program("--json", "client", "list", bare=True), 2)


def test_a_wrong_passphrase_ends_with_3(program: Any, cli_unchanged: Unchanged) -> None:
    wrong = program.file("eight noisy herons under the weir", "wrong")
    answer = program(f"--vault={program.vault}", "--json", "--passphrase-file", wrong, "client", "list", bare=True)
    refused(answer, 3)
    refused(program(f"--vault={program.vault}", "--json", "--recovery-key-file", wrong, "client", "list", bare=True), 3)


def _damage(vault: Path, how: str) -> None:
    database = vault / "vault.db"
    content = database.read_bytes()
    if how == "missing":
        database.unlink()
    elif how == "empty":
        database.write_bytes(b"")
    elif how == "cut by a byte":
        database.write_bytes(content[:-1])
    elif how == "cut by a page":
        database.write_bytes(content[:-4096])
    elif how == "cut by half":
        database.write_bytes(content[: len(content) // 8192 * 4096])
    elif how == "flipped at the start":
        database.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    elif how == "not a database":
        database.write_bytes(b"x" * 8192)


@pytest.mark.parametrize(
    "how",
    ["missing", "empty", "cut by a byte", "cut by a page", "cut by half", "flipped at the start", "not a database"],
)
def test_a_damaged_database_ends_with_4(program: Any, known: Any, how: str) -> None:
    _damage(program.vault, how)
    before = _fingerprint(program.vault)
    refused(program("note", "show", known.signed), 4)
    refused(program("client", "add", "New"), 4)
    assert _fingerprint(program.vault) == before
    found = program("verify")
    assert found.code == 4
    assert found.json["ok"] is False and found.json["problems"]


def test_a_byte_flipped_in_any_page_is_refused_or_named(program: Any) -> None:
    content = (program.vault / "vault.db").read_bytes()
    for page in range(0, len(content) // 4096, 9):
        at = page * 4096 + 1234
        (program.vault / "vault.db").write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        found = program("verify")
        assert found.code == 4, f"page {page}"
        assert found.json["ok"] is False and found.json["problems"]


def test_a_header_from_a_newer_version_ends_with_4(program: Any) -> None:
    for name in header.NAMES:
        told = json.loads((program.vault / name).read_bytes())
        (program.vault / name).write_text(json.dumps(told | {"format": header.FORMAT + 1}))
    before = _fingerprint(program.vault)
    error = refused(program("client", "list"), 4)
    assert "newer" in error["what"]
    assert _fingerprint(program.vault) == before


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b"\xff" * 100, b"[" * 60_000])
def test_a_damaged_header_ends_with_4(program: Any, content: bytes) -> None:
    for name in header.NAMES:
        (program.vault / name).write_bytes(content)
    refused(program("client", "list"), 4)


def test_one_damaged_header_copy_is_mended_with_a_warning(program: Any) -> None:
    good = (program.vault / "header.bak").read_bytes()
    (program.vault / "header.json").write_bytes(b"{}")
    answer = program("client", "list")
    assert answer.code == 0 and len(answer.json["clients"]) == 2
    assert "header.json" in answer.err
    assert (program.vault / "header.json").read_bytes() == good
    program("client", "list").ok()


def test_a_second_program_on_the_same_vault_ends_with_5(program: Any, cli_unchanged: Unchanged) -> None:
    with program.unlocked():
        refused(program.apart("client", "add", "New"), 5)
        refused(program("verify"), 5)


def test_a_vault_is_made_only_once(program: Any, cli_unchanged: Unchanged) -> None:
    before = _fingerprint(program.vault)
    refused(program(*program.options(json=True), "init", "--name", "Again", bare=True), 2)
    assert _fingerprint(program.vault) == before


def test_a_sheet_inside_the_vault_is_refused_and_makes_no_vault(no_program: Any) -> None:
    sheet = str(no_program.vault / "sheet.pdf")
    refused(no_program(*no_program.options(json=True), "init", "--recovery-sheet", sheet, bare=True), 2)
    assert not no_program.vault.exists()


@pytest.mark.parametrize(
    "where",
    [
        "taken.pdf",
        "nowhere/sheet.pdf",
    ],
)
def test_a_sheet_that_cannot_be_written_makes_no_vault(no_program: Any, where: str) -> None:
    no_program.file("precious", "taken.pdf")
    sheet = str(no_program.place / where)
    answer = no_program(*no_program.options(json=True), "init", "--recovery-sheet", sheet, bare=True)
    assert answer.code in (2, 8)
    assert not no_program.vault.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("client", "list", "--json"),
        ("client", "--json", "list"),
        ("client", "list", "--vault", "x"),
        ("note", "show", "abcd", "--passphrase-file", "x"),
        ("nonsense",),
        ("client", "nonsense"),
        ("client", "add"),
        ("client", "add", "Two", "Names"),
        ("note", "list", "--limit", "many"),
        ("note", "amend", "abcd", "--file", "-"),
    ],
)
def test_what_is_no_command_ends_with_2_and_says_how_to_go_on(no_program: Any, words: tuple[str, ...]) -> None:
    answer = no_program(*words, json=False)
    assert (answer.code, answer.out) == (2, "")
    assert "Usage:" in answer.err and "-h" in answer.err
    for option in ("--json", "--vault", "--passphrase-file"):
        assert (f"{option} stands before the command" in answer.err) == (option in words)
    assert no_program(*words).code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("client", "add"),
        ("client", "nonsense"),
        ("client", "list", "--json"),
        ("nonsense",),
    ],
)
def test_a_usage_error_is_one_document_too(no_program: Any, words: tuple[str, ...]) -> None:
    assert no_program(*words).json["error"]["exit_code"] == 2


def test_without_a_terminal_init_does_not_ask(no_program: Any) -> None:
    answer = no_program.apart(
        f"--vault={no_program.vault}", "--json", "init", stdin="nine herons by the weir\n" * 2, bare=True
    )
    assert answer.code == 2
    assert not no_program.vault.exists()


def test_without_a_terminal_no_passphrase_is_asked_for(program: Any) -> None:
    refused(program.apart(f"--vault={program.vault}", "--json", "client", "list", bare=True), 2)


def _fingerprint(folder: Path) -> dict[str, str]:
    """What stands in a folder, apart from the lock file and the record of failed attempts."""
    if folder.is_file():
        return {"": hashlib.sha256(folder.read_bytes()).hexdigest()}
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("*")
        if path.is_file() and path.name not in ("lock", "locked.log", "locked.state")
    }


def test_the_passphrase_of_these_tests_opens_the_vault(program: Any) -> None:
    """Without this the wrong-passphrase test would prove nothing."""
    secret = Secret("passphrase", bytearray(program.passphrase_file.read_bytes()))
    opening.unlock(program.vault, secret).lock()
