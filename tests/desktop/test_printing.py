"""Paper and PDF: asked for again who it is, a line in the log, a mark on what is not signed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QPageSize
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QFileDialog, QWidget

from notes.desktop import printing
from notes.practice import log, naming
from notes.record import progress_notes, reading
from tests.desktop.editor_kit import CTRL, Hands, Key


@pytest.fixture
def asked(hands: Hands) -> list[tuple[str, Callable[[], None]]]:
    """Why the passphrase was asked for, and what follows once it was right."""
    found: list[tuple[str, Callable[[], None]]] = []
    hands.window.desk.identity_wanted.connect(lambda why, then: found.append((why, then)))
    return found


def words_in(pdf: Path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext to read the pages")
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_a_pdf_needs_the_identity_and_leaves_its_line(hands: Hands, asked: list, tmp_path: Path) -> None:
    note = hands.ask(progress_notes.create, "Bruno", "free", "Иванова 李 🦢 said <b>hello</b>.\n" * 3).id
    editor = hands.open(note)
    editor.choose_file = lambda parent: tmp_path / "out.pdf"
    hands.type("Now. ")
    editor.note_pdf()
    hands.settle()
    assert not (tmp_path / "out.pdf").exists()
    assert asked[0][0] == "The note is about to be saved as PDF."
    asked[0][1]()
    hands.wait(lambda: hands.notices)
    lines = [line for line in hands.ask(log.show) if line.event == "note.print"]
    characters = len("Now. " + "Иванова 李 🦢 said <b>hello</b>.\n" * 3)
    assert [(line.object, line.reason, line.counts) for line in lines] == [
        (str(note), "pdf", {"characters": characters})
    ]
    told = words_in(tmp_path / "out.pdf")
    for expected in ("Bruno Østergård", "The Weir Practice", printing.UNSIGNED, "Иванова 李", "<b>hello</b>", "Now."):
        assert expected in told
    assert "Page 1 of 1" in told


def test_a_printer_gets_every_page_with_its_number(hands: Hands, asked: list, tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {number} of many." for number in range(120))
    note = hands.ask(progress_notes.create_signed, "Ada", "free", text).id
    editor = hands.open(note)

    def choose(parent: object) -> QPrinter:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "printed.pdf"))
        return printer

    editor.choose_printer = choose
    hands.press(Key.Key_P, CTRL)
    asked[0][1]()
    hands.wait(lambda: hands.notices)
    assert hands.notices[-1].text == "Saved as a file."
    assert (tmp_path / "printed.pdf").stat().st_mode & 0o077 == 0
    told = words_in(tmp_path / "printed.pdf")
    pages = told.count("Ada Quillfeather")
    assert pages > 2
    assert f"Page {pages} of {pages}" in told
    assert printing.UNSIGNED not in told and "version 1 of 1" in told
    assert all(f"Paragraph {number} of many." in told for number in range(120))


def test_thinking_better_of_it_leaves_no_line(hands: Hands, asked: list) -> None:
    editor = hands.open(hands.note("draft"))
    editor.choose_file = lambda parent: None
    editor.note_pdf()
    asked[0][1]()
    hands.settle()
    assert "note.print" not in {line.event for line in hands.ask(log.show)}


def test_what_cannot_be_logged_is_not_printed(hands: Hands, asked: list, tmp_path: Path) -> None:
    editor = hands.open(hands.note("draft"))
    editor.choose_file = lambda parent: tmp_path / "out.pdf"
    editor.note_pdf()
    hands.window.desk.worker.lock(lambda _: None, lambda _: None)
    asked[0][1]()
    hands.settle()
    assert not (tmp_path / "out.pdf").exists()
    assert hands.notices and hands.notices[-1].tone == "alarm"


def test_printing_leaves_nothing_in_temporary_folders(
    hands: Hands, asked: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with printing.in_memory():
        assert os.environ["TMPDIR"] == str(tmp_path)
    assert os.environ["TMPDIR"] == str(temporary)
    editor = hands.open(hands.note("draft"))
    editor.choose_file = lambda parent: tmp_path / "out"
    editor.note_pdf()
    asked[0][1]()
    hands.wait(lambda: hands.notices)
    hands.settle()
    assert (tmp_path / "out").read_bytes().startswith(b"%PDF")
    assert list(temporary.iterdir()) == []


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize(
    "typed, meant", [("Report 3.5", "Report 3.5.pdf"), ("note.pdf", "note.pdf"), ("NOTE.PDF", "NOTE.PDF"), ("", None)]
)
def test_a_file_is_called_as_it_was_typed(monkeypatch: pytest.MonkeyPatch, typed: str, meant: str | None) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (typed, ""))
    assert printing.choose_file(QWidget()) == (meant and Path(meant))


def test_no_file_is_written_over(hands: Hands, asked: list, tmp_path: Path) -> None:
    there = tmp_path / "out.pdf"
    there.write_text("somebody's own")
    editor = hands.open(hands.note("draft"))
    editor.choose_file = lambda parent: there
    editor.note_pdf()
    asked[0][1]()
    hands.wait(lambda: hands.notices)
    assert "there already" in hands.notices[-1].text and hands.notices[-1].tone == "alarm"
    assert there.read_text() == "somebody's own"
    assert "note.print" not in {line.event for line in hands.ask(log.show)}


def test_paper_is_letter_where_inches_are_measured_in() -> None:
    measures, sizes = QLocale.MeasurementSystem, QPageSize.PageSizeId
    assert printing.paper(measures.ImperialUSSystem) == sizes.Letter
    assert {printing.paper(m) for m in (measures.MetricSystem, measures.ImperialUKSystem)} == {sizes.A4}


def test_a_pdf_is_on_the_paper_of_this_computer(hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = hands.ask(reading.take_out, hands.note("signed"), "pdf")
    for page, size in ((QPageSize.PageSizeId.Letter, "612 792"), (QPageSize.PageSizeId.A4, "595 842")):
        monkeypatch.setattr(printing, "paper", lambda measures, page=page: page)
        told = printing.pdf(printed, hands.window.desk.now())
        box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", told)
        assert box is not None and [round(float(side)) for side in box.groups()] == [int(side) for side in size.split()]


def test_no_client_is_named_to_the_printing_system(hands: Hands, asked: list, tmp_path: Path) -> None:
    """What a system shows of a document is its title; the letters on its pages are numbers of their shapes."""
    editor = hands.open(hands.note("signed"))
    editor.choose_file = lambda parent: tmp_path / "out.pdf"
    editor.note_pdf()
    asked[0][1]()
    hands.wait(lambda: hands.notices)
    made = (tmp_path / "out.pdf").read_bytes()
    assert printing.NAME == "Session note"
    assert "Session note".encode("utf-16-be") in made
    for name in ("Quillfeather", "Ada"):
        assert name.encode("utf-16-be") not in made
    assert b"Quillfeather" not in made


def test_paper_says_who_signed_by_name_where_it_is_known(hands: Hands, tmp_path: Path) -> None:
    for name, stands in (("", "by practitioner"), ("Dr Wren Alder, licence 123", "by Dr Wren Alder, licence 123")):
        hands.ask(naming.name_practitioner, name)
        taken = hands.ask(reading.take_out, hands.note("signed"), "pdf")
        assert "by recovery key" in on_paper(taken, tmp_path)  # whoever held the sheet
        assert stands in on_paper(replace(taken, note=replace(taken.note, signed_by="practitioner")), tmp_path)


def on_paper(taken: reading.Printed, folder: Path) -> str:
    (folder / "note.pdf").write_bytes(printing.pdf(taken, datetime(2026, 3, 9)))
    return words_in(folder / "note.pdf")


def test_taking_out_a_version_is_possible(hands: Hands) -> None:
    printed = hands.ask(reading.take_out, hands.note("signed"), "print", 1)
    assert printed.note.text == "She laughed about the heron."
