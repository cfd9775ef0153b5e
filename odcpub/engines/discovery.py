"""What profile ``kind`` finds out about this machine: the cluster meant and the address that pods reach. Does I/O.

Found once, when the profile is chosen, and kept in the settings: a later change of kubectl's current context must not
send deployments to another cluster.
"""

from __future__ import annotations

from pathlib import Path

from odcpub.engines.image.docker import connect
from odcpub.engines.runner.cluster import check_kubeconfig
from odcpub.errors import EngineError

KIND_HINT = "kind create cluster --config kind-config.yaml; docs/kind.md tells the rest"


def discover_kind(kubeconfig: str) -> dict[str, str]:
    """``kubeconfig`` (the file, or empty for the usual one), ``context``, ``database_address``."""
    from kubernetes import config

    file = kubeconfig.split(":")[0]
    check_kubeconfig(Path(file or config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION.split(":")[0]).expanduser())
    try:
        _, active = config.list_kube_config_contexts(config_file=file or None)
    except config.ConfigException:
        raise EngineError(f"{file or '~/.kube/config'}: names no Kubernetes cluster", KIND_HINT) from None
    path = str(Path(file).absolute()) if file else ""
    return {"kubeconfig": path, "context": active["name"], "database_address": bridge_address()}


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
