"""A plan: all that an operation does, as data, and what it was made from. No I/O.

One function makes it for whoever only looks and for the operation itself, so the two can't differ. Its fingerprint is
of all that it says but for ``notices``, which are of that moment, and the digest of an image that is still to be made,
which follows from ``Build.key``. No value of a secret is in it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from odcpub.data.phases import Phase
from odcpub.deployment.workload import Verb
from odcpub.store.records import OperationKind

VERSION = 1
"""Rises when a plan of before can no longer be read, or would mean something else; such a one is stale."""


class PlanPart(Struct, frozen=True, kw_only=True, rename="camel"):
    """A part of a plan, in the names that its file and the API have."""


class Library(PlanPart, frozen=True, kw_only=True):
    """A library that the build is locked to. ``digest``: of its stored build."""

    name: str
    version: str
    digest: str


class Build(PlanPart, frozen=True, kw_only=True):
    """``does``: what is made, in words; nothing where a revision is that very build. ``key``: digest of all that
    decides its bytes; ``model``: digest; ``compiler``: its identity; ``runtime``: where the toolchain came from;
    ``image``: the image's digest, empty where it has not been packed yet, and of libraries."""

    does: tuple[str, ...] = ()
    key: str
    model: str
    libraries: tuple[Library, ...] = ()
    compiler: str
    runtime: str
    image: str = ""


class Value(PlanPart, frozen=True, kw_only=True):
    """``value``: as it may be shown; ``mark``: a keyed hash, which tells a change and nothing else."""

    name: str
    value: str
    mark: str


class Configuration(PlanPart, frozen=True, kw_only=True):
    """The stage's values, by name; ``fingerprint``: of all, keyed."""

    settings: tuple[Value, ...] = ()
    secrets: tuple[Value, ...] = ()
    fingerprint: str = ""


class Lock(PlanPart, frozen=True, kw_only=True):
    """The strongest lock on a table, as ``pg_locks`` calls it."""

    table: str
    lock: str


class Step(PlanPart, frozen=True, kw_only=True):
    """A step of the migration. ``hazards``: what others may feel, in words."""

    summary: str
    phase: Phase
    locks: tuple[Lock, ...] = ()
    hazards: tuple[str, ...] = ()


class Transaction(PlanPart, frozen=True, kw_only=True):
    """What is executed together, in this order. ``concurrent``: outside of a transaction, beside reads and writes."""

    phase: Phase
    does: tuple[str, ...] = ()
    statements: tuple[str, ...]
    locks: tuple[Lock, ...] = ()
    hazards: tuple[str, ...] = ()
    concurrent: bool = False


class Data(PlanPart, frozen=True, kw_only=True):
    """``base``: fingerprint of the live schema; ``target``: of the one that the new version needs; ``digest``: of the
    migration plan; ``mends``: what the app has lost there and gets back; ``carried``: what needs no step;
    ``transactions``: the steps' SQL, in a plan that is shown."""

    base: str = ""
    target: str = ""
    digest: str = ""
    mends: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    transactions: tuple[Transaction, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """In words."""
        return (*self.mends, *self.carried, *(step.summary for step in self.steps))


class Field(PlanPart, frozen=True, kw_only=True):
    """A field of an object that changes; an empty value is none."""

    path: str
    old: str
    new: str


class Change(PlanPart, frozen=True, kw_only=True):
    """What the runner does to an object or a process, or what becomes of the app in the stage: ``remove``, ``forget``
    (out of the records alone)."""

    verb: Verb | Literal["remove", "forget"]
    what: str
    fields: tuple[Field, ...] = ()

    @property
    def cleans_up(self) -> bool:
        """Whether it is the configuration of an earlier version, which is deleted when no pod uses it any more."""
        return self.verb == "delete"


class FileChange(PlanPart, frozen=True, kw_only=True):
    """``change``: ``new``, ``changed`` or ``removed``; ``was``, ``becomes``: digests, empty where there is no file."""

    path: str
    change: str
    was: str = ""
    becomes: str = ""


class StageFiles(PlanPart, frozen=True, kw_only=True):
    """The project file and the stages' files that come with a publish and configure the stages once its version serves.
    ``digest``: of all; ``changes``: where they differ from the recorded ones, of a first publish all of them."""

    digest: str
    changes: tuple[FileChange, ...] = ()


class Runs(PlanPart, frozen=True, kw_only=True):
    """What the records say runs in the stage. ``deployment``: counts the app's deployments there."""

    revision: int
    deployment: int


class Basis(PlanPart, frozen=True, kw_only=True):
    """What the plan was made from, besides what its parts say. ``stage``: what the project file says of it, in words;
    ``runs``: None where nothing does; ``left``: deployments that may have left something there, for an undeploy."""

    odcpub: str
    stage: tuple[str, ...] = ()
    runs: Runs | None = None
    left: tuple[int, ...] = ()


class Plan(PlanPart, frozen=True, kw_only=True):
    """``server``: the installation that made it, the only one that executes it; ``revision``: that will run, or be
    made; None where none is. ``deploy``: what the runner changes, of all that is ours there; ``refusals``: why it would
    be refused, and can't be executed. ``notices``: what was seen by the way, such as rows that refer to a record that
    is gone."""

    version: int = VERSION
    fingerprint: str = ""
    server: str
    operation: OperationKind
    asset: str
    asset_key: str
    stage: str
    revision: int | None = None
    build: Build | None = None
    stage_files: StageFiles | None = None
    configuration: Configuration | None = None
    data: Data | None = None
    deploy: tuple[Change, ...] = ()
    warnings: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    basis: Basis

    def compared(self) -> Plan:
        """The part of it that its fingerprint is of. The SQL follows from the digest of its steps, and the digest of an
        image that is still to be built from what it is made of; what earlier versions have left is there or
        not by how far a clean-up is (``Change.cleans_up``)."""
        build = replace(self.build, image="") if self.build and self.build.does else self.build
        data = replace(self.data, transactions=()) if self.data else None
        return replace(self, fingerprint="", notices=(), build=build, data=data, deploy=self.lasting_changes())

    def lasting_changes(self) -> tuple[Change, ...]:
        """What is changed, without what is only cleaned up."""
        return tuple(change for change in self.deploy if not change.cleans_up)

    def with_fingerprint(self) -> Plan:
        """The same plan; its fingerprint is of what ``compared`` leaves of it."""
        return replace(self, fingerprint=sha256(msgspec.json.encode(self.compared(), order="sorted")).hexdigest())


def to_text(plan: Plan) -> str:
    """The plan as it is stored, and as its file has it: JSON."""
    return msgspec.json.encode(plan).decode()


def from_text(text: str) -> Plan:
    """The plan that ``to_text`` was given. Raises msgspec.ValidationError where it is none."""
    return msgspec.json.decode(text, type=Plan)
