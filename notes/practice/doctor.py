"""What this computer can and cannot protect, in words for whoever works at it. Nothing is opened or changed."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from notes.practice import machine as machines
from notes.practice.machine import Machine
from notes.practice.surroundings import Surroundings
from notes.vault import anchor, header, slots, synced_folders
from notes.vault import vault as vaults
from notes.vault.process import Hardening

State = Literal["good", "attention", "unknown"]

RELEASED = datetime(2026, 1, 1, tzinfo=UTC)
"""No copy of this program is older: a clock that says less is wrong."""
SLACK = timedelta(minutes=5)
"""By so much clocks of one computer may differ without anything being wrong."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: a sentence on how it stands, and what to do about it, if anything."""

    what: str
    state: State
    told: str
    todo: str = ""


def examine(
    vault: Path | None,
    surroundings: Surroundings,
    hardening: Hardening,
    machine: Machine | None = None,
    accounts: Iterable[tuple[str, int, str]] | None = None,
) -> list[Finding]:
    """Look at the computer and, where one is named, at the vault's folder. No key is needed.

    Raises what reading a header raises.
    """
    machine = machine or Machine()
    around = machines.accounts() if accounts is None else accounts
    cost = slots.DEFAULT.memory_kib
    vault_id = None
    if vault is not None:
        found = header.read(vault).header
        vault_id = found.vault
        cost = max((slot.cost.memory_kib for slot in found.slots if slot.cost), default=0)
    told = [
        disk_encryption(vault or Path.home(), machine),
        swap(machine),
        hibernation(machine),
        process_memory(hardening, machine),
        other_people(around, surroundings.user, machine),
        memory(cost, machine),
        clock(surroundings, vault, vault_id),
    ]
    if vault is not None and vault_id is not None:
        told += [file_system(vault, machine), *folder_rights(vault), cloud(vault), *witnesses(surroundings, vault_id)]
    return told


def disk_encryption(folder: Path, machine: Machine) -> Finding:
    """Whether the disk below `folder` is encrypted by the system."""
    what = "Disk encryption"
    encrypted = _file_vault() if machine.system == "darwin" else machines.encrypted(folder, machine)
    if encrypted:
        return Finding(what, "good", "The disk is encrypted: a stolen computer that is switched off tells nothing.")
    if encrypted is False:
        return Finding(
            what,
            "attention",
            "The system does not encrypt this disk. The vault itself is encrypted, but what passes through the "
            "computer's memory can end up on the disk in clear.",
            "Turn on disk encryption: FileVault on a Mac, LUKS when installing Linux. Back up first.",
        )
    hint = "Windows Settings, Privacy and security, Device encryption says it." if machine.system == "win32" else ""
    return Finding(what, "unknown", "It cannot be seen from here whether the disk is encrypted.", hint or _ASK)


_ASK = "Ask whoever set the computer up whether its disk is encrypted."


def swap(machine: Machine) -> Finding:
    """Whether memory that is moved to the disk can be read there."""
    what = "Memory moved to disk (swap)"
    if machine.system == "darwin":
        return Finding(what, "good", "macOS encrypts the memory that it moves to the disk.")
    places = machines.swaps(machine)
    if places is None:
        told = "It cannot be seen from here whether memory that is moved to the disk is encrypted."
        return Finding(what, "unknown", told, "With the whole disk encrypted, it is.")
    on_disk = [place for place in places if place.on_disk]
    if not on_disk:
        return Finding(what, "good", "No memory is moved to the disk.")
    if all(place.encrypted for place in on_disk):
        return Finding(what, "good", "Memory that is moved to the disk is encrypted there.")
    if any(place.encrypted is False for place in on_disk):
        return Finding(
            what,
            "attention",
            "When memory runs short, parts of open notes can be written to the disk in clear, and stay there.",
            "Encrypt the whole disk, or have swap encrypted with a random key, or switch it off.",
        )
    return Finding(what, "unknown", "It cannot be seen whether memory that is moved to the disk is encrypted.", _ASK)


