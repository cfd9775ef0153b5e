"""Chains of migration scripts. Does I/O through Alembic."""

from __future__ import annotations

from odcpub.store.migrations import execute

revision = "0006"
down_revision = "0004"

SCRIPTS = """CREATE TABLE scripts (app VARCHAR NOT NULL, stage VARCHAR NOT NULL, part VARCHAR NOT NULL,
    name VARCHAR NOT NULL, text TEXT NOT NULL, digest VARCHAR NOT NULL, PRIMARY KEY (app, stage, part, name))"""


def upgrade() -> None:
    execute([SCRIPTS])
