"""Which backups are kept, and what lies in a folder of backups.

The rule: the newest of each of the last seven days, four weeks and twelve months *that have one*. It counts periods
with a backup, not back from today: neither a long holiday nor a clock gone wrong makes it remove more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from notes.errors import NotesError, UsageError
from notes.store import backup
from notes.store.backup import Manifest
from notes.vault.files import machine_error

DAYS, WEEKS, MONTHS = 7, 4, 12

_NAME = re.compile(r"session-notes-(\d{4}-\d\d-\d\d-\d{6})-([0-9a-f]{8})(?:-\d{1,3})?\.tar")
_TIME = "%Y-%m-%d-%H%M%S"


@dataclass(frozen=True)
class Listed:
    """A backup in a folder. `made` is UTC, ISO 8601; `kept` says for which periods the rule keeps it, none: not at all.

    `problem` says why a file with a backup's name cannot be read as one; the rule leaves such files alone.
    """

    file: str
    made: str
    vault: str
    bytes: int
    kept: tuple[str, ...] = ()
    problem: str = ""


def kept_for(moments: Sequence[datetime]) -> list[tuple[str, ...]]:
    """For each of `moments`, in the practice's own time, the periods whose newest it is. The newest is always kept."""
    found: list[list[str]] = [[] for _ in moments]
    newest_first = sorted(range(len(moments)), key=lambda n: (moments[n], n), reverse=True)
    for word, periods, period in _RULE:
        seen: set[Hashable] = set()
        for number in newest_first:
            this = period(moments[number])
            if this not in seen and len(seen) < periods:
                seen.add(this)
                found[number].append(word)
    return [tuple(words) for words in found]


_RULE: tuple[tuple[str, int, Callable[[datetime], Hashable]], ...] = (
    ("day", DAYS, lambda at: at.date()),
    ("week", WEEKS, lambda at: tuple(at.isocalendar()[:2])),
    ("month", MONTHS, lambda at: (at.year, at.month)),
)


def name(made: datetime, vault_id: str, number: int = 1) -> str:
    """A backup's file name: when it was made, in the practice's own time, and the beginning of the vault's id."""
    again = f"-{number}" if number > 1 else ""
    return f"session-notes-{made.astimezone().strftime(_TIME)}-{vault_id[:8]}{again}.tar"


def free_name(folder: Path, made: datetime, vault_id: str) -> Path:
    """A name that is not taken: backups never replace anything."""
    number = 1
    while (path := folder / name(made, vault_id, number)).exists() or path.is_symlink():
        number += 1
    return path


def listed(folder: Path) -> list[Listed]:
    """The backups in `folder`, newest first, the rule applied to each vault's own. No key is needed.

    Raises UsageError, NotWritable.
    """
    found = [_entry(path) for path in _candidates(folder)]
    told: list[Listed] = []
    for vault in {entry.vault for entry in found}:
        readable = [entry for entry in found if entry.vault == vault and not entry.problem]
        reasons = kept_for([datetime.fromisoformat(entry.made).astimezone() for entry in readable])
        told += [Listed(e.file, e.made, e.vault, e.bytes, words) for e, words in zip(readable, reasons, strict=True)]
    told += [entry for entry in found if entry.problem]
    return sorted(told, key=lambda entry: (entry.made, entry.file), reverse=True)


def newest(folder: Path, vault_id: str) -> Path:
    """The newest backup of this vault in `folder`, readable or not. Raises UsageError when there is none."""
    for entry in listed(folder):
        if vault_id.startswith(entry.vault):
            return folder / entry.file
    raise UsageError("There is no backup of this vault in that folder.", "", "Make one first: notes backup make FOLDER")


def outdated(folder: Path, vault_id: str, authentic: Callable[[Manifest], None], new: Path) -> list[Path]:
    """The backups that the rule does not keep. `authentic` raises for a manifest that this vault did not write.

    Only ordinary files, named as this program names them, that read as backups of this vault under its present key
    count, for keeping as for removing. One that claims to be newer than `new`, the one just verified, is left out: a
    clock that once went wrong would otherwise crowd out all that come after.
    """
    latest = backup.look(new).moment
    ours: list[tuple[Path, datetime]] = []
    for path in _candidates(folder):
        try:
            manifest = backup.look(path)
            authentic(manifest)
        except NotesError:
            continue
        if manifest.vault == vault_id and manifest.moment <= latest:
            ours.append((path, manifest.moment.astimezone()))
    ours.sort(key=lambda found: found[0] == new)  # of several made in the same second it is the newest
    reasons = kept_for([moment for _, moment in ours])
    return [path for (path, _), words in zip(ours, reasons, strict=True) if not words and path != new]


def _candidates(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError("That folder does not exist.", "", "Check the path, and that the disk is connected.")
    try:
        return sorted(
            path for path in folder.iterdir() if _NAME.fullmatch(path.name) and path.is_file() and not path.is_symlink()
        )
    except OSError as error:
        raise machine_error(error) from None


def _entry(path: Path) -> Listed:
    """What can be said of a file without a key. One that cannot be read is dated by its name."""
    matched = _NAME.fullmatch(path.name)
    assert matched is not None
    try:
        manifest = backup.look(path)
        return Listed(path.name, manifest.made, manifest.vault, path.stat().st_size)
    except (NotesError, OSError) as error:
        try:
            moment = datetime.strptime(matched[1], _TIME).astimezone(UTC)
        except (ValueError, OverflowError):
            moment = datetime(1970, 1, 1, tzinfo=UTC)
        told = f"{error.what} {error.why}".strip() if isinstance(error, NotesError) else "It cannot be read."
        return Listed(path.name, moment.strftime(backup.MADE), matched[2], 0, (), told)
