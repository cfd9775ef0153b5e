"""Screens as what describes them to the runtime: constant SQL, with the C# of its parameters. Pure.

Only screens that differ from what their entity has have a descriptor: a page names its screen then.
"""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.compiler.buttons import button_of, button_state
from odcpub.compiler.expressions.queries import Query
from odcpub.compiler.literals import csharp_literal, csharp_members
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.compiler.row_queries import computed, joins, listed, parameters, query_of
from odcpub.model.elements import Basic, Entity
from odcpub.model.expressions import rules
from odcpub.model.expressions.queries import of_row
from odcpub.model.expressions.tree import Binary, Expression, Kind, Member, Name, Operator
from odcpub.model.physical import physical
from odcpub.model.screens.typed import Rows, TypedScreen


def screen_members(screen: TypedScreen, entity: Entity, names: Names) -> CSharp:
    """What describes a list or detail screen of ``entity``, as C# initialisers."""
    rows = screen.rows or Rows(entity)
    query = query_of(entity, names.statics)
    where = query.condition(rows.where) if rows.where else None
    columns = [computed(query, one.name, one.value, names) for one in rows.columns if one.value]
    sort = [
        CSharp.code("new({}, {})", _order(query, one.value, names), csharp_literal(one.descending)) for one in rows.sort
    ]
    states = [state for button in screen.buttons if (state := button_state(query, button, names))]
    return csharp_members(
        {
            "Name": screen.screen.name,
            "IsDetail": screen.rows is None or None,
            "Joins": joins(query),
            "Where": where and str(where),
            "Indexed": listed([csharp_literal(column) for column in dict.fromkeys(_indexed(rows))]),
            "Search": listed([csharp_literal(name) for name in screen.screen.search]),
            "Computed": listed(columns),
            "Sort": listed(sort),
            "States": listed(states),
            "Parameters": parameters(query, names.statics),
            "Places": len(query.parameters) or None,
            "Buttons": listed([button_of(button, entity, names) for button in screen.buttons]),
        }
    )


def _order(query: Query, node: Expression, names: Names) -> CSharp:
    """An attribute's name, or what is computed."""
    attribute = _own(node)
    return csharp_literal(attribute.name) if attribute else computed(query, "", node, names)


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
