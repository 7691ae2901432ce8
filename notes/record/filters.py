"""Filters of lists and searches: conditions that apply only where something was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Condition = tuple[str, str, Any]
"""SQL with a :name in it, that name, and its value; left out when the value is None."""


def where(conditions: Iterable[Condition]) -> tuple[str, dict[str, Any]]:
    """The conditions that apply, joined by AND, and their values."""
    applying = [condition for condition in conditions if condition[2] is not None]
    return " AND ".join(sql for sql, _, _ in applying) or "1", {name: value for _, name, value in applying}


def during(column: str, since: str | None, until: str | None) -> list[Condition]:
    """From one day to another, both included; the days are checked before they come here."""
    return [(f"{column} >= :since", "since", since), (f"{column} <= :until", "until", until and until + "T99")]
