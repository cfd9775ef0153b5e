"""Everything that stands in a namespace, of whatever kind. I/O through ``Cluster``.

Kinds are asked for, since anybody can add some: aggregated discovery
(kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery) tells them in two requests.
"""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.deployment.objects import Object
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.refusals import ApiRefusal

_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"


def contents(cluster: Cluster, namespace: str) -> Iterator[Object]:
    """Kind and metadata of all that can be listed and deleted. Raises ApiRefusal where some of it cannot be seen."""
    for prefix, resource, kind in sorted(_kinds(cluster)):
        found = cluster.read(f"{prefix}/namespaces/{namespace}/{resource}", _METADATA)
        yield from ({**each, "kind": kind} for each in found.get("items") or ())  # null where there are none


def _kinds(cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    """Path of the group, resource, kind; a resource that several versions show is listed by the preferred one."""
    for root in ("/api", "/apis"):
        for group in cluster.read(root, _DISCOVERY).get("items", ()):
            name, known = group["metadata"].get("name", ""), set[str]()
            for version in group["versions"]:
                if version.get("freshness") == "Stale":
                    raise ApiRefusal(f"Kubernetes: the API group {name} does not answer", "", 0)
                listed = {each["resource"]: each for each in version.get("resources", ())}
                for resource in sorted(set(listed) - known):
                    found = listed[resource]
                    if found["scope"] == "Namespaced" and {"list", "delete"} <= set(found["verbs"]):
                        parts = [root, *([name] if name else []), version["version"]]
                        yield "/".join(parts), resource, found["responseKind"]["kind"]
                known |= set(listed)
