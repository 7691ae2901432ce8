"""Words that occur nowhere else go through the whole program, in processes of their own; then every file is searched.

A story is told by the terminal program with a home, a temporary folder and settings folders of its own. Names, notes,
tags, reasons, a template, search words, mistyped commands and the passphrase hold the words; the vault is backed up,
checked, rehearsed and restored, its log exported, receipts and a recovery sheet are written. Afterwards they are
searched for in every file below, in UTF-8 and UTF-16, base64 at each of its three phases, and hexadecimal, and in what
PDF files draw; also in every file that a program holds open, deleted or not, in the middle of a transaction too large
for memory or of a backup, and in what kill -9 leaves of it. The recovery sheet alone shows the practice's name.
"""

from __future__ import annotations

import base64
import os
import re
import signal
import stat
import subprocess
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from proof_kit import PROOF, Count, spellings
from scenarios import RECOVERY, VAULT, make_vault
from stage_kit import HERE

import notes

WORDS = {
    "practice": "Quinquagesima House",
    "name": "Thistlewood Zymurgy",
    "phone": "heliotrope 5550199",
    "text": "umbrella stand on alternate Wednesdays",
    "amendment": "the marmalade argument was hers",
    "reason": "misheard pomegranate",
    "tag": "kumquatgrief",
    "template": "rhubarb checklist",
    "search": "flibbertigibbet",
    "mistyped": "Wrongly Spelt Gherkinson",
    "passphrase": "velvet orbit lantern muskrat",
    "wrong": "velvet orbit lantern badger",
}


def leaks(content: bytes) -> list[str]:
    """Which of the words are readable here, or, in a PDF file, in what it draws."""
    if content.startswith(b"%PDF"):
        content += b"".join(_unpacked(found[1]) for found in _STREAM.finditer(content))
    return [kind for kind, words in WORDS.items() if any(spelling in content for spelling in spellings(words))]


_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


@dataclass
class Home:
    """A machine of one's own: every folder that a program may write to, and what is given to it from outside."""

    place: Path

    def __post_init__(self) -> None:
        self.given = self.place / "given"
        self.given.mkdir()
        folders = {"HOME": "home", "TMPDIR": "tmp", "XDG_RUNTIME_DIR": "run"}
        folders |= {f"XDG_{kind}_HOME": f"home/.{kind.lower()}" for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
        for folder in folders.values():
            (self.place / folder).mkdir(parents=True, exist_ok=True)
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(notes.__file__).parents[1]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            **{name: str(self.place / folder) for name, folder in folders.items()},
        }
        self.passphrase = self.file("passphrase", WORDS["passphrase"])

    def file(self, name: str, content: str) -> str:
        """A file given to the program; not searched."""
        path = self.given / name
        path.write_text(content, encoding="utf-8")
        return str(path)

    def own(self, name: str, *, folder: bool = False) -> str:
        """Where the program is told to write; searched. A folder is made."""
        path = self.place / "home" / name
        if folder:
            path.mkdir()
        return str(path)

    def notes(self, *words: str, stdin: str = "", passphrase: str = "") -> tuple[int, str]:
        """``notes WORDS`` as a program; gives the exit code and what it said of errors."""
        options = [f"--vault={self.place / 'Own.vault'}", f"--passphrase-file={passphrase or self.passphrase}"]
        done = subprocess.run(
            [sys.executable, "-m", "notes", *options, *words],
            input=stdin.encode(),
            capture_output=True,
            env=self.environment,
            cwd=self.place / "home",
            check=False,
            timeout=300,
        )
        return done.returncode, done.stderr.decode()

    def written(self) -> dict[str, bytes]:
        """Every file but those given, by its path: the path is searched too."""
        found = {}
        for path in self.place.rglob("*"):
            if path.is_file() and self.given not in path.parents:
                found[str(path.relative_to(self.place))] = path.read_bytes()
        return found


