"""Local apps that have crashed are started again, and their logs kept short. I/O: processes, images, log files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from odcpub.deployment.workload import Workload
from odcpub.engines.common.supervisor import Retries
from odcpub.engines.runner import process as processes
from odcpub.engines.runner.launcher import Launcher, Unpacked, identity, tell
from odcpub.engines.runner.state import State, States
from odcpub.errors import OdcpubError
from odcpub.image.content import ImageRef

LOG_BYTES = 5_000_000

Unpack = Callable[[ImageRef], Unpacked]
"""Lays an image of the registry out, once; the same image again returns what is there."""
Recall = Callable[[str, str], Workload | None]
"""The workload that the platform's records say runs for (stage, asset)."""
Changing = Callable[[str, str], AbstractContextManager[State]]
"""The state of (stage, asset) while nobody else changes it."""


@dataclass(slots=True)
class Restarts:
    """``changing``: as the runner has it; ``recall``: what is started where nothing was remembered, since it could not
    be asked at the server's start."""

    launcher: Launcher
    states: States
    unpack: Unpack
    changing: Changing
    recall: Recall = lambda _stage, _asset: None
    _known: dict[tuple[str, str, str], tuple[Workload, Unpacked | None]] = field(default_factory=dict)
    """What a version is started from, by stage, asset and identity; its image once it was laid out."""

    def remember(self, workload: Workload, unpacked: Unpacked | None, *identities: str) -> None:
        """What these versions are started from, if they crash; the workload's own where none is named."""
        for each in identities or (identity(workload),):
            self._known[(workload.stage, workload.asset, each)] = (workload, unpacked)

    def forget(self, stage: str, asset: str, but: Iterable[str] = ()) -> None:
        """All versions of an app, but for these identities."""
        kept = set(but)
        for key in [key for key in self._known if key[:2] == (stage, asset) and key[2] not in kept]:
            del self._known[key]

    def look(self, retries: Retries) -> None:
        """One look at every app: a crashed one is started again, later each time."""
        if not self.launcher.home_is_there():
            return
        self.launcher.keeper.revive()
        for state in list(self.states.all()):
            for each in state.processes():
                processes.shorten(Path(each.log), LOG_BYTES)
            if state.current is None or processes.alive(state.current.pid, state.current.began):
                retries.lives(state.name)
            elif retries.begin(state.name):
                self._restart(state)

    def _restart(self, found: State) -> None:
        with self.changing(found.stage, found.asset) as state:
            dead = state.current
            if dead is None or dead != found.current:
                return
            log = Path(dead.log)
            try:
                workload, unpacked = self._known.get((*state.key, dead.identity)) or (self.recall(*state.key), None)
                if workload is None:
                    return
                tell(log, f"{processes.exit_reason(dead.pid)}; starting it again")
                self.remember(workload, unpacked, dead.identity, identity(workload))
                self.launcher.serve(state, workload, self.laid_out(workload, unpacked), self.states)
            except (OdcpubError, OSError) as error:
                tell(log, str(error))

    def laid_out(self, workload: Workload, known: Unpacked | None) -> Unpacked:
        """The image where it was; laid out again where the cache was emptied meanwhile: not otherwise, since that asks
        the registry, which may be away."""
        if known is not None and (known.root / "app" / "app").exists() and known.base.exists():
            return known
        return self.unpack(ImageRef(workload.repository, workload.digest))
