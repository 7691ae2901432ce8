"""``notes doctor`` answers without a passphrase, with a vault and without one."""

from __future__ import annotations

from typing import Any


def test_it_needs_neither_vault_nor_passphrase(no_program: Any) -> None:
    found = no_program("--json", "doctor", bare=True).ok()["findings"]
    assert {finding["state"] for finding in found} <= {"good", "attention", "unknown"}
    assert not no_program.vault.exists()
    answer = no_program("doctor", bare=True)
    assert answer.code == 0
    assert all(finding["told"].split()[0] in answer.out for finding in found)
    assert "--vault FOLDER" in answer.out


def test_with_a_vault_it_says_more(program: Any) -> None:
    without = program("--json", "doctor", bare=True).ok()["findings"]
    found = program("--json", f"--vault={program.vault}", "doctor", bare=True).ok()["findings"]
    assert len(found) > len(without)


def test_a_folder_that_is_no_vault_is_said(no_program: Any) -> None:
    answer = no_program("--json", f"--vault={no_program.vault}", "doctor", bare=True)
    assert answer.code == 2
    assert answer.json["error"]["what"]
