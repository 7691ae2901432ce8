"""Somebody without the key, but with older copies of the vault: what they put together of old and new is noticed.

SQLCipher's seal says where a page belongs, not when it was written, so an older page in its place passes every check of
SQLCipher and SQLite. Every page is replaced by the same page of each of twenty-four older copies; then mixtures of
pages; then journals that were left over, put back beside the newest database. Unlocking or `verify` must say so, or
every row must be as it was last written. A mixture that comes to the whole of an older state, rows and log alike, is
told apart: only an anchor outside the vault could notice that, and the counts say how many there were.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from crash_model import Disk, read_record
from proof_kit import PROOF, Count
from scenarios import RECOVERY, SCENARIOS, VAULT, Stage, make_vault
from stage_kit import Beginning, Seen, Server, commits, database_key, look, rows_of

from notes.errors import NotesError
from notes.practice import verification
from notes.practice.practice import Practice
from notes.record import clients, progress_notes, reading
from notes.store.engine import PAGE_BYTES

COPIES = 24
CASES = 10_000 if PROOF else 24
PARTS = 8 if PROOF else 1
NOTICED, AS_IT_WAS = "noticed", "all rows as last written"
LET_IN = "noticed by verify, the database from before the journal was let in is kept"
SHORTER_LOG, OLDER = "all rows as last written, the log ends earlier", "the whole of an older state (needs an anchor)"


@dataclass(frozen=True)
class History:
    """A vault, its older databases, the oldest first, what the newest holds, and all that it ever held at rest."""

    folder: Path
    older: list[bytes]
    newest: bytes
    seen: Seen
    door: bytes
    states: frozenset[Seen]

    def outcome(self, database: bytes, journal: bytes = b"") -> str:
        """What comes of this database in the place of the newest. Anything but NotesError is a bug and goes up."""
        (self.folder / "vault.db").write_bytes(database)
        (self.folder / "locked.state").write_bytes(self.door)  # as it was; every opening moves it on
        (self.folder / "locked.log").unlink(missing_ok=True)
        if journal:
            (self.folder / "vault.db-journal").write_bytes(journal)
        try:
            found = look(self.folder, [RECOVERY.hex()])
            try:
                sound = found.practice.do(verification.verify).ok
            finally:
                found.practice.abandon()
        except NotesError as error:
            assert error.exit_code == 4, error
            return LET_IN if journal and (self.folder / "vault.db").read_bytes() != database else NOTICED
        finally:
            kept = self.folder / "vault.db.before-recovery"
            assert not journal or not kept.exists() or kept.read_bytes() == database
            nothing_lost = kept.exists() or (self.folder / "vault.db").read_bytes() == database
            for left in self.folder.glob("vault.db*"):
                left.unlink()
        if not sound or found.warnings:
            assert nothing_lost or sound or not journal, (
                "a journal that did harm was rolled back, and what was there before is gone"
            )
            return LET_IN if journal else NOTICED
        if found.seen in self.states:
            return OLDER
        assert found.seen.rows == self.seen.rows, "rows are other than they were last written, and nobody was told"
        return AS_IT_WAS if found.seen == self.seen else SHORTER_LOG


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Twenty-four sittings: writing, signing, amending, a draft that goes on, and sittings in which it is only read."""
    place = tmp_path_factory.mktemp("history")
    make_vault(place)
    older = []
    for sitting in range(COPIES):
        older.append((place / VAULT / "vault.db").read_bytes())
        with Stage(place, lambda *_: None, 30 + sitting).unlock() as practice:
            _sit(practice, sitting)
    newest = (place / VAULT / "vault.db").read_bytes()
    door = (place / VAULT / "locked.state").read_bytes()
    with_a_look = Path(shutil.copytree(place, place.with_name("looked-at")))
    found = look(with_a_look / VAULT, [RECOVERY.hex()])
    found.practice.abandon()
    return History(place / VAULT, older, newest, found.seen, door, states_of(place / VAULT, older))


def states_of(folder: Path, older: list[bytes]) -> frozenset[Seen]:
    """What each of these databases holds."""
    key = database_key(folder, RECOVERY.hex())
    found = set()
    for database in older:
        (folder / "vault.db").write_bytes(database)
        found.add(rows_of(folder, key))
    return frozenset(found)


def _sit(practice: Practice, sitting: int) -> None:
    do = practice.do
    draft = next((note for note in do(reading.list_notes, status="draft")), None)
    if sitting % 4 == 3:
        do(clients.open, "Ada Quillfeather")  # a sitting that leaves nothing but lines in the log
    elif sitting % 4 == 0:
        do(clients.create, f"Client {sitting}", phone=f"01632 9600{sitting:02}")
        do(progress_notes.create, f"Client {sitting}", "SOAP", f"Sitting {sitting}. " * 30, "2026-03-09T10:00")
    elif draft is not None:
        editing = do(progress_notes.edit, draft.id)
        do(progress_notes.save_draft, draft.id, editing.spell, editing.counter, f"{editing.text} And {sitting}.")
        do(progress_notes.close, draft.id, editing.spell)
        if sitting % 8 == 2:
            do(progress_notes.sign, draft.id)
            do(progress_notes.amend, draft.id, "a slip", f"Amended in sitting {sitting}.")


