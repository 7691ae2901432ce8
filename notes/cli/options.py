"""The options before the command: which vault, which key, how to answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from notes.cli import secrets_in
from notes.cli.output import warn
from notes.errors import UsageError
from notes.practice import opening
from notes.practice.practice import Practice
from notes.practice.surroundings import this_computer
from notes.vault import keys


@dataclass
class Options:
    """What was said before the command."""

    vault: Path | None = None
    passphrase_file: str | None = None
    recovery_key_file: str | None = None
    key_file: Path | None = None
    json: bool = False

    def folder(self) -> Path:
        """The vault's folder. Raises UsageError when none was named."""
        if self.vault is None:
            raise UsageError(
                "No vault was named.",
                "",
                "Name its folder: notes --vault FOLDER COMMAND, or set NOTES_VAULT once.",
            )
        return self.vault


def options(context: typer.Context) -> Options:
    """The options of this call."""
    found = context.find_object(Options)
    assert found is not None
    return found


def _unlock(said: Options) -> Practice:
    secret = secrets_in.to_unlock(said.folder(), said.passphrase_file, said.recovery_key_file, said.key_file)
    try:
        return opening.unlock(said.folder(), secret, face="terminal", surroundings=this_computer())
    finally:
        keys.wipe(secret.value)


@contextmanager
def unlocked(context: typer.Context) -> Iterator[Practice]:
    """The practice, unlocked for one command and locked after it."""
    said = options(context)
    source = said.passphrase_file if said.recovery_key_file is None else said.recovery_key_file
    practice = secrets_in.trying(lambda: _unlock(said), asked=secrets_in.asks(source))
    for warning in practice.warnings:
        warn(warning)
    told = len(practice.warnings)
    try:
        with practice:
            yield practice
    finally:
        for warning in practice.warnings[told:]:
            warn(warning)
