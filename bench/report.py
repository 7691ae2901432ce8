"""What was measured, as tables: on the screen with rich, and in ``docs/benchmarks.md``.

The bars are those of the design. Each figure stands beside its bar with whether it is met; a bar that this benchmark
cannot judge yet says so.
"""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import others
import sqlcipher3.dbapi2 as sqlcipher
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from run import Measured

FILE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
WORKING_LIFE = 40_000
"""Notes of a working life: the size for which the design sets bars in seconds."""
QUIET = 0.25
"""Cores that other programs may use before a measurement counts as disturbed, and its verdicts as not safe."""
FLAT = 1.5
"""How many times slower a million notes may be than a thousand and still count as flat."""

SAVE, READ, SEARCH, SIZE, BACKUP, VERIFY = 2.5, 2.5, 1.5, 1.2, 5, 4
FIRST_SCREEN, TYPED, IMPORT = 0.150, 0.020, 3_000


@dataclass(frozen=True)
class Row:
    """A line of a table. `met` is None where there is no bar."""

    what: str
    ours: str
    plain: str = ""
    ratio: str = ""
    bar: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """As text."""
        return (
            self.what,
            self.ours,
            self.plain,
            self.ratio,
            self.bar,
            {None: "", True: "met", False: "NOT MET"}[self.met],
        )


def title(m: Measured) -> str:
    """The table's title; it says whether other programs were in the way."""
    others_used = m.facts.get("others", 0.0)
    disturbed = f", disturbed: other programs used {others_used:.1f} of {os.cpu_count()} cores"
    return f"{m.notes:,} notes" + disturbed * (others_used > QUIET)


def seconds(value: float | None) -> str:
    """A time as people read it."""
    if value is None:
        return ""
    if value >= 1:
        return f"{value:,.2f} s" if value < 100 else f"{value:,.0f} s"
    return f"{value * 1000:.2f} ms" if value < 0.01 else f"{value * 1000:.0f} ms"


def times(ours: float | None, plain: float | None) -> str:
    """The ratio."""
    if not ours or not plain:
        return ""
    ratio = ours / plain
    return f"{ratio:.2f} x" if ratio < 10 else f"{ratio:,.0f} x"


def rows(m: Measured) -> list[Row]:
    """The table of one size. Bars in seconds hold at the size of a working life only."""
    life = m.notes == WORKING_LIFE
    commit = m.median("commit", "plain")
    made: list[Row] = []

    def against(what: str, key: str, most: float | None = None, note: str = "", plus: float = 0.0) -> None:
        """Ours against plain; with `most`, at most so many times as long plus `plus`."""
        ours, plain = m.median(key, "ours"), m.median(key, "plain")
        met = ours <= most * plain + plus if most and ours and plain else None
        bar = f"<= {most} x{note}" if most else ""
        made.append(Row(what, seconds(ours), seconds(plain), times(ours, plain), bar, met))

    def within(what: str, ours: float | None, plain: float | None, most: float) -> None:
        """Ours at most so many seconds."""
        met = ours <= most if life and ours else None
        bar = f"<= {seconds(most)}" if life else ""
        made.append(Row(what, seconds(ours), seconds(plain), times(ours, plain), bar, met))

    against("save: autosaved draft", "draft", SAVE)
    against("save: note entered and signed at once", "save", SAVE)
    against("save: note begun, then signed; plain in two commits", "save in two steps")
    against("read: logged, plain not logged", "read")
    read = m.median("read", "ours")
    met = read <= READ * commit if read and commit else None
    made.append(
        Row(
            "read: against the smallest commit",
            seconds(read),
            seconds(commit),
            times(read, commit),
            f"<= {READ} x",
            met,
        )
    )
    for word in ("rare", "common"):
        found = int(m.facts.get(f"found {word}", 0))
        against(f"search: {word} word ({found:,} notes)", f"search {word}", SEARCH, " + 1 commit", commit or 0.0)
    within("search as you type, p95", m.p95("search typed", "ours"), m.p95("search typed", "plain"), TYPED)
    against("open, without key derivation", "open")
    derived, opened, screen = (m.median(key, "ours") for key in ("derive key", "open", "first screen"))
    made.append(Row("key derivation (Argon2id, default cost)", seconds(derived)))
    against("list of clients", "first screen")
    within("first screen: open and list of clients", opened + screen if opened and screen else None, None, FIRST_SCREEN)
    big, small = m.facts.get("size ours"), m.facts.get("size plain")
    met = big <= SIZE * small if big and small else None
    made.append(Row("size on disk after import", size(big), size(small), times(big, small), f"<= {SIZE} x", met))
    fast, faster = rate(m, "ours"), rate(m, "plain")
    told = [f"{found:,.0f}" if found else "" for found in (fast, faster)]
    met = fast >= IMPORT if life and fast else None
    made.append(Row("import, notes a second", *told, times(faster, fast), f">= {IMPORT:,}" if life else "", met))
    lines = int(m.facts.get("log lines", 0))
    against(f"full verification, {lines:,} lines of log (plain: pages, index, rows hashed)", "verify", VERIFY)
    backup, copy = m.median("backup", "ours"), m.median("copy the file", "ours")
    met = backup <= BACKUP * copy if life and backup and copy else None
    told = [seconds(backup), seconds(copy), times(backup, copy)]
    made.append(Row("verified backup (plain: the vault's file copied)", *told, f"<= {BACKUP} x" if life else "", met))
    return [row for row in made if row.ours or row.plain]


