"""A verified asset as plain data and back, and its digest. No I/O.

Data is what JSON holds: mappings, lists, texts, whole numbers, truth values. Decimals are ``{"decimal": "1.5"}``,
functions ``{"function": "CurrDate"}``. Places are left out, so layout and files do not count; what has its usual
value is left out too, so that a new key of the language changes no digest. The order of elements counts: it is
the order on the screen.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import get_args, get_type_hints

from odcpub.model import elements as el
from odcpub.model.elements import NOWHERE, Asset, Computed, Entity, Function, ServerAction, VerifiedAsset
from odcpub.once import Once

FORMAT = 1
"""Changes when old data can no longer be read as it is."""


def model_bytes(asset: Asset) -> bytes:
    """The asset's content as canonical JSON, the same however the YAML is laid out and divided into files; of
    an entity or action that is the very same as before it is not written again."""
    texts = {name: _text(value) for name, value in to_data(replace(asset, entities=(), server_actions=())).items()}
    if asset.entities:
        texts["entities"] = f"[{','.join(map(_ENTITY, asset.entities))}]"
    if asset.server_actions:
        texts["server_actions"] = f"[{','.join(map(_ACTION, asset.server_actions))}]"
    return f"{{{','.join(f'{_text(name)}:{texts[name]}' for name in sorted(texts))}}}".encode()


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def to_data(asset: Asset) -> dict[str, object]:
    """The asset as JSON-able data; ``from_data`` reads it back, without places."""
    return {"format": FORMAT, **_data(asset)}


def from_data(data: dict[str, object]) -> VerifiedAsset:
    """The asset that ``to_data`` was given, all places NOWHERE; only verified ones are stored. Raises ValueError for
    another format."""
    if data.get("format") != FORMAT:
        raise ValueError(f"model data of format {data.get('format')!r}, not {FORMAT}")
    made = _element(Asset, {key: value for key, value in data.items() if key != "format"})
    assert isinstance(made, Asset)  # noqa: S101 - for the type checker
    return VerifiedAsset(made)


@cache
def _usual(cls: type) -> tuple[tuple[str, object], ...]:
    """The fields of an element that count, each with its usual value (or MISSING)."""
    return tuple((field.name, field.default) for field in fields(cls) if field.name not in ("place", "key_place"))


def _data(element: object) -> dict[str, object]:
    data: dict[str, object] = {}
    cls: type = type(element)
    for name, usual in _usual(cls):
        value = getattr(element, name)
        if value is usual or (value == usual and type(value) is type(usual)):
            continue
        kind = type(value)
        if kind is str or kind is int or kind is bool:
            data[name] = value
        elif kind is tuple:
            data[name] = [item if type(item) is str else _data(item) for item in value]
        elif kind is Decimal:
            data[name] = {"decimal": format(value, "f")}
        elif kind is Function:
            data[name] = {"function": value.value}
        elif kind is Computed:
            data[name] = {"expression": value.text}
        else:
            data[name] = value.value if isinstance(value, StrEnum) else _data(value)
    return data


_ENTITY: Once[Entity, str] = Once(lambda entity: _text(_data(entity)))
_ACTION: Once[ServerAction, str] = Once(lambda action: _text(_data(action)))


@cache
def _hints(cls: type) -> dict[str, object]:
    return get_type_hints(cls, vars(el) | {"Decimal": Decimal})


def _element(cls: type, data: dict[str, object]) -> object:
    hints = _hints(cls)
    values = {name: _value(hints[name], value) for name, value in data.items()}
    if "place" in hints and "place" not in values:
        values["place"] = NOWHERE
    return cls(**values)


def _value(hint: object, value: object) -> object:
    if isinstance(value, list):
        item: type = get_args(hint)[0]
        return tuple(value) if item is str else tuple(_element(item, one) for one in value)
    if isinstance(value, dict):
        if "decimal" in value:
            return Decimal(value["decimal"])
        if "function" in value:
            return Function(value["function"])
        if "expression" in value:
            return Computed(value["expression"])
        assert isinstance(hint, type)  # noqa: S101 - only an element is written so
        return _element(hint, value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(str(value))
    return value
