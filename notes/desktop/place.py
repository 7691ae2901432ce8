"""Where one was in the window, as it is kept in the vault over a lock: the screen and the place in it."""

from __future__ import annotations

import json
from typing import Any

LONGEST = 10_000
"""Characters; what is kept was not verified when it is read."""


def write(screen: str, place: dict[str, Any]) -> str:
    """As text for the vault. A place that is no plain value is left out."""
    plain = {name: value for name, value in place.items() if isinstance(value, str | int | None)}
    return json.dumps({"screen": screen, "place": plain})


def read(kept: str | None) -> tuple[str, dict[str, Any]] | None:
    """The screen and the place in it; None where there is none, or none that can be understood."""
    try:
        found = json.loads(kept if kept and len(kept) <= LONGEST else "null")
        screen, place = found["screen"], found["place"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(screen, str) or not isinstance(place, dict):
        return None
    return screen, {str(name): value for name, value in place.items() if isinstance(value, str | int | None)}
