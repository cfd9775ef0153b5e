"""Which cluster is meant: its context in a kubeconfig, and what tells it from all others. I/O: files, HTTPS requests.

A cluster has no name of its own. The namespace ``kube-system`` is made with it and goes with it, so its uid is taken
for the cluster's.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from odcpub.errors import EngineError, Refused
from odcpub.files import BadFile, check_file

USUAL = "~/.kube/config"
_PATH = "/api/v1/namespaces/kube-system"
_HIDDEN = (403, 404)
"""Answers to a user who may not see it, and of servers that have none: then the context alone is kept."""

Remember = Callable[[str, str], None]
"""Keeps a context and the uid of the cluster that it leads to."""


class AnotherCluster(Refused):
    """The context leads to another cluster than the one that was chosen."""


def check_kubeconfig(file: Path) -> None:
    """Refuses a pipe, a device or what is endless before the client reads it."""
    try:
        check_file(file)
    except BadFile as bad:
        hint = "name a kubeconfig that is a file: odcpub engines set kubeconfig=PATH"
        raise EngineError(f"{file}: {bad.reason}", hint) from None


def current_context(kubeconfig: str) -> str:
    """The one that a kubeconfig says is current. Raises ``EngineError`` where none is."""
    from kubernetes import config

    try:
        _, active = config.list_kube_config_contexts(config_file=kubeconfig or None)
        return str(active["name"])
    except (config.ConfigException, OSError, ValueError, TypeError, KeyError) as error:
        raise EngineError(
            f"{kubeconfig or 'the kubeconfig'}: names no current context: {error}",
            "choose one: kubectl config use-context NAME",
        ) from None


def kubeconfig_of(caller: str) -> str:
    """The file that kubectl takes by itself, whole; ``caller``: its ``KUBECONFIG``."""
    first = caller.split(os.pathsep)[0]
    return str(Path(first or USUAL).expanduser().absolute())


def ask(client: Any, seconds: float) -> str:
    """The uid of the cluster that a client reaches; empty where it does not tell."""
    from kubernetes.client import ApiException
    from kubernetes.dynamic.exceptions import DynamicApiError

    try:
        answer = client.request("get", _PATH, serialize=False, _request_timeout=seconds)
        return str(json.loads(answer.data)["metadata"]["uid"])
    except (ApiException, DynamicApiError) as error:
        if error.status not in _HIDDEN:
            raise
    except (ValueError, KeyError, TypeError):
        pass
    return ""


def refuse_another(context: str, chosen: str, found: str, host: str) -> None:
    """Raises ``AnotherCluster`` where two uids are known and differ."""
    if chosen and found and chosen != found:
        raise AnotherCluster(
            f"Kubernetes ({context}): this context leads to another cluster than the one that was chosen: to {found} "
            f"at {host}, and not to {chosen}; nothing was changed",
            f"to go on with it: odcpub engines set context={shlex.quote(context)}; else see where contexts lead: "
            "kubectl config view",
        )
