"""The recovery sheet: one page with the recovery key as text and as a QR code, and what to do with it."""

from __future__ import annotations

import io
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from notes import __version__
from notes.errors import UsageError
from notes.vault import recovery_key
from notes.vault.files import write_atomically

if TYPE_CHECKING:
    from fpdf import FPDF

STEPS = (
    ("Print this page now, on paper. Then delete the file and empty the recycle bin.", ""),
    (
        "Keep the paper away from the computer: in a safe, or sealed with somebody you trust, such as the colleague "
        "named in your professional will.",
        "",
    ),
    (
        "Try the key once from the paper: on the lock screen choose “Use the recovery key”. Or in a terminal, where "
        "FOLDER is the vault's folder, the one with header.json in it; you are asked for the key.",
        "notes --vault FOLDER --recovery-key-file - key list",
    ),
    (
        "If the passphrase is lost, this key opens the vault in the same way; then choose a new passphrase under "
        "Settings. Or in a terminal, where you are asked for the key, then for a new passphrase.",
        "notes --vault FOLDER --recovery-key-file - key passphrase",
    ),
    (
        "If this sheet is lost or seen by somebody, make a new one under Settings, or in a terminal. This one is then "
        "worthless, except for copies of the vault made before.",
        "notes --vault FOLDER key recovery --recovery-sheet NEW.pdf",
    ),
    (
        "Without the passphrase and without this sheet nobody can open the vault: not you, and not the program's "
        "makers. The vault's READ-ME.txt says how it is opened without the program.",
        "",
    ),
)
"""What to do, each with the command that somebody types who has nothing but the sheet."""

WRITE_IN = "The name has letters that this sheet cannot print. Write it here:  ____________________"

_NEAREST = {"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i", "ĸ": "k", "ŋ": "ng", "ẞ": "SS"}
"""Letters that are no plain letter with an accent."""


def write(path: Path, key: bytearray, practice_name: str, vault_id: str, today: date) -> None:
    """Write the sheet. Raises UsageError when the file is there already, DiskFull, NotWritable."""
    if path.exists():
        raise UsageError(
            "That file is there already.", "A recovery sheet never replaces another file.", "Name a new file."
        )
    write_atomically(path, render(key, practice_name, vault_id, today))


def render(key: bytearray, practice_name: str, vault_id: str, today: date) -> bytes:
    """The sheet as PDF, A4. The key is in it in clear: that is its purpose."""
    from fpdf import FPDF  # takes 0.2 s to load, and few commands make a sheet

    written = recovery_key.write(key)
    pdf = FPDF(format="A4")
    pdf.core_fonts_encoding = "cp1252"
    pdf.set_title("Recovery sheet")
    pdf.set_producer(f"Session Notes {__version__}")
    pdf.set_creation_date(datetime(today.year, today.month, today.day, tzinfo=UTC))
    pdf.set_margin(22)
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 22)
    pdf.cell(0, 12, "Recovery sheet", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 11)
    pdf.set_text_color(70)
    name, whole = printable(practice_name)
    for line in (f"{name}  ·  made on {today.isoformat()}", f"Vault {vault_id}", *([] if whole else [WRITE_IN])):
        pdf.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(0)
    pdf.ln(10)
    _key_box(pdf, written)
    pdf.ln(12)
    pdf.set_font("Helvetica", "B", 13)
    pdf.cell(0, 9, "What to do with it", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", "", 11)
    for number, (step, command) in enumerate(STEPS, 1):
        pdf.cell(8, 6.2, f"{number}.")
        pdf.multi_cell(0, 6.2, step, new_x="LMARGIN", new_y="NEXT")
        if command:
            pdf.set_font("Courier", "", 10.5)
            pdf.set_x(30)
            pdf.cell(0, 6.2, command, new_x="LMARGIN", new_y="NEXT")
            pdf.set_font("Helvetica", "", 11)
        pdf.ln(1.8)
    return bytes(pdf.output())


def _key_box(pdf: FPDF, written: str) -> None:
    import segno

    top = pdf.get_y()
    pdf.set_draw_color(120)
    pdf.rect(22, top, 166, 58)
    groups = written.split("-")
    pdf.set_font("Courier", "B", 22)
    for line in range(3):
        pdf.set_xy(30, top + 9 + line * 14)
        pdf.cell(90, 12, "  ".join(groups[line * 3 : line * 3 + 3]))
    image = io.BytesIO()
    segno.make(written, error="m", micro=False).save(image, kind="png", scale=8, border=2)
    pdf.image(image, x=134, y=top + 5, w=48, alt_text="The recovery key as a QR code")
    pdf.set_y(top + 58)


def printable(name: str) -> tuple[str, bool]:
    """The name in letters that every PDF reader's own fonts have, and whether that is all of it.

    A letter they lack is printed without its accent; what has no near letter, as a question mark.
    """
    nearest = [_nearest(letter) for letter in unicodedata.normalize("NFC", name)]
    return "".join("?" if letter is None else letter for letter in nearest), None not in nearest


def _nearest(letter: str) -> str | None:
    if not letter.isprintable():
        return " "
    spread = "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    for tried in (letter, _NEAREST.get(letter, ""), spread):
        try:
            if tried and tried.encode("cp1252"):
                return tried
        except UnicodeEncodeError:
            continue
    return None
