"""Opens the platform's database (SQLite in the data folder) and brings it to the present schema; the migrations that
PostgreSQL has too. Does I/O."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

from odcpub.errors import EngineError
from odcpub.store.again import Undone

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0008"
"""The last of them."""


def open_database(path: Path) -> Engine:
    """An engine on the SQLite file, migrated. The file is readable by its owner only."""
    path.touch(mode=0o600, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 10}, hide_parameters=True)
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "handle_error", lambda context: _translated(path, context.original_exception))
    try:
        with engine.begin() as connection:
            if _version(connection) != HEAD:
                # Python's driver begins no transaction for a CREATE TABLE: a kill would leave half a migration.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                upgrade(connection, str(path))
    except DatabaseError as error:
        engine.dispose()
        raise EngineError(
            f"{path}: the platform's records cannot be opened: {error.orig}",
            "see whether the disk is full; a damaged file: odcpub down, then put the data folder's backup back",
        ) from None
    except EngineError:
        engine.dispose()
        raise
    return engine


def _translated(path: Path, error: BaseException) -> None:
    """A full disk is told as what it is, wherever it is met; what another connection has locked may be free later."""
    if "disk is full" in str(error):
        raise EngineError(f"{path}: the disk is full", "make room, then run the same command again")
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise Undone(
            f"{path}: is locked by another process", f"see which one: fuser {path}; then run the command again"
        )


def _pragmas(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _version(connection: Connection) -> str:
    """The migration that the records are at, asked without Alembic: loading that takes longer than all else here."""
    if connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first() is None:
        return ""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def upgrade(connection: Connection, where: str) -> None:
    """Brings records to the present schema by Alembic, within the connection's transaction; newer ones are refused."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise EngineError(
            f"{where}: the platform's records cannot be opened: {error}", "install the newer odcpub that wrote them"
        ) from None
