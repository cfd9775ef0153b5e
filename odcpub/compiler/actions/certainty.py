"""Which variables always hold a row, and which lists hold no element without a value. No I/O.

What the code reads of them needs no ``?.``; C# itself only warns.
"""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.compiler.actions.walk import Walked, given, root, variables
from odcpub.model.expressions.tree import Expression, Kind, Name, Symbol
from odcpub.model.logic import tree
from odcpub.model.logic.tree import Step

_Fact = tuple[Symbol, bool | Symbol]
"""A variable, and whether what it gets is sure: as sure as another variable, where that is named."""


def sure_symbols(walked: Walked) -> frozenset[Symbol]:
    """Rows, records and lists of them that are sure wherever the action gives them a value."""
    action = walked.action
    facts = [fact for step in walked.steps for fact in _facts(step)]
    named = {one.name for one in (*action.inputs, *action.outputs, *action.locals)}
    sure = {symbol for symbol, _ in facts if symbol.name not in named} | {one.error for one in action.handlers}
    while doubtful := {symbol for symbol, source in facts if symbol in sure and not _holds(source, sure)}:
        sure -= doubtful
    return frozenset(sure)


def given_inputs(walked: Walked) -> frozenset[Symbol]:
    """Mandatory inputs that no step gives another value, and so always have one."""
    changed = {root(target) for step in walked.steps for target in given(step)}
    inputs = {Symbol(one.name, Kind.VARIABLE, one.type) for one in walked.action.inputs if one.mandatory}
    return frozenset(inputs - changed)


def _holds(source: bool | Symbol, sure: set[Symbol]) -> bool:
    return source if isinstance(source, bool) else source in sure


def _facts(step: Step) -> Iterator[_Fact]:
    if isinstance(step, tree.Get):
        yield step.variable.symbol, not step.optional
    elif isinstance(step, tree.Query | tree.Summary | tree.Create):
        yield from ((one.symbol, True) for one in variables(step))
    elif isinstance(step, tree.Call):
        yield from ((one.variable.symbol, False) for one in step.into)
    elif isinstance(step, tree.Set):
        yield from _assigned(step)
    else:
        yield from _of_lists(step)


def _assigned(step: tree.Set) -> Iterator[_Fact]:
    for one in step.assignments:
        if isinstance(one.target, Name):
            yield one.target.symbol, _source(one.value)


def _of_lists(step: Step) -> Iterator[_Fact]:
    if isinstance(step, tree.ForEach):
        yield step.variable.symbol, _source(step.values)
    elif isinstance(step, tree.Filter):
        yield step.variable.symbol, _source(step.values)
        yield step.item, _source(step.values)
    elif isinstance(step, tree.Find):
        yield step.item, _source(step.values)
    elif isinstance(step, tree.Order):
        yield step.item, _source(step.target)
    elif isinstance(step, tree.Distinct):
        yield step.variable.symbol, _source(step.values)
    elif isinstance(step, tree.Append) and isinstance(step.target, Name):
        yield step.target.symbol, _source(step.value)


def _source(node: Expression) -> bool | Symbol:
    return node.symbol if isinstance(node, Name) else False
