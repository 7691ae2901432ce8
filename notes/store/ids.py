"""Primary keys and short references.

A key is 63 bits: 42 of milliseconds since 1970, then 21 random ones, so that records made on two computers can meet in
one table, and newer records stand behind older ones. A reference is what people type instead: four or more letters
and digits of Crockford's base 32, drawn at random so that a slip of the finger names nothing rather than a neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

RANDOM_BITS = 21
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
REFERENCE_LENGTHS = {"clients": 4, "sessions": 5, "notes": 5}
"""Signs in a reference: so many that in a working life (40,000 notes) at most one in 800 possible ones is taken."""
_READ_AS = str.maketrans("oil", "011")


class Ids:
    """A source of keys that never gives the same one twice and never steps back, even if the clock does."""

    def __init__(self, random_bytes: Callable[[int], bytes]) -> None:
        self._random_bytes = random_bytes
        self._last = 0

    def next(self, now: datetime) -> int:
        """The next key."""
        milliseconds = int(now.timestamp() * 1000)
        drawn = int.from_bytes(self._random_bytes(3), "big") & (1 << RANDOM_BITS) - 1
        self._last = max((milliseconds << RANDOM_BITS | drawn) & (1 << 63) - 1, self._last + 1)
        return self._last

    def references(self, table: str, count: int, taken: Collection[str]) -> list[str]:
        """`count` references for rows of `table`, none of them among `taken`."""
        length = REFERENCE_LENGTHS[table]
        drawn: dict[str, None] = {}
        while len(drawn) < count:
            number = int.from_bytes(self._random_bytes(8), "big")
            reference = "".join(ALPHABET[number >> 5 * place & 31] for place in range(length))
            if reference not in taken and not reference.isdigit():
                drawn[reference] = None
        return list(drawn)


def read_reference(typed: str) -> str:
    """What was typed, as references are stored: small letters, with o read as 0 and i, l as 1."""
    return typed.strip().casefold().translate(_READ_AS)
