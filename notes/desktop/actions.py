"""Every command of the window, once. Menus, palette, shortcuts and the help sheet read this table.

A command is in force while the screen shown has taken it up (``Desk.take_up``), or always where the window has.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """A command: its name in the program, what people read, its icon, its keys (the first is shown), its menu."""

    name: str
    text: str
    icon: str
    keys: tuple[str, ...] = ()
    menu: str = "Go"


COMMANDS: tuple[Command, ...] = (
    Command("go.palette", "Go to client or command …", "lightning", ("Ctrl+K",)),
    Command("go.today", "Today", "sun-horizon", ("Ctrl+1",)),
    Command("go.clients", "Clients", "users", ("Ctrl+2",)),
    Command("go.search", "Search all notes", "magnifying-glass", ("Ctrl+3", "Ctrl+Shift+F")),
    Command("go.log", "Access log", "shield-check", ("Ctrl+4",)),
    Command("go.settings", "Settings", "gear-six", ("Ctrl+5", "Ctrl+,")),
    Command("go.back", "Back", "arrow-left", ("Alt+Left",)),
    Command("go.undo", "Undo what was just done", "arrow-counter-clockwise", ("Ctrl+Shift+Backspace",)),
    Command("client.new", "New client …", "user-plus", ("Ctrl+Shift+N",), "Client"),
    Command("client.edit", "Edit client …", "pencil-simple", ("F2",), "Client"),
    Command("client.archive", "Archive client", "archive", (), "Client"),
    Command("client.looked", "Who looked", "eye", ("Ctrl+Shift+L",), "Client"),
    Command("session.new", "New session …", "calendar-plus", ("Ctrl+Shift+S",), "Client"),
    Command("note.new", "New note …", "note-pencil", ("Ctrl+N",), "Note"),
    Command("note.save", "Save now", "check", ("Ctrl+S",), "Note"),
    Command("note.sign", "Sign …", "pen-nib", ("Ctrl+Return",), "Note"),
    Command("note.amend", "Amend …", "pencil-line", ("Ctrl+Shift+A",), "Note"),
    Command("note.addendum", "Add an addendum …", "plus-circle", ("Ctrl+Shift+D",), "Note"),
    Command("note.history", "History", "clock-counter-clockwise", ("Ctrl+H",), "Note"),
    Command("note.read", "Reading view", "book-open", ("Ctrl+E",), "Note"),
    Command("note.find", "Find in this note …", "magnifying-glass", ("Ctrl+F",), "Note"),
    Command("note.last", "Start from last note", "copy", ("Ctrl+Shift+C",), "Note"),
    Command("note.beside", "Last note beside", "columns", ("Ctrl+B",), "Note"),
    Command("note.earlier", "Earlier note", "caret-left", ("Ctrl+PgUp",), "Note"),
    Command("note.later", "Later note", "caret-right", ("Ctrl+PgDown",), "Note"),
    Command("note.snippet", "Insert snippet …", "text-t", ("Ctrl+J",), "Note"),
    Command("note.section_next", "Next section", "caret-down", ("F6",), "Note"),
    Command("note.section_previous", "Previous section", "caret-up", ("Shift+F6",), "Note"),
    Command("note.side", "Sections, tags and versions", "list-bullets", ("Ctrl+Shift+O",), "Note"),
    Command("note.templates", "Templates and snippets …", "files", (), "Note"),
    Command("note.tags", "Tags …", "tag", ("Ctrl+T",), "Note"),
    Command("note.move", "Correct client or date …", "arrows-left-right", (), "Note"),
    Command("note.discard", "Throw the draft away", "trash", (), "Note"),
    Command("note.print", "Print …", "printer", ("Ctrl+P",), "Note"),
    Command("note.pdf", "Save as PDF …", "file-pdf", (), "Note"),
    Command("vault.lock", "Lock", "lock-simple", ("Ctrl+L",), "Vault"),
    Command("vault.veil", "Hide everything", "eye-slash", ("Ctrl+Shift+H",), "Vault"),
    Command("vault.capture", "Allow screenshots and screen sharing", "monitor", (), "Vault"),
    Command("vault.verify", "Verify everything", "shield-check", (), "Vault"),
    Command("vault.backup", "Back up …", "download-simple", ("Ctrl+Shift+B",), "Vault"),
    Command("vault.keys", "Passphrase and recovery sheet …", "key", (), "Vault"),
    Command("vault.import", "Bring in notes …", "upload-simple", (), "Vault"),
    Command("vault.quit", "Lock and quit", "power", ("Ctrl+Q",), "Vault"),
    Command("help.keys", "Keyboard shortcuts", "keyboard", ("F1", "Ctrl+?"), "Help"),
    Command("help.guide", "Guide", "book-open", (), "Help"),
    Command("help.about", "About Session Notes", "question", (), "Help"),
)
MENUS: tuple[str, ...] = ("Go", "Client", "Note", "Vault", "Help")
"""The menus, in order."""
