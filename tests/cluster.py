"""A cluster in memory for tests of what the runner does with one: names, labels, versions of objects, discovery."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from itertools import count
from typing import Any

from odcpub.deployment.objects import PORT, Object
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.look import TEMPLATE_HASH

READY = {"conditions": [{"type": "Ready", "status": "True"}]}


class FakeCluster(Cluster):
    """``before_delete`` runs once, just before the next deletion; ``refuses``: what looking around raises."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[tuple[str, str, str], Object] = {}
        self.before_delete: Callable[[], None] | None = None
        self.refuses: Exception | None = None
        self.may: Object = {"resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]}
        self._version = count(1)

    def put(self, body: Object) -> None:
        metadata = {"uid": "u"} | body["metadata"] | {"resourceVersion": str(next(self._version))}
        key = (body["kind"], metadata.get("namespace", ""), metadata["name"])
        self.objects[key] = json.loads(json.dumps(body | {"metadata": metadata}))  # no part is shared with another

    def get(self, kind: str, name: str, namespace: str = "") -> Object | None:
        return copy.deepcopy(self.objects.get((kind, namespace, name)))

    def find(self, kind: str, namespace: str = "", selector: str = "", fields: str = "") -> tuple[Object, ...]:
        wanted = dict(part.split("=") for part in selector.split(",") if part)
        return tuple(
            copy.deepcopy(each)
            for (found, place, _), each in self.objects.items()
            if found == kind
            and namespace in ("", place)
            and wanted.items() <= each["metadata"].get("labels", {}).items()
        )

    def apply(self, body: Object, dry_run: bool = False, manager: str = "") -> Object:
        """Annotations and containers that are there and not in ``body`` stay, as those of another manager do."""
        found = self.get(body["kind"], body["metadata"]["name"], body["metadata"].get("namespace", ""))
        notes = (found or body)["metadata"].get("annotations", {}) | body["metadata"].get("annotations", {})
        after = copy.deepcopy(body | {"metadata": body["metadata"] | ({"annotations": notes} if notes else {})})
        if found and body["kind"] == "Deployment" and "spec" in body:
            named = {each["name"] for each in _containers(body)}
            _containers(after).extend(each for each in _containers(found) if each["name"] not in named)
        if not dry_run:
            self.put(after)
        return after

    def replace(self, kind: str, name: str, namespace: str, path: str, value: Object) -> None:
        found = self.get(kind, name, namespace)
        assert found is not None
        *parents, last = path.strip("/").split("/")
        part = found
        for each in parents:
            part = part[each]
        part[last] = value
        self.put(found)

    def create(self, body: Object) -> bool:
        there = self.get(body["kind"], body["metadata"]["name"], body["metadata"].get("namespace", "")) is not None
        if not there:
            self.put(body)
        return not there

    def delete(self, kind: str, name: str, namespace: str = "", as_seen: Object | None = None) -> bool:
        if self.before_delete:
            happens, self.before_delete = self.before_delete, None
            happens()
        found = self.objects.get((kind, namespace, name))
        if found and as_seen and found["metadata"]["resourceVersion"] != as_seen["metadata"]["resourceVersion"]:
            return False
        self.objects.pop((kind, namespace, name), None)
        return True

    def rights(self, namespace: str) -> Object:
        return self.may

    def log(self, namespace: str, pod: str, lines: int, previous: bool) -> list[str]:
        return []

    def read(self, path: str, accept: str) -> Object:
        if self.refuses:
            raise self.refuses
        if path == "/apis":
            return {"items": []}
        if path == "/api":
            return {"items": [{"metadata": {}, "versions": [{"version": "v1", "resources": self._resources()}]}]}
        _, _, namespace, kind = path.rsplit("/", 3)
        found = [each for (known, place, _), each in self.objects.items() if (known, place) == (kind, namespace)]
        return {"items": found or None}  # as an API server answers

    def _resources(self) -> list[dict[str, Any]]:
        kinds = {"LimitRange", *(kind for kind, namespace, _ in self.objects if namespace)}
        verbs = ["delete", "get", "list"]
        return [
            {"resource": kind, "responseKind": {"kind": kind}, "scope": "Namespaced", "verbs": verbs} for kind in kinds
        ]


def _containers(deployment: Object) -> list[Object]:
    found: list[Object] = deployment["spec"]["template"]["spec"]["containers"]
    return found


def replica_set(deployment: Object, name: str, pods: int = 1, available: int = 0, **metadata: Any) -> Object:
    """As the Deployment's controller would make it of the Deployment as it is."""
    template = copy.deepcopy(deployment["spec"]["template"])
    template["metadata"]["labels"][TEMPLATE_HASH] = name
    about = {"name": name, "namespace": deployment["metadata"]["namespace"], "labels": template["metadata"]["labels"]}
    status = {"availableReplicas": available}
    return {
        "kind": "ReplicaSet",
        "metadata": about | metadata,
        "spec": {"replicas": pods, "template": template},
        "status": status,
    }


def pod_of(made_by: Object, name: str, status: Object) -> Object:
    """As the ReplicaSet's controller would make it."""
    template = copy.deepcopy(made_by["spec"]["template"])
    about = template["metadata"] | {"name": name, "namespace": made_by["metadata"]["namespace"]}
    return {"kind": "Pod", "metadata": about, "spec": template["spec"], "status": status}


def reached(asset: str, namespace: str, *pods: str, port: int = PORT) -> Object:
    """That the Service sends to these pods."""
    labels = {"kubernetes.io/service-name": asset}
    there = [{"conditions": {"ready": True}, "targetRef": {"name": name}} for name in pods]
    return {
        "kind": "EndpointSlice",
        "metadata": {"name": asset, "namespace": namespace, "labels": labels},
        "endpoints": there,
        "ports": [{"name": "http", "port": port, "protocol": "TCP"}],
    }
