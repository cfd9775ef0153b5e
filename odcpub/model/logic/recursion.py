"""Actions that call one another in a circle: without end, or until a condition ends it. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from odcpub.errors import Place, Problem, Severity
from odcpub.model.logic import tree
from odcpub.model.logic.walk import every_step, within
from odcpub.model.problems import Code


class Called(NamedTuple):
    """A call of another of the asset's own actions. ``always``: nothing before it may end or refuse, no condition
    leaves it out."""

    action: str
    place: Place
    always: bool


def calls(action: tree.Action) -> tuple[Called, ...]:
    """The calls of an action, in the order written; each action once, the call that is always made first."""
    found = list(_always(action.steps))
    every = every_step(action)
    found += [
        Called(step.action, step.place, False) for step in every if isinstance(step, tree.Call) and not step.library
    ]
    return tuple({one.action: one for one in reversed(found)}.values())


def _always(steps: tuple[tree.Step, ...]) -> Iterator[Called]:
    for step in steps:
        if isinstance(step, tree.Call) and not step.library:
            yield Called(step.action, step.place, True)
        if any(_may_end(one) for one in within((step,))):
            return


def _may_end(step: tree.Step) -> bool:
    """Whether the step may end the action, or be refused because of what is there."""
    goes_on = tree.Set | tree.Query | tree.Summary | tree.Clear | tree.Filter | tree.Find | tree.If | tree.ForEach
    return not isinstance(step, goes_on)


def circles(calling: Mapping[str, Collection[Called]]) -> Iterator[Problem]:
    """A problem for each circle of calls, at the call that closes it."""
    always = {name: {one.action: one for one in called if one.always} for name, called in calling.items()}
    told: set[str] = set()
    for way, last in _circles(always):
        told.update(way)
        message = f"the action calls itself without end: {_shown(way)}"
        hint = "call it under a condition: - if: …"
        yield Problem(str(Code.ENDLESS), message, hint, last.place, f"server_actions.{way[-2]}")
    every = {name: {one.action: one for one in called} for name, called in calling.items()}
    for way, last in _circles({name: its for name, its in every.items() if name not in told}):
        message = f"the action calls itself: {_shown(way)}"
        hint = "make sure that a condition ends it: calls go 100 deep at most"
        yield Problem(str(Code.ENDLESS), message, hint, last.place, f"server_actions.{way[-2]}", Severity.WARNING)


def _shown(way: tuple[str, ...]) -> str:
    return " → ".join(way if len(way) < 8 else (*way[:3], "…", *way[-3:]))


def _circles(edges: Mapping[str, Mapping[str, Called]]) -> Iterator[tuple[tuple[str, ...], Called]]:
    """One circle (first name again at its end) of every knot, with the call that closes it. Depth-first, without
    recursion."""
    done: set[str] = set()
    for start in edges:
        way = [start]
        stack = [iter(edges[start].values())] if start not in done else []
        while stack:
            call = next((one for one in stack[-1] if one.action in edges and one.action not in done), None)
            if call is None:
                stack.pop()
                done.add(way.pop())
            elif call.action in way:
                yield (*way[way.index(call.action) :], call.action), call
            else:
                way.append(call.action)
                stack.append(iter(edges[call.action].values()))
