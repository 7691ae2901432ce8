"""After locking, no word of a note, no passphrase and no key is in the memory of any process of the program.

A program of its own unlocks a vault with a passphrase, works in it, locks it, and is replaced by a fresh process. All
its memory is read from outside and searched: names, notes and passphrase in every form that Python keeps text in, keys
as bytes and as hexadecimal. Before locking everything is found, or the search would prove nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from proof_kit import PROOF, Count
from stage_kit import HERE

import notes
from notes.practice import opening
from notes.vault.slots import FLOOR, Secret

ROUNDS = 20 if PROOF else 1
WORDS = ["Quillfeatherby", "Mühlenstegłowa", "Zinnoberreiher🪶"]
"""Python keeps these as one, two and four bytes for each character."""
PASSPHRASES = ["plain walruses never yodel underwater", "trzydzieści żółtych łódek za mgłą"]
SURE = {*WORDS, "data key", "data key as text", "key of the row digests"}
"""What is in memory while the vault is open; of passphrase and database key nothing needs to be left by then."""
PLACE = '{"screen": "editor", "cursor": 17}'

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads memory through /proc")


@pytest.mark.parametrize("passphrase", PASSPHRASES, ids=["ASCII", "accents"])  # ids stand in the environment
def test_a_replaced_process_has_nothing_in_memory(passphrase: str, tmp_path: Path, count: Count) -> None:
    for round_ in range(ROUNDS):
        vault, file = made(tmp_path / f"{round_}.vault", passphrase)
        with child(vault, file, "replaced") as process:
            secrets = Secrets(passphrase, told(process))
            before = secrets.found_in(process.pid)
            assert before.keys() >= SURE, "the search does not find what is there"
            go(process)
            assert told(process) == "fresh"
            assert len(family(process.pid)) == 1
            assert secrets.found_in(process.pid) == {}
            assert handles(process.pid) <= 3
            arguments, environment = (Path(f"/proc/{process.pid}/{what}") for what in ("cmdline", "environ"))
            assert secrets.in_bytes(arguments.read_bytes() + environment.read_bytes()) == {}
            go(process)
        practice = opening.unlock(vault, Secret("passphrase", bytearray(passphrase.encode())))
        assert practice.place == PLACE
        practice.lock()
        count("secrets looked for in all memory after locking", len(secrets.forms))


def test_locking_alone_leaves_text_in_memory(tmp_path: Path) -> None:
    """Why the process is replaced, and that the search would find what was left."""
    vault, file = made(tmp_path / "Left.vault", PASSPHRASES[0])
    with child(vault, file, "stays") as process:
        secrets = Secrets(PASSPHRASES[0], told(process))
        go(process)
        assert told(process) == "closed"
        left = secrets.found_in(process.pid)
        assert set(WORDS) <= left.keys()
        assert "data key" not in left, "a key that is wiped on locking"
        go(process)


class Secrets:
    """What is looked for: name of the secret, and each form in which it could stand in memory."""

    def __init__(self, passphrase: str, keys: dict[str, str]) -> None:
        texts = {word: word for word in WORDS} | {"passphrase": passphrase}
        self.forms: list[tuple[str, bytes]] = []
        for name, text in texts.items():
            for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-32-le"):
                self.forms.append((name, text.encode(encoding, "ignore")))
        for name, key in keys.items():
            self.forms += [(name, bytes.fromhex(key)), (f"{name} as text", key.encode())]

    def in_bytes(self, content: bytes) -> Counter[str]:
        """How often each secret stands in these bytes."""
        return Counter({name: times for name, form in self.forms if (times := content.count(form))})

    def found_in(self, process: int) -> Counter[str]:
        """How often each secret stands in the memory of this process and of those it started."""
        found: Counter[str] = Counter()
        for member in family(process):
            for region in memory(member):
                found += self.in_bytes(region)
        return found


def made(folder: Path, passphrase: str) -> tuple[Path, Path]:
    """A vault and the file with its passphrase."""
    opening.create(folder, bytearray(passphrase.encode()), "The Weir Practice", cost=FLOOR)
    file = folder.with_suffix(".passphrase")
    file.write_text(passphrase, "utf-8")
    return folder, file


@contextmanager
def child(vault: Path, passphrase_file: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    """The program at work; it got the words and waits at its first stage."""
    search = os.pathsep.join([str(HERE), str(Path(notes.__file__).parents[1])])
    with subprocess.Popen(
        [sys.executable, str(HERE / "locking_child.py"), str(vault), str(passphrase_file), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": search},
        text=True,
    ) as process:
        assert process.stdin
        process.stdin.write(json.dumps(WORDS) + "\n")
        process.stdin.flush()
        try:
            yield process
        finally:
            process.kill()


def told(process: subprocess.Popen[str]) -> object:
    """The next thing the child says."""
    assert process.stdout
    return json.loads(process.stdout.readline())


def go(process: subprocess.Popen[str]) -> None:
    """Let the child go on."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()


def family(process: int) -> list[int]:
    """This process and all that descend from it."""
    members = [process]
    for member in members:
        for thread in Path(f"/proc/{member}/task").iterdir():
            members += [int(number) for number in (thread / "children").read_text().split()]
    return members


def handles(process: int) -> int:
    """How many files this process has open."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def memory(process: int) -> Iterator[bytes]:
    """Every readable region of a process's memory. Skips the test where the system does not let us read it."""
    maps = Path(f"/proc/{process}/maps").read_text().splitlines()
    try:
        handle = os.open(f"/proc/{process}/mem", os.O_RDONLY)
    except PermissionError:
        pytest.skip("a hardened process lets nobody but an administrator read its memory: run the tests as root")
    with os.fdopen(handle, "rb", buffering=0) as file:
        for line in maps:
            span, rights, *_ = line.split()
            if "r" not in rights or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            begin, end = (int(address, 16) for address in span.split("-"))
            file.seek(begin)
            region = b""
            try:
                while len(region) < end - begin and (piece := file.read(end - begin - len(region))):
                    region += piece
            except OSError:
                pass  # pages that are mapped but not there
            yield region
