"""A vault: create the folder, unlock it, change who can open it, lock it again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from notes.errors import Busy, HeaderDamaged, NotAVault, NotesError, RolledBack, UsageError, WrongKey
from notes.vault import header as headers
from notes.vault import keys, slots
from notes.vault.files import machine_error, tidy, write_atomically
from notes.vault.header import Header
from notes.vault.slots import Argon2Cost, Secret, Slot

DATABASE = "vault.db"
NEXT_DATABASE = "vault.db.next"
"""A database that a rotation has finished but not yet put in place."""

READ_ME = """\
This folder is a Session Notes vault: the encrypted record of a practice.

Do not rename, edit or delete single files in it; copy or move the folder as a whole, while the program is closed.

  header.json, header.bak   who can open the vault: the data key, wrapped for each passphrase and recovery key
  vault.db                  the record and its access log, encrypted whole (SQLCipher 4)
  locked.state, locked.log  attempts to open the vault while it was locked, sealed
  lock                      keeps two programs from opening the vault at once

To open it without Session Notes you need the passphrase or the recovery key, and any SQLCipher 4:
  1. From header.json take a slot. Derive its wrapping key (Argon2id from the passphrase, HKDF-SHA256 from the
     recovery key) and undo the wrap with AES-256-GCM-SIV. That gives the data key.
  2. HKDF-SHA256 of the data key, info "notes/v1/database", gives 32 bytes: the raw key of vault.db.
  3. The notes are in the table note_versions (signed) and drafts (not yet signed).
Session Notes' source has a script of one page that does all this and writes everything out: tools/recover.py.
The format is written down byte by byte in its docs/format.md.
"""


@dataclass
class OpenVault:
    """An unlocked vault: its folder is locked against other programs, its data key is in memory.

    `warnings` says what was wrong with the header and mended; `other` is the older copy, where the two differ. Close it
    with ``close``, which wipes the key.
    """

    folder: Path
    header: Header
    slot: Slot
    data_key: bytearray = field(repr=False)
    guard: FileLock
    warnings: list[str] = field(default_factory=list)
    other: Header | None = None

    def subkey(self, label: str) -> bytearray:
        """A key for one use; the caller wipes it."""
        return keys.derive(self.data_key, label)

    def set_slots(self, changed: Iterable[Slot]) -> None:
        """Write a header with these slots and the next sequence number. Raises DiskFull or NotWritable."""
        self.set_header(replace(self.header, slots=tuple(changed), sequence=self.header.sequence + 1))

    def set_header(self, header: Header) -> None:
        """Sign `header` with the data key and write both copies. Raises DiskFull or NotWritable."""
        self._write(header.signed(self.data_key))

    def set_data_key(self, data_key: bytearray, changed: Iterable[Slot]) -> None:
        """Go over to a new data key: from now on the header opens that one. The old key is wiped.

        Raises DiskFull or NotWritable; the old key then stands.
        """
        following = replace(
            self.header,
            sequence=self.header.sequence + 1,
            commitment=_commitment(data_key),
            slots=tuple(changed),
        )
        self._write(following.signed(data_key))
        keys.wipe(self.data_key)
        self.data_key = data_key

    def stands(self) -> bool:
        """Whether the header on disk opens the data key in memory: not so when a change failed half-way for good."""
        return headers.read(self.folder).header.commitment == self.header.commitment

    def _write(self, signed: Header) -> None:
        try:
            headers.write(self.folder, signed)
        except NotesError:
            # One copy may be new already and would count at the next opening: write what was, under a higher number.
            before = replace(self.header, sequence=signed.sequence + 1).signed(self.data_key)
            with contextlib.suppress(NotesError):
                headers.write(self.folder, before)
            self.header = before
            raise
        self.header = signed

    def close(self) -> None:
        """Wipe the key and let other programs in."""
        keys.wipe(self.data_key)
        self.guard.release()


def create(
    folder: Path,
    secrets: Iterable[tuple[str, Secret]],
    *,
    created: str,
    log_key: bytes,
    random_bytes: Callable[[int], bytes],
    cost: Argon2Cost = slots.DEFAULT,
) -> OpenVault:
    """A new vault in `folder`, which must be absent or empty, with one slot for each (label, secret).

    `log_key` is the public key that attempts on the locked vault are sealed to.

    Raises UsageError when the folder is in use, DiskFull, NotWritable.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(
                "That folder is not empty.",
                "A new vault needs a folder of its own.",
                "Name a folder that does not exist yet.",
            )
        folder.chmod(0o700)
    except OSError as error:
        raise machine_error(error) from None
    vault_id = random_bytes(16).hex()
    data_key = bytearray(random_bytes(keys.KEY_BYTES))
    made = tuple(
        slots.wrap(
            data_key,
            secret,
            vault_id=vault_id,
            label=label,
            created=created,
            random_bytes=random_bytes,
            cost=cost,
        )
        for label, secret in secrets
    )
    header = Header(vault_id, created, 1, _commitment(data_key), log_key.hex(), made)
    vault = OpenVault(folder, header, made[0], data_key, keep_others_out(folder))
    vault.set_header(header)
    write_atomically(folder / "READ-ME.txt", READ_ME.encode())
    return vault


