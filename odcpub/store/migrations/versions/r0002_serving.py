"""An operation whose new version serves does not keep the next one from beginning. Does I/O through Alembic."""

from __future__ import annotations

from odcpub.store.migrations import execute

revision = "0002"
down_revision = "0003"

STATEMENTS = (
    "ALTER TABLE operations ADD COLUMN serving INTEGER NOT NULL DEFAULT 0",
    "DROP INDEX operations_running",
    "CREATE UNIQUE INDEX operations_running ON operations (asset, stage) WHERE status = 'Running' AND serving = 0",
)


def upgrade() -> None:
    execute(STATEMENTS)
