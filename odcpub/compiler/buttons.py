"""Buttons of screens as what describes them to the runtime: what they give, ask, need and say. Pure."""

from __future__ import annotations

from dataclasses import replace

from odcpub.compiler.csharp import described
from odcpub.compiler.expressions.csharp import value
from odcpub.compiler.expressions.csharp_pieces import Surroundings
from odcpub.compiler.expressions.queries import Query
from odcpub.compiler.literals import csharp_literal, csharp_members
from odcpub.compiler.marked import CSharp
from odcpub.compiler.names import Names
from odcpub.compiler.row_queries import computed, joins, listed, parameters, query_of
from odcpub.compiler.structures import outside_type
from odcpub.model.elements import Attribute, Entity
from odcpub.model.expressions import tree
from odcpub.model.expressions.queries import of_row
from odcpub.model.expressions.tree import Expression, Kind, Name
from odcpub.model.screens.typed import Button


def button_state(query: Query, button: Button, names: Names) -> CSharp | None:
    """What tells for each row whether its button is hidden or disabled, under the action's name; None where that does
    not depend on the row."""
    conditions = [(one, word) for one, word in ((button.visible, "hidden"), (button.enabled, "disabled")) if one]
    if not any(of_row(one) for one, _ in conditions):
        return None
    cases = " ".join(f"WHEN ({query.condition(one)}) IS NOT TRUE THEN '{word}'" for one, word in conditions)
    attribute = Attribute(button.action.name, button.action.name, tree.TEXT)
    return CSharp.code(
        "new AttributeDescriptor {{ {} }}", described(attribute, names, Expression=f"(CASE {cases} END)")
    )


def button_of(button: Button, entity: Entity, names: Names) -> CSharp:
    """A button of a screen of ``entity``."""
    query = query_of(entity, names.statics)
    conditions = [f"({query.condition(one)})" for one in (button.visible, button.enabled) if one]
    given = [_valued(query, one.input, one.value, names) for one in button.given]
    asked = [_valued(query, one.input, one.begins, names) for one in button.asked if one.begins]
    state = [computed(query, name, node, names) for name, node in _state(button)]
    members = csharp_members(
        {
            "Action": button.action.name,
            "Row": button.row or None,
            "Rows": button.rows or None,
            "OfRow": bool(button.entity and not button.rows) or None,
            "Allowed": " AND ".join(conditions) or None,
            "Given": listed(given),
            "State": listed(state),
            "Asked": listed(asked),
            "Joins": joins(query),
            "Parameters": parameters(query, names.statics),
            "Places": len(query.parameters) or None,
            "Message": _message(button, names),
        }
    )
    return CSharp.code("new() {{ {} }}", members)


def _state(button: Button) -> list[tuple[str, Expression]]:
    """What is told of the button alone; what depends on selected rows the list tells of each."""
    found = {"$visible": button.visible, "$enabled": button.enabled, "$confirm": button.confirm}
    return [(name, node) for name, node in found.items() if node and not (button.rows and of_row(node))]


def _valued(query: Query, variable: Attribute, node: Expression, names: Names) -> CSharp:
    """An input with the expression of its value."""
    members = described(replace(variable, default=None), names, Expression=f"({query.value(node)})")
    return CSharp.code("new AttributeDescriptor {{ {} }}", members)


def _message(button: Button, names: Names) -> CSharp | None:
    """A function of the circumstances, and of the inputs' and the outputs' values."""
    if button.message is None:
        return None
    action = button.action
    places = {one.name: CSharp.code("inputs[{}]", csharp_literal(at)) for at, one in enumerate(action.inputs)}
    places |= {one.name: CSharp.code("outputs[{}]", csharp_literal(at)) for at, one in enumerate(action.outputs)}

    def named(name: Name) -> CSharp:
        if name.symbol.kind is Kind.RECORD:
            return csharp_literal(name.symbol.key)
        type_ = outside_type(name.type, names)
        if name.symbol.kind is Kind.SETTING:
            return CSharp.code("at.Setting<{}>({})", type_, csharp_literal(name.symbol.name.partition(".")[2]))
        return CSharp.code("(({}){}!)" if name.type.many else "(({}){})", type_, places[name.symbol.name])

    around = Surroundings(named, names.statics, CSharp.code("at.Now"), CSharp.code("at.App"))
    return CSharp.code("static (at, inputs, outputs) => {}", value(button.message, around))
