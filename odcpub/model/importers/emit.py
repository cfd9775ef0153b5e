"""A model as its files: elements → YAML text as a person would write it. No I/O.

Every scalar is written so that a reader of YAML 1.2's core schema gets the very text back: plain where that is safe
(for readers of YAML 1.1 too), else in double quotes with escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from odcpub.model.elements import (
    Asset,
    Attribute,
    Basic,
    Computed,
    DataType,
    DeleteRule,
    Entity,
    Function,
    Index,
    Scalar,
    StaticEntity,
)

PER_FILE = 10
"""Entities a file: small enough to review, and the grain in which files are read again."""
_WIDTH = 120
_PLAIN = re.compile(r"[^\W\d_](?:[\w ./()';!+*%$€&=<>^-]*[\w.)!])?")
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}

Value = str | int | bool | Decimal | Sequence["Value"] | Mapping[str, "Value"]


def emit(asset: Asset) -> tuple[tuple[str, str], ...]:
    """The files of ``asset``, (path, text) each; the same asset gives the same bytes. Raises ValueError for one that
    has more than importers make: what is not written would be lost."""
    if replace(asset, description="", static_entities=(), entities=()) != Asset(asset.kind, asset.name, asset.key):
        raise ValueError(f"{asset.name}: only its name, key, description, entities and static entities can be written")
    head = {asset.kind.value: asset.name, "key": asset.key, "description": asset.description}
    files = [(f"{asset.kind.value}.yaml", _block({key: value for key, value in head.items() if value}))]
    files += _grouped("static_entities", {entity.name: _static_entity(entity) for entity in asset.static_entities})
    files += _grouped("entities", {entity.name: _entity(entity) for entity in asset.entities})
    return tuple(files)


def _grouped(section: str, elements: Mapping[str, Value]) -> Iterable[tuple[str, str]]:
    names = list(elements)
    groups = [names[start : start + PER_FILE] for start in range(0, len(names), PER_FILE)]
    for number, group in enumerate(groups, 1):
        path = f"{section}.yaml" if len(groups) == 1 else f"{section}/{number:03}.yaml"
        yield path, _block({section: {name: elements[name] for name in group}})


def _static_entity(entity: StaticEntity) -> Mapping[str, Value]:
    records = {
        record.key: _Flow(_given(label=record.label, is_active=None if record.is_active else False))
        for record in entity.records
    }
    return _given(description=entity.description, records=records)


def _entity(entity: Entity) -> Mapping[str, Value]:
    return _given(
        description=entity.description,
        display=entity.display,
        attributes={attribute.name: _Flow(_attribute(attribute)) for attribute in entity.attributes},
        indexes={index.name: _Flow(_index(index)) for index in entity.indexes},
    )


def _attribute(attribute: Attribute) -> Mapping[str, Value]:
    return _given(
        type=_type(attribute.type),
        length=attribute.type.length,
        digits=attribute.type.digits,
        decimals=attribute.type.decimals,
        mandatory=attribute.mandatory or None,
        default=_default(attribute.default),
        min_length=attribute.min_length,
        minimum=attribute.minimum,
        maximum=attribute.maximum,
        pattern=attribute.pattern,
        on_delete="" if attribute.on_delete is DeleteRule.PROTECT else attribute.on_delete.value,
        description=attribute.description,
    )


def _default(default: Scalar | Function | Computed | None) -> Scalar | None:
    if isinstance(default, Computed):
        return f"={default.text}"
    return f"={default}()" if isinstance(default, Function) else default


def _index(index: Index) -> Mapping[str, Value]:
    return _given(attributes=list(index.attributes), unique=index.unique or None, description=index.description)


def _type(data_type: DataType) -> str:
    match data_type.basic:
        case Basic.IDENTIFIER:
            return f"{data_type.target} Identifier"
        case Basic.STRUCTURE:
            return data_type.target
    return data_type.basic.value


def _given(**values: Value | None) -> Mapping[str, Value]:
    """The values that say something: what is absent or empty is left out."""
    return {
        key: value
        for key, value in values.items()
        if value is not None and not (isinstance(value, str | Sequence | Mapping) and not value)
    }


class _Flow(dict[str, Value]):
    """A mapping to be written on one line where it fits."""


def _block(mapping: Mapping[str, Value], indent: int = 0) -> str:
    margin = " " * indent
    text = ""
    for key, value in mapping.items():
        name = f"{margin}{scalar(key)}:"
        line = f"{name} {_flow(value)}"
        flow = not value or (isinstance(value, _Flow) and len(line) <= _WIDTH)
        nested = isinstance(value, Mapping) and not flow
        text += f"{name}\n{_block(value, indent + 2)}" if nested and isinstance(value, Mapping) else f"{line}\n"
    return text


def _flow(value: Value) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{scalar(key)}: {_flow(item)}' for key, item in value.items())} }}" if value else "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, str):
        return scalar(value)
    return f"[{', '.join(_flow(item) for item in value)}]"


def scalar(text: str) -> str:
    """``text`` as a YAML scalar that reads as exactly this text, in block and in flow style, as key and as value."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS and "  " not in text and text.isprintable()
    return text if plain or _UUID.fullmatch(text) else f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES or char.isprintable():
        return _ESCAPES.get(char, char)
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
