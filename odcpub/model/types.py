"""Data types: from their text to ``DataType``, with length, digits and decimals. No I/O."""

from __future__ import annotations

import re
from dataclasses import replace

from odcpub.model.data_types import DEFAULT_DECIMALS, DEFAULT_DIGITS, MAX_DIGITS, MAX_LENGTH
from odcpub.model.elements import Basic, DataType
from odcpub.model.fields import Fields
from odcpub.model.language import LIMITS, NAME_PATTERN, PLAIN_TYPES
from odcpub.model.problems import Code
from odcpub.model.reading import Reading
from odcpub.model.yaml_text import Node
from odcpub.text import shown, suggest

_IDENTIFIER = re.compile(rf"((?:{NAME_PATTERN}\.)?{NAME_PATTERN}) Identifier")
_STRUCTURE = re.compile(rf"(?:{NAME_PATTERN}\.)?{NAME_PATTERN}")
_PLAIN = {basic.value: DataType(basic) for basic in PLAIN_TYPES} | {
    Basic.DECIMAL.value: DataType(Basic.DECIMAL, digits=DEFAULT_DIGITS, decimals=DEFAULT_DECIMALS)
}
_LIST = " List"
UNKNOWN = DataType(Basic.STRUCTURE)
"""The type of an element whose own type is wrong: reported already, so nothing else is said about it."""


def data_type(reading: Reading, found: Fields, element: str) -> DataType:
    """The type that ``type`` and its measures say. Targets are looked up later, with the whole model."""
    scalar = found.get("type")
    if scalar is None:
        return UNKNOWN
    text: str = scalar.text
    plain = _PLAIN.get(text)
    if plain is None and text.endswith(_LIST):
        return _list(reading, text, scalar, element)
    if plain is None:
        return _target(reading, text, scalar, element)
    if plain.basic is Basic.TEXT and "length" in found.values:
        return DataType(Basic.TEXT, length=_length(reading, found, element))
    if plain.basic is Basic.DECIMAL and ("digits" in found.values or "decimals" in found.values):
        return _decimal(reading, found, element)
    return plain


def _list(reading: Reading, text: str, node: Node, element: str) -> DataType:
    inner = text.removesuffix(_LIST)
    if inner.endswith(_LIST):
        hint = "make a structure of the inner list, and a list of that"
        reading.problem(Code.WRONG_TYPE, node, element, "there are no lists of lists", hint)
        return UNKNOWN
    type_ = _PLAIN.get(inner) or _target(reading, inner, node, element)
    return type_ if type_ is UNKNOWN else replace(type_, many=True)


def _target(reading: Reading, text: str, node: Node, element: str) -> DataType:
    identifier = _IDENTIFIER.fullmatch(text)
    if identifier:
        return DataType(Basic.IDENTIFIER, target=identifier[1])
    if _STRUCTURE.fullmatch(text) and text != "Identifier":
        return DataType(Basic.STRUCTURE, target=text)
    hint = suggest(text, _PLAIN, f"use one of {', '.join(_PLAIN)}, or an entity's name and 'Identifier'")
    reading.problem(Code.UNKNOWN_TYPE, node, element, f"there is no data type '{shown(text)}'", hint)
    return UNKNOWN


def named_in(text: str) -> tuple[int, int]:
    """The characters of a type's text that name an element, a library's with the library in front; none, where it is
    a basic type."""
    one = text.removesuffix(_LIST)
    return (0, 0) if one in _PLAIN else (0, len(one.removesuffix(" Identifier")))


def _length(reading: Reading, found: Fields, element: str) -> int:
    length: int = found.get("length")
    if not 1 <= length <= MAX_LENGTH:
        hint = "leave length out for a text without a limit"
        message = f"length goes from 1 to {MAX_LENGTH:,}, and is {length}"
        reading.problem(Code.BAD_LIMIT, found.nodes["length"], element, message, hint)
        return MAX_LENGTH
    return length


def _decimal(reading: Reading, found: Fields, element: str) -> DataType:
    digits: int = found.get("digits", DEFAULT_DIGITS)
    decimals: int = found.get("decimals", min(DEFAULT_DECIMALS, digits))
    if not 1 <= digits <= MAX_DIGITS:
        message = f"digits goes from 1 to {MAX_DIGITS}, and is {digits}"
        reading.problem(
            Code.BAD_LIMIT, found.nodes["digits"], element, message, "count the digits before and after the point"
        )
    elif not 0 <= decimals <= digits:
        node = found.nodes.get("decimals") or found.nodes["digits"]
        message = f"decimals goes from 0 to the {digits} digits, and is {decimals}"
        reading.problem(Code.BAD_LIMIT, node, element, message, "give it more digits or fewer decimals")
    else:
        return DataType(Basic.DECIMAL, digits=digits, decimals=decimals)
    return _PLAIN[Basic.DECIMAL.value]


def limits_fit(reading: Reading, found: Fields, type_: DataType, element: str) -> None:
    """Reports limits that the type does not have. A structure's wait until it is known that it is there."""
    for limit, basics in LIMITS.items():
        if limit not in found.nodes or type_.basic is Basic.STRUCTURE:
            continue
        if type_.many or type_.basic not in basics:
            names = ", ".join(basic.value for basic in Basic if basic in basics)
            message = f"{limit} is not for {spelled(type_)}"
            reading.problem(Code.LIMIT_TYPE, found.nodes[limit], element, message, f"remove it: it is for {names}")


def spelled(type_: DataType) -> str:
    """The type as authors write it."""
    if type_.many:
        return f"{spelled(replace(type_, many=False))} List"
    if type_.basic is Basic.IDENTIFIER:
        return f"{type_.target} Identifier"
    return type_.target if type_.basic is Basic.STRUCTURE else type_.basic.value
