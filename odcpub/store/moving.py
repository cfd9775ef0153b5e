"""Moves a store to another engine: copies everything, compares the copy, then puts the new one in force. Does I/O.

The settings file is replaced last. Until then the store of before is in force, whatever ends the move, and the move can
begin anew. What a target held of the same installation is put aside under another name, and never overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, event, func, insert, select

from odcpub.errors import EngineError
from odcpub.files import sync_folder
from odcpub.store.blobs import Blobs, read_only
from odcpub.store.clock import now
from odcpub.store.contents import ContentRows
from odcpub.store.database import open_database
from odcpub.store.hold import Hold
from odcpub.store.ports import Contents, LoginOf
from odcpub.store.postgres import SCHEMA, Postgres
from odcpub.store.settings import SQLITE, StoreSettings, write_store_settings
from odcpub.store.store import RECORDS, Store, others, postgres
from odcpub.store.tables import INSTALLATION, METADATA

BATCH = 500
"""Rows that are written at a time."""
_WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Moved:
    """``before``: where the old store stays readable; ``aside``: what the target held, under its new name."""

    store: str
    before: str
    rows: int
    contents: int
    aside: str = ""


@contextmanager
def frozen(source: Store) -> Iterator[None]:
    """Within it, and after it unless it fails, nobody writes to the store, neither records nor contents."""
    engine, contents = source.engine, source.blobs

    def refuse(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(_WRITES):
            raise read_only()

    event.listen(engine, "before_cursor_execute", refuse)
    if isinstance(contents, Blobs):
        contents.read_only = True
    try:
        yield
    except BaseException:
        event.remove(engine, "before_cursor_execute", refuse)
        if isinstance(contents, Blobs):
            contents.read_only = False
        raise


def move(source: Store, settings: StoreSettings, login: LoginOf) -> Moved:
    """To the store that ``settings`` name; where the records are there already, only its password is another."""
    if settings.store == SQLITE:
        return move_to_sqlite(source) if source.postgres else Moved(SQLITE, "", 0, 0)
    there = postgres(source.folder, settings, login)
    if source.postgres and source.postgres.place == there.place:
        there.connect().close()  # refused where the login is wrong
        write_store_settings(source.folder, settings)
        return Moved(there.address, "", 0, 0)
    return move_to_postgres(source, there, settings.password)


def move_to_postgres(source: Store, there: Postgres, password: str) -> Moved:
    """``password``: sealed. Refused where the database holds another installation's records."""
    hold, engine = Hold(there, lambda: None), there.engine()
    try:
        with frozen(source), _still(source.engine) as before:
            with engine.begin() as connection:
                aside = _room_in_postgres(connection, there, source)
                there.bring_up(connection)
                rows = _copy(before, connection)
                row = {"name": source.installation, "key": source.vault.identity(), "created_at": now()}
                connection.execute(insert(INSTALLATION), row)
                count = _copy_contents(source.blobs, ContentRows(connection, there.where))
            write_store_settings(source.folder, StoreSettings(there.address, password))
    finally:
        engine.dispose()
        hold.close()
    return Moved(there.address, _old(source), rows, count, aside)


def move_to_sqlite(source: Store) -> Moved:
    """Back into the data folder."""
    made, file = source.folder / f"{RECORDS}.new", source.folder / RECORDS
    for part in _with_logs(made):
        part.unlink(missing_ok=True)
    with frozen(source), _still(source.engine) as before:
        engine = open_database(made)
        try:
            with engine.begin() as connection:
                rows = _copy(before, connection)
        finally:
            engine.dispose()
        count = _copy_contents(source.blobs, Blobs(source.folder / "blobs"))
        aside = _put_aside(file)
        made.replace(file)
        sync_folder(source.folder)
        write_store_settings(source.folder, StoreSettings())
    return Moved(SQLITE, _old(source), rows, count, aside)


def _old(source: Store) -> str:
    if source.postgres:
        return f"schema {SCHEMA} in {source.postgres.address}"
    return f"{source.folder / RECORDS} and {source.folder / 'blobs'}"


@contextmanager
def _still(engine: Engine) -> Iterator[Connection]:
    """A connection that reads while whoever has begun to write has ended, and nobody else begins."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
            connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        connection.rollback()


def _tables() -> list[Table]:
    """What is copied, each table after those that it refers to."""
    return [table for table in METADATA.sorted_tables if table is not INSTALLATION]


def _copy(before: Connection, after: Connection) -> int:
    """Copies all rows; how many. Fails where the copy is not the same."""
    copied = 0
    for table in _tables():
        rows = [dict(row) for row in before.execute(select(table)).mappings()]
        for start in range(0, len(rows), BATCH):
            after.execute(insert(table), rows[start : start + BATCH])
        _go_on_counting(after, table)
        there = [dict(row) for row in after.execute(select(table)).mappings()]
        if sorted(map(_text, rows)) != sorted(map(_text, there)):
            raise EngineError(
                f"the copied table {table.name} differs from the original; the old store stays in use", "report this"
            )
        copied += len(rows)
    return copied


def _text(row: dict[str, object]) -> str:
    return repr(sorted((name, bytes(value) if isinstance(value, memoryview) else value) for name, value in row.items()))


def _go_on_counting(after: Connection, table: Table) -> None:
    """Rows made from now on get numbers after those that were copied."""
    column = table.autoincrement_column
    if after.dialect.name == "postgresql" and column is not None:
        last = select(func.max(column)).scalar_subquery()
        sequence = func.pg_get_serial_sequence(f'"{table.name}"', column.name)
        after.execute(select(func.setval(sequence, func.coalesce(last, 0) + 1, False)))


def _copy_contents(before: Contents, after: Contents) -> int:
    """Copies all contents; how many. Each is read back, which checks its digest."""
    count = 0
    for digest in before.digests():
        after.put(before.get(digest))
        after.get(digest)
        count += 1
    return count


def _room_in_postgres(connection: Connection, there: Postgres, source: Store) -> str:
    """What the schema of before is called now; empty where there was none."""
    if connection.exec_driver_sql(f"SELECT to_regnamespace('{SCHEMA}')").scalar() is None:
        return ""
    known = connection.exec_driver_sql(f"SELECT to_regclass('{SCHEMA}.installation')").scalar()
    found = connection.execute(select(INSTALLATION.c.name)).scalar() if known else "somebody else"
    if found is not None and found != source.installation:
        raise others(there.address, found, source.installation)
    aside = f"{SCHEMA}_{_stamp()}"
    connection.exec_driver_sql(f"ALTER SCHEMA {SCHEMA} RENAME TO {aside}")
    return f"schema {aside} in {there.address}"


def _stamp() -> str:
    return "".join(sign for sign in now() if sign.isdigit())


def _with_logs(file: Path) -> list[Path]:
    return [file.with_name(f"{file.name}{suffix}") for suffix in ("", "-wal", "-shm")]


def _put_aside(file: Path) -> str:
    """The older records' new name; empty where there were none."""
    if not file.exists():
        return ""
    aside = file.with_name(f"platform-{_stamp()}.sqlite")
    for old, new in reversed(list(zip(_with_logs(file), _with_logs(aside), strict=True))):
        if old.exists():
            old.replace(new)
    return str(aside)
