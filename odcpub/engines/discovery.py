"""What choosing engines finds out about this machine: the cluster meant and the address that pods reach. Does I/O.

Found once, when engines are chosen, and kept in the settings: a later change of kubectl's current context must not
send deployments to another cluster.
"""

from __future__ import annotations

from pathlib import Path

from odcpub.engines.image.docker import connect
from odcpub.engines.runner import identity
from odcpub.engines.runner.cluster import Cluster
from odcpub.engines.settings import EngineSettings
from odcpub.errors import EngineError

KIND_HINT = "kind create cluster --config kind-config.yaml; docs/kind.md tells the rest"


def discover_kind(kubeconfig: str) -> dict[str, str]:
    """``kubeconfig``, ``context``, ``database_address``. ``kubeconfig``: the caller's ``KUBECONFIG``."""
    found = current(identity.kubeconfig_of(kubeconfig))
    return {**found, "database_address": bridge_address()}


def current(file: str) -> dict[str, str]:
    """A kubeconfig and its current context."""
    identity.check_kubeconfig(Path(file))
    try:
        return {"kubeconfig": file, "context": identity.current_context(file)}
    except EngineError:
        raise EngineError(f"{file}: names no Kubernetes cluster", KIND_HINT) from None


def chosen(settings: EngineSettings, kubeconfig: str) -> EngineSettings:
    """The settings with the cluster that they mean now. What can't be found out yet is found out, and kept, when the
    cluster first answers. ``kubeconfig``: the caller's ``KUBECONFIG``."""
    if settings.runner != "kubernetes":
        return settings.model_copy(update={"cluster": ""})
    file = settings.kubeconfig or identity.kubeconfig_of(kubeconfig)
    found = {"kubeconfig": file, "context": settings.context}
    try:
        found = found if settings.context else current(file)
        cluster = Cluster(found["kubeconfig"], found["context"])
        try:
            found["cluster"] = cluster.uid
        finally:
            cluster.close()
    except EngineError:
        found["cluster"] = ""
    return settings.model_copy(update=found)


def bridge_address() -> str:
    """The address of this machine on the Docker bridge, where containers and pods reach it."""
    client = connect()
    try:
        networks = client.networks.list(names=["bridge"])
        configs = networks[0].attrs["IPAM"]["Config"] if networks else []
    finally:
        client.close()
    gateways = [one["Gateway"] for one in configs if "." in one.get("Gateway", "")]
    if not gateways:
        raise EngineError(
            "Docker: the bridge network has no gateway address",
            "name the address under which pods reach this machine: odcpub engines set database_address=…",
        )
    return str(gateways[0])
