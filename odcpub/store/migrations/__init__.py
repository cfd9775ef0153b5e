"""The store's own Alembic migrations. Does I/O through the connection it is given."""
