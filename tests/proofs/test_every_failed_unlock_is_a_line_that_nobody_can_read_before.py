"""A thousand failed unlocks by eight programs at once: as many lines after the next unlock, nothing readable before.

Who tried, from where, when, with what kind of key and why it was refused is searched for in every file of the vault,
in every spelling, while it is locked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from knocking_child import BEGAN, BY_PASSPHRASE, HOST, USER
from proof_kit import PROOF, Count, spellings
from scenarios import RECOVERY, VAULT, make_vault
from stage_kit import HERE, check_verified, look

import notes
from notes.practice import log
from notes.practice.surroundings import iso

PROGRAMS, EACH = 8, 125 if PROOF else 8
RECORDED = ("locked.log", "locked.state")
KINDS = ("passphrase", "recovery key", "WrongKey", "program")

if sys.platform != "linux":
    pytest.skip("the crowd forks and reads its pipes by Linux's means", allow_module_level=True)


def contents(vault: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in vault.iterdir() if path.name != "lock"}


def test_every_failed_unlock_is_a_line_after_the_next_one_and_none_can_be_read_before(
    tmp_path: Path, count: Count
) -> None:
    make_vault(tmp_path)
    vault = tmp_path / VAULT
    before = contents(vault)
    search = os.pathsep.join([str(HERE), str(Path(notes.__file__).parents[1])])
    done = subprocess.run(
        [sys.executable, str(HERE / "knocking_child.py"), str(vault), str(PROGRAMS), str(EACH)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": search},
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [program["other"] for program in told] == [""] * PROGRAMS, "nothing but refusals and Busy may come"
    assert sum(program["busy"] for program in told) > 0, "they were never at it at the same time"

    locked = contents(vault)
    assert {name: content for name, content in locked.items() if name not in RECORDED} == {
        name: content for name, content in before.items() if name not in RECORDED
    }, "an attempt changed more than the record of attempts"
    times = [iso(BEGAN + timedelta(seconds=knocked)) for knocked in range(EACH)]
    for words in (USER, HOST, *KINDS, *times, *(moment[:10] for moment in times)):
        for spelling in spellings(words):
            for name, content in locked.items():
                assert spelling not in content or spelling in before.get(name, b""), f"{words} is readable in {name}"

    found = look(vault, [RECOVERY.hex()])
    assert f"{PROGRAMS * EACH:,} failed attempts to open this vault" in found.warnings[0]
    lines = found.practice.do(log.show, event="vault.attempt", limit=PROGRAMS * EACH + 9)
    check_verified(found.practice)
    found.practice.lock()
    assert len(lines) == PROGRAMS * EACH
    by = Counter((line.attempt["user"], line.attempt["at"]) for line in lines)
    assert by == {(f"{USER}-{number}", moment): 1 for number in range(PROGRAMS) for moment in times}
    by_passphrase = sum(line.attempt["with"] == "passphrase" for line in lines)
    assert by_passphrase == sum(number % BY_PASSPHRASE < EACH for number in range(PROGRAMS)) * -(-EACH // BY_PASSPHRASE)
    count("failed unlocks by eight programs at once, each a line", len(lines))
