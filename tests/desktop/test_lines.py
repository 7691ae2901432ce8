"""What is said on top goes by itself, but not under somebody's hand."""

from __future__ import annotations

import pytest

from notes.desktop.lines import QUIET
from notes.desktop.window import Window


def test_a_line_goes_in_a_quiet_moment_only(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    lines, quiet = window.house.lines, [0.0]
    monkeypatch.setattr(lines, "_quiet", lambda: quiet[0])
    window.desk.say("Saved as a file.")
    assert lines.goes.isActive()
    lines.goes.timeout.emit()
    assert window.house.notice.isVisible() and lines.goes.isActive()
    quiet[0] = QUIET
    lines.goes.timeout.emit()
    assert not window.house.notice.isVisible()
    assert lines.shown is None
