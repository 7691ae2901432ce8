"""What errors advise, said for the window: where the terminal has a command, the window has a place to click.

Errors come from rooms that know no face, and name commands of the terminal. This table says of each where it is here.
A test walks over every error and warning of the program and fails when one names a command without words here.
"""

from __future__ import annotations

import re

PLACES: dict[str, str] = {
    "init": "“Make a new vault” on the first screen",
    "verify": "“Verify everything” in the menu Vault",
    "client list": "the screen “Clients” (Ctrl+2)",
    "session list": "the client's page",
    "note new": "“New note” (Ctrl+N)",
    "note list": "the client's page",
    "note list --unfinished": "“To finish” on the screen Today (Ctrl+1)",
    "note history": "“History” in the note (Ctrl+H)",
    "note amend": "“Amend” in the note (Ctrl+Shift+A)",
    "note discard": "“Throw the draft away” in the menu Note",
    "note move": "“Correct client or date” in the menu Note",
    "note templates": "“Templates and snippets” in the menu Note",
    "log accept": "“Decide …” on top of the window",
    "log anchor": "“A second witness” in the Settings (Ctrl+5), “Checks”",
    "log show": "the screen “Access log” (Ctrl+4)",
    "key list": "“Passphrase and keys” in the Settings (Ctrl+5)",
    "backup make": "“Back up” (Ctrl+Shift+B)",
    "backup list": "“Backups” in the Settings (Ctrl+5)",
    "backup check": "“Check a file …” in the Settings (Ctrl+5), “Backups”",
}
"""Commands of the terminal, without ``notes``, and where they are in the window."""

SENTENCES: dict[str, str] = {
    "add --key-file FILE.": "choose it with “Choose key file …”.",
    "Add --key-file FILE before the command, or say --without-key-file after it.": (
        "Choose the key file, or say that the new passphrase opens the vault without one."
    ),
    "Check the path given to --vault.": "Choose another folder.",
    "or name its encoding: --encoding {}.": "or choose its encoding under “Encoding”: {}.",
    "and give it with --map FILE.": "and choose that file with “Choose a map file …”.",
    "Use --name.": "Type its name.",
    "Leave out --emergency.": "Open it the ordinary way.",
}
"""What names an option of the terminal, and what is said instead; {} stands for one word."""

_WITH_A_WORD = r"--(?:template|event|reason) [a-z|]+(?:\.[a-z]+)?"
_COMMAND = re.compile(
    rf"\bnotes (?:--vault \S+ )?({'|'.join(sorted(map(re.escape, PLACES), key=len, reverse=True))})\b"
    rf"(?: +(?:{_WITH_A_WORD}|--[a-z-]+|[A-Z]{{2,}}\b))*"
)


def here(text: str) -> str:
    """The text with the window's places in it instead of the terminal's commands."""
    for typed, told in SENTENCES.items():
        pattern = re.escape(typed).replace(r"\{\}", r"(\S+?)")
        text = re.sub(pattern, told.replace("{}", r"\\1".replace("\\\\", "\\")), text)
    return _COMMAND.sub(lambda found: PLACES[found[1]], text)
