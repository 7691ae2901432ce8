"""Choosing a passphrase: typed twice, or once where it can be read; how strong it is, told while it is typed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from notes.desktop import parts, theme
from notes.desktop.secret_fields import PassphraseField
from notes.desktop.worker import Job, Worker
from notes.errors import NotesError

PAUSE = 150
"""Milliseconds without a key after which strength is estimated."""
WORDS = ("too weak", "fair", "strong", "very strong")
_TONES = ("alarm", "attention", "good", "good")


class StrengthBar(QWidget):
    """One to four pieces filled; what they mean is said in words beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filled = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(160, theme.S)

    def show_strength(self, filled: int) -> None:
        """Of four; 0 is nothing typed."""
        self._filled = filled
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        width = (self.width() - 3 * theme.XS) / 4
        for piece in range(4):
            role = _TONES[self._filled - 1] if piece < self._filled else "line"
            painter.setBrush(theme.colour(role))
            painter.drawRoundedRect(QRectF(piece * (width + theme.XS), 1, width, 6), 3, 3)
        painter.end()


class ChoosePassphrase(QWidget):
    """Two fields, a bar and words. `own_words` are names that it must not rest on."""

    changed = Signal(bool)
    """Whether it will do."""
    entered = Signal()

    def __init__(self, worker: Worker, own_words: tuple[str, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker, self.own_words = worker, own_words
        self._strong_enough = False
        self._turn = 0
        """Grows with each change, so that no estimate counts for what was typed after it was asked for."""
        self.first, self.again = PassphraseField("New passphrase"), PassphraseField("The same again")
        self._bar, self._told = StrengthBar(), parts.words(_ADVICE, theme.SMALL, tone="quiet")
        self._same = parts.words("", theme.SMALL, tone="quiet")
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self._estimate)
        self.first.edited.connect(self._typing)
        self.again.edited.connect(self._compare)
        self.first.uncovered.connect(self._uncovered)
        for field in (self.first, self.again):
            field.entered.connect(self.entered)
        box = parts.stacked(self.first, self._bar, self._told, self.again, self._same, gap=theme.S)
        self.setLayout(box)
        self.setFocusProxy(self.first)

    @property
    def will_do(self) -> bool:
        """Strong enough, and twice the same or readable."""
        return self._strong_enough and self._alike()

    def take(self) -> bytearray:
        """The passphrase; the fields are empty afterwards. The caller wipes it."""
        self.again.empty()
        taken = self.first.take()
        self._strong_enough = False
        self._turn += 1
        self._say(0, _ADVICE, "quiet")
        return taken

    def empty(self) -> None:
        """Forget what was typed."""
        from notes.vault import keys

        keys.wipe(self.take())
        self.changed.emit(False)

    def _typing(self) -> None:
        self._strong_enough = False
        self._turn += 1
        self.changed.emit(False)
        self._soon.start()

    def _uncovered(self, shown: bool) -> None:
        self.again.setVisible(not shown)
        self._same.setVisible(not shown)
        self._compare()

    def _alike(self) -> bool:
        return not self.again.isVisibleTo(self) or self.first.line.text() == self.again.line.text()

    def _compare(self) -> None:
        typed = bool(self.again.line.text())
        self._same.setText("" if not typed else "The two are the same." if self._alike() else "Not the same yet.")
        self.changed.emit(self.will_do)

    def _estimate(self) -> None:
        typed, own_words, turn = self.first.look(), self.own_words, self._turn
        if not typed:
            self._say(0, _ADVICE, "quiet")
            return

        def check(_: Job) -> str:
            from notes.vault import keys, passphrase

            try:
                return passphrase.check(typed, own_words)
            finally:
                keys.wipe(typed)

        self._worker.apart(
            check,
            then=lambda word: self._strong(word) if turn == self._turn else None,
            failed=lambda error: self._weak(error) if turn == self._turn else None,
            owner=self,
            latest="strength",
        )

    def _strong(self, word: str) -> None:
        self._strong_enough = True
        filled = WORDS.index(word) + 1
        self._say(filled, f"{word[0].upper()}{word[1:]}.", _TONES[filled - 1])
        self._compare()

    def _weak(self, error: NotesError) -> None:
        self._strong_enough = False
        self._say(1, " ".join(filter(None, (error.what, error.hint))), "attention")
        self.changed.emit(False)

    def _say(self, filled: int, words: str, tone: str) -> None:
        self._bar.show_strength(filled)
        self._told.setText(words)
        parts.set_tone(self._told, tone)


_ADVICE = (
    "At least 15 characters. Several unrelated words, or a sentence only you would think of. Anything may be in it."
)
