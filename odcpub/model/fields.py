"""Reading one element: its keys checked against the language's tables, its values by their shapes. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from odcpub.model.characters import forbidden
from odcpub.model.elements import DeleteRule
from odcpub.model.language import (
    DELETE_RULES,
    DESCRIPTION_LENGTH,
    KEPT,
    KEYS,
    MAX_ATTRIBUTES,
    NAME_LENGTH,
    NAME_PATTERN,
    TITLES,
    Key,
    Shape,
)
from odcpub.model.problems import Code
from odcpub.model.reading import Reading
from odcpub.model.yaml_text import Mapping, Node, Scalar, Sequence
from odcpub.text import listed, shown, suggest

_NAME = re.compile(NAME_PATTERN)
_UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_BY_NAME = {kind: {key.name: key for key in keys} for kind, keys in KEYS.items()}
_REQUIRED = {kind: tuple(key.name for key in keys if key.required) for kind, keys in KEYS.items()}


MAX_PROBLEMS = 1_000
"""Unknown keys told of in one file: with more it is no model, and looking for the nearest word takes time."""


class Fields:
    """An element's checked values by key; ``nodes`` has the node of every key that is there, right or wrong."""

    __slots__ = ("nodes", "values")

    def __init__(self, values: dict[str, Any], nodes: dict[str, Node]) -> None:
        self.values = values
        self.nodes = nodes

    def get(self, key: str, otherwise: Any = None) -> Any:
        """The value of a key, ``otherwise`` where it is not there or wrong."""
        return self.values.get(key, otherwise)


def fields(reading: Reading, kind: str, node: Node, owner: Node, element: str) -> Fields:
    """The values of ``node`` by ``KEYS[kind]``. ``owner``: where a missing key is reported. Null is no key at all."""
    values: dict[str, Any] = {}
    nodes: dict[str, Node] = {}
    if type(node) is Mapping:
        known = _BY_NAME[kind]
        for text, (key_node, value) in node.entries.items():
            key = known.get(text)
            if key is None:
                _unknown(reading, kind, key_node, element)
                continue
            nodes[text] = value
            found = _SHAPES[key.shape](reading, key, value, element)
            if found is not None:
                values[text] = found
    elif not (type(node) is Scalar and node.value is None):
        hint = _keys_hint(kind)
        if type(node) is Scalar and "type" in _REQUIRED[kind]:
            hint = f"write {{ type: {shown(node.text)} }}"
        reading.problem(Code.WRONG_SHAPE, node, element, f"{TITLES[kind]} must be a mapping of keys", hint)
        return Fields(values, nodes)
    for name in _REQUIRED[kind]:
        if name not in nodes and kind != "asset":
            reading.problem(
                Code.MISSING_KEY, owner, element, f"{TITLES[kind]} needs the key '{name}'", _about(kind, name)
            )
    return Fields(values, nodes)


def _unknown(reading: Reading, kind: str, key: Scalar, element: str) -> None:
    if len(reading.problems) > MAX_PROBLEMS:
        return
    if key.text in KEPT.get(kind, ()):
        message = f"'{key.text}' is part of the language but not supported yet"
        reading.problem(Code.NOT_SUPPORTED, key, element, message, "leave it out for now")
        return
    hint = suggest(key.text, _BY_NAME[kind], _keys_hint(kind))
    reading.problem(Code.UNKNOWN_KEY, key, element, f"{TITLES[kind]} has no key '{shown(key.text)}'", hint)


def _keys_hint(kind: str) -> str:
    return f"use one of its keys: {listed((key.name for key in KEYS[kind]), 20)}"


def _about(kind: str, name: str) -> str:
    return f"{name}: {_BY_NAME[kind][name].about}"


def path_of(owner: str, name: Scalar) -> str:
    """The element's path: the owner's and its name, whatever stands there instead of a name made harmless."""
    return f"{owner}.{name.text if name.text.isidentifier() else shown(name.text)}"


def name_ok(reading: Reading, node: Scalar, element: str) -> bool:
    """Whether a key that names an element is a name; reported otherwise."""
    return _name_text(reading, node, node.text, element) is not None


def _name_text(reading: Reading, node: Node, text: str, element: str) -> str | None:
    if _NAME.fullmatch(text) and len(text) <= NAME_LENGTH:
        return text
    if forbidden(text):  # told where it was read
        return None
    if len(text) > NAME_LENGTH and _NAME.fullmatch(text):
        message = f"the name {shown(text)} has {len(text)} characters"
        reading.problem(Code.BAD_NAME, node, element, message, f"use at most {NAME_LENGTH}")
    else:
        hint = "begin with a letter A to Z, then use letters, digits and underscores"
        reading.problem(Code.BAD_NAME, node, element, f"'{shown(text)}' is not a name", hint)
    return None


def _wrong(reading: Reading, key: Key, node: Node, element: str, wanted: str) -> None:
    if isinstance(node, Scalar):
        got = "nothing" if node.value is None else f"'{shown(node.text)}'"
        hint = f"{key.name}: {key.about}"
        if key.shape is Shape.BOOLEAN and node.text in ("true", "false"):
            hint = f"write {node.text} without quotes"
        if isinstance(node.value, (bool, int, Decimal)) and key.shape in (Shape.TEXT, Shape.NAME):
            hint = f"put quotes around it: '{shown(node.text)}'"
        if node.value is None and not key.required:
            hint = f"write a value, or leave {key.name} out"
    else:
        got = "a list" if isinstance(node, Sequence) else "a mapping"
        hint = f"{key.name}: {key.about}"
    reading.problem(Code.WRONG_SHAPE, node, element, f"{key.name} must be {wanted}, and is {got}", hint)


