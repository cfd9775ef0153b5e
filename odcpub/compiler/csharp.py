"""Entities, static entities and structures as what the C# templates print: classes and descriptor members. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from odcpub.compiler.literals import csharp_identifier, csharp_string, number_text
from odcpub.compiler.names import Names
from odcpub.compiler.words import label
from odcpub.model.elements import Attribute, Basic, Entity, Function, Scalar, StaticEntity, Structure
from odcpub.model.physical import companions, physical

TYPES: dict[Basic, tuple[str, str]] = {
    Basic.TEXT: ("Text", "string?"),
    Basic.INTEGER: ("Integer", "int?"),
    Basic.LONG_INTEGER: ("LongInteger", "long?"),
    Basic.DECIMAL: ("Decimal", "decimal?"),
    Basic.CURRENCY: ("Currency", "decimal?"),
    Basic.BOOLEAN: ("Boolean", "bool?"),
    Basic.DATE: ("Date", "global::System.DateOnly?"),
    Basic.TIME: ("Time", "global::System.TimeOnly?"),
    Basic.DATE_TIME: ("DateTime", "global::System.DateTimeOffset?"),
    Basic.EMAIL: ("Email", "string?"),
    Basic.PHONE_NUMBER: ("PhoneNumber", "string?"),
    Basic.BINARY_DATA: ("BinaryData", "byte[]?"),
    Basic.IDENTIFIER: ("Identifier", "long?"),
}
"""Basic type → member of the runtime's AttributeType, and the class property's type."""

LENGTHS = {Basic.EMAIL: 250, Basic.PHONE_NUMBER: 20}
"""Types whose length is fixed."""

_OF_OBJECT = frozenset(
    {"Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString"}
)


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a generated class; ``element`` is the attribute's path."""

    name: str
    type: str
    element: str


@dataclass(frozen=True, slots=True)
class Class:
    """A generated class; ``element`` is the entity's or structure's name."""

    name: str
    element: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Description:
    """A descriptor method: ``members`` and each attribute's as C# initialisers; ``records`` of a static entity, and the
    member that holds them."""

    method: str
    name: str
    element: str
    members: str
    attributes: tuple[tuple[str, str], ...] = ()
    records: tuple[str, ...] | None = None
    held: str = ""


def class_of(element: Entity | Structure, names: Names, identified: bool) -> Class:
    """The plain class of an entity (with ``Id``) or structure."""
    taken = set(_OF_OBJECT) | {csharp_identifier(element.name)} | ({"Id"} if identified else set())
    properties = [Property("Id", "long", element.name)] if identified else []
    for attribute in element.attributes:
        path = f"{element.name}.{attribute.name}"
        properties.append(Property(_free(attribute.name, taken), property_type(attribute, names), path))
    return Class(_type_name(element.name), element.name, tuple(properties))


def _type_name(name: str) -> str:
    """Words of small letters alone may become C#'s own (CS8981), and are written as those that are."""
    identifier = csharp_identifier(name)
    return f"@{identifier}" if re.fullmatch("[a-z]+", identifier) else identifier


def _free(name: str, taken: set[str]) -> str:
    """A member name no other one of the class has; C# also keeps ``get_X`` and ``set_X`` of every property X."""
    free = csharp_identifier(name)
    while free in taken:
        free += "_"
    bare = free.removeprefix("@")
    taken |= {free, bare, f"get_{bare}", f"set_{bare}"}
    if bare.startswith(("get_", "set_")):
        taken.add(bare[4:])
    return free


def property_type(attribute: Attribute, names: Names) -> str:
    if attribute.type.basic is Basic.STRUCTURE:
        library, _, name = attribute.type.target.rpartition(".")
        space = f"Libraries.{csharp_identifier(library)}" if library else "Structures"
        return f"global::Odcpub.{space}.{csharp_identifier(name)}?"
    if attribute.type.basic is Basic.IDENTIFIER and attribute.type.target in names.statics:
        return "string?"
    return TYPES[attribute.type.basic][1]


def description_of(entity: Entity, names: Names) -> Description:
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
    return Description(csharp_identifier(f"Entity_{entity.name}"), entity.name, entity.name, members, attributes)


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
        f"{csharp_string(record.key)}, {csharp_string(record.label)}, {record.order}, {_truth(record.is_active)}"
        for record in static.records
    )
    method = csharp_identifier(f"Entity_{static.name}")
    return Description(method, name, static.name, members, (), records, "Records" if enumeration else "Known")


class Expression(str):
    """C# text that is printed as it is."""

    __slots__ = ()


def _attribute(attribute: Attribute, names: Names) -> str:
    type_, default = attribute.type, attribute.default
    length = LENGTHS.get(type_.basic, type_.length)
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
        Type=Expression(f"AttributeType.{TYPES[type_.basic][0]}"),
        Mandatory=attribute.mandatory or None,
        Length=length,
        MinLength=attribute.min_length,
        Digits=type_.digits if type_.basic is Basic.DECIMAL else None,
        Decimals=type_.decimals if type_.basic is Basic.DECIMAL else None,
        Minimum=None if attribute.minimum is None else number_text(attribute.minimum),
        Maximum=None if attribute.maximum is None else number_text(attribute.maximum),
        Pattern=attribute.pattern,
        Target=type_.target if type_.basic is Basic.IDENTIFIER else None,
        TargetStatic=True if type_.basic is Basic.IDENTIFIER and static else None,
        Default=None if default is None or isinstance(default, Function) else literal_text(default),
        DefaultFunction=default.value if isinstance(default, Function) else None,
    )


def literal_text(value: Scalar) -> str:
    """A literal as the runtimes read it: ``true``, ``80``, ``12.50``, ISO 8601."""
    if isinstance(value, bool):
        return _truth(value)
    return value if isinstance(value, str) else number_text(value)


def _members(**members: Expression | str | int | bool | None) -> str:
    """Initialisers of those members that have a value."""
    return ", ".join(f"{name} = {_expression(value)}" for name, value in members.items() if value is not None)


def _expression(value: Expression | str | int | bool) -> str:
    if isinstance(value, Expression):
        return value
    if isinstance(value, str):
        return csharp_string(value)
    return _truth(value) if isinstance(value, bool) else str(value)


def _texts(values: Collection[str]) -> Expression | None:
    return Expression(f"[{', '.join(map(csharp_string, values))}]") if values else None


def _truth(value: bool) -> str:
    return "true" if value else "false"


def structure_libraries(elements: Iterable[Entity | Structure]) -> tuple[str, ...]:
    """Names of the libraries whose structures are used."""
    targets = (a.type.target for e in elements for a in e.attributes if a.type.basic is Basic.STRUCTURE)
    return tuple(sorted({target.rpartition(".")[0] for target in targets} - {""}))
