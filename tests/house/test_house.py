"""The rules of the house that a machine can hold: imports point downwards, words are declared, modules stay small."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from notes.access_log import events
from notes.access_log.chain import FIELDS
from notes.cli.main import app
from notes.desktop.actions import COMMANDS

HOUSE = Path(__file__).parents[2]
MODULES = sorted(p for p in (HOUSE / "notes").rglob("*.py") if "migrations" not in p.parts)

STOREYS = ["cli", "desktop", "sample", "exchange", "record", "practice", "access_log", "store", "vault", "errors"]
"""Top first."""


def test_imports_point_downwards_only() -> None:
    """The contracts stand in pyproject.toml; import-linter checks them."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_map_in_the_package_names_every_room() -> None:
    import notes

    rooms = {p.name for p in (HOUSE / "notes").iterdir() if p.is_dir() and (p / "__init__.py").exists()} | {"errors"}
    assert set(re.findall(r"^- ``(\w+)``", notes.__doc__ or "", re.MULTILINE)) == rooms == set(STOREYS)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.count("\n") <= 400
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 60, node.name


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(HOUSE)))
def test_everything_public_says_what_it_means(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree)
    silent = [n.name for n in _public(tree) if not ast.get_docstring(n)]
    assert silent == []


def _public(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not _told(node):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node)


def _told(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether what it means stands elsewhere: a setter's getter, a screen's base, the table of commands, Qt."""
    if isinstance(node, ast.ClassDef) or not node.args.args or node.args.args[0].arg != "self":
        return False
    setter = any(isinstance(d, ast.Attribute) and d.attr == "setter" for d in node.decorator_list)
    commands = {command.name.replace(".", "_") for command in COMMANDS}
    of_screens = {"arrive", "refresh", "leave", "place", "typed", "take_up", "event"}
    return setter or node.name in of_screens | commands or bool(re.search("[a-z][A-Z]", node.name))


def test_only_the_engine_knows_sqlcipher() -> None:
    importers = {p.relative_to(HOUSE).as_posix() for p in MODULES if "sqlcipher3" in p.read_text("utf-8")}
    assert importers == {"notes/store/engine.py"}


def test_events_page_is_the_vocabulary() -> None:
    assert (HOUSE / "docs" / "events.md").read_text("utf-8") == events.page()


def test_events_begin_with_what_they_touch() -> None:
    touched = {"today", "client", "session", "note", "search", "log", "vault", "key", "import", "backup"}
    assert {name.split(".")[0] for name in events.EVENTS} == touched


def test_every_field_of_a_log_record_is_documented() -> None:
    page = (HOUSE / "docs" / "format.md").read_text("utf-8")
    assert [field for field in FIELDS if f"`{field}`" not in page] == []


def commands(command: object = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every command of the terminal face with its path."""
    command = command or typer.main.get_command(app)
    children = getattr(command, "commands", {})
    if path and (not children or getattr(command, "invoke_without_command", False)):
        yield path, command
    for name, child in children.items():
        yield from commands(child, (*path, name))


@pytest.mark.parametrize("path, command", [pytest.param(*found, id=" ".join(found[0])) for found in commands()])
def test_every_command_is_documented_and_has_help(path: tuple[str, ...], command: object) -> None:
    assert getattr(command, "help", None), path
    for parameter in command.params:  # type: ignore[attr-defined]
        assert getattr(parameter, "help", None), (path, parameter.name)
    assert f"`notes {' '.join(path)}" in (HOUSE / "docs" / "terminal.md").read_text("utf-8")


def test_every_dependency_has_its_decision() -> None:
    """A dependency is named, with the reason for it, somewhere in docs/decisions."""
    project = (HOUSE / "pyproject.toml").read_text("utf-8")
    names = re.findall(r'^    "([a-z0-9-]+)[>=]=', project.split("[project.optional-dependencies]")[0], re.MULTILINE)
    decisions = "\n".join(p.read_text("utf-8").lower() for p in (HOUSE / "docs" / "decisions").glob("*.md"))
    assert len(names) > 8
    assert [name for name in names if name not in decisions] == []


def test_lock_files_hold_names_versions_and_hashes_only() -> None:
    for lock in [*HOUSE.glob("*.lock"), *HOUSE.glob("bench/*.lock")]:
        for line in lock.read_text("ascii").splitlines():
            pinned = r"[a-z0-9_.-]+==[\w.!+-]+( ;.*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
            assert not line or line.startswith("# The following packages") or re.fullmatch(pinned, line), line


def test_nothing_is_left_open() -> None:
    left = re.compile(r"TO" r"DO|FIX" r"ME|XX" r"X|NotImplementedError|pytest\.mark\.skip\b")
    files = [*MODULES, *(HOUSE / "tests").rglob("*.py"), *(HOUSE / "bench").rglob("*.py")]
    assert [p.name for p in files if left.search(p.read_text("utf-8")) and p != Path(__file__)] == []


def test_primitives_come_from_one_library() -> None:
    """hashlib, hmac, secrets and random are not used where keys, log or record are made."""
    for path in MODULES:
        if {"vault", "access_log", "store", "practice", "record"} & set(path.parts):
            imported = {
                alias.name
                for node in ast.walk(ast.parse(path.read_text("utf-8")))
                if isinstance(node, ast.Import)
                for alias in node.names
            }
            allowed = {"secrets"} if path.name == "files.py" else set()
            assert not (imported & {"hashlib", "hmac", "random", "secrets"}) - allowed, path
