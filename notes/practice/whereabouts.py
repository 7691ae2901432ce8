"""Where things are: what to know about the places of vault and backups, and where somebody was when the vault locked.

Each thing is said once; what has been said is remembered in the vault, as digests in a setting.
"""

from __future__ import annotations

import json
from pathlib import Path

from notes.practice.operations import Work
from notes.store.models import Setting
from notes.vault import keys, synced_folders

SETTING, PLACE = "said_of_folders", "place"
MOST = 50
"""Things remembered; the oldest are forgotten, and would be said again."""


def of_vault(folder: Path) -> list[str]:
    """What there is to say about a vault's folder."""
    said = []
    program = synced_folders.service(folder)
    if program:
        said.append(
            f"The vault lies in a folder that is copied by {program}. Its secrets are safe there, but a sync program "
            "may mix older and newer files while you work. Better: move the vault out of it while the program is "
            "closed, and put backups there instead (notes backup make FOLDER)."
        )
    found = synced_folders.copies(folder)
    if found:
        said.append(
            f"In the vault's folder there are copies that this program did not make ({_some(found)}). A sync program "
            "does that when it meets two versions. They are not used and harm nothing. Run notes verify; if all is "
            "well and no note is missing, move them elsewhere, and delete them later."
        )
    if synced_folders.unfinished(folder):
        said.append(
            "In the vault's folder there are files that were only half copied. Let the sync program finish before you "
            "copy or move the vault."
        )
    return said


def of_backups(folder: Path) -> list[str]:
    """What there is to say about a folder of backups."""
    program = synced_folders.service(folder)
    if not program:
        return []
    return [
        f"This backup lies in a folder that is copied by {program}. It is encrypted: the service sees its size and "
        "date. Whoever copies it can guess at the passphrase for as long as they like, so it should be a good one. "
        "Keep a second backup on a disk of your own."
    ]


def news(work: Work, sayings: list[str]) -> list[str]:
    """Those of `sayings` that have not been said before; the line of the operation accounts for remembering them."""
    row = work.one(Setting, name=SETTING)
    try:
        before = [str(known) for known in json.loads(row.value)] if row else []
    except (ValueError, TypeError):
        before = []
    new = {keys.sha256(saying.encode()).hex()[:16]: saying for saying in sayings}
    new = {digest: saying for digest, saying in new.items() if digest not in before}
    if new:
        value = json.dumps([*before, *new][-MOST:])
        if row is None:
            work.insert(Setting, [{"name": SETTING, "value": value}])
        else:
            work.update(Setting, row, value=value)
    return list(new.values())


def keep(work: Work, place: str) -> None:
    """Remember where somebody was when the vault was locked. Raises Altered."""
    row = work.one(Setting, name=PLACE)
    if row is None:
        work.insert(Setting, [{"name": PLACE, "value": place}])
    else:
        work.update(Setting, row, value=place)


def kept(work: Work) -> str | None:
    """Where somebody was when the vault was locked; None when that was never said."""
    row = work.one(Setting, name=PLACE)
    return str(row.value) if row else None


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" and more" if len(names) > 3 else "")
