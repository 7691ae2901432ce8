"""Nothing readable on disk: after real work, no phrase, no client and no passphrase is found in any file written."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data" / "counselling-notes.csv"


def _everything_written(place: Path, spared: set[Path]) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in place.rglob("*") if path.is_file() and path not in spared}


def _spellings(text: str) -> list[bytes]:
    return [text.encode("utf-8"), text.encode("utf-16-le"), text.encode("utf-16-be")]


def test_nothing_of_the_real_notes_is_found_in_any_file_the_program_wrote(program: Any) -> None:
    if not DATA.exists():
        pytest.skip("the real data (../shared/data) is not on this machine")
    with DATA.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    choose = random.Random(11)
    lines = [line.strip() for row in rows for line in row["response"].splitlines() if len(line.strip()) > 60]
    phrases = [line[20:52] for line in choose.sample(lines, 30)]
    codes = choose.sample(sorted({row["client_code"] for row in rows if len(row["client_code"]) >= 5}), 20)
    passphrase = program.passphrase_file.read_text()

    run = program.apart
    done = run("import", str(DATA)).ok()
    assert (done["clients"], done["notes"]) == (489, 1284)
    code = codes[0]
    listed = run("note", "list", "--client", code).ok()["notes"][0]["ref"]
    for words in (
        ("note", "show", listed),
        ("search", f'"{phrases[0]}"'),
        ("note", "amend", listed, "--reason", "canary", "--file", program.file(phrases[1], "amendment.md")),
        ("note", "diff", listed),
        ("client", "list"),
        ("log", "show", "--client", code),
        ("verify",),
    ):
        answer = run(*words, json=False)
        assert answer.code == 0, answer
        assert not any(secret in answer.err for secret in (*phrases, *codes, passphrase))
    failed = run("note", "new", "--client", "nobody-" + code, "--file", "-", stdin=phrases[2])
    assert failed.code == 2 and not any(secret in failed.err for secret in (*phrases, *codes, passphrase))

    spared = {program.passphrase_file, program.recovery_file, program.place / "amendment.md"}
    written = _everything_written(program.place, spared)
    assert program.vault / "vault.db" in written
    for secret in (*phrases, *codes, passphrase, "Zoë Ångström", "orchard"):
        for spelt in _spellings(secret):
            assert [str(path) for path, content in written.items() if spelt in content] == []
    kept = {path.name for path in written if path.parent.name != "anchors"}
    assert kept <= {"vault.db", "header.json", "header.bak", "READ-ME.txt", "lock", "locked.state", "locked.log"}, (
        "and nothing else is left behind"
    )


def test_the_search_for_canaries_finds_one_that_is_there(program: Any) -> None:
    """Without this the test above would prove nothing."""
    (program.place / "home" / "leak").write_bytes(b"\0\0" + "Zoë Ångström".encode("utf-16-le"))
    written = _everything_written(program.place, {program.passphrase_file})
    assert any(spelt in content for content in written.values() for spelt in _spellings("Zoë Ångström"))
