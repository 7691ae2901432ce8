"""The passphrase asked for again: before text leaves the vault, and before it is changed who can open it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from notes.desktop import parts, theme
from notes.desktop.notices import in_words
from notes.desktop.opening_fields import OpeningFields
from notes.desktop.worker import Job, Worker
from notes.errors import NotesError, WrongKey

VALID = 5 * 60
"""Seconds for which a passphrase given again counts."""


class Identity(QWidget):
    """A card in the place of the screen. `clock` gives seconds that only go forward."""

    over = Signal()
    """It was answered or called off: show the screen again."""

    def __init__(
        self, worker: Worker, clock: Callable[[], float] = time.monotonic, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._worker, self._clock = worker, clock
        self._given: float | None = None
        self._then: Callable[[], None] | None = None
        self._why = parts.words(tone="quiet")
        self._fields = OpeningFields()
        self._fields.entered.connect(self._ask)
        self._trouble = parts.words(tone="alarm")
        self._at_work = QProgressBar(maximum=0, textVisible=False)
        self._at_work.setAccessibleName("Checking the passphrase")
        self._go_on = parts.button("Go on", self._ask, tone="main")
        self._cancel = parts.button("Cancel", self.call_off)
        card = parts.Card("Your passphrase, once more")
        for thing in (self._why, self._fields, self._trouble, self._at_work):
            card.body.addWidget(thing)
        card.body.addLayout(parts.beside(self._fields.way, self._fields.file, 0, self._cancel, self._go_on))
        column = parts.Column(max(480, theme.characters(58)))
        column.body.addStretch(1)
        column.body.addWidget(card)
        column.body.addStretch(1)
        self.setLayout(parts.stacked(column, gap=0))
        self._begin()

    @property
    def valid(self) -> bool:
        """Whether it was given a short while ago."""
        return self._given is not None and self._clock() - self._given < VALID

    def ask(self, why: str, then: Callable[[], None], *, once: bool = False) -> None:
        """Ask, and do `then` once it was right. `why` says what for; `once` if it is always asked for that."""
        self._then = then
        self._begin()
        self._why.setText(why if once else f"{why} Your passphrase then counts for five minutes.")

    def call_off(self) -> None:
        """Do nothing of it."""
        self.forget()
        self.over.emit()

    def forget(self) -> None:
        """Somebody went elsewhere: what was typed is gone, and nothing of it is done."""
        self._then = None
        self._begin()

    def _begin(self) -> None:
        self._fields.begin()
        for hidden in (self._trouble, self._at_work):
            hidden.hide()
        self._go_on.setEnabled(True)
        self.setFocusProxy(self._fields)

    def _ask(self) -> None:
        from notes.practice import keyring
        from notes.vault import keys

        if not self._go_on.isEnabled():
            return
        try:
            secret = self._fields.take()
        except NotesError as error:
            self._failed(error)
            return

        def check(practice: Any, job: Job) -> None:
            try:
                practice.do(keyring.confirm, secret)
            finally:
                keys.wipe(secret.value)

        self._go_on.setEnabled(False)
        self._at_work.show()
        self._trouble.hide()
        asked = self._then
        self._worker.run(
            check,
            then=lambda _: self._right(asked),
            failed=lambda error: self._failed(error) if self._then is asked else None,
            owner=self,
            name="Checking",
        )

    def _right(self, asked: Callable[[], None] | None) -> None:
        self._given = self._clock()
        then = self._then
        if then is None or then is not asked:
            return  # called off in the meantime, or asked for something else
        self._then = None
        self._begin()
        self.over.emit()
        then()

    def _failed(self, error: NotesError) -> None:
        self._go_on.setEnabled(True)
        self._at_work.hide()
        told = "That does not open this vault. Type it again." if isinstance(error, WrongKey) else ""
        self._trouble.setText(told or in_words(error))
        self._trouble.show()
        self.setFocus()
