"""A runner in memory: what is started is ready at once. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from odcpub.deployment.workload import READY, Change, DeploymentPlan, Running, Verb, Workload
from odcpub.engines.ports import Leave, NotReady, Report, never
from odcpub.errors import Refused


@dataclass(slots=True)
class _Stage:
    """An asset in a stage: the version that serves, and the one that was started and is not ready yet."""

    current: Workload | None = None
    next: Workload | None = None


class MemoryRunner:
    """``broken``: why no version gets ready; empty where each one does."""

    def __init__(self) -> None:
        self.broken = ""
        self._stages: dict[tuple[str, str], _Stage] = {}

    def observe(self, workload: Workload) -> DeploymentPlan:
        current = self._at(workload).current
        if current == workload:
            return DeploymentPlan()
        verb: Verb = "update" if current else "create"
        return DeploymentPlan((Change(verb, f"revision {workload.revision}"),))

    def start(self, workload: Workload) -> None:
        found = self._at(workload)
        if found.current != workload:
            found.next = workload

    def wait(self, workload: Workload, report: Report) -> str:
        found, where = self._at(workload), f"{workload.asset} in {workload.stage}"
        if workload not in (found.current, found.next):
            raise NotReady(where, "it was never started", "publish or promote again")
        if found.next == workload:
            if self.broken:
                found.next = None
                raise NotReady(where, self.broken, "correct it and publish")
            found.current, found.next = workload, None
        return _address(workload)

    def take_back(self, workload: Workload) -> bool:
        found = self._at(workload)
        if found.next == workload:
            found.next = None
        return found.current == workload

    def settle(self, workload: Workload, leave: Leave = never) -> bool:
        return True

    def stop(self, stage: str, asset: str, key: str) -> None:
        self._of(stage, asset, key)
        self._stages.pop((stage, asset), None)

    def running(self, stage: str, asset: str, key: str) -> Running | None:
        current = self._of(stage, asset, key).current
        return Running(current.revision, current.digest, _address(current), READY) if current else None

    def close(self) -> None:
        """Nothing runs."""

    def _at(self, workload: Workload) -> _Stage:
        return self._of(workload.stage, workload.asset, workload.asset_key)

    def _of(self, stage: str, asset: str, key: str) -> _Stage:
        found = self._stages.setdefault((stage, asset), _Stage())
        there = found.current or found.next
        if there and key and there.asset_key != key:
            raise Refused(f"{asset} in {stage}: is another asset's", "name the asset otherwise")
        return found


def _address(workload: Workload) -> str:
    return f"http://{workload.asset}.{workload.stage}.memory"