def size(value: float | None) -> str:
    """Bytes as people read them."""
    return f"{value / 1e6:,.1f} MB" if value else ""


def rate(m: Measured, who: str) -> float | None:
    """Notes imported a second, over the whole import."""
    took = m.times.get("import", {}).get(who)
    return m.notes / sum(took) if took else None


def flat(results: Sequence[Measured]) -> list[tuple[str, ...]]:
    """Whether more notes make things slower: ours at each size, and the largest against the smallest."""
    first, last = results[0], results[-1]
    made = []
    for what, key, judged in (
        ("save: autosaved draft", "draft", True),
        ("save: note entered and signed", "save", True),
        ("logged read", "read", True),
        ("open without key derivation", "open", True),
        ("list of clients", "first screen", False),
        ("search: rare word", "search rare", False),
    ):
        start, end = first.median(key, "ours"), last.median(key, "ours")
        bar = ""
        if judged and last.notes > WORKING_LIFE and start and end:
            bar = "met" if end <= FLAT * start else "NOT MET"
        plain = times(last.median(key, "plain"), first.median(key, "plain"))
        made.append((what, *(seconds(m.median(key, "ours")) for m in results), times(end, start), plain, bar))
    return made


def beside(m: Measured, instead: dict[str, dict[str, float]]) -> list[tuple[str, ...]]:
    """What people use instead, at one size: one row for each program."""
    made = []
    for what, keys in (
        ("Session Notes, in process", ("open", "save", "read", "search rare")),
        ("Session Notes, whole process, Argon2 included", ("", "process save", "process read", "process search")),
    ):
        told = [m.median(key, "ours") for key in keys]
        if any(told):
            made.append((what, f"{m.notes:,}", *(seconds(took) for took in told), size(m.facts.get("size ours"))))
    for other in others.OTHERS:
        if (found := instead.get(other.name)) is not None:
            keys = ("open", "save", "read", "search")
            told_ = [seconds(found.get(key)) or (OVER if key in other.measures else "") for key in keys]
            name = f"{other.name} {others.version(other)}, {other.how}"
            made.append((name, f"{int(found['notes']):,}", *told_, size(found.get("size"))))
    return made


def machine() -> list[str]:
    """The machine in words: nothing that names it or its owner."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    system = platform.system()
    connection = sqlcipher.connect(":memory:")
    (cipher,) = connection.execute("PRAGMA cipher_version").fetchone()
    return [
        f"{os.cpu_count()} cores, {_processor()}, {memory:.0f} GiB of memory",
        f"{system} {re.match(r'[0-9]+[.][0-9]+|', platform.release()).group()}, {_file_system()}",  # type: ignore[union-attr]
        f"{platform.python_implementation()} {platform.python_version()}",
        f"SQLCipher {cipher} (SQLite {sqlcipher.sqlite_version}); plain: SQLite {sqlite3.sqlite_version}",
    ]


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    model = re.search(r"^model name\s*:\s*(.+)$", told.read_text(), re.M) if told.exists() else None
    return model.group(1) if model else platform.processor() or platform.machine()


def _file_system() -> str:
    """The kind of file system that the temporary folder is on: on one in memory, a commit would cost nothing."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "file system unknown"
    target = str(Path(tempfile.gettempdir()).resolve())
    best = ("", "unknown")
    for line in mounts.read_text().splitlines():
        _, point, kind, *_ = line.split()
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best[0]):
            best = (point, kind)
    return f"file system {best[1]}"


OVER = f"over {others.LONGEST} s"
TABLE = ("", "ours", "plain", "ratio", "bar", "")
BESIDE = ("", "notes", "open", "save one", "read one", "search", "size")

