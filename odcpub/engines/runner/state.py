"""What the local runner remembers of an app in a stage: one JSON file each. I/O: those files, written atomically.

A file means "should run", also over a reboot. ``current`` serves, ``next`` is starting, ``leaving`` still drain.
No secrets are in it: a process's own environment holds them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from odcpub.errors import EngineError
from odcpub.files import write_whole


@dataclass(frozen=True, slots=True)
class Process:
    """A started version. ``began``: the kernel's start time, so that a reused pid is not taken for it.

    ``identity``: hash of everything the workload asks for; ``private``: the port where readiness is asked;
    ``log``: the file of its output, its own from byte ``since`` on.
    """

    pid: int
    began: int
    identity: str
    revision: int
    digest: str
    private: int
    log: str
    since: int


@dataclass(frozen=True, slots=True)
class State:
    stage: str
    asset: str
    port: int = 0
    current: Process | None = None
    next: Process | None = None
    leaving: tuple[Process, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.stage, self.asset

    @property
    def name(self) -> str:
        return f"{self.stage}/{self.asset}"

    def processes(self) -> tuple[Process, ...]:
        return tuple(process for process in (self.current, self.next, *self.leaving) if process)

    def of(self, identity: str) -> Process | None:
        """The process of this identity; the starting one first."""
        return next((each for each in (self.next, self.current) if each and each.identity == identity), None)

    def taken_over(self) -> State:
        """The starting version serves; what served leaves."""
        gone = (*self.leaving, *((self.current,) if self.current else ()))
        return replace(self, current=self.next, next=None, leaving=gone)


def write(file: Path, content: object) -> None:
    """Writes JSON so that a reader, or a reboot, sees the old or the new file and nothing between."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, json.dumps(content, indent=1, sort_keys=True).encode())
    except OSError as error:
        hint = "make room on the disk, or give the folder to this user"
        raise EngineError(f"local runner: {file}: cannot be written: {error.strerror}", hint) from error


class States:
    """The state files in ``folder``: ``<stage>/<asset>.json``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, stage: str, asset: str) -> State | None:
        """None where it should not run. Raises ``EngineError`` for a file that can't be read: taken for none, the
        version that serves would be ended as a stray."""
        file = self._file(stage, asset)
        try:
            return _state(json.loads(file.read_text()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise EngineError(
                f"local runner: {file}: cannot be read: {type(error).__name__}",
                f"move it away and publish again, which starts the app again: mv '{file}' '{file}.damaged'",
            ) from error

    def write(self, state: State) -> None:
        write(self._file(state.stage, state.asset), asdict(state))

    def remove(self, stage: str, asset: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._file(stage, asset).unlink()

    def all(self) -> Iterator[State]:
        """Those that can be read."""
        for file in sorted(self._folder.glob("*/*.json")):
            with contextlib.suppress(EngineError):  # who asks for that app is told
                if state := self.read(file.parent.name, file.stem):
                    yield state

    def _file(self, stage: str, asset: str) -> Path:
        return self._folder / stage / f"{asset}.json"


def _state(found: dict[str, Any]) -> State:
    return State(
        stage=str(found["stage"]),
        asset=str(found["asset"]),
        port=int(found["port"]),
        current=Process(**found["current"]) if found["current"] else None,
        next=Process(**found["next"]) if found["next"] else None,
        leaving=tuple(Process(**process) for process in found["leaving"]),
    )
