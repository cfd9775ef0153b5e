"""Alembic's environment: runs on the connection that ``odcpub.store.database`` hands over. Does I/O."""

from __future__ import annotations

from alembic import context

from odcpub.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
