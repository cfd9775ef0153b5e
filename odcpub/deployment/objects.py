"""A workload as Kubernetes objects, plain dictionaries in the order they are applied. No I/O.

Configuration is named by its content and immutable, so that it arrives with its version and never touches pods that
run. Everything keeps to Pod Security "restricted" (kubernetes.io/docs/concepts/security/pod-security-standards).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from odcpub.deployment.workload import Workload, platform_environment

Object = dict[str, Any]

MANAGER = "odcpub"
BY = "app.kubernetes.io/managed-by"
APP = "app"
"""The name of the app's container; a cluster may inject others."""
PORT = 8080
DRAIN_SECONDS = 3
"""How long a stopped pod still answers, until no node sends it anything any more."""
GRACE_SECONDS = DRAIN_SECONDS + 35
USER = 10001
INSTANCE = "odcpub/instance"
KEY = "odcpub/asset-key"
INSTALLATION = "odcpub/installation"
"""Whose a Deployment is: the same app may be published by others, from a clone of its model."""
CREATED = "odcpub/created"
"""Marks a namespace that was made by us."""
STAGE = "odcpub/stage"
DENY = "odcpub.default-deny"
LOOPBACK = ("127.0.0.1", "localhost")
_LEVELS = ("enforce", "audit", "warn")


@dataclass(frozen=True, slots=True)
class Sizing:
    """What a pod asks for and may use, in Kubernetes' units."""

    replicas: int = 1
    cpu: str = "50m"
    memory: str = "96Mi"
    cpu_limit: str = "1"
    memory_limit: str = "384Mi"


def namespace_of(stage: str) -> str:
    """A stage's namespace; ``stage``: its label."""
    return f"odc-{stage}"


def service_account(asset: str) -> str:
    """No app's name holds a dot, so that no app's account is the namespace's own, ``default``; as with ``DENY``."""
    return f"odcpub.{asset}"


def labels(asset: str) -> dict[str, str]:
    """What tells an app's objects; also the selector of its pods."""
    return {BY: MANAGER, "app.kubernetes.io/name": asset}


def instance_of(workload: Workload) -> str:
    """Ten hex digits of what tells a version from another: its revision, image, configuration and schema. Host names
    and sizing are the stage's, and a template can be changed by hand: whose pods are whose the template alone tells."""
    parts = [workload.revision, workload.reference, workload.digest, workload.settings, workload.secrets]
    return workload.instance or _hash([*parts, workload.stage, workload.app, workload.schema])


def objects(
    workload: Workload, node_port: int | None = None, sizing: Sizing | None = None, hosts: tuple[str, ...] = ()
) -> tuple[Object, ...]:
    """Everything one app needs in one stage. ``node_port``: where nodes answer for it, the cluster's choice if None;
    ``hosts``: the only names it answers to."""
    config, secret = _config_map(workload, hosts), _secret(workload)
    return (
        stage_namespace(workload.stage),
        _default_deny(workload.stage),
        config,
        secret,
        _service_account(workload),
        _network_policy(workload),
        _service(workload, node_port),
        _deployment(workload, config["metadata"]["name"], secret["metadata"]["name"], sizing or Sizing()),
    )


def hosts_at(address: str, asset: str, stage: str) -> tuple[str, ...]:
    """The names that an app answers to whose nodes are reached at this address: on loopback a browser's user has the
    app to themselves, and no page of another site may read it under a name of its own. Elsewhere all (none here)."""
    if address not in LOOPBACK:
        return ()
    service = (asset, f"{asset}.{namespace_of(stage)}", f"{asset}.{namespace_of(stage)}.svc")
    return (*LOOPBACK, *service, f"{service[-1]}.cluster.local")


def stage_namespace(stage: str) -> Object:
    """The namespace, which lets only pods in that keep to Pod Security "restricted"."""
    security = {f"pod-security.kubernetes.io/{level}": "restricted" for level in _LEVELS}
    named = {BY: MANAGER, STAGE: stage}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": namespace_of(stage), "labels": {**named, **security}},
    }


def _object(workload: Workload, version: str, kind: str, name: str) -> Object:
    told = {**labels(workload.asset), STAGE: workload.stage}
    metadata = {"name": name, "namespace": namespace_of(workload.stage), "labels": told}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def _config_map(workload: Workload, hosts: tuple[str, ...]) -> Object:
    answered = {"ODCPUB_HOSTS": ",".join(hosts)} if hosts else {}
    data = {**platform_environment(workload), **dict(workload.settings), **answered}
    name = f"{workload.asset}-{_hash(sorted(data.items()))}"
    return _object(workload, "v1", "ConfigMap", name) | {"data": dict(sorted(data.items())), "immutable": True}


def secret_name(workload: Workload) -> str:
    """Of the Secret of this very configuration. The hash in it covers the database's random password too, so that it
    gives no short secret away; before there is a password, nobody may see it."""
    return f"{workload.asset}-{_hash([workload.asset_key, workload.stage, sorted(_encoded(workload).items())])}"


