"""The benchmark: ``make bench``, or ``make bench BENCH="--million"``, ``BENCH="--only ours --sizes 1000"``.

Session Notes and plain SQLite are measured in turn, round by round, so that what else the machine does meets both. The
medians, their ratios and the bars of the design are printed, and written to ``docs/benchmarks.md`` unless that file
holds a run of more than this one measured.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import others
import report
from ours import Command, Ours, derive_key
from plain import Plain
from rich.console import Console
from texts import CLIENTS, Text, Texts

SIZES = (1_000, 40_000)
MILLION = 1_000_000
BATCH = 20_000
"""Notes in one import."""
RARE, COMMON = 5_000, 50
"""Ranks of the words searched for: the one in about 6 of 1,000 notes, the other in a third of them."""
TYPED = (30, 300, 1_500, 4_000, 9_000)
"""Ranks of words typed letter by letter into a search field, from the second letter on."""
PATIENCE = 20.0
"""Seconds for one kind of measurement, beyond which it stops after a few rounds."""
LONGEST_FILL = 900.0
"""Seconds after which no further batch is imported; the record is then measured as large as it has got."""
LINES = 5
"""Lines of the log for each note, when everything is verified."""
AFTER = 3_600_000
"""Number of the first text that is saved one by one."""

Side = Plain | Ours
console = Console(stderr=True)


@dataclass
class Measured:
    """The figures of one size: seconds by what was done and by whom. `facts` holds bytes and the load.

    `asked` is how many notes were wanted, `notes` how many there were in the time given.
    """

    asked: int
    notes: int
    times: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    facts: dict[str, float] = field(default_factory=dict)

    def add(self, what: str, who: str, took: float) -> None:
        """One more round."""
        self.times.setdefault(what, {}).setdefault(who, []).append(took)

    def median(self, what: str, who: str) -> float | None:
        """The median in seconds, or None when it was not measured."""
        took = self.times.get(what, {}).get(who)
        return statistics.median(took) if took else None

    def p95(self, what: str, who: str) -> float | None:
        """The 95th percentile in seconds."""
        took = sorted(self.times.get(what, {}).get(who, ()))
        return took[max(0, -(-len(took) * 95 // 100) - 1)] if took else None


@dataclass(frozen=True)
class Busy:
    """Seconds of processor time since some start: on the clock, used by the whole machine, used by this benchmark."""

    clock: float
    machine: float
    mine: float

    def others_since(self, before: Busy) -> float:
        """How many cores other programs used on average since `before`; 0 where the machine does not tell."""
        used = (self.machine - before.machine) - (self.mine - before.mine)
        return max(0.0, used / max(self.clock - before.clock, 0.001))


def busy() -> Busy:
    """Processor time used until now."""
    told = Path("/proc/stat")
    mine = sum(os.times()[:4])
    if not told.exists():
        return Busy(time.monotonic(), mine, mine)
    user, nice, system, _idle, _waiting, interrupts, soft, *_ = map(int, told.read_text().split("\n", 1)[0].split()[1:])
    return Busy(time.monotonic(), (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK"), mine)


def timed(action: Callable[[], Any]) -> float:
    """Seconds that `action` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def in_turn(
    measured: Measured,
    what: str,
    sides: Sequence[Side],
    rounds: int,
    action: Callable[[Side, int], Any],
    before: Callable[[Side, int], Any] = lambda *_: None,
) -> None:
    """Time `action` on each side in turn, `rounds` times or until patience ends; `before` is not timed."""
    gc.collect()
    start = time.monotonic()
    for turn in range(rounds):
        for side in sides:
            before(side, turn)
            measured.add(what, side.name, timed(lambda side=side, turn=turn: action(side, turn)))  # type: ignore[misc]
        if turn >= 2 and time.monotonic() - start > PATIENCE:
            return


def fill(measured: Measured, texts: Texts, sides: Sequence[Side]) -> None:
    """Import all notes, batch by batch, in turn."""
    begun = time.monotonic()
    for start in range(0, measured.notes, BATCH):
        batch = texts.notes(start, min(BATCH, measured.notes - start))
        for side in sides:
            rows: Any = side.prepare_import(batch)
            gc.collect()
            measured.add("import", side.name, timed(lambda side=side, rows=rows: side.bring_in(rows)))  # type: ignore[misc]
        console.print(f"  {start + len(batch):,} notes imported", highlight=False)
        if time.monotonic() - begun > LONGEST_FILL:
            measured.notes = start + len(batch)
            break
    for side in sides:
        measured.facts[f"size {side.name}"] = side.size()


