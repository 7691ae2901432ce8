"""A receipt of the access log as a page to print: the text and a QR code."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from notes import __version__
from notes.access_log.receipts import Receipt


def render(receipt: Receipt) -> bytes:
    """The page as PDF, A4. It holds no client data."""
    import segno
    from fpdf import FPDF  # takes 0.2 s to load

    pdf = FPDF(format="A4")
    pdf.set_title("Receipt of the access log")
    pdf.set_producer(f"Session Notes {__version__}")
    pdf.set_creation_date(datetime.fromisoformat(receipt.at).astimezone(UTC))
    pdf.set_margin(22)
    pdf.add_page()
    pdf.set_font("Helvetica", "B", 22)
    pdf.cell(0, 14, "Receipt", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Courier", "", 9.5)
    pdf.multi_cell(0, 5, receipt.text(), new_x="LMARGIN", new_y="NEXT")
    image = io.BytesIO()
    segno.make(receipt.code, error="m", micro=False).save(image, kind="png", scale=6, border=2)
    pdf.image(image, x=22, y=pdf.get_y() + 6, w=56, alt_text="The receipt as a QR code")
    return bytes(pdf.output())
