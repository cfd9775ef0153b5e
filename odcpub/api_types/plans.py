"""A plan as the API answers it and as its file has it. No I/O.

What each part says: ``odcpub/operations/core/plan.py``, whose values these are; a test holds them together.
"""

from typing import Literal, TypedDict

from odcpub.api_types.limits import Name, PlanFile
from odcpub.api_types.operations import KindWord

PhaseWord = Literal["expand", "tighten"]
VerbWord = Literal["create", "update", "delete", "start", "remove", "forget"]


class PlanLibrary(TypedDict):
    """A library that the build is locked to; ``digest``: of its stored build."""

    name: str
    version: str
    digest: str


class PlanBuild(TypedDict):
    """What is made, in words (nothing where a revision is that very build), and what decides its bytes; ``image``: the
    image's digest, empty where it is not known yet."""

    does: list[str]
    key: str
    model: str
    libraries: list[PlanLibrary]
    compiler: str
    runtime: str
    image: str


class PlanValue(TypedDict):
    """``value``: ``(hidden)`` for a secret; ``mark``: a keyed hash of it."""

    name: str
    value: str
    mark: str


class PlanConfiguration(TypedDict):
    """The stage's values."""

    settings: list[PlanValue]
    secrets: list[PlanValue]
    fingerprint: str


class PlanLock(TypedDict):
    """The strongest lock on a table, as ``pg_locks`` calls it."""

    table: str
    lock: str


class PlanStep(TypedDict):
    """A step of the migration; ``hazards``: what others may feel of it."""

    summary: str
    phase: PhaseWord
    locks: list[PlanLock]
    hazards: list[str]


class PlanTransaction(TypedDict):
    """What is executed together, in this order; ``concurrent``: beside reads and writes, without a transaction."""

    phase: PhaseWord
    does: list[str]
    statements: list[str]
    locks: list[PlanLock]
    hazards: list[str]
    concurrent: bool


class PlanData(TypedDict):
    """The migration: from the live schema's fingerprint to the one that the new version needs; ``mends``: what the app
    gets back; ``carried``: what needs no step."""

    base: str
    target: str
    digest: str
    mends: list[str]
    carried: list[str]
    steps: list[PlanStep]
    transactions: list[PlanTransaction]


class PlanField(TypedDict):
    """An empty value is none."""

    path: str
    old: str
    new: str


class PlanChange(TypedDict):
    """What the runner does to one of our objects or processes."""

    verb: VerbWord
    what: str
    fields: list[PlanField]


class PlanFileChange(TypedDict):
    """One file that configures stages; ``was`` and ``becomes``: digests, empty where there is no file."""

    path: str
    change: str
    was: str
    becomes: str


class PlanStageFiles(TypedDict):
    """The project file and the stages' files that come with a publish; ``changes``: where they differ from the
    recorded ones."""

    digest: str
    changes: list[PlanFileChange]


class PlanRuns(TypedDict):
    """What the records say runs in the stage; ``deployment``: counts the app's deployments there."""

    revision: int
    deployment: int


class PlanBasis(TypedDict):
    """What the plan was made from, besides what its parts say."""

    odcpub: str
    stage: list[str]
    runs: PlanRuns | None
    left: list[int]


class Plan(TypedDict):
    """All that an operation does, and its fingerprint, by which ``server`` executes it. ``refusals``: why it would be
    refused; ``notices``: what was seen by the way, no part of the fingerprint."""

    version: int
    fingerprint: str
    server: str
    operation: KindWord
    asset: str
    assetKey: str
    stage: str
    revision: int | None
    build: PlanBuild | None
    stageFiles: PlanStageFiles | None
    configuration: PlanConfiguration | None
    data: PlanData | None
    deploy: list[PlanChange]
    warnings: list[str]
    notices: list[str]
    refusals: list[str]
    basis: PlanBasis


class PlanExecutionRequest(TypedDict):
    """``plan``: the text of a plan's file; ``file``: its name, for messages."""

    plan: PlanFile
    file: Name
