"""Server actions, checked with the whole model → typed trees, and every problem at once. No I/O.

An action that did not change, in surroundings that did not, is not checked again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from weakref import ref

from odcpub.errors import ModelError, Problem, Severity
from odcpub.model.elements import Asset, ServerAction, Step
from odcpub.model.expressions.scope import Hearer
from odcpub.model.expressions.tree import TEXT, Kind, Symbol
from odcpub.model.logic import tree
from odcpub.model.logic.checking import Clauses
from odcpub.model.logic.codes import never_raised
from odcpub.model.logic.differences import words
from odcpub.model.logic.flow import Flow
from odcpub.model.logic.locks import locked
from odcpub.model.logic.recursion import Called, calls, circles
from odcpub.model.logic.steps import ERROR
from odcpub.model.logic.surroundings import Surroundings
from odcpub.model.logic.usage import warnings
from odcpub.model.problems import Code
from odcpub.once import Once


@dataclass(frozen=True, slots=True)
class Examined:
    """``action``: None where one of the problems is an error. ``calls``: of other actions of the asset."""

    action: tree.Action | None
    problems: tuple[Problem, ...]
    calls: tuple[Called, ...] = ()


def typed(action: ServerAction, around: Surroundings) -> tree.Action:
    """The typed tree of an action. Raises ModelError with all problems; a verified asset's actions have none."""
    found = examined(action, around)
    if found.action is None:
        raise ModelError(found.problems)
    return found.action


def listen(action: ServerAction, around: Surroundings, hear: Hearer) -> None:
    """Tells ``hear`` of all expressions of an action's steps, those of targets too."""
    checker = _Checker(action, around)
    checker.hear = hear
    with checker.variables.block():
        checker.steps(action.steps)
    checker.handlers()


class _Checker(Flow):
    """Goes through the steps once."""

    def steps(self, steps: tuple[Step, ...]) -> tuple[tree.Step, ...]:
        found = (_CHECKED.get(step.kind, _Checker.unknown)(self, Clauses.of(step)) for step in steps)
        return tuple(step for step in found if step is not None)

    def handlers(self) -> tuple[tree.Handler, ...]:
        error = Symbol(ERROR, Kind.VARIABLE, self.record_type(ERROR, {"Message": TEXT, "Code": TEXT}))
        found = []
        for entry in self.action.handlers:
            clauses = Clauses.of(entry)
            with self.variables.named(error):
                steps = self.inner(clauses.get("do"))
            found.append(tree.Handler(clauses.text("code"), error, steps, entry.place))
        return tuple(found)


_CHECKED: Mapping[str, Callable[[_Checker, Clauses], tree.Step | None]] = {
    "get": _Checker.get,
    "query": _Checker.query,
    "set": _Checker.set,
    "if": _Checker.decide,
    "switch": _Checker.switch,
    "for_each": _Checker.for_each,
    "create": _Checker.create,
    "update": _Checker.update,
    "delete": _Checker.delete,
    "call": _Checker.call,
    "raise": _Checker.refuse,
    "end": _Checker.end,
    "append": _Checker.append,
    "remove": _Checker.remove,
    "clear": _Checker.clear,
    "filter": _Checker.filter,
    "find": _Checker.find,
    "order": _Checker.order,
    "distinct": _Checker.distinct,
}


def _examined(action: ServerAction, around: Surroundings) -> Examined:
    checker = _Checker(action, around)
    for one in (*action.inputs, *action.outputs, *action.locals):
        if what := around.taken.get(one.name.casefold()):
            message = f"a variable cannot be called {one.name}: that is {what}"
            checker.error(Code.RESERVED_NAME, one.place, message, "use another name")
    with checker.variables.block():
        steps = checker.steps(action.steps)
    made = tree.Action(
        action.name,
        action.inputs,
        action.outputs,
        action.locals,
        steps,
        checker.handlers(),
        action.timeout,
        action.place,
    )
    problems = tuple(checker.problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Examined(None, problems)
    found = locked(made)
    for warned in warnings(found, checker.variables, around) if checker.complete else ():
        checker.warn(warned.code, warned.place, warned.message, warned.hint)
    return Examined(found, tuple(checker.problems), calls(found))


def examined(action: ServerAction, around: Surroundings) -> Examined:
    """All that is to be said of an action: its tree, or its errors; its warnings. Found once, and taken over from the
    surroundings before where nothing that the action names has changed."""
    last = _LAST(action)
    known = {id(one()): found for one, found in last}
    found = known.get(id(around))
    if found is None:
        like = around.like() if around.like else None
        before = known.get(id(like)) if like else None
        if before and before.action and around.changed is not None and around.changed.isdisjoint(words(action)):
            found = before
        else:
            found = _examined(action, around)
        last[:] = [(ref(around), found), *((one, its) for one, its in last if one() is like is not None)]
    return found


def problems_of_logic(asset: Asset, around: Surroundings, unsound: Collection[str]) -> Iterator[Problem]:
    """All that is to be said of an asset's actions. ``unsound``: those of which something was told where they were
    read."""
    calling: dict[str, tuple[Called, ...]] = {}
    for action in asset.server_actions:
        if around.is_library and action.api:
            path = f"server_actions.{action.name}"
            hint = "remove api: an app's action calls it"
            yield Problem(str(Code.LIBRARY_DATA), "a library's action has no endpoint", hint, action.place, path)
        calling[action.name] = examined(action, around).calls
        for problem in examined(action, around).problems:
            if action.name not in unsound or not _may_follow(problem):
                yield problem
    yield from circles(calling)
    if not unsound and not around.absent:
        yield from never_raised(asset, around.facts.libraries)


def _may_follow(problem: Problem) -> bool:
    """Whether it may come from what was told where the action was read."""
    return problem.severity is Severity.WARNING or problem.code == Code.MISSING_KEY


def _nothing(action: ServerAction) -> list[tuple[ref[Surroundings], Examined]]:
    return []


_LAST: Once[ServerAction, list[tuple[ref[Surroundings], Examined]]] = Once(_nothing)
"""Action → what was said of it in its surroundings, and in those before."""
