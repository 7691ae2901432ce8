"""Where the terminal ends and the window begins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from notes.__main__ import is_vault
from notes.cli.display import has_display


def test_help_reads_no_qt() -> None:
    program = (
        "import sys; sys.argv = ['notes', '--help']\n"
        "from notes.__main__ import main\n"
        "try:\n    main()\nfinally:\n    assert not [m for m in sys.modules if m.startswith(('PySide6', 'shiboken6'))]"
    )
    environment = {**os.environ, "DISPLAY": ":0"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "told, seen",
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, False),
        ({"QT_QPA_PLATFORM": "xcb"}, True),
    ],
)
def test_a_display_is_what_somebody_can_see(told: dict[str, str], seen: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert has_display() is seen


def test_a_folder_is_no_command(vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert is_vault(str(vault))
    assert is_vault("Copy.vault")
    assert is_vault(str(tmp_path / "gone.vault"))  # its stick was pulled: the window says so
    (tmp_path / "log").mkdir()
    assert not is_vault("log")
    assert not is_vault("--vault=/somewhere")
    assert not is_vault("demo")
