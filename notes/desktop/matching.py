"""Finding by a few letters: how well what was typed fits a name. For the palette."""

from __future__ import annotations

import unicodedata

Fit = tuple[int, int]
"""Lower is better: the kind of fit, then how many letters were passed over."""


def plain(name: str) -> str:
    """A name without case and accents."""
    spread = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in spread if not unicodedata.combining(c))


def fit(typed: str, name: str) -> Fit | None:
    """How `typed` fits `name`, both plain; None when it does not.

    As its beginning, the beginnings of its words, a part of it, its initials, or letters in order with others between.
    """
    asked, words = typed.split(), name.replace("…", "").split()
    if not asked or name.startswith(typed):
        return 0, 0
    if _begin_words(asked, words):
        return 1, 0
    if typed in name:
        return 2, 0
    letters = "".join(asked)
    if "".join(word[0] for word in words).startswith(letters):
        return 3, 0
    gaps = _passed_over(letters, name)
    return None if gaps is None else (4, gaps)


def _begin_words(asked: list[str], words: list[str]) -> bool:
    """Whether each word asked for is the beginning of a word, in order."""
    rest = iter(words)
    return all(any(word.startswith(one) for word in rest) for one in asked)


def _passed_over(letters: str, name: str) -> int | None:
    """Letters passed over to find all of them in order, after the first; None when they are not there."""
    place, gaps = -1, 0
    for number, letter in enumerate(letters):
        found = name.find(letter, place + 1)
        if found < 0:
            return None
        gaps += found - place - 1 if number else 0
        place = found
    return gaps
