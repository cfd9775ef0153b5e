"""What odcpub must be allowed to do in a stage's namespace, asked before anything is changed. I/O through ``Cluster``.

A SelfSubjectRulesReview tells all of a user's rights in one request
(kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.runner.refusals import FORBIDDEN, ApiRefusal

_CHANGE, _LOOK = ("get", "list", "create", "patch", "delete"), ("get", "list")
NEEDED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "configmaps", _CHANGE),
    ("", "secrets", _CHANGE),
    ("", "serviceaccounts", _CHANGE),
    ("", "services", _CHANGE),
    ("apps", "deployments", _CHANGE),
    ("networking.k8s.io", "networkpolicies", _CHANGE),
    ("", "pods", _LOOK),
    ("", "pods/log", ("get",)),
    ("", "events", ("list",)),
    ("apps", "replicasets", _LOOK),
    ("discovery.k8s.io", "endpointslices", ("list",)),
)
"""Group, resource, verbs."""


def refuse_without_rights(cluster: Cluster, namespace: str) -> None:
    """Raises ApiRefusal that names every right that is missing: one that is found missing when the new version serves
    already would leave the rest undone. A cluster that does not tell all rights is believed."""
    status = cluster.rights(namespace)
    if status.get("incomplete"):
        return
    rules = status.get("resourceRules", ())
    missing = [
        f"{verb} {what}" for group, what, verbs in NEEDED for verb in verbs if not _may(rules, group, what, verb)
    ]
    if missing:
        raise ApiRefusal(
            f"{cluster.where}: not allowed in {namespace}: {', '.join(missing)}; nothing was changed",
            "give the kubeconfig's user these rights; docs/kind.md lists all that odcpub needs",
            FORBIDDEN,
        )


def _may(rules: Iterable[Mapping[str, Any]], group: str, what: str, verb: str) -> bool:
    """A rule for single objects by name is no right to what odcpub makes."""
    return any(
        not rule.get("resourceNames")
        and _holds(rule.get("verbs"), verb)
        and _holds(rule.get("apiGroups"), group)
        and _holds(rule.get("resources"), what, f"*/{what.partition('/')[2]}" if "/" in what else what)
        for rule in rules
    )


def _holds(named: Iterable[str] | None, *any_of: str) -> bool:
    return not {"*", *any_of}.isdisjoint(named or ())
