"""What enters and leaves the API, with ODC's names and shapes where ODC has them. No I/O."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from odcpub.files import MAX_FILE
from odcpub.store.records import Status

LARGEST = 2**31 - 1
"""Of numbers: of revisions, and of what is passed over in a list."""
LONGEST_PATH, LONGEST_TEXT = 4_096, 1_000_000


def _digits(value: object) -> object:
    """Of a query or path, where all is text: digits alone, not `1.0`, `+1` or `1_000`."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 10):
        raise ValueError("must be digits")
    return int(value) if isinstance(value, str) else value


def _absolute(value: str) -> str:
    if "\0" in value or not PurePath(value).is_absolute():
        raise ValueError("must be an absolute path")
    return value


Whole = Annotated[int, BeforeValidator(_digits)]
RevisionNumber = Annotated[int | None, BeforeValidator(_digits), Query(ge=1, le=LARGEST)]
Number = Annotated[Whole, Path(ge=0, le=LARGEST)]
Offset = Annotated[Whole, Query(ge=0, le=LARGEST)]
Limit = Annotated[Whole, Query(ge=1, le=500)]
ManyLines = Annotated[Whole, Query(ge=1, le=5_000)]
Statuses = Annotated[Literal["", Status.RUNNING, Status.FINISHED, Status.FAILED], Query()]
YesNo = Annotated[Literal["true", "false"], Query()]
Folder = Annotated[str, Field(max_length=LONGEST_PATH), AfterValidator(_absolute)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Name = Annotated[str, Field(max_length=LONGEST_PATH)]


class Input(BaseModel):
    """What comes in has the very types that are said: `true` is no number, and `1` no truth value."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PublishOperationRequest(Input):
    """``folder``: the model's absolute path on the server's machine."""

    operation: Literal["Publish"] = "Publish"
    folder: Folder


class DeploymentOperationRequest(Input):
    """``assetKey`` and ``environmentKey`` take names too; without ``revision``, the one of the stage before.
    ``forget``: an Undeploy of the records alone, where the runner is gone for good."""

    operation: Literal["Deploy", "Undeploy", "ApplyConfigs"]
    assetKey: Name  # noqa: N815 - ODC's name
    environmentKey: Name  # noqa: N815
    revision: int | None = Field(None, ge=1, le=LARGEST)
    forget: bool = False

    @model_validator(mode="after")
    def _forgets(self) -> DeploymentOperationRequest:
        if self.forget and self.operation != "Undeploy":
            raise ValueError("forget belongs to Undeploy")
        return self


class AssetVersionPatchRequest(Input):
    """``tag``: the semantic version; the next patch where it is left out."""

    tag: Name | None = None
    releaseNotes: Text = ""  # noqa: N815


class ConfigurationValue(Input):
    """``fromArgument``: the value stood in a command line, where others could read it."""

    key: Name
    value: Text | None = None
    fromArgument: bool = False  # noqa: N815


class ApplicationConfigPatch(Input):
    """A value of None forgets what was set."""

    settings: list[ConfigurationValue]


class EnginesPatch(Input):
    """``use`` a profile, or ``set`` single choices; ``databasePassword`` goes with a database address.
    ``kubeconfig``: the caller's file, whose current context profile ``kind`` keeps. ``check``: only says what would be
    refused, before somebody is asked for a password; nothing is changed."""

    use: Name | None = None
    set: dict[Name, Name] = {}
    databasePassword: Name | None = None  # noqa: N815
    kubeconfig: Name = ""
    check: bool = False


class FolderRequest(Input):
    folder: Folder


class ScaffoldRequest(Input):
    """``folder``: the name of the folder to be, which gives the asset's where ``name`` is empty."""

    kind: Literal["app", "library"]
    name: Name = ""
    folder: Name = ""


class ImportRequest(Input):
    """``text``: the foreign model; ``file``: its name, for messages; ``name``: the app's, else what the text says."""

    format: Literal["jdl"]
    text: Annotated[str, Field(max_length=MAX_FILE)]
    file: Name
    name: Name | None = None


class Problem(BaseModel):
    """RFC 9457 problem details; ``exit_code`` is the command line's."""

    title: str
    status: int
    detail: str = ""
    hint: str = ""
    exit_code: int = 3
    details: list[str] = []
    problems: list[dict[str, Any]] = []
