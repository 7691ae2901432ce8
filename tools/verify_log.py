"""Check an exported access log without Session Notes: python verify_log.py log.jsonl [--count N --head HEX]

Written from docs/format.md ("The access log", "Exports of the log") and nothing else; needs Python 3.11 and no package.
An export shows by itself that nothing in it was changed, moved, taken out, put in or lost at its end. That nobody cut
off its end on purpose shows only against a receipt: give its number of lines and head with --count and --head.

Exit codes: 0 good, 2 usage, 4 bad, 7 not an export that this script can read.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT, VERSION, RECORD_VERSION = "session-notes-access-log", 1, 1
DEEPEST, MOST_REMARKS = 32, 20

# The signs of canonical JSON: no blank between them, and in a text only those escapes that JSON cannot do without.
TOKEN = re.compile(
    r'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00(?:0[0-7bef]|1[0-9a-f]))*"'
    r"|-?[0-9][0-9.eE+-]*|true|false|null|[{}\[\]:,]"
)
HEAD = re.compile("[0-9a-f]{64}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


class NotAnExport(Exception):
    """The file is not an exported log, or is one of a version unknown here."""


class BadLine(Exception):
    """The first line that does not hold: its number in the log, and why."""


@dataclass
class Found:
    """What an export shows: its vault, numbers of its first and last line, the last head, and what struck the eye."""

    vault: str
    first: int
    last: int
    head: bytes
    remarks: list[str] = field(default_factory=list)


def check(lines: Iterable[bytes], count: int | None = None, head: str | None = None, part: bool = False) -> Found:
    """Go through an export line by line. Raises NotAnExport, or BadLine at the first line that does not hold.

    The head after line `count`, or after the last line, must be `head`, and there must be `count` lines at least. With
    `part` the log may begin later than at line 1; nothing is then known of the lines before.
    """
    rest = iter(lines)
    vault, told = _first_line(next(rest, b""))
    found = Found(vault, 1, 0, hashlib.sha256(b"notes/v1/access-log\0" + bytes.fromhex(vault)).digest())
    before: dict[str, Any] = {}
    _compare(found, count, head)
    for content in rest:
        record, text, after = _line(found.last + 1, content)
        seq, prev = record.get("seq"), record.get("prev")
        if part and not before and type(seq) is int and seq > 1 and re.fullmatch("[\\w-]{43}", str(prev), re.ASCII):
            found.first, found.last, found.head = seq, seq - 1, base64.urlsafe_b64decode(f"{prev}=")
            _compare(found, count, head)
        number = found.last + 1
        if type(seq) is not int or seq != number:
            raise BadLine(number, "it is missing, or another stands in its place")
        if prev != base64.urlsafe_b64encode(found.head).decode().rstrip("="):
            raise BadLine(number, "it does not name the head of the line before it")
        if hashlib.sha256(found.head + text.encode()).hexdigest() != after:
            raise BadLine(number, "its head does not follow from its content and the line before it")
        if type(record.get("v")) is not int or record["v"] != RECORD_VERSION:
            raise BadLine(number, "its record is of a version that is not known here")
        found.last, found.head = number, bytes.fromhex(after)
        found.remarks += _remarks(record, before)
        before = record
        _compare(found, count, head)
    if count is not None and found.last < count:
        raise BadLine(found.last + 1, f"it is missing: the log ends here, the receipt is of line {count}")
    if told != ((n := found.last - found.first + 1), found.head.hex() if n else None):
        raise BadLine(found.last + 1, "the export was cut short or put together: it says itself how it should end")
    if count is None:
        _compare(found, found.last, head)
    elif count < found.first - 1:
        found.remarks.append(f"The receipt is of line {count}, before this part: it was not compared.")
    return found


def _compare(found: Found, count: int | None, head: str | None) -> None:
    if head is not None and found.last == count and found.head.hex() != head.lower():
        raise BadLine(found.last, "its head is not the one on the receipt: the log up to here was written anew")


def _remarks(record: dict[str, Any], before: dict[str, Any]) -> Iterator[str]:
    """What is odd about a record that holds: for a person to judge, not an error."""
    number, at, earlier = record["seq"], record.get("at"), before.get("at")
    if not isinstance(at, str) or not TIME.fullmatch(at):
        yield f"Line {number} has no time in the usual form."
    elif isinstance(earlier, str) and TIME.fullmatch(earlier) and at < earlier:
        yield f"Line {number} is of {at}, earlier than the line before it ({earlier}): the clock was put back."


def _first_line(content: bytes) -> tuple[str, tuple[object, object]]:
    """The vault's id, the number of lines and the last head from the line that says what this file is."""
    try:
        told = _parse(content.decode())
    except (ValueError, RecursionError):
        raise NotAnExport("Its first line is not plain JSON; some program may have saved it anew.") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise NotAnExport(f"Its first line does not say that it is a {FORMAT}.")
    if type(told.get("version")) is not int or told["version"] != VERSION:
        raise NotAnExport(f"It is not of version {VERSION}, the only one known here. Take a newer script.")
    vault = told.get("vault")
    if not isinstance(vault, str) or not re.fullmatch("[0-9a-f]{32}", vault):
        raise NotAnExport("Its first line names no vault.")
    return vault, (told.get("lines"), told.get("head"))


