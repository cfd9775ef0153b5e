"""Operations as text and back: the one codec of all that is stored with them. No I/O.

Commands and outputs are tagged unions: each value says its type by name. A text without a version was written before
there was this codec (``odcpub.operations.core.legacy``).
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from odcpub.errors import EngineError
from odcpub.operations.core import legacy
from odcpub.operations.core.command import Command
from odcpub.operations.core.outputs import Unit, Waiting
from odcpub.store.records import OperationRecord

VERSION = 1
"""Rises when a text of before could be read as something else; what then reads it goes to ``legacy``."""


class _Written(msgspec.Struct, frozen=True):
    version: int = 0


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that changes while an operation runs, but its status. ``cancelled_by``: who wants it to end; ``exit_code``:
    of one that has failed; ``successor`` and ``paused``: as ``Operation`` has them; the names
    that they were first stored by stay."""

    units: tuple[Unit, ...]
    waiting: Waiting | None = None
    cancelled_by: str = ""
    exit_code: int | None = None
    successor: str = msgspec.field(default="", name="follower")
    paused: bool = msgspec.field(default=False, name="held")
    version: int = 0


class Read(NamedTuple):
    """A record's command and state."""

    command: Command
    state: State


_WRITTEN = msgspec.json.Decoder(_Written)
_STATE = msgspec.json.Decoder(State)
_COMMAND: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


def command_text(command: Command) -> str:
    """The command as it is stored: JSON that names its type."""
    return msgspec.json.encode(command).decode()


def command_of(text: str) -> Command:
    """The command that ``command_text`` was given."""
    return _COMMAND.decode(text)


def state_text(state: State) -> str:
    """The state as it is stored, with the present version."""
    return msgspec.json.encode(msgspec.structs.replace(state, version=VERSION)).decode()


def read(record: OperationRecord) -> Read:
    """What the record's texts say; an EngineError where a newer odcpub wrote them."""
    version = _WRITTEN.decode(record.state).version
    if version > VERSION:
        raise EngineError(
            f"operation {record.key}: was written by a newer odcpub", "install the newer odcpub that wrote it"
        )
    if version == 0:
        command, units, exit_code = legacy.read(record)
        return Read(command, State(units, exit_code=exit_code))
    return Read(_COMMAND.decode(record.request), _STATE.decode(record.state))