Refused = Callable[[Header | None, NotesError], None]
"""Told of every refusal at the door before it is answered, while no other program can be at the vault."""


def unlock(folder: Path, secret: Secret, refused: Refused = lambda header, error: None) -> OpenVault:
    """Open the vault with a passphrase or a recovery key.

    Raises NotAVault, HeaderDamaged, HostileHeader, FormatTooNew, Busy, WrongKey, NotWritable.
    """
    headers.look(folder)  # a folder that is no vault gets no lock file
    guard = keep_others_out(folder)
    header: Header | None = None
    try:
        found = headers.read(folder)
        header = found.header
        slot, data_key, header = _try_copies(found, secret)
        for name in headers.NAMES:
            tidy(folder, name)
    except BaseException as error:
        try:
            if isinstance(error, NotesError):
                refused(header, error)
        finally:
            guard.release()
        raise
    vault = OpenVault(folder, header, slot, data_key, guard)
    vault.warnings += [f"{name} was missing or damaged and was written anew." for name in found.damaged]
    if found.other:
        vault.other = found.other if header is found.header else None
        vault.warnings.append("header.json and header.bak differed; the one that this key opens was kept.")
    return vault


def reopen(folder: Path, data_key: bytearray, slot: Slot) -> OpenVault:
    """Open a copy of a vault with the data key in hand; `slot` says whose doing it is.

    Raises NotAVault, HeaderDamaged, HostileHeader, FormatTooNew, Busy, NotWritable.
    """
    header = headers.read(folder).header
    header.authenticate(data_key)
    return OpenVault(folder, header, slot, bytearray(data_key), keep_others_out(folder))


def prefer_known(vault: OpenVault, last_known: int) -> None:
    """Where an interrupted change left two headers, the one that the database knows counts.

    Not so where it would shut out whoever has just opened the vault with the new one.
    """
    other = vault.other
    if other and other.sequence == last_known != vault.header.sequence and vault.slot in other.slots:
        with contextlib.suppress(HeaderDamaged):
            other.authenticate(vault.data_key)
            vault.header = other


def mend(vault: OpenVault) -> None:
    """Write both header copies anew where ``unlock`` found one damaged or different."""
    if vault.warnings:
        headers.write(vault.folder, vault.header)


def check_sequence(vault: OpenVault, last_known: int) -> None:
    """Raises RolledBack when the header is older than the database remembers."""
    if vault.header.sequence < last_known:
        raise RolledBack(
            "An older header has been put back.",
            f"The header is number {vault.header.sequence}; this vault had number {last_known}. "
            "An old header lets old passphrases in again.",
            "Restore header.json and header.bak from the newest backup.",
        )


def _try_copies(found: headers.Found, secret: Secret) -> tuple[Slot, bytearray, Header]:
    """The first header copy that the secret opens and that is genuine; the other is tried only where they differ."""
    try:
        return _try_copy(found.header, secret)
    except (WrongKey, HeaderDamaged):
        if found.other is None:
            raise
        return _try_copy(found.other, secret)


def _try_copy(header: Header, secret: Secret) -> tuple[Slot, bytearray, Header]:
    slot, data_key = _try_slots(header, secret)
    try:
        header.authenticate(data_key)
    except HeaderDamaged:
        keys.wipe(data_key)
        raise
    return slot, data_key, header


def _try_slots(header: Header, secret: Secret) -> tuple[Slot, bytearray]:
    fitting = [
        slot for slot in header.slots if slot.kind == secret.kind and slot.key_file == (secret.key_file is not None)
    ]
    for slot in fitting:
        try:
            return slot, slots.unwrap(slot, secret, header.vault)
        except WrongKey:
            continue
    wants_file = any(slot.key_file for slot in header.slots if slot.kind == secret.kind)
    what = "The recovery key" if secret.kind == "recovery" else "The passphrase"
    hint = "Check the keyboard layout and capitals, and try again; or use the recovery key from your sheet."
    if wants_file and secret.key_file is None:
        hint = "This vault also needs its key file: add --key-file FILE."
    elif secret.kind == "recovery":
        hint = "Use the sheet printed last: a new recovery key puts the older one out of use."
    raise WrongKey(f"{what} does not open this vault.", "No key slot fits it.", hint)


def keep_others_out(folder: Path) -> FileLock:
    """The lock of a vault's folder; release it. Raises Busy when another program has it, NotAVault, NotWritable."""
    guard = FileLock(folder / "lock", timeout=0, mode=0o600)
    try:
        guard.acquire()
    except Timeout:
        raise Busy(
            "The vault is open in another program.",
            "Only one program may work on a vault at a time.",
            "Close the other window or wait for the other command to end, then try again.",
        ) from None
    except OSError as error:
        if not folder.is_dir():
            raise NotAVault("That folder does not exist.", "", "Check the path given to --vault.") from None
        raise machine_error(error) from None
    return guard


def _commitment(data_key: bytearray) -> str:
    return bytes(keys.derive(data_key, keys.COMMITMENT)).hex()
