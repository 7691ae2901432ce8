"""Feeds one parser with mutated input, in a process that may not take much memory; prints what came of it as JSON.

Takes a seed, a folder to write in, and parsers' names with numbers of cases. What is fed is half things that people
and programs write, mutated, half noise. Anything raised but a NotesError, memory over the cap and a second of computing
are failures. The same seed makes the same cases again.
"""

from __future__ import annotations

import contextlib
import json
import random
import resource
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import fuzzing_more
import sqlcipher3.dbapi2 as sqlcipher
from mutations import raw, text
from scenarios import VAULT, Stage, make_vault

from notes.errors import NotesError
from notes.exchange import csv_files, dates, text_folders
from notes.practice import references
from notes.record import search, values
from notes.store.ids import read_reference
from notes.vault import header, keys, recovery_key

MEMORY = 256 * 2**20
"""Bytes that a parser may take beyond what the program takes once it is loaded."""

SECONDS = 1.0


class Hang(BaseException):
    """A parser computed for more than a second."""


def header_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Bytes that are flipped, and fields that are changed with the checksum put right again."""
    make_vault(room)
    good = (room / VAULT / "header.json").read_bytes()
    told = json.loads(good)
    odd = (None, True, 0, -1, 2**53, 2**64, 1.5, "", "x", "00" * 16, "é" * 99, [], {}, [[]], {"memory_kib": 1}, 10**30)

    def case() -> bytes:
        if chance.random() < 0.4:
            return raw(chance, (good.decode(),))
        changed = json.loads(good)
        where = changed
        if chance.random() < 0.6:
            where = chance.choice(changed["slots"])
            if where["cost"] and chance.random() < 0.5:
                where = where["cost"]
        if chance.random() < 0.2:
            changed["slots"] *= chance.randrange(20)
        name = chance.choice([*where, "extra"])
        where[name] = chance.choice([*odd, chance.choice(list(told.values()))])
        changed.pop("checksum", None)
        with contextlib.suppress(ValueError, UnicodeEncodeError):
            changed["checksum"] = keys.sha256(keys.canonical(changed)).hex()
        return keys.canonical(changed) + b"\n"

    return lambda: header.parse(case())


def recovery_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Keys with a slip in them, and noise."""
    good = tuple(recovery_key.write(bytearray(chance.randbytes(20))) for _ in range(50))
    return lambda: recovery_key.read(raw(chance, good))


def csv_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Tables with quotes, delimiters, dates and columns gone wrong."""
    samples = (
        'client,date,kind,text\nAda,2026-03-31,progress,"She said ""no""."\nBruno,2026-04-01,intake,Boats\n',
        "name;dos;notes\nAda;31.12.2025;one\nBruno;01/02/2026;two\n",
        ",topic,response\n1,grief,text\n2,sea,more\n",
    )
    file = room / "notes.csv"

    def parse() -> Any:
        file.write_bytes(raw(chance, samples))
        return csv_files.read(
            file, encoding=chance.choice((None, None, None, "utf-16", "cp1252", "nonsense", "zip", ""))
        )

    return parse


def text_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """A file with front matter in a client's folder."""
    samples = (
        "---\nclient: Ada\ndate: 2026-03-31\nkind: intake\ntags: [grief, sea]\nmood: low\n---\nShe came late.\n",
        "---\nclient: [a, b]\n---\ntext",
        "# A heading\n\nNo front matter at all.",
    )
    (room / "Ada").mkdir()
    file = room / "Ada" / "2026-03-31 note.md"

    def parse() -> Any:
        file.write_bytes(raw(chance, samples))
        return text_folders.read(room)

    return parse


def search_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Whatever is typed becomes a query that FTS5 takes."""
    db = sqlcipher.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5 (text, tokenize='unicode61 remove_diacritics 2', prefix='2 3')")
    db.execute("INSERT INTO t VALUES ('She laughed about the two herons by the weir.')")
    samples = ('heron* "two herons"', "a AND b", "weir OR herons", '"never closed')

    def ask() -> Any:
        asked = search.query(text(chance, samples))
        return asked and db.execute("SELECT count(*) FROM t WHERE t MATCH ?", (asked,)).fetchone()

    return ask


def reference_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """What is typed for a client, a note or a session, asked of a real vault."""
    make_vault(room)
    practice = Stage(room, lambda *_: None, 2).unlock()
    transaction = practice._begin()
    work = transaction.__enter__()
    refs = tuple(str(ref) for ref in work.sql("SELECT ref FROM notes UNION SELECT ref FROM clients").scalars())
    samples = (*refs, "Ada Quillfeather", "ada", "1234567890123456789", "9" * 19)

    def find() -> Any:
        assert transaction  # kept open as long as this function lives
        read_reference(text(chance, samples).encode("utf-8", "replace").decode())
        return chance.choice((references.client, references.note, references.session))(work, text(chance, samples))

    return find


def date_parser(chance: random.Random, room: Path) -> Callable[[], Any]:
    """Days, times, birth dates, and dates as files have them."""
    samples = (
        "2026-03-31",
        "2026-03-31T14:00",
        "31.12.2025",
        "03/04/2026",
        "1 March 2026",
        "20260331",
        "2026-03-31T14:00+25:00",
    )
    formats = (None, "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S%z", "%", "%Q", "%d" * 9, "[")
    ways: tuple[Callable[[str], Any], ...] = (
        values.day,
        values.moment,
        lambda typed: values.born(typed, date(2026, 3, 31)),
        lambda typed: dates.read_moment(typed, chance.choice(formats), chance.random() < 0.5),
    )
    return lambda: chance.choice(ways)(text(chance, samples))


PARSERS: dict[str, tuple[Callable[[random.Random, Path], Callable[[], Any]], int]] = {
    "headers": (header_parser, 200_000),
    "recovery keys": (recovery_parser, 200_000),
    "CSV files": (csv_parser, 80_000),
    "text files with front matter": (text_parser, 20_000),
    "search queries": (search_parser, 200_000),
    "references and names": (reference_parser, 100_000),
    "dates and times": (date_parser, 200_000),
    **fuzzing_more.PARSERS,
}
"""Each with its number of cases in the whole proof: more than a million together."""


def main(seed: str, room: Path, asked: dict[str, int]) -> None:
    """Run the cases of each parser and print what was found."""
    signal.signal(signal.SIGVTALRM, _hang)
    signal.siginterrupt(signal.SIGVTALRM, False)
    found = {}
    for name, cases in asked.items():
        place = room / name.replace(" ", "-").replace("/", "-")
        place.mkdir()
        found[name] = run(PARSERS[name][0](random.Random(f"{name} {seed}"), place), cases)
    print(json.dumps(found))


def run(parse: Callable[[], Any], cases: int) -> dict[str, Any]:
    """How many cases were accepted, and what went wrong."""
    wrong, accepted = [], 0
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, resource.RLIM_INFINITY))
    for number in range(cases):
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            parse()
            accepted += 1
        except NotesError:
            pass
        except (Exception, Hang) as error:
            wrong.append(f"case {number}: {type(error).__name__}: {error}"[:300])
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return {"accepted": accepted, "wrong": wrong[:20]}


def _hang(*_: object) -> None:
    raise Hang


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]))
