"""Icons: each stands where the font's own table says."""

from __future__ import annotations

import json

from notes.desktop import icons
from notes.desktop.actions import COMMANDS
from notes.desktop.icon_signs import SIGNS


def test_every_sign_stands_where_the_font_has_it() -> None:
    table = json.loads((icons.folder() / "phosphor-charmap-1.3.0.json").read_bytes())
    assert {name: int(table[name], 16) for name in SIGNS} == {name: ord(sign) for name, sign in SIGNS.items()}


def test_every_command_has_its_sign() -> None:
    assert {command.icon for command in COMMANDS} <= SIGNS.keys()
