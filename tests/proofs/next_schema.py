"""A next version of the tables, made up, so that bringing a vault up to date can be cut short before there is one.

The migrations of the program are copied, and one more follows: a column, and a table filled from what is there.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from notes.store import schema
from notes.store.engine import open_engine

REVISION, OLDER = "9999", frozenset({schema.REVISION})

SCRIPT = f'''"""Made up."""

from alembic import op

revision, down_revision = "{REVISION}", "{schema.REVISION}"


def upgrade() -> None:
    for statement in (
        "ALTER TABLE templates ADD COLUMN shade TEXT",
        "CREATE TABLE rooms (client INTEGER PRIMARY KEY REFERENCES clients (id), words TEXT NOT NULL)",
        "INSERT INTO rooms SELECT id, hex(randomblob(9000)) FROM clients",
        "CREATE INDEX rooms_by_words ON rooms (words)",
    ):
        op.get_bind().exec_driver_sql(statement)
'''


@contextmanager
def in_force() -> Iterator[None]:
    """Inside the block the program is the next version: it brings up to date what it opens."""
    told = (schema.FOLDER, schema.REVISION, schema.OLDER)
    schema.FOLDER, schema.REVISION, schema.OLDER = _folder(), REVISION, OLDER
    try:
        yield
    finally:
        schema.FOLDER, schema.REVISION, schema.OLDER = told


@cache
def _folder() -> Path:
    """Migrations and golden schema of the next version, made once for this process and those forked from it."""
    place = Path(tempfile.mkdtemp(prefix="next-schema-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    shutil.copytree(schema.FOLDER / "migrations", place / "migrations")
    (place / "migrations" / "versions" / "v9999_made_up.py").write_text(SCRIPT, "utf-8")
    engine = open_engine(place / "empty.db", bytearray(32), create=True)
    before, schema.FOLDER = schema.FOLDER, place
    try:
        schema._migrate(engine)
    finally:
        schema.FOLDER = before
    with engine.connect() as connection:
        (place / "schema.sql").write_text(schema.dump(connection), "utf-8")
    engine.dispose()
    return place


def prepare() -> None:
    """Make ready what ``in_force`` needs, before many processes are forked from this one."""
    _folder()


def check_up_to_date(engine: Engine) -> None:
    """The migration was done as a whole, and once."""
    with engine.connect() as db:
        rooms, clients, revision = (
            db.exec_driver_sql(query).scalars().all()
            for query in (
                "SELECT client FROM rooms WHERE length(words) = 18000 ORDER BY 1",
                "SELECT id FROM clients ORDER BY 1",
                "SELECT version_num FROM alembic_version",
            )
        )
    assert set(rooms) <= set(clients) and rooms, "the migration was done by half"
    assert revision == [REVISION]
