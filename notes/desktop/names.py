"""How a client is called on the screen: by name, or by initials where others may look on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from notes.desktop.preferences import Preferences

if TYPE_CHECKING:
    from notes.record.choices import Named


def shown(name: str, preferences: Preferences) -> str:
    """The name, or its initials when the practitioner prefers them."""
    return initials(name) if preferences.initials else name


def initials(name: str) -> str:
    """A. Q. for Ada Quillfeather."""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalnum()) or "–"


def to_choose(clients: Sequence[Named], preferences: Preferences) -> dict[str, Named]:
    """Clients by what stands for each in a list to choose from, archived ones last.

    The reference stands with it where names are not shown, and where two have the same name.
    """
    often = Counter(client.name for client in clients)
    found: dict[str, Named] = {}
    for client in sorted(clients, key=lambda client: client.archived):
        told = shown(client.name, preferences)
        if preferences.initials or often[client.name] > 1:
            told = f"{told} ({client.ref})"
        found[f"{told} (archived)" if client.archived else told] = client
    return found
