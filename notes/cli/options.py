"""The options before the command: which vault, which key, how to answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from notes.cli import secrets_in
from notes.cli.output import warn
from notes.errors import DiskFull, NotRecorded, NotWritable, UsageError
from notes.practice import emergency, opening
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
    emergency: bool = False
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


def _unlock(said: Options, lasting: ExitStack) -> Practice:
    """The practice, for as long as `lasting` lasts."""
    secret = secrets_in.to_unlock(said.folder(), said.passphrase_file, said.recovery_key_file, said.key_file)
    try:
        if said.emergency:
            way_in = emergency.opened(said.folder(), secret, face="terminal", surroundings=this_computer())
            return lasting.enter_context(way_in)
        return opening.unlock(said.folder(), secret, face="terminal", surroundings=this_computer())
    except (DiskFull, NotWritable, NotRecorded) as error:
        if not said.emergency:
            error.hint = f"{error.hint} To read what is there meanwhile: notes --emergency COMMAND".strip()
        raise
    finally:
        keys.wipe(secret.value)


@contextmanager
def unlocked(context: typer.Context) -> Iterator[Practice]:
    """The practice, unlocked for one command and locked after it."""
    said = options(context)
    source = said.passphrase_file if said.recovery_key_file is None else said.recovery_key_file
    with ExitStack() as lasting:
        practice = secrets_in.trying(lambda: _unlock(said, lasting), asked=secrets_in.asks(source))
        for warning in practice.warnings:
            warn(warning)
        told = len(practice.warnings)
        try:
            with practice:
                yield practice
        finally:
            for warning in practice.warnings[told:]:
                warn(warning)
