"""Receipts: the end of the log on paper or in a message, so that no later rewriting of what came before can pass.

Whoever holds every key can write the whole log anew; what has left the computer they cannot. A receipt is vault id,
number of lines, head and time: no client data. ``check`` proves that today's log continues it.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection

from notes.errors import BadFile
from notes.vault import keys

MARK = "SESSION-NOTES-RECEIPT-1"
DUE_AFTER_DAYS = 7
"""Days after which the practitioner is reminded to send a receipt away."""

_LINE = re.compile(
    rf"{MARK}\s+([0-9a-f]{{32}})\s+([0-9]{{1,12}})\s+([0-9a-f]{{64}})\s+(\S{{20,32}})\s+([0-9a-f]{{8}})\b"
)


@dataclass(frozen=True)
class Receipt:
    """The log of `vault` had `lines` lines and this head (hexadecimal) at `at` (UTC)."""

    vault: str
    lines: int
    head: str
    at: str

    @property
    def code(self) -> str:
        """The receipt in one line, for a QR code or a message; its last word finds a slip of the pen."""
        return f"{MARK} {self.vault} {self.lines} {self.head} {self.at} {self._check()}"

    def _check(self) -> str:
        return keys.sha256(keys.canonical(asdict(self))).hex()[:8]

    def text(self) -> str:
        """The receipt for people, with the line for programs at its end."""
        at = datetime.fromisoformat(self.at).astimezone()
        return (
            "Receipt of the access log of a Session Notes vault\n\n"
            f"Vault   {self.vault}\n"
            f"Time    {at:%d %B %Y, %H:%M}\n"
            f"Lines   {self.lines:,}\n"
            f"Head    {' '.join(self.head[i : i + 8] for i in range(0, 64, 8))}\n\n"
            "Send this to yourself or to a colleague, or print it and put it away. It holds no client data. It proves\n"
            "later that nothing in the log up to here was changed: notes log verify --receipt FILE\n\n"
            f"{self.code}\n"
        )


def parse(text: str) -> Receipt:
    """The receipt in a text, however a mail program has broken or quoted it. Raises BadFile."""
    flat = " ".join(re.sub(r"^[>|\s]+", "", line) for line in text.splitlines())
    found = _LINE.search(flat)
    if found is None:
        raise BadFile(
            "That is not a receipt.", f"It has no whole line that begins with {MARK}.", "Name the file you were sent."
        )
    receipt = Receipt(found[1], int(found[2]), found[3], found[4])
    if receipt._check() != found[5]:
        raise BadFile(
            "The receipt does not fit itself.", "A letter in it was changed or lost.", "Take another copy of it."
        )
    return receipt


def check(connection: Connection, vault_id: str, receipt: Receipt) -> str:
    """What speaks against this log being the continuation of the one in the receipt; empty when nothing does."""
    if receipt.vault != vault_id:
        return "The receipt is of another vault."
    head = connection.exec_driver_sql("SELECT head FROM access_log WHERE seq = ?", (receipt.lines,)).scalar()
    if head is None:
        return f"The receipt of {receipt.at} counts {receipt.lines:,} lines; the log has fewer."
    if not isinstance(head, bytes) or head.hex() != receipt.head:
        return f"Line {receipt.lines:,} is not the line that the receipt of {receipt.at} names: the log was rewritten."
    return ""
