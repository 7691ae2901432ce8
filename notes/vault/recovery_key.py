"""The recovery key: 160 random bits that a person can copy from paper.

Written in Crockford's base 32 (no I, L, O, U; read without regard to case, with O read as 0 and I, L as 1): eight
groups of four, then a ninth group that checks the others. The check is a 20-bit CRC, which finds every burst of up to
20 bits: every wrong character and every swap of neighbours.
"""

from __future__ import annotations

from collections.abc import Callable

from notes.errors import WrongKey
from notes.vault import keys

KEY_BYTES = 20
DIGITS = 36
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
POLYNOMIAL = 0x1B5827
"""x^20 + … + 1. Any polynomial of degree 20 with a constant term finds every burst of 20 bits or fewer."""

_VALUES = {ord(c): value for value, c in enumerate(ALPHABET)} | {ord("O"): 0, ord("I"): 1, ord("L"): 1}
_VALUES |= {ord(chr(code).lower()): value for code, value in _VALUES.items()}
_GROUPED = b" -\t\r\n"


def generate(random_bytes: Callable[[int], bytes]) -> bytearray:
    """A new key: 20 random bytes. The caller wipes it."""
    return bytearray(random_bytes(KEY_BYTES))


def write(key: bytearray) -> str:
    """The key as people see it: nine groups of four, parted by hyphens."""
    number = int.from_bytes(key, "big") << 20 | _check(key)
    text = "".join(ALPHABET[number >> shift & 31] for shift in range(175, -1, -5))
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def read(typed: bytes | bytearray) -> bytearray:
    """The key from what was typed: case, blanks and hyphens do not matter. The caller wipes it.

    Raises WrongKey when it is not a recovery key or has a slip of the pen in it.
    """
    digits = bytearray(DIGITS)  # worked on digit by digit, so that the key never is one str or int, which stay behind
    key = bytearray(KEY_BYTES)
    count = 0
    for byte in typed:
        if byte in _GROUPED:
            continue
        if byte not in _VALUES or count == DIGITS:
            count = 0
            break
        digits[count] = _VALUES[byte]
        count += 1
    if count != DIGITS:
        keys.wipe(digits)
        raise WrongKey(
            "That is not a recovery key.",
            "A recovery key has nine groups of four letters and digits, and never the letter U.",
            "Copy it again from the recovery sheet, all nine groups.",
        )
    for place in range(8 * KEY_BYTES):
        key[place // 8] |= (digits[place // 5] >> 4 - place % 5 & 1) << 7 - place % 8
    check = 0
    for digit in digits[-4:]:
        check = check << 5 | digit
    keys.wipe(digits)
    if _check(key) != check:
        keys.wipe(key)
        raise WrongKey(
            "There is a slip in the recovery key.",
            "Its last group, which checks the others, does not fit them.",
            "Compare it with the recovery sheet, group by group.",
        )
    return key


def _check(key: bytearray) -> int:
    """CRC-20 over the key, most significant bit first, from all ones so that leading zeros count."""
    register = 0xFFFFF
    for byte in key:
        for bit in range(7, -1, -1):
            feedback = (register >> 19 ^ byte >> bit) & 1
            register = (register << 1 & 0xFFFFF) ^ (POLYNOMIAL & 0xFFFFF if feedback else 0)
    return register
