"""What the database said when it failed, as errors a person can act on. None of them holds client data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.exc import DBAPIError

from notes.errors import Busy, Corrupt, DiskFull, NotesError, NotWritable, StoreError

FAULTS = (DBAPIError, MemoryError)
"""What a statement raises when the database fails it."""


def store_error(error: BaseException) -> NotesError:
    """What SQLite said, as an error a person can act on. Holds no client data."""
    if isinstance(error, MemoryError):  # what the driver makes of a page without its seal
        return corrupt()
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    said = str(error)
    for sign, make in _SAYINGS.items():
        if sign in said:
            return make()
    return StoreError("The database refused.", said if len(said) < 120 else type(error).__name__, "Report it.")


def corrupt(pages: Sequence[int] = ()) -> Corrupt:
    """The error for a damaged database; `pages` are those known to be damaged."""
    why = "A page of vault.db could not be read or does not carry its seal."
    if pages:
        numbers = ", ".join(str(page) for page in pages[:5]) + (" and more" if len(pages) > 5 else "")
        why = f"Page {numbers} of vault.db does not carry its seal: it was changed from outside, or the disk fails."
    return Corrupt(
        "The vault's database is damaged.",
        why,
        "Close the vault, keep this copy, and restore the folder from a backup.",
    )


_SAYINGS: dict[str, Callable[[], NotesError]] = {
    sign: make
    for signs, make in (
        (
            ("Could not decode",),  # first, since what it says quotes the text
            lambda: Corrupt(
                "Something in the vault's database is not text.",
                "Other software has changed it.",
                "Close the vault, keep this copy, and restore the folder from a backup.",
            ),
        ),
        (
            ("file is not a database", "malformed", "hmac", "file is encrypted", "out of memory"),
            lambda: corrupt(),
        ),
        (
            ("disk is full",),
            lambda: DiskFull(
                "The disk is full.",
                "There was no room to save; nothing was changed.",
                "Free some space and try again.",
            ),
        ),
        (
            ("disk I/O error",),
            lambda: NotWritable(
                "The disk did not do what was asked of it.",
                "It may be failing, full for this user, or no longer connected; nothing was changed.",
                "Check the disk and its free space, then try again. Make a copy of the vault folder if you can.",
            ),
        ),
        (
            ("readonly", "unable to open"),
            lambda: NotWritable(
                "The vault's folder does not allow writing.",
                "Every look at the record leaves a line in its log, so it must be writable.",
                "Check the folder's permissions and that the disk is not write-protected.",
            ),
        ),
        (
            ("locked", "busy"),
            lambda: Busy(
                "The vault is open in another program.",
                "It holds the database.",
                "Close the other program, then try again.",
            ),
        ),
    )
    for sign in signs
}
