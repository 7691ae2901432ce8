"""Clients: added, looked at, changed, archived. Never deleted here: retention has rules of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from notes.errors import RecordError
from notes.practice import references
from notes.practice.operations import Work, operation
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
    _tell_apart(work, str(stated["name"]), stated.get("born"))
    number = work.new_id()
    row = {
        "id": number,
        "ref": work.new_refs(models.Client)[0],
        **{field: stated.get(field) for field in FIELDS},
        "status": "active",
        "created_at": work.milliseconds,
        "changed_at": work.milliseconds,
    }
    work.insert(models.Client, [row])
    work.about(client=number)
    return shown(row)


@operation("client.open")
def open(work: Work, client: Given) -> Client:
    """One client's details. Raises NotFound."""
    return shown(references.client(work, client)._mapping)


@operation("client.list")
def list_clients(work: Work, archived: bool = False) -> list[Client]:
    """The clients, by name; the archived ones only when asked."""
    rows = work.sql("SELECT * FROM clients WHERE status = 'active' OR :archived", archived=archived).mappings()
    found = sorted((shown(row) for row in rows), key=lambda client: references.plain(client.name))
    work.counts["clients"] = len(found)
    return found


@operation("client.change")
def change(work: Work, /, client: Given, **details: str | None) -> Client:
    """Change some of FIELDS; an empty value clears a field. Raises NotFound, BadValue, RecordError."""
    row, stated = references.client(work, client), _checked(work, details)
    if "name" in stated or "born" in stated:
        _tell_apart(work, stated.get("name") or row.name, stated.get("born", row.born), but=row.id)
    return _changed(work, row, stated)


@operation("client.archive")
def archive(work: Work, client: Given) -> Client:
    """Take the client off the list; nothing is deleted. Raises NotFound."""
    return _set_status(work, client, "archived")


@operation("client.restore")
def restore(work: Work, client: Given) -> Client:
    """Put the client back on the list. Raises NotFound."""
    return _set_status(work, client, "active")


def shown(row: Mapping[Any, Any]) -> Client:
    """The client as the faces see them."""
    times = {name: from_milliseconds(row[name]) for name in ("created_at", "changed_at")}
    return Client(**{**row, **times})


def _tell_apart(work: Work, name: str, born: str | None, but: int | None = None) -> None:
    """Raises RecordError when another client of that name could be the same person."""
    for other in work.sql("SELECT id, name, born, ref FROM clients"):
        same = other.id != but and references.plain(other.name) == references.plain(name)
        if same and (not born or not other.born or born == other.born):
            raise RecordError(
                "A client of that name is there already.",
                f"Their reference is {other.ref}.",
                "If this is another person, add something to the name that tells them apart.",
            )


def _set_status(work: Work, client: Given, status: str) -> Client:
    return _changed(work, references.client(work, client), {"status": status})


def _changed(work: Work, row: Row[Any], changes: dict[str, str | None]) -> Client:
    work.update(models.Client, row, **changes, changed_at=work.milliseconds)
    return shown({**row._mapping, **changes, "changed_at": work.milliseconds})


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
