"""Bodies of requests, checked by the shapes that both sides share. No I/O.

``Annotated[FolderRequest, CHECKED]``: what comes in has the very types that are said (``true`` is no number, and ``1``
no truth value), no other fields, and all that is wrong with it is told at once.
"""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import typing_extensions
from pydantic import ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

STRICT = ConfigDict(extra="forbid", strict=True)


class Checked:
    """Lets pydantic check a typed dictionary strictly, in it as well."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return handler.generate_schema(_strict(source))


CHECKED = Checked()


@cache
def _strict(shape: Any) -> Any:
    """The same dictionary with pydantic's settings, of the one kind that it reads in every version of Python."""
    fields = {name: _within(one) for name, one in get_type_hints(shape, include_extras=True).items()}
    make: Any = typing_extensions.TypedDict
    made = make(shape.__name__, fields)
    made.__doc__, made.__module__, made.__pydantic_config__ = shape.__doc__, shape.__module__, STRICT
    return made


def _within(kind: Any) -> Any:
    """The type, with every typed dictionary in it made strict."""
    if is_typeddict(kind):
        return _strict(kind)
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return Annotated[(_within(args[0]), *args[1:])]
    if origin is NotRequired:
        return NotRequired[_within(args[0])]
    if origin in (Union, UnionType):
        return Union[tuple(map(_within, args))]  # noqa: UP007 - of a tuple
    if origin in (list, dict):
        return origin[tuple(map(_within, args))]
    return kind
