"""The steps of every kind of asset: what a killed operation is resumed by, and what each one takes."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType
from typing import get_args, get_type_hints

import pytest

from odcpub.model.elements import Kind
from odcpub.operations.core.command import Command
from odcpub.operations.core.outputs import Output, Revision
from odcpub.operations.core.step import Step, needs
from odcpub.operations.kinds import KINDS
from odcpub.store.records import OperationKind

LINES = [(kind, of, steps) for kind, found in KINDS.items() for of, steps in found.steps.items()]
EACH = pytest.mark.parametrize(("kind", "of", "steps"), [pytest.param(*one, id="-".join(one[:2])) for one in LINES])


def names(kind: Kind, of: OperationKind) -> list[str]:
    return [step.name for step in KINDS[kind].steps[of]]


@EACH
def test_a_step_is_found_by_its_name(kind: Kind, of: OperationKind, steps: tuple[Step, ...]) -> None:
    assert len(set(names(kind, of))) == len(steps)
    assert "end" not in names(kind, of), "the workflow's own last step is called so"
    assert not any(" " in name for name in names(kind, of)), "what follows a space is a unit's number"


def made(step: Step) -> Iterator[type]:
    """The types that a step returns."""
    work = getattr(step.work, "func", step.work)
    hint = get_type_hints(work)["return"]
    yield from (one for one in get_args(hint) or (hint,) if one is not NoneType)


@EACH
def test_every_step_takes_what_is_known_by_then(kind: Kind, of: OperationKind, steps: tuple[Step, ...]) -> None:
    commands = [one for one in get_args(Command) if one.kind == of]
    known: set[type] = {*commands, *((Revision,) if of in (OperationKind.DEPLOY, OperationKind.APPLY) else ())}
    for step in steps:
        for name, kinds in needs(step.takes).items():
            assert known.intersection(kinds), f"{step.name}: nobody has found out {name}"
        known.update(made(step))


def test_what_is_kept_is_the_outputs_of_steps() -> None:
    kept = {one for _, _, steps in LINES for step in steps for one in made(step)}
    assert all(issubclass(one, Output) for one in kept)


def test_a_promotion_makes_nothing_and_a_library_touches_no_stage() -> None:
    assert not {*names(Kind.APP, OperationKind.DEPLOY)} & {"verify", "compile", "image", "store"}
    assert names(Kind.LIBRARY, OperationKind.PUBLISH) == ["verify", "compile", "store"]
    assert not KINDS[Kind.LIBRARY].runs


def test_data_grows_before_the_new_version_is_awaited_and_is_tightened_when_the_old_one_has_gone() -> None:
    for kind in (OperationKind.PUBLISH, OperationKind.DEPLOY, OperationKind.APPLY):
        found = names(Kind.APP, kind)
        order = [found.index(name) for name in ("plan", "start", "expand", "ready", "settle", "tighten")]
        assert order == sorted(order)


@EACH
def test_whether_anything_changed_is_always_found_out(kind: Kind, of: OperationKind, steps: tuple[Step, ...]) -> None:
    assert [step.name for step in steps if step.always] == [
        step.name for step in steps if step.name in ("verify", "plan")
    ]


def test_what_operations_of_earlier_versions_are_resumed_by_is_what_it_was() -> None:
    """DBOS keeps the names of steps in their order: another one would strand what is pending."""
    run = ["start", "expand", "ready", "settle", "tighten"]
    assert names(Kind.APP, OperationKind.PUBLISH) == ["verify", "plan", "compile", "image", *run]
    for kind in (OperationKind.DEPLOY, OperationKind.APPLY):
        assert names(Kind.APP, kind) == ["plan", *run]
    assert names(Kind.APP, OperationKind.UNDEPLOY) == ["undeploy"]
