"""What stands beside the log: the chosen line in words, a receipt, the export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QRadioButton, QWidget

from notes.access_log import export as exporting
from notes.access_log.receipts import Receipt
from notes.desktop import log_receipt, log_words, names, parts, theme, words
from notes.desktop.desk import Desk
from notes.errors import UsageError
from notes.practice import log
from notes.practice.log import LineView
from notes.vault.files import write_atomically

if TYPE_CHECKING:
    from notes.desktop.worker import Job
    from notes.practice.practice import Practice

FORMS: tuple[tuple[str, str], ...] = (
    ("jsonl", "With proof, for checking it later (JSON Lines)"),
    ("csv", "As a table (CSV)"),
)


def ask_where(parent: QWidget, title: str, name: str) -> Path | None:
    """The system's own dialog for a new file."""
    chosen, _ = QFileDialog.getSaveFileName(
        parent, title, str(Path.home() / name), options=QFileDialog.Option.DontConfirmOverwrite
    )
    return Path(chosen) if chosen else None


class Panel(QFrame):
    """Hidden until there is something to show in it."""

    closed = Signal()
    turned = Signal()
    """It was shown or hidden."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.where: Callable[[QWidget, str, str], Path | None] = ask_where
        self._column = parts.Column(width=theme.characters(60))
        self._column.body.setContentsMargins(theme.L, 0, 0, 0)
        self.setLayout(parts.stacked(self._column, gap=0))
        self.setMinimumWidth(theme.characters(38))
        self.hide()

    def show_line(self, line: LineView, why: str) -> None:
        """All that a line says."""
        card = self._begin(f"Line {line.seq:,}")
        for name, value in log_words.fields(line, lambda name: names.shown(name, self._desk.preferences), why):
            told = parts.words(value)
            told.setTextInteractionFlags(_SELECTABLE)
            told.setAccessibleName(f"{name}: {value}")
            card.body.addLayout(parts.stacked(parts.words(name, theme.SMALL, tone="quiet"), told, gap=0))

    # --- receipt -----------------------------------------------------------------------------------------------

    def show_receipt(self, receipt: Receipt) -> None:
        """A receipt that has just been made."""
        card = self._begin("Receipt")
        card.body.addWidget(
            parts.words(
                "Take a picture of it with your telephone, send it to yourself or a colleague, or print it. It holds "
                "no client data. It proves later that nothing in the log up to here was changed; kept on this computer "
                "alone it proves little."
            )
        )
        card.body.addWidget(log_receipt.label(receipt))
        at = words.full_day(receipt.at)
        card.body.addWidget(parts.words(f"{words.counted(receipt.lines, 'line')}, {at}", strong=True))
        code = parts.words(" ".join(receipt.code[i : i + 24] for i in range(0, len(receipt.code), 24)))
        code.setFont(theme.font(theme.SMALL, fixed=True))
        code.setAccessibleName(f"The receipt in one line: {receipt.code}")
        card.body.addWidget(code)
        copy = parts.button("Copy", lambda: self._copy(receipt), icon="copy")
        printed = parts.button("Print …", lambda: self._print(receipt), icon="printer")
        saved = parts.button("Save as PDF …", lambda: self._save_receipt(receipt), icon="file-pdf")
        card.body.addLayout(parts.beside(copy, printed, 0))
        card.body.addLayout(parts.beside(saved, 0))

    def _copy(self, receipt: Receipt) -> None:
        from PySide6.QtGui import QGuiApplication

        QGuiApplication.clipboard().setText(receipt.text())  # the guard of the clipboard takes it from there

    def _save_receipt(self, receipt: Receipt) -> None:
        from notes.exchange import receipt_sheet

        path = self.where(self, "Save the receipt", f"Receipt {receipt.at[:10]}.pdf")
        if path is not None:
            path = path if path.suffix.lower() == ".pdf" else path.with_name(path.name + ".pdf")

            def write(job: Job) -> Path:
                _must_be_new(path)
                write_atomically(path, receipt_sheet.render(receipt))
                return path

            self._desk.worker.apart(
                write, then=self._receipt_saved, failed=self._desk.complain, owner=self, name="Saving the receipt"
            )

    def _receipt_saved(self, path: Path) -> None:
        self._desk.say("The receipt is saved.", f"{path}. Send it away: on this computer alone it proves little.")

    def _print(self, receipt: Receipt) -> None:  # pragma: no cover
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter()
        printer.setDocName("Receipt")
        if QPrintDialog(printer, self).exec():
            log_receipt.draw(receipt, printer)

    # --- export ------------------------------------------------------------------------------------------------

    def show_export(self, since: str | None, until: str | None) -> None:
        """In which form, and where to."""
        card = self._begin("Export the log")
        days = " ".join(filter(None, (f"from {since}" if since else "", f"up to {until}" if until else "")))
        card.body.addWidget(
            parts.words(
                f"Every line {days or 'of the log'}, for other programs or for somebody who asks for it. It holds "
                "numbers instead of names, and no text of a note."
            )
        )
        chosen = [QRadioButton(text) for _, text in FORMS]
        chosen[0].setChecked(True)
        for button in chosen:
            card.body.addWidget(button)

        def begin() -> None:
            form = next(name for (name, _), button in zip(FORMS, chosen, strict=True) if button.isChecked())
            why = "The access log is about to be exported."
            self._desk.confirm_identity(why, lambda: self.export(form, since, until))

        card.body.addLayout(parts.beside(parts.button("Choose where …", begin, tone="main"), 0))
        chosen[0].setFocus()

    def export(self, form: str, since: str | None, until: str | None) -> None:
        """Ask where to, and write it there."""
        path = self.where(self, "Export the access log", f"Access log {self._desk.now():%Y-%m-%d}.{form}")
        if path is None:
            return

        def write(practice: Practice, job: Job) -> tuple[int, Path]:
            _must_be_new(path)
            lines = practice.do(log.export, since, until)
            write_atomically(path, exporting.FORMATS[form](lines, practice.vault_id).encode())
            return len(lines), path

        self._desk.worker.run(
            write, then=self._exported, failed=self._desk.complain, owner=self, name="Exporting the access log"
        )

    def _exported(self, done: tuple[int, Path]) -> None:
        lines, path = done
        self._desk.say(f"{words.counted(lines, 'line')} exported.", str(path))

    # --- the frame ---------------------------------------------------------------------------------------------

    def close_up(self) -> None:
        """Nothing to show any more."""
        parts.clear(self._column.body)
        self.hide()
        self.turned.emit()

    def _begin(self, heading: str) -> parts.Card:
        parts.clear(self._column.body)
        card = parts.Card(heading)
        close = parts.icon_button("x", "Close", self._close)
        card.head.addWidget(close)
        self._column.body.addWidget(card)
        self._column.body.addStretch(1)
        self.show()
        self.turned.emit()
        return card

    def _close(self) -> None:
        self.close_up()
        self.closed.emit()


_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


def _must_be_new(path: Path) -> None:
    """Raises UsageError where there is a file already."""
    if path.exists():
        raise UsageError("That file is there already.", "Nothing is ever written over.", "Choose a new name.")
