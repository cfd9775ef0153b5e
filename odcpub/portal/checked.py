"""Requests checked: bodies by the shapes that both sides share, and every text for what no store keeps. No I/O.

``Annotated[FolderRequest, CHECKED]``: what comes in has the very types that are said (``true`` is no number, and ``1``
no truth value), no other fields, no NUL character, and all that is wrong with it is told at once.
"""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import typing_extensions
from pydantic import AfterValidator, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError

from odcpub.api_types.limits import Within

NUL = "holds the NUL character, which cannot be stored"
STRICT = ConfigDict(extra="forbid", strict=True)


class Checked:
    """Lets pydantic check a typed dictionary strictly, in it as well."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(_strict(source))


CHECKED = Checked()


def wrong(message: str) -> PydanticCustomError:
    """What a check of a request raises; the message is told as it is."""
    return PydanticCustomError("request", "{message}", {"message": message})


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise wrong(NUL)
    return text


_STORABLE = AfterValidator(_without_nul)


@cache
def _strict(shape: Any) -> Any:
    """The same dictionary with pydantic's settings, of the one kind that it reads in every version of Python."""
    fields = {name: _within(one) for name, one in get_type_hints(shape, include_extras=True).items()}
    make: Any = typing_extensions.TypedDict
    made = make(shape.__name__, fields)
    made.__doc__, made.__module__, made.__pydantic_config__ = shape.__doc__, shape.__module__, STRICT
    return made


def _within(kind: Any) -> Any:
    """The type, with every typed dictionary in it made strict, and every text refused that holds a NUL."""
    if is_typeddict(kind):
        return _strict(kind)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated and args[0] is str:
        free = any(isinstance(one, Within) and one.nul for one in args[1:])
        return kind if free else Annotated[(*args, _STORABLE)]
    if origin is Annotated:
        return Annotated[(_within(args[0]), *args[1:])]
    if origin is NotRequired:
        return NotRequired[_within(args[0])]
    if origin in (Union, UnionType):
        return Union[tuple(map(_within, args))]  # noqa: UP007 - of a tuple
    if origin in (list, dict):
        return origin[tuple(map(_within, args))]
    return kind