def _line(number: int, content: bytes) -> tuple[dict[str, Any], str, str]:
    """A line's record, the record's exact text, and the head. What else stands in the line is not looked at."""
    try:
        told = _parse(content.decode())
        record, head = told["record"], told["head"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadLine(number, "the line is not JSON with a record and a head") from None
    if not isinstance(record, str) or not isinstance(head, str) or not HEAD.fullmatch(head):
        raise BadLine(number, "its record is not text, or its head is not 64 hexadecimal digits")
    return _canonical(number, record), record, head


def _canonical(number: int, text: str) -> dict[str, Any]:
    """The record in this text, which must be exactly its canonical form; nothing is written again for that."""
    end = depth = 0
    for token in TOKEN.finditer(text):
        if token.start() != end or depth > DEEPEST:
            break
        end = token.end()
        depth += (token[0] in "{[") - (token[0] in "}]")
    try:
        text.encode()  # half characters have no UTF-8
        record = _parse(text, in_order=True)
    except (ValueError, RecursionError):
        record = None
    if end != len(text) or not isinstance(record, dict):
        raise BadLine(number, "its record is not canonical JSON: it is not as the program wrote it")
    return record


def _parse(text: str, in_order: bool = False) -> Any:
    """JSON in which no name stands twice in an object; with `in_order` names are sorted, numbers in shortest form."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names) or (in_order and names != sorted(names)):
            raise ValueError("names")
        return dict(pairs)

    def number(digits: str) -> float:
        value = int(digits) if digits.lstrip("-").isdigit() else float(digits)
        if in_order and repr(value) != digits:  # -0, 1E5, more digits than there is meaning
            raise ValueError("number")
        return value

    # int() refuses NaN and Infinity, which json would take
    return json.loads(text, object_pairs_hook=members, parse_int=number, parse_float=number, parse_constant=int)


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks an exported access log of Session Notes.")
    parser.add_argument("file", type=Path, help="the export (JSON Lines)")
    parser.add_argument("--count", type=int, help="number of lines on the receipt")
    parser.add_argument("--head", help="head on the receipt; without --count, of the last line")
    parser.add_argument("--part", action="store_true", help="the export begins later than at line 1")
    given = parser.parse_args()
    try:
        with given.file.open("rb") as lines:
            found = check(lines, given.count, given.head, given.part)
    except (NotAnExport, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        print(f"Not a log that can be checked. {why} Export it again: notes log export FILE", file=sys.stderr)
        return 7
    except BadLine as bad:
        print(f"BAD from line {bad.args[0]} of the log on: {bad.args[1]}. Keep the file as it is.", file=sys.stderr)
        return 4
    for remark in found.remarks[:MOST_REMARKS]:
        print(f"Remark: {remark}")
    if len(found.remarks) > MOST_REMARKS:
        print(f"Remark: and {len(found.remarks) - MOST_REMARKS} more.")
    print(f"Good: lines {found.first} to {found.last} of vault {found.vault}. Last head: {found.head.hex()}")
    if given.head is None:
        print("Not compared with any receipt: lines cut off at the end would not show. See --count and --head.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
