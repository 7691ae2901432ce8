"""The process: what keeps others out of its memory, and what is handed to the one that replaces it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import notes
from notes.vault import process

ROOT = str(Path(notes.__file__).parents[1])


def run(code: str, *arguments: str) -> str:
    """What a program of its own says."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
        check=False,
        timeout=60,
    )
    return f"{done.stdout.strip()}{done.stderr.strip()}"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_hardened_process_writes_no_core() -> None:
    told = run("from notes.vault import process; process.harden(); print(open('/proc/self/limits').read())")
    limit = next(line for line in told.splitlines() if line.startswith("Max core file size"))
    assert limit.split()[4:6] == ["0", "0"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_hardening_is_granted_on_linux_and_doing_it_twice_changes_nothing() -> None:
    told = run("from notes.vault import process; process.harden(); print(process.harden())")
    assert told == "Hardening(no_dumps=True, not_readable=True)"


SAME_USER = """
import ctypes, os, resource, sys  # afterwards nothing more can be imported here
from notes.vault import process

def as_nobody(work):
    child = os.fork()
    if child == 0:
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        work()
        os._exit(0)
    return child

def be_read():
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # becoming somebody else took this away
    if sys.argv[1] == "hardened":
        process.harden()
    os.write(ready, b"1")
    os.read(end, 1)

def look():
    try:
        open(f"/proc/{child}/mem", "rb").close()
        print("read", flush=True)
    except PermissionError:
        print("refused", flush=True)

wait, ready = os.pipe()
end, over = os.pipe()
child = as_nobody(be_read)
os.close(ready)
os.read(wait, 1)
os.waitpid(as_nobody(look), 0)
os.write(over, b"1")
"""


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="becomes another user, which only root may")
def test_another_program_of_the_same_user_cannot_read_its_memory() -> None:
    assert run(SAME_USER, "as it comes") == "read", "otherwise the next line would show nothing"
    assert run(SAME_USER, "hardened") == "refused"


def test_a_system_without_these_calls_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> object:
        raise OSError("no such call")

    monkeypatch.setattr("ctypes.CDLL", refuse)
    monkeypatch.setattr(process, "_no_core_files", lambda: True)
    monkeypatch.setattr(sys, "platform", "linux")
    assert process.harden() == process.Hardening(no_dumps=True, not_readable=False)


SELF = """
import sys, threading
from notes.vault import process
if sys.argv[1:] == ["fresh", "and so"]:
    import ctypes, os
    print(os.getpid(), sys.orig_argv[1:-4], sys.flags.isolated, sys.flags.utf8_mode)
else:
    import os
    threading.Thread(target=input, daemon=True).start()
    print(os.getpid())
    process.replace(["fresh", "and so"])
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no exec")
def test_the_fresh_process_is_started_as_this_one_was_with_other_arguments() -> None:
    done = subprocess.run(
        [sys.executable, "-s", "-X", "utf8", "-c", SELF, "one", "two", "three"],
        input="",
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ROOT},
        check=False,
        timeout=60,
    )
    before, after = done.stdout.splitlines()
    assert after == f"{before} ['-s', '-X', 'utf8'] 0 1"


def test_where_no_process_can_be_started_this_one_ends_all_the_same() -> None:
    code = "import sys; from notes.vault import process; sys.executable = '/nowhere/python'; process.replace([])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": ROOT},
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (8, b"")
