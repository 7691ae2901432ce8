"""``notes note``: new, edit, show, list, history, diff, sign, amend, move, tag, discard, templates."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.text import Text

from notes.cli import note_templates
from notes.cli.options import options, unlocked
from notes.cli.output import as_json, local, page, safe, say, shown, state, table, when
from notes.errors import UsageError
from notes.exchange.reading_files import decode, read_text
from notes.practice.practice import Practice
from notes.practice.references import Given
from notes.record import moving, progress_notes, reading
from notes.record.reading import Change, Note, Summary

if TYPE_CHECKING:
    from notes.cli.editor import Written

app = typer.Typer()
app.add_typer(note_templates.app, name="templates", help="Templates: list, show, add and remove your own.")

Reference = Annotated[str, typer.Argument(metavar="NOTE", help="The note's reference.", show_default=False)]
File = Annotated[
    str | None,
    typer.Option("--file", help="Take the text from this file; - for standard input.", show_default=False),
]
Encoding = Annotated[str | None, typer.Option(help="The file's encoding, if not UTF-8.", show_default=False)]


@app.command()
def new(
    context: typer.Context,
    client: Annotated[str, typer.Option(help="Client: reference or name.", show_default=False)],
    template: Annotated[str, typer.Option(help="SOAP, DAP, BIRP, GIRP, PIRP, intake, … or your own.")] = "free",
    at: Annotated[
        str | None,
        typer.Option(help="When the session was, as 2026-03-31T14:00. Now, if left out.", show_default=False),
    ] = None,
    session: Annotated[str | None, typer.Option(help="The session's reference.", show_default=False)] = None,
    tag: Annotated[
        list[str] | None, typer.Option(help="A tag; can be given several times.", show_default=False)
    ] = None,
    file: File = None,
    encoding: Encoding = None,
    sign: Annotated[bool, typer.Option("--sign", help="Sign it at once.")] = False,
) -> None:
    """Begin a note: in the editor, or with the text of a file."""
    text = _text(context, file, encoding)
    with unlocked(context) as practice:
        tags = tuple(tag or ())
        if text is not None:
            begin = progress_notes.create_signed if sign else progress_notes.create
            note = practice.do(begin, client, template, text, at, session, tags)
        else:
            begun = practice.do(progress_notes.create, client, template, None, at, session, tags)
            written = _write(practice, begun.id, "note", None, signs=sign)
            note = practice.do(progress_notes.sign if sign and written.finished else reading.open, begun.id)
    done = "Signed" if note.status == "signed" else "Saved as a draft"
    _answer(
        context,
        note,
        f"{done}: note [cyan]{note.ref}[/] of {shown(note.client_name)}, {when(note.session_at)}.",
    )


@app.command()
def edit(context: typer.Context, note: Reference, file: File = None, encoding: Encoding = None) -> None:
    """Edit a note that is not signed yet."""
    text, replaced = _text(context, file, encoding), ""
    with unlocked(context) as practice:
        if text is None:
            _write(practice, note, "note", None)
        else:
            spell = practice.do(progress_notes.edit, note)
            try:
                practice.do(progress_notes.save_draft, spell.note, spell.spell, spell.counter, text)
                replaced = spell.text if spell.text != text else ""
            finally:
                practice.do(progress_notes.close, spell.note, spell.spell)
        changed = practice.do(reading.open, note)
    if options(context).json:  # whoever asked gets what was replaced, to put it back where that was a mistake
        as_json({"note": changed, **({"replaced": replaced} if text is not None else {})})
        return
    say(f"Saved the draft of [cyan]{changed.ref}[/].")
    if replaced.strip():
        say(f"It held {len(replaced):,} characters; {len(changed.text):,} stand in their place now.")


@app.command()
def show(
    context: typer.Context,
    note: Reference,
    version: Annotated[int | None, typer.Option(help="An earlier signed version.", show_default=False)] = None,
) -> None:
    """Read a note."""
    with unlocked(context) as practice:
        found = practice.do(reading.open, note, version)
    if options(context).json:
        as_json({"note": found})
        return
    page(Group(_heading(found), Text(), Text(safe(found.text))))


@app.command("list")
def list_(
    context: typer.Context,
    client: Annotated[str | None, typer.Option(help="Only this client's.", show_default=False)] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind.", show_default=False)] = None,
    status: Annotated[str | None, typer.Option(help="Only draft, or only signed.", show_default=False)] = None,
    tag: Annotated[str | None, typer.Option(help="Only with this tag.", show_default=False)] = None,
    since: Annotated[str | None, typer.Option("--from", help="From this day.", show_default=False)] = None,
    until: Annotated[str | None, typer.Option("--to", help="Up to this day.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Only unsigned notes, and those with an unfinished amendment.")
    ] = False,
) -> None:
    """List notes, newest first, without their text."""
    with unlocked(context) as practice:
        found = practice.do(reading.list_notes, client, kind, status, tag, since, until, limit, unfinished)
    if options(context).json:
        as_json({"notes": found})
        return
    rows = [
        (
            n.ref,
            when(n.session_at),
            n.client_name,
            n.kind,
            _status(n),
            n.version or "",
            ", ".join(n.tags),
        )
        for n in found
    ]
    table(("ref", "session", "client", "kind", "status", "version", "tags"), rows, "No notes.")


@app.command()
def history(context: typer.Context, note: Reference) -> None:
    """List a note's signed versions."""
    with unlocked(context) as practice:
        found = practice.do(reading.history, note)
    if options(context).json:
        as_json({"versions": found})
        return
    rows = [(v.version, local(v.at), v.kind, v.reason, v.signed_by, v.digest[:16]) for v in found]
    table(("version", "signed", "kind", "reason", "by", "digest"), rows, "Not signed yet.")


