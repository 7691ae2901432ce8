"""The window, measured: how fast it starts, unlocks, and takes a key, and how much memory it holds (make bench-window).

Each figure is of a real window on a real vault, off screen. Starting is set against importing PySide6.QtWidgets and
showing an empty window, in turn and each in a process of its own; unlocking against deriving the key.
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

os.environ["QT_QPA_PLATFORM"] = "offscreen"

PROGRAM = Path(__file__).parents[1] / "notes"
ROUNDS = 15
TYPED = "She came in from the rain and laughed about the umbrella. "
EMPTY = """
import time; began = time.perf_counter()
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([]); window = QWidget(); window.show(); application.processEvents()
print(time.perf_counter() - began, flush=True)
import os; os._exit(0)
"""
BAREST = """
import time; began = time.perf_counter()
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
application = QApplication([]); application.setStyle("fusion"); window = QWidget(); column = QVBoxLayout(window)
name, line, button = QLabel("Session Notes"), QLineEdit(), QPushButton("Unlock")
line.setEchoMode(QLineEdit.EchoMode.Password)
for thing in (name, line, button): column.addWidget(thing, 0, Qt.AlignmentFlag.AlignHCenter)
window.show(); line.setFocus(); application.processEvents()
print(time.perf_counter() - began, flush=True)
import os; os._exit(0)
"""
"""A label, a field and a button, with nothing of this program: what a lock screen has to have."""
GATE = """
import time; began = time.perf_counter()
import gc, sys; gc.disable()
from pathlib import Path
from notes.desktop import app
from notes.desktop.desk import Desk
from notes.desktop.preferences import Preferences
from notes.desktop.window import Window
from notes.desktop.worker import Worker
preferences = Preferences(); application = app.application(preferences)
window = Window(Desk(Worker(), preferences), Path(sys.argv[1]), lambda _: None)
window.show(); application.processEvents()
print(time.perf_counter() - began, flush=True)
import os; os._exit(0)
"""


def main() -> None:
    """Build a vault of so many notes, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=40_000)
    notes = parser.parse_args().notes
    compileall.compile_dir(PROGRAM, quiet=1)  # as installing does
    with tempfile.TemporaryDirectory(prefix="bench-window-") as name:
        folder = Path(name)
        os.environ["XDG_CONFIG_HOME"], os.environ["NOTES_STATE_DIR"] = str(folder / "config"), str(folder / "state")
        vault = _apart(_vault, folder, notes)
        (empty, _), (barest, bare_ratio), (gate, ratio) = _starts(vault)
        rows = [
            ("an empty window", f"{empty * 1000:.0f} ms", ""),
            ("a window with a label, a field and a button", f"{barest * 1000:.0f} ms", f"{bare_ratio:.2f} x"),
            ("start to lock screen", f"{gate * 1000:.0f} ms", f"{ratio:.2f} x (at most 1.5)"),
            *_apart(_inside, vault, notes),
        ]
    print(f"\n{'what':44} {'measured':>12}  bar")
    for what, measured, bar in rows:
        print(f"{what:62} {measured:>12}  {bar}")


