"""How passphrases and keys come in: from a file, standard input, or asked for without echo. Never as an argument."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from notes.cli.output import complain
from notes.errors import BadFile, UsageError, WeakPassphrase, WrongKey
from notes.vault import header, keys, passphrase, recovery_key
from notes.vault.files import flush, machine_error
from notes.vault.slots import Secret

LONGEST = 64 * 1024
"""Bytes read of a passphrase or key file."""

TRIES = 3
"""How often somebody at a terminal may type a passphrase or key before the program ends."""

T = TypeVar("T")


def trying(once: Callable[[], T], *, asked: bool) -> T:
    """What `once` gives. Where somebody is asked at a terminal, a wrong or unfit answer may be given again."""
    for _ in range(TRIES - 1 if asked else 0):
        try:
            return once()
        except (WrongKey, WeakPassphrase, NotTheSame) as error:
            complain(error)
    return once()


def asks(source: str | None) -> bool:
    """Whether a secret from this source is typed at a terminal."""
    return source in (None, "-") and sys.stdin.isatty()


class NotTheSame(UsageError):
    """A new passphrase was typed differently the second time."""


def to_unlock(folder: Path, passphrase_file: str | None, recovery_file: str | None, key_file: Path | None) -> Secret:
    """What opens the vault, as the options say; asks where they say nothing. The caller wipes its value.

    Raises UsageError, BadFile, WrongKey, and what reading the header raises.
    """
    header.read(folder)  # a folder that is no vault is said before anybody types a passphrase
    return given(passphrase_file, recovery_file, key_file)


def given(passphrase_file: str | None, recovery_file: str | None, key_file: Path | None) -> Secret:
    """A passphrase or recovery key, as the options say; asks where they say nothing. The caller wipes its value.

    Raises UsageError, BadFile, WrongKey.
    """
    if recovery_file is not None:
        typed = _from(recovery_file, "Recovery key: ")
        try:
            return Secret("recovery", recovery_key.read(typed))
        finally:
            keys.wipe(typed)
    typed = _from(passphrase_file, "Passphrase: ")
    try:
        return Secret("passphrase", passphrase.prepare(typed), read_key_file(key_file) if key_file else None)
    finally:
        keys.wipe(typed)


def from_the_sheet() -> bytearray:
    """The recovery key: asked for at a terminal, or from standard input. The caller wipes it. Raises WrongKey."""
    typed = _from("-", "Recovery key: ")
    try:
        return recovery_key.read(typed)
    finally:
        keys.wipe(typed)


def current(passphrase_file: str | None) -> bytearray:
    """The passphrase in use. The caller wipes it."""
    return _from(passphrase_file, "Passphrase in use: ")


def to_choose(passphrase_file: str | None, own_words: tuple[str, ...] = ()) -> bytearray:
    """A new passphrase: from the file named, or asked for twice until it is fit. The caller wipes it.

    `own_words` are names it must not rest on. Raises UsageError, BadFile, WeakPassphrase.
    """
    if passphrase_file is not None:
        return _from(passphrase_file, "New passphrase: ")
    if not sys.stdin.isatty():
        raise UsageError(
            "No new passphrase was given.",
            "There is no terminal to ask at.",
            "Name a file that holds it: --passphrase-file FILE, or --new-passphrase-file FILE for a change.",
        )
    return trying(lambda: _ask_twice(own_words), asked=True)


def _ask_twice(own_words: tuple[str, ...]) -> bytearray:
    first = _ask("New passphrase (15 characters or more; several words are good): ")
    second = bytearray()
    try:
        prepared = passphrase.prepare(first)
        try:
            passphrase.check(prepared, own_words)
        finally:
            keys.wipe(prepared)
        second = _ask("The same again: ")
        if first != second:
            raise NotTheSame("The two were not the same.", "", "Type it again, twice.")
    except BaseException:
        keys.wipe(first)
        raise
    finally:
        keys.wipe(second)
    return first


def read_key_file(path: Path) -> bytes:
    """A key file's content. Raises BadFile."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile("The key file cannot be read.", f"{error.strerror}.", "Connect the stick it is on.") from None
    if not 16 <= len(content) <= LONGEST:
        raise BadFile("That is not a key file.", "It is shorter than 16 bytes or longer than 64 KiB.", "Name another.")
    return content


def make_key_file(path: Path, vault: Path) -> bytes:
    """The key file for a new vault: the one that is there, or 64 fresh random bytes. Raises UsageError, BadFile."""
    outside(path, vault, "The key file")
    if path.exists():
        return read_key_file(path)
    content = os.urandom(64)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, content)
            flush(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise machine_error(error) from None
    return content


def outside(path: Path, vault: Path, what: str) -> None:
    """Raises UsageError when `path` lies in the vault's folder: a key does not hang beside its lock."""
    if vault.resolve() in path.resolve().parents:
        raise UsageError(
            f"{what} must not lie in the vault's folder.",
            "Whoever copies the folder would have the key with it.",
            "Keep it on another disk, best on a stick or on paper.",
        )


def _from(source: str | None, prompt: str) -> bytearray:
    if source is None:
        if not sys.stdin.isatty():
            raise UsageError(
                "No passphrase was given.",
                "There is no terminal to ask at.",
                "Use --passphrase-file FILE, or - for standard input.",
            )
        return _ask(prompt)
    if source == "-":
        if sys.stdin.isatty():
            return _ask(prompt)
        content = _read(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))
    else:
        try:
            with Path(source).open("rb", buffering=0) as file:
                content = _read(file)
        except OSError as error:
            raise BadFile(
                "The passphrase or key file cannot be read.", f"{error.strerror}.", "Check the path."
            ) from None
    if len(content) > LONGEST:
        keys.wipe(content)
        raise BadFile("That file is too long for a passphrase or key.", "", "Name another file.")
    if not content or content.isspace():
        raise WrongKey("The passphrase or key given is empty.", "", "Check the file or input it comes from.")
    return content


def _read(file: Any) -> bytearray:
    """All of it, at most one byte more than LONGEST, straight into memory that can be wiped."""
    content, length = bytearray(LONGEST + 1), 0
    with memoryview(content) as view:
        while length < len(content) and (count := file.readinto(view[length:])):
            length += count
    del content[length:]
    return content


def _ask(prompt: str) -> bytearray:
    """Asked without echo. getpass gives a str, which nobody can wipe: it is gone only with the process."""
    return bytearray(getpass.getpass(prompt).encode())