def _encoded(workload: Workload) -> dict[str, str]:
    return {name: base64.b64encode(value.encode()).decode() for name, value in sorted(workload.secrets)}


def _secret(workload: Workload) -> Object:
    content = {"data": _encoded(workload), "immutable": True, "type": "Opaque"}
    return _object(workload, "v1", "Secret", secret_name(workload)) | content


def _default_deny(stage: str) -> Object:
    """For pods of ours alone: others in the namespace are not ours to cut off."""
    named = {BY: MANAGER, STAGE: stage}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": DENY, "namespace": namespace_of(stage), "labels": named},
        "spec": {
            "podSelector": {"matchLabels": {BY: MANAGER}},
            "policyTypes": ["Ingress", "Egress"],
        },
    }


def _service_account(workload: Workload) -> Object:
    account = _object(workload, "v1", "ServiceAccount", service_account(workload.asset))
    return account | {"automountServiceAccountToken": False}


def _network_policy(workload: Workload) -> Object:
    """In: the app's port. Out: names, and the database wherever it is."""
    names = [{"port": 53, "protocol": protocol} for protocol in ("TCP", "UDP")]
    database = [{"port": workload.database_port, "protocol": "TCP"}]
    spec = {
        "podSelector": {"matchLabels": labels(workload.asset)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"ports": [{"port": PORT, "protocol": "TCP"}]}],
        "egress": [{"ports": names}, {"ports": database}],
    }
    return _object(workload, "networking.k8s.io/v1", "NetworkPolicy", workload.asset) | {"spec": spec}


def _service(workload: Workload, node_port: int | None) -> Object:
    port: Object = {"name": "http", "port": 80, "protocol": "TCP", "targetPort": "http"}
    spec = {
        "type": "NodePort",
        "selector": labels(workload.asset),
        "ports": [port if node_port is None else {**port, "nodePort": node_port}],
    }
    return _object(workload, "v1", "Service", workload.asset) | {"spec": spec}


def _deployment(workload: Workload, config: str, secret: str, sizing: Sizing) -> Object:
    deployment = _object(workload, "apps/v1", "Deployment", workload.asset)
    told = {**deployment["metadata"]["labels"], "app.kubernetes.io/version": str(workload.revision)}
    annotations = _annotations(workload)
    deployment["metadata"] |= {"labels": told, "annotations": annotations}
    template = {
        "metadata": {"labels": {**told, INSTANCE: instance_of(workload)}, "annotations": annotations},
        "spec": _pod(workload, config, secret, sizing),
    }
    deployment["spec"] = {
        "replicas": sizing.replicas,
        "revisionHistoryLimit": 0,
        "progressDeadlineSeconds": 120,
        "selector": {"matchLabels": labels(workload.asset)},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": template,
    }
    return deployment


def _annotations(workload: Workload) -> dict[str, str]:
    return {
        "odcpub/app": workload.app,
        KEY: workload.asset_key,
        "odcpub/digest": workload.digest,
        "odcpub/revision": str(workload.revision),
        "odcpub/schema": workload.schema,
    }


def _pod(workload: Workload, config: str, secret: str, sizing: Sizing) -> Object:
    return {
        "serviceAccountName": service_account(workload.asset),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(workload, config, secret, sizing)],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}],
    }


def _container(workload: Workload, config: str, secret: str, sizing: Sizing) -> Object:
    return {
        "name": APP,
        "image": workload.reference,
        # A digest never changes its meaning: asking the registry again could only fail.
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
        # .NET's diagnostics want to write where a read-only root does not let them.
        "env": [{"name": "DOTNET_EnableDiagnostics", "value": "0"}],
        "envFrom": [{"configMapRef": {"name": config}}, {"secretRef": {"name": secret}}],
        "resources": {
            "requests": {"cpu": sizing.cpu, "memory": sizing.memory},
            "limits": {"cpu": sizing.cpu_limit, "memory": sizing.memory_limit},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "lifecycle": {"preStop": {"sleep": {"seconds": DRAIN_SECONDS}}},
        "startupProbe": _probe("health", period=1, failures=60),
        # Once ready, a pod says no only when it is too busy to answer: taking it away would turn slow into failed.
        "readinessProbe": _probe("ready", period=1, failures=15),
        "livenessProbe": _probe("health", period=10, failures=6),
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - a folder of the pod's own
    }


def _probe(path: str, period: int, failures: int) -> Object:
    host = {"name": "Host", "value": "localhost"}
    request = {"path": f"/_odc/{path}", "port": "http", "scheme": "HTTP", "httpHeaders": [host]}
    return {"httpGet": request, "periodSeconds": period, "timeoutSeconds": 2, "failureThreshold": failures}


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:10]


def configuration_names(pod: Mapping[str, Any]) -> set[str]:
    """The names of ConfigMaps and Secrets that a pod's (or template's) containers take their environment from."""
    sources = [each for one in pod.get("spec", {}).get("containers", ()) for each in one.get("envFrom", ())]
    found = (each.get(kind, {}).get("name") for each in sources for kind in ("configMapRef", "secretRef"))
    return {name for name in found if name}
