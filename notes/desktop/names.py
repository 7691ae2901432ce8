"""How a client is called on the screen: by name, or by initials where others may look on."""

from __future__ import annotations

from notes.desktop.preferences import Preferences


def shown(name: str, preferences: Preferences) -> str:
    """The name, or its initials when the practitioner prefers them."""
    return initials(name) if preferences.initials else name


def initials(name: str) -> str:
    """A. Q. for Ada Quillfeather."""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalnum()) or "–"
