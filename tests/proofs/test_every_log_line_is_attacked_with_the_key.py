"""Somebody with the data key and other software: every line of a log of a thousand is attacked, and the place is named.

The triggers are off, the rows are altered on a plain connection under the key, and the program's own walk along the
chain is run; then the alteration is rolled back. For every line: taken out, doubled, swapped with another, edited, and
everything from it on cut off, five ways each. The first line that does not hold must be named.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from proof_kit import PROOF, Count
from scenarios import RECOVERY, VAULT, Stage, make_vault
from sqlalchemy import Connection, text

from notes.access_log import chain
from notes.access_log.digests import text64
from notes.errors import ChainBroken
from notes.record import clients
from notes.store.engine import open_engine, schema_changes
from notes.vault import keys
from notes.vault.slots import Secret
from notes.vault.vault import unlock

LINES, PARTS, STEP = (1000, 10, 10) if PROOF else (40, 1, 4)
Row = tuple[int, str, bytes]


@dataclass
class Intruder:
    """The connection, and the log as it was."""

    db: Connection
    vault: str
    lines: list[Row]

    def write(self, lines: list[Row]) -> None:
        """Put these lines in the place of those with their numbers."""
        for line in lines:
            self.db.exec_driver_sql(
                "INSERT OR REPLACE INTO access_log (seq, record, head, seal) VALUES (?, ?, ?, x'00')", line
            )

    def remove(self, first: int, last: int) -> None:
        """Take lines out; SQLite's own counter still knows how many there were."""
        self.db.exec_driver_sql("DELETE FROM access_log WHERE seq BETWEEN ? AND ?", (first, last))

    def begin(self) -> None:
        """From here on, what is altered can be undone."""
        self.db.exec_driver_sql("SAVEPOINT attack")

    def undo(self) -> None:
        """The log as it was. SQLite keeps a savepoint it went back to: thousands of them would make each write slow."""
        self.db.exec_driver_sql("ROLLBACK TO attack")
        self.db.exec_driver_sql("RELEASE attack")

    def first_bad(self) -> int | None:
        """The number of the line that the walk along the chain names; None when it finds nothing."""
        try:
            for _ in chain.walk(self.db, self.vault):
                pass
        except ChainBroken as error:
            assert f"At line {error.line}:" in error.why
            return error.line
        return None


@pytest.fixture(scope="module")
def intruder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intruder]:
    """A vault with that many lines, open under its key with the triggers off. Nothing is ever committed."""
    place = tmp_path_factory.mktemp("long-log")
    make_vault(place)
    with Stage(place, lambda *_: None, 2).unlock() as practice:
        while practice._standing.end.seq < LINES:
            practice.do(clients.open, "Ada Quillfeather")
    vault = unlock(place / VAULT, Secret("recovery", bytearray(RECOVERY)))
    engine = open_engine(place / VAULT / "vault.db", vault.subkey(keys.DATABASE))
    with schema_changes(engine), engine.connect() as db:
        for name in db.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            db.exec_driver_sql(f"DROP TRIGGER {name}")
        lines = [tuple(row) for row in db.exec_driver_sql("SELECT seq, record, head FROM access_log ORDER BY seq")]
        yield Intruder(db, vault.header.vault, lines)
        db.rollback()
    engine.dispose()
    vault.close()


def take_out(intruder: Intruder, at: int, chance: random.Random) -> Iterator[int]:
    """The line alone; two, five, twenty; the line, and all after it moved up by one. Gives the line to be named."""
    for many in (1, 2, 5, 20):
        intruder.remove(at, min(at + many - 1, len(intruder.lines)))
        yield at
    intruder.remove(at, len(intruder.lines))
    intruder.write([(seq - 1, record, head) for seq, record, head in intruder.lines[at:]])
    yield at


def double(intruder: Intruder, at: int, chance: random.Random) -> Iterator[int]:
    """The line again in another's place, at the end, with its number put right, and with its head made to fit."""
    _, record, head = intruder.lines[at - 1]
    other = chance.choice([n for n in range(1, len(intruder.lines) + 1) if n != at])
    end = len(intruder.lines) + 1
    intruder.write([(other, record, head)])
    yield other
    intruder.write([(end, record, head)])
    yield end
    renumbered = _with(record, seq=end)
    intruder.write([(end, renumbered, head)])
    yield end
    before = intruder.lines[-1][2]
    intruder.write([(end, renumbered, keys.sha256(before + renumbered.encode()))])
    yield end
    shifted = [(seq + 1, record, head) for seq, record, head in intruder.lines[at - 1 :]]
    intruder.write(shifted)
    yield at + 1


