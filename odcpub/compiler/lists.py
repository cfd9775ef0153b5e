"""Screens as what describes them to the runtime: constant SQL, with the C# of its parameters. Pure.

Only screens that differ from what their entity has have a descriptor: a page names its screen then.
"""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.compiler.actions.queries import computed as aggregated
from odcpub.compiler.buttons import button_of, button_state
from odcpub.compiler.csharp import described
from odcpub.compiler.expressions.queries import Query
from odcpub.compiler.literals import csharp_literal, csharp_members
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.compiler.row_queries import computed, joins, listed, parameters, query_of
from odcpub.model.elements import Attribute, Basic, Entity, PartKind
from odcpub.model.expressions import rules
from odcpub.model.expressions.queries import of_row
from odcpub.model.expressions.tree import Binary, Expression, Kind, Member, Name, Operator
from odcpub.model.logic import tree as logic
from odcpub.model.logic.tree import Aggregation
from odcpub.model.physical import physical
from odcpub.model.screens.typed import Part, Rows, TypedScreen

_DETAIL, _PART = CSharp.code("ScreenKind.Detail"), CSharp.code("ScreenKind.Part")


Members = dict[str, CSharp | str | int | bool | None]
"""Initialisers of a descriptor."""


def screen_members(screen: TypedScreen, entity: Entity, names: Names) -> CSharp:
    """What describes a list or detail screen of ``entity``, as C# initialisers."""
    query = query_of(entity, names.statics)
    members: Members = {"Name": screen.screen.name}
    if screen.rows is None:
        members["Kind"] = _DETAIL
    members |= _rows(query, screen.rows or Rows(entity), names)
    members["Search"] = listed([csharp_literal(name) for name in screen.screen.search])
    states = [state for button in screen.buttons if (state := button_state(query, button, names))]
    members["States"] = listed(states)
    members["Buttons"] = listed([button_of(button, entity, names) for button in screen.buttons])
    return csharp_members(members | _whole(query, names))


def parts_of(entity: Entity, names: Names) -> Iterator[tuple[str, CSharp]]:
    """Of each part of a dashboard that is about ``entity``: the dashboard's name, and what describes the part."""
    for dashboard in names.dashboards:
        for number, part in enumerate(dashboard.parts):
            if part.rows.entity.name == entity.name:
                yield dashboard.screen.name, _part(f"{dashboard.screen.name} {number}", part, names)


def _part(name: str, part: Part, names: Names) -> CSharp:
    query = query_of(part.rows.entity, names.statics)
    members: Members = {"Name": name, "Kind": _PART, **_rows(query, part.rows, names)}
    if part.kind is PartKind.LIST:
        members["Fields"] = listed([csharp_literal(column.name) for column in part.rows.columns])
        members["Maximum"] = part.maximum
    else:
        computed_of_all = logic.Computed("value", Aggregation(part.kind.value), part.value, part.type)
        sql = aggregated(computed_of_all, query, names.statics)
        attribute = described(Attribute("value", "value", part.type), names, Expression=str(sql))
        members["Value"] = CSharp.code("new() {{ {} }}", attribute)
    return csharp_members(members | _whole(query, names))


def _rows(query: Query, rows: Rows, names: Names) -> Members:
    where = query.condition(rows.where) if rows.where else None
    columns = [computed(query, one.name, one.value, names) for one in rows.columns if one.value]
    sort = [
        CSharp.code("new({}, {})", _order(query, one.value, names), csharp_literal(one.descending)) for one in rows.sort
    ]
    return {
        "Where": where and str(where),
        "Indexed": listed([csharp_literal(column) for column in dict.fromkeys(_indexed(rows))]),
        "Computed": listed(columns),
        "Sort": listed(sort),
    }


def _whole(query: Query, names: Names) -> Members:
    """What is known when all of the query is printed."""
    places = len(query.parameters) or None
    return {"Joins": joins(query), "Parameters": parameters(query, names.statics), "Places": places}


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
