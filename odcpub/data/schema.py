"""A database schema as plain, comparable values, the same form for target and live. No I/O.

Names here are physical (``odcpub.model.physical``); a schema is compared as sets, so order never matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from odcpub.data.rule_names import RuleKind
from odcpub.model.physical import physical

Record = tuple[str, str, int, bool]
"""Of a static entity: its key, which is the row's identifier, label, order, whether it is active."""
Passes = frozenset[str] | Decimal
"""What a limit lets pass: texts (keys, patterns), of which one has to fit, or a bound."""


@dataclass(frozen=True, slots=True)
class Referent:
    """Whose identifiers a column holds: an entity, by its first name, of this app, or a static one of the library with
    this key, so that a library may be renamed."""

    entity: str
    library: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        """The same for two that are one in the database."""
        return physical(self.entity), self.library


@dataclass(frozen=True, slots=True)
class Annotation:
    """What the database remembers of a table or column beside its name (``odcpub.data.annotations``).

    ``refers``: whose identifiers a column holds; None for plain values. ``key``: the first name of what the model has
    dropped; ``name``: its last one, where that is not how it is called here. ``dropped``: the model has dropped a
    column that had a default, which goes, too. ``words``: what else its comment says; not ours."""

    refers: Referent | None = None
    key: str = ""
    name: str = ""
    dropped: bool = False
    words: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Column:
    """``type`` is PostgreSQL's ``format_type`` spelling (``character varying(100)``); ``default`` its canonical
    SQL text or None; the identifier column is ``identity``. ``used_by``: what of others holds its type fast, in words:
    ``view public.report``."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    identity: bool = False
    annotation: Annotation = Annotation()
    used_by: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``on_delete``: ``NO ACTION``, ``CASCADE`` or ``SET NULL``. ``validated`` is False while older rows may break it;
    ``own``: the platform made it."""

    name: str
    column: str
    target: str
    on_delete: str = "NO ACTION"
    validated: bool = True
    own: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A CHECK constraint on a column: its name holds a hash of ``expression``, so names alone tell whether it
    changed. ``kind``: None where somebody else made it. ``passes``: what it lets pass; None where it is no limit, or
    says what can't be read."""

    name: str
    expression: str
    validated: bool = True
    column: str = ""
    kind: RuleKind | None = None
    passes: Passes | None = None

    @property
    def own(self) -> bool:
        """Whether the platform made it."""
        return self.kind is not None


@dataclass(frozen=True, slots=True)
class FileRule:
    """A trigger: when an UPDATE changes the bytes in ``column`` and not the file's type, name and type become NULL.
    ``in_force`` is False where somebody has disabled it."""

    name: str
    column: str
    in_force: bool = True


@dataclass(frozen=True, slots=True)
class IndexDef:
    """An index; ``valid`` is False for what a failed CREATE INDEX CONCURRENTLY left behind; ``own``: the platform made
    it; ``used_by``: others' references that need it, in words."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    valid: bool = True
    own: bool = False
    used_by: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, weakref_slot=True)
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
    annotation: Annotation = Annotation()
    file_rules: tuple[FileRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """All tables of one asset."""

    tables: tuple[Table, ...] = ()
