"""Key derivation, MAC, digest and canonical JSON, held against the standards and against a second implementation."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from notes.vault import keys


def hkdf_by_hand(key: bytes, info: bytes, salt: bytes = b"") -> bytes:
    """RFC 5869 with the standard library alone; one block is 32 bytes."""
    pseudo_random = hmac.new(salt or bytes(32), key, hashlib.sha256).digest()
    return hmac.new(pseudo_random, info + b"\x01", hashlib.sha256).digest()


# RFC 5869 appendix A, the cases for SHA-256: key, salt, info, output.
RFC_5869 = (
    (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)).hex(),
        bytes(range(0x60, 0xB0)).hex(),
        bytes(range(0xB0, 0x100)).hex(),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    (
        "0b" * 22,
        "",
        "",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
)

# RFC 4231 section 4: key, data, HMAC-SHA-256. Case 5 is the one that is cut to 128 bits.
RFC_4231 = (
    ("0b" * 20, b"Hi There".hex(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (
        b"Jefe".hex(),
        b"what do ya want for nothing?".hex(),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    ("aa" * 20, "dd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (
        bytes(range(1, 26)).hex(),
        "cd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    ("0c" * 20, b"Test With Truncation".hex(), "a3b6167473100ee06e0c796c2955552b"),
    (
        "aa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First".hex(),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        "aa" * 131,
        b"This is a test using a larger than block-size key and a larger than block-size data. "
        b"The key needs to be hashed before being used by the HMAC algorithm.".hex(),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
)

# FIPS 180-4, the examples published with it.
FIPS_180_4 = (
    (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
        b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ),
    (b"a" * 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
)


def test_derivation_gives_the_answer_of_rfc_5869() -> None:
    """Case 3, whose info is empty; the infos of the others are no text, and a label is always text."""
    key, _, _, expected = RFC_5869[2]
    assert keys.derive(bytes.fromhex(key), "").hex() == expected[:64]
    assert keys.derive(bytes.fromhex(key), "", b"").hex() == expected[:64]


@pytest.mark.parametrize(("key", "salt", "info", "expected"), RFC_5869)
def test_the_library_and_the_check_by_hand_agree_with_rfc_5869(key: str, salt: str, info: str, expected: str) -> None:
    made = HKDF(hashes.SHA256(), len(expected) // 2, bytes.fromhex(salt), bytes.fromhex(info))
    assert made.derive(bytes.fromhex(key)).hex() == expected
    assert hkdf_by_hand(bytes.fromhex(key), bytes.fromhex(info), bytes.fromhex(salt)).hex() == expected[:64]


@given(st.binary(min_size=1, max_size=64), st.text(max_size=40), st.none() | st.binary(max_size=40))
@settings(deadline=None)
def test_derivation_is_hkdf_with_the_label_as_info(key: bytes, label: str, salt: bytes | None) -> None:
    assert keys.derive(bytearray(key), label, salt) == hkdf_by_hand(key, label.encode(), salt or b"")


def test_every_label_gives_a_key_of_its_own() -> None:
    labels = [keys.DATABASE, keys.HEADER_MAC, keys.COMMITMENT, keys.RECOVERY_SLOT, keys.PASSPHRASE_SLOT, keys.KEY_FILE]
    assert all(label.startswith("notes/v1/") for label in labels)
    assert len({bytes(keys.derive(bytes(32), label)) for label in labels}) == len(labels)


@pytest.mark.parametrize(("key", "data", "expected"), RFC_4231)
def test_the_mac_gives_the_answers_of_rfc_4231(key: str, data: str, expected: str) -> None:
    assert keys.mac(bytes.fromhex(key), bytes.fromhex(data)).hex()[: len(expected)] == expected


@pytest.mark.parametrize(("message", "expected"), FIPS_180_4)
def test_the_digest_gives_the_answers_of_fips_180_4(message: bytes, expected: str) -> None:
    assert keys.sha256(message).hex() == expected


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 1000])
def test_wiping_leaves_only_zeros(length: int) -> None:
    secrets = bytearray(b"\xa5" * length), bytearray(b"\x5a" * length)
    keys.wipe(*secrets)
    assert secrets == (bytearray(length), bytearray(length))


def test_wiping_works_in_place_so_that_no_copy_stays_behind() -> None:
    secret = bytearray(b"secret")
    same = secret
    keys.wipe(secret)
    assert same is secret
    assert not any(same)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(ANY_JSON)
@settings(deadline=None)
def test_canonical_json_reads_back_and_has_one_form(value: Any) -> None:
    written = keys.canonical(value)
    assert json.loads(written) == value
    assert keys.canonical(json.loads(written)) == written


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None]}, b'{"a":[true,null],"b":1}'),
        ({"é": "ü", "z": "\u2028"}, '{"z":"\u2028","é":"ü"}'.encode()),
        ('"\\\n\t\x00', b'"\\"\\\\\\n\\t\\u0000"'),
    ],
)
def test_canonical_json_is_sorted_without_blanks_and_without_needless_escapes(value: Any, expected: bytes) -> None:
    assert keys.canonical(value) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_what_json_has_no_sign_for_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError, match="JSON"):
        keys.canonical(value)
