"""Entities and static entities as what the C# templates print: members of descriptors. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from odcpub.compiler.literals import csharp_identifier, csharp_literal, csharp_members, csharp_type
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.compiler.structures import outside_type, structure_type
from odcpub.compiler.words import label
from odcpub.model.data_types import DATA_TYPES, length_of
from odcpub.model.elements import (
    Attribute,
    Basic,
    Computed,
    DataType,
    Entity,
    Function,
    Record,
    StaticEntity,
)
from odcpub.model.literals import as_text
from odcpub.model.physical import companions, physical

ATTRIBUTE_TYPES = {basic: csharp_type(f"AttributeType.{basic.value.replace(' ', '')}") for basic in DATA_TYPES}
"""Data type → member of the runtime's enumeration."""
_RECORDS, _KNOWN = CSharp.code("Records"), CSharp.code("Known")


@dataclass(frozen=True, slots=True)
class Description:
    """A descriptor method: ``members`` and each attribute's (with its path) as C# initialisers; ``records`` of a static
    entity, and the member that holds them. ``lists``: of list screens, each with its name. ``computed``: an expression
    is computed in C#."""

    method: CSharp
    name: str
    element: str
    members: CSharp
    attributes: tuple[tuple[str, CSharp], ...] = ()
    records: tuple[CSharp, ...] | None = None
    held: CSharp | None = None
    lists: tuple[tuple[str, CSharp], ...] = ()
    computed: bool = False


def description_of(entity: Entity, names: Names, lists: tuple[tuple[str, CSharp], ...] = ()) -> Description:
    """The descriptor of an entity, with its attributes in the model's order. ``lists``: of its list screens, those that
    are described, with their names."""
    members = _members(
        Name=entity.name,
        Label=label(entity.name),
        Table=physical(entity.key),
        Display=entity.display or None,
        Description=entity.description or None,
        Search=_texts(names.search.get(entity.name, ())),
    )
    attributes = tuple(
        (f"{entity.name}.{attribute.name}", _attribute(attribute, names)) for attribute in entity.attributes
    )
    method = csharp_identifier(f"Entity_{entity.name}")
    computed = bool(lists) or any(isinstance(attribute.default, Computed) for attribute in entity.attributes)
    return Description(method, entity.name, entity.name, members, attributes, lists=lists, computed=computed)


def description_of_static(static: StaticEntity, name: str, enumeration: bool) -> Description:
    """``name``: as consumers call it (``Money.CurrencyCode``). An enumeration is answered from its records; those of an
    app's own static entity are known, and answered from its table."""
    members = _members(
        Name=name,
        Label=label(static.name),
        Table=None if enumeration else physical(static.key),
        Description=static.description or None,
        Static=True,
    )
    records = tuple(
        CSharp.joined(", ", [csharp_literal(value) for value in _values(record)]) for record in static.records
    )
    method = csharp_identifier(f"Entity_{static.name}")
    return Description(method, name, static.name, members, (), records, _RECORDS if enumeration else _KNOWN)


def _values(record: Record) -> tuple[str | int | bool, ...]:
    return record.key, record.label, record.order, record.is_active


def _attribute(attribute: Attribute, names: Names) -> CSharp:
    """An attribute of an entity."""
    column = physical(attribute.key)
    file_name, file_type = companions(column) if attribute.type.basic is Basic.BINARY_DATA else (None, None)
    return described(attribute, names, Column=column, NameColumn=file_name, TypeColumn=file_type)


def described(attribute: Attribute, names: Names, **more: str | None) -> CSharp:
    """The members that describe an attribute, input or output. ``more``: what else stands behind its name."""
    type_, default = attribute.type, attribute.default
    static = type_.target in names.statics
    return _members(
        Name=attribute.name,
        Label=label(attribute.name),
        **more,
        Description=attribute.description or None,
        Type=ATTRIBUTE_TYPES[type_.basic],
        List=_list_of(type_, names) if type_.many else None,
        Structure=_structure(type_, names) if type_.basic is Basic.STRUCTURE else None,
        Mandatory=attribute.mandatory or None,
        Length=length_of(type_),
        MinLength=attribute.min_length,
        Digits=type_.digits if type_.basic is Basic.DECIMAL else None,
        Decimals=type_.decimals if type_.basic is Basic.DECIMAL else None,
        Minimum=None if attribute.minimum is None else as_text(attribute.minimum),
        Maximum=None if attribute.maximum is None else as_text(attribute.maximum),
        Pattern=attribute.pattern,
        Target=type_.target if type_.basic is Basic.IDENTIFIER else None,
        TargetStatic=True if type_.basic is Basic.IDENTIFIER and static else None,
        Default=None if default is None or isinstance(default, Function | Computed) else as_text(default),
        DefaultFunction=default.value if isinstance(default, Function) else None,
        DefaultExpression=default.text if isinstance(default, Computed) else None,
        Computed=_computed(default, attribute.type) if isinstance(default, Computed) else None,
    )


def _list_of(type_: DataType, names: Names) -> CSharp:
    return CSharp.code("Elements.Of<{}>", outside_type(replace(type_, many=False), names))


def _structure(type_: DataType, names: Names) -> CSharp:
    return CSharp.code("() => {}.Descriptor", structure_type(type_.target, names.library))


def _computed(default: Computed, type_: DataType) -> CSharp:
    """A default that is computed for each new row: from the moment and the app's name to its text."""
    from odcpub.compiler.expressions.csharp import value
    from odcpub.compiler.expressions.csharp_pieces import Surroundings
    from odcpub.model.expressions.check import check
    from odcpub.model.expressions.scope import Scope

    def named(name: object) -> CSharp:
        raise AssertionError(f"a default names nothing: {name}")

    around = Surroundings(named, (), CSharp.code("now"), CSharp.code("app"))
    return CSharp.code("(now, app) => Values.Text({})", value(check(default.text, Scope(), type_).expression, around))


def _members(**members: CSharp | str | int | bool | None) -> CSharp:
    return csharp_members(members)


def _texts(values: Collection[str]) -> CSharp | None:
    return CSharp.code("[{}]", CSharp.joined(", ", map(csharp_literal, values))) if values else None
