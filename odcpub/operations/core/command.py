"""What somebody asks for, as a value: one frozen type a kind, with its actor. No I/O.

A command begins an operation and is kept with it. It holds keys and names, never secrets.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from odcpub.operations.core.outputs import AssetRef, Revision, StageRef, Unit
from odcpub.store.records import AssetRecord, OperationKind


class _Command(Struct, frozen=True, kw_only=True, tag=True):
    """``actor``: the user who asks; ``stage``: where it is to happen; ``plan``: fingerprint of the stored plan that is
    to be executed, and nothing else; empty where what is planned then is what is done. ``wait_for_settings``: where the
    stage lacks mandatory settings or secrets it waits for them, and is not refused."""

    kind: ClassVar[OperationKind]
    actor: str
    stage: StageRef
    plan: str = ""
    wait_for_settings: bool = False


class Publish(_Command, frozen=True, kw_only=True):
    """Make a revision of the model and run it in the first stage. ``asset``: as its model says it, which is recorded
    when the model is verified."""

    kind: ClassVar[OperationKind] = OperationKind.PUBLISH
    asset: AssetRecord


class Deploy(_Command, frozen=True, kw_only=True):
    """Run a revision in a stage, as it is: a promotion."""

    kind: ClassVar[OperationKind] = OperationKind.DEPLOY
    asset: AssetRef
    revision: int


class ApplyConfigs(_Command, frozen=True, kw_only=True):
    """Give the revision that runs in a stage the stage's present configuration."""

    kind: ClassVar[OperationKind] = OperationKind.APPLY
    asset: AssetRef
    revision: int


class Undeploy(_Command, frozen=True, kw_only=True):
    """Take an app out of a stage. ``forget``: out of the records alone, where its runner is gone for good."""

    kind: ClassVar[OperationKind] = OperationKind.UNDEPLOY
    asset: AssetRef
    forget: bool = False


Command = Publish | Deploy | ApplyConfigs | Undeploy


def units(command: Command) -> tuple[Unit, ...]:
    """What the command is carried out on, with what is known before the first step."""
    known = (Revision(command.revision),) if isinstance(command, Deploy | ApplyConfigs) else ()
    return (Unit(AssetRef(command.asset.key, command.asset.name), command.stage, known),)
