"""Lists of screens as what describes them to the runtime: constant SQL, with the C# of its parameters. Pure.

Only screens whose lists differ from that of their entity have a descriptor: a page names its screen then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from odcpub.compiler.csharp import described
from odcpub.compiler.expressions.csharp import value
from odcpub.compiler.expressions.csharp_pieces import Surroundings, type_of
from odcpub.compiler.expressions.queries import Query
from odcpub.compiler.literals import csharp_literal, csharp_members
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.model.elements import Attribute, Basic, DataType, Entity
from odcpub.model.expressions import rules
from odcpub.model.expressions.queries import of_row
from odcpub.model.expressions.tree import Binary, Expression, Kind, Member, Name, Operator, Symbol
from odcpub.model.physical import physical
from odcpub.model.screens.typed import Rows, TypedScreen


def list_members(screen: TypedScreen, names: Names) -> CSharp:
    """What describes a list screen, as C# initialisers."""
    rows = screen.rows
    assert rows  # noqa: S101 - a list has them
    query = query_of(rows.entity, names.statics)
    where = query.condition(rows.where) if rows.where else None
    computed = [_computed(query, one.name, one.value, names) for one in rows.columns if one.value]
    sort = [
        CSharp.code("new({}, {})", _order(query, one.value, names), csharp_literal(one.descending)) for one in rows.sort
    ]
    return csharp_members(
        {
            "Name": screen.screen.name,
            "Joins": "".join(f" {join}" for join in query.joins) or None,
            "Where": where and str(where),
            "Indexed": _list([csharp_literal(column) for column in dict.fromkeys(_indexed(rows))]),
            "Search": _list([csharp_literal(name) for name in screen.screen.search]),
            "Computed": _list(computed),
            "Sort": _list(sort),
            "Parameters": parameters(query, names.statics),
            "Places": len(query.parameters) or None,
        }
    )


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


def _list(items: list[CSharp]) -> CSharp | None:
    return CSharp.code("[{}]", CSharp.joined(", ", items)) if items else None


def _computed(query: Query, name: str, node: Expression, names: Names) -> CSharp:
    """A new attribute that has an expression instead of a column."""
    members = described(Attribute(name, name, node.type), names, Expression=f"({query.value(node)})")
    return CSharp.code("new AttributeDescriptor {{ {} }}", members)


def _order(query: Query, node: Expression, names: Names) -> CSharp:
    """An attribute's name, or what is computed."""
    attribute = _own(node)
    return csharp_literal(attribute.name) if attribute else _computed(query, "", node, names)


def _own(node: Expression) -> Member | None:
    """The attribute of the row itself that an expression is."""
    is_own = isinstance(node, Member) and isinstance(node.owner, Name) and node.owner.symbol.kind is Kind.ROW
    return node if is_own and isinstance(node, Member) else None


def _indexed(rows: Rows) -> Iterator[str]:
    """Columns by which an index may find the rows: those that the condition compares with what is the same for all of
    them, else the one that they are sorted by."""
    if rows.where:
        yield from _compared(rows.where)
    elif rows.sort:
        first = _own(rows.sort[0].value)
        if first and not rules.is_text(first.type) and first.type.basic is not Basic.IDENTIFIER:
            yield physical(first.key)


def _compared(node: Expression) -> Iterator[str]:
    if not isinstance(node, Binary):
        return
    if node.operator is Operator.AND:
        yield from _compared(node.left)
        yield from _compared(node.right)
    elif node.operator in rules.COMPARED or node.operator is Operator.EQUAL:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if (own := _own(side)) and not of_row(other):
                yield physical(own.key)
