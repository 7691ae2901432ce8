"""A note on paper or as PDF: header and footer on every page, and a mark on what is not signed.

The pages are drawn by Qt, which finds letters of every script in the fonts of this computer. A PDF is made in memory
and written whole. What a printing system keeps while it prints is its own: docs/threat-model.md says what is known.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QLocale, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPagedPaintDevice, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QFileDialog, QWidget

from notes.desktop import words
from notes.desktop.reading_view import Inert, render
from notes.practice.opening import PRACTITIONER
from notes.record.reading import Printed

NAME = "Session note"
"""Of print jobs and files: they are seen by others, so no client is in it."""
UNSIGNED = "Draft – not signed"
_INK, _GREY = QColor("#000000"), QColor("#555555")


def pages(printed: Printed, device: QPagedPaintDevice, today: datetime) -> int:
    """Draw the note on a device, black on white. Gives the number of pages."""
    painter, _ = QPainter(device), QEventLoop()  # a long text lays itself out by timers: a thread needs a loop for them
    try:
        size = device.pageLayout().paintRectPixels(device.logicalDpiX()).size()
        line = painter.fontMetrics().lineSpacing() * 1.1
        head, foot = 3.4 * line, 2 * line
        document = Inert()
        document.documentLayout().setPaintDevice(device)
        render(document, printed.note.text, QFont(painter.font().family(), 11))
        document.setDocumentMargin(0)
        body = QRectF(0, 0, size.width(), size.height() - head - foot)
        document.setPageSize(body.size())
        count = document.pageCount()
        for number in range(1, count + 1):
            if number > 1:
                device.newPage()
            _margins(painter, printed, QRectF(0, 0, size.width(), size.height()), f"Page {number} of {count}", today)
            painter.save()
            painter.translate(0, head - (number - 1) * body.height())
            clip = QRectF(0, (number - 1) * body.height(), body.width(), body.height())
            document.drawContents(painter, clip)
            painter.restore()
        return count
    finally:
        painter.end()


def _margins(painter: QPainter, printed: Printed, page: QRectF, count: str, today: datetime) -> None:
    """What stands above and below the text of every page."""
    note = printed.note
    right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
    line = painter.fontMetrics().lineSpacing() * 1.1
    if note.status == "signed":
        signed = words.full_day(note.signed_at)
        by = (printed.practitioner if note.signed_by == PRACTITIONER else "") or note.signed_by
        status = f"Signed {signed} by {by}  ·  version {note.version} of {note.newest}"
    else:
        status = UNSIGNED
    painter.setPen(_INK)
    strong = QFont(painter.font())
    usual = QFont(strong)
    strong.setBold(True)
    painter.setFont(strong)
    painter.drawText(page, left, note.client_name)
    painter.setFont(usual)
    painter.drawText(page, right, printed.practice)
    painter.setPen(_GREY)
    second = page.adjusted(0, line, 0, 0)
    painter.drawText(second, left, f"{words.full_day(note.session_at)}  ·  {note.template}")
    painter.setPen(_INK if status == UNSIGNED else _GREY)
    painter.drawText(second, right, UNSIGNED if status == UNSIGNED else "Signed")
    painter.setPen(_GREY)
    painter.drawLine(0, int(2.4 * line), int(page.width()), int(2.4 * line))
    below = QRectF(0, page.height() - line, page.width(), line)
    painter.drawText(below, left, status if status != UNSIGNED else f"As of {today:%Y-%m-%d %H:%M}")
    painter.drawText(below, right, count)
    painter.setPen(_INK)


def pdf(printed: Printed, today: datetime) -> bytes:
    """The note as a PDF file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(300)
    writer.setTitle(NAME)
    writer.setCreator("Session Notes")
    writer.setPageLayout(_page())
    pages(printed, writer, today)
    buffer.close()
    return bytes(buffer.data().data())


def choose_printer(parent: QWidget, name: str = NAME) -> QPrinter | None:
    """Ask the practitioner for a printer; `name` is that of the job. None when they think better of it."""
    with in_memory():
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(name)
        printer.setPageLayout(_page())
        return printer if QPrintDialog(printer, parent).exec() == QPrintDialog.DialogCode.Accepted else None


def choose_file(parent: QWidget) -> Path | None:
    """Ask where the PDF is to go."""
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save as PDF", f"{NAME}.pdf", "PDF (*.pdf)")
    path = Path(chosen)
    return None if not chosen else path if path.suffix.lower() == ".pdf" else path.with_name(path.name + ".pdf")


def put_on_paper(printed: Printed, printer: QPrinter, today: datetime) -> int:
    """Hand the pages to the printing system. Gives their number."""
    with in_memory():
        return pages(printed, printer, today)


@contextmanager
def in_memory() -> Iterator[None]:
    """Where it can be, what the printing system's library writes before it hands a job on stays in memory."""
    folder, before = os.environ.get("XDG_RUNTIME_DIR"), os.environ.get("TMPDIR")
    if not sys.platform.startswith("linux") or not folder or not Path(folder).is_dir():
        yield
        return
    os.environ["TMPDIR"] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def paper(measures: QLocale.MeasurementSystem) -> QPageSize.PageSizeId:
    """Letter where inches of the United States are measured in, otherwise A4."""
    usual = QLocale.MeasurementSystem.ImperialUSSystem
    return QPageSize.PageSizeId.Letter if measures == usual else QPageSize.PageSizeId.A4


def _page() -> QPageLayout:
    return QPageLayout(
        QPageSize(paper(QLocale.system().measurementSystem())),
        QPageLayout.Orientation.Portrait,
        QMarginsF(20, 18, 20, 18),
        QPageLayout.Unit.Millimeter,
    )