def swap(intruder: Intruder, at: int, chance: random.Random) -> Iterator[int]:
    """The line and another: the next, or any; whole, their records only, their heads only, with numbers put right."""
    for other in (at % len(intruder.lines) + 1, *chance.sample(range(1, len(intruder.lines) + 1), 2)):
        if other == at:
            other = at - 1 or at + 1
        low, high = sorted((at, other))
        (_, one, head_one), (_, two, head_two) = intruder.lines[low - 1], intruder.lines[high - 1]
        ways = [
            [(low, two, head_two), (high, one, head_one)],
            [(low, two, head_one), (high, one, head_two)],
            [(low, one, head_two), (high, two, head_one)],
            [(low, _with(two, seq=low), head_one), (high, _with(one, seq=high), head_two)],
        ]
        intruder.write(chance.choice(ways))
        yield low
    intruder.write(
        [(at, _with(intruder.lines[at - 1][1], prev=text64(chance.randbytes(32))), intruder.lines[at - 1][2])]
    )
    yield at
    intruder.write([(at, intruder.lines[at - 1][1], chance.randbytes(32))])
    yield at


def edit(intruder: Intruder, at: int, chance: random.Random) -> Iterator[int]:
    """Another event, another time, a field more, other spacing; an edit with this line's head made to fit it."""
    _, record, head = intruder.lines[at - 1]
    before = intruder.lines[at - 2][2] if at > 1 else chain.genesis(intruder.vault)
    for changed in (
        _with(record, event="note.close"),
        _with(record, at="2026-01-01T00:00:00.000Z"),
        _with(record, counts={"notes": chance.randrange(1, 99)}),
        record.replace(",", ", ", 1),
    ):
        intruder.write([(at, changed, head)])
        yield at
    forged = _with(record, reason="forged")
    intruder.write([(at, forged, keys.sha256(before + forged.encode()))])
    # The forged line fits in itself; the one after it does not continue it. The last line has none after it: there the
    # chain alone finds nothing, and only an end of the log that is known outside the vault does.
    yield at + 1 if at < len(intruder.lines) else 0


def cut(intruder: Intruder, at: int, chance: random.Random) -> Iterator[int]:
    """Everything from the line on; then with the counter set to nonsense, to one less, to one more, and taken away."""
    end = len(intruder.lines)
    for counter in (end, end + 7, at - 2, at, None):
        intruder.remove(at, end)
        if counter is None:
            intruder.db.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = 'access_log'")
        else:
            intruder.db.exec_driver_sql("UPDATE sqlite_sequence SET seq = ? WHERE name = 'access_log'", (counter,))
        written = counter or 0  # nothing left and no counter: an empty log; see below
        yield max(1, min(at, written + 1)) if written != at - 1 else 0


def _with(record: str, **changed: Any) -> str:
    return keys.canonical({**json.loads(record), **changed}).decode()


ATTACKS: dict[str, Callable[[Intruder, int, random.Random], Iterator[int]]] = {
    "taken out": take_out,
    "doubled": double,
    "swapped": swap,
    "edited": edit,
    "cut off": cut,
}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("attack", ATTACKS)
def test_every_line_attacked_is_found_and_the_first_bad_one_named(
    attack: str, part: int, intruder: Intruder, count: Count
) -> None:
    assert intruder.first_bad() is None
    chance, cases = random.Random(f"{attack} {part}"), 0
    for at in range(1 + part, len(intruder.lines) + 1, STEP):
        intruder.begin()
        for bad in ATTACKS[attack](intruder, at, chance):
            if bad:
                found = intruder.first_bad()
                assert found == bad, f"line {at} {attack}: {found} named instead of {bad}"
                cases += 1
            intruder.undo()
            intruder.begin()
        intruder.undo()
    count(f"lines of the access log {attack}, with the key", cases)


def cut_the_tail_and_set_the_counter(intruder: Intruder, at: int) -> None:
    """What the chain cannot show: lines cut off the end, and SQLite's own counter set to fit."""
    intruder.remove(at, len(intruder.lines))
    intruder.db.execute(text("UPDATE sqlite_sequence SET seq = :n WHERE name = 'access_log'"), {"n": at - 1})


def test_a_tail_cut_off_with_the_counter_is_a_limit_of_the_chain_alone(intruder: Intruder) -> None:
    """Who has the key can do this; docs/threat-model.md says so. An anchor outside the vault is to be asked here."""
    intruder.begin()
    cut_the_tail_and_set_the_counter(intruder, len(intruder.lines) - 3)
    assert intruder.first_bad() is None
    intruder.undo()
