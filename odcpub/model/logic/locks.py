"""Which rows an action reads so that nobody else changes them: those that it changes or deletes later. No I/O.

Whether a step comes before or after another does not matter here, and variables of one name count as one: a row too
many may be locked, never one too few.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from odcpub.model.elements import Basic
from odcpub.model.expressions.tree import Expression, Kind, Name, children
from odcpub.model.logic import tree
from odcpub.model.logic.variables import root
from odcpub.model.logic.walk import every_step


def locked(action: tree.Action) -> tree.Action:
    """The action, with ``locked`` of what it reads and later changes."""
    every = tuple(every_step(action))
    changed = {one.symbol.name for step in every for one in _changed(step)}
    if not changed:
        return action
    sources: dict[str, set[str]] = {}
    for step in every:
        for name, values in _given(step):
            sources.setdefault(name, set()).update(_rows(values))
    todo = list(changed)
    while todo:
        for source in sources.get(todo.pop(), ()):
            if source not in changed:
                changed.add(source)
                todo.append(source)
    handlers = tuple(replace(one, steps=_marked(one.steps, changed)) for one in action.handlers)
    return replace(action, steps=_marked(action.steps, changed), handlers=handlers)


def _changed(step: tree.Step) -> Iterator[Name]:
    if isinstance(step, tree.Update | tree.Delete) and isinstance(step.row, Name):
        yield step.row


def _given(step: tree.Step) -> Iterator[tuple[str, Expression]]:
    """Variables, and the expressions whose rows they hold after the step."""
    if isinstance(step, tree.Set):
        for one in step.assignments:
            if target := root(one.target):
                yield target.name, one.value
    elif isinstance(step, tree.ForEach | tree.Filter | tree.Distinct):
        yield step.variable.symbol.name, step.values
    elif isinstance(step, tree.Append) and (target := root(step.target)):
        yield target.name, step.value


def _rows(expression: Expression) -> Iterator[str]:
    """The variables of which an expression may give a row."""
    if expression.type.basic is not Basic.STRUCTURE:
        return
    if isinstance(expression, Name):
        if expression.symbol.kind is Kind.VARIABLE:
            yield expression.symbol.name
        return
    for part in children(expression):
        yield from _rows(part)


def _marked(steps: tuple[tree.Step, ...], changed: set[str]) -> tuple[tree.Step, ...]:
    return tuple(_mark(step, changed) for step in steps)


def _mark(step: tree.Step, changed: set[str]) -> tree.Step:
    if isinstance(step, tree.Get | tree.Query):
        return replace(step, locked=step.locked or step.variable.symbol.name in changed)
    if isinstance(step, tree.ForEach):
        return replace(step, steps=_marked(step.steps, changed))
    if isinstance(step, tree.If):
        cases = tuple(replace(case, steps=_marked(case.steps, changed)) for case in step.cases)
        return replace(step, cases=cases, otherwise=_marked(step.otherwise, changed))
    return step
