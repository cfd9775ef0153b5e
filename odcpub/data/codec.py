"""Frozen dataclasses as JSON and back, by their annotations. No I/O.

A tuple is a list; a field that has its default is left out, so that one which is added later changes nothing that is
stored already. A step has its class's name beside its fields. Each value has one text (``canonical``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache, partial
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from odcpub.data.steps import STEPS, Step

T = TypeVar("T")
Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
_SCALARS = (str, bool, int, NoneType)
_NOTHING = object()


def canonical(value: object) -> str:
    """The one text of a value."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"))


def plain(value: Any) -> Json:
    """A dataclass, a tuple, or what JSON has itself, as JSON."""
    kind: Any = type(value)
    if kind is tuple:
        return [plain(one) for one in value]
    if kind in _SCALARS:
        return value  # type: ignore[no-any-return]
    found: dict[str, Json] = {"operation": kind.operation} if issubclass(kind, Step) else {}
    for name, default, left_out in _defaults(kind):
        one = getattr(value, name)
        if one is not default and (said := plain(one)) != left_out:
            found[name] = said
    return found


@lru_cache
def _defaults(kind: type) -> tuple[tuple[str, object, object], ...]:
    """Fields, each with its default, and with that as JSON."""
    return tuple(
        (one.name, one.default, _NOTHING if one.default is MISSING else plain(one.default)) for one in fields(kind)
    )


def made(kind: type[T], data: object) -> T:
    """The value that ``plain`` was given. Raises TypeError, ValueError or KeyError where it is none of ``kind``."""
    return cast("T", _reader(cast("Hashable", kind))(data))


_Reader = Callable[[object], object]


@lru_cache
def _reader(hint: Hashable) -> _Reader:
    if hint is Step:
        return _step
    parts = get_args(hint)
    if get_origin(hint) is tuple and parts[-1] is Ellipsis:
        return partial(_tuple, _reader(parts[0]))
    if get_origin(hint) is tuple:
        return partial(_row, tuple(_reader(one) for one in parts))
    if get_origin(hint) is Literal:
        return partial(_one_of, parts)
    if isinstance(hint, UnionType):
        (one,) = (part for part in parts if part is not NoneType)
        return partial(_optional, _reader(one))
    assert isinstance(hint, type)  # noqa: S101 - a class of ours, or one of JSON's own
    return partial(_fields if is_dataclass(hint) else _checked, hint)


def _step(data: object) -> object:
    given = _checked(dict, data)
    return _fields(STEPS[given["operation"]], {name: one for name, one in given.items() if name != "operation"})


def _fields(kind: type, data: object) -> object:
    readers = _readers(kind)
    return kind(**{name: readers[name](one) for name, one in _checked(dict, data).items()})


@lru_cache
def _readers(kind: type) -> Mapping[str, _Reader]:
    hints = get_type_hints(kind)
    return {one.name: _reader(hints[one.name]) for one in fields(kind)}


def _tuple(reader: _Reader, data: object) -> object:
    return tuple(reader(one) for one in _checked(list, data))


def _row(readers: tuple[_Reader, ...], data: object) -> object:
    return tuple(reader(one) for reader, one in zip(readers, _checked(list, data), strict=True))


def _optional(reader: _Reader, data: object) -> object:
    return None if data is None else reader(data)


def _one_of(words: tuple[object, ...], data: object) -> object:
    if data not in words:
        raise ValueError(f"{data!r} is none of {words}")
    return data


def _checked(kind: type[T], data: object) -> T:
    if not isinstance(data, kind):
        raise TypeError(f"{data!r} is no {kind.__name__}")
    return data
