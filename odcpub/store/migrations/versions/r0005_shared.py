"""Whose records they are, and contents in PostgreSQL. Does I/O through Alembic."""

from __future__ import annotations

from odcpub.store.migrations import execute, on_postgresql

revision = "0005"
down_revision = "0001"

INSTALLATION = """CREATE TABLE installation (name VARCHAR NOT NULL PRIMARY KEY, "key" VARCHAR NOT NULL,
    created_at VARCHAR NOT NULL)"""
CONTENTS = "CREATE TABLE contents (digest VARCHAR NOT NULL PRIMARY KEY, content BYTEA NOT NULL)"


def upgrade() -> None:
    execute([INSTALLATION])
    if on_postgresql():
        execute([CONTENTS])
