"""The API's shapes of a plan are those of the plan itself."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import msgspec

from odcpub.api_types import plans as shapes
from odcpub.data.phases import Phase
from odcpub.deployment.workload import Verb
from odcpub.operations.core import plan as said

NAMES = {said.Plan: "Plan", said.Library: "PlanLibrary"}


def of_shape(shape: Any) -> dict[str, str]:
    return {name: str(hint).replace("odcpub.api_types.plans.", "") for name, hint in get_type_hints(shape).items()}


def test_every_part_has_the_fields_of_its_shape() -> None:
    parts = [one for one in vars(said).values() if isinstance(one, type) and issubclass(one, said.Said)]
    for part in (one for one in parts if one is not said.Said):
        shape = getattr(shapes, NAMES.get(part, f"Plan{part.__name__}"))
        fields = msgspec.structs.fields(part)
        assert [one.encode_name for one in fields] == list(of_shape(shape)), part


def test_the_words_of_a_shape_are_those_of_the_plan() -> None:
    assert get_args(shapes.PhaseWord) == get_args(Phase)
    assert get_args(shapes.VerbWord) == (*get_args(Verb), "remove", "forget")


def test_a_plan_is_what_its_shape_says() -> None:
    """Decoded by the shape, nothing is missing, and nothing has another type."""
    value = said.Value(name="Rate", value="1", mark="m")
    lock = said.Lock(table="t", lock="l")
    plan = said.Plan(
        server="s", operation=said.OperationKind.DEPLOY, asset="Shop", asset_key="k", stage="QA", revision=2,
        build=said.Build(key="k", model="m", compiler="c", runtime="sdk",
                         libraries=(said.Library(name="n", version="1.0.0", digest="d"),)),
        configuration=said.Configuration(settings=(value,), secrets=(value,)),
        data=said.Data(steps=(said.Step(summary="s", phase="expand", locks=(lock,)),),
                       transactions=(said.Transaction(phase="expand", statements=("SELECT",), locks=(lock,)),)),
        deploy=(said.Change(verb="update", what="w", fields=(said.Field(path="p", old="", new="n"),)),),
        basis=said.Basis(odcpub="1", runs=said.Runs(revision=1, deployment=1)),
    )  # fmt: skip
    for one in (plan, msgspec.structs.replace(plan, build=None, configuration=None, data=None)):
        text = said.to_text(one.sealed())
        assert msgspec.json.encode(msgspec.json.decode(text, type=shapes.Plan)).decode() == text
