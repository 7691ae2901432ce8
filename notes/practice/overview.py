"""What the settings show of the vault, in one look."""

from __future__ import annotations

from dataclasses import dataclass

from notes.practice import anchoring, naming, opening
from notes.practice.keyring import SlotView, slot_view
from notes.practice.operations import Work, operation
from notes.store.models import Setting


@dataclass(frozen=True)
class Overview:
    """Practice and practitioner by name, who can open the vault, where the end of its log is kept too, what was done.

    Times are UTC, ISO 8601; None where it was never done. `read_only` says why nothing can be changed, or is empty.
    """

    name: str
    practitioner: str
    vault: str
    slots: tuple[SlotView, ...]
    second_place: str
    anchored: bool
    last_backup: str | None
    last_drill: str | None
    last_verified: str | None
    read_only: str


@operation("vault.settings")
def overview(work: Work) -> Overview:
    """How the vault stands."""
    standing = work.standing
    second = work.one(Setting, name=anchoring.PLACE)
    return Overview(
        name=str(opening.setting(work, "practice_name").value),
        practitioner=naming.practitioner(work),
        vault=standing.vault_id,
        slots=tuple(slot_view(slot) for slot in standing.vault.header.slots),
        second_place=str(second.value) if second else "",
        anchored=standing.anchored,
        last_backup=_last(work, "backup.make"),
        last_drill=_last(work, "backup.drill"),
        last_verified=_last(work, "vault.verify"),
        read_only=str(standing.rollback) if standing.rollback else "",
    )


def _last(work: Work, event: str) -> str | None:
    """When it was last done, as the log has it."""
    query = (
        "SELECT json_extract(record, '$.at') FROM access_log WHERE event = :event "
        "AND json_extract(record, '$.outcome') = 'done' ORDER BY seq DESC LIMIT 1"
    )
    found = work.sql(query, event=event).scalar()
    return str(found) if found is not None else None
