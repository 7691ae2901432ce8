"""Fields for secrets: what was typed leaves them once, and by no other way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from notes.desktop.secret_fields import PassphraseField, RecoveryField

PASSPHRASE = "seven herons over the weir"


@pytest.fixture
def passphrase(qtbot: QtBot) -> PassphraseField:
    field = PassphraseField()
    qtbot.addWidget(field)
    field.show()
    return field


@pytest.fixture
def recovery(qtbot: QtBot) -> RecoveryField:
    field = RecoveryField()
    qtbot.addWidget(field)
    field.show()
    return field


def test_a_passphrase_that_was_taken_is_not_brought_back_by_undoing(passphrase: PassphraseField) -> None:
    for leave in (passphrase.take, passphrase.empty):
        QTest.keyClicks(passphrase.line, PASSPHRASE)
        leave()
        passphrase._show.setChecked(True)
        QTest.keySequence(passphrase.line, QKeySequence(QKeySequence.StandardKey.Undo))
        assert passphrase.line.text() == ""
        assert not passphrase.line.isUndoAvailable()
        passphrase._show.setChecked(False)


def test_a_recovery_key_that_was_given_up_is_not_brought_back_by_undoing(recovery: RecoveryField) -> None:
    QTest.keyClicks(recovery.line, "0410-6105")
    recovery.empty()
    QTest.keySequence(recovery.line, QKeySequence(QKeySequence.StandardKey.Undo))
    assert recovery.line.text() == ""


def test_what_can_be_read_cannot_be_selected_or_copied(passphrase: PassphraseField, recovery: RecoveryField) -> None:
    board = QGuiApplication.clipboard()
    for line in (passphrase.line, recovery.line):
        QTest.keyClicks(line, PASSPHRASE)
        board.setText("before")
        passphrase._show.setChecked(True)
        QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.SelectAll))
        assert line.selectedText() == ""
        QTest.mouseDClick(line, Qt.MouseButton.LeftButton)
        assert line.selectedText() == ""
        QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Copy))
        QTest.keySequence(line, QKeySequence(QKeySequence.StandardKey.Cut))
        QApplication.processEvents()
        assert board.text() == "before"
        assert line.text() == PASSPHRASE


def test_a_selection_from_before_it_could_be_read_is_gone(passphrase: PassphraseField) -> None:
    QTest.keyClicks(passphrase.line, PASSPHRASE)
    passphrase.line.selectAll()
    assert passphrase.line.hasSelectedText()
    passphrase._show.setChecked(True)
    assert not passphrase.line.hasSelectedText()


def test_keyboards_that_learn_are_told_not_to_also_while_it_can_be_read(
    passphrase: PassphraseField, recovery: RecoveryField
) -> None:
    hint = Qt.InputMethodHint
    for shown in (False, True):
        passphrase._show.setChecked(shown)
        for line in (passphrase.line, recovery.line):
            assert line.inputMethodHints() & hint.ImhSensitiveData
            assert line.inputMethodHints() & hint.ImhNoPredictiveText
        hidden = passphrase.line.echoMode() == QLineEdit.EchoMode.Password
        assert bool(passphrase.line.inputMethodHints() & hint.ImhHiddenText) is hidden is (not shown)
