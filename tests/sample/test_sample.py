"""The invented practice holds together, and the tour that is taken on it works."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from notes.practice import opening, verification
from notes.record import clients, reading, sessions, templates, values
from notes.sample import accidents, building, files
from notes.vault.slots import Secret

TODAY = date(2026, 11, 18)


def test_twelve_people_with_a_year_of_sessions() -> None:
    people = files.people(TODAY)
    assert len(people) == 12
    assert sum(len(person.entries) for person in people) > 200
    for person in people:
        assert set(person.details) == set(clients.FIELDS)
        assert person.details["phone"].startswith("01632 960")  # numbers set aside for fiction
        assert person.details["email"].endswith(".example")


def test_every_entry_can_be_entered() -> None:
    built_in = {values.plain_word(name): template for name, template in templates.BUILT_IN.items()}
    for person in files.people(TODAY):
        for entry in person.entries:
            assert TODAY - timedelta(weeks=54) < entry.at.date() < TODAY
            assert entry.attendance in values.ATTENDANCE
            assert entry.modality is None or entry.modality in values.MODALITIES
            if entry.template is None:
                assert entry.attendance in ("cancelled", "no-show")
            else:
                headings = [line for line in built_in[values.plain_word(entry.template)].body.splitlines() if line]
                assert [heading for heading in headings if heading not in entry.text] == [] or entry.draft
                assert len(entry.text.split()) > 15


def test_nobody_is_in_two_sessions_at_once() -> None:
    held = sorted(
        (entry.at, entry.at + timedelta(minutes=entry.minutes or 50))
        for person in files.people(TODAY)
        for entry in person.entries
        if entry.attendance in ("attended", "late")
        and entry.template in (None, *("soap", "dap", "birp", "girp", "pirp"))
    )
    assert [b for (_, end), (b, _) in itertools.pairwise(held) if b < end] == []


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "Sample.vault"
    building.build(folder, TODAY)
    return folder


def test_the_sample_vault_is_whole_and_has_something_left_to_do(sample: Path) -> None:
    with opening.unlock(sample, Secret("passphrase", bytearray(building.PASSPHRASE))) as practice:
        assert practice.do(verification.verify).ok
        left = practice.do(sessions.list_sessions, without_signed_note=True, until="2026-11-17")
        assert len(left) == 3
        assert len(practice.do(sessions.list_sessions, since="2026-11-18")) == len(building.APPOINTMENTS)
        assert {note.status for note in practice.do(reading.list_notes, limit=500)} == {"draft", "signed"}


def test_a_cut_in_the_middle_of_saving_leaves_half_a_change_and_the_draft_as_last_saved(sample: Path) -> None:
    secret = bytearray(building.PASSPHRASE)
    with opening.unlock(sample, Secret("passphrase", bytearray(secret))) as practice:
        note = practice.do(reading.list_notes, status="draft")[0]
        text = practice.do(reading.open, note.id).text
    assert accidents.cut_the_power(sample, note.ref, " One more.", " And half of") > 512
    with opening.unlock(sample, Secret("passphrase", secret)) as practice:
        assert practice.do(reading.open, note.id).text == text + " One more."
        assert [warning for warning in practice.warnings if "being edited" in warning]
        assert practice.do(verification.verify).ok


def test_the_tour_runs_to_its_end(tmp_path: Path) -> None:
    """Every command of it ends as it should; the tour stops at the first that does not."""
    environment = {**os.environ, "TMPDIR": str(tmp_path), "COLUMNS": "100"}
    command = [sys.executable, "-m", "notes", "demo", "--keep", str(tmp_path / "Kept.vault")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for sign in (
        "bytes of an unfinished change lie on the disk",
        "she hummed on the way out",
        "The note is signed.",
        "does not fit its own digest",
        "does not carry its seal",
        "hummed on the way out",
        "failed attempt to open this vault",
        "This is an older copy of the vault",
    ):
        assert sign in done.stdout
    assert "It was a tune" not in done.stdout, "what was never saved"
    assert {path.name for path in tmp_path.iterdir()} == {"Kept.vault"}
