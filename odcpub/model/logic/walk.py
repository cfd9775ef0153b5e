"""Walks the steps of an action. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.model.logic import tree


def every_step(action: tree.Action) -> Iterator[tree.Step]:
    """All steps of an action, those within others too, in the order written."""
    yield from within(action.steps)
    for handler in action.handlers:
        yield from within(handler.steps)


def within(steps: tuple[tree.Step, ...]) -> Iterator[tree.Step]:
    """These steps and all within them."""
    for step in steps:
        yield step
        for block in blocks(step):
            yield from within(block)


def blocks(step: tree.Step) -> tuple[tuple[tree.Step, ...], ...]:
    """The blocks of steps within a step."""
    if isinstance(step, tree.If):
        return (*(case.steps for case in step.cases), step.otherwise)
    return (step.steps,) if isinstance(step, tree.ForEach) else ()
