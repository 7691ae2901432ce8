"""Spelling, where pyenchant and a dictionary are there (extra ``spell``); without them nothing is marked.

Enchant keeps a word list of its own in a file that everybody can read. It is never used: clients' names would stand in
it. Words of one's own are kept in the vault (``record.own_words``).
"""

from __future__ import annotations

import functools
import locale
from collections.abc import Callable, Iterable
from typing import Any

try:
    import enchant
except ImportError:  # the package, or the library that it needs
    enchant = None

MOST_SUGGESTIONS = 6


class Speller:
    """Checks words in one language. `known` are words of one's own, and names that are never mistakes here."""

    def __init__(self, dictionary: Any, known: Iterable[str] = ()) -> None:
        self._dictionary = dictionary
        self._known = {part.casefold() for word in known for part in word.split()}
        self._right: Callable[[str], bool] = functools.lru_cache(20_000)(dictionary.check)

    def misspelt(self, word: str) -> bool:
        """Whether the word is to be marked. Initials and words in capitals are not."""
        plain = word.replace("’", "'")
        if len(plain) < 2 or plain.isupper():
            return False
        return plain.casefold().removesuffix("'s") not in self._known and not self._right(plain)

    def suggestions(self, word: str) -> list[str]:
        """Words that may be meant, the likeliest first."""
        return [str(found) for found in self._dictionary.suggest(word)[:MOST_SUGGESTIONS]]

    def learn(self, word: str) -> None:
        """Never mark this word again, as long as the vault is open."""
        self._known.add(word.casefold())


def languages() -> list[str]:
    """Languages with a dictionary on this computer; empty without the extra."""
    return sorted(str(found) for found in enchant.list_languages()) if enchant is not None else []


def speller(language: str | None = None, known: Iterable[str] = ()) -> Speller | None:
    """For `language`, else the system's, else none. A dictionary that cannot be read is none."""
    there = languages()
    wanted = language or (locale.getlocale()[0] or "")
    chosen = next((found for found in (wanted, wanted.partition("_")[0]) if found and found in there), None)
    if chosen is None:
        return None
    try:
        return Speller(enchant.Dict(chosen), known)
    except enchant.errors.Error:
        return None
