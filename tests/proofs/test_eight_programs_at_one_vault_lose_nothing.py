"""Eight programs at once on one vault: one is inside at a time, the others are told Busy, and no update is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from proof_kit import PROOF, Count
from scenarios import RECOVERY, VAULT, make_vault
from stage_kit import HERE, check_verified, look

import notes
from notes.record import clients

PROGRAMS, EACH = 8, 25 if PROOF else 2
PATIENCE = 5.0
"""Seconds within which every attempt is answered: done, or Busy."""

if sys.platform != "linux":
    pytest.skip("the crowd forks and reads its pipes by Linux's means", allow_module_level=True)


def test_what_each_of_eight_programs_wrote_is_there_and_the_others_were_told(tmp_path: Path, count: Count) -> None:
    make_vault(tmp_path)
    vault = tmp_path / VAULT
    search = os.pathsep.join([str(HERE), str(Path(notes.__file__).parents[1])])
    command = [sys.executable, str(HERE / "crowd_child.py"), str(vault), RECOVERY.hex(), str(PROGRAMS), str(EACH)]
    done = subprocess.run(
        command, capture_output=True, env={**os.environ, "PYTHONPATH": search}, text=True, check=False, timeout=1200
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [program["other"] for program in told] == [""] * PROGRAMS, "nothing but Busy may come in between"
    added = {name for program in told for name in program["added"]}
    assert len(added) == PROGRAMS * EACH
    busy = sum(program["busy"] for program in told)
    assert busy > 0, "they were never at it at the same time"
    assert max(program["longest"] for program in told) < PATIENCE
    found = look(vault, [RECOVERY.hex()])
    check_verified(found.practice)
    assert {client.name for client in found.practice.do(clients.list_clients)} == added | {"Ada Quillfeather"}
    found.practice.lock()
    count("updates by eight programs at once, each there", len(added))
    count("of these programs' attempts answered with Busy", busy)
