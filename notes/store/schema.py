"""The schema: brought up to date in-process, then compared with the golden ``schema.sql``, trigger by trigger."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from notes.errors import Altered, FormatTooNew
from notes.store.engine import schema_changes

FOLDER = Path(__file__).parent
"""Where the migrations lie, and the golden schema that they build."""

REVISION = "0001"
"""The newest migration; a test holds it against the scripts."""

OLDER: frozenset[str] = frozenset()
"""Revisions that the migrations can start from, besides an empty database."""


def bring_up_to_date(engine: Engine) -> None:
    """Run the migrations that the database lacks, all or none, then check the schema.

    Raises FormatTooNew for a database written by a newer version, Altered when the schema is not the golden one.
    """
    with engine.connect() as connection:
        empty = not connection.exec_driver_sql("SELECT 1 FROM sqlite_master").first()
        found = None if empty else _revision(connection)
    if empty or found in OLDER:
        _migrate(engine)
    elif found is None or found < REVISION:
        raise Altered(
            "The database's own rules have been changed.",
            "The revision of its tables is missing, or none that ever was.",
            "Other software has changed this vault. Restore it from a backup.",
        )
    elif found != REVISION:
        raise FormatTooNew(
            "This vault was written by a newer version of Session Notes.",
            f"Its tables are of revision {found[:40]}; this version knows {REVISION}.",
            "Install the newer version.",
        )
    with engine.connect() as connection:
        check(connection)


def check(connection: Connection) -> None:
    """Raises Altered when a table, index or trigger is not as the migrations built it."""
    found = dump(connection)
    golden = (FOLDER / "schema.sql").read_text("utf-8")
    if found != golden:
        wrong = set(found.split(";\n\n")) ^ set(golden.split(";\n\n"))
        names = sorted({statement.split("(")[0].split()[2] for statement in wrong if len(statement.split()) > 2})
        raise Altered(
            "The database's own rules have been changed.",
            f"Not as they were built: {', '.join(names)}.",
            "Other software has changed this vault. Restore it from a backup.",
        )


def strays(connection: Connection) -> list[str]:
    """What is not as it should be in the corners that neither the schema nor a digest covers."""
    expected = {
        "SELECT version_num FROM alembic_version": [(REVISION,)],
        "SELECT name FROM sqlite_sequence": [("access_log",)],
        "SELECT k, v FROM note_index_config ORDER BY k": [("hashsize", 2**20), ("pgsz", 3970), ("version", 4)],
        "PRAGMA user_version": [(0,)],
        "PRAGMA application_id": [(0,)],
    }
    return [
        query.split(" FROM ")[-1].split()[0] if " FROM " in query else query.split()[-1]
        for query, rows in expected.items()
        if [tuple(row) for row in connection.exec_driver_sql(query)] != rows
    ]


def dump(connection: Connection) -> str:
    """Every statement of the schema, in order of kind and name."""
    rows = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name"
    ).scalars()
    return ";\n\n".join(rows) + ";\n"


def _revision(connection: Connection) -> str | None:
    """The revision the tables say they are; None when they do not say."""
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first():
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or None


def _migrate(engine: Engine) -> None:
    from alembic import command  # takes 0.1 s to load and is needed only when there is something to migrate
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER / "migrations"))
    with schema_changes(engine), engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
