"""The vocabulary of the access log: every event that can stand in a line.

Each event maps to an action of DICOM and IHE BALP (C create, R read, U update, D delete, E execute) and to a purpose of
use (HL7 PurposeOfUse: TREAT treatment, HOPERAT running the practice), so that an export to FHIR AuditEvent is a table
look-up. ``docs/events.md`` is generated from this module: ``python -m notes.access_log.events > docs/events.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["C", "R", "U", "D", "E"]
Outcome = Literal["done", "refused", "failed"]

TREATMENT = "TREAT"
OPERATIONS = "HOPERAT"


@dataclass(frozen=True)
class Event:
    """One kind of line. `did` completes "<actor> …", `tried` completes "<actor> tried to …".

    In both, {client} and {note} stand for what is resolved for display; the line itself holds only ids.
    `line` is false for the one event that rides on an open spell of editing and leaves no line of its own.
    """

    name: str
    action: Action
    purpose: str
    did: str
    tried: str
    line: bool = True


_ALL = (
    Event("vault.create", "C", OPERATIONS, "created the vault", "create the vault"),
    Event("vault.unlock", "E", OPERATIONS, "unlocked the vault", "unlock the vault"),
    Event(
        "vault.attempt",
        "E",
        OPERATIONS,
        "recorded an attempt to open the vault",
        "open the locked vault",
    ),
    Event("vault.emergency", "R", TREATMENT, "read in an emergency", "read in an emergency"),
    Event("vault.lock", "E", OPERATIONS, "locked the vault", "lock the vault"),
    Event(
        "vault.mend",
        "U",
        OPERATIONS,
        "found the vault's header changed or damaged and noted it",
        "mend the header",
    ),
    Event("vault.verify", "E", OPERATIONS, "verified the whole vault", "verify the whole vault"),
    Event("vault.name", "R", OPERATIONS, "looked up the practice's name", "look up the practice's name"),
    Event("vault.rename", "U", OPERATIONS, "changed the practice's name", "change the practice's name"),
    Event(
        "vault.practitioner",
        "U",
        OPERATIONS,
        "changed the practitioner's name on paper",
        "change the practitioner's name on paper",
    ),
    Event("vault.settings", "R", OPERATIONS, "looked at the vault's settings", "look at the vault's settings"),
    Event("key.confirm", "E", OPERATIONS, "gave the passphrase again", "give the passphrase again"),
    Event("key.list", "R", OPERATIONS, "listed the key slots", "list the key slots"),
    Event("key.passphrase", "U", OPERATIONS, "changed the passphrase", "change the passphrase"),
    Event("key.recovery", "U", OPERATIONS, "made a new recovery key", "make a new recovery key"),
    Event("key.rotate", "U", OPERATIONS, "encrypted the vault anew under a new key", "rotate the key"),
    Event("backup.make", "R", OPERATIONS, "made a backup", "make a backup"),
    Event("backup.remove", "D", OPERATIONS, "removed backups that the rule does not keep", "remove older backups"),
    Event("backup.check", "E", OPERATIONS, "checked a backup", "check a backup"),
    Event("backup.restore", "C", OPERATIONS, "restored this vault from a backup", "restore a backup"),
    Event("backup.drill", "E", OPERATIONS, "rehearsed the restoring of a backup", "rehearse a restoring"),
    Event("client.create", "C", TREATMENT, "added the client {client}", "add a client"),
    Event("client.list", "R", TREATMENT, "looked at the list of clients", "list the clients"),
    Event("client.open", "R", TREATMENT, "looked at the details of {client}", "look at a client's details"),
    Event("client.change", "U", TREATMENT, "changed the details of {client}", "change a client's details"),
    Event("client.archive", "U", TREATMENT, "archived {client}", "archive a client"),
    Event("client.restore", "U", TREATMENT, "brought {client} back from the archive", "bring a client back"),
    Event("today.open", "R", TREATMENT, "looked at the day", "look at the day"),
    Event("session.create", "C", TREATMENT, "entered a session of {client}", "enter a session"),
    Event("session.change", "U", TREATMENT, "changed a session of {client}", "change a session"),
    Event("session.remove", "D", TREATMENT, "removed a session of {client}", "remove a session"),
    Event("session.list", "R", TREATMENT, "looked at the list of sessions", "list sessions"),
    Event("note.create", "C", TREATMENT, "began {note} of {client}", "begin a note"),
    Event("note.edit", "U", TREATMENT, "opened {note} of {client} for editing", "edit {note}"),
    Event("note.save", "U", TREATMENT, "saved the draft of {note}", "save a draft", line=False),
    Event("note.close", "U", TREATMENT, "finished editing {note} of {client}", "finish editing a note"),
    Event("note.move", "U", TREATMENT, "corrected whose or when {note} of {client} is", "move {note}"),
    Event("note.discard", "D", TREATMENT, "threw away the draft of {note} of {client}", "throw away {note}"),
    Event("note.open", "R", TREATMENT, "read {note} of {client}", "read a note"),
    Event("note.list", "R", TREATMENT, "looked at the list of notes", "list notes"),
    Event(
        "note.history",
        "R",
        TREATMENT,
        "looked at the versions of {note} of {client}",
        "see a note's versions",
    ),
    Event("note.compare", "R", TREATMENT, "compared versions of {note} of {client}", "compare a note's versions"),
    Event("note.sign", "U", TREATMENT, "signed {note} of {client}", "sign {note}"),
    Event("note.amend", "U", TREATMENT, "amended {note} of {client}", "amend {note}"),
    Event("note.tag", "U", TREATMENT, "changed the tags of {note} of {client}", "tag {note}"),
    Event("note.print", "R", TREATMENT, "took {note} of {client} out on paper or as PDF", "print {note}"),
    Event("note.templates", "R", OPERATIONS, "looked at the templates", "look at the templates"),
    Event("note.template_save", "U", OPERATIONS, "saved a template of their own", "save a template"),
    Event("note.template_remove", "D", OPERATIONS, "removed a template of their own", "remove a template"),
    Event("note.snippets", "R", OPERATIONS, "looked at the snippets", "look at the snippets"),
    Event("note.snippet_save", "U", OPERATIONS, "saved a snippet", "save a snippet"),
    Event("note.snippet_remove", "D", OPERATIONS, "removed a snippet", "remove a snippet"),
    Event("note.words", "R", OPERATIONS, "looked up their own words for spelling", "look up their own words"),
    Event("note.word_keep", "U", OPERATIONS, "kept a word of their own for spelling", "keep a word"),
    Event("search.run", "R", TREATMENT, "searched the notes", "search the notes"),
    Event("log.open", "R", OPERATIONS, "looked at the access log", "look at the access log"),
    Event("log.verify", "E", OPERATIONS, "verified the access log", "verify the access log"),
    Event("log.export", "R", OPERATIONS, "exported the access log", "export the access log"),
    Event("log.review", "E", OPERATIONS, "reviewed the access log", "review the access log"),
    Event("log.receipt", "R", OPERATIONS, "made a receipt of the access log", "make a receipt of the access log"),
    Event("log.accept", "U", OPERATIONS, "made an older copy of the vault the record", "make this copy the record"),
    Event("log.anchor", "U", OPERATIONS, "chose where the end of the log is also kept", "choose a second place"),
    Event("import.preview", "E", OPERATIONS, "tried out an import", "try out an import"),
    Event("import.client", "C", TREATMENT, "brought in earlier notes of {client}", "bring in notes"),
    Event("import.file", "C", OPERATIONS, "imported earlier notes", "import earlier notes"),
)

EVENTS: dict[str, Event] = {event.name: event for event in _ALL}
"""Every event by its name."""

PAGE = """\
# Events in the access log

Generated from `notes/access_log/events.py`; a test keeps the two alike.

A line says who (the key slot's label, the user of the computer, its name), when, through which face, what, with which
outcome (`done`, `refused`, `failed`), for which purpose, and names clients and notes by id only. *Action* is the
DICOM / IHE BALP action: C create, R read, U update, D delete, E execute. *Purpose* is HL7 PurposeOfUse.

| event | action | purpose | in words |
|---|---|---|---|
{rows}

`note.save` leaves no line of its own: saves ride on an open spell of editing, which `note.edit` opens and `note.close`
ends with the number of saves and the draft's digest.
"""


def page() -> str:
    """The text of ``docs/events.md``."""
    rows = "\n".join(
        f"| `{event.name}` | {event.action} | {event.purpose} | {event.did.format(client='a client', note='a note')} |"
        for event in _ALL
    )
    return PAGE.format(rows=rows)


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
