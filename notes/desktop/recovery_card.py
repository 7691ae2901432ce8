"""The recovery key, shown once: saved as a page or printed, then part of it typed back from the paper."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from notes.desktop import parts, qr_code, theme
from notes.desktop.notices import in_words
from notes.desktop.secret_fields import GROUPS
from notes.desktop.worker import Job, Worker
from notes.errors import NotesError


class RecoveryCard(QWidget):
    """`key` is wiped when it is confirmed or the card is thrown away. `asked` are the groups to type back."""

    confirmed = Signal()

    def __init__(
        self,
        worker: Worker,
        key: bytearray,
        practice: str,
        vault_id: str,
        today: date,
        asked: tuple[int, int] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._worker, self._key, self._practice, self._vault, self._today = worker, key, practice, vault_id, today
        self._asked = asked or _two_groups()
        self._shown = parts.words("", theme.LEAD, wrap=False)
        self._shown.setFont(theme.font(theme.TITLE, fixed=True))
        self._shown.setAccessibleName("The recovery key")
        self._kept = parts.words("", tone="good")
        self._kept.hide()
        self._save, self._print = (
            parts.button("Save as PDF …", self._ask_where, icon="file-pdf"),
            parts.button("Print …", self._print_it, icon="printer"),
        )
        self._next = parts.button("I have it on paper", self._type_back, tone="main")
        self.sheet, self.back = self._sheet(), self._back()
        self.back.hide()
        self.setLayout(parts.stacked(self.sheet, self.back, 0, gap=0))
        self._show_key()
        self.setFocusProxy(self._save)

    def _sheet(self) -> QWidget:
        card = parts.Card("Your recovery sheet")
        card.body.addWidget(
            parts.words(
                "If the passphrase is ever lost, this key opens the vault, and nothing else does. It is shown now and "
                "never again. Print it and keep the paper away from this computer: in a safe, or sealed with somebody "
                "you trust."
            )
        )
        card.body.addWidget(self._shown, 0, Qt.AlignmentFlag.AlignHCenter)
        card.body.addWidget(self._kept)
        card.body.addLayout(parts.beside(self._save, self._print, 0))
        card.body.addLayout(parts.beside(0, self._next))
        return card

    def _back(self) -> QWidget:
        card = parts.Card("Type two groups back, from the paper")
        one, other = self._asked
        card.body.addWidget(
            parts.words("So that it is certain that the sheet can be read. Count groups from the left, row by row.")
        )
        self._typed = {group: QLineEdit() for group in (one, other)}
        for group, line in self._typed.items():
            label = parts.words(f"Group {group + 1} of {GROUPS}", wrap=False)
            label.setBuddy(line)
            line.setAccessibleName(f"Group {group + 1}")
            line.setFont(theme.font(fixed=True))
            line.setMaximumWidth(theme.characters(14))
            line.setMaxLength(6)
            line.textEdited.connect(self._compare)
            line.returnPressed.connect(self._done)
            card.body.addLayout(parts.beside(label, line, 0))
        self._fits = parts.words("", theme.SMALL, tone="quiet")
        self._finish = parts.button("Done", self._done, tone="main")
        self._finish.setEnabled(False)
        again = parts.button("Show the key again", self._show_again, tone="link")
        card.body.addWidget(self._fits)
        card.body.addLayout(parts.beside(again, 0, self._finish))
        return card

    def copy(self) -> bytearray:
        """The key, for making it count. The caller wipes it."""
        return bytearray(self._key)

    def forget(self) -> None:
        """Wipe the key and take it off the screen."""
        from notes.vault import keys

        keys.wipe(self._key)
        self._shown.clear()
        for line in self._typed.values():
            line.setText("")  # ``clear`` could be undone

    # --- keeping it --------------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write the sheet as a PDF; a file that is there already is left alone."""
        copy = bytearray(self._key)

        def write(_: Job) -> None:
            from notes.exchange import recovery_sheet
            from notes.vault import keys

            try:
                recovery_sheet.write(path, copy, self._practice, self._vault, self._today)
            finally:
                keys.wipe(copy)

        told = f"Saved as {path.name}. Print it, then delete the file and empty the recycle bin."
        self._worker.apart(write, then=lambda _: self._say(told, "good"), failed=self._failed, owner=self)

    def _ask_where(self) -> None:
        name = str(Path.home() / "Recovery sheet.pdf")
        chosen, _ = QFileDialog.getSaveFileName(self, "Save the recovery sheet", name, "PDF (*.pdf)")
        if chosen:
            path = Path(chosen)
            self.save(path if path.suffix.lower() == ".pdf" else path.with_name(path.name + ".pdf"))

    def _print_it(self) -> None:
        from notes.desktop import printing

        printer = printing.choose_printer(self, "Recovery sheet")
        if printer is None:
            return
        with printing.in_memory():
            painter = QPainter(printer)
            size = printer.pageLayout().paintRectPixels(printer.resolution()).size()
            self.paint(painter, QRectF(0, 0, size.width(), size.height()))
            painter.end()
        self._say("Sent to the printer. Look at the paper before you go on.", "good")

    def paint(self, painter: QPainter, page: QRectF) -> None:
        """The sheet, drawn on a page."""
        from notes.exchange import recovery_sheet

        unit = page.width() / 80
        down = 0.0

        def line(text: str, size: float, family: str = "", strong: bool = False) -> None:
            nonlocal down
            font = QFont(theme.font(fixed=bool(family)))
            font.setBold(strong)
            font.setPixelSize(max(1, int(size * unit)))
            painter.setFont(font)
            box = QRectF(page.left() + 4 * unit, page.top() + down, page.width() - 8 * unit, page.height())
            drawn = painter.drawText(box, int(Qt.TextFlag.TextWordWrap), text)
            down += drawn.height() + unit

        down = 4 * unit
        line("Recovery sheet", 4, strong=True)
        line(f"{self._practice}  ·  made on {self._today.isoformat()}\nVault {self._vault}", 1.8)
        code = QRectF(page.right() - 22 * unit, page.top() + down, 18 * unit, 18 * unit)
        painter.drawImage(code, qr_code.picture(self._written()))
        down += 4 * unit
        line(_in_rows(self._written()), 3, "fixed", strong=True)
        down = max(down, code.bottom() - page.top() + unit)
        for number, (step, command) in enumerate(recovery_sheet.STEPS, 1):
            line(f"{number}.  {step}" + (f"\n     {command}" if command else ""), 1.7)

    # --- typing back -------------------------------------------------------------------------------------------

    def _written(self) -> str:
        from notes.vault import recovery_key

        return recovery_key.write(self._key)

    def _show_key(self) -> None:
        self._shown.setText(_in_rows(self._written()))

    def _type_back(self) -> None:
        self._shown.clear()
        self.sheet.hide()
        self.back.show()
        self._typed[self._asked[0]].setFocus()

    def _show_again(self) -> None:
        self._show_key()
        self.back.hide()
        self.sheet.show()
        self._save.setFocus()

    def _right(self) -> bool:
        groups = self._written().split("-")
        return all(_as_written(line.text()) == groups[group] for group, line in self._typed.items())

    def _compare(self) -> None:
        right = self._right()
        whole = all(len(_as_written(line.text())) >= 4 for line in self._typed.values())
        self._finish.setEnabled(right)
        self._fits.setText("Both fit." if right else "Not as on the sheet: look again." if whole else "")
        parts.set_tone(self._fits, "good" if right else "attention" if whole else "quiet")

    def _done(self) -> None:
        if self._right():
            self.confirmed.emit()

    def _say(self, text: str, tone: str) -> None:
        self._kept.setText(text)
        parts.set_tone(self._kept, tone)
        self._kept.show()

    def _failed(self, error: NotesError) -> None:
        self._say(in_words(error), "alarm")


def _in_rows(written: str) -> str:
    groups = written.split("-")
    return "\n".join("  ".join(groups[row : row + 3]) for row in range(0, GROUPS, 3))


def _as_written(typed: str) -> str:
    """As Crockford reads it: O is 0, I and L are 1."""
    return "".join(typed.upper().replace("O", "0").replace("I", "1").replace("L", "1").split())


def _two_groups() -> tuple[int, int]:
    one, more = os.urandom(2)
    first = one % GROUPS
    second = (first + 1 + more % (GROUPS - 1)) % GROUPS
    return min(first, second), max(first, second)
