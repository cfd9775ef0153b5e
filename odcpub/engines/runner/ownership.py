"""Whose an app's objects in a cluster are, so that none of anybody else's is changed. I/O through ``Cluster``."""

from __future__ import annotations

from odcpub.deployment.objects import KEY, MANAGER, Object, namespace_of
from odcpub.engines.runner.cluster import Cluster
from odcpub.errors import Refused

_NAMED = ("Deployment", "Service", "NetworkPolicy")
"""What has the app's plain name, which others may use, too. All else is named by its content or with a dot."""
_BY = "app.kubernetes.io/managed-by"


def refuse_foreign(cluster: Cluster, stage: str, asset: str, key: str) -> None:
    """Raises Refused where an object of the app's name is not odcpub's, or is that of an asset with another key."""
    for kind in _NAMED:
        found = cluster.get(kind, asset, namespace_of(stage))
        whose = _foreign(found, kind, key) if found else ""
        if whose:
            thing = f"{kind.lower()} {asset}"
            raise Refused(
                f"Kubernetes: {thing} in {namespace_of(stage)} belongs to {whose}; nothing was changed",
                "give the app or the stage another name, or use another cluster (odcpub engines set context=…); where "
                f"nobody needs it any more: kubectl --namespace {namespace_of(stage)} delete {thing}",
            )


def _foreign(found: Object, kind: str, key: str) -> str:
    """Whose it is; nothing where it is ours. Services and policies are ours by their label alone."""
    manager = found["metadata"].get("labels", {}).get(_BY, "")
    if manager != MANAGER:
        return f"{manager}, not odcpub" if manager else "somebody else"
    there = found["metadata"].get("annotations", {}).get(KEY, "")
    return f"another app (key {there or 'unknown'})" if kind == "Deployment" and there != key else ""
