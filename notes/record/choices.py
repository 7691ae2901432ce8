"""What one can choose from while typing: clients by name, and tags in use."""

from __future__ import annotations

from dataclasses import dataclass

from notes.practice import references
from notes.practice.operations import Work, operation


@dataclass(frozen=True)
class Named:
    """A client's name. `last` grows with the time of the newest note; 0 without any."""

    id: int
    ref: str
    name: str
    archived: bool
    last: int


@dataclass(frozen=True)
class Choices:
    """Clients by name, archived ones among them, and tags."""

    clients: list[Named]
    tags: list[str]


@operation("client.list")
def offer(work: Work) -> Choices:
    """The names of all clients and all tags in use. Nothing else of a client is given."""
    rows = work.sql(
        "SELECT c.id, c.ref, c.name, c.status = 'archived' AS archived, "
        "coalesce((SELECT max(n.id) FROM notes n WHERE n.client_id = c.id), 0) AS last FROM clients c"
    )
    named = [Named(row.id, row.ref, row.name, bool(row.archived), row.last) for row in rows]
    tags = list(work.sql("SELECT DISTINCT tag FROM note_tags ORDER BY tag").scalars())
    work.counts.update(clients=len(named), tags=len(tags))
    return Choices(sorted(named, key=lambda client: references.plain(client.name)), tags)
