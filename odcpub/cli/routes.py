"""The API's routes that commands ask, each with the types of its request and its answer. No I/O.

The types are the type checker's alone: a command that starts loads none of them. ``tests/unit/cli/test_routes.py``
compares them with what the server says of its routes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from odcpub.api_types import assets, calls, installation, models, operations, plans

Body = TypeVar("Body")
Answer = TypeVar("Answer")

DEPLOYMENTS = "/api/deployments/v1"


class Route(Generic[Body, Answer]):
    """A method and a path. ``Body``: of the request, None where it has none; ``Answer``: the JSON that comes back."""

    __slots__ = ("method", "path")

    def __init__(self, method: str, path: str) -> None:
        self.method, self.path = method, path

    def at(self, *names: str) -> Route[Body, Answer]:
        """The route with a name for each ``{}`` of its path; whatever was typed is one segment."""
        return Route(self.method, self.path.format(*(quote(name, safe="", errors="replace") for name in names)))

    def asking(self, **query: str | int) -> Route[Body, Answer]:
        """The route with a query."""
        return Route(self.method, f"{self.path}?{urlencode(query, quote_via=quote)}" if query else self.path)


class Beginning(Generic[Body]):
    """What begins an operation, and what only plans it. ``Body``: the request of both."""

    __slots__ = ("plan", "run")

    def __init__(self, kind: str) -> None:
        self.run: Route[Body, operations.Operation] = Route("POST", f"{DEPLOYMENTS}/{kind}-operations")
        self.plan: Route[Body, plans.Plan] = Route("POST", f"{DEPLOYMENTS}/{kind}-plans")


PUBLISHING: Beginning[operations.PublishOperationRequest] = Beginning("publish")
DEPLOYING: Beginning[operations.DeploymentOperationRequest] = Beginning("deployment")
EXECUTION: Route[plans.PlanExecutionRequest, operations.Operation] = Route("POST", f"{DEPLOYMENTS}/plan-executions")
MESSAGES: Route[None, operations.MessagePage] = Route("GET", f"{DEPLOYMENTS}/{{}}/{{}}/messages")
"""At the collection of the operation's kind, and its key."""

OPERATIONS: Route[None, operations.OperationPage] = Route("GET", "/api/v1/operations")
OPERATION: Route[None, operations.Operation] = Route("GET", "/api/v1/operations/{}")
CONTINUE: Route[None, operations.Operation] = Route("POST", "/api/v1/operations/{}/continue")
CANCEL: Route[None, operations.Operation] = Route("POST", "/api/v1/operations/{}/cancel")

_CONFIGURATIONS = "/api/asset-configurations/v1/environments/{}/applications/{}/configurations"
CONFIGURATION: Route[None, assets.Configuration] = Route("GET", _CONFIGURATIONS)
"""At the stage, and the app."""
CONFIGURE: Route[assets.ApplicationConfigPatch, assets.Configured] = Route("PATCH", _CONFIGURATIONS)
PUSH: Route[assets.StageFilesRequest, assets.PushedFiles] = Route("POST", "/api/asset-configurations/v1/files")
RELEASE: Route[assets.AssetVersionPatchRequest, assets.Release] = Route(
    "PATCH", "/api/asset-repository/v1/assets/{}/revisions/{}"
)

CALL: Route[calls.ActionCallRequest, calls.ActionCall] = Route("POST", "/api/v1/applications/{}/actions/{}/calls")

MODEL_FILES: Route[models.ModelFilesRequest, models.ModelFiles] = Route("POST", "/api/v1/model-files")
UPDATE: Route[models.SentModel, installation.Update] = Route("POST", "/api/v1/updates")
SOURCE: Route[None, installation.Source] = Route("GET", "/api/v1/sources/{}")
SCRIPTS: Route[None, installation.Scripts] = Route("GET", "/api/v1/scripts/{}")
RESTORE_SCRIPTS: Route[installation.ScriptsRequest, installation.Scripts] = Route("PUT", "/api/v1/scripts/{}")

ENGINES: Route[None, installation.Engines] = Route("GET", "/api/v1/engines")
CHOOSE_ENGINES: Route[installation.EnginesPatch, installation.Engines] = Route("PATCH", "/api/v1/engines")
SERVER: Route[None, installation.Server] = Route("GET", "/api/v1/server")
CHOOSE_STORE: Route[installation.StorePatch, installation.StoreChanged] = Route("PATCH", "/api/v1/server")
SHUT_DOWN: Route[None, installation.ShutDown] = Route("POST", "/api/v1/shutdown")
STATUS: Route[None, installation.Status] = Route("GET", "/api/v1/status")
DOCTOR: Route[None, installation.Doctor] = Route("GET", "/api/v1/doctor")
