"""The bindings to Qt keep Python whole."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject


def test_a_call_that_gives_nothing_takes_nothing_away() -> None:
    """PySide6 6.12.0 took a reference from None at each such call: Python before 3.12 ends once they are used up."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(500):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 250
