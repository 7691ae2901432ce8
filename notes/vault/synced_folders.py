"""Folders that a cloud or sync program copies, and what such programs leave behind in a vault.

They copy single files when they see fit: a vault that is open, or half of one. What they leave (a second header, a copy
"in conflict", a placeholder instead of a file) is recognised here by names and marker files alone, and only ever
warned about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_BY_NAME = (
    (re.compile(r"dropbox( \(.*\)|-.*)?", re.I), "Dropbox"),
    (re.compile(r"onedrive([ -].*)?", re.I), "OneDrive"),
    (re.compile(r"(icloud ?drive|com~apple~clouddocs|mobile documents|icloud~.*)", re.I), "iCloud Drive"),
    (re.compile(r"(google ?drive([ -].*)?|my drive|drivefs)", re.I), "Google Drive"),
    (re.compile(r"nextcloud([ -].*)?", re.I), "Nextcloud"),
    (re.compile(r"owncloud([ -].*)?", re.I), "ownCloud"),
    (re.compile(r"syncthing|sync[ -]?thing.*", re.I), "Syncthing"),
    (re.compile(r"mega(sync)?|pcloud ?drive|tresorit.*|box sync", re.I), "a cloud program"),
)
"""Names that the programs give their own folders."""

_BY_MARKER = (
    (".dropbox.cache", "Dropbox"),  # not ".dropbox", which is also the program's folder of settings in every home
    (".stfolder", "Syncthing"),
    (".stignore", "Syncthing"),
    (".nextcloudsync.log", "Nextcloud"),
    (".sync_*.db", "Nextcloud"),
    ("._sync_*.db", "Nextcloud"),
    (".owncloudsync.log", "ownCloud"),
    (".tmp.drivedownload", "Google Drive"),
    (".tmp.driveupload", "Google Drive"),
    (".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"),
)
"""Files and folders that the programs keep in the topmost folder they copy."""

_OURS = re.compile(r"\.?(header\.(json|bak)|vault\.db|locked\.(log|state)|READ-ME\.txt|manifest\.json)", re.I)
_PLACEHOLDER = re.compile(r"\..+\.icloud|.+\.(partial|crdownload|part|tmp|download|!sync)", re.I)
_COPY = re.compile(r"(?:header|vault|locked|READ-ME)(?![a-z0-9]).*", re.I)
_KNOWN = re.compile(
    r"header\.json|header\.bak|vault\.db(-journal|\.next|\.next-journal)?|vault\.db(-journal)?\.before-recovery(-2)?(\.new)?"
    r"|READ-ME\.txt|lock|locked\.(log|state)|manifest\.json|\.(header\.json|header\.bak|READ-ME\.txt)\.[0-9a-f]{8}"
)
"""Everything this program itself puts into a vault's folder (docs/format.md)."""


def is_ours(name: str) -> bool:
    """Whether this program itself puts a file of that name into a vault's folder."""
    return _KNOWN.fullmatch(name) is not None


def service(folder: Path) -> str | None:
    """The program by which `folder`, or one above it, is copied elsewhere; None where there is no sign of one."""
    where = folder.absolute()
    resolved = where.resolve()
    for above in dict.fromkeys((where, *where.parents, resolved, *resolved.parents)):
        for pattern, name in _BY_NAME:
            if pattern.fullmatch(above.name):
                return name
        for marker, name in _BY_MARKER:
            if _there(above, marker):
                return name
    return None


def copies(folder: Path) -> list[str]:
    """Names in a vault's folder that a sync program made of the vault's own: "header 2.json", "vault.db.sb-1f2e"."""
    return sorted(name for name in _strange(folder) if _COPY.fullmatch(name) and not _PLACEHOLDER.fullmatch(name))


def unfinished(folder: Path) -> list[str]:
    """Names of placeholders and half-copied files of the vault's own."""
    return sorted(name for name in _strange(folder) if _PLACEHOLDER.fullmatch(name) and _OURS.match(name))


def half_copied(folder: Path) -> str:
    """Why a vault that will not open may only be half there; empty where there is no sign of it."""
    program = service(folder)
    if unfinished(folder):
        return "Files in its folder are still being copied: wait until the sync program has finished, and try again."
    if program:
        return (
            f"The folder is copied by {program}, which may not have finished: let it finish, and try again before you "
            "restore anything."
        )
    return ""


def _strange(folder: Path) -> Iterator[str]:
    try:
        names = [path.name.encode("utf-8", "replace").decode() for path in folder.iterdir()]  # they are shown
    except OSError:
        return
    yield from (name for name in names if not _KNOWN.fullmatch(name))


def _there(folder: Path, marker: str) -> bool:
    try:
        if "*" in marker:
            return any(folder.glob(marker))
        return (folder / marker).exists()
    except OSError:  # a folder above that may not be read
        return False
