"""The program itself: hardened before anything is asked for, and another process after every lock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import notes

PROGRAM = """
import ctypes, json, os, sys
from pathlib import Path

from PySide6.QtCore import QTimer

from notes.desktop import app
from notes.vault.slots import Secret

folder, restore = Path(sys.argv[1]), "--restore" in sys.argv
key = [given for given in sys.argv[2:] if given != "--restore"]


def look(window):
    shown = window._all.currentWidget()
    at = "the lock screen" if shown is getattr(window, "gate", None) else "restoring"
    at = at if at != "restoring" or window.first_run._restore_page.isVisible() else "elsewhere"
    seen = {"process": os.getpid(), "dumpable": ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), "at": at}
    with open(os.environ["SEEN"], "a") as file:
        print(json.dumps(seen), file=file)
    if key:
        secret = Secret("recovery", bytearray.fromhex(key[0]))
        window.desk.worker.unlock(window.folder, secret, lambda opened: enter(window, opened), give_up)
    else:
        window.close()


def enter(window, opened):
    window.gate.opened.emit(opened)
    assert window.house is not None
    window.lock() if os.environ["WISH"] == "lock" else window.house.restore_wanted.emit()


def give_up(error):
    os._exit(99)


app.on_signals = lambda close: QTimer.singleShot(0, lambda: look(close.__self__))
sys.exit(app.main(folder, restore=restore))
"""
"""Unlocks and locks where the key is given; closes where it is not, as in the process that comes after."""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux whether the process can be looked into")
@pytest.mark.parametrize("wish, there", [("lock", "the lock screen"), ("restore instead", "restoring")])
def test_it_is_hardened_at_the_lock_screen_and_a_lock_puts_a_fresh_process_there(
    vault: Path, small_vault: tuple[Path, bytes], tmp_path: Path, wish: str, there: str
) -> None:
    program, seen = tmp_path / "program.py", tmp_path / "seen"
    program.write_text(PROGRAM, "utf-8")
    around = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "NOTES_STATE_DIR": str(tmp_path / "state"),
        "PYTHONPATH": str(Path(notes.__file__).parent.parent),
        "SEEN": str(seen),
        "WISH": wish,
    }
    command = [sys.executable, str(program), str(vault), small_vault[1].hex()]
    done = subprocess.run(command, env=around, cwd="/", capture_output=True, timeout=120, text=True)
    assert done.returncode == 0, done.stderr
    first, fresh = (json.loads(line) for line in seen.read_text("utf-8").splitlines())
    assert first == {"process": first["process"], "dumpable": 0, "at": "the lock screen"}
    assert fresh == {**first, "at": there}
    assert (tmp_path / "config" / "session-notes" / "window.ini").is_file()
