"""Whether a window could be shown here."""

from __future__ import annotations

import os
import sys

_UNSEEN = ("offscreen", "minimal")
"""Platforms of Qt that draw for nobody."""


def has_display() -> bool:
    """Whether there is a screen, as far as the environment tells."""
    told = os.environ.get("QT_QPA_PLATFORM", "")
    if told:
        return told.partition(":")[0] not in _UNSEEN
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))
