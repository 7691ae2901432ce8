"""Every table, on one page.

Times the program took are integers: milliseconds since 1970, UTC. Times a person stated (a session's start, a birth
date) are ISO text in the practice's own time, as exact as they were stated: a date, or a date and time.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Computed, ForeignKey, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

MILESTONES = ("backup.make", "log.receipt", "log.review", "vault.attempt", "vault.verify")
"""Events of which it is asked when they last were. They are few, so looking them up costs the other lines nothing."""


class Base(DeclarativeBase):
    """The root of the tables."""

    type_annotation_map: ClassVar = {str: Text}


class Setting(Base):
    """What the practice as a whole remembers: its name, the header's last number, the row-digest key."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Client(Base):
    """A person (or a couple, or a family) who comes for sessions."""

    __tablename__ = "clients"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    pronouns: Mapped[str | None]
    born: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    emergency_contact: Mapped[str | None]
    status: Mapped[str]  # active, archived
    created_at: Mapped[int]
    changed_at: Mapped[int]


class Session(Base):
    """A therapy session: when, how long, where, whether the client came."""

    __tablename__ = "sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    started_at: Mapped[str]
    minutes: Mapped[int | None]
    modality: Mapped[str | None]
    attendance: Mapped[str]
    created_at: Mapped[int]


class Note(Base):
    """A note's frame; its text is in the draft or in the versions. `version` is 0 until it is signed."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id"))
    kind: Mapped[str]
    template: Mapped[str]
    at: Mapped[str | None]
    status: Mapped[str]  # draft, signed
    version: Mapped[int]
    created_at: Mapped[int]
    fingerprint: Mapped[bytes | None] = mapped_column(unique=True)  # of an imported note: what it was made from
    place: Mapped[int] = mapped_column(unique=True)  # in this vault's search index, which small numbers keep small


class Draft(Base):
    """Text not yet signed: of a new note, or of a change to a signed one. `spell` is set while it is being edited."""

    __tablename__ = "drafts"
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id"), primary_key=True)
    purpose: Mapped[str]  # note, amendment, addendum
    reason: Mapped[str | None]
    text: Mapped[str]
    counter: Mapped[int]
    saves: Mapped[int]
    spell: Mapped[int | None]
    saved_at: Mapped[int]


class NoteVersion(Base):
    """One signed text of a note. Nothing here ever changes; triggers see to it."""

    __tablename__ = "note_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id"))
    number: Mapped[int]
    kind: Mapped[str]  # original, amendment, addendum
    reason: Mapped[str | None]
    text: Mapped[str]
    signed_at: Mapped[int]
    signed_by: Mapped[str]
    digest: Mapped[bytes]


class NoteTag(Base):
    """A tag on a note."""

    __tablename__ = "note_tags"
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)


class Template(Base):
    """A template of the practitioner's own."""

    __tablename__ = "templates"
    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body: Mapped[str]


class LogLine(Base):
    """One line of the access log: the record as canonical JSON, the chain's head after it, and its forward seal.

    `milestone` is the event where it is one of MILESTONES: an index finds those, however long the log is.
    """

    __tablename__ = "access_log"
    seq: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[str]
    head: Mapped[bytes]
    seal: Mapped[bytes]
    event: Mapped[str | None] = mapped_column(Computed("json_extract(record, '$.event')"))
    client: Mapped[str | None] = mapped_column(Computed("json_extract(record, '$.client')"))
    milestone: Mapped[str | None] = mapped_column(
        Computed(f"CASE WHEN json_extract(record, '$.event') IN {MILESTONES} THEN json_extract(record, '$.event') END")
    )


class Seal(Base):
    """An epoch of forward seals: the first line, and the key of the next line while the epoch lasts."""

    __tablename__ = "seals"
    epoch: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[int]
    key: Mapped[bytes | None]


class Door(Base):
    """One row: the private key of the record of failed attempts, where it begins, and where the one before ended."""

    __tablename__ = "door"
    private: Mapped[bytes] = mapped_column(primary_key=True)
    number: Mapped[int]
    key: Mapped[bytes]
    before_number: Mapped[int | None]
    before_key: Mapped[bytes | None]


RECORD_TABLES = (Setting, Client, Session, Note, Draft, NoteVersion, NoteTag, Template)
"""Tables whose every row is accounted for by a digest in the access log."""
