"""Strips across the window, for as long as something is not as usual: it is the sample, or an older copy."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame

from notes.desktop import parts, theme


def sample_strip() -> QFrame:
    """Says that nobody here is real."""
    strip = QFrame()
    strip.setObjectName("strip")
    told = parts.words("Sample practice: invented clients, thrown away at the end. Write no real client in here.")
    told.setFont(theme.font(theme.SMALL))
    strip.setLayout(parts.beside(told, margin=(theme.L, theme.XS)))
    return strip


def read_only_strip(decide: Callable[[], None]) -> QFrame:
    """Says that this is an older copy, for as long as nothing is decided."""
    strip = QFrame()
    strip.setObjectName("strip")
    told = parts.words("For reading only: this is not the newest state of your record.")
    row = parts.beside(gap=theme.M, margin=(theme.L, theme.XS))
    row.addWidget(told, 1)
    row.addWidget(parts.button("Decide …", decide))
    strip.setLayout(row)
    return strip
