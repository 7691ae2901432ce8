"""Markdown is dressed as it is typed, and what lies over one another keeps both dresses."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QApplication

from notes.desktop.markdown_looks import Looks


def dressed(text: str) -> list[tuple[str, bool, bool, bool]]:
    """Each run of one look: its letters, and whether they are bold, slanted, marked as misspelt."""
    document = QTextDocument(text)
    looks = Looks(document, lambda word: word == "teh")
    looks.rehighlight()
    kept, found = text.encode("utf-16-le"), []  # as Qt counts
    for span in document.firstBlock().layout().formats():
        look: QTextCharFormat = span.format  # type: ignore[attr-defined]
        letters = kept[2 * span.start : 2 * (span.start + span.length)].decode("utf-16-le")  # type: ignore[attr-defined]
        marked = look.underlineStyle() == QTextCharFormat.UnderlineStyle.DotLine
        found.append((letters, look.fontWeight() == QFont.Weight.DemiBold, look.fontItalic(), marked))
    return found


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("plain", []),
        ("so **bold** it is", [("**bold**", True, False, False)]),
        ("🦢 *soft* 🦢", [("*soft*", False, True, False)]),
        ("see teh heron", [("teh", False, False, True)]),
        (
            "**see teh _heron_ now**",
            [
                ("**see ", True, False, False),
                ("teh", True, False, True),
                (" ", True, False, False),
                ("_heron_", True, True, False),
                (" now**", True, False, False),
            ],
        ),
        ("## teh", [("##", False, False, False), (" ", True, False, False), ("teh", True, False, True)]),
    ],
)
def test_each_part_has_its_look(qapp: QApplication, text: str, looks: object) -> None:
    assert dressed(text) == looks
