"""Input as nobody would write it: samples of what people and programs write, mutated, and noise."""

from __future__ import annotations

import random

SIGNS = "abcXYZ019 \t\n\r\0\"'`,;:|\\/-_.*+()[]{}<>=&%$#@!?~^éßŁ中\U0001f600\u202e\ud800\ufeff\u0301²½٣"
WORDS = (
    *(
        "2026-03-31",
        "2026-02-30",
        "31.12.2025",
        "03/04/2026",
        "20260331",
        "2026-03-31T14:00:00+02:00",
        "9999-12-31T23:59Z",
    ),
    *(
        "NEAR(",
        "AND",
        "OR NOT",
        '"heron weir"',
        "her*",
        "text:",
        "{a b}:",
        "^start",
        "C-7Q2K",
        "Ada",
        "N-",
        "0" * 19,
        "-1",
    ),
    *(
        "---\n",
        "client: Ada\n",
        "date: 2026-03-31\n",
        "tags: [a, b]\n",
        "&a [*a]",
        "!!python/object:os.system",
        "client,date,text\n",
    ),
    *("null", "true", "1e999", "-0", "9" * 400, "[" * 200, "[" * 5000, '{"a":' * 50, "\\u0000", "x" * 2000),
)


def text(chance: random.Random, samples: tuple[str, ...]) -> str:
    """A sample with some of it changed, or noise."""
    made = list(chance.choice(samples)) if chance.random() < 0.6 else []
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(made) + 1)
        what = chance.random()
        if what < 0.3:
            made[at : at + chance.randrange(4)] = []
        elif what < 0.7:
            made[at:at] = [chance.choice(SIGNS) for _ in range(chance.randrange(1, 6))]
        elif what < 0.9:
            made[at:at] = chance.choice(WORDS)
        else:
            made[at:at] = made[: chance.randrange(len(made) + 1)]
    return "".join(made)


def raw(chance: random.Random, samples: tuple[str, ...]) -> bytes:
    """Text as bytes, now and then not UTF-8."""
    content = bytearray(text(chance, samples).encode("utf-8", "surrogatepass"))
    if chance.random() < 0.3 and content:
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


def flipped(chance: random.Random, content: bytes) -> bytes:
    """Bytes with some of them changed, lost, doubled, or the end cut off."""
    made = bytearray(content)
    for _ in range(chance.randrange(1, 5)):
        at, what = chance.randrange(len(made) + 1), chance.random()
        if what < 0.5 and at < len(made):
            made[at] = chance.randrange(256)
        elif what < 0.65:
            del made[at : at + chance.choice((1, 7, 512))]
        elif what < 0.8:
            made[at:at] = made[at : at + chance.choice((1, 7, 512))]
        elif what < 0.9:
            made[at:at] = chance.randbytes(chance.choice((1, 7, 512)))
        else:
            del made[at:]
    return bytes(made)
