"""Why something was refused or failed, in words. The log keeps one word, the kind of error; people read a sentence."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "Cancelled": "it was stopped before its end",
    "UsageError": "the command did not make sense",
    "NotAVault": "the folder holds no vault",
    "WrongKey": "the passphrase or key was wrong",
    "HeaderDamaged": "the vault's header was damaged",
    "HostileHeader": "the vault's header asked for a key that is too weak or too dear",
    "FormatTooNew": "the vault was written by a newer version of the program",
    "RolledBack": "an older copy of a file had been put back",
    "Busy": "another program had the vault open",
    "TooLittleMemory": "the computer had too little memory free",
    "NotRecorded": "the attempt could not be recorded",
    "WeakPassphrase": "the new passphrase was too short or too easily guessed",
    "Corrupt": "the database was damaged",
    "DiskFull": "the disk was full",
    "NotWritable": "the folder or disk did not allow writing",
    "RecordError": "a rule of the record did not allow it",
    "NotFound": "nothing, or more than one thing, answers to what was typed",
    "BadValue": "a value that was typed could not be taken",
    "Signed": "the note is signed",
    "NothingToSign": "there was nothing to sign",
    "Stale": "the draft had moved on, or was not open for editing",
    "ChainBroken": "the access log does not hold together",
    "Altered": "something is not as the log last saw it",
    "BadFile": "the file was not what it should be",
    "Unsupported": "that kind of file is not read",
    "NotABackup": "the file is no backup of this program",
    "BackupDamaged": "the backup was damaged",
    "BackupFailed": "the backup could not be made or read",
    "KeyboardInterrupt": "it was stopped at the keyboard",
}
"""Kinds of error as people say them. A test keeps a sentence for every kind in ``notes.errors``."""


def in_words(reason: str | None) -> str:
    """The kind of error that a line names, in words; a fault in the program keeps its own name."""
    if reason is None:
        return "no reason was given"
    return WORDS.get(reason, f"a fault in the program ({reason})")
