"""The Kubernetes runner: a namespace a stage, a Deployment an app, server-side apply. I/O through ``Cluster``."""

from __future__ import annotations

import contextlib
import socket
import threading
from contextlib import AbstractContextManager

from odcpub.deployment.objects import (
    Object,
    Sizing,
    configuration_names,
    hosts_at,
    namespace_of,
    objects,
)
from odcpub.deployment.plan import Planned, deployment_plan
from odcpub.deployment.workload import DEGRADED, READY, STARTING, DeploymentPlan, Running, Workload
from odcpub.engines.ports import Leave, NotReady, Owner, Report, never
from odcpub.engines.runner import pods
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.from_here import answers, condition, lasting
from odcpub.engines.runner.identity import AnotherCluster
from odcpub.engines.runner.last_words import LastWords
from odcpub.engines.runner.look import Look, health, look
from odcpub.engines.runner.ownership import mark, refuse_foreign, taken_in
from odcpub.engines.runner.refusals import ApiRefusal
from odcpub.engines.runner.removal import (
    leave_namespace,
    make_namespace,
    prune,
    remove,
    remove_besides,
    selector,
    unused,
)
from odcpub.engines.runner.rights import refuse_without_rights
from odcpub.engines.runner.rollout import END_SECONDS, PAUSE, Rollout, gone, patiently
from odcpub.errors import EngineError, Refused, TemporaryEngineError
from odcpub.waiting import looks

POOL = (30080, 30099)
READY_SECONDS = 120.0
DRAIN_SECONDS = 90.0
TERMINATING_SECONDS = 45.0
"""How long a namespace that is being deleted is waited for: longer than its pods may take to end."""


