"""What enters and leaves the API, with ODC's names and shapes where ODC has them. No I/O."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

LARGEST = 2**31 - 1
"""Of revisions' numbers."""


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PublishOperationRequest(Input):
    """``folder``: the model's absolute path on the server's machine."""

    operation: Literal["Publish"] = "Publish"
    folder: str


class DeploymentOperationRequest(Input):
    """``assetKey`` and ``environmentKey`` take names too; without ``revision``, the one of the stage before."""

    operation: Literal["Deploy", "Undeploy", "ApplyConfigs"]
    assetKey: str  # noqa: N815 - ODC's name
    environmentKey: str  # noqa: N815
    revision: int | None = Field(None, ge=1, le=LARGEST)


class AssetVersionPatchRequest(Input):
    """``tag``: the semantic version; the next patch where it is left out."""

    tag: str | None = None
    releaseNotes: str = ""  # noqa: N815


class ConfigurationValue(Input):
    """``fromArgument``: the value stood in a command line, where others could read it."""

    key: str
    value: str | None = None
    fromArgument: bool = False  # noqa: N815


class ApplicationConfigPatch(Input):
    """A value of None forgets what was set."""

    settings: list[ConfigurationValue]


class EnginesPatch(Input):
    """``use`` a profile, or ``set`` single choices; ``databasePassword`` goes with a database address.
    ``kubeconfig``: the caller's file, whose current context profile ``kind`` keeps."""

    use: str | None = None
    set: dict[str, str] = {}
    databasePassword: str | None = None  # noqa: N815
    kubeconfig: str = ""


class FolderRequest(Input):
    folder: str


class ScaffoldRequest(Input):
    """``folder``: the name of the folder to be, which gives the asset's where ``name`` is empty."""

    kind: Literal["app", "library"]
    name: str = ""
    folder: str = ""


class ImportRequest(Input):
    """``text``: the foreign model; ``file``: its name, for messages; ``name``: the app's, else what the text says."""

    format: Literal["jdl"]
    text: str
    file: str
    name: str | None = None


class Problem(BaseModel):
    """RFC 9457 problem details; ``exit_code`` is the command line's."""

    title: str
    status: int
    detail: str = ""
    hint: str = ""
    exit_code: int = 3
    details: list[str] = []
    problems: list[dict[str, Any]] = []
