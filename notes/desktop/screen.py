"""A screen: one thing that the practitioner looks at, in the frame of the window."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from PySide6.QtWidgets import QWidget

from notes.desktop.desk import Desk
from notes.desktop.worker import Kinds

STANDING: dict[str, tuple[str, dict[str, Any]]] = {
    "note.new": ("new_note", {}),
    "note.templates": ("snippets", {}),
    "client.new": ("clients", {"new": True}),
}
"""Commands in force on every screen that does not take them up itself, and where they go."""


class Screen(QWidget):
    """What all screens have. `shows` are the kinds of thing whose change makes it ask again for what it shows."""

    name: ClassVar[str]
    title: ClassVar[str]
    shows: ClassVar[Kinds] = frozenset()
    commands: ClassVar[tuple[str, ...]] = ()
    """Commands in force while it is shown; each calls the method of that name, dots as underscores."""
    in_view = True
    """Whether one is there. What was asked for and comes later is not shown: it would stay behind another screen."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setAccessibleName(self.title)
        self.setObjectName(self.name)

    def put_in_force(self) -> None:
        """Its commands come into force, and those that stand everywhere else."""
        self.in_view = True
        for command, (screen, place) in STANDING.items():
            self.desk.take_up(command, partial(self.desk.go, screen, **place))
        for command in self.commands:
            self.desk.take_up(command, getattr(self, command.replace(".", "_")))

    def put_out_of_force(self) -> None:
        """Its commands go out of force."""
        self.in_view = False
        for command in self.commands:
            self.desk.lay_down(command)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """What cannot be used any more leaves the focus on its screen, not to what comes next in the window."""
        before = self.window().focusWidget()
        if before is None or not self.isAncestorOf(before) or (before.isEnabled() and not before.isHidden()):
            return super().focusNextPrevChild(forward)
        self.setFocus()
        return True

    def arrive(self, **place: Any) -> None:
        """It comes into view, at `place`. Asks for what it shows."""
        self.refresh()

    def escape(self) -> bool:
        """Put away what is open in it, with the key Escape; whether there was anything."""
        return False

    def refresh(self) -> None:
        """Ask again for what is shown."""

    def leave(self) -> None:
        """It goes out of view. Hands over what is unsaved."""

    def place(self) -> dict[str, Any]:
        """Where in it one is, so as to come back: what ``arrive`` takes, in plain values."""
        return {}

    def typed(self) -> dict[str, Any]:
        """Text typed here that is kept nowhere else yet, in plain values by name: it comes back after a lock."""
        return {}

    def take_up(self, typed: dict[str, Any]) -> None:
        """Have again what ``typed`` gave before the lock. What it holds was not verified."""
