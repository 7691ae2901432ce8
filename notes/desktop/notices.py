"""What is said first after unlocking, in words for the window: where the terminal names a command, a place to go."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from notes.desktop import advice
from notes.errors import NotAVault, NotesError

_AT_THE_END = re.compile(r":\s+notes ([a-z]+)(?: [a-z]+)?(?: --[\w-]+(?: [\w.|]+?)?)*(?=\.?(?:\s|$))")
_ASIDE = re.compile(r"\s*\(notes ([a-z]+)[^)]*\)")

PLACES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "log": ("Open the access log", "log", {}),
    "key": ("See who can open it", "settings", {"part": "keys"}),
    "backup": ("See the backups", "settings", {"part": "backups"}),
    "verify": ("Go there", "settings", {"part": "checks"}),
    "note": ("See today", "today", {}),
    "client": ("See the clients", "clients", {}),
}
"""By the first word of a command: what stands on the button, and where it goes."""


@dataclass(frozen=True)
class Told:
    """What to say: the first sentence, the rest, and the room of the terminal that it sends to, if any."""

    text: str
    detail: str
    room: str | None


def in_the_window(said: str) -> Told:
    """The same without the terminal's commands: the line has a button, or says where in the window it is."""
    rooms: list[str] = []

    def found(match: re.Match[str]) -> str:
        rooms.append(match[1])
        return "" if match[1] in PLACES else match[0]

    told = advice.here(_ASIDE.sub(found, _AT_THE_END.sub(found, said))).strip()
    room = next((room for room in rooms if room in PLACES), None)
    told = told if told.endswith((".", "!", "?")) else told + "."
    first, _, rest = told.partition(". ")
    return Told(first if not rest else first + ".", rest, room)


def plain(said: str) -> str:
    """A sentence without the terminal's commands."""
    told = in_the_window(said) if said else Told("", "", None)
    return " ".join(filter(None, (told.text, told.detail)))


def in_words(error: NotesError) -> str:
    """What went wrong, why, and what to do."""
    if isinstance(error, NotAVault):
        return "There is no vault in that folder. A vault is a folder whose name ends in .vault."
    return " ".join(filter(None, (plain(error.what), plain(error.why), plain(error.hint))))


def way(told: Told, go: Callable[..., None]) -> tuple[str, Callable[[], None]] | None:
    """What stands on the button of the line, and what it does."""
    if told.room is None:
        return None
    verb, screen, place = PLACES[told.room]
    return verb, lambda: go(screen, **place)
