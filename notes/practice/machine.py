"""What can be known of this computer without asking for anything: disks, swap, hibernation, memory, accounts.

Everything is read from the files in which Linux tells it; their roots come in as arguments, so that any computer can be
looked at. None of it is written, and no answer is guessed: where nothing can be known, it is None.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

NETWORK = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "davfs",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.davfs2",
        "fuse.glusterfs",
    ]
)
"""File systems that lie on another computer."""
LOOSE = frozenset(["vfat", "msdos", "exfat"])
"""File systems without owners and without a journal: sticks and memory cards."""
IN_MEMORY = frozenset(["tmpfs", "ramfs"])
ENCRYPTING = frozenset(["ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.veracrypt", "fuse.securefs"])
"""File systems that encrypt what they keep."""

_ENCRYPTED_FLAG, _GET_FLAGS = 0x800, 0x80086601
"""Linux, ioctl_iflags(2): FS_ENCRYPT_FL, a folder encrypted by ext4, f2fs or ubifs themselves; FS_IOC_GETFLAGS."""
_NO_LOGIN = re.compile(r".*/(nologin|false|sync|shutdown|halt)")
_ORDINARY = {"linux": range(1000, 60_000), "darwin": range(501, 60_000)}
"""Numbers of people's accounts, as the systems give them out."""


@dataclass(frozen=True)
class Machine:
    """The system's name, as ``sys.platform`` has it, and where it tells about itself."""

    system: str = sys.platform
    proc: Path = Path("/proc")
    sys: Path = Path("/sys")


@dataclass(frozen=True)
class Mount:
    """A mounted file system: device number, its kind, and what it was made of."""

    device: str
    kind: str
    source: str


def mount_of(folder: Path, machine: Machine) -> Mount | None:
    """The file system that `folder` lies on; None where the system does not tell."""
    found, longest = None, -1
    where = folder.resolve()
    for line in _read(machine.proc / "self" / "mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        told, made = before.split(), after.split()
        if len(told) < 5 or len(made) < 2:
            continue
        point = Path(_unescaped(told[4]))
        if (where == point or point in where.parents) and len(point.parts) >= longest:  # a later one hides the earlier
            found, longest = Mount(told[2], made[0], _unescaped(made[1])), len(point.parts)
    return found


def encrypted(folder: Path, machine: Machine) -> bool | None:
    """Whether what is written to `folder` reaches its disk encrypted, below this program; None when nobody can tell."""
    mount = mount_of(folder, machine)
    if mount is None:
        return None
    if mount.kind in ENCRYPTING or _encrypted_folder(folder):
        return True
    if mount.kind in NETWORK | IN_MEMORY or mount.kind in ("overlay", "zfs") or mount.kind.startswith("fuse"):
        return None
    device = machine.sys / "dev" / "block" / mount.device
    return _encrypts(device if device.exists() else _block(mount.source, machine), machine)


@dataclass(frozen=True)
class Swap:
    """Where memory is moved to when it runs short: to a disk or not, encrypted there (None: nobody can tell)."""

    on_disk: bool
    encrypted: bool | None


def swaps(machine: Machine) -> list[Swap] | None:
    """Every place for swap that is in use; None where the system does not tell."""
    table = machine.proc / "swaps"
    if not table.exists():
        return None
    found = []
    for line in _read(table).splitlines()[1:]:
        name, kind = _unescaped(line.split()[0]), line.split()[1]
        if kind == "file":
            found.append(Swap(True, encrypted(Path(name).parent, machine)))
        elif Path(name).name.startswith("zram"):
            written = _read(machine.sys / "block" / Path(name).name / "backing_dev").strip()
            found.append(Swap(written not in ("", "none"), None))
        else:
            found.append(Swap(True, _encrypts(_block(name, machine), machine)))
    return found


def hibernates(machine: Machine) -> bool | None:
    """Whether the kernel would write all memory to the disk and switch off; None where the system does not tell."""
    state = machine.sys / "power" / "state"
    if not state.exists():
        return None
    return "disk" in _read(state).split() and "[disabled]" not in _read(machine.sys / "power" / "disk")


def free_memory(machine: Machine) -> int | None:
    """KiB of memory that programs can still have; None where the system does not tell."""
    found = re.search(r"^MemAvailable:\s+(\d+) kB", _read(machine.proc / "meminfo"), re.MULTILINE)
    return int(found[1]) if found else None


def people(accounts: Iterable[tuple[str, int, str]], machine: Machine) -> set[str] | None:
    """Names of those who can log in, out of (name, number, shell); None where the system has no such list."""
    numbers = _ORDINARY.get(machine.system)
    if numbers is None:
        return None
    return {name for name, number, shell in accounts if number in numbers and not _NO_LOGIN.fullmatch(shell)}


def accounts() -> list[tuple[str, int, str]]:
    """The accounts that this computer knows: name, number, shell. None on Windows."""
    try:
        import pwd
    except ImportError:
        return []
    return [(entry.pw_name, entry.pw_uid, entry.pw_shell) for entry in pwd.getpwall()]


def _encrypts(device: Path | None, machine: Machine, deep: int = 0) -> bool | None:
    """Whether a block device encrypts, or everything that it is made of does."""
    if device is None or not device.exists() or deep > 10:
        return None
    if _read(device / "dm" / "uuid").startswith("CRYPT-"):
        return True
    if (device / "loop").is_dir():
        return None
    below = sorted((device / "slaves").iterdir()) if (device / "slaves").is_dir() else []
    answers = [_encrypts(machine.sys / "class" / "block" / part.name, machine, deep + 1) for part in below]
    if not below and (device / "partition").exists():
        return _encrypts(device.resolve().parent, machine, deep + 1)
    if False in answers:
        return False
    return None if None in answers else bool(answers)


def _block(source: str, machine: Machine) -> Path | None:
    """A device by its name: /dev/sda2, or /dev/mapper/home, which the device itself knows as its name."""
    name = Path(source).name
    direct = machine.sys / "class" / "block" / name
    if direct.exists():
        return direct
    for known in (machine.sys / "class" / "block").glob("dm-*/dm/name"):
        if _read(known).strip() == name:
            return known.parents[1]
    return None


def _encrypted_folder(folder: Path) -> bool:
    with contextlib.suppress(ImportError, OSError):
        import fcntl
        import os

        handle = os.open(folder, os.O_RDONLY)
        try:
            flags = fcntl.ioctl(handle, _GET_FLAGS, bytes(8))
        finally:
            os.close(handle)
        return bool(int.from_bytes(flags[:4], sys.byteorder) & _ENCRYPTED_FLAG)
    return False


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _unescaped(name: str) -> str:
    """The kernel writes blanks and the like as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), name)
