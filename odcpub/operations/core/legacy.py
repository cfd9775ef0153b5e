"""Operations as servers wrote them before there was a codec: a request and a state, both JSON objects whose keys came
and went with the steps. No I/O.

Read here and nowhere else, so that what such a server left running ends.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from odcpub.operations.core.command import ApplyConfigs, Command, Deploy, Publish, Undeploy
from odcpub.operations.core.outputs import (
    AnyOutput,
    AssetRef,
    Compiled,
    NotInForce,
    Planned,
    Revision,
    Rule,
    StageRef,
    Unit,
    Verified,
)
from odcpub.store.records import AssetRecord, OperationKind, OperationRecord


class _Request(msgspec.Struct, frozen=True):
    stage: str = ""
    asset: AssetRecord | None = None
    revision: int = 0
    forget: bool = False


class _State(msgspec.Struct, frozen=True):
    model: str = ""
    lock: str = ""
    build_key: str = ""
    compiler: str = ""
    runtime: str = ""
    schema: str = ""
    revision: int = 0
    build: str = ""
    configuration: str = ""
    sealed: str = ""
    migration: str = ""
    idle: bool = False
    address: str = ""
    unchanged: bool = False
    rules: tuple[Rule, ...] | None = None
    rules_why: str = ""
    exit_code: int | None = None


def read(record: OperationRecord) -> tuple[Command, tuple[Unit, ...], int | None]:
    """The command, its one unit, and the exit code of one that has failed."""
    request = msgspec.json.decode(record.request, type=_Request)
    state = msgspec.json.decode(record.state, type=_State)
    where = StageRef(request.stage or record.stage, record.stage)
    asset = AssetRef(record.asset, record.asset_name)
    outputs = tuple(_outputs(state, request.revision))
    return _command(record, request, asset, where), (Unit(asset, where, outputs),), state.exit_code


def _command(record: OperationRecord, request: _Request, asset: AssetRef, where: StageRef) -> Command:
    kind = OperationKind(record.kind)
    if kind is OperationKind.DEPLOY:
        return Deploy(actor=record.user, stage=where, asset=asset, revision=request.revision)
    if kind is OperationKind.APPLY:
        return ApplyConfigs(actor=record.user, stage=where, asset=asset, revision=request.revision)
    if kind is OperationKind.UNDEPLOY:
        return Undeploy(actor=record.user, stage=where, asset=asset, forget=request.forget)
    assert request.asset is not None  # noqa: S101 - every publish was recorded with its asset
    return Publish(actor=record.user, stage=where, asset=request.asset)


def _outputs(state: _State, asked: int) -> Iterator[AnyOutput]:
    """``revision`` 0 meant that one was to be built, and no ``build`` beside another number that there was none."""
    number = state.revision or asked
    if state.model:
        same = state.revision if state.revision and not state.build else None
        done = state.unchanged and not state.migration
        yield Verified(
            state.model, state.lock, state.build_key, state.compiler, state.runtime, state.schema, same, done
        )
    if state.build:
        yield Compiled(state.build)
    if number:
        yield Revision(number)
    if state.migration:
        yield Planned(state.configuration, state.sealed, state.migration, state.idle, state.address, state.unchanged)
    if state.rules is not None:
        yield NotInForce(state.rules, state.rules_why)
