"""Backups from the terminal: made, listed, checked, restored, rehearsed; what is refused, and what Ctrl+C leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def folder(program: Any) -> Path:
    made = program.place / "backups"
    made.mkdir()
    return Path(made)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_whole_story(program: Any, folder: Path, known: Any) -> None:
    made = program("backup", "make", str(folder)).ok()["backup"]
    file = str(folder / made["file"])
    (listed,) = program("backup", "list", str(folder)).ok()["backups"]
    assert (listed["file"], listed["kept"], listed["problem"]) == (made["file"], ["day", "week", "month"], "")
    assert "notes" not in listed
    found = program("backup", "check", file).ok()
    assert (found["ok"], found["notes"], found["changed"]) == (True, 2, [])
    drilled = program("backup", "drill", str(folder)).ok()
    report = Path(drilled["report"]).read_text("utf-8")
    assert "PASSED" in report and made["file"] in report
    target = program.place / "Restored.vault"
    restored = program("backup", "restore", file, str(target)).ok()
    assert restored["vault"]["path"] == str(target)
    program.vault = target
    assert program("verify").code == 4, "this computer knows a newer one"
    assert "copy of the vault" in program("log", "accept", "--reason", "backup").err
    assert program("verify").ok()["ok"]
    assert program("note", "show", known.signed).ok()["note"]["text"] == "She spoke of the orchard."
    events = [line["event"] for line in program("log", "show").ok()["lines"]]
    assert "backup.restore" in events


def test_people_are_told_in_sentences(program: Any, folder: Path) -> None:
    answer = program("backup", "make", str(folder), json=False)
    assert (answer.code, answer.err) == (0, "")
    assert "verified" in answer.out
    file = str(next(folder.iterdir()))
    for words in (("list", str(folder)), ("check", file), ("check", file, "--alone"), ("drill", file)):
        answer = program("backup", *words, json=False)
        assert (answer.code, answer.err) == (0, ""), words
        assert answer.out
    answer = program("backup", "restore", file, str(program.place / "R.vault"), json=False)
    assert "the recovery key set on" in answer.out
    assert "RESTORE DRILL" in program("backup", "drill", str(folder), json=False).out


def test_a_report_holds_no_client_data(program: Any, folder: Path) -> None:
    program("backup", "make", str(folder)).ok()
    report = program.place / "report.txt"
    program("backup", "drill", str(folder), "--report", str(report)).ok()
    told = report.read_text("utf-8")
    for word in ("Ångström", "Berit", "orchard", "Terminal Tests", "2 notes"):
        assert word not in told
    assert os.name != "posix" or report.stat().st_mode & 0o777 == 0o600
    assert program("backup", "drill", str(folder), "--report", str(report)).code == 2


def test_a_failed_drill_is_reported_and_logged_too(program: Any, folder: Path) -> None:
    program("backup", "make", str(folder)).ok()
    (file,) = folder.iterdir()
    content = bytearray(file.read_bytes())
    content[50_000] ^= 1
    file.write_bytes(content)
    report = program.place / "report.txt"
    assert program("backup", "drill", str(folder), "--report", str(report)).code == 4
    assert "FAILED" in report.read_text("utf-8")
    line = next(line for line in program("log", "show").ok()["lines"] if line["event"] == "backup.drill")
    assert line["outcome"] == "failed"


def test_a_backup_is_checked_and_restored_without_any_vault(program: Any, folder: Path) -> None:
    """The computer is gone; there is the stick and the sheet."""
    program("backup", "make", str(folder)).ok()
    file = str(next(folder.iterdir()))
    key = f"--recovery-key-file={program.recovery_file}"
    assert program("--json", key, "backup", "check", file, bare=True).ok()["changed"] is None
    target = str(program.place / "R.vault")
    assert program("--json", key, "backup", "restore", file, target, bare=True).ok()["vault"]["path"] == target
    opened = program("--json", f"--vault={target}", key, "client", "list", bare=True)
    assert opened.code == 0
    assert len(opened.json["clients"]) == 2


def test_a_wrong_key_is_said_of_the_backup(program: Any, folder: Path) -> None:
    program("backup", "make", str(folder)).ok()
    file = str(next(folder.iterdir()))
    wrong = program.file("some other words that open nothing", "wrong")
    for words in (("check", file, "--alone"), ("restore", file, str(program.place / "R.vault"))):
        answer = program(f"--passphrase-file={wrong}", "backup", *words, bare=True)
        assert answer.code == 3
        assert "does not open this backup" in answer.err
    assert not (program.place / "R.vault").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("make", "nowhere"), 2),
        (("list", "nowhere"), 2),
        (("drill", "."), 2),
        (("check", "nowhere.tar"), 7),
        (("check", "passphrase"), 7),
        (("restore", "passphrase", "R.vault"), 7),
        (("restore", "nowhere.tar", "R.vault"), 7),
        (("make",), 2),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_with_its_code(
    program: Any, words: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(program.place)
    before = files(program.place)
    answer = program("backup", *words)
    assert answer.code == code
    assert "Traceback" not in answer.err
    assert files(program.place) == before


def test_a_folder_in_a_cloud_is_mentioned_once_and_calmly(program: Any) -> None:
    cloud = program.place / "Nextcloud"
    cloud.mkdir()
    first = program("backup", "make", str(cloud))
    assert first.code == 0
    assert "Nextcloud" in first.err and first.json
    assert program("backup", "make", str(cloud)).err == ""


def test_what_is_no_longer_kept_is_removed_and_said(program: Any, folder: Path) -> None:
    program("backup", "make", str(folder)).ok()
    assert program("backup", "make", str(folder), "--keep-all").ok()["backup"]["removed"] == []
    assert len(files(folder)) == 2
    answer = program("backup", "make", str(folder), json=False)
    assert "2 older" in answer.out
    assert len(files(folder)) == 1
    events = [line["event"] for line in program("log", "show").ok()["lines"]]
    assert events.count("backup.remove") == 1


STOPPED = """
import sys, time
from notes.store import backup
copy = backup._copy
def slowly(source, target, length, told):
    print("copying", file=sys.stderr, flush=True)
    found = copy(source, target, length, told)
    time.sleep(60)
    return found
backup._copy = slowly
from notes.cli.main import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="sends the signal of Ctrl+C")
def test_ctrl_c_leaves_neither_half_a_file_nor_a_private_folder(program: Any, folder: Path) -> None:
    command = [sys.executable, "-c", STOPPED, *program.options(False, quick=True), "backup", "make", str(folder)]
    running = subprocess.Popen(
        command, env=program.environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    assert running.stderr is not None
    while b"copying" not in running.stderr.readline():
        pass
    time.sleep(0.3)
    assert files(folder) != []
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert b"Nothing half-done is kept" in told and b"Traceback" not in told
    assert files(folder) == []
    assert files(program.place / "tmp") == []
    line = next(line for line in program("log", "show").ok()["lines"] if line["event"] == "backup.make")
    assert line["outcome"] == "failed"
