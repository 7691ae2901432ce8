"""A new note and a new client can be begun from anywhere, and Back goes back."""

from __future__ import annotations

from typing import Any

import pytest

from notes.desktop.screens import SCREENS
from notes.record import clients
from tests.desktop.editor_kit import CTRL, SHIFT, Hands, Key


def go(hands: Hands, screen: str) -> None:
    """There, with a client or a note where it needs one."""
    places: dict[str, dict[str, Any]] = {
        "client": {"client": hands.ask(clients.open, "Ada").id},
        "note": {"note": hands.note("draft")},
    }
    hands.window.desk.go(screen, **places.get(screen, {}))
    hands.settle()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_note_and_a_client_can_be_begun_on_every_screen(hands: Hands, screen: str) -> None:
    go(hands, "client")
    go(hands, screen)
    assert hands.window.desk.action("note.new").isEnabled()
    assert hands.window.desk.action("client.new").isEnabled()


def test_the_keys_lead_there_from_the_access_log(hands: Hands) -> None:
    go(hands, "log")
    hands.press(Key.Key_N, CTRL)
    hands.wait(lambda: hands.window.house.current and hands.window.house.current.name == "new_note")
    go(hands, "log")
    hands.press(Key.Key_N, CTRL | SHIFT)
    hands.wait(lambda: hands.window.house.current and hands.window.house.current.name == "clients")
    assert hands.window.house.screens["clients"].form.isVisible()  # type: ignore[attr-defined]


def test_on_a_clients_page_the_note_is_that_clients(hands: Hands) -> None:
    go(hands, "today")
    go(hands, "client")
    hands.press(Key.Key_N, CTRL)
    hands.settle()
    new: Any = hands.window.house.screens["new_note"]
    assert new.client.currentText() == "Ada Quillfeather"


def test_back_goes_all_the_way_one_came(hands: Hands) -> None:
    for screen in ("clients", "search", "log"):
        hands.window.desk.go(screen)
    been = []
    for _ in range(4):
        hands.window.house.back()
        been.append(hands.window.house.current.name)
    assert been == ["search", "clients", "today", "today"]


def test_what_cannot_be_used_any_more_leaves_the_focus_on_its_screen(hands: Hands) -> None:
    hands.window.desk.go("settings", part="backups")
    hands.settle()
    screen: Any = hands.window.house.current
    for ends in (lambda: screen.backups.make.setEnabled(False), screen.backups.make.hide):
        screen.backups.make.setEnabled(True)
        screen.backups.make.setFocus()
        assert hands.window.focusWidget() is screen.backups.make
        ends()
        assert hands.window.focusWidget() is screen
