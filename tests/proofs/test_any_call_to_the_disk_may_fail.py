"""Every call that writes to the disk, in turn, is the one at which things go wrong: nothing acknowledged is lost.

Each scenario is played once to count its calls; then, for every number n, once for each of some ways in which the n-th
call can fail. Afterwards: what is stored is what was acknowledged, or that and the step that was being done; some
passphrase and some recovery key that the owner knows opens the vault; full verification finds nothing; and the program
ended by the signal, or in an error with a name, never in a traceback. Backups that have their names are whole, and one
of them holds what was acknowledged as backed up.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from next_schema import check_up_to_date
from proof_kit import PROOF, Count, Recorded
from recording import Recording
from scenarios import ANOTHER, PASSPHRASE, SCENARIOS
from stage_kit import FILES, KEPT, Server, backups_in, check_verified, header_pair, look, passphrases

CREATES, WRITES, SYNCS, RENAMES, REMOVES, CUTS = 1, 2, 4, 8, 16, 32
ANY = CREATES | WRITES | SYNCS | RENAMES | REMOVES | CUTS

WAYS = {
    "killed before it": (1, ANY),
    "half written, then killed": (2, WRITES),
    "no room, once": (3, ANY & ~REMOVES),
    "no room, for good": (4, ANY & ~REMOVES),
    "the disk fails": (5, ANY),
    "the file may not grow": (6, WRITES | CUTS),
    "half written, to be gone on with": (7, WRITES),
}
"""Ways for a call to fail: the number by which shim.c knows it, and the kinds of call that can fail so."""

PARTS = 6 if PROOF else 1
SLICE = 3
WAYS_EACH = 3
"""Ways tried for one call, drawn at random: all seven would take half an hour more and found nothing else."""
OPENED: dict[tuple[tuple[bytes, ...], tuple[bytes, ...]], bool] = {}
"""Whether one of these passphrases opens a vault with these headers; each trial costs a stretching."""
SIGKILL, NO_TRACEBACK = 9, range(9)


def points(recording: Recording, chance: random.Random) -> list[tuple[int, str]]:
    """Every call of the scenario, each with some of the ways in which it can fail, in any order."""
    found = []
    for number, kind in enumerate(recording.kinds, 1):
        ways = [way for way, (_, kinds) in WAYS.items() if kind & kinds]
        found += [(number, way) for way in chance.sample(ways, min(WAYS_EACH, len(ways)))]
    chance.shuffle(found)
    return found


def check_ended(ended: dict[str, Any]) -> None:
    """By the signal, or with one of the program's own exit codes that say what was wrong; 1 would be a bug."""
    if "signal" in ended:
        assert ended["signal"] == SIGKILL, f"it hung or crashed: {ended}"
    else:
        assert ended["code"] in NO_TRACEBACK and ended["code"] != 1, ended


def check_stored(recording: Recording, ended: dict[str, Any]) -> None:
    """Open what is left. Raises what opening raises."""
    vault = recording.room / "play" / recording.scene.folder
    steps = [text for what, text in ended["told"] if what == "a"]
    shown = [text for what, text in ended["told"] if what == "d"]
    allowed = recording.rows_after(len(steps))
    check_beside(recording, len(steps))
    if not any((vault / name).exists() for name in ("header.json", "header.bak")):
        assert None in allowed, "an acknowledged vault is not there"
        return
    pair = header_pair(vault)
    if pair != header_pair(recording.before.place / recording.scene.folder):
        tried = (ANOTHER,) if "passphrase" in steps else (PASSPHRASE, ANOTHER)
        if (pair, tried) not in OPENED:
            OPENED[pair, tried] = any(passphrases(vault, recording.room / "headers", tried))
        assert OPENED[pair, tried], "no passphrase opens the vault"
    replaced = shown and {"recovery", "rotated"} & set(steps)
    found = look(vault, shown[-1:] if replaced else [recording.before.key, *shown])
    check_verified(found.practice)
    if recording.scene.newer:
        assert found.practice._engine is not None
        check_up_to_date(found.practice._engine)
    found.practice.lock()
    assert found.seen.rows in allowed, "something acknowledged is not there, or something is that never was written"
    left = {path.name for path in vault.iterdir()} - FILES - KEPT
    assert not left, f"left behind: {left}"


def check_beside(recording: Recording, steps: int) -> None:
    """What lies beside the vault: backups are whole, one holds what was acknowledged, the rest is as it was."""
    play = recording.room / "play"
    files = {str(path.relative_to(play)): path.read_bytes() for path in play.rglob("*") if path.is_file()}
    assert not (other := recording.changed(dict(files))), f"{other} was changed"
    promised = recording.backups[steps - 1][1] if steps else 0
    assert max(backups_in(play).values(), default=0) >= promised, "an acknowledged backup is not there"


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_acknowledged_is_lost_and_somebody_can_still_open_whichever_call_fails(
    scenario: str,
    part: int,
    proof: bool,
    count: Count,
    recorded: Recorded,
    server: Server,
    tmp_path: Path,
) -> None:
    recording = recorded(scenario, 10)
    tried = points(recording, random.Random(scenario))
    tried = tried[part::PARTS] if proof else tried[:SLICE]
    wrong = []
    for number, way in tried:
        play = recording.room / "play"
        recording.before.copy(play)
        job = {"place": play, "told": recording.room / "told", "seed": 10, "key": recording.before.key}
        ended = server.play(scenario=scenario, at=number, mode=WAYS[way][0], **job)
        try:
            check_ended(ended)
            with recording.scene.program():
                check_stored(recording, ended)
        except Exception as error:
            kept = shutil.copytree(play, tmp_path / f"found-{number}-{WAYS[way][0]}", dirs_exist_ok=True)
            told = [text for what, text in ended["told"] if what == "e"]
            wrong.append(f"call {number}, {way}: {error!r} after {told}; see {kept}")
    assert not wrong, f"{len(wrong)} of {len(tried)}:\n" + "\n".join(wrong)
    count("calls to the disk that failed, in each way", len(tried))
