"""The report of a restore drill: a page of plain text to print and file. It holds no client data, not even counts."""

from __future__ import annotations

from datetime import datetime

from notes import __version__
from notes.errors import NotesError
from notes.practice.restoring import Checked

_CHECKED = """\
What was checked
  - the file: every byte, against its digest and the seal of the vault
  - the restored copy, in a private folder that held only ciphertext:
    every page, the schema, every line of the access log, every row of the
    record, every signed text, the search index
  - that its log ends where the vault's log stood when the backup was made,
    and that the vault's log goes on from there
  - that it opens as a vault, and that signed notes in it (the oldest, the
    newest, some between) are the same as in the vault
"""


_KINDS = {"passphrase": "passphrase", "recovery": "recovery key"}


def passed(found: Checked, at: datetime) -> str:
    """The page for a drill that went well. `at` is when it was begun, in the practice's own time."""
    made = datetime.fromisoformat(found.made).astimezone()
    opens = "with passphrase and recovery key of that day"
    if found.changed:
        opens += f";\n            changed since: {', '.join(_KINDS[kind] for kind in found.changed)}"
    told = f"Made        {made:%Y-%m-%d %H:%M:%S}\nSize        {found.bytes:,} bytes\nOpens       {opens}\n"
    return _page("PASSED", found.file, at, found.seconds, told, _CHECKED)


def failed(error: NotesError, file: str, at: datetime, seconds: float) -> str:
    """The page for a drill that did not."""
    told = f"What        {error.what}\nWhy         {error.why}\nNext        {error.hint}\n"
    return _page("FAILED", file, at, seconds, told, "")


def _page(result: str, file: str, at: datetime, seconds: float, told: str, checked: str) -> str:
    return (
        "RESTORE DRILL\n\n"
        f"Result      {result}\n"
        f"Date        {at:%Y-%m-%d %H:%M:%S}\n"
        f"Took        {seconds:.1f} seconds\n"
        f"Backup      {file}\n"
        f"{told}"
        f"Program     Session Notes {__version__}\n\n"
        f"{checked}\n"
        "The access log of the vault has a line about this drill.\n\n"
        "Signed ______________________   Date ______________\n"
    )