@app.command()
def diff(
    context: typer.Context,
    note: Reference,
    old: Annotated[int | None, typer.Option("--old", help="From this version.", show_default=False)] = None,
    new: Annotated[int | None, typer.Option("--new", help="To this version.", show_default=False)] = None,
) -> None:
    """Show word by word what an amendment changed."""
    with unlocked(context) as practice:
        changes = practice.do(reading.compare, note, old, new)
    if options(context).json:
        as_json({"changes": changes})
        return
    page(_marked(changes))


@app.command()
def sign(context: typer.Context, note: Reference) -> None:
    """Sign a note: from then on it changes only by amendment or addendum."""
    with unlocked(context) as practice:
        signed = practice.do(progress_notes.sign, note)
    _answer(context, signed, f"Signed note [cyan]{signed.ref}[/] of {shown(signed.client_name)}.")


@app.command()
def amend(
    context: typer.Context,
    note: Reference,
    reason: Annotated[str, typer.Option(help="Why: stays with the note for good.", show_default=False)],
    file: File = None,
    encoding: Encoding = None,
    addendum: Annotated[bool, typer.Option("--addendum", help="Add below the text instead of replacing it.")] = False,
) -> None:
    """Correct or add to a signed note; what was signed before stays readable."""
    text, purpose = _text(context, file, encoding), "addendum" if addendum else "amendment"
    with unlocked(context) as practice:
        if text is None:
            written = _write(practice, note, purpose, reason, signs=True)
            if not written.finished:
                say(f"Nothing was signed. What you wrote of the {purpose} is kept: notes note list --unfinished")
                return
            text = written.text
        amended = practice.do(progress_notes.amend, note, reason, text, addendum)
    _answer(context, amended, f"Note [cyan]{amended.ref}[/] now has version {amended.version}.")


@app.command()
def tag(
    context: typer.Context,
    note: Reference,
    add: Annotated[list[str] | None, typer.Option(help="A tag to add.", show_default=False)] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A tag to take off.", show_default=False)] = None,
) -> None:
    """Change a note's tags."""
    with unlocked(context) as practice:
        tags = practice.do(progress_notes.tag, note, tuple(add or ()), tuple(remove or ()))
    if options(context).json:
        as_json({"tags": tags})
    else:
        say(f"Tags: {shown(', '.join(tags)) or 'none'}")


