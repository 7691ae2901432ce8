"""Changing who can open the vault: a new passphrase, a new recovery key, and rotation to a new data key.

A changed passphrase or recovery key only wraps the same data key anew: copies and backups made before still open with
what opened them then. *Rotation* encrypts the whole database under a new data key: from then on an old key, even if
somebody had got hold of the data key itself, opens nothing that is written later.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from notes.access_log import chain
from notes.errors import NotesError, UsageError, WrongKey
from notes.practice import opening
from notes.practice.accounts import Progress
from notes.practice.operations import Work, operation
from notes.practice.practice import Practice
from notes.practice.surroundings import Surroundings, alone, iso
from notes.practice.verification import examine
from notes.store.engine import copy_to, open_engine
from notes.vault import keys, passphrase, recovery_key, slots
from notes.vault import vault as vaults
from notes.vault.slots import Argon2Cost, Secret, Slot

Show = Callable[[bytearray], None]
"""Gives a new recovery key to its owner, before it counts: a program that ends in between must shut nobody out."""


@dataclass(frozen=True)
class SlotView:
    """A key slot as the faces see it."""

    id: str
    kind: str
    label: str
    created: str
    key_file: bool


@operation("key.list")
def list_slots(work: Work) -> list[SlotView]:
    """Who can open the vault."""
    return [slot_view(slot) for slot in work.standing.vault.header.slots]


@operation("key.confirm")
def confirm(work: Work, secret: Secret) -> None:
    """See that whoever is there knows what opens the vault. The caller wipes the secret. Raises WrongKey."""
    vault = work.standing.vault
    for slot in vault.header.slots:
        if slot.kind == secret.kind and slot.key_file == (secret.key_file is not None):
            with contextlib.suppress(WrongKey):
                keys.wipe(slots.unwrap(slot, secret, vault.header.vault))
                return
    raise WrongKey("That is not what opens this vault.", "Nothing was done.", "Try again: look at Caps Lock first.")


@operation("key.passphrase")
def change_passphrase(
    work: Work,
    typed: bytearray,
    key_file: bytes | None = None,
    cost: Argon2Cost = slots.DEFAULT,
    without_key_file: bool = False,
) -> SlotView:
    """Let a new passphrase open the vault and the old one no more.

    A vault that asks for a key file goes on asking for one, unless `without_key_file` says otherwise.
    Raises WeakPassphrase, UsageError, DiskFull, NotWritable.
    """
    if key_file is None and not without_key_file and any(slot.key_file for slot in work.standing.vault.header.slots):
        raise UsageError(
            "This vault also asks for a key file.",
            "Without it the new passphrase alone would open the vault.",
            "Add --key-file FILE before the command, or say --without-key-file after it.",
        )
    prepared = passphrase.prepare(typed)
    try:
        passphrase.check(prepared, (opening.setting(work, "practice_name").value,))
        return _replace(work, opening.PRACTITIONER, Secret("passphrase", prepared, key_file), cost)
    finally:
        keys.wipe(prepared)


@operation("key.recovery")
def new_recovery_key(work: Work, show: Show = lambda key: None, shown: bytes | bytearray | None = None) -> bytearray:
    """A new recovery key; the old sheet opens the vault no more. The caller wipes it.

    `shown` is one that its owner has on paper already. Raises DiskFull, NotWritable, and what `show` raises.
    """
    key = _new_recovery(shown, work.standing.surroundings.random_bytes)
    _give(key, show)
    work.begin_epoch(key)
    _replace(work, opening.RECOVERY, Secret("recovery", key))
    return key


@operation("key.rotate")
def _rotated(work: Work, recovery: bytearray) -> None:
    """Say, inside the new database, that it is under a new key; the header follows once this is verified."""
    work.begin_epoch(recovery)
    opening.set_setting(work, "header_sequence", str(work.standing.vault.header.sequence + 1))


def rotate(
    practice: Practice,
    typed: bytearray,
    key_file: bytes | None = None,
    show: Show = lambda key: None,
    shown: bytes | bytearray | None = None,
    progress: Progress | None = None,
) -> bytearray:
    """Encrypt everything anew under a new data key; gives a new recovery key, which the caller wipes.

    `typed` is the passphrase in use: it must be given again, since its slot is wrapped anew. The new database is
    beside the old one, verified in full, and only then put in place; a crash leaves the one or the other. `shown` is a
    recovery key that its owner has on paper already; `progress` may raise, to cancel.
    Raises WrongKey, Altered, DiskFull, NotWritable, and what `show` raises.
    """
    standing = practice._standing
    vault, random_bytes = standing.vault, standing.surroundings.random_bytes
    secret = Secret("passphrase", passphrase.prepare(typed), key_file)
    try:
        cost = _check_in_use(vault, secret)
    except WrongKey:
        practice._append("key.rotate", "refused", reason="WrongKey")
        raise
    data_key = bytearray(random_bytes(keys.KEY_BYTES))
    recovery = _new_recovery(shown, random_bytes)
    following = _following(vault, data_key, secret, cost, recovery, standing.surroundings)
    keys.wipe(secret.value)
    waiting = vault.folder / vaults.NEXT_DATABASE
    try:
        end = _write_next(practice, data_key, recovery, progress)
        _give(recovery, show)
        vault.set_data_key(data_key, following)
    except BaseException as error:
        if vault.stands():
            for left in (waiting, waiting.with_name(waiting.name + "-journal")):
                with contextlib.suppress(OSError):  # the next unlocking removes it
                    left.unlink(missing_ok=True)
            with contextlib.suppress(NotesError):  # the first error says more
                practice._append("key.rotate", "failed", reason=type(error).__name__)
        else:  # the header went over to the new key and could not be put back: what is written now would be lost
            practice.abandon()
        raise
    practice._engine.dispose()  # type: ignore[union-attr]
    try:
        opening.finish_rotation(vault)
        practice._engine = opening.connect(vault)
    except BaseException:
        practice.abandon()  # the next unlocking puts the new database in place; until then nothing can be written
        raise
    standing.end = end
    practice._drop_anchor()
    return recovery


def _following(
    vault: vaults.OpenVault,
    data_key: bytearray,
    secret: Secret,
    cost: Argon2Cost,
    recovery: bytearray,
    around: Surroundings,
) -> list[Slot]:
    """The slots of the header that follows a rotation."""
    return [
        slots.wrap(
            data_key,
            holder,
            vault_id=vault.header.vault,
            label=label,
            created=iso(around.now()),
            random_bytes=around.random_bytes,
            cost=cost,
        )
        for label, holder in (
            (opening.PRACTITIONER, secret),
            (opening.RECOVERY, Secret("recovery", recovery)),
        )
    ]


def _new_recovery(shown: bytes | bytearray | None, random_bytes: Callable[[int], bytes]) -> bytearray:
    return bytearray(shown) if shown is not None else recovery_key.generate(random_bytes)


def _give(key: bytearray, show: Show) -> None:
    copy = bytearray(key)  # whoever shows it wipes it
    try:
        show(copy)
    finally:
        keys.wipe(copy)


def _check_in_use(vault: vaults.OpenVault, secret: Secret) -> Argon2Cost:
    """The cost of the passphrase slot that `secret` opens. Raises WrongKey."""
    for slot in vault.header.slots:
        if slot.kind == "passphrase" and slot.cost and slot.key_file == (secret.key_file is not None):
            with contextlib.suppress(WrongKey):
                keys.wipe(slots.unwrap(slot, secret, vault.header.vault))
                return slot.cost
    raise WrongKey(
        "That is not the vault's passphrase.",
        "Rotation wraps the new key with the passphrase in use, so it must be the right one.",
        "Give the passphrase (and key file) that opens this vault.",
    )


def _write_next(practice: Practice, data_key: bytearray, recovery: bytearray, progress: Progress | None) -> chain.End:
    """The database under the new key, with its line, verified; gives the end of its log."""
    standing = practice._standing
    path = standing.vault.folder / vaults.NEXT_DATABASE
    key = keys.derive(data_key, keys.DATABASE)
    old_engine = practice._engine
    assert old_engine is not None
    try:
        copy_to(old_engine, path, key)
        engine = open_engine(path, key)
    finally:
        keys.wipe(key)
    try:
        following = Practice(engine, replace(standing, surroundings=alone(standing.surroundings)))  # no anchor yet
        following.do(_rotated, recovery)
        with engine.connect() as db:
            examine(db, standing.vault_id, standing.row_key, standing.spells, progress).check()
        return following._standing.end
    finally:
        engine.dispose()


def _replace(work: Work, label: str, secret: Secret, cost: Argon2Cost = slots.DEFAULT) -> SlotView:
    vault = work.standing.vault
    slot = slots.wrap(
        vault.data_key,
        secret,
        vault_id=vault.header.vault,
        label=label,
        created=iso(work.now),
        random_bytes=work.standing.surroundings.random_bytes,
        cost=cost,
    )
    kept = [other for other in vault.header.slots if other.label != label]
    opening.set_setting(work, "header_sequence", str(vault.header.sequence + 1))
    vault.set_slots([*kept, slot] if label == opening.RECOVERY else [slot, *kept])
    return slot_view(slot)


def slot_view(slot: Slot) -> SlotView:
    """A slot as the faces see it."""
    return SlotView(slot.id, slot.kind, slot.label, slot.created, slot.key_file)
