"""Which backups the rule keeps: a pure rule over dates, and what it never touches in a folder."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes.errors import NotesError, UsageError
from notes.practice import backups, generations, keyring, opening
from notes.practice.practice import Practice
from notes.vault.slots import FLOOR, Secret

MOMENTS = st.lists(
    st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)), min_size=1, max_size=80
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def kept(moments: list[datetime]) -> list[datetime]:
    return [m for m, words in zip(moments, generations.kept_for(moments), strict=True) if words]


@given(MOMENTS)
def test_the_newest_is_always_kept(moments: list[datetime]) -> None:
    assert max(moments) in kept(moments)


@given(MOMENTS)
def test_as_many_are_kept_as_the_rule_says_and_no_more(moments: list[datetime]) -> None:
    days = {m.date() for m in moments}
    assert min(len(days), generations.DAYS) <= len(kept(moments)) <= 7 + 4 + 12


@given(MOMENTS)
def test_each_kept_one_is_the_newest_of_its_period(moments: list[datetime]) -> None:
    for moment, words in zip(moments, generations.kept_for(moments), strict=True):
        if "day" in words:
            assert moment == max(m for m in moments if m.date() == moment.date())
        if "week" in words:
            assert moment == max(m for m in moments if m.isocalendar()[:2] == moment.isocalendar()[:2])
        if "month" in words:
            assert moment == max(m for m in moments if (m.year, m.month) == (moment.year, moment.month))


@given(MOMENTS)
def test_what_was_let_go_does_not_change_what_is_kept(moments: list[datetime]) -> None:
    once = kept(moments)
    assert kept(once) == once


@given(MOMENTS, st.randoms())
def test_the_order_in_which_files_are_found_does_not_matter(moments: list[datetime], chance: object) -> None:
    distinct = list(dict.fromkeys(moments))
    shuffled = list(distinct)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert set(kept(shuffled)) == set(kept(distinct))


@settings(max_examples=20)
@given(st.integers(1, 800))
def test_a_backup_a_day_leaves_a_week_a_month_and_a_year(days: int) -> None:
    """Made day by day, the rule applied each time, as it happens in a practice."""
    left: list[datetime] = []
    for day in range(days):
        left = kept([*left, NOON + timedelta(days=day)])
    newest = NOON + timedelta(days=days - 1)
    assert set(left) >= {newest - timedelta(days=n) for n in range(min(days, 7))}
    if days > 400:
        assert 17 <= len(left) <= 23
        assert (newest - min(left)).days > 300


def test_a_long_holiday_removes_nothing() -> None:
    before = [NOON + timedelta(days=n) for n in range(7)]
    assert set(kept([*before, NOON + timedelta(days=700)])) >= set(before[1:])


def make_on(practice: Practice, folder: Path, moment: datetime, *, keep_all: bool = False) -> backups.Made:
    """A real backup, as if made at `moment`."""
    before = practice._standing.surroundings
    practice._standing.surroundings = replace(before, now=lambda: moment)
    try:
        return backups.make(practice, folder, keep_all=keep_all)
    finally:
        practice._standing.surroundings = before


def backup_on(practice: Practice, folder: Path, moment: datetime) -> Path:
    """The same, with no other removed."""
    return folder / make_on(practice, folder, moment, keep_all=True).file


def beside(path: Path, time: str) -> Path:
    """Where the backup of another time of that day would be."""
    return path.with_name(path.name[:25] + time + path.name[31:])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


def test_a_new_backup_lets_go_what_the_rule_does_not_keep(practice: Practice, folder: Path) -> None:
    older = [backup_on(practice, folder, NOON - timedelta(hours=n)) for n in (1, 2, 3)]
    yesterday = backup_on(practice, folder, NOON - timedelta(days=1))
    made = make_on(practice, folder, NOON)
    assert set(made.removed) == {path.name for path in older}
    assert set(folder.iterdir()) == {folder / made.file, yesterday}


def test_keep_all_keeps_all(practice: Practice, folder: Path) -> None:
    for _ in range(3):
        assert backups.make(practice, folder, keep_all=True).removed == ()
    assert len(list(folder.iterdir())) == 3


def test_what_this_program_did_not_write_is_never_removed(practice: Practice, folder: Path) -> None:
    first = backup_on(practice, folder, NOON - timedelta(hours=2))
    cut = beside(first, "080000")
    cut.write_bytes(first.read_bytes()[:-100])
    conflict = folder / f"{first.stem} (conflicted copy).tar"
    shutil.copy(first, conflict)
    link = beside(first, "070000")
    link.symlink_to(first)
    letter = folder / "letter.txt"
    letter.write_text("Dear colleague")
    make_on(practice, folder, NOON)
    assert {cut, conflict, link, letter} <= set(folder.iterdir())
    assert not first.exists()


def test_another_vaults_backups_are_left_alone(practice: Practice, folder: Path, tmp_path: Path) -> None:
    created = opening.create(
        tmp_path / "Other.vault", bytearray(b"a different pond of patient herons"), "O", cost=FLOOR
    )
    with opening.unlock(tmp_path / "Other.vault", Secret("recovery", created.recovery_key)) as other:
        theirs = [backup_on(other, folder, NOON - timedelta(hours=n)) for n in (1, 2)]
    make_on(practice, folder, NOON)
    assert all(path.exists() for path in theirs)


def test_backups_from_before_a_rotation_are_left_alone(practice: Practice, folder: Path) -> None:
    """They cannot be told from forged ones any more."""
    before = [backup_on(practice, folder, NOON - timedelta(hours=n)) for n in (1, 2)]
    keyring.rotate(practice, bytearray(b"nineteen patient herons by the weir"))
    assert make_on(practice, folder, NOON).removed == ()
    assert all(path.exists() for path in before)


def test_a_clock_that_once_went_wrong_does_not_crowd_out_what_comes_after(practice: Practice, folder: Path) -> None:
    """Seven backups dated years ahead would take all the days there are to be kept."""
    ahead = [backup_on(practice, folder, NOON + timedelta(days=4000 + n)) for n in range(8)]
    present = [make_on(practice, folder, NOON + timedelta(days=n)) for n in range(4)]
    assert [made.removed for made in present] == [()] * 4
    assert all(path.exists() for path in ahead)


def test_a_list_says_what_is_there_and_why_it_is_kept(practice: Practice, folder: Path) -> None:
    newest = backup_on(practice, folder, NOON)
    older = backup_on(practice, folder, NOON - timedelta(hours=1))
    beside(newest, "235959").write_bytes(b"not a backup at all")
    found = generations.listed(folder)
    assert [(entry.file, entry.kept) for entry in found if not entry.problem] == [
        (newest.name, ("day", "week", "month")),
        (older.name, ()),
    ]
    assert [entry.problem for entry in found if entry.problem] == [
        "That file is not a backup of Session Notes. It does not begin as one."
    ]


def test_a_damaged_newest_backup_is_not_passed_over_in_a_drill(practice: Practice, folder: Path) -> None:
    backup_on(practice, folder, NOON - timedelta(days=2))
    newest = backup_on(practice, folder, NOON)
    newest.write_bytes(newest.read_bytes()[:5000])
    assert generations.newest(folder, practice.vault_id) == newest


def test_a_name_is_never_taken_twice(practice: Practice, folder: Path) -> None:
    names = {backup_on(practice, folder, NOON).name for _ in range(3)}
    assert len(names) == 3
    assert all(generations._NAME.fullmatch(name) for name in names)


def test_names_hold_the_time_and_nothing_of_the_practice(practice: Practice, folder: Path) -> None:
    name = backup_on(practice, folder, NOON).name
    assert name == f"session-notes-{NOON.astimezone():%Y-%m-%d-%H%M%S}-{practice.vault_id[:8]}.tar"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, practice: Practice) -> None:
    with pytest.raises(UsageError):
        generations.listed(tmp_path / "nowhere")
    with pytest.raises(NotesError, match="no backup"):
        generations.newest(tmp_path, practice.vault_id)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a running program cannot be set here")
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_name_at_the_end_of_time_stops_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for day in ("0001-01-01-000000", "9999-12-31-235959"):
            (tmp_path / f"session-notes-{day}-0123abcd.tar").touch()
        assert all(entry.problem for entry in generations.listed(tmp_path))
    finally:
        monkeypatch.undo()
        time.tzset()
