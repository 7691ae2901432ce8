"""The data key and the keys derived from it.

One random 256-bit data key opens everything. Each use has a key of its own, derived with HKDF-SHA256 (RFC 5869)
under a versioned label, so that no two uses can be played against each other. Keys live in ``bytearray`` because
Python can wipe those; ``wipe`` is called as soon as a key has done its work.
"""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives import constant_time, hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
"""Every key here is 256 bits."""

DATABASE = "notes/v1/database"
HEADER_MAC = "notes/v1/header-mac"
COMMITMENT = "notes/v1/commitment"
RECOVERY_SLOT = "notes/v1/recovery-slot"
PASSPHRASE_SLOT = "notes/v1/passphrase-slot"
KEY_FILE = "notes/v1/key-file"
BACKUP = "notes/v1/backup"


_NOTHING_HASHED = hashes.Hash(hashes.SHA256())
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def derive(key: bytes | bytearray, label: str, salt: bytes | None = None) -> bytearray:
    """The 32-byte key for one use: HKDF-SHA256 of `key` with `label` as info.

    The caller wipes the result.
    """
    subkey = bytearray(KEY_BYTES)
    HKDF(hashes.SHA256(), KEY_BYTES, salt, label.encode()).derive_into(key, subkey)
    return subkey


def mac(key: bytes | bytearray, message: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104) of `message`."""
    code = hmac.HMAC(key, hashes.SHA256())
    code.update(message)
    return code.finalize()


def sha256(message: bytes) -> bytes:
    """SHA-256 (FIPS 180-4) of `message`."""
    digest = _NOTHING_HASHED.copy()  # in half the time of making one
    digest.update(message)
    return digest.finalize()


def same(one: str, other: str) -> bool:
    """Whether two MACs are the same, in a time that does not tell where they differ."""
    return constant_time.bytes_eq(one.encode(), other.encode())


def running_sha256() -> hashes.Hash:
    """SHA-256 of what does not fit into memory: ``update`` it piece by piece, then ``finalize``."""
    return hashes.Hash(hashes.SHA256())


def wipe(*secrets: bytearray) -> None:
    """Overwrite key material with zeros."""
    for secret in secrets:
        secret[:] = bytes(len(secret))


def canonical(value: Any) -> bytes:
    """The one way this format writes JSON: UTF-8, keys sorted, no blanks, nothing escaped that need not be."""
    return _ENCODER.encode(value).encode()
