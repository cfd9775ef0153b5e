"""The platform's tables, for SQLAlchemy Core. No I/O.

Times are UTC as ISO 8601 text, JSON is canonical text: one representation on every database.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

METADATA = MetaData()
BUSY = text("status = 'Running' AND serving = 0")
SORTED = String().with_variant(String(collation="C"), "postgresql")
"""Text whose beginnings an index finds, as SQLite's always does."""

ASSETS = Table(
    "assets",
    METADATA,
    Column("key", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("label", String, nullable=False, unique=True),
    Column("folder", Text, nullable=False),
    Column("created_at", String, nullable=False),
    Column("source", String, nullable=False, server_default=text("''")),
    Column("host", String, nullable=False, server_default=text("''")),
)

# Of each file that configures stages who sent it last, and when; what it says is in the asset's source.
STAGE_FILES = Table(
    "stage_files",
    METADATA,
    Column("asset", ForeignKey("assets.key"), primary_key=True),
    Column("path", String, primary_key=True),
    Column("content", String, nullable=False),
    Column("sent_by", String, nullable=False),
    Column("sent_at", String, nullable=False),
)

REVISIONS = Table(
    "revisions",
    METADATA,
    Column("asset", ForeignKey("assets.key"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("model", String, nullable=False),
    Column("build", String, nullable=False),
    Column("build_key", String, nullable=False),
    Column("image", String, nullable=False),
    Column("repository", String, nullable=False),
    Column("schema", String, nullable=False),
    Column("lock", Text, nullable=False),
    Column("runtime", String, nullable=False),
    Column("operation", ForeignKey("operations.key"), nullable=False, unique=True),
    Column("created_at", String, nullable=False),
    Column("created_by", String, nullable=False),
)

RELEASES = Table(
    "releases",
    METADATA,
    Column("asset", ForeignKey("assets.key"), primary_key=True),
    Column("version", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("notes", Text, nullable=False),
    Column("created_at", String, nullable=False),
    Column("created_by", String, nullable=False),
)

# The name is the setting's first name, its identity; a value in the open and a secret can stand beside each other.
VALUES = Table(
    "configuration_values",
    METADATA,
    Column("asset", ForeignKey("assets.key"), primary_key=True),
    Column("stage", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", Text),
    Column("secret", LargeBinary),
)

DEPLOYMENTS = Table(
    "deployments",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("asset", ForeignKey("assets.key"), nullable=False),
    Column("stage", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("configuration", String, nullable=False),
    Column("operation", ForeignKey("operations.key"), nullable=False, unique=True),
    Column("status", String, nullable=False),
    Column("address", String, nullable=False),
    Column("created_at", String, nullable=False),
    Index("deployments_chain", "asset", "stage", "number", unique=True),
)

OPERATIONS = Table(
    "operations",
    METADATA,
    Column("key", SORTED, primary_key=True),
    Column("kind", String, nullable=False),
    Column("asset", String, nullable=False),
    Column("asset_name", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("status", String, nullable=False),
    Column("user", String, nullable=False),
    Column("started_at", String, nullable=False),
    Column("finished_at", String),
    Column("request", Text, nullable=False),
    Column("state", Text, nullable=False),
    # 1 once the new version serves: what is left of the operation does not keep the next one from beginning.
    Column("serving", Integer, nullable=False, server_default="0"),
    # Of two operations on one asset in one stage, one serves already: the database says so, not a check before it.
    Index("operations_running", "asset", "stage", unique=True, sqlite_where=BUSY, postgresql_where=BUSY),
)

PLANS = Table(
    "plans",
    METADATA,
    Column("fingerprint", String, primary_key=True),
    Column("asset", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("made_by", String, nullable=False),
    Column("made_at", String, nullable=False),
    Column("command", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("catalogue", String, nullable=False),
    Column("operation", String, nullable=False),
)

MESSAGES = Table(
    "messages",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("operation", ForeignKey("operations.key"), nullable=False),
    Column("timestamp", String, nullable=False),
    Column("step", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("messages_operation", "operation", "id"),
)

# By the app's label, which names its data: a corrected key goes on with the same schema, and so with its scripts.
SCRIPTS = Table(
    "scripts",
    METADATA,
    Column("app", String, primary_key=True),
    Column("stage", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("text", Text, nullable=False),
    Column("digest", String, nullable=False),
)

INSTALLATION = Table(
    "installation",
    METADATA,
    Column("name", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("created_at", String, nullable=False),
)
"""Whose records these are, where several could be meant: one row in PostgreSQL, none in a file. ``key``: the
fingerprint of the vault's key."""

ONLY_POSTGRESQL = MetaData()
CONTENTS = Table(
    "contents",
    ONLY_POSTGRESQL,
    Column("digest", String, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("used_at", String, nullable=False),
)
"""Contents by the sha256 of their bytes; in files beside SQLite."""
