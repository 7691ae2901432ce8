"""Where one was in the window, as it is kept in the vault over a lock: the screen, the place in it, and what was typed.

What was typed is text that is kept nowhere else yet: a template half written, details of a client half changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

LONGEST = 1_000_000
"""Characters: several long templates at once. What is kept was not verified when it is read."""


@dataclass(frozen=True)
class Place:
    """A screen, where in it, and on what day that was (ISO 8601)."""

    screen: str
    place: dict[str, Any]
    day: str


def write(screen: str, place: dict[str, Any], day: date, typed: dict[str, Any] | None = None) -> str:
    """As text for the vault; `typed` is by screen (``Screen.typed``). A place that is no plain value is left out.

    Where it would be too long to be read again, what was typed on the other screens gives way first.
    """
    plain = {name: value for name, value in place.items() if _is_plain(value)}
    told = {"screen": screen, "place": plain, "day": day.isoformat()}
    by_screen = {name: value for name, value in (typed or {}).items() if value and _is_plain(value)}
    for kept in (by_screen, {name: value for name, value in by_screen.items() if name == screen}, {}):
        written = json.dumps({**told, "typed": kept} if kept else told)
        if len(written) <= LONGEST:
            break
    return written


def read(kept: str | None) -> Place | None:
    """Where one was; None where that is not there, or cannot be understood."""
    try:
        found = _found(kept)
        screen, place, day = found["screen"], found["place"], found["day"]
    except (TypeError, KeyError):
        return None
    if not isinstance(screen, str) or not isinstance(place, dict) or not isinstance(day, str):
        return None
    plain = {str(name): value for name, value in place.items() if isinstance(value, str | int | None)}
    return Place(screen, plain, day)


def typed(kept: str | None) -> dict[str, dict[str, Any]]:
    """By screen, what was typed there and is kept nowhere else; empty where nothing is, or nothing understood."""
    found = _found(kept)
    by_screen = found.get("typed") if isinstance(found, dict) else None
    if not isinstance(by_screen, dict):
        return {}
    return {screen: told for screen, told in by_screen.items() if isinstance(told, dict) and _is_plain(told)}


def _found(kept: str | None) -> Any:
    try:
        return json.loads(kept if kept and len(kept) <= LONGEST else "null")
    except (ValueError, RecursionError):
        return None


def _is_plain(value: Any) -> bool:
    """Text, a number or nothing; or such values by name."""
    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_plain(one) for name, one in value.items())
    return isinstance(value, str | int | None)
