"""Walks the steps of an action: all of them, their expressions, what they give to which variable. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from odcpub.model.expressions.tree import Expression, Member, Name, Symbol, children
from odcpub.model.logic import tree
from odcpub.model.logic.tree import Action, Step, Variable
from odcpub.model.logic.walk import every_step, within


@dataclass(frozen=True, slots=True)
class Walked:
    """An action with all its steps, those within others too, and all that its expressions are made of."""

    action: Action
    steps: tuple[Step, ...]
    nodes: tuple[Expression, ...]


def walked(action: Action) -> Walked:
    """Once for all that want to know of it."""
    steps = tuple(every_step(action))
    nodes = (part for step in steps for node in expressions(step) for part in parts(node))
    return Walked(action, steps, tuple(nodes))


def variables(step: Step) -> tuple[Variable, ...]:
    """The variables that a step gives its results to; that of a loop belongs to the block within."""
    if isinstance(step, tree.Call):
        return tuple(one.variable for one in step.into)
    if isinstance(step, tree.Create):
        return () if step.variable is None else (step.variable,)
    if isinstance(step, tree.Get | tree.Query | tree.Summary | tree.Filter | tree.Find | tree.Distinct):
        return (step.variable,)
    return ()


def is_given(symbol: Symbol, steps: tuple[Step, ...]) -> bool:
    """Whether one of these steps, or within them, gives a variable another value."""
    return any(symbol in (root(one) for one in given(step)) for step in within(steps))


def is_read(symbol: Symbol, steps: tuple[Step, ...]) -> bool:
    """Whether one of these steps, or within them, names a variable."""
    nodes = (part for step in within(steps) for node in expressions(step) for part in parts(node))
    return any(isinstance(node, Name) and node.symbol == symbol for node in nodes)


def given(step: Step) -> tuple[Expression, ...]:
    """The variables that a step gives another value, or members of them."""
    if isinstance(step, tree.Set):
        return tuple(one.target for one in step.assignments)
    if isinstance(step, tree.Append | tree.Remove | tree.Clear | tree.Order):
        return (step.target,)
    if isinstance(step, tree.Update):
        return (step.row,)
    results = (step.variable,) if isinstance(step, tree.ForEach) else variables(step)
    return tuple(Name(one.symbol) for one in results if not one.declares)


def root(target: Expression) -> Symbol | None:
    """The variable that an assignment changes."""
    while isinstance(target, Member):
        target = target.owner
    return target.symbol if isinstance(target, Name) else None


def updated_again(steps: tuple[Step, ...]) -> frozenset[str]:
    """Entities of which a row may be updated twice: by two steps, or in a loop that did not make its variable."""
    found = [step.row.type.target for step in steps if isinstance(step, tree.Update)]
    again = {entity for entity in found if found.count(entity) > 1}
    for step in steps if found else ():
        if isinstance(step, tree.ForEach):
            made = {
                step.variable.symbol,
                *(v.symbol for one in within(step.steps) for v in variables(one) if v.declares),
            }
            rows = (one.row for one in within(step.steps) if isinstance(one, tree.Update))
            again |= {row.type.target for row in rows if root(row) not in made}
    return frozenset(again)


def expressions(step: Step) -> Iterator[Expression]:
    """The expressions of a step, with the targets of assignments, without what stands in steps within it."""
    return (one for one in _EXPRESSIONS[type(step)](step) if one is not None)


def parts(node: Expression) -> list[Expression]:
    """An expression and all that it is made of."""
    found = [node]
    for one in found:
        found += children(one)
    return found


def _of_set(step: tree.Set) -> Iterator[Expression]:
    for one in step.assignments:
        yield one.target
        yield one.value


def _of_summary(step: tree.Summary) -> Iterator[Expression | None]:
    yield from (step.where, step.maximum)
    yield from (one.value for one in step.groups)
    yield from (one.value for one in step.computed)
    yield from (one.value for one in step.sort)


_EXPRESSIONS: Mapping[type, Callable[[Any], Iterable[Expression | None]]] = {
    tree.Get: lambda step: (step.where,),
    tree.Query: lambda step: (step.where, *(one.value for one in step.sort), step.first, step.maximum),
    tree.Summary: _of_summary,
    tree.Set: _of_set,
    tree.If: lambda step: (case.condition for case in step.cases),
    tree.ForEach: lambda step: (step.values,),
    tree.Create: lambda step: (one.value for one in step.values),
    tree.Update: lambda step: (step.row,),
    tree.Delete: lambda step: (step.row,),
    tree.Call: lambda step: (one.value for one in step.arguments),
    tree.Raise: lambda step: (step.message,),
    tree.End: lambda step: (),
    tree.Append: lambda step: (step.value, step.target, step.at),
    tree.Remove: lambda step: (step.index, step.target),
    tree.Clear: lambda step: (step.target,),
    tree.Filter: lambda step: (step.values, step.condition),
    tree.Find: lambda step: (step.values, step.condition),
    tree.Order: lambda step: (step.target, *(one.value for one in step.sort)),
    tree.Distinct: lambda step: (step.values,),
}
