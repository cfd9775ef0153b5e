"""When each content in PostgreSQL was last used; those of before are used now. Does I/O through Alembic."""

from __future__ import annotations

from odcpub.store.clock import now
from odcpub.store.migrations import execute, on_postgresql

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    if on_postgresql():
        execute(
            (
                f"ALTER TABLE contents ADD COLUMN used_at VARCHAR NOT NULL DEFAULT '{now()}'",
                "ALTER TABLE contents ALTER COLUMN used_at DROP DEFAULT",
            )
        )
