"""Every screen of the sample practice, light and dark, at 100 % and 200 %, as pictures to look at (make screenshots).

Pictures go to ``screenshots/``, which git ignores; with ``--guide`` the few that the guide shows go to docs/pictures/.
The window is a real one, off screen, on a real vault; its clients are invented.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LOOKS = [(scheme, scale) for scheme in ("light", "dark") for scale in ("1", "2")]
IN_THE_GUIDE = (
    "lock-screen",
    "today",
    "clients",
    "client",
    "writing",
    "signing",
    "signed",
    "search",
    "log",
    "settings",
)


def main() -> None:
    """Make them all, one process for each look: the scale is decided when Qt starts."""
    if len(sys.argv) == 5:
        _, scheme, scale, vault, folder = sys.argv
        _one_look(scheme, scale, Path(vault), Path(folder))
        return
    from notes.sample import building

    out = HERE.parent / "screenshots"
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        building.build(place / "Sample.vault", date.today())
        for scheme, scale in LOOKS:
            folder = out / f"{scheme}-{scale}00"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            vault = shutil.copytree(place / "Sample.vault", place / f"{scheme}{scale}" / "Brook Street.vault")
            building.show_to_this_computer(vault, place / f"state{scheme}{scale}")
            surroundings = {
                **os.environ,
                "QT_QPA_PLATFORM": "offscreen",
                "QT_SCALE_FACTOR": scale,
                "NOTES_STATE_DIR": str(place / f"state{scheme}{scale}"),
                "XDG_CONFIG_HOME": str(place / f"config{scheme}{scale}"),
            }
            command = [sys.executable, __file__, scheme, scale, str(vault), str(folder)]
            subprocess.run(command, env=surroundings, check=True)  # noqa: S603
            print(f"{len(list(folder.iterdir()))} pictures in {folder.relative_to(HERE.parent)}")
    if "--guide" in sys.argv:
        pictures = HERE / "pictures"
        pictures.mkdir(exist_ok=True)
        for name in IN_THE_GUIDE:
            shutil.copy(out / "light-100" / f"{name}.png", pictures / f"{name}.png")


def _one_look(scheme: str, scale: str, vault: Path, folder: Path) -> None:
    from notes.desktop import app
    from notes.desktop.desk import Desk
    from notes.desktop.preferences import Preferences
    from notes.desktop.window import Window
    from notes.desktop.worker import Worker

    preferences = Preferences()
    preferences.scheme = scheme
    application = app.application(preferences)
    desk = Desk(Worker(), preferences)
    window = Window(desk, vault, lambda _: None)
    window.resize(1180, 760)
    window.show()
    for name in _scenes(window):
        application.processEvents()
        window.grab().save(str(folder / f"{name}.png"))
    desk.worker.stop()


def _scenes(window: Any) -> Iterator[str]:
    """Each state of the window, by name, as a practitioner would come to it."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from notes.sample import building

    def settle(until: Callable[[], bool] = lambda: True) -> None:
        for _ in range(600):
            QTest.qWait(50)
            if window.desk.worker.idle and until():
                break
        QTest.qWait(100)

    def show(screen: str, **place: Any) -> None:
        window.desk.go(screen, **place)
        settle()

    def ask(operation: Any, *arguments: Any) -> Any:
        given: list[Any] = []
        window.desk.do(operation, *arguments, then=given.append)
        settle(lambda: bool(given))
        return given[0]

    settle()
    yield "lock-screen"
    QTest.keyClicks(window.focusWidget(), building.PASSPHRASE.decode())
    QTest.keyClick(window.focusWidget(), "\r")
    settle(lambda: window.menuBar().isVisible())
    settle(lambda: bool(window.desk.verifying and window.desk.verifying.report))
    window.desk.said.emit(None)
    yield "today"
    show("clients")
    yield "clients"
    show("clients", new=True)
    yield "new-client"

    from notes.record import clients, progress_notes, reading

    gareth = ask(clients.open, "Gareth Pugh").id
    show("client", client=gareth)
    yield "client"
    show("client", client=gareth, tab="looked")
    yield "who-looked"
    notes = ask(reading.list_notes, gareth)
    draft = next(note.id for note in notes if note.status == "draft")
    signed = next(note.id for note in notes if note.status == "signed")
    show("new_note", client=gareth)
    yield "new-note"
    show("note", note=draft)
    QTest.keyClicks(window.focusWidget(), "Came in from the rain. ")
    settle(lambda: window.desk.worker.idle)
    QTest.qWait(2500)
    yield "writing"
    window.desk.action("note.sign").trigger()
    settle()
    yield "signing"
    show("note", note=signed)
    yield "signed"
    text = ask(reading.open, signed).text
    ask(progress_notes.amend, signed, "A slip of the pen", text.replace(" the ", " his ", 2))
    show("note", note=signed)
    window.desk.action("note.history").trigger()
    settle()
    yield "history"
    show("note", note=signed, change="addendum")
    yield "addendum"
    show("search", words="brother")
    QTest.qWait(400)
    settle()
    yield "search"
    window.desk.action("go.palette").trigger()
    settle()
    QTest.keyClicks(window.focusWidget(), "s")
    settle()
    yield "palette"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    show("log")
    yield "log"
    show("settings")
    yield "settings"
    for part in ("backups", "keys"):
        show("settings", part=part)
        yield f"settings-{part}"
    show("help")
    yield "keys"
    window.desk.action("vault.veil").trigger()
    QTest.qWait(100)
    yield "veil"


if __name__ == "__main__":
    main()
