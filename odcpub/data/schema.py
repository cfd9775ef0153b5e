"""A database schema as plain, comparable values, the same form for target and live. No I/O.

Names here are physical (``odcpub.model.physical``); a schema is compared as sets, so order never matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Record = tuple[str, str, int, bool]
"""Of a static entity: its key, which is the row's identifier, label, order, whether it is active."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the database remembers of a table or column beside its name (``odcpub.data.notes``).

    ``refers``: the first name of the entity whose identifiers a column holds; a library's static entity has the
    library's key behind (``CurrencyCode@5f5b7a53-…``). ``key``: the first name of what the model has dropped;
    ``name``: its last one, where that is not how it is called here. ``dropped``: ``yes`` where the model has dropped a
    column that had a default, which goes, too. ``words``: what else its comment says; not ours."""

    refers: str = ""
    key: str = ""
    name: str = ""
    dropped: str = ""
    words: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Column:
    """``type`` is PostgreSQL's ``format_type`` spelling (``character varying(100)``); ``default`` its canonical
    SQL text or None; the identifier column is ``identity``."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    identity: bool = False
    note: Note = Note()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``on_delete``: ``NO ACTION``, ``CASCADE`` or ``SET NULL``. ``validated`` is False while rows are unchecked."""

    name: str
    column: str
    target: str
    on_delete: str = "NO ACTION"
    validated: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK constraint on a column: its name holds a hash of ``expression``, so names alone tell whether it
    changed."""

    name: str
    expression: str
    validated: bool = True
    column: str = ""


@dataclass(frozen=True, slots=True)
class FileRule:
    """A trigger: whoever changes the bytes in ``column`` and leaves their name and type as they are empties these.
    ``in_force`` is False where somebody has disabled it."""

    name: str
    column: str
    in_force: bool = True


@dataclass(frozen=True, slots=True)
class IndexDef:
    """An index; ``valid`` is False for what a failed CREATE INDEX CONCURRENTLY left behind."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """``records``: of a static entity's table, else empty."""

    name: str
    columns: tuple[Column, ...]
    primary_key: str = "id"
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[Check, ...] = ()
    indexes: tuple[IndexDef, ...] = ()
    static: bool = False
    records: tuple[Record, ...] = ()
    note: Note = Note()
    file_rules: tuple[FileRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """All tables of one asset."""

    tables: tuple[Table, ...] = ()