def hibernation(machine: Machine) -> Finding:
    """Whether sleep can write all memory to the disk in clear."""
    what = "Hibernation"
    if machine.system == "darwin":
        return Finding(what, "good", "macOS encrypts what it keeps of the memory while it sleeps.")
    possible, moved = machines.hibernates(machine), swap(machine).state
    if possible is None:
        told = "It cannot be seen from here whether the computer writes its memory to the disk when it hibernates."
        return Finding(what, "unknown", told, "Lock the vault before you close the lid.")
    on_disk = any(place.on_disk for place in machines.swaps(machine) or [])
    if not possible or not on_disk:
        return Finding(what, "good", "The computer does not write its memory to the disk when it sleeps.")
    if moved == "good":
        return Finding(what, "good", "What is written when the computer hibernates is encrypted.")
    return Finding(
        what,
        moved,
        "When the computer hibernates, all its memory is written to the disk"
        + (", in clear." if moved == "attention" else "; whether encrypted cannot be seen."),
        "Lock the vault before you close the lid, switch hibernation off, or encrypt the whole disk.",
    )


def process_memory(granted: Hardening, machine: Machine) -> Finding:
    """What the system granted to this program, ``process.harden``."""
    what = "This program's memory"
    if granted.no_dumps and granted.not_readable:
        return Finding(
            what,
            "good",
            "While a vault is open, nothing of it is written out after a crash, and no other program of yours can read "
            "it. Administrators always can.",
        )
    told = [] if granted.no_dumps else ["parts of open notes could be written to the disk after a crash"]
    told += [] if granted.not_readable else ["other programs that you start could read open notes in memory"]
    hint = "Run no programs that you do not trust, and keep the vault locked while you are away."
    return Finding(what, "attention", f"On this system {' and '.join(told)}.", hint)


def other_people(accounts: Iterable[tuple[str, int, str]], user: str, machine: Machine) -> Finding:
    """Who else has an account on the computer."""
    what = "Other people's accounts"
    known = machines.people(accounts, machine)
    if known is None:
        told = "It cannot be seen from here who else has an account on this computer."
        return Finding(what, "unknown", told, "Give everybody who uses it an account of their own.")
    others = len(known - {user})
    if not others:
        return Finding(what, "good", "Nobody else has an account on this computer.")
    return Finding(
        what,
        "attention",
        f"{others} other {'person has an account' if others == 1 else 'people have accounts'} on this computer.",
        "They cannot read the vault, but an administrator among them can do anything while it is open.",
    )


def memory(needed_kib: int, machine: Machine) -> Finding:
    """Whether there is enough for stretching a passphrase."""
    what, needed = "Memory for unlocking", f"{needed_kib // 1024} MB"
    free = machines.free_memory(machine)
    if free is None:
        return Finding(what, "unknown", f"Unlocking takes {needed}; how much is free cannot be seen from here.")
    if free < needed_kib:
        told = f"Unlocking takes {needed}, and only {free // 1024} MB are free."
        return Finding(what, "attention", told, "Close other programs before you unlock.")
    return Finding(what, "good", f"Unlocking takes {needed}, and {free // 1024} MB are free.")


def clock(surroundings: Surroundings, vault: Path | None, vault_id: str | None) -> Finding:
    """Whether the clock can be right: not before this program was made, nor before the vault was last at work."""
    what, now = "Clock", surroundings.now()
    last = max([RELEASED, *_moments(surroundings, vault, vault_id)])
    if now + SLACK < last:
        return Finding(
            what,
            "attention",
            f"The clock says {now.astimezone():%d %B %Y, %H:%M}, but something was already done on "
            f"{last.astimezone():%d %B %Y, %H:%M}.",
            "Set the clock right before you write: the access log takes its times from it.",
        )
    return Finding(what, "good", f"The clock says {now.astimezone():%d %B %Y, %H:%M}, and nothing speaks against it.")


