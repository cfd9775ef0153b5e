"""Structures as C#: immutable records, each with what describes it to the runtime. Pure, no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.compiler.class_names import class_name
from odcpub.compiler.csharp import described
from odcpub.compiler.literals import csharp_literal, csharp_members
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.compiler.structures import outside_type, property_names
from odcpub.model.elements import Structure


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a record; ``element`` is the attribute's path, ``start`` what stands behind its accessors.
    ``members`` describe the attribute."""

    name: CSharp
    type: CSharp
    element: str
    start: CSharp
    members: CSharp


@dataclass(frozen=True, slots=True)
class Class:
    """A structure's record; ``members`` describe it. ``made``: the values of its properties, of ``parts``; ``taken``:
    the properties of ``one``."""

    name: CSharp
    element: str
    members: CSharp
    properties: tuple[Property, ...]
    made: CSharp
    taken: CSharp


def class_of(structure: Structure, names: Names) -> Class:
    """The record of a structure."""
    properties = []
    for attribute, name in zip(structure.attributes, property_names(structure), strict=True):
        type_ = outside_type(attribute.type, names)
        start = CSharp.code(" = {}.Empty;", type_) if attribute.type.many else CSharp.code("")
        path = f"{structure.name}.{attribute.name}"
        properties.append(Property(name, type_, path, start, described(attribute, names)))
    return Class(
        class_name(structure.name),
        structure.name,
        csharp_members({"Name": structure.name, "Description": structure.description or None}),
        tuple(properties),
        CSharp.joined(", ", (_made(at, one, structure) for at, one in enumerate(properties))),
        CSharp.joined(", ", (CSharp.code("one.{}", one.name) for one in properties)),
    )


def _made(at: int, one: Property, structure: Structure) -> CSharp:
    value = CSharp.code("({})parts[{}]", one.type, csharp_literal(at))
    if structure.attributes[at].type.many:
        return CSharp.code("{} = {}!", one.name, value)
    return CSharp.code("{} = {}", one.name, value)
