"""The API's shapes of a plan are those of the plan itself."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import msgspec

from odcpub.api_types import plans as shapes
from odcpub.data.phases import Phase
from odcpub.deployment.workload import Verb
from odcpub.operations.core import plan as core_plan

NAMES = {core_plan.Plan: "Plan", core_plan.Library: "PlanLibrary"}


def of_shape(shape: Any) -> dict[str, str]:
    return {name: str(hint).replace("odcpub.api_types.plans.", "") for name, hint in get_type_hints(shape).items()}


def test_every_part_has_the_fields_of_its_shape() -> None:
    parts = [one for one in vars(core_plan).values() if isinstance(one, type) and issubclass(one, core_plan.PlanPart)]
    for part in (one for one in parts if one is not core_plan.PlanPart):
        shape = getattr(shapes, NAMES.get(part, f"Plan{part.__name__}"))
        fields = msgspec.structs.fields(part)
        assert [one.encode_name for one in fields] == list(of_shape(shape)), part


def test_the_words_of_a_shape_are_those_of_the_plan() -> None:
    assert get_args(shapes.PhaseWord) == get_args(Phase)
    assert get_args(shapes.VerbWord) == (*get_args(Verb), "remove", "forget")


def test_a_plan_is_what_its_shape_says() -> None:
    """Decoded by the shape, nothing is missing, and nothing has another type."""
    value = core_plan.Value(name="Rate", value="1", mark="m")
    lock = core_plan.Lock(table="t", lock="l")
    plan = core_plan.Plan(
        server="s", operation=core_plan.OperationKind.DEPLOY, asset="Shop", asset_key="k", stage="QA", revision=2,
        build=core_plan.Build(key="k", model="m", compiler="c", runtime="sdk",
                         libraries=(core_plan.Library(name="n", version="1.0.0", digest="d"),)),
        configuration=core_plan.Configuration(settings=(value,), secrets=(value,)),
        data=core_plan.Data(steps=(core_plan.Step(summary="s", phase="expand", locks=(lock,)),),
                       transactions=(core_plan.Transaction(phase="expand", statements=("SELECT",), locks=(lock,)),)),
        deploy=(core_plan.Change(verb="update", what="w", fields=(core_plan.Field(path="p", old="", new="n"),)),),
        basis=core_plan.Basis(odcpub="1", runs=core_plan.Runs(revision=1, deployment=1)),
    )  # fmt: skip
    for one in (plan, msgspec.structs.replace(plan, build=None, configuration=None, data=None)):
        text = core_plan.to_text(one.with_fingerprint())
        assert msgspec.json.encode(msgspec.json.decode(text, type=shapes.Plan)).decode() == text
