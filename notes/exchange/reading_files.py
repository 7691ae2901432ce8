"""Reading text files: as UTF-8, or as the encoding somebody named. Never a guess that could change a letter."""

from __future__ import annotations

import codecs
from pathlib import Path

from notes.errors import BadFile

TRIED = ("utf-16", "cp1252", "latin-1", "cp850", "mac-roman")
"""Encodings tried on a file that is not UTF-8, to tell the practitioner which could be meant."""


def read_text(path: Path, encoding: str | None = None) -> str:
    """The file's text, line ends untouched, without a byte order mark.

    Raises BadFile when it cannot be read, is not in that encoding, or holds a NUL character.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(
            f"The file {path.name} cannot be read.",
            f"{error.strerror}.",
            "Check the path and its permissions.",
        ) from None
    return decode(content, path.name, encoding)


def decode(content: bytes, name: str, encoding: str | None = None) -> str:
    """The bytes as text; `name` is how errors call them. Raises BadFile."""
    if encoding is not None:
        try:
            text = content.decode(codecs.lookup(encoding).name)
        except LookupError:
            raise BadFile(f"There is no encoding {encoding}.", "", f"Try one of: {', '.join(TRIED)}.") from None
        except UnicodeError:
            raise BadFile(f"{name} is not in the encoding {encoding}.", "", _advice(content)) from None
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise BadFile(
                f"{name} is not UTF-8 text.", f"Line {line} holds bytes that are not.", _advice(content)
            ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadFile(
            f"{name} is not plain text.",
            f"Line {line} holds a NUL character, which no text has.",
            "If it is a word processor's file, save it as plain text first.",
        )
    return text.removeprefix("\ufeff")


def _advice(content: bytes) -> str:
    fitting = [name for name in TRIED if _fits(content, name)]
    if not fitting:
        return f"Save it as UTF-8. Tried without success: {', '.join(TRIED)}."
    return f"Save it as UTF-8, or name its encoding: --encoding {fitting[0]}. It could be read as {', '.join(fitting)}."


def _fits(content: bytes, name: str) -> bool:
    if name == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    try:
        return "\0" not in content.decode(name)
    except UnicodeError:
        return False
