"""A Kubernetes cluster through the official client's DynamicClient. I/O: HTTPS requests, each with a time limit.

Kinds are a table, so that no discovery requests are needed; answers stay plain dictionaries.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from odcpub.deployment.objects import APP, MANAGER, Object
from odcpub.engines.ports import Gone
from odcpub.engines.runner import identity
from odcpub.engines.runner.refusals import CONFLICT, UNAUTHORIZED, ApiRefusal, Unreachable, told
from odcpub.errors import EngineError

SECONDS = 10.0
Stamp = tuple[tuple[int, int], ...]
"""Inode and time of each kubeconfig file."""
_KINDS: dict[str, tuple[str, str, str, bool]] = {
    "Namespace": ("", "v1", "namespaces", False),
    "Node": ("", "v1", "nodes", False),
    "ConfigMap": ("", "v1", "configmaps", True),
    "Event": ("", "v1", "events", True),
    "PersistentVolumeClaim": ("", "v1", "persistentvolumeclaims", True),
    "Pod": ("", "v1", "pods", True),
    "ResourceQuota": ("", "v1", "resourcequotas", True),
    "Secret": ("", "v1", "secrets", True),
    "Service": ("", "v1", "services", True),
    "ServiceAccount": ("", "v1", "serviceaccounts", True),
    "Deployment": ("apps", "v1", "deployments", True),
    "ReplicaSet": ("apps", "v1", "replicasets", True),
    "StatefulSet": ("apps", "v1", "statefulsets", True),
    "EndpointSlice": ("discovery.k8s.io", "v1", "endpointslices", True),
    "NetworkPolicy": ("networking.k8s.io", "v1", "networkpolicies", True),
}
"""Kind → (group, version, plural, namespaced)."""
_NO_LOG = "unable to retrieve container logs for "
"""What a kubelet answers, with status 200."""


class Cluster:
    """``kubeconfig`` and ``context``: the user's defaults where empty. The file is read again when it has changed, and
    when the API server does not know or reach us: tokens are rotated, clusters made again at another port. ``uid``: of
    the cluster that it must be; where that is not known yet, what the first answer shows is kept by ``remember``."""

    def __init__(
        self, kubeconfig: str = "", context: str = "", uid: str = "", remember: identity.Remember = lambda *_: None
    ) -> None:
        self._kubeconfig, self._context = kubeconfig, context
        self._uid, self._remember = uid, remember
        self._seen: Any = None
        """The client whose cluster is known to be the right one."""
        self._guard = threading.Lock()
        self._made: tuple[Stamp, Any] | None = None

    def get(self, kind: str, name: str, namespace: str = "") -> Object | None:
        try:
            found: Object = self._ask("get", kind, name, namespace)
            return found
        except ApiRefusal as answer:
            if answer.status == 404:
                return None
            raise

    def find(self, kind: str, namespace: str = "", selector: str = "", fields: str = "") -> tuple[Object, ...]:
        """The objects of a kind; ``namespace`` empty for all namespaces. Each gets its kind, which lists leave out."""
        found = self._ask("get", kind, "", namespace, label_selector=selector or None, field_selector=fields or None)
        return tuple({**each, "kind": kind} for each in found.get("items", ()))

    def apply(self, body: Object, dry_run: bool = False, manager: str = MANAGER) -> Object:
        """Server-side apply, by our one field manager unless said; the object as the cluster has (or would have) it."""
        metadata = body["metadata"]
        applied: Object = self._ask(
            "patch",
            body["kind"],
            metadata["name"],
            metadata.get("namespace", ""),
            body=body,
            content_type="application/apply-patch+yaml",
            field_manager=manager,
            force_conflicts="true",
            dry_run="All" if dry_run else None,
        )
        return applied

    def replace(self, kind: str, name: str, namespace: str, path: str, value: Object) -> None:
        """Replaces one part of an object, all that others have set in it, too (``apply`` leaves that)."""
        change = [{"op": "replace", "path": path, "value": value}]
        more = {"content_type": "application/json-patch+json", "field_manager": MANAGER}
        self._ask("patch", kind, name, namespace, body=change, **more)

    def create(self, body: Object) -> bool:
        """Makes a new object by our field manager; False where there is one of its name."""
        metadata = body["metadata"]
        try:
            self._ask("post", body["kind"], "", metadata.get("namespace", ""), body=body, field_manager=MANAGER)
        except ApiRefusal as answer:
            if answer.status != CONFLICT:
                raise
            return False
        return True

    def delete(self, kind: str, name: str, namespace: str = "", as_seen: Object | None = None) -> bool:
        """Deletes with all that depends on it; what is not there is fine. ``as_seen``: only if it is still the very
        object that was read, untouched since; whether it was."""
        body: Object = {"propagationPolicy": "Background"}
        if as_seen is not None:
            metadata = as_seen["metadata"]
            body["preconditions"] = {name: metadata[name] for name in ("uid", "resourceVersion")}
        try:
            self._ask("delete", kind, name, namespace, body=body)
        except ApiRefusal as answer:
            if as_seen is not None and answer.status == CONFLICT:
                return False
            if answer.status != 404:
                raise
        return True

    def read(self, path: str, accept: str) -> Object:
        """What the API server answers at a path of its own, in a form that ``accept`` names."""
        found: Object = json.loads(self._answer("get", path, header_params={"Accept": accept}))
        return found

    def rights(self, namespace: str) -> Object:
        """What this user may do in the namespace: the status of a SelfSubjectRulesReview."""
        kind = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview"}
        path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
        answer = self._answer("post", path, body=kind | {"spec": {"namespace": namespace}})
        found: Object = json.loads(answer).get("status", {})
        return found

    def log(self, namespace: str, pod: str, lines: int, previous: bool) -> list[str]:
        """The last lines of what a pod's app has written, or that of before in it; empty where there is none, as for
        a container that went while it was read, of which the node says so in the log's place."""
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/log"
        query = [("container", APP), ("tailLines", str(lines)), ("previous", "true" if previous else "false")]
        try:
            data = self._answer("get", path, query_params=query, header_params={"Accept": "*/*"})
            found = str(data.decode(errors="replace")).splitlines()
            return [] if len(found) == 1 and found[0].startswith(_NO_LOG) else found
        except ApiRefusal:
            return []

    @property
    def local(self) -> bool:
        """Whether the API server is on this machine, as kind's is."""
        return any(part in self._client().configuration.host for part in ("//127.0.0.1", "//localhost", "//[::1]"))

    def close(self) -> None:
        """Drops the connections."""
        with self._guard:
            if self._made is not None:
                self._made[1].client.rest_client.pool_manager.clear()
            self._made = None

    @property
    def where(self) -> str:
        return f"Kubernetes ({self._context})" if self._context else "Kubernetes"

    def _client(self) -> Any:
        """The client of the kubeconfig as it is now."""
        with self._guard:
            stamp = self._stamp()
            if self._made is None or self._made[0] != stamp:
                self._made = stamp, self._new_client()
            return self._made[1]

    def _stamp(self) -> Stamp:
        """Changes with each of the files that the client reads."""
        from kubernetes.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION

        named = self._kubeconfig or os.environ.get("KUBECONFIG") or KUBE_CONFIG_DEFAULT_LOCATION
        files = [Path(part).expanduser() for part in named.split(os.pathsep) if part]
        for file in files:
            identity.check_kubeconfig(file)
        return tuple((file.stat().st_ino, file.stat().st_mtime_ns) for file in files if file.exists())

    def _new_client(self) -> Any:
        from kubernetes import client, config, dynamic  # late: 0.5 to 1 s
        from urllib3 import Retry

        asked = client.Configuration()
        # Once more where a kept connection turns out to be broken; an address that does not answer is asked once.
        asked.retries = Retry(total=1, connect=0, respect_retry_after_header=False)
        try:
            chosen = {"config_file": self._kubeconfig or None, "context": self._context or None}
            api: Any = config.new_client_from_config(**chosen, persist_config=False, client_configuration=asked)
        except (config.ConfigException, OSError, ValueError, TypeError) as error:
            file = self._kubeconfig or "the kubeconfig"
            hint = "create a cluster as docs/kind.md says, or set: odcpub engines set kubeconfig=PATH context=NAME"
            raise Gone(f"{self.where}: {file} cannot be used: {error}", hint) from error
        nothing = lambda client, cache: None  # noqa: E731 - the kinds are known
        return dynamic.DynamicClient(api, discoverer=nothing)

    def _ask(self, verb: str, kind: str, name: str, namespace: str, **more: Any) -> Any:
        group, version, plural, namespaced = _KINDS[kind]
        prefix = f"/apis/{group}/{version}" if group else f"/api/{version}"
        parts = [
            prefix,
            *(["namespaces", namespace] if namespaced and namespace else []),
            plural,
            *([name] if name else []),
        ]
        return json.loads(self._answer(verb, "/".join(parts), **more))

    def _answer(self, verb: str, path: str, **more: Any) -> bytes:
        """Asked once more with a client of its own where the one that was kept is not let in or reaches nobody: what it
        was made from (a token, a plugin's answer, an address, an authority) may be another by now."""
        kept, began = self._made, time.monotonic()
        try:
            return self._request(verb, path, **more)
        except EngineError as error:
            if kept is None or kept is not self._made or not _stale(error, time.monotonic() - began):
                raise
        self.close()
        return self._request(verb, path, **more)

    def _request(self, verb: str, path: str, **more: Any) -> bytes:
        client = self._client()
        with told(self.where, client.configuration.host):
            if client is not self._seen:
                self._expect(client)
            answer = client.request(verb, path, serialize=False, _request_timeout=SECONDS, **more)
            return bytes(answer.data)

    def _expect(self, client: Any) -> None:
        """Asks a new client which cluster it reaches: the kubeconfig may lead to another by now."""
        found = identity.ask(client, SECONDS)
        context = self._context or identity.current_context(self._kubeconfig)
        identity.refuse_another(context, self._uid, found, client.configuration.host)
        if not self._uid:
            self._context, self._uid = context, found
            self._remember(context, found)
        self._seen = client

    @property
    def uid(self) -> str:
        """What tells the cluster from all others; empty where it does not say."""
        self._request("get", "/version")
        return self._uid


def _stale(error: EngineError, seconds: float) -> bool:
    """Whether another client may fare better. Who does not answer at all is not waited for twice."""
    if isinstance(error, Unreachable):
        return seconds < SECONDS / 2
    return isinstance(error, ApiRefusal) and error.status == UNAUTHORIZED
