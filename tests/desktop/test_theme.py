"""Colours that can be told apart, and icons that exist."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from notes.desktop import icons, parts
from notes.desktop.actions import COMMANDS, MENUS
from notes.desktop.theme import DARK, LIGHT, PAIRS, Roles, contrast, high_contrast


@pytest.mark.parametrize("roles", [LIGHT, DARK, high_contrast(LIGHT), high_contrast(DARK)])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]} on {pair[1]}")
def test_every_colour_stands_out_from_its_ground(roles: Roles, pair: tuple[str, str, float]) -> None:
    over, under, least = pair
    assert contrast(getattr(roles, over), getattr(roles, under)) >= least


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_an_icon_and_a_menu(qapp: QApplication, command: object) -> None:
    drawn = icons.icon(command.icon).pixmap(QSize(24, 24)).toImage()  # type: ignore[attr-defined]
    assert any(drawn.pixelColor(x, y).alpha() for x in range(drawn.width()) for y in range(drawn.height()))
    assert command.menu in MENUS  # type: ignore[attr-defined]


def test_no_keys_mean_two_commands() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert sorted(keys) == sorted(set(keys))


def test_no_command_takes_a_key_that_types_a_letter_elsewhere() -> None:
    """Windows tells AltGr as Ctrl+Alt, and Polish ż and ń are AltGr+Z and AltGr+N; desktops use the arrows."""
    assert [command.name for command in COMMANDS if any("Ctrl+Alt+" in keys for keys in command.keys)] == []


def test_enter_presses_the_button_that_has_the_focus(qtbot: QtBot) -> None:
    pressed: list[bool] = []
    button = parts.button("Go on", lambda: pressed.append(True))
    qtbot.addWidget(button)
    QTest.keyClick(button, Qt.Key.Key_Return)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert pressed == [True, True]
