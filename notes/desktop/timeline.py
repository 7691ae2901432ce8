"""A client's timeline: sessions and notes together, newest first, by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from notes.desktop import attending, words
from notes.desktop.rows import Row
from notes.record.client_page import Page
from notes.record.reading import Summary
from notes.record.sessions import Session

ALL, SESSIONS, NOTES, UNFINISHED = range(4)
CHOICES = ("Sessions and notes", "Sessions", "Notes", "To finish")


@dataclass(frozen=True)
class Wanted:
    """What of the timeline is shown."""

    what: int = ALL
    tag: str | None = None


def rows(page: Page, wanted: Wanted, now: datetime) -> Iterator[Row]:
    """The rows, with a heading for each month."""
    month: tuple[int, int] | None = None
    for at, thing in _entries(page, wanted, now):
        when = words.moment(at) if at else datetime.min
        if (when.year, when.month) != month:
            month = (when.year, when.month)
            yield Row(f"{when:%B %Y}" if at else "No date", heading=True)
        yield _session(thing, now) if isinstance(thing, Session) else _note(thing, now)


def _entries(page: Page, wanted: Wanted, now: datetime) -> list[tuple[str, Session | Summary]]:
    """Sessions, each with its notes below it, and the notes that belong to no session."""
    of_session: dict[int, list[Summary]] = {}
    alone: list[Summary] = []
    for note in page.notes:
        if wanted.tag is not None and wanted.tag not in note.tags:
            continue
        if wanted.what == UNFINISHED and note.status == "signed" and not note.unfinished:
            continue
        if note.session is None or wanted.what == NOTES:
            alone.append(note)
        else:
            of_session.setdefault(note.session, []).append(note)
    entries: list[tuple[str, int, Session | Summary]] = []
    if wanted.what != SESSIONS:
        entries += [(note.session_at or "", 1, note) for note in alone]
    for session in page.sessions if wanted.what != NOTES else ():
        notes = of_session.get(session.id, [])
        unwritten = not session.signed and attending.note_state(session, now)[1] in ("accent", "attention")
        if (wanted.tag is not None and not notes) or (wanted.what == UNFINISHED and not (unwritten or notes)):
            continue
        entries.append((session.started_at, 2, session))
        if wanted.what != SESSIONS:
            entries += [(session.started_at, 1, note) for note in notes]
    entries.sort(key=lambda entry: (entry[0], entry[1]), reverse=True)
    return [(at, thing) for at, _, thing in entries]


def _session(session: Session, now: datetime) -> Row:
    when = words.moment(session.started_at)
    clock = words.clock(session.started_at)
    title = f"{when:%a {when.day} %B}" + (f", {clock}" if clock else "")
    to_come = attending.is_to_come(session, now)
    state, tone = attending.note_state(session, now)
    if session.note is not None and state in ("Signed", "Draft · continue"):
        state, tone = "", "quiet"  # its notes stand below and say so
    detail = " · ".join(filter(None, ("to come" if to_come else "", attending.details(session))))
    icon = "calendar-blank" if session.attendance in attending.CAME else attending.icon_of(session)
    return Row(title, detail or "Session", state, icon, tone, key=("session", session))


def _note(note: Summary, now: datetime) -> Row:
    state, tone, icon = "Signed", "good", "check-circle"
    if note.status != "signed":
        state, tone, icon = "Draft · continue", "attention", "note-pencil"
    elif note.unfinished:
        state, tone, icon = f"{note.unfinished.capitalize()} begun", "attention", "pencil-line"
    elif note.version > 1:
        state = f"Signed, {words.counted(note.version - 1, 'change')} since"
    title = f"{note.kind.capitalize()} note" if note.kind != "other" else "Note"
    told = [note.template] if note.template.casefold() != note.kind else []
    told += [f"#{tag}" for tag in note.tags]
    if note.session is None and note.session_at:
        told.insert(0, words.day_and_clock(note.session_at, now.date()))
    return Row(title, " · ".join(told), state, icon, tone, key=("note", note.id), inset=int(note.session is not None))
