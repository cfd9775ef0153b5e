"""One step's view of its operation. Does I/O through the platform."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Unpack

from odcpub.api_types.operations import MessageData
from odcpub.errors import OdcpubError, Refused, Severity
from odcpub.operations.core.command import Command, Publish
from odcpub.operations.core.ledger import Operation
from odcpub.operations.core.outputs import AnyOutput, StageRef, Unit
from odcpub.operations.platform import Platform, error_data
from odcpub.store.records import AssetRecord, DeploymentEnd, Failure


@dataclass(frozen=True, slots=True)
class Run:
    """The platform, the operation as it was recorded when the step began, which of its units the step is for, and the
    voice in which it is told."""

    platform: Platform
    operation: Operation
    number: int = 0
    marker: str = ""

    @property
    def key(self) -> str:
        """The operation's."""
        return self.operation.key

    @property
    def command(self) -> Command:
        """What was asked for."""
        return self.operation.command

    @property
    def unit(self) -> Unit:
        """The asset in its stage that the step is for, with what earlier steps have found out."""
        return self.operation.units[self.number]

    @property
    def stage(self) -> StageRef:
        """The unit's."""
        return self.unit.stage

    @property
    def asset(self) -> AssetRecord:
        """The asset as it is recorded; a publish's as its model says it, which is recorded when it is verified."""
        if isinstance(self.command, Publish):
            return self.command.asset
        return self.platform.asset(self.unit.asset.key)

    def refreshed(self) -> Run:
        """The same with the operation as it is recorded now."""
        operation = self.platform.ledger.operation(self.key)
        assert operation is not None  # noqa: S101 - operations are never removed
        return replace(self, operation=operation)

    def cancelled(self) -> Refused:
        """That somebody has cancelled the operation, and what is there now."""
        who = self.operation.cancelled_by
        if self.operation.serves:
            hint = "the next publish or promotion does what is left; odcpub status shows it"
            return Refused(f"the clean-up was cancelled by {who}; the new version serves", hint)
        return Refused(f"cancelled by {who}", "run the same command again")

    def record(self, *outputs: AnyOutput) -> None:
        """Keeps what is found out at once, whatever becomes of the step."""
        self.platform.ledger.record(self.key, self.number, *outputs)

    def say(self, text: str, **data: Unpack[MessageData]) -> None:
        """Adds a message to the operation; ``data``: what it says for programs."""
        self.platform.store.journal.say(self.key, self.marker, text, Severity.INFO, dict(data))

    def progress(self, text: str) -> None:
        """A line that matters only while the step runs."""
        self.say(text, event="progress")

    def warn(self, text: str, **data: Unpack[MessageData]) -> None:
        """Adds a warning to the operation."""
        self.platform.store.journal.say(self.key, self.marker, text, Severity.WARNING, dict(data))

    def serve(self, address: str, *outputs: AnyOutput) -> None:
        """The new version serves, whatever becomes of the step: this is kept at once, or nothing of it."""
        self.platform.ledger.serve(self.key, self.number, address, *outputs)

    def fail(self, error: OdcpubError, deployment: DeploymentEnd | None = None) -> None:
        """Ends the operation with the error: its hint, further lines and the model's problems, and what becomes of its
        ``deployment``, all or none of it."""
        failure = Failure(self.marker, error.message, dict(error_data(error)), error.exit_code)
        self.platform.ledger.fail(self.key, failure, deployment)
