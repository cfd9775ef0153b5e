"""Entities, static entities and structures as what the C# templates print: classes and descriptor members. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from odcpub.compiler.literals import csharp_identifier, csharp_literal, csharp_members, csharp_type
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
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
    Structure,
)
from odcpub.model.literals import as_text
from odcpub.model.physical import companions, physical

ATTRIBUTE_TYPES = {basic: csharp_type(f"AttributeType.{basic.value.replace(' ', '')}") for basic in DATA_TYPES}
"""Data type → member of the runtime's enumeration."""
_PROPERTIES = {basic: csharp_type(facts.csharp) for basic, facts in DATA_TYPES.items() if facts.csharp}
"""Data type → the type of a class's property."""
_ID, _LONG, _TEXT = CSharp.code("Id"), CSharp.code("long"), CSharp.code("string?")
_RECORDS, _KNOWN = CSharp.code("Records"), CSharp.code("Known")
_OF_OBJECT = frozenset(
    {"Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString"}
)


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a generated class; ``element`` is the attribute's path."""

    name: CSharp
    type: CSharp
    element: str


@dataclass(frozen=True, slots=True)
class Class:
    """A generated class; ``element`` is the entity's or structure's name."""

    name: CSharp
    element: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """A descriptor method: ``members`` and each attribute's (with its path) as C# initialisers; ``records`` of a static
    entity, and the member that holds them. ``computed``: an attribute has an expression as its default."""

    method: CSharp
    name: str
    element: str
    members: CSharp
    attributes: tuple[tuple[str, CSharp], ...] = ()
    records: tuple[CSharp, ...] | None = None
    held: CSharp | None = None
    computed: bool = False


def class_of(element: Entity | Structure, names: Names, identified: bool) -> Class:
    """The plain class of an entity (with ``Id``) or structure."""
    taken = set(_OF_OBJECT) | {csharp_identifier(element.name)} | ({"Id"} if identified else set())
    properties = [Property(_ID, _LONG, element.name)] if identified else []
    for attribute in element.attributes:
        path = f"{element.name}.{attribute.name}"
        properties.append(Property(_free(attribute.name, taken), property_type(attribute, names), path))
    return Class(_type_name(element.name), element.name, tuple(properties))


def _type_name(name: str) -> CSharp:
    """Words of small letters alone may become C#'s own (CS8981), and are written as those that are."""
    identifier = csharp_identifier(name)
    return CSharp.code("@{}", identifier) if re.fullmatch("[a-z]+", identifier) else identifier


def _free(name: str, taken: set[str]) -> CSharp:
    """A member name no other one of the class has; C# also keeps ``get_X`` and ``set_X`` of every property X."""
    free = csharp_identifier(name)
    while free in taken:
        free = CSharp.code("{}_", free)
    bare = free.removeprefix("@")
    taken |= {free, bare, f"get_{bare}", f"set_{bare}"}
    if bare.startswith(("get_", "set_")):
        taken.add(bare[4:])
    return free


def property_type(attribute: Attribute, names: Names) -> CSharp:
    """The type of the property that an attribute becomes."""
    if attribute.type.basic is Basic.STRUCTURE:
        library, _, name = attribute.type.target.rpartition(".")
        return CSharp.code("global::{}.{}?", structures_space(library), csharp_identifier(name))
    if attribute.type.basic is Basic.IDENTIFIER and attribute.type.target in names.statics:
        return _TEXT
    return _PROPERTIES[attribute.type.basic]


def structures_space(library: str) -> CSharp:
    """The namespace of a library's structures, or of the app's own."""
    if not library:
        return CSharp.code("Odcpub.Structures")
    return CSharp.code("Odcpub.Libraries.{}", csharp_identifier(library))


def description_of(entity: Entity, names: Names) -> Description:
    """The descriptor of an entity, with its attributes in the model's order."""
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
    computed = any(isinstance(attribute.default, Computed) for attribute in entity.attributes)
    return Description(method, entity.name, entity.name, members, attributes, computed=computed)


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
    type_, default = attribute.type, attribute.default
    static = type_.target in names.statics
    column = physical(attribute.key)
    file_name, file_type = companions(column) if type_.basic is Basic.BINARY_DATA else (None, None)
    return _members(
        Name=attribute.name,
        Label=label(attribute.name),
        Column=column,
        NameColumn=file_name,
        TypeColumn=file_type,
        Description=attribute.description or None,
        Type=ATTRIBUTE_TYPES[type_.basic],
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


def _computed(default: Computed, type_: DataType) -> CSharp:
    """A default that is computed for each new row: from the moment and the app's name to its text."""
    from odcpub.compiler.expressions.csharp import Surroundings, value
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


def structure_libraries(elements: Iterable[Entity | Structure]) -> tuple[str, ...]:
    """Names of the libraries whose structures are used."""
    targets = (a.type.target for e in elements for a in e.attributes if a.type.basic is Basic.STRUCTURE)
    return tuple(sorted({target.rpartition(".")[0] for target in targets} - {""}))
