"""Warnings of one action: steps that are never reached, variables that nothing uses, queries that cost much. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from odcpub.errors import Place
from odcpub.model.elements import Basic
from odcpub.model.expressions.tree import Binary, Expression, Kind, Member, Name, Operator, children
from odcpub.model.logic import tree
from odcpub.model.logic.surroundings import Surroundings
from odcpub.model.logic.variables import Variables
from odcpub.model.logic.walk import blocks
from odcpub.model.problems import Code


class Warned(NamedTuple):
    """What is worth a warning, where, and what to do about it."""

    code: Code
    place: Place
    message: str
    hint: str


def warnings(action: tree.Action, variables: Variables, around: Surroundings) -> Iterator[Warned]:
    """All that an action which is right should be warned of."""
    for block in (action.steps, *(handler.steps for handler in action.handlers)):
        yield from _unreachable(block)
        yield from _queries(block, around, "")
    yield from _handlers(action)
    yield from _unused(action, variables)


def ends(steps: tuple[tree.Step, ...]) -> bool:
    """Whether the steps end the action, whatever happens."""
    return any(map(_ends, steps))


def _ends(step: tree.Step) -> bool:
    if isinstance(step, tree.If):
        return ends(step.otherwise) and all(ends(case.steps) for case in step.cases)
    return isinstance(step, tree.Raise | tree.End)


def _unreachable(steps: tuple[tree.Step, ...]) -> Iterator[Warned]:
    for step, following in pairwise(steps):
        if _ends(step):
            message = "this step is never reached: the one before it ends the action"
            yield Warned(Code.UNREACHABLE, following.place, message, "remove it, or move it up")
            break
    for step in steps:
        for block in blocks(step):
            yield from _unreachable(block)


def _handlers(action: tree.Action) -> Iterator[Warned]:
    known: set[str] = set()
    for handler in action.handlers:
        if handler.code in known or "" in known:
            message = "this entry of on_error is never reached: one before it takes the same refusals"
            yield Warned(Code.UNREACHABLE, handler.place, message, "remove it, or move it up")
        known.add(handler.code)


def _unused(action: tree.Action, variables: Variables) -> Iterator[Warned]:
    used, given = variables.used, variables.given
    for one in action.inputs:
        if one.name not in used:
            hint = "remove it, here and where the action is called"
            yield Warned(Code.UNUSED, one.place, f"nothing uses the input {one.name}", hint)
    for one in action.locals:
        if one.name not in used:
            what = f"the local {one.name} is set, and nothing uses it" if one.name in given else ""
            yield Warned(Code.UNUSED, one.place, what or f"nothing uses the local {one.name}", "remove it")
    for name, place in variables.made.items():
        if name not in used:
            yield Warned(
                Code.UNUSED, place, f"nothing uses the variable {name}", "remove the step, or use what it gives"
            )
    for one in action.outputs:
        if one.name not in given and one.default is None:
            hint = f"set it: - set: {{ {one.name}: … }}"
            yield Warned(Code.NEVER_SET, one.place, f"nothing sets the output {one.name}", hint)


def _queries(steps: tuple[tree.Step, ...], around: Surroundings, loop: str) -> Iterator[Warned]:
    """``loop``: the variable of the loop within which the steps stand, empty for none."""
    for step in steps:
        if isinstance(step, tree.Query) and step.maximum is None and not _is_bounded(step, around):
            message = f"the query gives every {step.entity} that there is, be it millions"
            if step.where:
                message = f"the query gives every {step.entity} for which the condition is True, be it millions"
            hint = "say how many: maximum: 1000"
            yield Warned(Code.NO_LIMIT, step.place, message, hint)
        if loop and _is_query(step):
            message = f"the database is asked for each {loop} anew"
            hint = "ask once before the loop, and use find or filter within it"
            if isinstance(step, tree.Summary):
                hint = "ask once before the loop, with group_by, and use find within it"
            yield Warned(Code.QUERY_IN_LOOP, step.place, message, hint)
        inner = step.variable.symbol.name if isinstance(step, tree.ForEach) else loop
        for block in blocks(step):
            yield from _queries(block, around, inner)


def _is_query(step: tree.Step) -> bool:
    """Whether it asks what the database could be asked before: a row that is changed is read where that happens."""
    return isinstance(step, tree.Summary) or (isinstance(step, tree.Get | tree.Query) and not step.locked)


def _is_bounded(query: tree.Query, around: Surroundings) -> bool:
    """Whether there are few rows by nature: records of a static entity, or rows that belong to one other row."""
    return query.entity in around.statics or (query.where is not None and _belongs(query.where, around))


def _belongs(where: Expression, around: Surroundings) -> bool:
    if not isinstance(where, Binary):
        return False
    if where.operator is Operator.AND:
        return _belongs(where.left, around) or _belongs(where.right, around)
    if where.operator is not Operator.EQUAL:
        return False
    return any(
        _is_reference(one, around) and not _names_row(other)
        for one, other in ((where.left, where.right), (where.right, where.left))
    )


def _is_reference(node: Expression, around: Surroundings) -> bool:
    is_identifier = node.type.basic is Basic.IDENTIFIER and node.type.target not in around.statics
    return is_identifier and isinstance(node, Member) and _names_row(node)


def _names_row(node: Expression) -> bool:
    if isinstance(node, Name):
        return node.symbol.kind is Kind.ROW
    return any(map(_names_row, children(node)))
