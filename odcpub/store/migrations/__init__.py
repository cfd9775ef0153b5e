"""The store's own Alembic migrations, for SQLite and PostgreSQL alike. Does I/O through the connection it is given."""

from __future__ import annotations

from collections.abc import Iterable

from alembic import op

_POSTGRESQL = (("INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT", "SERIAL PRIMARY KEY"), (" BLOB", " BYTEA"))
"""SQLite's words, and what PostgreSQL says instead."""


def execute(statements: Iterable[str]) -> None:
    """Executes statements that are written for SQLite in the words of the database at hand."""
    for statement in statements:
        for sqlite, postgresql in _POSTGRESQL if on_postgresql() else ():
            statement = statement.replace(sqlite, postgresql)
        op.execute(statement)


def on_postgresql() -> bool:
    """Whether the records that are migrated are PostgreSQL's."""
    return op.get_bind().dialect.name == "postgresql"
