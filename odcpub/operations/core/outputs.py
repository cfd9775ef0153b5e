"""What steps find out, as values that later steps take: one frozen type a kind of finding. No I/O.

All of it is stored with the operation (``odcpub.operations.core.codec``), so none of it is secret.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct


class Output(Struct, frozen=True, tag=str.lower):
    """What a step has found out."""


class Verified(Output, frozen=True):
    """The model as it was read, and all that decides its build.

    ``model``: its blob; ``lock``: JSON of the libraries; ``build_key``: digest of all inputs of the build;
    ``compiler``: the compiler's identity; ``runtime``: where the toolchain came from; ``schema``: fingerprint of the
    target schema; ``same``: the revision that is this very build already, and whole. ``unchanged``: nothing is left to
    do; ``lock_file``: the text that the author's lock file should have, None where it is right.
    """

    model: str
    lock: str
    build_key: str
    compiler: str
    runtime: str
    schema: str
    same: int | None = None
    unchanged: bool = False
    lock_file: str | None = None


class Compiled(Output, frozen=True):
    """``build``: the blob that names every compiled file (``odcpub.operations.builds``)."""

    build: str


class Revision(Output, frozen=True):
    """The revision that this operation has made, or is to run."""

    number: int


class Planned(Output, frozen=True):
    """What is to be done to the stage.

    ``configuration``: fingerprint of the values; ``sealed``: blob of the values, encrypted; ``migration``: blob of the
    migration plan; ``idle``: somebody has scaled the app to 0; ``address``: where this very revision runs already with
    this configuration; ``unchanged``: nothing is to be done.
    """

    configuration: str
    sealed: str
    migration: str
    idle: bool = False
    address: str = ""
    unchanged: bool = False


class ByPlan(Output, frozen=True):
    """Which stored plan the operation follows."""

    fingerprint: str


class Started(Output, frozen=True):
    """The runner has been told to start the version. ``instance``: what tells it from another one; a hash over its
    configuration, made once, so that to wait for it opens no secret."""

    instance: str


class Ready(Output, frozen=True):
    """The new version serves at this address, whatever becomes of the steps that follow. ``left``: what they have to
    do yet, in words; nothing, where there was no version before and the schema is complete."""

    address: str
    left: tuple[str, ...] = ()


class Rule(Struct, frozen=True):
    """A rule of the model, in its words, and since when the database lacks it."""

    rule: str
    since: str


class NotInForce(Output, frozen=True):
    """The rules that the database still lacks while the new version serves; none, once it lacks none. ``why``: what
    kept them out; ``loosened_by``: the later operation that took them out of force and failed; empty where there was
    none."""

    rules: tuple[Rule, ...] = ()
    why: str = ""
    loosened_by: str = ""


class TakenOver(Output, frozen=True):
    """The operation ``by`` does what is left, with its own version."""

    by: str


AnyOutput = Verified | Compiled | Revision | Planned | ByPlan | Started | Ready | NotInForce | TakenOver
Kind = TypeVar("Kind", bound=Output)


class AssetRef(Struct, frozen=True):
    """An asset by its key, with its name for people."""

    key: str
    name: str


class StageRef(Struct, frozen=True):
    """A stage by name and label: all that is needed of it once it is known to allow what runs there."""

    name: str
    label: str


class Waiting(Struct, frozen=True):
    """What an operation waits for, since when, who can make it go on, and by which command."""

    wants: str
    who: str
    since: str
    command: str = ""


class Unit(Struct, frozen=True):
    """One asset in one stage, and what the steps have found out there: of each kind of output the last one."""

    asset: AssetRef
    stage: StageRef
    outputs: tuple[AnyOutput, ...] = ()

    def find(self, kind: type[Kind]) -> Kind | None:
        """The output of that kind; None where no step has found one out."""
        return next((one for one in self.outputs if isinstance(one, kind)), None)

    def having(self, *outputs: AnyOutput) -> Unit:
        """The unit with these outputs, in place of those of the same kinds."""
        kinds = tuple(type(one) for one in outputs)
        kept = (one for one in self.outputs if not isinstance(one, kinds))
        return Unit(self.asset, self.stage, (*kept, *outputs))

    @property
    def revision(self) -> int | None:
        """The revision that it has made, found or is to run, as far as that is known."""
        made, verified = self.find(Revision), self.find(Verified)
        return made.number if made else verified.same if verified else None

    @property
    def address(self) -> str:
        """Where what it is about runs; empty where it does not (yet)."""
        ready, planned = self.find(Ready), self.find(Planned)
        return ready.address if ready else planned.address if planned else ""

    @property
    def unchanged(self) -> bool:
        """Whether a step has found that nothing is to be done."""
        return any(one.unchanged for one in self.outputs if isinstance(one, Verified | Planned))