def use(measured: Measured, texts: Texts, sides: Sequence[Side]) -> None:
    """Everything that is done with a filled record, in turn."""
    many = measured.notes

    def commit(side: Side, _: int) -> None:
        if isinstance(side, Plain):
            measured.add("commit", side.name, timed(side.smallest_commit))

    in_turn(measured, "open", sides, 9, lambda side, _: side.open(), before=lambda side, _: side.close())
    in_turn(measured, "first screen", sides, 20, lambda side, _: side.first_screen())
    some = [texts.note(turn * 7919 % many) for turn in range(60)]
    known = {side.name: [side.find(text) for text in some] for side in sides}
    for side in sides:
        assert side.read(known[side.name][1]) == some[1].text
    in_turn(measured, "read", sides, 60, lambda side, turn: side.read(known[side.name][turn]), commit)
    found = [(side.search(texts.word(RARE))[0], side.search(texts.word(COMMON))[0]) for side in sides]
    assert len(set(found)) == 1, "the two do not find the same notes"
    measured.facts["found rare"], measured.facts["found common"] = found[0]
    in_turn(measured, "search rare", sides, 40, lambda side, _: side.search(texts.word(RARE)), commit)
    in_turn(measured, "search common", sides, 15, lambda side, _: side.search(texts.word(COMMON)), commit)
    typed = [texts.word(rank)[:length] + "*" for rank in TYPED for length in range(2, len(texts.word(rank)) + 1)]
    in_turn(measured, "search typed", sides, len(typed), lambda side, turn: side.search(typed[turn]))
    new = [texts.note(AFTER + turn) for turn in range(200)]
    in_turn(measured, "save", sides, 60, lambda side, turn: side.save(new[turn]))
    in_turn(measured, "save in two steps", sides, 60, lambda side, turn: side.save_in_two_steps(new[60 + turn]))
    for side in sides:
        side.begin_draft(new[150])
    draft, more = new[150].text, new[151].text.split()
    in_turn(measured, "draft", sides, 60, lambda side, turn: side.autosave(f"{draft} {' '.join(more[: turn + 1])}"))
    if measured.asked < MILLION:  # there it takes many minutes and no bar asks for it
        for side in sides:
            if isinstance(side, Ours):
                in_turn(measured, "copy the file", [side], 5, lambda side, _: side.copy())
                in_turn(measured, "backup", [side], 3, lambda side, _: side.backup())
        measured.facts["log lines"] = LINES * many
        for side in sides:
            side.fill_log(LINES * many)
        in_turn(measured, "verify", sides, 3, lambda side, _: side.verify())
    for _ in range(3):
        measured.add("derive key", "ours", timed(derive_key))


def commands(measured: Measured, texts: Texts, side: Ours, folder: Path) -> None:
    """The program as a whole process, as jrnl is measured."""
    reference = side.reference(texts.note(1))
    side.close()
    command = Command(side, folder)
    for turn in range(3):
        measured.add("process save", "ours", timed(lambda turn=turn: command.save(texts.note(AFTER + 300 + turn))))  # type: ignore[misc]
        measured.add("process read", "ours", timed(lambda: command.read(reference)))
        measured.add("process search", "ours", timed(lambda: command.search(texts.word(RARE))))


def measure(notes: int, who: set[str], texts: Texts) -> Measured:
    """Session Notes and plain SQLite at one size."""
    measured = Measured(notes, notes)
    before = busy()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        kinds: dict[str, Callable[[Path], Side]] = {"plain": Plain, "ours": Ours}
        sides = [make(folder) for kind, make in kinds.items() if kind in who]
        if not sides:
            return measured
        fill(measured, texts, sides)
        use(measured, texts, sides)
        for side in sides:
            if isinstance(side, Ours) and notes < MILLION:
                commands(measured, texts, side, folder)
            else:
                side.close()
    measured.facts["others"] = busy().others_since(before)
    return measured


def compare(notes: int, who: set[str], texts: Texts) -> dict[str, dict[str, float]]:
    """The programs people use instead, at one size: by name, what each measured."""
    chosen = [other for other in others.OTHERS if other.name in who]
    if not chosen:
        return {}
    found = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        path = Path(name) / "texts.json"
        given: list[Text] = texts.notes(0, notes + 10)
        path.write_text(json.dumps([text.__dict__ for text in given]), "utf-8")
        for other in chosen:
            console.print(f"  {other.name}", highlight=False)
            count = min(notes, other.most)
            found[other.name] = {"notes": count, **others.measure(other, path, count, texts.word(RARE))}
    return found


def main() -> None:
    """Measure what was asked for, print it, write it down."""
    everybody = ["ours", "plain", *(other.name for other in others.OTHERS)]
    parser = argparse.ArgumentParser(description="Measure Session Notes against what else there is.")
    parser.add_argument("--million", action="store_true", help="also measure 1,000,000 notes (about half an hour)")
    parser.add_argument("--only", nargs="+", choices=everybody, default=everybody, help="measure only these")
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), help="numbers of notes")
    said = parser.parse_args()
    who, texts = set(said.only), Texts()
    if min(said.sizes) < CLIENTS:
        parser.error(f"at least {CLIENTS} notes: one for each client")
    sizes = sorted({*said.sizes, *([MILLION] if said.million else [])})
    results: list[Measured] = []
    instead: dict[int, dict[str, dict[str, float]]] = {}
    for notes in sizes:
        console.print(f"[bold]{notes:,} notes[/]", highlight=False)
        results.append(measure(notes, who, texts))
        if notes < MILLION:
            instead[notes] = compare(notes, who, texts)
        report.write(results, instead)
    report.show(results, instead)


if __name__ == "__main__":
    main()
