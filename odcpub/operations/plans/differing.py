"""Where two JSON values differ. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


def differing(one: Json, other: Json, path: str = "") -> Iterator[str]:
    """The paths of what differs, such as ``data.steps[1].summary``, in order."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in dict.fromkeys((*one, *other)):
            inner = f"{path}.{name}" if path else name
            yield from differing(one[name], other[name], inner) if name in one and name in other else [inner]
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        for at in range(max(len(one), len(other))):
            inner = f"{path}[{at}]"
            there = at < len(one) and at < len(other)
            yield from differing(one[at], other[at], inner) if there else [inner]
    elif type(one) is not type(other) or one != other:
        yield path or "all of it"
