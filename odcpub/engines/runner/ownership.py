"""Whose an app's objects in a cluster are, so that none of anybody else's is changed. I/O through ``Cluster``."""

from __future__ import annotations

import shlex

from odcpub.deployment.objects import BY, CREATED, INSTALLATION, KEY, MANAGER, STAGE, Object, namespace_of
from odcpub.engines.ports import Owner
from odcpub.engines.runner.cluster import Cluster
from odcpub.errors import Refused

_NAMED = ("Deployment", "Service", "NetworkPolicy")
"""What has the app's plain name, which others may use, too. All else is named by its content or with a dot."""


def refuse_foreign(cluster: Cluster, stage: str, asset: str, owner: Owner) -> None:
    """Raises Refused where an object of the app's name is not odcpub's, or is that of an asset with another key, or of
    another installation that publishes the same app."""
    for kind in _NAMED:
        found = cluster.get(kind, asset, namespace_of(stage))
        whose, way = _foreign(found, kind, owner) if found else ("", "")
        if whose:
            thing, where = f"{kind.lower()} {asset}", f"kubectl --namespace {namespace_of(stage)}"
            raise Refused(
                f"Kubernetes: {thing} in {namespace_of(stage)} belongs to {whose}; nothing was changed",
                "give the app or the stage another name, or use another cluster (odcpub engines set context=…); "
                + way.format(where=where, thing=thing),
            )


_DELETE = "where nobody needs it any more: {where} delete {thing}"
_TAKE = (
    "to take it over, which leads its visitors to this installation's data: {where} annotate --overwrite {thing} "
    f"{INSTALLATION}="
)


def _foreign(found: Object, kind: str, owner: Owner) -> tuple[str, str]:
    """Whose it is and the way on; nothing where it is ours. Services and policies are ours by their label alone, and a
    Deployment that names no installation is of an odcpub that did not say it."""
    manager = found["metadata"].get("labels", {}).get(BY, "")
    if manager != MANAGER:
        return f"{manager}, not odcpub" if manager else "somebody else", _DELETE
    notes = found["metadata"].get("annotations", {})
    if kind != "Deployment":
        return "", ""
    if (there := notes.get(KEY, "")) != owner.asset:
        return f"another app (key {there or 'unknown'})", _DELETE
    if (there := notes.get(INSTALLATION, owner.installation)) != owner.installation:
        return f"this app as installation {there} publishes it", _TAKE + shlex.quote(owner.installation)
    return "", ""


def mark(found: Object, installation: str) -> Object:
    """The object with the installation's name, where it is one that tells whose the app is."""
    if found["kind"] != "Deployment":
        return found
    metadata = found["metadata"]
    return found | {"metadata": metadata | {"annotations": metadata["annotations"] | {INSTALLATION: installation}}}


def made_by_us(namespace: Object) -> bool:
    return bool(namespace["metadata"].get("annotations", {}).get(CREATED) == MANAGER)


def taken_in(cluster: Cluster, stage: str) -> bool:
    """Whether the stage's namespace, if it is there, was made by us. Raises Refused for one that somebody else made and
    nobody has given us."""
    found = cluster.get("Namespace", namespace_of(stage))
    if found is None or made_by_us(found):
        return True
    if found["metadata"].get("labels", {}).get(STAGE) != stage:
        raise Refused(
            f"Kubernetes: the namespace {namespace_of(stage)} is there and was not made by odcpub; nothing was changed",
            "give the stage another name, or let odcpub use the namespace, whose labels, policies and other pods it "
            f"leaves as they are then: kubectl label namespace {namespace_of(stage)} {STAGE}={stage}",
        )
    return False
