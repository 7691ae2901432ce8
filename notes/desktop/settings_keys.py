"""Settings, keys: who can open the vault, a new passphrase, a new recovery sheet, a new data key."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QCheckBox, QWidget

from notes.desktop import parts, theme, words
from notes.desktop.choose_passphrase import ChoosePassphrase
from notes.desktop.desk import Desk
from notes.desktop.long_work import LongWork
from notes.desktop.recovery_card import RecoveryCard
from notes.desktop.secret_fields import KeyFileRow, PassphraseField
from notes.desktop.worker import Job
from notes.errors import Cancelled, NotesError
from notes.practice import keyring
from notes.practice.keyring import SlotView
from notes.practice.overview import Overview
from notes.vault import keys, recovery_key

_KINDS = {"passphrase": "with the passphrase", "recovery": "with the recovery sheet"}


OLD_SHEET = "Keep it as long as you keep backups made until today: they open with it. Then destroy it."


class Keys(QWidget):
    """Every change asks for the passphrase again, and nothing new counts before its owner has it on paper."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._name = self._vault = ""
        self._shown: RecoveryCard | None = None
        self._key_on_paper = bytearray()
        """Of the sheet that was typed back, until everything is encrypted anew."""
        self._slots = parts.stacked(gap=theme.XS)
        who = parts.Card("Who can open this vault")
        who.body.addLayout(self._slots)
        self._room = parts.stacked(gap=0)
        """Where a new recovery sheet is shown."""
        column = parts.stacked(who, self._passphrase(), gap=theme.L)
        column.addWidget(self._recovery())
        column.addWidget(self._rotation())
        column.addLayout(self._room)
        column.addStretch(1)
        self.setLayout(column)
        desk.before_lock(self.forget)

    def show_overview(self, found: Overview) -> None:
        """List the slots."""
        self._name, self._vault = found.name, found.vault
        self.choose.own_words = (found.name,)
        parts.clear(self._slots)
        for slot in found.slots:
            self._slots.addWidget(parts.words(_in_words(slot)))
        asks = any(slot.key_file for slot in found.slots)
        for shown in (self._key_file, self._no_file, self._rotation_file):
            shown.setVisible(asks)

    def forget(self) -> None:
        """The screen is left: nothing secret stays in it."""
        self.choose.empty()
        self.again.empty()
        if self._shown is not None:
            self._desk.say("The new recovery sheet was put away.", "The one made before goes on to count.")
        self._put_away()

    # --- passphrase --------------------------------------------------------------------------------------------

    def _passphrase(self) -> parts.Card:
        card = parts.Card("Change the passphrase")
        self.choose = ChoosePassphrase(self._desk.worker)
        self._key_file = KeyFileRow()
        self._no_file = QCheckBox("Ask for no key file any more")
        self.change = parts.button("Change the passphrase", self._ask_to_change)
        self.change.setEnabled(False)
        self.choose.changed.connect(self.change.setEnabled)
        self.choose.entered.connect(self._ask_to_change)
        for thing in (self.choose, self._key_file, self._no_file):
            card.body.addWidget(thing)
        card.body.addLayout(parts.beside(0, self.change))
        self._key_file.hide()
        self._no_file.hide()
        return card

    def _ask_to_change(self) -> None:
        if not self.choose.will_do:
            return
        self._desk.confirm_identity("The passphrase is about to be changed.", self._change, anew=True)

    def _change(self) -> None:
        try:
            key_file = self._key_file.read()
        except NotesError as error:
            self._desk.complain(error)
            return
        typed = self.choose.take()
        self.change.setEnabled(False)
        without = self._no_file.isChecked()

        def change(practice: Any, job: Job) -> None:
            try:
                practice.do(keyring.change_passphrase, typed, key_file, without_key_file=without)
            finally:
                keys.wipe(typed)

        self._run(change, lambda _: self._said("The passphrase is changed.", _OLD_COPIES), "Changing the passphrase")

    # --- recovery sheet ----------------------------------------------------------------------------------------

    def _recovery(self) -> parts.Card:
        card = parts.Card("Recovery sheet")
        card.body.addWidget(
            parts.words(
                "If the sheet is lost, or somebody has seen it, make a new one. The old one opens the vault no more.",
                tone="quiet",
            )
        )
        self.new_sheet = parts.button("Make a new recovery sheet", self._ask_for_sheet)
        card.body.addWidget(self.new_sheet)
        return card

    def _ask_for_sheet(self) -> None:
        why = "A new recovery sheet is about to be made."
        self._desk.confirm_identity(why, lambda: self._show_sheet(self._sheet_counts), anew=True)

    def _show_sheet(self, then: Callable[[], None]) -> None:
        """Show a new key. The old one goes on to count until this one is on paper."""
        self._put_away()
        key, today = recovery_key.generate(os.urandom), self._desk.now().date()
        self._shown = RecoveryCard(self._desk.worker, key, self._name, self._vault, today)
        self._shown.confirmed.connect(then)
        self._room.addWidget(self._shown)
        self.new_sheet.setEnabled(False)
        self._rotate.setEnabled(False)
        self._shown.setFocus()
        parts.bring_into_view(self._shown)

    def _sheet_counts(self) -> None:
        key = self._taken_key()

        def change(practice: Any, job: Job) -> None:
            try:
                keys.wipe(practice.do(keyring.new_recovery_key, shown=key))
            finally:
                keys.wipe(key)

        self._run(change, self._new_sheet_counts, "Making the sheet count")

    def _new_sheet_counts(self, _: None) -> None:
        self._said("The new recovery sheet counts.", f"The one made before opens this vault no more. {OLD_SHEET}")

    def _taken_key(self) -> bytearray:
        assert self._shown is not None
        key = self._shown.copy()
        self._put_away()
        return key

    def _put_away(self) -> None:
        had_focus = self._shown is not None and self._shown.isAncestorOf(self.focusWidget())
        if self._shown is not None:
            self._shown.forget()
            self._shown = None
        keys.wipe(self._key_on_paper)
        parts.clear(self._room)
        self._last_step.hide()
        self.new_sheet.setEnabled(True)
        self._rotate.setEnabled(True)
        if had_focus:
            parts.focus(self.new_sheet)

    # --- rotation ----------------------------------------------------------------------------------------------

    def _rotation(self) -> parts.Card:
        card = parts.Card("Encrypt everything anew")
        card.body.addWidget(
            parts.words(
                "If somebody may have had the passphrase and a copy of the vault: the whole record is written anew "
                "under a new key. Old keys open nothing that is written from then on. It brings a new recovery sheet.",
                tone="quiet",
            )
        )
        self._rotate = parts.button("Encrypt everything anew …", lambda: self._show_sheet(self._sheet_is_on_paper))
        self.again, self._rotation_file = PassphraseField("Your passphrase"), KeyFileRow()
        self._now = parts.button("Encrypt everything anew now", self._begin_rotation, tone="main")
        self.again.entered.connect(self._begin_rotation)
        self._last_step = QWidget()
        step = parts.stacked(parts.words("Last step: the passphrase in use."), self.again, self._rotation_file)
        step.addLayout(parts.beside(0, self._now))
        self._last_step.setLayout(step)
        self._last_step.hide()
        self._rotation_file.hide()
        self._rotating = LongWork()
        for thing in (self._rotate, self._last_step, self._rotating):
            card.body.addWidget(thing)
        return card

    def _sheet_is_on_paper(self) -> None:
        self._key_on_paper = self._taken_key()
        self._rotate.setEnabled(False)
        self._last_step.show()
        self.again.setFocus()

    def _begin_rotation(self) -> None:
        if not self._now.isEnabled():
            return
        worker = self._desk.worker
        try:
            key_file = self._rotation_file.read()
        except NotesError as error:
            self._desk.complain(error)
            return
        typed, shown = self.again.take(), self._key_on_paper[:]

        def rotate(practice: Any, job: Job) -> None:
            try:
                recovery = keyring.rotate(practice, typed, key_file, shown=shown, progress=worker.progress(job))
                keys.wipe(recovery)
            finally:
                keys.wipe(typed)
                keys.wipe(shown)

        self._now.setEnabled(False)
        job = worker.run(
            rotate,
            then=self._rotated,
            failed=self._not_rotated,
            progress=self._rotating.tell,
            owner=self,
            name="Encrypting everything anew",
            changes=frozenset({"key"}),
        )
        self._rotating.watch(job, "Encrypting everything anew")

    def _rotated(self, _: None) -> None:
        self._now.setEnabled(True)
        self._rotating.over()
        self._put_away()
        told = f"The recovery sheet made before opens it no more. {OLD_SHEET} Make a backup now."
        self._said("Everything is encrypted under a new key.", told)

    def _not_rotated(self, error: NotesError) -> None:
        self._now.setEnabled(True)
        self._rotating.over()
        if isinstance(error, Cancelled):
            self._desk.say("Stopped. The vault is as it was before.")
        else:
            self._desk.complain(error)
        parts.focus(self.again)

    # --- both --------------------------------------------------------------------------------------------------

    def _run(self, function: Callable[[Any, Job], None], then: Callable[[None], None], name: str) -> None:
        self._desk.worker.run(
            function, then=then, failed=self._desk.complain, owner=self, name=name, changes=frozenset({"key"})
        )

    def _said(self, text: str, detail: str) -> None:
        self._desk.say(text, detail, tone="good")


_OLD_COPIES = "Copies and backups made before still open with the old one."


def _in_words(slot: SlotView) -> str:
    holder = "You" if slot.kind == "passphrase" else "Whoever has it"
    file = " and a key file" if slot.key_file else ""
    return f"{holder}, {_KINDS[slot.kind]}{file}, since {words.full_day(slot.created)}"