def tell_the_story(home: Home) -> None:
    """Each command with the exit code that it should have."""
    name, text, tag = WORDS["name"], WORDS["text"], WORDS["tag"]
    template = home.file("template.md", f"## {WORDS['template']}")
    table = home.file("old.csv", f"client,date,text\n{name},2025-01-01,{WORDS['amendment']}\n")
    wrong = home.file("wrong", WORDS["wrong"])
    backups = home.own("backups", folder=True)
    new = ("note", "new", "--client", name, "--template", "SOAP", "--file", "-", "--tag", tag, "--at", "2026-03-31")
    story: list[tuple[int, tuple[str, ...], dict[str, str]]] = [
        (0, ("init", "--name", WORDS["practice"]), {}),
        (0, ("client", "add", name, "--phone", WORDS["phone"]), {}),
        (0, new, {"stdin": text}),
        (0, ("backup", "make", backups), {}),
    ]
    more: list[tuple[int, tuple[str, ...], dict[str, str]]] = [
        (0, ("search", f'"{text}"'), {}),
        (2, ("note", "new", "--client", WORDS["mistyped"], "--template", "SOAP", "--file", "-"), {"stdin": text}),
        (3, ("client", "list"), {"passphrase": wrong}),
        (0, (*new, "--sign"), {"stdin": text + " again"}),
        (0, ("note", "templates", "add", WORDS["template"], "--file", template), {}),
        (0, ("import", table), {}),
        (0, ("search", WORDS["search"]), {}),
        (0, ("client", "show", name), {}),
        (0, ("note", "list", "--tag", tag), {}),
        (2, ("note", "show", WORDS["mistyped"]), {}),
        (2, ("client", "add", name), {}),
        (0, ("log", "show", "--client", name), {}),
        (0, ("log", "review"), {}),
        (0, ("log", "receipt", home.own("receipt.txt")), {}),
        (0, ("log", "receipt", home.own("receipt.pdf")), {}),
        (0, ("log", "export", home.own("log.jsonl")), {}),
        (0, ("log", "export", home.own("log.csv"), "--format", "csv"), {}),
        (0, ("backup", "make", backups, "--keep-all"), {}),
        (0, ("backup", "drill", backups), {}),
        (0, ("backup", "list", backups), {}),
        (0, ("key", "recovery", "--recovery-sheet", home.own("sheet.pdf")), {}),
        (7, ("backup", "check", home.own(WORDS["mistyped"])), {}),
        (0, ("verify",), {}),
    ]
    for code, words, given in [*story, *(more if PROOF else [])]:
        ended, said = home.notes(*words, **given)
        if (code, ended) != (2, 6):  # a name that is there already is refused by a rule
            assert ended == code, (words[0], words[1:2], said)
        assert not leaks(said.encode()), f"an error of {words[0]} repeats what was typed"
    if PROOF:
        (first, *_) = sorted(Path(backups).glob("*.tar"))
        for words in (("check", str(first)), ("restore", str(first), home.own("Restored.vault"))):
            ended, said = home.notes("backup", *words)
            assert ended == 0, said


def test_no_word_of_a_whole_story_is_readable_in_any_file(tmp_path: Path, count: Count) -> None:
    home = Home(tmp_path)
    tell_the_story(home)
    written = home.written()
    assert {"Own.vault/vault.db", *(["home/Restored.vault/vault.db"] if PROOF else [])} <= written.keys()
    assert any(path.endswith(".tar") for path in written)
    for path, content in written.items():
        meant = ["practice"] if path.endswith("sheet.pdf") else []
        assert [word for word in leaks(content) if word not in meant] == [], path
        assert leaks(path.encode()) == [], path
    count(
        "searches of written files for words in every spelling",
        len(written) * sum(map(len, map(spellings, WORDS.values()))),
    )


@pytest.mark.skipif(sys.platform != "linux", reason="reads the list of open files from /proc")
@pytest.mark.parametrize("at_work", ["saving", "writing", "restoring"])
def test_no_word_is_readable_in_an_open_file_or_in_what_a_kill_leaves(
    at_work: str, tmp_path: Path, count: Count
) -> None:
    home = Home(tmp_path)
    make_vault(tmp_path)
    (tmp_path / "home" / "backups").mkdir()
    with subprocess.Popen(
        [sys.executable, str(HERE / "holding_child.py"), str(tmp_path / VAULT), RECOVERY.hex(), at_work],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=home.environment,
        cwd=tmp_path / "home",
        text=True,
    ) as child:
        assert child.stdin and child.stdout
        child.stdin.write(WORDS["text"] + "\n")
        child.stdin.flush()
        assert child.stdout.readline() == "inside\n"
        searched = 0
        for handle in Path(f"/proc/{child.pid}/fd").iterdir():
            if stat.S_ISREG(handle.stat().st_mode):
                searched += 1
                assert leaks(handle.read_bytes()) == [], handle.readlink()
        written = home.written()
        check_at_work(at_work, written)
        os.kill(child.pid, signal.SIGKILL)
    for path, content in [*written.items(), *home.written().items()]:
        assert leaks(content) == [], path
    count("open files searched in the middle of a transaction or a backup", searched)


def check_at_work(at_work: str, written: dict[str, bytes]) -> None:
    """The program was where it was to be looked at: otherwise nothing would be proved."""
    if at_work == "saving":
        assert written[f"{VAULT}/vault.db-journal"], "no transaction was at work"
        assert len(written[f"{VAULT}/vault.db"]) > 2**20, "nothing of it had gone to the disk yet"
    else:
        assert any(path.startswith("home/backups/.") for path in written), "no backup was being written"
        private = [path for path in written if path.startswith("tmp/session-notes-private-")]
        assert bool(private) == (at_work == "restoring"), private


def test_the_search_finds_words_where_they_are(tmp_path: Path) -> None:
    """Without this the tests above would prove nothing."""
    for shift in range(3):
        assert leaks(base64.b64encode(b"y" * shift + WORDS["text"].encode() + b"more")) == ["text"]
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert leaks(b"\0" + WORDS["name"].encode(encoding)) == ["name"]
    assert leaks(WORDS["tag"].encode().hex().encode()) == ["tag"]
