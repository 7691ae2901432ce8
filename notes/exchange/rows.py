"""A row to be imported: what every kind of file is turned into before it meets the record."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One earlier note. `place` is where it stood: a line number, or a file's path inside its folder."""

    place: int | str
    client: str
    at: str | None
    kind: str
    text: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """A row that cannot become a note, and why. `line` is a line number, or a file's path inside its folder."""

    line: int | str
    why: str


@dataclass
class Reading:
    """A file or folder, read: rows, what was rejected, what is doubtful, and how columns were understood."""

    rows: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    understood: dict[str, str] = field(default_factory=dict)
