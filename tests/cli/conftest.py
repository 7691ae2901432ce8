"""The real program on a vault of the test's own: in this process where output is enough, else in one of its own."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import notes
from notes.practice import opening
from notes.practice.practice import Practice
from notes.practice.surroundings import here
from notes.record import clients, progress_notes
from notes.vault import recovery_key
from notes.vault.slots import FLOOR, Secret

PASSPHRASE = "seven quiet herons over the weir"
RECOVERY_KEY = bytes(range(20))


@dataclass(frozen=True)
class Answer:
    """How a call ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        assert self.out.endswith("\n"), self
        assert self.out.count("\n") == 1, f"not exactly one document: {self}"
        return json.loads(self.out)

    def ok(self) -> Any:
        """The document of a call that went well and said nothing beside it."""
        assert (self.code, self.err) == (0, ""), self
        return self.json


@dataclass
class Program:
    """Runs ``notes`` on `vault`, in a home of its own.

    In this process it opens the vault with the recovery key, which costs no time; apart, with the passphrase.
    """

    vault: Path
    place: Path
    passphrase_file: Path = field(init=False)
    recovery_file: Path = field(init=False)
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.passphrase_file = self.place / "passphrase"
        self.passphrase_file.write_text(PASSPHRASE, encoding="utf-8")
        self.recovery_file = self.place / "recovery"
        self.recovery_file.write_text(recovery_key.write(bytearray(RECOVERY_KEY)), encoding="ascii")
        folders = {"HOME": "home", "TMPDIR": "tmp", "USERPROFILE": "home"}
        folders |= {f"XDG_{kind}_HOME": f"xdg-{kind.lower()}" for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
        folders["XDG_RUNTIME_DIR"] = "xdg-runtime"
        for name in set(folders.values()):
            (self.place / name).mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "TZ", "SYSTEMROOT") if name in os.environ}
        self.environment = {
            **kept,
            **{variable: str(self.place / name) for variable, name in folders.items()},
            "PYTHONPATH": str(Path(notes.__file__).parents[1]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LANG": "C.UTF-8",
            "TERM": "xterm",
        }

    def options(self, json: bool, quick: bool = False) -> list[str]:
        """The options before the command."""
        passphrase, recovery = f"--passphrase-file={self.passphrase_file}", f"--recovery-key-file={self.recovery_file}"
        return [f"--vault={self.vault}", recovery if quick else passphrase, *(["--json"] if json else [])]

    def __call__(self, *words: str, stdin: str | bytes = b"", json: bool = True, bare: bool = False) -> Answer:
        """``notes WORDS`` in this process; `bare` leaves the options before the command to the words."""
        from notes.cli.main import main

        argv = ["notes", *([] if bare else self.options(json, quick=True)), *words]
        given = io.TextIOWrapper(io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin), encoding="utf-8")
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
        err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="\n")
        before = sys.argv, sys.stdin, sys.stdout, sys.stderr
        sys.argv, sys.stdin, sys.stdout, sys.stderr = argv, given, out, err
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except Exception as error:  # what would end the program with Python's own traceback
            code = 1
            err.write(f"Traceback: {type(error).__name__}\n")
        finally:
            sys.argv, sys.stdin, sys.stdout, sys.stderr = before
        out.flush()
        err.flush()
        return Answer(code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]

    def apart(self, *words: str, stdin: str = "", json: bool = True, bare: bool = False, **environment: str) -> Answer:
        """``python -m notes WORDS`` as a program of its own, with no terminal."""
        done = subprocess.run(
            [sys.executable, "-m", "notes", *([] if bare else self.options(json)), *words],
            input=stdin.encode(),
            capture_output=True,
            env=self.environment | environment,
            cwd=self.place,
            start_new_session=True,
            timeout=120,
            check=False,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def unlocked(self) -> Practice:
        """The practice itself, to look behind the program's back. The caller locks it."""
        return opening.unlock(self.vault, Secret("recovery", bytearray(RECOVERY_KEY)))

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the record, without the log: equal before and after means nothing was changed."""
        from notes.store.models import RECORD_TABLES

        with self.unlocked() as practice:
            assert practice._engine is not None
            with practice._engine.connect() as db:
                return {
                    model.__tablename__: sorted(
                        (tuple(row) for row in db.exec_driver_sql(f"SELECT * FROM {model.__tablename__}")), key=repr
                    )
                    for model in RECORD_TABLES
                }

    def file(self, content: str | bytes, name: str = "text.md") -> str:
        """The path of a file with this content, outside the vault."""
        path = self.place / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)


@dataclass(frozen=True)
class Known:
    """What stands in the vault that the tests begin with: references of two clients and of their notes."""

    zoe: str
    berit: str
    signed: str
    draft: str


def _random(count: int) -> bytes:
    return RECOVERY_KEY if count == len(RECOVERY_KEY) else os.urandom(count)


@pytest.fixture(scope="module")
def cli_made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Known]:
    """A vault with two clients, a signed note and a draft. Nobody opens this one: tests open copies."""
    folder = tmp_path_factory.mktemp("cli") / "Made.vault"
    surroundings = replace(here(folder.parent / "state"), random_bytes=_random)
    opening.create(folder, bytearray(PASSPHRASE.encode()), "Terminal Tests", cost=FLOOR, surroundings=surroundings)
    secret = Secret("recovery", bytearray(RECOVERY_KEY))
    with opening.unlock(folder, secret, surroundings=here(folder.parent / "state")) as practice:
        do = practice.do
        zoe = do(clients.create, "Zoë Ångström", born="1980-02-29")
        berit = do(clients.create, "Berit Holm")
        signed = do(progress_notes.create, zoe.id, "SOAP", "She spoke of the orchard.", "2026-03-01T10:00")
        do(progress_notes.sign, signed.id)
        draft = do(progress_notes.create, berit.id, "free", "An unfinished thought.", "2026-03-02T11:00")
    return folder, Known(zoe.ref, berit.ref, signed.ref, draft.ref)


@pytest.fixture
def known(cli_made: tuple[Path, Known]) -> Known:
    """What stands in the vault."""
    return cli_made[1]


@pytest.fixture
def program(cli_made: tuple[Path, Known], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program, on a copy of that vault."""
    for name in ("NOTES_VAULT", "NOTES_PASSPHRASE_FILE", "NOTES_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg-state"))
    shutil.copytree(cli_made[0].parent / "state", tmp_path / "xdg-state" / "session-notes")
    return Program(Path(shutil.copytree(cli_made[0], tmp_path / "Terminal.vault")), tmp_path)


@pytest.fixture
def no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The program, with no vault where it points to."""
    for name in ("NOTES_VAULT", "NOTES_PASSPHRASE_FILE", "NOTES_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg-state"))
    return Program(tmp_path / "None.vault", tmp_path)


@pytest.fixture
def cli_unchanged(program: Program) -> Iterator[Callable[[], None]]:
    """Asserts at the end of the test, and whenever called, that no row of the record was changed."""
    before = program.rows()

    def check() -> None:
        assert program.rows() == before

    yield check
    check()
