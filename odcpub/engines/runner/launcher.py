"""Starts the processes of local apps, each version on its app's public socket. I/O: processes, sockets, log files."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from odcpub.deployment.workload import Workload
from odcpub.engines.runner import keeper
from odcpub.engines.runner import process as processes
from odcpub.engines.runner.environment import app_environment
from odcpub.engines.runner.sockets import FIRST_PORT, LAST_PORT, Keeper, Ports, private
from odcpub.engines.runner.state import Process, State, States
from odcpub.errors import EngineError


class Unpacked(Protocol):
    """An image laid out as folders: ``root`` with ``app/app``; ``base`` with ``usr/share/dotnet``."""

    @property
    def root(self) -> Path: ...

    @property
    def base(self) -> Path: ...


class Launcher:
    """What starts apps under ``home``; once ``closed``, it starts nothing."""

    def __init__(self, home: Path, ports: tuple[int, int] | None) -> None:
        self._home = home
        self._ports = Ports(home / "ports.json", self._deployed, *(ports or (FIRST_PORT, LAST_PORT)))
        self.keeper = Keeper(home)
        self.closed = False

    def launch(self, state: State, workload: Workload, unpacked: Unpacked) -> tuple[Process, int]:
        """Starts a version on the app's public socket; the process, and the port it serves."""
        if self.closed:
            raise EngineError("local runner: has been stopped", "start it again: odcpub status")
        told = self.log(workload)
        public = self.keeper.get(state.name)
        if public is None:
            public = self._ports.listen(state.name, lambda line: tell(told, line))
            self.keeper.put(state.name, public)
        with public, private() as own:
            descriptors = (public.fileno(), own.fileno())
            env = app_environment(workload, unpacked.base, self._mark(state), *descriptors)
            app = unpacked.root / "app"
            since = processes.size(told)
            pid, began = processes.spawn([str(app / "app")], app, env, told, descriptors)
            started = Process(
                pid=pid,
                began=began,
                identity=identity(workload),
                revision=workload.revision,
                digest=workload.digest,
                private=int(own.getsockname()[1]),
                log=str(told),
                since=since,
            )
            return started, int(public.getsockname()[1])

    def serve(self, state: State, workload: Workload, unpacked: Unpacked, states: States) -> None:
        """Starts the version that serves, and writes that down in ``states``."""
        started, port = self.launch(state, workload, unpacked)
        _note(states, replace(state, current=started, port=port), started)

    def begin(self, state: State, workload: Workload, unpacked: Unpacked, states: States) -> None:
        """Starts the version that is to serve next, and writes that down in ``states``."""
        started, port = self.launch(state, workload, unpacked)
        _note(states, replace(state, next=started, port=port), started)

    def adopt(self, state: State) -> None:
        """Has the socket of an app that runs here too, for the case that the keeper is killed."""
        public = self.keeper.get(state.name)
        if public is not None:
            public.close()

    def end_strays(self, state: State) -> None:
        """A server killed between starting a process and writing it down leaves one that nobody knows."""
        known = {each.pid for each in state.processes()}
        found = [(pid, processes.began(pid)) for pid in processes.marked(self._mark(state))]
        processes.end([(pid, began) for pid, began in found if began and pid not in known], 2.0)

    def _deployed(self, name: str) -> bool:
        return (self._home / "apps" / f"{name}.json").exists()

    def home_is_there(self) -> bool:
        return self._home.exists()

    def end_all(self) -> None:
        """Ends whatever is left of this home, though the files that tell of it have gone."""
        found = [(pid, processes.began(pid)) for pid in processes.left_of(self._home, Path(keeper.__file__))]
        processes.end([(pid, began) for pid, began in found if began], 2.0)

    def log(self, workload: Workload) -> Path:
        """A file a version, so that a version's last words are its own."""
        name = f"{workload.revision}-{identity(workload)[:8]}.log"
        return self._home / "logs" / workload.stage / workload.asset / name

    def _mark(self, state: State) -> str:
        return f"{self._home}|{state.name}"


def _note(states: States, state: State, started: Process) -> None:
    """Writes down what was started; what cannot be written down is not left running."""
    try:
        states.write(state)
    except EngineError:
        processes.end([(started.pid, started.began)], 2.0)
        raise


def identity(workload: Workload) -> str:
    """A hash of all that a workload asks for. Secrets are in it with the database's random password, so that
    guessing a short secret from the hash is hopeless."""
    parts = [workload.app, workload.stage, workload.revision, workload.digest, workload.schema]
    asked = json.dumps([*parts, workload.settings, workload.secrets])
    return hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()


def tell(log: Path, line: str) -> None:
    """Adds a line of our own to an app's log."""
    with contextlib.suppress(OSError):  # a full disk must not keep an app from running
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("a") as stream:
            stream.write(f"odcpub: {line}\n")
