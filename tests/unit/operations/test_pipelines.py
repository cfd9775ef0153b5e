"""The table of steps: what a killed operation is resumed by, and what must never be skipped."""

from __future__ import annotations

import pytest

from odcpub.model.elements import Kind
from odcpub.operations.pipelines import PIPELINES
from odcpub.store.records import OperationKind


@pytest.mark.parametrize("key", PIPELINES)
def test_a_step_is_found_by_its_name(key: tuple[OperationKind, Kind]) -> None:
    names = [step.name for step in PIPELINES[key]]
    assert len(set(names)) == len(names)
    assert "end" not in names, "the workflow's own last step is called so"


def test_a_promotion_makes_nothing_and_a_library_touches_no_stage() -> None:
    promotion = {step.name for step in PIPELINES[OperationKind.DEPLOY, Kind.APP]}
    assert not promotion & {"verify", "compile", "image", "store"}
    library = {step.name for step in PIPELINES[OperationKind.PUBLISH, Kind.LIBRARY]}
    assert library == {"verify", "compile", "store"}


def test_data_grows_before_the_new_version_is_awaited_and_is_tightened_when_the_old_one_has_gone() -> None:
    for kind in (OperationKind.PUBLISH, OperationKind.DEPLOY, OperationKind.APPLY):
        names = [step.name for step in PIPELINES[kind, Kind.APP]]
        order = [names.index(name) for name in ("plan", "start", "expand", "ready", "settle", "tighten")]
        assert order == sorted(order)


def test_whether_anything_changed_is_always_found_out() -> None:
    for steps in PIPELINES.values():
        assert [step.name for step in steps if step.always] == [
            step.name for step in steps if step.name in ("verify", "plan")
        ]
