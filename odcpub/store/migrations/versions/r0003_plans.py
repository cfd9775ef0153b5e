"""Plans, by their fingerprint. Does I/O through Alembic."""

from __future__ import annotations

from odcpub.store.migrations import execute

revision = "0003"
down_revision = "0005"

PLANS = """CREATE TABLE plans (fingerprint VARCHAR NOT NULL PRIMARY KEY, asset VARCHAR NOT NULL,
    stage VARCHAR NOT NULL, made_by VARCHAR NOT NULL, made_at VARCHAR NOT NULL, command TEXT NOT NULL,
    text TEXT NOT NULL, catalogue VARCHAR NOT NULL, operation VARCHAR NOT NULL)"""


def upgrade() -> None:
    execute([PLANS])