class KubernetesRunner:
    """Implements the port ``Runner``. ``installation``: whose apps these are; ``node_address``: where NodePorts answer;
    found out where empty. Closes the ``cluster``."""

    def __init__(
        self,
        installation: str,
        cluster: Cluster,
        node_address: str = "",
        node_ports: tuple[int, int] = POOL,
        ready_seconds: float = READY_SECONDS,
    ) -> None:
        self._installation = installation
        self._cluster = cluster
        self._node_address = node_address
        self._node_ports = node_ports
        self._ready_seconds = ready_seconds
        self._namespaces: dict[str, threading.RLock] = {}

    def observe(self, workload: Workload) -> DeploymentPlan:
        self._refuse_foreign(workload.stage, workload.asset, workload.asset_key)
        namespace = namespace_of(workload.stage)
        refuse_without_rights(self._cluster, namespace)
        wanted = self._objects(workload)
        there = self._cluster.get("Namespace", namespace) is not None
        planned = [self._planned(each, there) for each in wanted]
        kept = {
            name for each in wanted if each["kind"] == "Deployment" for name in configuration_names(_template(each))
        }
        rest = unused(self._cluster, namespace, workload.asset, kept | self._in_use(workload)) if there else ()
        return deployment_plan(planned, rest)

    def start(self, workload: Workload) -> None:
        self._refuse_foreign(workload.stage, workload.asset, workload.asset_key)
        with self._namespace(workload.stage):
            self._start(workload)

    def _start(self, workload: Workload) -> None:
        self._await_namespace(workload.stage)
        refuse_without_rights(self._cluster, namespace_of(workload.stage))
        for attempt in range(5):
            wanted = self._objects(workload)
            if wanted[0]["kind"] == "Namespace":
                make_namespace(self._cluster, wanted[0])
            try:
                for each in wanted:
                    self._cluster.apply(each)
                return
            except ApiRefusal as answer:
                # Somebody took the port between our look and our apply: look again.
                if "already allocated" not in answer.message or attempt == 4:
                    self._undo(workload)
                    raise

    def _undo(self, workload: Workload) -> None:
        """A refused start leaves nothing of its own; the refusal is what the user must read, so it is not hidden."""
        with contextlib.suppress(EngineError), self._namespace(workload.stage):
            if self._cluster.get("Deployment", workload.asset, namespace_of(workload.stage)) is None:
                remove_besides(self._cluster, namespace_of(workload.stage), workload.asset)
                leave_namespace(self._cluster, workload.stage)
            else:
                prune(self._cluster, namespace_of(workload.stage), workload.asset)

    def wait(self, workload: Workload, report: Report) -> str:
        seen = Rollout(self._cluster, workload).wait(report, self._ready_seconds)
        address = patiently(lambda: self._address(namespace_of(workload.stage), workload.asset))
        if seen.idle:
            report("it is scaled to 0: no pod runs, and nothing answers")
        elif not answers(address):
            report(f"{address} does not answer from here: a firewall may stand between this machine and the nodes")
        elif reason := lasting(address):
            hint = "correct in the database what the app says of it: the version is deployed and stays"
            raise NotReady(f"{workload.asset} in {workload.stage}", reason.removeprefix("not ready: "), hint)
        return address

    def take_back(self, workload: Workload) -> bool:
        try:
            patiently(lambda: self._refuse_foreign(workload.stage, workload.asset, workload.asset_key))
        except AnotherCluster:
            raise
        except Refused:
            return False  # then nothing was started
        rollout = Rollout(self._cluster, workload)
        if patiently(rollout.proved):
            return True
        rollout.take_back()
        self._undo(workload)  # of a start that ended before its Deployment, configuration may be there
        return False

    def settle(self, workload: Workload, leave: Leave = never) -> bool:
        if not Rollout(self._cluster, workload).settle(DRAIN_SECONDS, leave):
            return False
        patiently(lambda: prune(self._cluster, namespace_of(workload.stage), workload.asset))
        return True

    def stop(self, stage: str, asset: str, key: str) -> None:
        namespace = namespace_of(stage)
        if self._cluster.get("Namespace", namespace) is None:
            return
        self._refuse_foreign(stage, asset, key)
        remove(self._cluster, namespace, asset)
        left = lambda: self._cluster.find("Pod", namespace, selector(asset))  # noqa: E731
        gone(left, f"{asset} in {stage}", namespace, END_SECONDS)
        with self._namespace(stage):
            went = leave_namespace(self._cluster, stage)
        if went:
            self._await_namespace(stage)

    def _namespace(self, stage: str) -> AbstractContextManager[object]:
        """For who puts objects into a stage's namespace or deletes it where it is empty: one at a time in this process,
        or what was put there meanwhile would go with it."""
        return self._namespaces.setdefault(stage, threading.RLock())

    def running(self, stage: str, asset: str, key: str) -> Running | None:
        self._refuse_foreign(stage, asset, key)
        namespace = namespace_of(stage)
        seen = look(self._cluster, namespace, asset)
        deployment = seen.deployment
        if deployment is None:
            return None
        newest = max(seen.serving, key=_revision, default=None)
        address = self._address(namespace, asset)
        return Running(
            revision=_revision(newest or _template(deployment)),
            digest=pods.digest(newest) if newest else _annotation(_template(deployment), "odcpub/digest"),
            address=address,
            health=self._health(namespace, asset, seen, address),
        )

    def _health(self, namespace: str, asset: str, seen: Look, address: str) -> str:
        """As the cluster tells it. A pod that was ready once is so for the cluster; how it is now the app itself
        says, and why it does not become ready its log."""
        found = health(self._cluster, namespace, asset, seen)
        if found in (READY, DEGRADED):
            return condition(address) or found
        reason = LastWords(self._cluster, namespace, ()).reason(seen.coming) if found == STARTING else ""
        return f"not ready: {reason}" if reason else found

    def close(self) -> None:
        """The cluster runs on; only our connections end."""
        self._cluster.close()

    def _refuse_foreign(self, stage: str, asset: str, key: str) -> None:
        refuse_foreign(self._cluster, stage, asset, Owner(key, self._installation))

    def _objects(self, workload: Workload) -> tuple[Object, ...]:
        """What is to be there. A namespace that is not ours is left out; how many pods there are is left to whoever has
        changed it, an autoscaler or a person."""
        port = self._node_port(workload)
        hosts = hosts_at(self._node(port), workload.asset, workload.stage)
        live = self._cluster.get("Deployment", workload.asset, namespace_of(workload.stage))
        sizing = Sizing(replicas=live["spec"]["replicas"]) if live else Sizing()
        wanted = objects(workload, port, sizing, hosts)
        ours = taken_in(self._cluster, workload.stage)
        return tuple(mark(each, self._installation) for each in wanted if ours or each["kind"] != "Namespace")

    def _planned(self, wanted: Object, there: bool) -> Planned:
        """What the cluster has, and what it says it would have after applying: whatever it would refuse, it refuses
        now. In a namespace that is not there yet it can't be asked."""
        if wanted["kind"] != "Namespace" and not there:
            return Planned(wanted, None, wanted)
        metadata = wanted["metadata"]
        live = self._cluster.get(wanted["kind"], metadata["name"], metadata.get("namespace", ""))
        return Planned(wanted, live, self._cluster.apply(wanted, dry_run=True))

    def _in_use(self, workload: Workload) -> set[str]:
        """What runs now keeps its configuration until it is gone, so the plan does not call that unused."""
        deployment = self._cluster.get("Deployment", workload.asset, namespace_of(workload.stage))
        return configuration_names(_template(deployment)) if deployment else set()

    def _node_port(self, workload: Workload) -> int:
        """The app's port if it has one in the pool, else the first free one."""
        taken: dict[int, tuple[str, str]] = {}
        for service in self._cluster.find("Service"):
            metadata = service["metadata"]
            for port in service["spec"].get("ports", ()):
                if "nodePort" in port:
                    taken[port["nodePort"]] = (metadata["namespace"], metadata["name"])
        own = (namespace_of(workload.stage), workload.asset)
        first, last = self._node_ports
        pool = range(first, last + 1)
        mine = [port for port, owner in taken.items() if owner == own]
        free = [port for port in pool if port not in taken]
        if not mine and not free:
            hint = "undeploy an app that is not needed: odcpub undeploy APP --stage STAGE"
            raise EngineError(f"Kubernetes: all node ports from {first} to {last} are taken", hint)
        return mine[0] if mine else free[0]

    def _await_namespace(self, stage: str) -> None:
        """A namespace that is being deleted takes no new objects."""
        name = namespace_of(stage)
        for _ in looks(TERMINATING_SECONDS, PAUSE):
            found = self._cluster.get("Namespace", name)
            if found is None or not found["metadata"].get("deletionTimestamp"):
                return
        raise TemporaryEngineError(
            f"Kubernetes: namespace {name} is still being deleted: {_holding(found or {})}",
            f"kubectl get namespace {name} -o yaml shows what is waited for; when it has gone, do this again",
        )

    def _address(self, namespace: str, asset: str) -> str:
        service = self._cluster.get("Service", asset, namespace)
        ports = service["spec"]["ports"] if service else ()
        port = next((each["nodePort"] for each in ports if "nodePort" in each), None)
        return f"http://{self._node(port)}:{port}" if port else ""

    def _node(self, port: int) -> str:
        """What the setting says; this machine where a local cluster maps the port; else a node's own address."""
        if self._node_address:
            return self._node_address
        if self._cluster.local and _listens(port):
            return "127.0.0.1"
        addresses = [each for node in self._cluster.find("Node") for each in node["status"].get("addresses", ())]
        return next((str(each["address"]) for each in addresses if each["type"] == "InternalIP"), "127.0.0.1")


def _holding(namespace: Object) -> str:
    """What keeps a namespace that is being deleted, in the cluster's own words."""
    conditions = namespace.get("status", {}).get("conditions", ())
    told = [str(each.get("message", "")) for each in conditions if each.get("status") == "True"]
    return "; ".join(filter(None, told)) or "the cluster does not say what is left in it"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _template(deployment: Object) -> Object:
    found: Object = deployment["spec"]["template"]
    return found


def _annotation(found: Object, name: str) -> str:
    return str(found["metadata"].get("annotations", {}).get(name, ""))


def _revision(found: Object) -> int:
    return int(_annotation(found, "odcpub/revision") or 0)
