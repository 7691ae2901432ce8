"""Fields for what opens a vault. What is typed leaves them once, as bytes, and the field is empty then.

Qt and Python keep copies of text that nobody can wipe; they are gone when the process is replaced on locking.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from notes.desktop import icons, parts, theme

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

GROUPS, IN_A_GROUP = 9, 4
LONGEST_KEY_FILE = 1024 * 1024
"""Bytes; as in the terminal, a key file is a small one."""


class _Line(QLineEdit):
    """A line for a secret: nothing can be taken out of it, no keyboard learns it, and emptying it cannot be undone.

    It notices Caps Lock, which Qt does not tell: a capital without Shift, or a small letter with it.
    """

    caps = Signal(bool)

    def __init__(self, echo: QLineEdit.EchoMode) -> None:
        super().__init__()
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.selectionChanged.connect(self._select_nothing)
        self.show_as(echo)

    def show_as(self, echo: QLineEdit.EchoMode) -> None:
        """Legible or not. Qt drops all hints to keyboards when it is."""
        hint, legible = Qt.InputMethodHint, echo == QLineEdit.EchoMode.Normal
        self.setEchoMode(echo)
        self.setInputMethodHints(
            hint.ImhSensitiveData
            | hint.ImhNoPredictiveText
            | hint.ImhNoAutoUppercase
            | (hint.ImhNone if legible else hint.ImhHiddenText)
        )
        if legible:
            self.deselect()

    def empty(self) -> None:
        """Forget what was typed: ``clear`` could be undone, and Ctrl+Z would bring it back."""
        self.setText("")

    def _select_nothing(self) -> None:
        """What is selected while it is legible could be copied, and X11 hands it to every program by itself."""
        if self.echoMode() == QLineEdit.EchoMode.Normal and self.hasSelectedText():
            self.deselect()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if len(typed) == 1 and typed.isalpha() and typed.upper() != typed.lower():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.caps.emit(typed.isupper() != shifted)
        super().keyPressEvent(event)


class PassphraseField(QWidget):
    """A passphrase: hidden, shown on demand; `take` gives it and empties the field."""

    edited = Signal()
    entered = Signal()
    uncovered = Signal(bool)
    """Whether it can be read on the screen."""

    def __init__(self, name: str = "Passphrase", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = _Line(QLineEdit.EchoMode.Password)
        self.line.setAccessibleName(name)
        self.line.setPlaceholderText(name)
        self.line.textEdited.connect(lambda _: self.edited.emit())
        self.line.returnPressed.connect(self.entered)
        self._show = QToolButton()
        self._show.setCheckable(True)
        self._show.setMinimumSize(theme.TARGET, theme.TARGET)
        self._show.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._show.toggled.connect(self._dress)
        self._caps = parts.words("Caps Lock seems to be on.", tone="attention")
        self._caps.hide()
        self.line.caps.connect(self._caps.setVisible)
        box = parts.stacked(gap=theme.XS)
        box.addLayout(parts.beside(self.line, self._show, gap=theme.XS))
        box.addWidget(self._caps)
        self.setLayout(box)
        self.setFocusProxy(self.line)
        self._name = name
        self._dress(False)

    def take(self) -> bytearray:
        """What was typed, ready for the key derivation; the field is empty afterwards. The caller wipes it."""
        prepared = self.look()
        self.empty()
        return prepared

    def look(self) -> bytearray:
        """The same, left where it is: to see how strong it is. The caller wipes it."""
        from notes.vault import keys, passphrase

        typed = bytearray(self.line.text().encode())
        try:
            return passphrase.prepare(typed)
        finally:
            keys.wipe(typed)

    def empty(self) -> None:
        """Forget what was typed, also for undoing."""
        self.line.empty()
        self._caps.hide()
        self._show.setChecked(False)

    def _dress(self, shown: bool) -> None:
        self.line.show_as(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        self._show.setIcon(icons.icon("eye-slash" if shown else "eye"))
        told = f"Hide the {self._name.lower()}" if shown else f"Show the {self._name.lower()}"
        self._show.setAccessibleName(told)
        self._show.setToolTip(told)
        self.uncovered.emit(shown)


class RecoveryField(QWidget):
    """A recovery key: checked while it is typed. Hyphens, blanks and case do not matter."""

    edited = Signal()
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = _Line(QLineEdit.EchoMode.Normal)
        self.line.setAccessibleName("Recovery key")
        self.line.setPlaceholderText("0000-0000-0000-0000-0000-0000-0000-0000-0000")
        self.line.setFont(theme.font(fixed=True))
        self.line.textEdited.connect(self._check)
        self.line.returnPressed.connect(self.entered)
        self.state = parts.words("Nine groups of four, from the recovery sheet.", theme.SMALL, tone="quiet")
        box = parts.stacked(self.line, self.state, gap=theme.XS)
        self.setLayout(box)
        self.setFocusProxy(self.line)

    def take(self) -> bytearray:
        """The key; the field is empty afterwards. The caller wipes it. Raises WrongKey, and keeps what was typed."""
        from notes.vault import keys, recovery_key

        typed = bytearray(self.line.text().encode())
        try:
            key = recovery_key.read(typed)
        finally:
            keys.wipe(typed)
        self.empty()
        return key

    def empty(self) -> None:
        """Forget what was typed."""
        self.line.empty()
        self._say("Nine groups of four, from the recovery sheet.", "quiet")

    def _check(self) -> None:
        from notes.errors import WrongKey
        from notes.vault import keys, recovery_key

        count = len("".join(c for c in self.line.text() if c not in " -"))
        wrong = next((c for c in self.line.text().upper() if c not in f"{recovery_key.ALPHABET}OIL -"), None)
        if wrong is not None:
            self._say(f"“{wrong}” never stands in a recovery key.", "alarm")
        elif count < GROUPS * IN_A_GROUP:
            self._say(f"{count // IN_A_GROUP} of {GROUPS} groups", "quiet")
        else:
            try:
                keys.wipe(recovery_key.read(bytearray(self.line.text().encode())))
                self._say("All nine groups, and they fit each other.", "good")
            except WrongKey as error:
                self._say(f"{error.what} {error.hint}", "alarm")
        self.edited.emit()

    def _say(self, text: str, tone: str) -> None:
        self.state.setText(text)
        parts.set_tone(self.state, tone)


class KeyFileRow(QWidget):
    """The key file that a vault may ask for besides the passphrase."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._told = parts.words("No key file chosen.", tone="quiet")
        choose = parts.button("Choose key file …", self._choose)
        self.setLayout(parts.beside(self._told, 0, choose))

    def read(self) -> bytes | None:
        """Its content, or None where none was chosen. Raises BadFile."""
        from notes.errors import BadFile

        if self._path is None:
            return None
        try:
            content = self._path.read_bytes() if self._path.stat().st_size <= LONGEST_KEY_FILE else b""
        except OSError as error:
            raise BadFile("The key file cannot be read.", f"{error.strerror}.", "Is its stick plugged in?") from None
        if not content:
            raise BadFile("That is not a key file.", "It is empty, or too long for one.", "Choose another file.")
        return content

    def choose(self, path: Path) -> None:
        """Take this file."""
        self._path = path
        self._told.setText(path.name)

    def _choose(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        chosen, _ = QFileDialog.getOpenFileName(self, "Key file")
        if chosen:
            self.choose(Path(chosen))
