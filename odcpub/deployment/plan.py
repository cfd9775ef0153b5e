"""The deployment plan: what is there compared with what applying would make of it, field by field. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from odcpub.deployment.objects import MANAGER, Object
from odcpub.deployment.workload import KEPT, Change, DeploymentPlan

HIDDEN = "(hidden)"
_SECRET = ("data", "stringData", "metadata.annotations")
"""Where a Secret has its values: kubectl keeps all of what was applied in an annotation."""
_KEPT_BY_CLUSTER = ("managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink")
_CONTROLLERS = ("kube-controller-manager", "kubelet", "kube-apiserver")
Field = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Planned:
    """An object as it is applied, as it is (None where it is not there), and as it would be after applying."""

    applied: Object
    live: Object | None
    after: Object


def deployment_plan(planned: Iterable[Planned], unused: Iterable[Object] = ()) -> DeploymentPlan:
    """``unused``: live objects that nothing needs any more. What others manage and applying leaves alone is shown as
    kept."""
    changes = [change for each in planned if (change := _change(each)) is not None]
    return DeploymentPlan((*changes, *(Change("delete", what(each)) for each in unused)))


def what(found: Object) -> str:
    """``Deployment odc-qa/helpdesk``."""
    metadata = found["metadata"]
    name = f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else metadata["name"]
    return f"{found['kind']} {name}"


def _change(planned: Planned) -> Change | None:
    live, after = planned.live, planned.after
    if live is None:
        return Change("create", what(planned.applied))
    secret = after["kind"] == "Secret"
    fields = [*_differences("", _essence(live), _essence(after), secret), *_foreign(live, planned.applied)]
    return Change("update", what(after), tuple(sorted(fields))) if fields else None


def _essence(found: Object) -> Object:
    """An object without what the cluster itself writes into it."""
    metadata = {name: value for name, value in found.get("metadata", {}).items() if name not in _KEPT_BY_CLUSTER}
    annotations = metadata.pop("annotations", {})
    notes = {n: v for n, v in annotations.items() if not n.startswith("deployment.kubernetes.io/")}
    return {name: value for name, value in found.items() if name not in ("status", "metadata")} | {
        "metadata": metadata | ({"annotations": notes} if notes else {})
    }


def _differences(path: str, old: Any, new: Any, secret: bool) -> Iterator[Field]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            # A ConfigMap's or Secret's keys may hold dots; a path is for people, so they stay as they are.
            yield from _differences(f"{path}.{key}" if path else key, old.get(key), new.get(key), secret)
    elif isinstance(old, list) and isinstance(new, list):
        for key, one, other in _matched(old, new):
            yield from _differences(f"{path}[{key}]", one, other, secret)
    elif old != new:
        hidden = secret and path.startswith(_SECRET)
        yield path, _shown(old, hidden), _shown(new, hidden)


def _matched(old: list[Any], new: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    """List items by their name where they have one, else by position."""
    names = [each.get("name") if isinstance(each, Mapping) else None for each in (*old, *new)]
    if names and all(names):
        ours = {each["name"]: each for each in old}
        theirs = {each["name"]: each for each in new}
        yield from ((name, ours.get(name), theirs.get(name)) for name in sorted({*ours, *theirs}))
    else:
        for index in range(max(len(old), len(new))):
            one, other = (each[index] if index < len(each) else None for each in (old, new))
            yield str(index), one, other


def _shown(value: Any, hidden: bool) -> str:
    return "" if value is None else HIDDEN if hidden else value if isinstance(value, str) else repr(value)


def _foreign(live: Object, applied: Object) -> Iterator[Field]:
    """Fields of the specification that somebody else set and applying would silently keep: not those that we set, too,
    which are set back where they differ. A namespace is shared."""
    if live["kind"] == "Namespace":
        return
    for entry in live.get("metadata", {}).get("managedFields", ()):
        manager = str(entry.get("manager", ""))
        if manager == MANAGER or manager in _CONTROLLERS or entry.get("subresource"):
            continue
        owned = entry.get("fieldsV1", {})
        for part in (each for each in ("spec", "data") if f"f:{each}" in owned):
            for path in _leaves(part, owned[f"f:{part}"], applied.get(part)):
                yield path, f"set by {manager}", KEPT


def _leaves(path: str, fields: Mapping[str, Any], ours: Any) -> Iterator[str]:
    """The paths that a managedFields entry names, as dotted text; without those at which ``ours`` has something."""
    inner = {name: value for name, value in fields.items() if name != "."}
    if not inner and ours is None:
        yield path
    for name, value in sorted(inner.items()):
        kind, _, rest = name.partition(":")
        yield from _leaves(f"{path}.{rest}" if kind == "f" else f"{path}[{rest}]", value, _at(ours, kind, rest))


def _at(found: Any, kind: str, name: str) -> Any:
    """What stands at one step of a managedFields path (kubernetes.io/docs/reference/using-api/server-side-apply): a
    field, or the item of a list that has these keys."""
    if kind == "f" and isinstance(found, Mapping):
        return found.get(name)
    if kind == "k" and isinstance(found, list):
        keys = json.loads(name).items()
        return next((each for each in found if all(each.get(key) == value for key, value in keys)), None)
    return None
