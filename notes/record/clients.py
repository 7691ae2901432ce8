"""Clients: added, looked at, changed, archived. Never deleted here: retention has rules of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notes.errors import RecordError
from notes.practice import references
from notes.practice.operations import Work, columns_of, operation
from notes.practice.references import Given
from notes.practice.surroundings import from_milliseconds
from notes.record import values
from notes.store import models

FIELDS = ("name", "pronouns", "born", "phone", "email", "emergency_contact")
"""What can be stated about a client."""


@dataclass(frozen=True)
class Client:
    """A client as the faces see them."""

    id: int
    ref: str
    name: str
    pronouns: str | None
    born: str | None
    phone: str | None
    email: str | None
    emergency_contact: str | None
    status: str
    created_at: str
    changed_at: str


@operation("client.create")
def create(work: Work, /, name: str, **details: str | None) -> Client:
    """Add a client. `details` are fields of FIELDS. Raises BadValue.

    A name that another client has already is refused unless the birth dates tell the two apart.
    """
    stated = _checked(work, {"name": name, **details})
    for other in work.db.query(models.Client):
        same_name = references.plain(other.name) == references.plain(str(stated["name"]))
        if same_name and (other.born is None or other.born == stated.get("born") or not stated.get("born")):
            raise RecordError(
                "A client of that name is there already.",
                f"Their reference is {other.ref}.",
                "If this is another person, add something to the name that tells them apart.",
            )
    row = models.Client(
        id=work.new_id(),
        ref=work.new_refs(models.Client)[0],
        status="active",
        created_at=work.milliseconds,
        changed_at=work.milliseconds,
        **{field: stated.get(field) for field in FIELDS},
    )
    work.db.add(row)
    work.about(client=row.id)
    return shown(row)


@operation("client.open")
def open(work: Work, client: Given) -> Client:
    """One client's details. Raises NotFound."""
    return shown(references.client(work, client))


@operation("client.list")
def list_clients(work: Work, archived: bool = False) -> list[Client]:
    """The clients, by name; the archived ones only when asked."""
    query = work.db.query(models.Client)
    if not archived:
        query = query.filter(models.Client.status == "active")
    found = sorted((shown(row) for row in query), key=lambda client: references.plain(client.name))
    work.counts["clients"] = len(found)
    return found


@operation("client.change")
def change(work: Work, /, client: Given, **details: str | None) -> Client:
    """Change some of FIELDS; an empty value clears a field. Raises NotFound, BadValue."""
    row = references.client(work, client)
    for field, value in _checked(work, details).items():
        setattr(row, field, value)
    row.changed_at = work.milliseconds
    return shown(row)


@operation("client.archive")
def archive(work: Work, client: Given) -> Client:
    """Take the client off the list; nothing is deleted. Raises NotFound."""
    return _set_status(work, client, "archived")


@operation("client.restore")
def restore(work: Work, client: Given) -> Client:
    """Put the client back on the list. Raises NotFound."""
    return _set_status(work, client, "active")


def shown(row: models.Client) -> Client:
    """The client as the faces see them."""
    columns = dict(columns_of(row))
    columns["created_at"] = from_milliseconds(row.created_at)
    columns["changed_at"] = from_milliseconds(row.changed_at)
    return Client(**columns)


def _set_status(work: Work, client: Given, status: str) -> Client:
    row = references.client(work, client)
    row.status = status
    row.changed_at = work.milliseconds
    return shown(row)


def _checked(work: Work, details: dict[str, Any]) -> dict[str, str | None]:
    checked: dict[str, str | None] = {}
    for field, value in details.items():
        if field not in FIELDS:
            raise TypeError(f"a client has no field {field}")
        what = f"The {field.replace('_', ' ')}"
        if field == "name":
            checked[field] = values.one_line(str(value or ""), what)
        elif field == "born" and value:
            checked[field] = values.born(value, work.now.date())
        else:
            checked[field] = values.maybe_line(value, what)
    return checked
