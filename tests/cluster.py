"""A cluster in memory for tests of what the runner does with one: names, labels, versions of objects, discovery."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import count
from typing import Any

from odcpub.deployment.objects import Object
from odcpub.engines.runner.cluster import Cluster


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
        self.objects[key] = copy.deepcopy(body | {"metadata": metadata})

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
        """Annotations that are there and not in ``body`` stay, as those of another manager do."""
        found = self.get(body["kind"], body["metadata"]["name"], body["metadata"].get("namespace", ""))
        notes = (found or body)["metadata"].get("annotations", {}) | body["metadata"].get("annotations", {})
        after = body | {"metadata": body["metadata"] | ({"annotations": notes} if notes else {})}
        if not dry_run:
            self.put(after)
        return after

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
