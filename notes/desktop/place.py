"""Where one was in the window, as it is kept in the vault over a lock: the screen and the place in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

LONGEST = 10_000
"""Characters; what is kept was not verified when it is read."""


@dataclass(frozen=True)
class Place:
    """A screen, where in it, and on what day that was (ISO 8601)."""

    screen: str
    place: dict[str, Any]
    day: str


def write(screen: str, place: dict[str, Any], day: date) -> str:
    """As text for the vault. A place that is no plain value is left out."""
    plain = {name: value for name, value in place.items() if isinstance(value, str | int | None)}
    return json.dumps({"screen": screen, "place": plain, "day": day.isoformat()})


def read(kept: str | None) -> Place | None:
    """Where one was; None where that is not there, or cannot be understood."""
    try:
        found = json.loads(kept if kept and len(kept) <= LONGEST else "null")
        screen, place, day = found["screen"], found["place"], found["day"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(screen, str) or not isinstance(place, dict) or not isinstance(day, str):
        return None
    plain = {str(name): value for name, value in place.items() if isinstance(value, str | int | None)}
    return Place(screen, plain, day)
