"""The target schema of an asset: what its stage's database should look like. No I/O.

Names come from first names alone (docs/published-app.md, "Physical names"); those of constraints and indexes:
``odcpub.data.rule_names``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from odcpub.data import literals
from odcpub.data.enumerations import Enumerations, enumerations
from odcpub.data.limits import check
from odcpub.data.rule_names import RuleKind, named
from odcpub.data.schema import (
    Annotation,
    Check,
    Column,
    FileRule,
    ForeignKey,
    IndexDef,
    Passes,
    Referent,
    Schema,
    Table,
)
from odcpub.model.data_types import DATA_TYPES, MAX_LENGTH, length_of, measures_of
from odcpub.model.elements import Attribute, Basic, Computed, DeleteRule, Entity, Library, StaticEntity, VerifiedAsset
from odcpub.model.language import TEXT_TYPES
from odcpub.model.physical import companions, physical

RESERVED = ("odcpub_schema", "odcpub_alembic")
"""Tables of the platform's own in every schema."""

ON_DELETE = {DeleteRule.PROTECT: "NO ACTION", DeleteRule.DELETE: "CASCADE", DeleteRule.IGNORE: "SET NULL"}
_MORE_BLANKS = (0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
BLANKS = "[:space:]" + "".join(map(chr, _MORE_BLANKS))
"""Unicode's white space, spelt out: what ``[:space:]`` holds depends on the server's locale."""
STATIC_COLUMNS = (
    Column("id", "text", nullable=False),
    Column("label", "text", nullable=False),
    Column("order", "integer", nullable=False),
    Column("is_active", "boolean", nullable=False, default="true"),
)
_STATIC = {column.name for column in STATIC_COLUMNS}
ID_COLUMN = Column("id", "bigint", nullable=False, identity=True)


@dataclass(frozen=True, slots=True)
class _Referable:
    """Where a reference can point: key of an entity → its table, whether its identifier is text, and what libraries
    have."""

    tables: Mapping[str, str]
    static: frozenset[str]
    enumerations: Enumerations


class MadeTables:
    """The tables that an app's entities got last: an entity that is the very same object, and may refer to what it
    could refer to then, has its table already."""

    def __init__(self) -> None:
        self._last: tuple[_Referable | None, Mapping[int, tuple[Entity, Table]]] = (None, {})

    def of(self, entities: Sequence[Entity], known: _Referable) -> list[Table]:
        """The tables of these entities, in their order."""
        before, tables = self._last
        tables, made = tables if before == known else {}, {}
        for entity in entities:
            made[id(entity)] = tables.get(id(entity)) or (entity, _entity_table(entity, known))
        self._last = known, made
        return [table for _, table in made.values()]


def target_schema(
    asset: VerifiedAsset, libraries: Mapping[str, Library] | None = None, made: MadeTables | None = None
) -> Schema:
    """The schema of an app. Its libraries, by name in the locked versions, add no tables: their static entities are
    enumerations that limit the columns which hold their identifiers. ``made``: of this app before."""
    elements: tuple[Entity | StaticEntity, ...] = (*asset.static_entities, *asset.entities)
    known = _Referable(
        {element.key: physical(element.key) for element in elements},
        frozenset(element.key for element in asset.static_entities),
        enumerations(libraries or {}),
    )
    tables = [_static_table(static) for static in asset.static_entities]
    tables += (made or MadeTables()).of(asset.entities, known)
    return Schema(tuple(sorted(tables, key=lambda table: table.name)))


def sql_type(attribute: Attribute, static: bool = False) -> str:
    """The column type of an attribute in ``format_type``'s spelling; ``static``: it refers to a static entity."""
    type_ = attribute.type
    length, measures = length_of(type_), measures_of(type_)
    if length is not None and length <= MAX_LENGTH:
        return f"character varying({length})"
    if measures is not None:
        return f"numeric({measures[0]},{measures[1]})"
    return "text" if static else DATA_TYPES[type_.basic].sql


def _static_table(static: StaticEntity) -> Table:
    records = tuple(sorted((record.key, record.label, record.order, record.is_active) for record in static.records))
    return Table(physical(static.key), STATIC_COLUMNS, static=True, records=records)


def is_static(columns: Collection[Column]) -> bool:
    """Whether a table with these columns is a static entity's."""
    return {column.name for column in columns} >= _STATIC and any(
        column.name == "id" and column.type == "text" for column in columns
    )


def _entity_table(entity: Entity, known: _Referable) -> Table:
    name = physical(entity.key)
    columns, keys, checks = [ID_COLUMN], [], []
    indexes: list[IndexDef] = []
    references: list[IndexDef] = []
    file_rules: list[FileRule] = []
    for attribute in entity.attributes:
        column = _column(attribute, known)
        columns.append(column)
        if attribute.type.basic is Basic.BINARY_DATA:
            columns += [Column(beside, "text") for beside in companions(column.name)]
            file_rules.append(file_rule(name, column.name))
        checks += _checks(name, attribute, column, known)
        target = _target(attribute, known)
        if target is not None:
            keys.append(foreign_key(name, column.name, target, ON_DELETE[attribute.on_delete]))
            called = named(RuleKind.REFERENCE_INDEX, column.name, name, column.name)
            references.append(IndexDef(called, (column.name,), own=True))
    names = {attribute.name: physical(attribute.key) for attribute in entity.attributes}
    for index in entity.indexes:
        parts = tuple(names.get(part, "id") for part in index.attributes)
        made = _index(name, parts, index.unique)
        indexes += [made] if made not in indexes else []
    # An author's index that begins with the reference serves it as well.
    indexes += [one for one in references if all(one.columns[0] != index.columns[0] for index in indexes)]
    return Table(
        name, tuple(columns), foreign_keys=tuple(keys), checks=tuple(sorted(checks, key=lambda check: check.name)),
        indexes=tuple(sorted(indexes, key=lambda index: index.name)),
        file_rules=tuple(sorted(file_rules, key=lambda rule: rule.name)),
    )  # fmt: skip


def file_rule(table: str, column: str) -> FileRule:
    """The trigger of a Binary Data attribute, called after what it does."""
    return FileRule(named(RuleKind.FILE, "empty name and type", table, column), column)


def _index(table: str, columns: tuple[str, ...], unique: bool) -> IndexDef:
    """An index, called after what it says: how the author calls it is no part of it, and two that say the same are
    one."""
    kind = RuleKind.UNIQUE_INDEX if unique else RuleKind.INDEX
    return IndexDef(named(kind, ",".join(columns), table, *columns), columns, unique, own=True)


def _target(attribute: Attribute, known: _Referable) -> str | None:
    """The table an attribute refers to; None for a library's enumeration and for what is no reference."""
    if attribute.type.basic is not Basic.IDENTIFIER:
        return None
    return known.tables.get(_target_key(attribute))


def _target_key(attribute: Attribute) -> str:
    """The first name of what an attribute refers to; empty for what is no reference."""
    type_ = attribute.type
    return (type_.target_key or type_.target) if type_.basic is Basic.IDENTIFIER else ""


def _is_text_identifier(attribute: Attribute, known: _Referable) -> bool:
    key = _target_key(attribute)
    return "." in key or key in known.static


def _refers(attribute: Attribute, known: _Referable) -> Referent | None:
    key = _target_key(attribute)
    if key in known.enumerations:
        return known.enumerations[key].referent
    return Referent(key) if key else None


def _column(attribute: Attribute, known: _Referable) -> Column:
    type_ = sql_type(attribute, _is_text_identifier(attribute, known))
    given = attribute.default
    # The database knows no other expressions than the moments: the app computes them.
    value: str | None = None
    if not (given is None or given == "" or isinstance(given, Computed)):
        value = literals.default(attribute.type.basic, type_, given)
    return Column(
        physical(attribute.key), type_, not attribute.mandatory, value, annotation=Annotation(_refers(attribute, known))
    )  # fmt: skip


def foreign_key(table: str, column: str, target: str, on_delete: str) -> ForeignKey:
    """A reference, called after what it says."""
    name = named(RuleKind.FOREIGN_KEY, f"{column}>{target} {on_delete}", table, column)
    return ForeignKey(name, column, target, on_delete, own=True)


def _checks(table: str, attribute: Attribute, column: Column, known: _Referable) -> list[Check]:
    limits: list[tuple[RuleKind, Passes]] = []
    enumeration = known.enumerations.get(_target_key(attribute))
    if enumeration is not None:
        limits.append((RuleKind.KNOWN, frozenset(enumeration.keys)))
    if attribute.type.basic in TEXT_TYPES:
        limits += _text_limits(attribute, column)
    if attribute.minimum is not None:
        limits.append((RuleKind.MINIMUM, Decimal(attribute.minimum)))
    if attribute.maximum is not None:
        limits.append((RuleKind.MAXIMUM, Decimal(attribute.maximum)))
    return [check(kind, passes, table, column.name) for kind, passes in limits]


def _text_limits(attribute: Attribute, column: Column) -> Iterator[tuple[RuleKind, Passes]]:
    if attribute.mandatory:
        yield RuleKind.NOT_BLANK, frozenset([f"[^{BLANKS}]"])
    if attribute.min_length is not None:
        yield RuleKind.MIN_LENGTH, Decimal(attribute.min_length)
    if attribute.type.length is not None and column.type == "text":
        yield RuleKind.MAX_LENGTH, Decimal(attribute.type.length)
    if attribute.pattern is not None:
        # Verified models hold patterns in the spelling that PostgreSQL reads as everybody does; they fit whole.
        yield RuleKind.PATTERN, frozenset([f"^(?:{attribute.pattern})$"])
