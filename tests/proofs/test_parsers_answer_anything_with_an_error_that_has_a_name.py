"""Whatever is fed to a parser: a value or a NotesError, never a traceback, never much memory, never a second's thought.

A million mutated headers, recovery keys, files to import, search queries, references and dates, in processes of their
own under a limit of memory (fuzzing_child.py).
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fuzzing_child import PARSERS
from hypothesis import given, settings
from hypothesis import strategies as st
from proof_kit import PROOF, Count
from stage_kit import HERE

import notes
from notes.errors import NotesError
from notes.exchange.dates import read_moment
from notes.record import search, values
from notes.vault import header, recovery_key

PARTS = 4
SHARE = 200
"""A slice takes one case of so many, all parsers in one process."""

ASKED = (
    [({name: cases // PARTS}, part) for name, (_, cases) in PARSERS.items() for part in range(PARTS)]
    if PROOF
    else [({name: cases // SHARE for name, (_, cases) in PARSERS.items()}, 0)]
)

if sys.platform != "linux":
    pytest.skip("the limit of memory is set by Linux's means", allow_module_level=True)


@pytest.mark.parametrize("asked, part", ASKED)
def test_a_parser_gives_a_value_or_an_error_with_a_name(
    asked: dict[str, int], part: int, tmp_path: Path, count: Count
) -> None:
    search_path = os.pathsep.join([str(HERE), str(Path(notes.__file__).parents[1])])
    done = subprocess.run(
        [sys.executable, str(HERE / "fuzzing_child.py"), str(part), str(tmp_path), json.dumps(asked)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": search_path},
        text=True,
        check=False,
        timeout=1800,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for parser, told in json.loads(done.stdout).items():
        assert told["wrong"] == [], parser
        if parser != "search queries":  # those are never refused: whatever is typed is answered
            assert told["accepted"] < asked[parser], f"{parser}: nothing was refused: the mutations are too tame"
        count(f"mutated inputs: {parser}", asked[parser])


@settings(max_examples=2000 if PROOF else 40, deadline=None, database=None)
@given(st.text(max_size=200))
def test_what_hypothesis_thinks_of_is_answered_too(typed: str) -> None:
    search.query(typed)
    for parse in (
        values.day,
        values.moment,
        lambda text: read_moment(text, None, True),
        lambda text: recovery_key.read(text.encode("utf-8", "replace")),
        lambda text: header.parse(text.encode("utf-8", "replace")),
    ):
        with contextlib.suppress(NotesError):
            parse(typed)
