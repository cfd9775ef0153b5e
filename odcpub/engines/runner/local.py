"""The local runner: published apps as processes of this machine. I/O: processes, sockets, files under its home.

The keeper holds each app's public socket; the version that serves and the one that starts both accept from it, and
readiness is asked on a private socket of the new process's own. What the runner knows is in state files, so a killed
server's successor adopts what runs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from odcpub.deployment.workload import Change, DeploymentPlan, Running, Workload
from odcpub.engines.common.supervisor import Supervisor
from odcpub.engines.ports import Leave, NotReady, Report, never
from odcpub.engines.runner import process as processes
from odcpub.engines.runner.environment import differences
from odcpub.engines.runner.launcher import Launcher, identity
from odcpub.engines.runner.not_ready import LAST_LINES, NOW, Patience, redact, said
from odcpub.engines.runner.restarts import Recall, Restarts, Unpack
from odcpub.engines.runner.sockets import HOST
from odcpub.engines.runner.state import Process, State, States
from odcpub.errors import OdcpubError
from odcpub.waiting import looks

READY_SECONDS = 30.0
DRAIN_SECONDS = 35.0
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.05
ALONE_SECONDS = 2.0
"""How long a version that ends is given to close its sockets, which takes it a few milliseconds."""


class LocalRunner:
    """Implements the port ``Runner``. ``home``: a folder of this user and installation alone, where no two assets have
    one label: what runs under it can be nobody else's, so that no asset's key is asked for."""

    def __init__(
        self, home: Path, unpack: Unpack, ready_seconds: float = READY_SECONDS, ports: tuple[int, int] | None = None
    ) -> None:
        processes.supported()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._ready_seconds = ready_seconds
        self._launcher = Launcher(home.resolve(), ports)
        self._states = States(home.resolve() / "apps")
        self._locks: dict[tuple[str, str], threading.RLock] = {}
        self._restarts = Restarts(self._launcher, self._states, unpack, self._changing)
        self._swept: set[str] = set()
        """Apps whose strays of an earlier server were looked for."""
        self._resumed = False
        """What should run has been started again, as far as it could be."""
        self._supervisor = Supervisor(self._restarts.look)

    def observe(self, workload: Workload) -> DeploymentPlan:
        state = self._states.read(workload.stage, workload.asset)
        current = state.current if state else None
        if current is None or not processes.alive(current.pid, current.began):
            return DeploymentPlan((Change("start", _what(workload), (("image", "", workload.digest),)),))
        if current.identity == identity(workload) and _whole(current):
            return DeploymentPlan()
        fields = differences(current, processes.environment(current.pid), workload)
        return DeploymentPlan((Change("update", _what(workload), fields),))

    def start(self, workload: Workload) -> None:
        wanted = identity(workload)
        unpacked = self._restarts.laid_out(workload, None)
        with self._changing(workload.stage, workload.asset) as state:
            self._restarts.remember(workload, unpacked)
            if any(each and each.identity == wanted and _whole(each) for each in (state.current, state.next)):
                return
            if state.name not in self._swept:
                self._launcher.end_strays(state)
                self._swept.add(state.name)
            state = self._without_next(state)
            self._launcher.begin(state, workload, unpacked, self._states)
        self._supervisor.start()

    def wait(self, workload: Workload, report: Report) -> str:
        where = f"{workload.asset} in {workload.stage}"
        patience, pause, told = Patience(self._ready_seconds, time.monotonic()), FIRST_PAUSE, ""
        while True:
            state = self._states.read(workload.stage, workload.asset)
            mine = state.of(identity(workload)) if state else None
            if state is None or mine is None:
                raise NotReady(where, "it was never started", "publish or promote again")
            living = _lives(mine)
            answer = processes.ask(HOST, mine.private, NOW) if living else None
            if answer and answer.status == 200:
                return self._promote(workload, mine)
            if patience.is_over(bool(answer and answer.lasting), time.monotonic()) or not living:
                self._give_up(workload, mine, where, patience.reason(*answer[1:] if answer else ("", False)))
            if answer and answer.said != told:
                told = answer.said
                report(f"not ready yet: {told}")
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def take_back(self, workload: Workload) -> bool:
        wanted = identity(workload)
        with self._changing(workload.stage, workload.asset) as state:
            if state.next and state.next.identity == wanted:
                self._take_back(state)
            return state.current is not None and state.current.identity == wanted

    def settle(self, workload: Workload, leave: Leave = never) -> bool:
        state = self._states.read(workload.stage, workload.asset)
        leaving = state.leaving if state else ()
        if not processes.end(_numbers(leaving), DRAIN_SECONDS, leave):
            return False
        with self._changing(workload.stage, workload.asset) as state:
            self._restarts.forget(*state.key, but=(each.identity for each in (state.current, state.next) if each))
            if leaving:
                state = replace(state, leaving=tuple(each for each in state.leaving if each not in leaving))
                self._states.write(state)
                processes.prune({Path(each.log) for each in leaving}, {Path(each.log) for each in state.processes()})
        return True

    def stop(self, stage: str, asset: str, key: str = "") -> None:
        with self._changing(stage, asset) as state:
            self._launcher.end_strays(state)
            processes.end([(each.pid, each.began) for each in state.processes()], DRAIN_SECONDS)
            self._launcher.keeper.drop(state.name)
            self._states.remove(stage, asset)
            self._restarts.forget(stage, asset)

    def running(self, stage: str, asset: str, key: str = "") -> Running | None:
        state = self._states.read(stage, asset)
        shown = (state.current or state.next) if state else None
        if state is None or shown is None:
            return None
        health = _health(shown) if _whole(shown) else "failed" if self._resumed else "starting"
        return Running(shown.revision, shown.digest, _address(state), health)

    def close(self) -> None:
        """Ends every app and the keeper; the state files stay, so that ``resume`` starts them again."""
        self._launcher.closed = True
        self._supervisor.stop()
        for lock in list(self._locks.values()):
            with lock:  # who is about to start a process has written it down, and nobody starts one from now on
                pass
        states = list(self._states.all())
        processes.end([(e.pid, e.began) for state in states for e in state.processes()], DRAIN_SECONDS)
        for state in states:
            self._launcher.end_strays(replace(state, current=None, next=None, leaving=()))
        self._launcher.keeper.end()
        self._launcher.end_all()

    def leave(self) -> None:
        """Looks after the apps no more: another runner of this home does from now on."""
        self._supervisor.stop()
        self._launcher.keeper.leave()

    def resume(self, recall: Recall, report: Report) -> None:
        """At the server's start: adopts what runs, starts what should run and doesn't, without waiting for it. What
        fails is tried again, later each time."""
        self._restarts.recall = recall
        for state in list(self._states.all()):
            if self._launcher.closed:
                return
            try:
                workload = recall(state.stage, state.asset)
                if workload is not None:
                    self._resume(workload, report)
            except OdcpubError as error:
                report(f"{state.asset} in {state.stage}: could not be started again: {error.message}")
        self._resumed = True
        self._supervisor.start()

    def _resume(self, workload: Workload, report: Report) -> None:
        with self._changing(workload.stage, workload.asset) as state:
            if state.current is None:
                return
            # Known before its image is laid out: what fails now is tried again by whoever looks after the apps.
            self._restarts.remember(workload, None, identity(workload), state.current.identity)
            if _lives(state.current):
                self._launcher.adopt(state)
                return
            self._launcher.end_strays(state)
            self._launcher.serve(state, workload, self._restarts.laid_out(workload, None), self._states)
            report(f"{workload.asset} in {workload.stage}: started again")

    @contextmanager
    def _changing(self, stage: str, asset: str) -> Iterator[State]:
        """The app's state while nobody else changes it."""
        with self._locks.setdefault((stage, asset), threading.RLock()):
            yield self._states.read(stage, asset) or State(stage, asset)

    def _promote(self, workload: Workload, mine: Process) -> str:
        with self._changing(workload.stage, workload.asset) as state:
            if state.next == mine:
                state = state.taken_over()
                self._states.write(state)
        self._alone(state.leaving)
        return _address(state)

    def _alone(self, leaving: Sequence[Process]) -> None:
        """Returns when the versions before accept nothing any more, so that whoever comes now meets the new one. The
        private socket of each is the last that it closes."""
        processes.ask_to_end(_numbers(leaving))
        for _ in looks(ALONE_SECONDS, FIRST_PAUSE):
            if not any(_lives(each) and processes.listens(HOST, each.private) for each in leaving):
                return

    def _give_up(self, workload: Workload, mine: Process, where: str, why: str) -> None:
        """Takes the new version away again, the one before it serving, and says ``why``, or how it ended."""
        reason = why if _lives(mine) else processes.exit_reason(mine.pid)
        with self._changing(workload.stage, workload.asset) as state:
            if state.next == mine:
                self._take_back(state)
        lines = processes.tail(Path(mine.log), LAST_LINES, mine.since)
        hint = f"see all of its output: {mine.log}"
        reason = redact([reason], workload.secrets)[0]
        raise NotReady(where, reason, hint, redact(lines, workload.secrets))

    def _take_back(self, state: State) -> None:
        """Ends the starting version; of an app that has no other nothing is left."""
        if self._without_next(state).current is None:
            self._launcher.keeper.drop(state.name)
            self._states.remove(state.stage, state.asset)

    def _without_next(self, state: State) -> State:
        if state.next is None:
            return state
        processes.end([(state.next.pid, state.next.began)], 2.0)
        state = replace(state, next=None)
        self._states.write(state)
        return state


def _what(workload: Workload) -> str:
    return f"process {workload.asset} in {workload.stage}"


def _numbers(found: Iterable[Process]) -> list[tuple[int, int]]:
    return [(each.pid, each.began) for each in found]


def _lives(found: Process) -> bool:
    return processes.alive(found.pid, found.began)


def _whole(found: Process) -> bool:
    """Whether it lives and its files are there: without, it answers until it needs one of them."""
    return _lives(found) and not processes.uprooted(found.pid)


def _address(state: State) -> str:
    return f"http://{HOST}:{state.port}"


def _health(shown: Process) -> str:
    answer = processes.ask(HOST, shown.private, NOW)
    return "ready" if answer and answer.status == 200 else said(answer) or "starting"
