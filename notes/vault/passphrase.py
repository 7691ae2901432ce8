"""What a passphrase must be: NIST SP 800-63B-4 section 3.1.1.2 (August 2025).

At least 15 characters, any characters, no rules of composition, no forced change; refused when it is on a block list
of common ones or is the name of the practice or the program. Guessability is estimated by zxcvbn.
"""

from __future__ import annotations

import unicodedata

from notes.errors import WeakPassphrase

SHORTEST = 15
"""Characters; SP 800-63B-4 for a passphrase that is the only factor."""

LONGEST = 1024
"""Characters; the standard asks for at least 64. A cap keeps a pasted file out."""

EASIEST = 10**8
"""Guesses below which zxcvbn's estimate counts as common: repeats, keyboard runs, dates, listed passwords."""

LEAST_BESIDE_A_NAME = 10
"""Letters and digits that a passphrase must have besides the practice's own name."""

KNOWN = frozenset(
    phrase.replace(" ", "")
    for phrase in (
        "correct horse battery staple",
        "the quick brown fox jumps over the lazy dog",
        "to be or not to be that is the question",
        "let me in please now",
        "open sesame open sesame",
        "this is my password",
        "my voice is my passport",
        "my secret passphrase",
        "trust no one trust no one",
        "may the force be with you",
        "i love you so much",
        "session notes passphrase",
        "long and secure passphrase",
        "a long passphrase for notes",
        "change me please now",
    )
)
"""Phrases so well known that length does not help them; compared without blanks, case or punctuation."""


def prepare(typed: bytes | bytearray) -> bytearray:
    """The bytes that go into key derivation: UTF-8 of the NFC form, one line end at the end dropped.

    NFC, so that an accented letter typed on another computer is the same letter (RFC 8265 section 4.2). ASCII is NFC as
    it stands and never becomes a str, which nobody could wipe. The caller wipes the result. Raises WeakPassphrase when
    the bytes are not UTF-8.
    """
    if typed.isascii():
        end = len(typed) - typed.endswith(b"\n")
        end -= typed.endswith(b"\r", 0, end)
        prepared = bytearray(end)
        prepared[:] = memoryview(typed)[:end]
        return prepared
    try:
        text = typed.decode()
    except UnicodeDecodeError:
        raise WeakPassphrase(
            "The passphrase could not be read.",
            "It is not UTF-8 text.",
            "Save the passphrase file as UTF-8, with the passphrase as its only line.",
        ) from None
    return bytearray(unicodedata.normalize("NFC", text.removesuffix("\n").removesuffix("\r")).encode())


def check(prepared: bytearray, own_words: tuple[str, ...] = ()) -> str:
    """A word on how strong the passphrase is; `own_words` are names it must not rest on.

    Raises WeakPassphrase when it is too short, too long, or common.
    """
    from zxcvbn import zxcvbn  # read only where a passphrase is chosen: its word lists take time to load

    text = prepared.decode()
    again = "Choose several unrelated words, or a sentence that only you would think of."
    if len(text) < SHORTEST:
        raise WeakPassphrase(
            f"The passphrase has {len(text)} characters; it needs at least {SHORTEST}.",
            "Whoever has a copy of the vault can try short ones without end.",
            again,
        )
    if len(text) > LONGEST:
        raise WeakPassphrase(
            f"The passphrase has {len(text)} characters; the most is {LONGEST}.",
            "This looks like a pasted document rather than a passphrase.",
            again,
        )
    plain = _letters(text)
    names = [_letters(name) for name in own_words] + ["sessionnotes"]
    mine = [*names, *(word.casefold() for name in own_words for word in name.split()), "session", "notes"]
    guesses = zxcvbn(text[:72], user_inputs=mine, max_length=72)["guesses"]
    rests_on_a_name = any(
        name and len(plain.replace(name, "")) < LEAST_BESIDE_A_NAME and name in plain for name in names
    )
    if plain in KNOWN or plain.rstrip("0123456789") in KNOWN or rests_on_a_name or guesses < EASIEST:
        raise WeakPassphrase(
            "That passphrase is too easily guessed.",
            "It is, or is built from, one that many people use, a repeated pattern, or the practice's own name.",
            again,
        )
    return "very strong" if guesses >= 10**16 else "strong" if guesses >= 10**12 else "fair"


def _letters(text: str) -> str:
    """Letters and digits only, small."""
    return "".join(c for c in text.casefold() if c.isalnum())
