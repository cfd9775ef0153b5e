"""Where DBOS keeps how far each workflow got: a file, or a schema beside the store's in PostgreSQL. Does I/O."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Engine, create_engine, event

from odcpub.errors import EngineError
from odcpub.store.postgres import Postgres

RECORDS = "operations.sqlite"
_NO_ADDRESS = "postgresql://odcpub@engine/given"
"""DBOS wants one, also where it is given an engine; the login stays in that."""


def check_records(folder: Path) -> None:
    """Fails, with what to do, where the file that says how far operations are is damaged; other troubles show when it
    is opened for good. All of it is read only after a server that did not end well, which left a log that is not
    empty: it grows with every operation, and a start must not."""
    records, log, why = folder / RECORDS, folder / f"{RECORDS}-wal", ""
    if not records.exists():
        return
    whole = "PRAGMA quick_check(1)" if log.exists() and log.stat().st_size else "SELECT 'ok' FROM sqlite_master"
    try:
        with closing(sqlite3.connect(records)) as connection:
            said = str((connection.execute(whole).fetchone() or ("ok",))[0])
            why = "" if said == "ok" else " ".join(said.split())
    except sqlite3.DatabaseError as error:
        why = str(error) if any(sign in str(error) for sign in ("not a database", "malformed")) else ""
    if why:
        raise EngineError(
            f"{records}: cannot be opened: {why}",
            f"move it and {RECORDS}-wal, {RECORDS}-shm away: a new one is made, and operations that were running begin "
            "again at their first step; or put the data folder's backup back",
        )


def durable_records(postgres: Postgres | None, folder: Path) -> tuple[str, Engine]:
    """The address that DBOS is told, without a password, and the engine that it uses."""
    if postgres is None:
        return f"sqlite:///{folder / RECORDS}", open_records(folder / RECORDS)
    return _NO_ADDRESS, postgres.durable_engine()


def open_records(records: Path) -> Engine:
    """What DBOS sets for SQLite, and besides: a write-ahead log, so that a commit waits for the disk once and not three
    times, and the milliseconds that it asks for from Python 3.12 on, which SQLite only knows from 3.42 on."""
    engine = create_engine(f"sqlite:///{records}", hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        if sqlite3.sqlite_version_info < (3, 42):
            connection.create_function("unixepoch", 1, lambda _: time.time())

    return engine


def empty_log(folder: Path) -> None:
    """Takes the records' log into the records, which tells the next start that this end was a clean one. Where an
    operation that goes on then holds them, the log stays."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(folder / RECORDS, timeout=1)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