def _text(reading: Reading, key: Key, node: Node, element: str) -> str | None:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        _wrong(reading, key, node, element, "a text")
        return None
    if len(node.value) > DESCRIPTION_LENGTH:
        message = f"{key.name} has {len(node.value)} characters"
        reading.problem(Code.BAD_VALUE, node, element, message, f"use at most {DESCRIPTION_LENGTH}")
    return node.value


def _name(reading: Reading, key: Key, node: Node, element: str) -> str | None:
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        _wrong(reading, key, node, element, "a name")
        return None
    return _name_text(reading, node, node.value, element)


def _names(reading: Reading, key: Key, node: Node, element: str) -> tuple[tuple[str, Scalar], ...] | None:
    if not isinstance(node, Sequence):
        _wrong(reading, key, node, element, "a list of attributes, such as [Name, Email]")
        return None
    if len(node.items) > MAX_ATTRIBUTES:
        message = f"{key.name} has {len(node.items):,} names, and {MAX_ATTRIBUTES:,} are the most"
        reading.problem(Code.BAD_VALUE, node, element, message, "name fewer: an entity has no more attributes")
        return None
    found: list[tuple[str, Scalar]] = []
    for item in node.items:
        if not isinstance(item, Scalar) or item.value is None:
            _wrong(reading, key, item, element, "a list of attributes, such as [Name, Email]")
        elif any(item.text == text for text, _ in found):
            reading.problem(Code.BAD_VALUE, item, element, f"{key.name} has {shown(item.text)} twice", "remove one")
        else:
            found.append((item.text, item))
    return tuple(found)


def _boolean(reading: Reading, key: Key, node: Node, element: str) -> bool | None:
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    _wrong(reading, key, node, element, "true or false")
    return None


def _integer(reading: Reading, key: Key, node: Node, element: str) -> int | None:
    if isinstance(node, Scalar) and type(node.value) is int:
        return node.value
    _wrong(reading, key, node, element, "a whole number")
    return None


def _number(reading: Reading, key: Key, node: Node, element: str) -> Decimal | None:
    if isinstance(node, Scalar):
        if type(node.value) is int:
            return Decimal(node.value)
        if isinstance(node.value, Decimal) and node.value.is_finite():
            return node.value
    _wrong(reading, key, node, element, "a number")
    return None


def _uuid(reading: Reading, key: Key, node: Node, element: str) -> str | None:
    text = node.text if isinstance(node, Scalar) else "no text"
    if _UUID.fullmatch(text):
        return text.lower()
    hint = "write 32 hexadecimal digits as 8-4-4-4-12, as 'odcpub new' does, and never change it afterwards"
    reading.problem(Code.BAD_UUID, node, element, f"key must be a UUID, and is '{shown(text)}'", hint)
    return None


def _colour(reading: Reading, key: Key, node: Node, element: str) -> str | None:
    if isinstance(node, Scalar) and isinstance(node.value, str) and _COLOUR.fullmatch(node.value):
        return node.value.lower()
    _wrong(reading, key, node, element, "a colour such as '#2457a6', in quotes")
    return None


def _delete_rule(reading: Reading, key: Key, node: Node, element: str) -> DeleteRule | None:
    if not isinstance(node, Scalar) or node.value is None:
        _wrong(reading, key, node, element, "Protect, Delete or Ignore")
    elif node.text in DELETE_RULES:
        return DeleteRule(node.text)
    else:
        hint = suggest(
            node.text,
            DELETE_RULES,
            "use Protect (refuses), Delete (deletes the rows too) or Ignore (empties the reference)",
        )
        message = f"on_delete must be Protect, Delete or Ignore, and is '{shown(node.text)}'"
        reading.problem(Code.BAD_VALUE, node, element, message, hint)
    return None


def _scalar(reading: Reading, key: Key, node: Node, element: str) -> Scalar | None:
    if isinstance(node, Scalar) and node.value is not None:
        return node
    article = "an" if key.shape is Shape.EXPRESSION else "a"
    _wrong(reading, key, node, element, f"{article} {key.shape.value}")
    return None


def _elements(reading: Reading, key: Key, node: Node, element: str) -> Mapping | None:
    if isinstance(node, Mapping):
        return node
    if not (isinstance(node, Scalar) and node.value is None):
        _wrong(reading, key, node, element, "a mapping of names")
    return None


def _list(reading: Reading, key: Key, node: Node, element: str) -> Sequence | None:
    if isinstance(node, Sequence):
        return node
    _wrong(reading, key, node, element, f"a {key.shape.value}")
    return None


_SHAPES: dict[Shape, Callable[[Reading, Key, Node, str], Any]] = {
    Shape.NAME: _name,
    Shape.NAMES: _names,
    Shape.TEXT: _text,
    Shape.BOOLEAN: _boolean,
    Shape.INTEGER: _integer,
    Shape.NUMBER: _number,
    Shape.UUID: _uuid,
    Shape.COLOUR: _colour,
    Shape.TYPE: _scalar,
    Shape.LITERAL: _scalar,
    Shape.PATTERN: _text,
    Shape.DELETE_RULE: _delete_rule,
    Shape.RANGE: _text,
    Shape.ELEMENTS: _elements,
    Shape.STEPS: _list,
    Shape.HANDLERS: _list,
    Shape.EXPRESSION: _scalar,
    Shape.FORMULAS: _elements,
    Shape.SORT: _list,
    Shape.COLUMNS: _list,
    Shape.BUTTONS: _list,
    Shape.PARTS: _list,
}