METHOD = """\
Session Notes (*ours*) is measured through the functions its faces call, so every figure includes the line in the
access log. *Plain* is Python's own sqlite3 with FTS5: the same texts, clients, sessions and notes with ordinary
indexes, no encryption, no log, no signatures; journal mode, synchronous, locking mode, page cache and index settings
are the same. The two take turns, round by round, in one process; given are medians. The texts are generated: 20,000
invented words with a Zipf-like distribution, 80 to 400 words a note (220 on average, about 1,340 characters),
{clients} clients. The rare word is in about 6 of 1,000 notes, the common one in a third of them; a search gives the
number of all matches and the best 20 with passages, on both sides. *Search as you type* is every beginning, from the
second letter on, of five words from frequent to rare. *Open* is unlocking with the recovery key, which needs no Argon2.
A *verified backup* is written, restored in private and checked whole; beside it stands what copying the vault's file
and waiting for the disk takes.
Imports come in batches of {batch:,} rows that are in memory already. *The smallest commit* is one number changed in one
row of the plain database. *Flat* is judged as: the most notes cost at most {flat} times what the fewest do. A filling
that takes more than 15 minutes stops there, and the table says how many notes there were.

Limits: one machine, with whatever else it was doing: other programs used {used} cores on average while each size
was measured. Where that is a good part of a core, the title says so and verdicts are not safe: a busy processor is
against ours, a busy disk is in its favour, since both wait for it alike. Files are in the operating system's cache;
generated words have no topics, so real notes have somewhat fewer different words each; plain SQLite is another
release than the one inside SQLCipher; every note here was imported, and a note written by hand leaves more lines.
The programs used instead are of other kinds, so what is timed is what a user waits for: jrnl runs one process for a
command, with its password; pykeepass and SQLAlchemy-Utils are called as libraries, on files that are open (*open*
says what opening costs). None of them keeps a log. Each had at most {longest} seconds, building included.
"""

NOT_YET = """\
Why a bar is missed, and what would move it: [decisions/007](decisions/007-speed.md).

Not measured here: the window's memory (<= 200 MB).
"""


Block = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""A table: title, heads, lines."""


def blocks(results: list[Measured], instead: dict[int, dict[str, dict[str, float]]]) -> list[Block]:
    """Every table."""
    made: list[Block] = []
    for m in results:
        if m.times:
            made.append((title(m), TABLE, [row.cells() for row in rows(m)]))
    timed = [m for m in results if m.median("open", "ours")]
    if len(timed) > 1:
        largest = f"{timed[-1].notes:,} / {timed[0].notes:,}"
        made.append(
            ("Flat: ours at every size", ("", *(f"{m.notes:,}" for m in timed), largest, "plain", ""), flat(timed))
        )
    for m in results:
        if instead.get(m.notes):
            made.append((f"What people use instead, {m.notes:,} notes", BESIDE, beside(m, instead[m.notes])))
    return made


def show(results: list[Measured], instead: dict[int, dict[str, dict[str, float]]]) -> None:
    """Print every table."""
    console = Console()
    for title, heads, lines in blocks(results, instead):
        table = Table(title=title, title_justify="left")
        for place, head in enumerate(heads):
            table.add_column(head, justify="left" if place == 0 else "right")
        for line in lines:
            table.add_row(*(f"[red]{cell}[/]" if cell == "NOT MET" else cell for cell in line))
        console.print(table)
    if left_out := _held() - _holds(results, instead):
        console.print(f"docs/{FILE.name} is left as it is: it also holds {', '.join(sorted(left_out))}.")
        console.print("To replace it, measure that too, or remove it first.")
    else:
        console.print(f"Written: docs/{FILE.name}", highlight=False)


def write(results: list[Measured], instead: dict[int, dict[str, dict[str, float]]]) -> None:
    """Write the file, unless the one that is there holds more than this."""
    if _held() <= _holds(results, instead):
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(_page(results, instead), "utf-8")


def _holds(results: list[Measured], instead: dict[int, dict[str, dict[str, float]]]) -> set[str]:
    """What was measured: who, at which size."""
    mine = {f"{who} {m.asked}" for m in results for who in m.times.get("open", {})}
    return mine | {f"{who} {notes}" for notes, found in instead.items() for who in found}


def _held() -> set[str]:
    """What the file there holds."""
    found = re.search(r"<!-- holds: (.*) -->", FILE.read_text("utf-8")) if FILE.exists() else None
    return set(found.group(1).split(", ")) if found else set()


def _page(results: list[Measured], instead: dict[int, dict[str, dict[str, float]]]) -> str:
    from run import BATCH  # run imports this module
    from texts import CLIENTS

    lines = ["# Benchmarks", "", "Written by `make bench`; nothing here is typed by hand.", ""]
    lines += [f"Measured {datetime.now(UTC):%Y-%m-%d} on:", "", *(f"- {fact}" for fact in machine()), ""]
    for title, heads, told in blocks(results, instead):
        lines += [f"## {title}", "", "| " + " | ".join(heads) + " |"]
        lines += ["|" + "|".join(["---"] + ["---:"] * (len(heads) - 1)) + "|"]
        lines += ["| " + " | ".join(line) + " |" for line in told]
        lines.append("")
    used = ", ".join(f"{m.facts.get('others', 0.0):.1f}" for m in results)
    method = METHOD.format(clients=CLIENTS, batch=BATCH, flat=FLAT, used=used, longest=others.LONGEST)
    lines += [
        "## Method and limits",
        "",
        method,
        NOT_YET,
        f"<!-- holds: {', '.join(sorted(_holds(results, instead)))} -->",
        "",
    ]
    return "\n".join(lines)
