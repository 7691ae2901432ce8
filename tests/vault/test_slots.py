"""Key slots: the primitives against their RFCs, wrapping, and that nothing in a slot can be exchanged."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from vault_kit import ANOTHER, CHEAP, by_passphrase, by_recovery_key, seeded

from notes.errors import HostileHeader, WrongKey
from notes.vault import keys, slots
from notes.vault.slots import Argon2Cost, Secret, Slot

VAULT_ID = "00112233445566778899aabbccddeeff"
DATA_KEY = bytes(range(32))
RECOVERY = bytes(range(100, 120))
KEY_FILE = b"forty-two bytes of a key file on a stick.."

# RFC 8452 appendix C.2 (AES-256): plaintext, associated data, result; one key and one nonce for all.
SIV_KEY, SIV_NONCE = "01" + "00" * 31, "03" + "00" * 11
RFC_8452 = (
    ("", "", "07f5f4169bbf55a8400cd47ea6fd400f"),
    ("0100000000000000", "", "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28"),
    ("010000000000000000000000", "", "9aab2aeb3faa0a34aea8e2b18ca50da9ae6559e48fd10f6e5c9ca17e"),
    ("01" + "00" * 15, "", "85a01b63025ba19b7fd3ddfc033b3e76c9eac6fa700942702e90862383c6c366"),
    (
        "01" + "00" * 15 + "02" + "00" * 15,
        "",
        "4a6a9db4c8c6549201b9edb53006cba821ec9cf850948a7c86c68ac7539d027fe819e63abcd020b006a976397632eb5d",
    ),
    ("0200000000000000", "01", "1de22967237a813291213f267e3b452f02d01ae33e4ec854"),
    ("02" + "00" * 15, "01", "c91545823cc24f17dbb0e9e807d5ec17b292d28ff61189e8e49f3875ef91aff7"),
    ("02000000", "01" + "00" * 11, "22b3f4cd1835e517741dfddccfa07fa4661b74cf"),
)


def wrap(secret: Secret, **given: Any) -> Slot:
    told: dict[str, Any] = {"vault_id": VAULT_ID, "label": "practitioner", "created": "2026-03-02T09:00:00.000Z"}
    random_bytes = seeded().random_bytes
    return slots.wrap(bytearray(DATA_KEY), secret, random_bytes=random_bytes, **{**told, "cost": CHEAP, **given})


@pytest.fixture(scope="module")
def passphrase_slot() -> Slot:
    return wrap(by_passphrase())


@pytest.fixture(scope="module")
def key_file_slot() -> Slot:
    return wrap(by_passphrase(key_file=KEY_FILE))


@pytest.fixture(scope="module")
def recovery_slot() -> Slot:
    return wrap(by_recovery_key(RECOVERY), label="recovery key")


def test_the_library_gives_the_answer_of_rfc_9106() -> None:
    """Section 5.3, the vector for Argon2id. Our slots use neither its secret nor its associated data."""
    made = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        ad=b"\x04" * 12,
        secret=b"\x03" * 8,
    ).derive(b"\x01" * 32)
    assert made.hex() == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"


@pytest.mark.parametrize(("plain", "associated", "sealed"), RFC_8452)
def test_the_library_gives_the_answers_of_rfc_8452(plain: str, associated: str, sealed: str) -> None:
    cipher = AESGCMSIV(bytes.fromhex(SIV_KEY))
    nonce, given = bytes.fromhex(SIV_NONCE), bytes.fromhex(associated)
    assert cipher.encrypt(nonce, bytes.fromhex(plain), given).hex() == sealed
    assert cipher.decrypt(nonce, bytes.fromhex(sealed), given).hex() == plain


def test_a_passphrase_slot_opens_with_its_passphrase(passphrase_slot: Slot) -> None:
    assert slots.unwrap(passphrase_slot, by_passphrase(), VAULT_ID) == bytearray(DATA_KEY)


def test_a_recovery_slot_opens_with_its_recovery_key(recovery_slot: Slot) -> None:
    assert slots.unwrap(recovery_slot, by_recovery_key(RECOVERY), VAULT_ID) == bytearray(DATA_KEY)


def test_a_slot_with_a_key_file_opens_with_passphrase_and_key_file(key_file_slot: Slot) -> None:
    assert slots.unwrap(key_file_slot, by_passphrase(key_file=KEY_FILE), VAULT_ID) == bytearray(DATA_KEY)


@pytest.mark.parametrize("wrong", [ANOTHER, b"", b"velvet orbit lantern muskraT", b"velvet orbit lantern muskrat "])
def test_another_passphrase_does_not_open_it(wrong: bytes, passphrase_slot: Slot) -> None:
    with pytest.raises(WrongKey):
        slots.unwrap(passphrase_slot, by_passphrase(wrong), VAULT_ID)


def test_no_recovery_key_that_is_one_bit_off_opens_it(recovery_slot: Slot) -> None:
    for bit in range(160):
        wrong = bytearray(RECOVERY)
        wrong[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WrongKey):
            slots.unwrap(recovery_slot, Secret("recovery", wrong), VAULT_ID)


@pytest.mark.parametrize("key_file", [None, b"another key file", KEY_FILE + b"\n", KEY_FILE[:-1]])
def test_a_missing_or_wrong_key_file_does_not_open_it(key_file: bytes | None, key_file_slot: Slot) -> None:
    with pytest.raises(WrongKey):
        slots.unwrap(key_file_slot, by_passphrase(key_file=key_file), VAULT_ID)


def test_a_key_file_where_none_is_needed_does_not_open_it(passphrase_slot: Slot) -> None:
    with pytest.raises(WrongKey):
        slots.unwrap(passphrase_slot, by_passphrase(key_file=KEY_FILE), VAULT_ID)


def test_a_key_file_is_not_the_end_of_the_passphrase(key_file_slot: Slot) -> None:
    """What is mixed in is a digest of the file after the stretching, so the two cannot be shifted into each other."""
    with pytest.raises(WrongKey):
        slots.unwrap(key_file_slot, by_passphrase(b"velvet orbit lantern muskrat" + KEY_FILE), VAULT_ID)


def test_an_empty_key_file_is_mixed_in_like_any_other() -> None:
    slot = wrap(by_passphrase(key_file=b""))
    with pytest.raises(WrongKey):
        slots.unwrap(slot, by_passphrase(), VAULT_ID)


def changed_fields(slot: Slot) -> Iterator[tuple[str, Slot]]:
    """The slot with each field changed a little."""
    yield "id", replace(slot, id="ff" + slot.id[2:])
    yield "label", replace(slot, label=slot.label + " ")
    yield "created", replace(slot, created="2026-03-02T09:00:00.001Z")
    yield "salt", replace(slot, salt="ff" + slot.salt[2:])
    yield "key_file", replace(slot, key_file=not slot.key_file)
    yield "nonce", replace(slot, nonce="ff" + slot.nonce[2:])
    yield "wrapped", replace(slot, wrapped="ff" + slot.wrapped[2:])
    if slot.cost:
        yield "memory", replace(slot, cost=replace(slot.cost, memory_kib=slot.cost.memory_kib + 8))
        yield "passes", replace(slot, cost=replace(slot.cost, passes=slot.cost.passes + 1))
        yield "lanes", replace(slot, cost=replace(slot.cost, lanes=slot.cost.lanes + 1))
    else:
        yield "kind", replace(slot, kind="passphrase")


def test_no_field_of_a_recovery_slot_can_be_changed(recovery_slot: Slot) -> None:
    names = []
    for name, slot in changed_fields(recovery_slot):
        with pytest.raises(WrongKey):
            slots.unwrap(slot, by_recovery_key(RECOVERY), VAULT_ID)
        names.append(name)
    assert {"id", "kind", "label", "created", "salt", "key_file", "nonce", "wrapped"} == set(names)


@pytest.mark.parametrize(
    "name",
    ["id", "label", "created", "salt", "key_file", "nonce", "wrapped", "memory", "passes", "lanes"],
)
def test_no_field_of_a_passphrase_slot_can_be_changed(name: str, passphrase_slot: Slot) -> None:
    with pytest.raises(WrongKey):
        slots.unwrap(dict(changed_fields(passphrase_slot))[name], by_passphrase(), VAULT_ID)


def test_no_bit_of_what_is_wrapped_can_be_changed(recovery_slot: Slot) -> None:
    for field in ("wrapped", "nonce", "salt"):
        content = bytes.fromhex(getattr(recovery_slot, field))
        for bit in range(len(content) * 8):
            flipped = bytearray(content)
            flipped[bit // 8] ^= 1 << bit % 8
            with pytest.raises(WrongKey):
                slots.unwrap(replace(recovery_slot, **{field: flipped.hex()}), by_recovery_key(RECOVERY), VAULT_ID)


def test_a_slot_does_not_open_in_another_vault(recovery_slot: Slot, passphrase_slot: Slot) -> None:
    another = "ff" + VAULT_ID[2:]
    with pytest.raises(WrongKey):
        slots.unwrap(recovery_slot, by_recovery_key(RECOVERY), another)
    with pytest.raises(WrongKey):
        slots.unwrap(passphrase_slot, by_passphrase(), another)


def test_two_slots_share_neither_id_nor_salt_nor_nonce() -> None:
    random_bytes = seeded().random_bytes
    made = [
        slots.wrap(
            bytearray(DATA_KEY),
            by_recovery_key(RECOVERY),
            vault_id=VAULT_ID,
            label="recovery key",
            created="",
            random_bytes=random_bytes,
        )
        for _ in range(2)
    ]
    for field in ("id", "salt", "nonce", "wrapped"):
        assert getattr(made[0], field) != getattr(made[1], field)


def test_the_slot_holds_nothing_of_the_key_or_the_secret(passphrase_slot: Slot, recovery_slot: Slot) -> None:
    told = repr(passphrase_slot) + repr(recovery_slot)
    assert DATA_KEY.hex() not in told
    assert RECOVERY.hex() not in told
    assert "velvet" not in told


OUTSIDE = [
    replace(slots.FLOOR, memory_kib=slots.FLOOR.memory_kib - 1),
    replace(slots.FLOOR, passes=slots.FLOOR.passes - 1),
    replace(slots.FLOOR, lanes=0),
    replace(slots.CAP, memory_kib=slots.CAP.memory_kib + 1, passes=3, lanes=1),
    replace(slots.FLOOR, passes=slots.CAP.passes + 1),
    replace(slots.FLOOR, lanes=slots.CAP.lanes + 1),
    Argon2Cost(0, 0, 0),
    Argon2Cost(2**52, 2**52, 2**52),
]


@pytest.mark.parametrize("cost", OUTSIDE)
def test_a_cost_outside_the_limits_is_refused_before_memory_is_taken(cost: Argon2Cost, passphrase_slot: Slot) -> None:
    hostile = replace(passphrase_slot, cost=cost)
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.process_time()
    with pytest.raises(HostileHeader) as caught:
        slots.unwrap(hostile, by_passphrase(), VAULT_ID)
    with pytest.raises(HostileHeader):
        wrap(by_passphrase(), cost=cost)
    assert caught.value.exit_code == 4
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before.ru_maxrss < 32 * 1024
    assert time.process_time() - began < 0.05


def test_the_limits_are_those_of_the_design() -> None:
    assert (slots.FLOOR.memory_kib, slots.FLOOR.passes) == (64 * 1024, 3)
    assert Argon2Cost(256 * 1024, 4, 4) == slots.DEFAULT
    assert Argon2Cost(2 * 1024 * 1024, 64, 8) == slots.CAP
    for cost in (slots.FLOOR, slots.DEFAULT, slots.CAP):
        slots.check_cost(cost)


def test_many_slots_that_would_keep_the_computer_busy_for_minutes_are_refused() -> None:
    dear = Argon2Cost(1024 * 1024, 4, 4)
    slots.check_costs([dear] * 8)
    with pytest.raises(HostileHeader, match="outside"):
        slots.check_costs([dear] * 9)


def test_a_slot_is_what_the_format_says_it_is(recovery_slot: Slot) -> None:
    """HKDF by label and salt, then AES-256-GCM-SIV with the slot's own fields and the vault's id as associated data."""
    wrapping = keys.derive(RECOVERY, "notes/v1/recovery-slot", bytes.fromhex(recovery_slot.salt))
    associated = (
        f'{{"cost":null,"created":"{recovery_slot.created}","id":"{recovery_slot.id}","key_file":false,'
        f'"kind":"recovery","label":"recovery key","salt":"{recovery_slot.salt}","vault":"{VAULT_ID}"}}'
    )
    sealed = AESGCMSIV(bytes(wrapping)).encrypt(bytes.fromhex(recovery_slot.nonce), DATA_KEY, associated.encode())
    assert sealed.hex() == recovery_slot.wrapped
