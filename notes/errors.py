"""The tree of errors.

Every error says *what* happened, *why*, and what to do *next*, and carries the exit code of the terminal face.
No error's text ever holds client data: no names, no note text, no search words, no passphrase.

Exit codes: 0 done · 1 bug · 2 usage · 3 wrong key · 4 damaged, altered or rolled back · 5 busy ·
6 refused by a rule · 7 bad input file · 8 the machine ·
130 stopped by whoever waited.
"""


class NotesError(Exception):
    """The root. Shown to the practitioner as three sentences; anything else raised is a bug."""

    exit_code = 1

    def __init__(self, what: str, why: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.hint = hint


class UsageError(NotesError):
    """The command or its values do not make sense."""

    exit_code = 2


class Cancelled(NotesError):
    """Whoever waited for it stopped it. Nothing was changed."""

    exit_code = 130


# --- the vault: keys, slots, header -------------------------------------------------------------------------


class VaultError(NotesError):
    """The vault could not be opened or changed."""


class NotAVault(VaultError):
    """The folder named holds no vault."""

    exit_code = 2


class WrongKey(VaultError):
    """No slot opens with the passphrase, recovery key or key file given."""

    exit_code = 3


class HeaderDamaged(VaultError):
    """Neither copy of the header can be trusted."""

    exit_code = 4


class HostileHeader(VaultError):
    """The header asks for key derivation outside the limits: weaker than the floor or dearer than the cap."""

    exit_code = 4


class FormatTooNew(VaultError):
    """The vault was written by a newer version of this program."""

    exit_code = 4


class RolledBack(VaultError):
    """An older copy of a file has been put back."""

    exit_code = 4


class Busy(VaultError):
    """Another program has this vault open."""

    exit_code = 5


class TooLittleMemory(VaultError):
    """Stretching the passphrase takes more memory than the computer has free."""

    exit_code = 8


class NotRecorded(VaultError):
    """A failed attempt could not be recorded, so it is not answered."""

    exit_code = 8


class WeakPassphrase(VaultError):
    """The passphrase is too short or too easily guessed."""

    exit_code = 6


# --- the store: the database and the disk under it ------------------------------------------------------------


class StoreError(NotesError):
    """The database could not be read or written."""


class Corrupt(StoreError):
    """The database is missing, cut short or damaged."""

    exit_code = 4


class DiskFull(StoreError):
    """There is no room left."""

    exit_code = 8


class NotWritable(StoreError):
    """The folder or the disk does not allow writing."""

    exit_code = 8


# --- backups --------------------------------------------------------------------------------------------------


class BackupError(NotesError):
    """A backup could not be made, read or restored."""


class NotABackup(BackupError):
    """The file named is no backup of this program."""

    exit_code = 7


class BackupDamaged(BackupError):
    """The backup is not as it was written."""

    exit_code = 4


class BackupFailed(BackupError):
    """The disk or the computer did not allow it. Nothing half-done is kept."""

    exit_code = 8


# --- the record -----------------------------------------------------------------------------------------------


class RecordError(NotesError):
    """The record's rules do not allow it."""

    exit_code = 6


class NotFound(RecordError):
    """Nothing in this vault answers to the reference or name given, or more than one thing does."""

    exit_code = 2


class BadValue(RecordError):
    """A value that cannot be true or cannot be kept: a date that does not exist, an unknown kind."""

    exit_code = 2


class Signed(RecordError):
    """A signed note changes only by amendment or addendum."""


class NothingToSign(RecordError):
    """An empty note is not signed."""


class Stale(RecordError):
    """The draft was changed since it was read, or no spell of editing is open on it."""


# --- the access log -------------------------------------------------------------------------------------------


class LogError(NotesError):
    """The access log does not hold together."""

    exit_code = 4


class ChainBroken(LogError):
    """A line of the log was changed, removed, added or moved. `line` is the number of the first that does not hold."""

    line = 0


class Altered(LogError):
    """A record is not as the log last saw it."""


# --- in and out -----------------------------------------------------------------------------------------------


class ExchangeError(NotesError):
    """A file could not be brought in or written out."""

    exit_code = 7


class BadFile(ExchangeError):
    """The file is not what it should be; the message names the file and the line."""


class Unsupported(ExchangeError):
    """A kind of file this program does not read."""
