"""What the server checks of a request besides its shape: paths, queries, and what fields mean together. No I/O."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import AfterValidator, BeforeValidator

from odcpub.api_types.assets import ApplicationConfigPatch, AssetVersionPatchRequest, StageFilesRequest
from odcpub.api_types.calls import ActionCallRequest
from odcpub.api_types.installation import (
    EnginesPatch,
    ScriptsRequest,
    StorePatch,
)
from odcpub.api_types.limits import LARGEST
from odcpub.api_types.models import ModelFilesRequest, SentModel
from odcpub.api_types.operations import DeploymentOperationRequest, PublishOperationRequest
from odcpub.api_types.plans import PlanExecutionRequest
from odcpub.portal.checked import CHECKED, wrong
from odcpub.store.records import Status


def _digits(value: object) -> object:
    """Of a query or path, where all is text: digits alone, not `1.0`, `+1` or `1_000`."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 10):
        raise wrong("must be digits")
    return int(value) if isinstance(value, str) else value


Whole = Annotated[int, BeforeValidator(_digits)]
RevisionNumber = Annotated[int | None, BeforeValidator(_digits), Query(ge=1, le=LARGEST)]
Number = Annotated[Whole, Path(ge=0, le=LARGEST)]
Offset = Annotated[Whole, Query(ge=0, le=LARGEST)]
Limit = Annotated[Whole, Query(ge=1, le=500)]
ManyLines = Annotated[Whole, Query(ge=1, le=5_000)]
Statuses = Annotated[Literal["", Status.RUNNING, Status.FINISHED, Status.FAILED], Query()]
YesNo = Annotated[Literal["true", "false"], Query()]


def _fitting(value: DeploymentOperationRequest) -> DeploymentOperationRequest:
    if value.get("forget") and value["operation"] != "Undeploy":
        raise wrong("forget belongs to Undeploy")
    if value.get("waitForSettings") and value["operation"] != "Deploy":
        raise wrong("waitForSettings belongs to Deploy")
    return value


PublishBody = Annotated[PublishOperationRequest, CHECKED]
DeploymentBody = Annotated[DeploymentOperationRequest, CHECKED, AfterValidator(_fitting)]
ExecutionBody = Annotated[PlanExecutionRequest, CHECKED]
ReleaseBody = Annotated[AssetVersionPatchRequest, CHECKED]
ConfigurationBody = Annotated[ApplicationConfigPatch, CHECKED]
ScriptsBody = Annotated[ScriptsRequest, CHECKED]
StoreBody = Annotated[StorePatch, CHECKED]
EnginesBody = Annotated[EnginesPatch, CHECKED]
SentModelBody = Annotated[SentModel, CHECKED]
StageFilesBody = Annotated[StageFilesRequest, CHECKED]
ModelFilesBody = Annotated[ModelFilesRequest, CHECKED]
CallBody = Annotated[ActionCallRequest, CHECKED]
