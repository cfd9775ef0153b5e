"""The platform's records as values. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from odcpub.errors import Severity


class Status(StrEnum):
    """ODC's operation statuses."""

    RUNNING = "Running"
    FINISHED = "Finished"
    FAILED = "FinishedWithError"


UNDEPLOYED, CLEARED = "Undeployed", "Cleared"
"""The status of deployments that were taken out of their stage: of those that had served, and of those that never
had and may have left something."""


class OperationKind(StrEnum):
    """ODC's kinds of operation."""

    PUBLISH = "Publish"
    DEPLOY = "Deploy"
    APPLY = "ApplyConfigs"
    UNDEPLOY = "Undeploy"


@dataclass(frozen=True, slots=True)
class AssetRecord:
    """``label``: the DNS label, also the schema's and repository's base; ``folder``: where its model lay last, on which
    ``host`` (empty: an odcpub of before recorded it, on this machine): for people alone, and to tell a rename from a
    copy. ``source``: the digest of its files as they were sent last (``odcpub.tree``); empty: by none yet."""

    key: str
    name: str
    kind: str
    label: str
    folder: str
    created_at: str
    source: str = ""
    host: str = ""

    def seen_from(self, host: str) -> str:
        """Its folder, as people at ``host`` find it."""
        return self.folder if self.host in ("", host) else f"{self.folder} on {self.host}"


@dataclass(frozen=True, slots=True)
class StageFile:
    """A file that configures an asset's stages: ``content`` tells it from another (empty: there is none any more);
    who sent it, and when. An empty ``sent_by``: it was taken over from its author's folder."""

    asset: str
    path: str
    content: str
    sent_by: str
    sent_at: str


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """``model`` and ``build``: blob digests; ``image``: manifest digest, empty for a library; ``schema``: the target
    schema's fingerprint; ``lock``: JSON of library name → {version, revision, digest}; ``build_key``: all inputs;
    ``runtime``: the toolchain's source (``sdk``, ``bootstrap``)."""

    asset: str
    number: int
    model: str
    build: str
    build_key: str
    image: str
    repository: str
    schema: str
    lock: str
    runtime: str
    operation: str
    created_at: str
    created_by: str


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """A revision with a semantic version, which never changes."""

    asset: str
    version: str
    revision: int
    notes: str
    created_at: str
    created_by: str


@dataclass(frozen=True, slots=True)
class DeploymentRecord:
    """``number`` counts a stage's deployments of the asset: the number of its migration script."""

    id: int
    asset: str
    stage: str
    number: int
    revision: int
    configuration: str
    operation: str
    status: str
    address: str
    created_at: str


@dataclass(frozen=True, slots=True)
class DeploymentEnd:
    """How an operation leaves its deployment. ``address``: where the app answers, as far as it is known; ``serves``:
    what runs there is the version of this very operation."""

    status: Status
    address: str = ""
    serves: bool = False


@dataclass(frozen=True, slots=True)
class OperationRecord:
    """``request`` is what was asked, ``state`` what the steps have found out so far, both as the ledger writes and
    reads them (``odcpub.operations.core``); neither holds secrets. ``serving``: 1 once its new version serves."""

    key: str
    kind: str
    asset: str
    asset_name: str
    stage: str
    status: str
    user: str
    started_at: str
    finished_at: str | None
    request: str
    state: str
    serving: int = 0


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan by its fingerprint. ``stage``: label; ``command``: what it is the plan of, and ``text``: the plan, both as
    ``odcpub.operations.core`` writes them; ``catalogue``: blob of what the live schema had, of plans that were shown;
    ``operation``: the last that was told to execute it. None of it is secret."""

    fingerprint: str
    asset: str
    stage: str
    made_by: str
    made_at: str
    command: str
    text: str
    catalogue: str
    operation: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an operation has failed: the step's marker, the message, and what it says for programs."""

    step: str
    text: str
    data: dict[str, object]
    exit_code: int


@dataclass(frozen=True, slots=True)
class Message:
    """A line of an operation; ``id`` rises, so a reader resumes after the last it saw. ``data``: JSON for programs."""

    id: int
    operation: str
    timestamp: str
    step: str
    severity: Severity
    text: str
    data: dict[str, object]
