"""The header: who can open the vault, in two copies.

``header.json`` and ``header.bak`` hold the same canonical JSON. A checksum tells damage from a wrong key before any key
is there; a MAC under the data key shows, after unlocking, that nobody else wrote it. The copy with the higher sequence
number counts. docs/format.md describes every field.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import constant_time

from notes.errors import FormatTooNew, HeaderDamaged, NotAVault
from notes.vault import keys
from notes.vault.files import machine_error, write_atomically
from notes.vault.slots import Argon2Cost, Slot, check_costs

FORMAT = 1
"""The newest vault format this program writes and reads."""

NAMES = ("header.json", "header.bak")
LONGEST = 64 * 1024
"""Bytes of header that are read at the most."""
MOST_SLOTS = 16

_HEX = re.compile(r"(?:[0-9a-f]{2})*")


@dataclass(frozen=True)
class Header:
    """What stands in the header. `commitment` pins the one data key; attempts are sealed to `log_key`."""

    vault: str
    created: str
    sequence: int
    commitment: str
    log_key: str
    slots: tuple[Slot, ...]
    mac: str = ""

    def signed(self, data_key: bytearray) -> Header:
        """The same header with its MAC under the data key."""
        return replace(self, mac=self._mac(data_key))

    def authenticate(self, data_key: bytearray) -> None:
        """Raises HeaderDamaged unless this data key is the committed one and wrote this header."""
        commitment = keys.derive(data_key, keys.COMMITMENT)
        right_key = constant_time.bytes_eq(bytes(commitment), bytes.fromhex(self.commitment))
        right_mac = constant_time.bytes_eq(self._mac(data_key).encode(), self.mac.encode())
        if not (right_key and right_mac):
            raise HeaderDamaged(
                "The vault's header is not the one this program wrote.",
                "The key fits, but the header's own seal does not: something in it was changed.",
                "Restore header.json and header.bak from a backup.",
            )

    def _mac(self, data_key: bytearray) -> str:
        subkey = keys.derive(data_key, keys.HEADER_MAC)
        try:
            return keys.mac(subkey, keys.canonical(self._told())).hex()
        finally:
            keys.wipe(subkey)

    def _told(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "vault": self.vault,
            "created": self.created,
            "sequence": self.sequence,
            "commitment": self.commitment,
            "log_key": self.log_key,
            "slots": [asdict(slot) for slot in self.slots],
        }

    def to_bytes(self) -> bytes:
        """The file's content."""
        body = {**self._told(), "mac": self.mac}
        return keys.canonical({**body, "checksum": keys.sha256(keys.canonical(body)).hex()}) + b"\n"


@dataclass(frozen=True)
class Found:
    """What reading both copies gave: the header that counts, the other copy where it differs, and damaged names."""

    header: Header
    other: Header | None
    damaged: tuple[str, ...]


def look(folder: Path) -> None:
    """Raises NotAVault when there is no header at all."""
    try:
        if any((folder / name).exists() for name in NAMES):
            return
    except OSError as error:
        raise machine_error(error) from None
    raise NotAVault(
        "That folder is not a vault.",
        "It holds neither header.json nor header.bak.",
        "Name the folder that ends in .vault, or make a new one with: notes --vault FOLDER init",
    )


def read(folder: Path) -> Found:
    """Both copies, judged. No key is needed.

    Raises NotAVault, HeaderDamaged (neither copy readable), HostileHeader, FormatTooNew.
    """
    look(folder)
    copies: list[Header] = []
    damaged: list[str] = []
    for name in NAMES:
        try:
            if (folder / name).exists() and not (folder / name).is_file():
                raise HeaderDamaged("The header is damaged.", "Something else stands in its place.")
            with (folder / name).open("rb") as file:
                copies.append(parse(file.read(LONGEST + 1)))
        except (FileNotFoundError, NotADirectoryError):
            damaged.append(name)
        except (HeaderDamaged, IsADirectoryError):
            damaged.append(name)
        except OSError as error:
            raise machine_error(error) from None
    if not copies:
        raise HeaderDamaged(
            "The vault's header is damaged.",
            "Neither header.json nor header.bak can be read; without one of them no key can open the database.",
            "Restore one of the two files from a backup; an older copy will do.",
        )
    copies.sort(key=lambda header: header.sequence, reverse=True)
    other = copies[1] if len(copies) == 2 and copies[1] != copies[0] else None
    return Found(copies[0], other, tuple(damaged))


def write(folder: Path, header: Header) -> None:
    """Both copies, one after the other, each atomically. Raises DiskFull or NotWritable."""
    for name in NAMES:
        write_atomically(folder / name, header.to_bytes())


def parse(content: bytes) -> Header:
    """The header in these bytes, read strictly: what this program would not have written is damage.

    Raises HeaderDamaged, HostileHeader, FormatTooNew.
    """
    try:
        told = json.loads(content[:LONGEST]) if len(content) <= LONGEST else None
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and type(told.get("format")) is int and told["format"] > FORMAT:
        raise FormatTooNew(
            "This vault was written by a newer version of Session Notes.",
            f"Its format is {told['format'] if told['format'] < 10**6 else 'unknown'}; this version reads {FORMAT}.",
            "Install the newer version. If there never was one, restore header.json and header.bak from a backup.",
        )
    try:
        header = _build(told)
        sound = header.to_bytes() == content
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise HeaderDamaged("The header is damaged.", "Its content does not fit its checksum.")
    check_costs(slot.cost for slot in header.slots if slot.cost)
    return header


def _build(told: Any) -> Header:
    slots = told["slots"]
    if not 1 <= len(slots) <= MOST_SLOTS:
        raise ValueError("slots")
    if type(told["sequence"]) is not int or not 0 < told["sequence"] < 2**53:
        raise ValueError("sequence")
    header = Header(
        vault=_hex(told["vault"], 16),
        created=str(told["created"]),
        sequence=told["sequence"],
        commitment=_hex(told["commitment"], 32),
        log_key=_hex(told["log_key"], 32),
        slots=tuple(_slot(slot) for slot in slots),
        mac=_hex(told["mac"], 32),
    )
    if len({slot.id for slot in header.slots}) != len(header.slots):
        raise ValueError("slot ids")
    return header


def _slot(told: dict[str, Any]) -> Slot:
    cost = told["cost"]
    if told["kind"] not in ("passphrase", "recovery") or (told["kind"] == "passphrase") == (cost is None):
        raise ValueError("slot kind")
    if cost is not None:
        if any(type(value) is not int or not 0 <= value < 2**53 for value in cost.values()):
            raise ValueError("slot cost")
        cost = Argon2Cost(**cost)
    return Slot(
        id=_hex(told["id"], 8),
        kind=told["kind"],
        label=str(told["label"]),
        created=str(told["created"]),
        salt=_hex(told["salt"], 16),
        cost=cost,
        key_file=told["key_file"] is True,
        nonce=_hex(told["nonce"], 12),
        wrapped=_hex(told["wrapped"], keys.KEY_BYTES + 16),
    )


def _hex(value: Any, length: int) -> str:
    if not isinstance(value, str) or len(value) != 2 * length or not _HEX.fullmatch(value):
        raise ValueError("hex")
    return value