@app.command()
def move(
    context: typer.Context,
    note: Reference,
    client: Annotated[str | None, typer.Option(help="Whose it really is.", show_default=False)] = None,
    at: Annotated[str | None, typer.Option(help="Of when it really is.", show_default=False)] = None,
    session: Annotated[str | None, typer.Option(help="The session it belongs to.", show_default=False)] = None,
    template: Annotated[
        str | None, typer.Option(help="The template, and with it the kind; the text stays.", show_default=False)
    ] = None,
) -> None:
    """Correct whose, of when or of which kind an unsigned note is."""
    if (client, at, session, template) == (None,) * 4:
        raise UsageError("Nothing to change was given.", "", "Say what, for example: --client NAME or --at 2026-03-31")
    with unlocked(context) as practice:
        moved = practice.do(moving.move, note, client, at, session, template)
    if options(context).json:
        as_json({"note": moved.note, "session_left": moved.left})
        return
    now = moved.note
    say(f"Note [cyan]{now.ref}[/] is now of {shown(now.client_name)}, {when(now.session_at)} ({now.kind}).")
    _say_left(moved.left)


@app.command()
def discard(
    context: typer.Context,
    note: Reference,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Throw away a note that is not signed, or an unfinished amendment. Asks first."""
    if not yes and (options(context).json or not sys.stdin.isatty()):
        raise UsageError(
            "Nothing was thrown away.",
            "Without a terminal nobody can be asked.",
            "Add --yes if it is meant.",
        )
    with unlocked(context) as practice:
        if not yes:
            _ask(practice.do(reading.open, note))
        left = practice.do(progress_notes.discard, note)
    if options(context).json:
        as_json({"discarded": True, "session_left": left})
        return
    say("Thrown away.")
    _say_left(left)


def _text(context: typer.Context, file: str | None, encoding: str | None) -> str | None:
    """The text to take, or None to write it in the editor. Raises BadFile, UsageError."""
    if file == "-":
        if options(context).passphrase_file == "-":
            raise UsageError("Standard input cannot give both passphrase and text.", "", "Use a file for one of them.")
        return decode(sys.stdin.buffer.read(), "standard input", encoding)
    if file is not None:
        return read_text(Path(file), encoding)
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or options(context).json:
        raise UsageError("No text was given.", "There is no terminal to write in.", "Add --file FILE, or --file -.")
    return None


def _write(practice: Practice, note: Given, purpose: str, reason: str | None, signs: bool = False) -> Written:
    """The text as written in the editor, which loads only where it is needed."""
    from notes.cli import editor

    return editor.write(practice, note, purpose, reason, signs=signs)


def _ask(note: Note) -> None:
    """Raises typer.Abort unless the practitioner says that it is to be thrown away."""
    what = f"the unfinished {note.unfinished} of" if note.unfinished else f"{len(note.text.split()):,} words,"
    about = f"note {note.ref} of {safe(note.client_name)}, {when(note.session_at)}"
    if not typer.confirm(f"Throw away {what} {about}, for good?"):
        raise UsageError("Nothing was thrown away.", "You said no.", "")


def _say_left(session: str | None) -> None:
    if session is not None:
        say(f"Its session has no note now. If it never took place: notes session remove {session}")


def _status(note: Summary) -> Text:
    """Signed or not, and what is begun."""
    marked = state(note.status)
    return marked if note.unfinished is None else marked.append(f", {note.unfinished} unfinished", style="yellow")


def _heading(note: Note) -> Text:
    line = Text()
    line.append(safe(note.client_name), style="bold")
    line.append(f"  {when(note.session_at)}  {safe(note.template)} ({note.kind})  ")
    line.append_text(state(note.status))
    if note.signed_at:
        line.append(f" {local(note.signed_at)[:16]} by the {note.signed_by}, version {note.version}")
    if note.version < note.newest:
        line.append(f"\nNot the newest: version {note.newest} takes its place.", style="yellow")
    if note.reason:
        line.append(f"\nReason: {safe(note.reason)}")
    if note.unfinished:
        line.append(f"\nAn unfinished {note.unfinished} of this note is in the drafts.", style="yellow")
    if note.tags:
        line.append(f"\n{safe(', '.join(note.tags))}", style="dim")
    return line


def _marked(changes: list[Change]) -> Text:
    """Removed as [-so-], added as {+so+}, and in colour."""
    marked = Text()
    for change in changes:
        if change.how == "kept":
            marked.append(safe(change.text))
        elif change.how == "removed":
            marked.append(f"[-{safe(change.text)}-]", style="red strike")
        else:
            marked.append(f"{{+{safe(change.text)}+}}", style="green underline")
    return marked


def _answer(context: typer.Context, note: Note, sentence: str) -> None:
    if options(context).json:
        as_json({"note": note})
    else:
        say(sentence)