def _apart(work: Callable[..., T], *given: object) -> T:
    """Done in a process of its own: what one measurement holds and has read is not another's."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(work, *given).result()


def _vault(folder: Path, notes: int) -> Path:
    from ours import Ours
    from texts import Texts

    side, texts = Ours(folder), Texts()
    for start in range(0, notes, 10_000):
        side.bring_in(side.prepare_import(texts.notes(start, min(10_000, notes - start))))
    side.close()
    return side.folder


def _starts(vault: Path) -> list[tuple[float, float]]:
    """Seconds to an empty window, to the barest lock screen, and to this program's; and how often the first each is.

    One after the other in each round, so that a processor that changes its pace changes it for all three.
    """
    rounds = [[_start(program, vault) for program in (EMPTY, BAREST, GATE)] for _ in range(ROUNDS)]
    return [
        (statistics.median(took), statistics.median(one / row[0] for one, row in zip(took, rounds, strict=True)))
        for took in zip(*rounds, strict=True)
    ]


def _start(program: str, vault: Path) -> float:
    told = subprocess.run([sys.executable, "-c", program, str(vault)], capture_output=True, text=True, check=True)
    return float(told.stdout)


def _inside(vault: Path, notes: int) -> list[tuple[str, str, str]]:
    """One window: unlock it, type into it, look at its memory."""
    from ours import PASSPHRASE
    from PySide6.QtTest import QTest

    from notes.desktop import app
    from notes.desktop.desk import Desk
    from notes.desktop.preferences import Preferences
    from notes.desktop.window import Window
    from notes.desktop.worker import Worker
    from notes.vault import slots
    from notes.vault.slots import Secret

    def until(done: object) -> float:
        began = time.perf_counter()
        while not done():  # type: ignore[operator]
            application.processEvents()
            time.sleep(0.002)  # the worker wants the processor too
        return time.perf_counter() - began

    preferences = Preferences()
    preferences.spelling = "en_GB"  # where there is a dictionary, marking mistakes is part of typing
    application = app.application(preferences)
    desk = Desk(Worker(), preferences)
    window = Window(desk, vault, lambda _: None)
    window.show()
    typing = time.perf_counter() + 2  # somebody types the passphrase, and the window makes ready
    until(lambda: time.perf_counter() > typing and desk.worker.idle)
    unwrap, inside = slots.unwrap, list[float]()

    def timed_unwrap(*given: Any) -> bytearray:
        """Timed where it happens: processors change their pace."""
        began = time.perf_counter()
        key = unwrap(*given)
        inside.append(time.perf_counter() - began)
        return key

    slots.unwrap = timed_unwrap  # type: ignore[assignment]
    secret = Secret("passphrase", bytearray(PASSPHRASE.encode()))
    began = time.perf_counter()
    desk.worker.unlock(vault, secret, window.gate.opened.emit, print)
    until(lambda: window.house is not None and window.house.current._told is not None)
    unlocked, derived = time.perf_counter() - began, sum(inside)

    from notes.record import clients, progress_notes

    given: list[object] = []
    desk.do(clients.list_clients, then=given.append)
    until(lambda: given)
    client = given.pop()[0].id  # type: ignore[index]

    def typed_into(text: str) -> list[float]:
        """Seconds from each key to its picture, the shortest first."""
        desk.do(progress_notes.create, client, "free", text, then=given.append)
        until(lambda: given)
        desk.go("note", note=given.pop().id)  # type: ignore[attr-defined]
        until(lambda: desk.worker.idle and window.focusWidget() is not None)
        keys = []
        for letter in TYPED * 6:
            began = time.perf_counter()
            QTest.keyClicks(window.focusWidget(), letter)
            window.focusWidget().repaint()
            keys.append(time.perf_counter() - began)
            application.processEvents()
            time.sleep(0.015)
        return sorted(keys)

    paragraphs = typed_into((TYPED * 5 + "\n\n") * 70)
    dictated = typed_into(TYPED * 350)
    for screen in ("clients", "search", "log", "settings", "today"):
        desk.go(screen)
        until(lambda: desk.worker.idle)
    held = int(next(w for w in Path("/proc/self/status").read_text().splitlines() if w.startswith("VmRSS")).split()[1])
    desk.worker.stop()
    return [
        ("deriving the key", f"{derived * 1000:.0f} ms", ""),
        (
            f"unlocking to Today, {notes:,} notes",
            f"{unlocked * 1000:.0f} ms",
            f"{(unlocked - derived) * 1000:.0f} ms more (at most 250)",
        ),
        *_keys("a key to paint, 20 kB note, autosaving", paragraphs),
        *_keys("the same, all of it one paragraph", dictated),
        ("memory after every screen was shown", f"{held / 1024:.0f} MB", "at most 200"),
    ]


def _keys(told: str, keys: list[float]) -> list[tuple[str, str, str]]:
    median, late = keys[len(keys) // 2] * 1000, keys[len(keys) * 95 // 100] * 1000
    return [(f"{told}: median", f"{median:.1f} ms", "at most 16"), (f"{told}: 95th percentile", f"{late:.1f} ms", "")]


if __name__ == "__main__":
    main()
