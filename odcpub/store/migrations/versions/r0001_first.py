"""The first tables of the platform's records. Does I/O through Alembic."""

from __future__ import annotations

from odcpub.store.migrations import execute, on_postgresql

revision = "0001"
down_revision = None

STATEMENTS = (
    """CREATE TABLE assets ("key" VARCHAR NOT NULL PRIMARY KEY, name VARCHAR NOT NULL UNIQUE, kind VARCHAR NOT NULL,
       label VARCHAR NOT NULL UNIQUE, folder TEXT NOT NULL, created_at VARCHAR NOT NULL)""",
    """CREATE TABLE operations ("key" VARCHAR NOT NULL PRIMARY KEY, kind VARCHAR NOT NULL, asset VARCHAR NOT NULL,
       asset_name VARCHAR NOT NULL, stage VARCHAR NOT NULL, status VARCHAR NOT NULL, "user" VARCHAR NOT NULL,
       started_at VARCHAR NOT NULL, finished_at VARCHAR, request TEXT NOT NULL, state TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX operations_running ON operations (asset, stage) WHERE status = 'Running'",
    """CREATE TABLE revisions (asset VARCHAR NOT NULL REFERENCES assets ("key"), number INTEGER NOT NULL,
       model VARCHAR NOT NULL, build VARCHAR NOT NULL, build_key VARCHAR NOT NULL, image VARCHAR NOT NULL,
       repository VARCHAR NOT NULL, schema VARCHAR NOT NULL, lock TEXT NOT NULL,
       runtime VARCHAR NOT NULL,
       operation VARCHAR NOT NULL UNIQUE REFERENCES operations ("key"), created_at VARCHAR NOT NULL,
       created_by VARCHAR NOT NULL, PRIMARY KEY (asset, number))""",
    """CREATE TABLE releases (asset VARCHAR NOT NULL REFERENCES assets ("key"), version VARCHAR NOT NULL,
       revision INTEGER NOT NULL, notes TEXT NOT NULL, created_at VARCHAR NOT NULL, created_by VARCHAR NOT NULL,
       PRIMARY KEY (asset, version))""",
    """CREATE TABLE configuration_values (asset VARCHAR NOT NULL REFERENCES assets ("key"), stage VARCHAR NOT NULL,
       name VARCHAR NOT NULL, value TEXT, secret BLOB, PRIMARY KEY (asset, stage, name))""",
    """CREATE TABLE deployments (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
       asset VARCHAR NOT NULL REFERENCES assets ("key"), stage VARCHAR NOT NULL, number INTEGER NOT NULL,
       revision INTEGER NOT NULL, configuration VARCHAR NOT NULL,
       operation VARCHAR NOT NULL UNIQUE REFERENCES operations ("key"), status VARCHAR NOT NULL,
       address VARCHAR NOT NULL, created_at VARCHAR NOT NULL)""",
    "CREATE UNIQUE INDEX deployments_chain ON deployments (asset, stage, number)",
    """CREATE TABLE messages (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
       operation VARCHAR NOT NULL REFERENCES operations ("key"), timestamp VARCHAR NOT NULL, step VARCHAR NOT NULL,
       severity VARCHAR NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL)""",
    "CREATE INDEX messages_operation ON messages (operation, id)",
)


COLLATED = 'ALTER TABLE operations ALTER COLUMN "key" TYPE VARCHAR COLLATE "C"'
"""So that PostgreSQL finds the beginnings of keys by their index, as SQLite does."""


def upgrade() -> None:
    execute(STATEMENTS)
    if on_postgresql():
        execute([COLLATED])
