"""The one place that says what an operation's state is: its command, its status, what its steps have found out. Does
I/O through the store's journal.

DBOS keeps which steps are recorded as done, so as to go on after them; whether an operation runs or how it ended is
said here alone (``docs/adr/0025``).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from msgspec.structs import replace as _replace

from odcpub.errors import Refused
from odcpub.operations.core.codec import State, command_text, read, state_text
from odcpub.operations.core.command import Command, units
from odcpub.operations.core.outputs import AnyOutput, Ready, Unit, Waiting
from odcpub.store.clock import now
from odcpub.store.journal import Journal
from odcpub.store.records import DeploymentEnd, Failure, OperationKind, OperationRecord, Status


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as it is recorded now. ``waiting``: what for, while it runs and waits; ``cancelled_by``: who wants
    it to end before its next step; ``exit_code``: of one that has failed. ``serves``: its new version does, and what is
    left to do is the clean-up; ``successor``: the key of the next operation there, which has asked that clean-up to
    pause; ``paused``: it does."""

    key: str
    command: Command
    units: tuple[Unit, ...]
    status: Status
    started_at: str
    finished_at: str | None
    exit_code: int | None = None
    waiting: Waiting | None = None
    cancelled_by: str = ""
    serves: bool = False
    successor: str = ""
    paused: bool = False

    @property
    def kind(self) -> OperationKind:
        """Of the command."""
        return self.command.kind

    @property
    def became_ready(self) -> bool:
        """Its new version has answered as ready, so that whoever asked for it waits no longer. One that only took the
        place of the former ``serves`` too, but not as it was asked to."""
        return self.unit.find(Ready) is not None

    @property
    def unit(self) -> Unit:
        """The first unit, the only one of what is asked for one asset in one stage."""
        return self.units[0]


def how_to_wait(operation: Operation) -> str:
    """The hint for whoever has to wait until that operation has ended."""
    key, waits = operation.key[:8], operation.waiting
    if waits:
        return f"it waits for {waits.wants}: {waits.command}; or end it: odcpub cancel {key}"
    return f"wait for it, and follow it with: odcpub log {key} --follow"


ATTEMPTS = 3
"""To begin an operation, where the one that keeps it from that ends in the same moment."""


