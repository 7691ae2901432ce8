"""Texts to measure with: invented, the same in every run, and shaped like English.

What a search index and a page cache cost depends on how often words repeat, so the words follow a Zipf-Mandelbrot
distribution over 20,000 invented ones, short where they are frequent, in sentences, 80 to 400 words a note. A note is
made from its number alone: a million of them need no memory, and every program is given the very same ones.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

SEED = 20260331
VOCABULARY = 20_000
CLIENTS = 400
SHORTEST, LONGEST, USUAL = 80, 400, 180
"""Words of a note, a triangular distribution; its mean is 220."""
URN = 1 << 18
"""Places from which words are drawn; a frequent word has many."""

_FIRST_DAY = datetime(2001, 1, 1, 8)
_ONSETS = [
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "w",
    "y",
    "z",
    "br",
    "cl",
    "dr",
    "fl",
    "gr",
    "pl",
    "pr",
    "sh",
    "st",
    "tr",
    "th",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ee", "ou"]
_CODAS = ["", "", "", "", *"lnrstd"]


@dataclass(frozen=True)
class Text:
    """One invented note. `client` and `at` name it: no client has two at the same time."""

    client: str
    at: str
    text: str


class Texts:
    """The source of texts."""

    def __init__(self) -> None:
        source = Random(SEED)
        self._words = _vocabulary(source)
        self._urn = _urn(self._words)
        self._clients = _names(source)

    def note(self, number: int) -> Text:
        """The note of that number, from 0."""
        when = _FIRST_DAY + timedelta(days=number // CLIENTS, minutes=number % CLIENTS)
        return Text(self._clients[number % CLIENTS], when.isoformat(), self.text(number))

    def notes(self, start: int, count: int) -> list[Text]:
        """Notes number `start` and following."""
        return [self.note(number) for number in range(start, start + count)]

    def text(self, number: int) -> str:
        """The words of note `number`."""
        source = Random(SEED + number)
        length = int(source.triangular(SHORTEST, LONGEST, USUAL))
        drawn = struct.unpack(f"<{length}I", source.randbytes(4 * length))
        words = [self._urn[number % URN] for number in drawn]
        sentences, start = [], 0
        while start < length:
            end = start + 6 + int(source.random() * 17)
            sentences.append(" ".join(words[start:end]).capitalize() + ".")
            start = end
        return " ".join(sentences)

    def word(self, rank: int) -> str:
        """The word of that rank: 1 is the most frequent."""
        return self._words[rank - 1]


def _vocabulary(source: Random) -> list[str]:
    """Distinct words, most frequent first, longer as they get rarer."""
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        if len(words) < 60:
            word = source.choice(_ONSETS) + source.choice(_VOWELS[:5])
        else:
            syllables = 2 + (len(words) > 1000) * source.randint(0, 1) + (len(words) > 4000) * source.randint(0, 1)
            word = "".join(source.choice(_ONSETS[:20]) + source.choice(_VOWELS[:6]) for _ in range(syllables))
            word += source.choice(_CODAS)
        words[word] = None
    return list(words)


def _urn(words: list[str]) -> list[str]:
    """The words, each in as many places as its frequency asks for, and in one at least."""
    odds = [1 / (rank + 2.7) for rank in range(1, VOCABULARY + 1)]
    per_place = sum(odds) / (URN - VOCABULARY)
    urn = [word for word, odd in zip(words, odds, strict=True) for _ in range(1 + int(odd / per_place))]
    return (urn + words)[:URN]


def _names(source: Random) -> list[str]:
    """Invented names, no two alike."""
    names: dict[str, None] = {}
    while len(names) < CLIENTS:
        parts = ("".join(source.choice(_ONSETS) + source.choice(_VOWELS) for _ in range(2)) + "n" for _ in range(2))
        names[" ".join(part.capitalize() for part in parts)] = None
    return list(names)
