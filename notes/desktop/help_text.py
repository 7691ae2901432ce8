"""What the help says: keys from the table of commands, the guide, and about the program."""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path

from PySide6.QtGui import QKeySequence

from notes import __version__
from notes.desktop import capture
from notes.desktop.actions import COMMANDS, MENUS

LIBRARIES: tuple[tuple[str, str, str], ...] = (
    ("SQLCipher", "BSD; SQLite: public domain; the bridge to Python: zlib", "the encrypted database"),
    ("cryptography", "Apache 2.0 or BSD", "keys and seals"),
    ("SQLAlchemy", "MIT", "the tables"),
    ("alembic", "MIT", "newer layouts of the tables"),
    ("PySide6-Essentials", "LGPL 3; Qt", "the window"),
    ("QtAwesome", "MIT; Phosphor icons: MIT", "icons"),
    ("filelock", "MIT", "one program at a time on a vault"),
    ("platformdirs", "MIT", "where this computer keeps what programs remember"),
    ("zxcvbn", "MIT", "how easily a passphrase is guessed"),
    ("segno", "BSD", "QR codes"),
    ("fpdf2", "LGPL 3", "PDF pages"),
    ("PyYAML", "MIT", "reading notes from other programs"),
    ("typer", "MIT", "commands of the terminal"),
    ("rich", "MIT", "tables in the terminal"),
    ("prompt-toolkit", "BSD", "writing in the terminal"),
)
"""Libraries of other people in this program: name, licence in words, what for. A test keeps them complete."""

PROMISED = (
    "Nothing readable is on the disk: names, dates, notes, search and log are all encrypted.",
    "Nothing is shown before the line that accounts for it is in the access log.",
    "No line of that log can be changed, removed or put in unnoticed.",
    "No text is lost: it is saved within two seconds, and before every lock.",
    "A signed note stays as it was signed.",
    "The program opens no connection to any network.",
)
NOT_PROMISED = (
    "Protection while it is unlocked, from malicious software on this computer or whoever administers it.",
    "Protection from whoever knows your passphrase.",
    "That what is deleted cannot be found again on a solid-state disk.",
    "That you keep the law of your country: this program helps, and does not know it.",
)


def keys() -> list[tuple[str, list[tuple[str, str]]]]:
    """By menu: what a command is called, and its keys."""
    return [
        (
            menu,
            [(command.text.removesuffix(" …"), _pressed(command.keys)) for command in COMMANDS if command.menu == menu],
        )
        for menu in MENUS
    ]


def keys_as_markdown() -> str:
    """The same as a page to print."""
    lines = ["# Keyboard shortcuts"]
    for menu, commands in keys():
        shown = [f"| {text} | {pressed} |" for text, pressed in commands if pressed]
        lines += ["", f"## {menu}", "", "| What | Keys |", "|---|---|", *shown] if shown else []
    return "\n".join(lines) + "\n"


def guide() -> str:
    """The guide, as Markdown."""
    return resources.files("notes.desktop").joinpath("guide.md").read_text("utf-8")


def about(vault: Path | None) -> str:
    """Version, where the vault is, what is promised, whose libraries are in it; as Markdown."""
    listed = [f"| {name} | {purpose} | {licence} |" for name, licence, purpose in LIBRARIES]
    return "\n".join(
        (
            f"# Session Notes {__version__}",
            "",
            "An encrypted record of sessions, for a practitioner who works alone.",
            *(["", "Your vault is in the folder", "", "```", str(vault), "```"] if vault else []),
            "",
            "## What is promised",
            "",
            *(f"- {one}" for one in PROMISED),
            "",
            "## What is not",
            "",
            *(f"- {one}" for one in NOT_PROMISED),
            f"- {capture.about()}" if sys.platform != "win32" else "",
            "",
            "## Made with",
            "",
            "| Library | For | Licence |",
            "|---|---|---|",
            *listed,
            "",
            f"Python {sys.version.split()[0]}. Session Notes itself: see the file LICENSE.",
            "",
        )
    )


def _pressed(given: tuple[str, ...]) -> str:
    shape = QKeySequence.SequenceFormat.NativeText
    return " or ".join(QKeySequence(one).toString(shape) for one in given)
