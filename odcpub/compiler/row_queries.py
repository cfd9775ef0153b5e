"""Expressions of a screen over an entity's rows: SQL for the runtime, with the C# of its parameters. Pure."""

from __future__ import annotations

from collections.abc import Collection

from odcpub.compiler.csharp import described
from odcpub.compiler.expressions.csharp import value
from odcpub.compiler.expressions.csharp_pieces import Surroundings, type_of
from odcpub.compiler.expressions.queries import Query
from odcpub.compiler.literals import csharp_literal
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.model.elements import Attribute, Basic, DataType, Entity
from odcpub.model.expressions.tree import Expression, Kind, Name, Symbol


def query_of(entity: Entity, statics: Collection[str]) -> Query:
    """The query of an entity's rows, called t."""
    type_ = DataType(Basic.STRUCTURE, target=entity.name, target_key=entity.key)
    return Query(Symbol(entity.name, Kind.ROW, type_), statics)


def parameters(query: Query, statics: Collection[str]) -> CSharp | None:
    """A function of the moment, the app and its settings (``at``), which gives the arguments of a printed query; None
    where it has none."""

    def named(name: Name) -> CSharp:
        if name.symbol.kind is Kind.RECORD:
            return csharp_literal(name.symbol.key)
        setting = name.symbol.name.partition(".")[2]
        return CSharp.code("at.Setting<{}>({})", type_of(name.type, statics), csharp_literal(setting))

    around = Surroundings(named, statics, CSharp.code("at.Now"), CSharp.code("at.App"))
    values = [value(one, around) for one in query.parameters]
    return CSharp.code("static at => [{}]", CSharp.joined(", ", values)) if values else None


def listed(items: list[CSharp]) -> CSharp | None:
    """A collection in C#, None for an empty one."""
    return CSharp.code("[{}]", CSharp.joined(", ", items)) if items else None


def computed(query: Query, name: str, node: Expression, names: Names) -> CSharp:
    """A new attribute that has an expression instead of a column."""
    members = described(Attribute(name, name, node.type), names, Expression=f"({query.value(node)})")
    return CSharp.code("new AttributeDescriptor {{ {} }}", members)


def joins(query: Query) -> str | None:
    """What a printed query joins to its table, with a blank before it; None where nothing."""
    return "".join(f" {join}" for join in query.joins) or None