def _moments(surroundings: Surroundings, vault: Path | None, vault_id: str | None) -> Iterator[datetime]:
    """When something was last done at the vault, as far as can be seen without a key."""
    with contextlib.suppress(OSError):
        if vault is not None:
            yield datetime.fromtimestamp((vault / vaults.DATABASE).stat().st_mtime, UTC)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, IndexError):
        if vault_id is not None and surroundings.state is not None:
            line = anchor.place(surroundings.state, vault_id).read_bytes().splitlines()[-1]
            moment = datetime.fromisoformat(json.loads(line)["at"])
            yield moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def file_system(vault: Path, machine: Machine) -> Finding:
    """Whether the vault's file system keeps what it is given."""
    what = "Where the vault lies"
    mount = machines.mount_of(vault, machine)
    if mount is None:
        return Finding(what, "unknown", "It cannot be seen from here what kind of disk the vault lies on.")
    if mount.kind in machines.NETWORK:
        return Finding(
            what,
            "attention",
            "The vault lies on another computer, over a network: what is saved may not be on a disk yet.",
            "Keep the vault on a disk of this computer, and put backups there instead.",
        )
    if mount.kind in machines.IN_MEMORY:
        told = "The vault lies in memory only: it is gone when the computer is switched off."
        return Finding(what, "attention", told, "Move it to a disk: copy the folder as a whole.")
    if mount.kind in machines.LOOSE:
        return Finding(
            what,
            "attention",
            "The vault lies on a stick or card whose format knows no owners and is easily damaged when pulled out.",
            "Keep the vault on the computer's own disk, and backups on the stick.",
        )
    if mount.kind == "overlay" or mount.kind.startswith("fuse"):
        told = "The vault lies behind another program that passes it on to a disk; how well cannot be seen."
        return Finding(what, "unknown", told, "Keep it on an ordinary disk if you can.")
    return Finding(what, "good", "The vault lies on a disk of this computer.")


def folder_rights(vault: Path) -> list[Finding]:
    """Whether only its owner can get at the vault's files. Says nothing on Windows, where rights are told otherwise."""
    what = "The vault's folder"
    if os.name == "nt":
        return []
    told = vault.stat()
    if told.st_uid != os.geteuid():
        hint = "Log in as the person it belongs to."
        return [Finding(what, "attention", "The vault's folder belongs to another account.", hint)]
    if stat.S_IMODE(told.st_mode) & 0o077:
        open_to = "Other accounts on this computer can look into the vault's folder, or change what is in it."
        return [Finding(what, "attention", open_to, "Close it to others: chmod 700, then the folder's name.")]
    return [Finding(what, "good", "Only your own account can get at the vault's files.")]


def cloud(vault: Path) -> Finding:
    """Whether a sync program copies the vault's folder."""
    what, program = "Cloud folders", synced_folders.service(vault)
    if program is None:
        return Finding(what, "good", "No sign that a cloud program copies the vault's folder.")
    return Finding(
        what,
        "attention",
        f"The vault lies in a folder that is copied by {program}, which may mix older and newer files.",
        "Move the vault out of it while the program is closed, and put backups there instead.",
    )


def witnesses(surroundings: Surroundings, vault_id: str) -> list[Finding]:
    """Whether an older copy of the vault would be noticed, and what only the open vault can tell."""
    what = "Noticing an older copy"
    known = surroundings.state is not None and anchor.place(surroundings.state, vault_id).is_file()
    second = "A second place on a stick makes it sure: notes log anchor FOLDER"
    told = "This computer remembers where the vault's log ended: an older copy put back would be noticed."
    return [
        Finding(what, "good", told, second)
        if known
        else Finding(what, "attention", "This computer has not seen this vault yet.", f"Unlock it once. {second}"),
        Finding("Backups", "unknown", "Only the folder they are in can tell.", "Look there: notes backup list FOLDER"),
    ]


def _file_vault() -> bool | None:
    """Whether macOS encrypts the disk, as its own program says."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        asked = subprocess.run(["/usr/bin/fdesetup", "status"], capture_output=True, timeout=5, check=False)
        told = asked.stdout.decode("utf-8", "replace")
        return "FileVault is On" in told if "FileVault is" in told else None
    return None
