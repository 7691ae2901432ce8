"""A client chosen by typing: without accents, by the real name where initials are shown, archived ones too."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from notes.desktop.choosing import found_by, meant
from notes.desktop.editor_move import ClientChoice
from notes.desktop.filter_boxes import ChoiceBox
from notes.record import choices, clients
from tests.desktop.conftest import PATIENCE
from tests.desktop.editor_kit import Hands


@pytest.fixture
def ines(hands: Hands) -> int:
    """Inès Fournier, whose initials are those of Ivo Falk."""
    hands.ask(clients.create, "Ivo Falk")
    return int(hands.ask(clients.create, "Inès  Fournier").id)


@pytest.fixture
def box(hands: Hands, ines: int) -> ClientChoice:
    made = ClientChoice(
        hands.window.desk, hands.window
    )  # which takes it down: no widget may end in the worker's thread
    made.tell(hands.ask(choices.offer).clients, None)
    made.show()
    return made


def offered(box: ClientChoice, typed: str) -> list[str]:
    """What is offered below the field."""
    line = box.lineEdit()
    assert line is not None
    line.clear()
    QTest.keyClicks(line, typed)
    completer = box.completer()
    assert completer is not None
    model = completer.completionModel()
    return [model.index(row, 0).data() for row in range(completer.completionCount())]


@pytest.mark.parametrize("typed", ["ines", "INÈS", "fournier", "ines fou", "  ines "])
def test_a_name_is_found_without_its_accents(box: ClientChoice, ines: int, typed: str) -> None:
    box.setEditText(typed)
    assert box.client() == ines
    assert offered(box, typed.strip()) == ["Inès  Fournier"]


def test_what_could_be_several_is_nobody(box: ClientChoice) -> None:
    box.setEditText("i")
    assert box.client() is None


def test_the_real_name_finds_a_client_shown_by_initials(hands: Hands, box: ClientChoice, ines: int) -> None:
    hands.window.desk.preferences.initials = True
    found = hands.ask(choices.offer).clients
    box.tell(found, ines)
    ref = next(client.ref for client in found if client.id == ines)
    assert box.currentText() == f"I. F. ({ref})"
    assert box.client() == ines
    assert offered(box, "ines") == [f"I. F. ({ref})"]
    assert box.client() == ines
    box.setEditText("I. F.")
    assert box.client() is None


def test_what_is_offered_is_taken_with_the_keyboard(box: ClientChoice, ines: int, qtbot: QtBot) -> None:
    box.setFocus()
    qtbot.waitUntil(box.hasFocus, timeout=PATIENCE)
    assert offered(box, "ines")
    completer = box.completer()
    assert completer is not None
    popup = completer.popup()
    with qtbot.waitSignal(box.picked, timeout=PATIENCE) as picked:
        QTest.keyClick(popup, Qt.Key.Key_Down)
        assert box.currentText() == "Inès  Fournier"
        QTest.keyClick(popup, Qt.Key.Key_Return)
    assert picked.args == [ines]
    assert box.currentText() == "Inès  Fournier"


def test_a_filter_finds_a_client_the_same_way(hands: Hands, qtbot: QtBot, ines: int) -> None:
    hands.window.desk.preferences.initials = True
    hands.ask(clients.archive, ines)
    hands.window.desk.go("search")
    filter_box: ChoiceBox = hands.window.house.screens["search"].client  # type: ignore[attr-defined]
    filter_box.setFocus()
    hands.settle()
    filter_box.setText("ines")
    with qtbot.waitSignal(filter_box.changed):
        filter_box.editingFinished.emit()
    assert filter_box.chosen == ines
    assert filter_box.text().startswith("I. F. (")
    assert filter_box.text().endswith(" (archived)")


def test_the_whole_name_goes_before_a_part_of_others() -> None:
    people = [
        (found_by("Ada"), 1),
        (found_by("Adam"), 2),
        (found_by("A. B. (x7)", "Ada Bo"), 3),
        (found_by("Ada Bolt"), 4),
    ]
    assert meant("ada", people) == 1
    assert meant("Ada Bo", people) == 3
    assert meant("bolt", people) == 4
    assert meant("A. B. (X7)", people) == 3
    assert meant("ad", people) is meant(" ", people) is None
