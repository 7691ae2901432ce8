"""Plays scenarios, one after the other, each in a process of its own forked from this one, under the shim.

Started with the shim loaded; takes one job a line on standard input (JSON) and answers each with one line. A fork
costs a hundredth of what starting Python and loading the program costs.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401  # loaded once here, not in every child that creates a vault
import next_schema
from crash_model import said
from scenarios import SCENARIOS, Stage

from notes.errors import NotesError

PATIENCE = 60
"""Seconds that one scenario may take before it counts as hanging."""


def serve() -> None:
    """Answer until there are no more jobs."""
    shim = ctypes.CDLL(None)
    shim.shim_counted.restype = ctypes.c_long
    next_schema.prepare()
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line), shim)), flush=True)


def _run(job: dict[str, Any], shim: Any) -> dict[str, Any]:
    child = os.fork()
    if child == 0:
        signal.alarm(PATIENCE)
        _play(job, shim)
    _, status = os.waitpid(child, 0)
    ended = {"signal": os.WTERMSIG(status)} if os.WIFSIGNALED(status) else {"code": os.WEXITSTATUS(status)}
    told = Path(job["told"])
    return {**ended, "told": json.loads(f"[{told.read_text('utf-8')[:-1]}]") if told.exists() else []}


def _play(job: dict[str, Any], shim: Any) -> None:
    """The child. What it acknowledges is in a file before it goes on, as it would be on a screen."""
    place, told = Path(job["place"]), os.open(job["told"], os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    record = os.open(job["record"], os.O_CREAT | os.O_WRONLY | os.O_APPEND) if job.get("record") else -1

    def tell(what: str, text: str) -> None:
        os.write(told, json.dumps([what, text]).encode() + b",")
        if record >= 0 and what in "ad":
            os.write(record, said(what, text))

    code = 0
    try:
        stage = Stage(place, tell, job["seed"], job["key"])
        shim.shim_root(str(place).encode())
        shim.shim_record(record)
        shim.shim_arm(ctypes.c_long(job.get("at", 0)), job.get("mode", 0))
        SCENARIOS[job["scenario"]].play(stage)
    except NotesError as error:
        code = error.exit_code
        tell("e", f"{type(error).__name__}: {error.what} {error.why}")
    except BaseException:
        code = 99
        tell("e", traceback.format_exc())
    tell("k", " ".join(str(shim.shim_kind(ctypes.c_long(n))) for n in range(1, shim.shim_counted() + 1)))
    os._exit(code)


if __name__ == "__main__":
    serve()