def pages(database: bytes) -> list[bytes]:
    return [database[at : at + PAGE_BYTES] for at in range(0, len(database), PAGE_BYTES)]


def single_pages(history: History) -> Iterator[bytes]:
    """The newest database with one page of an older one, wherever the two differ."""
    newest = pages(history.newest)
    for older in history.older:
        for at, page in enumerate(pages(older)):
            if page != newest[at]:
                yield b"".join([*newest[:at], page, *newest[at + 1 :]])


def mixtures(history: History, chance: random.Random) -> Iterator[bytes]:
    """Pages of the newest and of one to three older databases, never only those of one: that is a whole older copy."""
    known = {history.newest, *history.older}
    while True:
        sources = [pages(history.newest), *map(pages, chance.sample(history.older, chance.randint(1, 3)))]
        share = chance.choice((0.03, 0.1, 0.3, 0.6, 0.9))
        mixed = list(sources[0])
        for older in sources[1:]:
            for at, page in enumerate(older):
                if chance.random() < share:
                    mixed[at] = page
        if (database := b"".join(mixed)) not in known:
            known.add(database)
            yield database


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_of_an_older_copy_changes_what_is_read_unnoticed(part: int, history: History, count: Count) -> None:
    singles = list(single_pages(history))
    random.Random(5).shuffle(singles)
    mixed = mixtures(history, random.Random(f"mixture {part}"))
    wanted = CASES // PARTS
    tried = (singles[part::PARTS] if PROOF else singles[: CASES // 2])[:wanted]
    tried += [next(mixed) for _ in range(wanted - len(tried))]
    outcomes = [history.outcome(database) for database in tried]
    assert outcomes.count(NOTICED) > len(tried) // 2
    for outcome in sorted(set(outcomes)):
        count(f"databases with pages of older copies put in: {outcome}", outcomes.count(outcome))


def test_the_newest_copy_itself_is_no_false_alarm(history: History) -> None:
    assert history.outcome(history.newest) == AS_IT_WAS


PLAYED = (
    "a new client and a new note",
    "saving while typing",
    "amending",
    "signing",
    "throwing a draft away",
)


@pytest.fixture(scope="module")
def journals(
    server: Server, begun: dict[str, Beginning], tmp_path_factory: pytest.TempPathFactory
) -> tuple[History, list[bytes]]:
    """Every journal as it was just before its transaction ended, of one vault on which scenarios follow one another."""
    room = tmp_path_factory.mktemp("journals")
    play, found, older = room / "play", [], []
    begun["whole"].copy(play)
    for number, scenario in enumerate(PLAYED):
        assert SCENARIOS[scenario].begins == "whole"
        disk, written = Disk(play), room / f"record {number}"
        server.play(
            scenario=scenario, place=play, told=room / "told", record=written, seed=40 + number, key=RECOVERY.hex()
        )
        for event in read_record(written):
            ends = commits(event) and event.what != "r"
            if ends:
                found.append(disk.seen().get(f"{VAULT}/vault.db-journal") or b"")
            disk.do(event)
            if ends:
                older.append(disk.seen()[f"{VAULT}/vault.db"] or b"")
    newest = (play / VAULT / "vault.db").read_bytes()
    door = (play / VAULT / "locked.state").read_bytes()
    shutil.copytree(play, room / "looked-at")
    seen = look(room / "looked-at" / VAULT, [RECOVERY.hex()])
    seen.practice.abandon()
    history = History(play / VAULT, older, newest, seen.seen, door, states_of(play / VAULT, older) - {seen.seen})
    return history, [journal for journal in found if any(journal[:8])]


def with_fewer_records(journal: bytes, chance: random.Random) -> Iterator[bytes]:
    """The journal as it was, cut short, and with every other number of pages in its head, which has no seal."""
    yield journal
    yield journal[: chance.randrange(512, len(journal))]
    for records in range(int.from_bytes(journal[8:12], "big")):
        yield journal[:8] + records.to_bytes(4, "big") + journal[12:]


def test_a_journal_put_back_destroys_nothing_unnoticed(
    journals: tuple[History, list[bytes]], count: Count, proof: bool
) -> None:
    history, found = journals
    chance = random.Random(6)
    assert len(found) > 12
    tried = [stale for journal in found for stale in with_fewer_records(journal, chance)]
    outcomes = [history.outcome(history.newest, stale) for stale in (tried if proof else chance.sample(tried, 12))]
    for outcome in sorted(set(outcomes)):
        count(f"journals put back beside a newer database: {outcome}", outcomes.count(outcome))
