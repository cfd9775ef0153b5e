"""A model's files are sent: which are the asset's now, and of those that configure stages who sent each, and when. Does
I/O through Alembic.

What was published before has no source: its files are taken over from its folder when they are first needed.
"""

from __future__ import annotations

from odcpub.store.migrations import execute

revision = "0004"
down_revision = "0002"

STATEMENTS = (
    "ALTER TABLE assets ADD COLUMN source VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE assets ADD COLUMN host VARCHAR NOT NULL DEFAULT ''",
    """CREATE TABLE stage_files (asset VARCHAR NOT NULL REFERENCES assets ("key"), path VARCHAR NOT NULL,
       content VARCHAR NOT NULL, sent_by VARCHAR NOT NULL, sent_at VARCHAR NOT NULL, PRIMARY KEY (asset, path))""",
)


def upgrade() -> None:
    execute(STATEMENTS)
