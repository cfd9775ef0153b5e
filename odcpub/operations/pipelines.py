"""The steps of every kind of operation, as one table. No I/O.

A step's name is what a killed operation is resumed by; its marker is what users see.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from odcpub.model.elements import Kind
from odcpub.operations import building, deploying, undeploying
from odcpub.operations.platform import Run
from odcpub.store.records import OperationKind


@dataclass(frozen=True, slots=True)
class Step:
    """``always``: runs too when the plan has found that nothing is to be done."""

    name: str
    marker: str
    run: Callable[[Run], None]
    always: bool = False


_DEPLOY = (
    Step("start", "Deploy", deploying.start),
    Step("expand", "Data", deploying.expand),
    Step("ready", "Deploy", deploying.ready),
    Step("settle", "Deploy", deploying.settle),
    Step("tighten", "Data", deploying.tighten),
)
_PLAN = Step("plan", "Data", deploying.plan, always=True)

PIPELINES: dict[tuple[OperationKind, Kind], tuple[Step, ...]] = {
    (OperationKind.PUBLISH, Kind.APP): (
        Step("verify", "Verify", building.verify, always=True),
        _PLAN,
        Step("compile", "Compile", building.compile_step),
        Step("image", "Image", building.image_step),
        *_DEPLOY,
    ),
    (OperationKind.PUBLISH, Kind.LIBRARY): (
        Step("verify", "Verify", building.verify, always=True),
        Step("compile", "Compile", building.compile_step),
        Step("store", "Store", building.store_step),
    ),
    (OperationKind.DEPLOY, Kind.APP): (_PLAN, *_DEPLOY),
    (OperationKind.APPLY, Kind.APP): (_PLAN, *_DEPLOY),
    (OperationKind.UNDEPLOY, Kind.APP): (Step("undeploy", "Deploy", undeploying.undeploy),),
}
