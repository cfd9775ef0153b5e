"""Assets: revisions, releases, stages, configuration. No I/O."""

from typing import Literal, NotRequired, TypedDict

from odcpub.api_types.limits import Name, Text
from odcpub.api_types.models import SentModel

AssetKind = Literal["app", "library", "extension"]


class Revision(TypedDict):
    """What one publish made. ``tag``: its version where it is released; ``imageDigest``: empty for a library."""

    assetKey: str
    name: str
    assetType: AssetKind
    revision: int
    tag: str | None
    modelDigest: str
    imageDigest: str
    createdBy: str
    createdAt: str


class Revisions(TypedDict):
    """Every revision of an asset."""

    results: list[Revision]


class AssetVersionPatchRequest(TypedDict):
    """``tag``: the semantic version; the next patch where it is left out."""

    tag: NotRequired[Name | None]
    releaseNotes: NotRequired[Text]


class Release(TypedDict):
    """A released revision. ``unchanged``: it had this version before."""

    name: str
    revision: int
    tag: str
    unchanged: bool


class Environment(TypedDict):
    """A stage; its ``key`` is the same on every installation."""

    key: str
    name: str
    purpose: str
    order: int


class Environments(TypedDict):
    """The stages, in their order."""

    results: list[Environment]


class SettingValue(TypedDict):
    """A setting and its value in the stage, None where it has none; a secret's is never shown. ``valueOrigin``: the
    stage's file, or one of ODC's words."""

    key: str
    name: str
    description: str
    dataType: str
    isSecret: bool
    value: str | None
    valueOrigin: str


class PendingFile(TypedDict):
    """A stage's file that was sent and is not applied yet; ``apply``: the command that applies it. ``sentBy``: empty
    where it was taken over from the author's folder."""

    file: str
    sentBy: str
    sentAt: str
    apply: str


ChangeWord = Literal["new", "changed", "removed"]


class PushedFile(TypedDict):
    """A file that configures stages, and what became of it."""

    path: str
    change: ChangeWord


class PushedFiles(TypedDict):
    """The files of an asset's stages that have changed; ``resumed``: the keys of operations that waited for values of
    theirs, and go on."""

    key: str
    name: str
    files: list[PushedFile]
    warnings: list[str]
    resumed: list[str]


class StageFilesRequest(SentModel):
    """The files of a model's stages, of the one ``stage`` where it is named."""

    stage: NotRequired[Name]


class Configuration(TypedDict):
    """The settings of an app's latest revision in a stage. ``revisionDeployed``: None where nothing is deployed;
    ``pending``: the stage's file, where it is not applied yet."""

    key: str
    name: str
    revisionDeployed: int | None
    settings: list[SettingValue]
    pending: PendingFile | None
    warnings: list[str]


class ConfigurationValue(TypedDict):
    """``value``: None, or left out, forgets what was set. ``fromArgument``: the value stood in a command line, where
    others could read it."""

    key: Name
    value: NotRequired[Text | None]
    fromArgument: NotRequired[bool]


class ApplicationConfigPatch(TypedDict):
    """Values to set and to forget: all of them, or none."""

    settings: list[ConfigurationValue]


class Configured(TypedDict):
    """The names set and forgotten; ``secrets``: those of them that are kept as secrets; ``resumed``: the keys of
    operations that waited for these values, and go on."""

    set: list[str]
    unset: list[str]
    secrets: list[str]
    resumed: list[str]
