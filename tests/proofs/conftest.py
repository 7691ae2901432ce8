"""The proofs: long attacks on each promise. `make test` runs a slice of each, `make proof` (NOTES_PROOF=1) all of it.

Each proof counts its cases; the counts stand at the end of the run and, after `make proof`, in docs/proofs.json and in
the table of docs/proofs.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from proof_kit import BEGIN, COUNTS, END, PAGE, PROOF, Count, Recorded, counts_table
from recording import Recording, record
from stage_kit import Beginning, Server, beginnings, build_shim

_TOTALS: Counter[str] = Counter()


@pytest.fixture
def proof() -> bool:
    """Whether this is the whole proof, or the slice of it that runs with the other tests."""
    return PROOF


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Count:
    """Says how many cases of a kind were tried. They are added up over the whole run."""

    def add(what: str, cases: int) -> None:
        request.node.user_properties.append(("proof", [what, cases]))

    return add


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Plays scenarios under the shim."""
    started = Server(build_shim(tmp_path_factory.mktemp("shim")))
    yield started
    started.close()


@pytest.fixture(scope="session")
def begun(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Beginning]:
    """The vaults that the scenarios begin with. Nobody opens these: copy them."""
    return beginnings(tmp_path_factory.mktemp("beginnings"), server)


@pytest.fixture(scope="session")
def recorded(server: Server, begun: dict[str, Beginning], tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A scenario's recording with this seed, made once."""

    @cache
    def play(scenario: str, seed: int) -> Recording:
        return record(scenario, seed, begun, server, tmp_path_factory.mktemp("recording"))

    return play


def pytest_runtest_logreport(report: Any) -> None:
    """Add up what a test said when it was over, whichever process it ran in."""
    if report.when == "call" and report.passed:
        for name, told in report.user_properties:
            if name == "proof":
                _TOTALS[told[0]] += told[1]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The counts, and after a run of the whole proof their file."""
    if not _TOTALS:
        return
    terminalreporter.section("cases tried by the proofs" if PROOF else "cases tried by slices of the proofs")
    for what, cases in sorted(_TOTALS.items()):
        terminalreporter.write_line(f"{cases:>12,}  {what}")
    if PROOF:
        known = json.loads(COUNTS.read_text("utf-8")) if COUNTS.exists() else {}
        known |= _TOTALS
        COUNTS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")
        before, rest = PAGE.read_text("utf-8").split(BEGIN)
        PAGE.write_text(before + BEGIN + counts_table(known) + END + rest.split(END)[1], "utf-8")
