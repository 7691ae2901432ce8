"""Runs inside its own environment: ``drive_sqlalchemy_utils.py TEXTS COUNT FOLDER RARE ROUNDS``; prints JSON lines.

SQLAlchemy-Utils encrypts single columns (``StringEncryptedType``, here with AES-GCM): the text of each note is
encrypted, everything else is not. A search must fetch and decrypt every note. Same durability as Session Notes.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Unicode, create_engine, event, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy_utils import StringEncryptedType
from sqlalchemy_utils.types.encrypted.encrypted_type import AesGcmEngine

KEY = "0123456789abcdef0123456789abcdef"


class Base(DeclarativeBase):
    """The root of the tables."""


class Note(Base):
    """A note whose text is an encrypted column."""

    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    client: Mapped[str] = mapped_column(index=True)
    at: Mapped[str] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(StringEncryptedType(Unicode, KEY, AesGcmEngine))


def profile(connection: Any, _: Any) -> None:
    """The durability of Session Notes."""
    for setting in ("journal_mode = DELETE", "synchronous = EXTRA", "locking_mode = EXCLUSIVE", "cache_size = -16000"):
        connection.execute(f"PRAGMA {setting}")


def timed(name: str, rounds: int, action: Callable[[int], Any]) -> Any:
    """Print the median time of `action`; give its last result."""
    took, result = [], None
    for turn in range(rounds):
        start = time.perf_counter()
        result = action(turn)
        took.append(time.perf_counter() - start)
    print(json.dumps({name: statistics.median(took)}), flush=True)
    return result


def main() -> None:
    """Build, then measure."""
    source, count, target, rare, rounds = sys.argv[1:6]
    texts = json.loads(Path(source).read_text("utf-8"))[: int(count) + 10]
    path = Path(target) / "notes.db"
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", profile)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.execute(insert(Note), texts[: int(count)])
        session.commit()
    print(json.dumps({"size": path.stat().st_size}), flush=True)

    def save(turn: int) -> None:
        with Session(engine) as session:
            session.add(Note(**texts[int(count) + turn]))
            session.commit()

    def read(turn: int) -> str:
        with Session(engine) as session:
            return session.get_one(Note, 1 + turn * 97 % int(count)).text

    def search(_: int) -> int:
        with Session(engine) as session:
            return sum(rare in note.text.lower() for note in session.scalars(select(Note)))

    def reopen(_: int) -> None:
        engine.dispose()
        with Session(engine) as session:
            session.get_one(Note, 1)

    timed("open", int(rounds), reopen)
    timed("read", int(rounds), read)
    found = timed("search", int(rounds), search)
    print(json.dumps({"found": found}), flush=True)
    timed("save", int(rounds), save)


if __name__ == "__main__":
    main()
