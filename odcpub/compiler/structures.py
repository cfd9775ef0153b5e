"""Structures in C#: the names and types of their records. Pure, no I/O."""

from __future__ import annotations

from collections.abc import Iterable

from odcpub.compiler.class_names import class_name
from odcpub.compiler.expressions.csharp_pieces import RESERVED, type_of
from odcpub.compiler.literals import csharp_identifier
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.model.elements import Attribute, Basic, DataType, Structure

OF_RECORD = frozenset(
    {
        *("Clone", "Deconstruct", "EqualityContract", "Equals", "Finalize", "GetHashCode", "GetType"),
        *("MemberwiseClone", "PrintMembers", "ReferenceEquals", "ToString"),
    }
)
"""Members that every record has."""
_TAKEN = OF_RECORD | RESERVED | {"AttributeType", "Described", "Descriptor"}


def property_names(structure: Structure) -> tuple[CSharp, ...]:
    """The properties of a structure's record, in the order of its attributes."""
    taken = {*_TAKEN, class_name(structure.name).removeprefix("@")}
    return tuple(member_name(attribute.name, taken) for attribute in structure.attributes)


def member_name(name: str, taken: set[str]) -> CSharp:
    """A member name no other one of the class has; C# also keeps ``get_X`` and ``set_X`` of every property X."""
    free = csharp_identifier(name)
    while free in taken or free.removeprefix("@") in taken:
        free = CSharp.code("{}_", free)
    bare = free.removeprefix("@")
    taken |= {free, bare, f"get_{bare}", f"set_{bare}"}
    if bare.startswith(("get_", "set_")):
        taken.add(bare[4:])
    return free


def outside_type(type_: DataType, names: Names) -> CSharp:
    """The nullable C# type of a structure's attribute, an input or an output; of a list never null."""
    return type_of(type_, names.statics, lambda one: structure_type(one.target, names.library))


def structure_type(target: str, own: str) -> CSharp:
    """The record of a structure, as an asset calls it. ``own``: the asset's name, where it is a library."""
    library, _, name = target.rpartition(".")
    return CSharp.code("global::{}.{}", structures_space(library or own), class_name(name))


def structures_space(library: str) -> CSharp:
    """The namespace of a library's structures and actions, or of the app's own structures. Stored builds of libraries
    are named by it, so it never changes, nor does what ``class_name`` and ``property_names`` give."""
    if not library:
        return CSharp.code("Odcpub.Structures")
    return CSharp.code("Odcpub.Libraries.{}", csharp_identifier(library))


def libraries_of(attributes: Iterable[Attribute]) -> tuple[str, ...]:
    """Names of the libraries whose structures are used."""
    targets = (one.type.target for one in attributes if one.type.basic is Basic.STRUCTURE)
    return tuple(sorted({target.rpartition(".")[0] for target in targets} - {""}))
