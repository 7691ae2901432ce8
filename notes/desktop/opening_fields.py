"""What opens a vault, asked for: a passphrase, with a key file where one is wanted, or the recovery key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from notes.desktop import parts, theme
from notes.desktop.secret_fields import KeyFileRow, PassphraseField, RecoveryField
from notes.errors import BadFile

if TYPE_CHECKING:
    from notes.vault.slots import Secret


class OpeningFields(QWidget):
    """The fields; `way` is the button that changes between passphrase and recovery key, to be put where it fits.

    `file` is the button that brings up the key file, for where it is not known whether one is wanted.
    """

    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.passphrase, self.key_file = PassphraseField(), KeyFileRow()
        self._recovery: RecoveryField | None = None
        self.with_recovery = False
        """Whether the recovery key is asked for, not the passphrase."""
        self.way = parts.button("", self._switch, tone="link")
        self.file = parts.button("With a key file …", self._with_file, tone="link")
        self._file_wanted = self._file_shown = False
        self.passphrase.entered.connect(self.entered)
        self._fields = parts.stacked(self.passphrase, self.key_file, gap=theme.M)
        self.setLayout(self._fields)
        self._show(recovery=False)

    @property
    def recovery(self) -> RecoveryField:
        """Made when it is first asked for: finding its font would make every lock screen come later."""
        if self._recovery is None:
            self._recovery = RecoveryField()
            self._recovery.hide()
            self._recovery.entered.connect(self.entered)
            self._fields.addWidget(self._recovery)
        return self._recovery

    def want_file(self, wanted: bool) -> None:
        """Whether the vault opens with its key file only, as its header says."""
        self._file_wanted = self._file_shown = wanted
        self._show(self.with_recovery)

    def take(self) -> Secret:
        """What was typed; the fields are empty afterwards. The caller wipes its value. Raises WrongKey, BadFile."""
        from notes.vault.slots import Secret

        if self.with_recovery:
            return Secret("recovery", self.recovery.take())
        key_file = self.key_file.read()
        if key_file is None and self._file_wanted:
            raise BadFile("This vault also asks for its key file.", "", "Choose it, then unlock.")
        return Secret("passphrase", self.passphrase.take(), key_file)

    def begin(self) -> None:
        """Empty, and back at the passphrase."""
        self.passphrase.empty()
        if self._recovery is not None:
            self._recovery.empty()
        self._file_shown = self._file_wanted
        self._show(recovery=False)

    def _switch(self) -> None:
        self._show(not self.with_recovery)
        self.setFocus()

    def _with_file(self) -> None:
        self._file_shown = True
        self._show(recovery=False)

    def _show(self, recovery: bool) -> None:
        self.with_recovery = recovery
        if recovery or self._recovery is not None:
            self.recovery.setVisible(recovery)
        self.passphrase.setVisible(not recovery)
        self.key_file.setVisible(not recovery and self._file_shown)
        self.way.setText("Use the passphrase" if recovery else "Use the recovery key")
        self.setFocusProxy(self.recovery if recovery else self.passphrase)
