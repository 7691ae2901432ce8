"""What dialogs of the toolkit keep by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import notes

PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog
from notes.desktop import app
from notes.desktop.preferences import Preferences

application = app.application(Preferences())
dialog = QFileDialog(None, "A file", sys.argv[1])
dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
dialog.setFileMode(QFileDialog.FileMode.AnyFile)
dialog.selectFile("letter.pdf")
QTimer.singleShot(0, dialog.accept)
dialog.exec()
print(dialog.selectedFiles())
del dialog
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the dialogs are the system's own")
def test_a_file_dialog_writes_down_no_folder_that_was_visited(tmp_path: Path) -> None:
    folder = tmp_path / "Ada Quillfeather"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        env={
            **os.environ,
            "HOME": str(tmp_path / "home"),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "PYTHONPATH": str(Path(notes.__file__).parents[1]),
            "QT_QPA_PLATFORM": "offscreen",
        },
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "letter.pdf" in done.stdout
    kept = [path for place in ("home", "config") for path in (tmp_path / place).rglob("*") if path.is_file()]
    assert [path for path in kept if b"Quillfeather" in path.read_bytes()] == []
