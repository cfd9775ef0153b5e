"""Inserts a row or changes the one that is there, in one statement on both databases. Does I/O.

A look before the insert would protect nothing: on both databases another transaction can come in between.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """``key``: the columns of the primary key; ``values``: the columns to set, of a row that is there as well."""
    row = _insert(connection, table, {**key, **values})
    connection.execute(row.on_conflict_do_update(index_elements=[*key], set_=dict(values)))


def insert_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Inserts the row, unless there is one of its primary key; whether it did."""
    key = [column.name for column in table.primary_key]
    return connection.execute(_insert(connection, table, row).on_conflict_do_nothing(index_elements=key)).rowcount > 0


def _insert(connection: Connection, table: Table, row: Mapping[str, object]) -> postgresql.Insert | sqlite.Insert:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table).values(dict(row))
