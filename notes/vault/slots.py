"""Key slots: each wraps the same data key for one holder.

Two kinds. A *passphrase* slot stretches the passphrase with Argon2id (RFC 9106), mixed with a key file where the slot
asks for one. A *recovery* slot needs no stretching: its key is random in full. The wrap is AES-256-GCM-SIV (RFC 8452);
vault id, slot id, kind, label and every parameter are associated data, so none of them can be exchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from notes.errors import HostileHeader, TooLittleMemory, WrongKey
from notes.vault import keys

Kind = Literal["passphrase", "recovery"]


@dataclass(frozen=True)
class Argon2Cost:
    """What one guess costs: memory in KiB, passes, lanes."""

    memory_kib: int
    passes: int
    lanes: int


DEFAULT = Argon2Cost(memory_kib=256 * 1024, passes=4, lanes=4)
FLOOR = Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=1)
"""RFC 9106 section 4, second recommendation, is 64 MiB and 3 passes; a header that asks for less is refused."""
CAP = Argon2Cost(memory_kib=2 * 1024 * 1024, passes=64, lanes=8)
"""A header that asks for more is refused before any memory is taken."""
MOST_WORK = 32 * DEFAULT.memory_kib * DEFAULT.passes
"""KiB times passes, over all slots of a header: half a minute on an ordinary computer."""


@dataclass(frozen=True)
class Slot:
    """One wrapped copy of the data key. `label` says who holds it and is the actor in the access log."""

    id: str
    kind: Kind
    label: str
    created: str
    salt: str
    cost: Argon2Cost | None
    key_file: bool
    nonce: str
    wrapped: str


@dataclass(frozen=True)
class Secret:
    """What somebody brings to open a vault. The caller wipes `value`."""

    kind: Kind
    value: bytearray = field(repr=False)
    key_file: bytes | None = field(default=None, repr=False)


def check_cost(cost: Argon2Cost) -> None:
    """Raises HostileHeader when the cost is under the floor or over the cap."""
    for name in ("memory_kib", "passes", "lanes"):
        if not getattr(FLOOR, name) <= getattr(cost, name) <= getattr(CAP, name):
            raise HostileHeader(
                "The vault's header asks for a key derivation outside the allowed limits.",
                f"Its {name} would make guessing too easy or this computer too busy; this program never wrote that.",
                "Somebody may have changed the header. Restore the vault folder from a backup.",
            )


def check_costs(costs: Iterable[Argon2Cost]) -> None:
    """Raises HostileHeader when one is out of bounds, or trying them all would keep the computer busy for minutes."""
    work = 0
    for cost in costs:
        check_cost(cost)
        work += cost.memory_kib * cost.passes
    if work > MOST_WORK:
        raise HostileHeader(
            "The vault's header asks for a key derivation outside the allowed limits.",
            "All its slots together would keep this computer busy for minutes; this program never wrote that.",
            "Somebody may have changed the header. Restore the vault folder from a backup.",
        )


def wrap(
    data_key: bytearray,
    secret: Secret,
    *,
    vault_id: str,
    label: str,
    created: str,
    random_bytes: Callable[[int], bytes],
    cost: Argon2Cost = DEFAULT,
) -> Slot:
    """A new slot that opens with `secret`."""
    slot = Slot(
        id=random_bytes(8).hex(),
        kind=secret.kind,
        label=label,
        created=created,
        salt=random_bytes(16).hex(),
        cost=cost if secret.kind == "passphrase" else None,
        key_file=secret.key_file is not None,
        nonce=random_bytes(12).hex(),
        wrapped="",
    )
    wrapping = _wrapping_key(slot, secret)
    try:
        sealed = AESGCMSIV(wrapping).encrypt(bytes.fromhex(slot.nonce), data_key, _associated(slot, vault_id))
    finally:
        keys.wipe(wrapping)
    return replace(slot, wrapped=sealed.hex())


def unwrap(slot: Slot, secret: Secret, vault_id: str) -> bytearray:
    """The data key. Raises WrongKey when the secret is not this slot's. The caller wipes it."""
    wrapping = _wrapping_key(slot, secret)
    try:
        data_key = bytearray(keys.KEY_BYTES)
        AESGCMSIV(wrapping).decrypt_into(
            bytes.fromhex(slot.nonce), bytes.fromhex(slot.wrapped), _associated(slot, vault_id), data_key
        )
        return data_key
    except InvalidTag:
        raise WrongKey("This slot does not open with that key.") from None
    finally:
        keys.wipe(wrapping)


def _wrapping_key(slot: Slot, secret: Secret) -> bytearray:
    salt = bytes.fromhex(slot.salt)
    if slot.cost is None:
        return keys.derive(secret.value, keys.RECOVERY_SLOT, salt)
    check_cost(slot.cost)
    stretched = bytearray(keys.KEY_BYTES)
    try:
        Argon2id(
            salt=salt,
            length=keys.KEY_BYTES,
            iterations=slot.cost.passes,
            lanes=slot.cost.lanes,
            memory_cost=slot.cost.memory_kib,
        ).derive_into(secret.value, stretched)  # type: ignore[arg-type]  # bytearray works; the stub says bytes
    except MemoryError:
        raise TooLittleMemory(
            "This computer has too little free memory to open the vault.",
            f"Stretching the passphrase takes {slot.cost.memory_kib // 1024} MiB, so that guessing is dear.",
            "Close other programs and try again.",
        ) from None
    second = (
        bytearray(keys.mac(keys.KEY_FILE.encode(), secret.key_file)) if secret.key_file is not None else bytearray()
    )
    mixed = stretched + second
    try:
        return keys.derive(mixed, keys.PASSPHRASE_SLOT, salt)
    finally:
        keys.wipe(stretched, second, mixed)


def _associated(slot: Slot, vault_id: str) -> bytes:
    told = asdict(slot)
    del told["nonce"], told["wrapped"]
    return keys.canonical({"vault": vault_id, **told})