class Ledger:
    """Stateless: whoever asks gets what is recorded."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def begin(self, command: Command, key: str = "") -> str:
        """Records a running operation under ``key``, or a new one; its key. Refused while another one runs there whose
        version does not serve yet."""
        unit, key = units(command)[0], key or str(uuid.uuid4())
        begun = OperationRecord(
            key, command.kind, unit.asset.key, unit.asset.name, unit.stage.label, Status.RUNNING, command.actor, now(),
            None, command_text(command), state_text(State(units(command))),
        )  # fmt: skip
        for _ in range(ATTEMPTS):
            if self._journal.begin(begun):
                return key
            if (busy := self._busy(unit)) is not None:
                raise busy
        raise Refused(f"{unit.asset.name}: other operations begin and end there all the time", "try again")

    def _busy(self, unit: Unit) -> Refused | None:
        """The refusal that names the operation which runs there; None where that has just ended."""
        running = self.running(unit.asset.key)
        here = (one for one in running if one.unit.stage.label == unit.stage.label)
        one = next((one for one in here if not one.serves), None)
        if one is None:
            return None
        who, what = one.command.actor, one.kind
        return Refused(
            f"{unit.asset.name} ({one.unit.stage.name}): {what} by {who} has been running since {one.started_at}",
            how_to_wait(one),
        )

    def operation(self, key: str) -> Operation | None:
        """The operation of that very key."""
        return _operation(self._journal.operation(key))

    def find(self, typed: str) -> Operation | None:
        """The operation whose key starts with what somebody typed, if it is the only one."""
        return _operation(self._journal.find(typed))

    def serving(self, asset: str, stage: str) -> tuple[Operation, ...]:
        """The operations there that go on though their new version serves. ``stage``: its label."""
        return tuple(_read(record) for record in self._journal.serving(asset, stage))

    def running(self, asset: str = "") -> tuple[Operation, ...]:
        """Every operation that has not ended, the latest first; of one asset where its key is given."""
        return tuple(_read(record) for record in self._journal.running(asset))

    def operations(
        self, asset: str = "", status: str = "", kinds: Sequence[str] = (), limit: int = 50, offset: int = 0
    ) -> tuple[Operation, ...]:
        """Operations, the latest first."""
        found = self._journal.operations(asset, status, kinds, limit, offset)
        return tuple(_read(record) for record in found)

    def record(self, key: str, unit: int, *outputs: AnyOutput) -> None:
        """Keeps what a step has found out for one of the units, for the steps after it."""
        self._change(key, _adding(unit, outputs))

    def wait(self, key: str, wants: str, who: str, command: str) -> None:
        """The operation waits from now on."""
        waiting = Waiting(wants, who, now(), command)
        self._change(key, lambda state: _replace(state, waiting=waiting))

    def wait_for_less(self, key: str, wants: str, command: str) -> None:
        """What it waits for now, since when it waited before; one that was told to go on meanwhile does."""

        def waits(state: State) -> State:
            left = _replace(state.waiting, wants=wants, command=command) if state.waiting else None
            return _replace(state, waiting=left)

        self._change(key, waits)

    def go_on(self, key: str) -> None:
        """It waits no more."""
        self._change(key, lambda state: _replace(state, waiting=None))

    def cancel(self, key: str, actor: str) -> None:
        """``actor`` wants it to end before its next step, also where it waits for one."""
        self._change(key, lambda state: _replace(state, waiting=None, cancelled_by=actor))

    def serve(self, key: str, unit: int, address: str, *outputs: AnyOutput) -> None:
        """The unit's new version serves, as ``outputs``, its deployment and the operation say together: the next
        operation there may begin."""
        self._journal.serve(key, lambda record: _changed(record, _adding(unit, outputs)), address)

    def request_pause(self, key: str, successor: str) -> None:
        """The operation's clean-up is to pause while ``successor`` finds out what it has to do; the first one that asks
        for it."""
        self._change(key, lambda one: one if one.successor else _replace(one, successor=successor, paused=False))

    def pause(self, key: str, successor: str) -> None:
        """The operation's clean-up pauses for ``successor``: it leaves the stage alone."""
        self._change(key, lambda one: _replace(one, paused=True) if one.successor == successor else one)

    def resume(self, key: str, successor: str) -> None:
        """The clean-up goes on: ``successor`` leaves the stage as it is."""
        self._change(key, lambda one: _replace(one, successor="", paused=False) if one.successor == successor else one)

    def _change(self, key: str, changed: Callable[[State], State]) -> None:
        self._journal.change(key, lambda record: _changed(record, changed))

    def finish(self, key: str) -> None:
        """Ends an operation that is still running; one that has ended stays as it is."""
        self._journal.finish(key, Status.FINISHED)

    def fail(self, key: str, failure: Failure, deployment: DeploymentEnd | None = None) -> None:
        """Ends a running operation with an error: its message, its exit code and its deployment together. One that has
        ended stays."""

        def ended(state: State) -> State:
            return _replace(state, waiting=None, exit_code=failure.exit_code)

        self._journal.fail(key, failure, lambda record: _changed(record, ended), deployment)


def _adding(unit: int, outputs: Sequence[AnyOutput]) -> Callable[[State], State]:
    """Gives the outputs to one of the units."""

    def added(state: State) -> State:
        changed = (one.having(*outputs) if number == unit else one for number, one in enumerate(state.units))
        return _replace(state, units=tuple(changed))

    return added


def _changed(record: OperationRecord, changed: Callable[[State], State]) -> OperationRecord:
    """Both texts are written anew, so that one version reads both."""
    command, state = read(record)
    return replace(record, request=command_text(command), state=state_text(changed(state)))


def _operation(record: OperationRecord | None) -> Operation | None:
    return _read(record) if record else None


def _read(record: OperationRecord) -> Operation:
    command, state = read(record)
    return Operation(
        record.key, command, state.units, Status(record.status), record.started_at, record.finished_at,
        state.exit_code, state.waiting, state.cancelled_by, bool(record.serving), state.successor, state.paused,
    )  # fmt: skip
