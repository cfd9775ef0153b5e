"""Attributes and settings: from their mappings to elements, with all that can be judged without the rest. No I/O."""

from __future__ import annotations

from decimal import Decimal

from odcpub.model import elements as el
from odcpub.model.data_types import length_of
from odcpub.model.defaults import value_of_new_rows, value_of_setting
from odcpub.model.elements import Attribute, Basic, Computed, DataType, DeleteRule, Function
from odcpub.model.fields import Fields, fields
from odcpub.model.language import LIMITS, NUMBER_TYPES, SETTING_TYPES, TEXT_TYPES
from odcpub.model.literals import as_text, canonical
from odcpub.model.pattern_spelling import portable
from odcpub.model.patterns import PatternError
from odcpub.model.problems import Code
from odcpub.model.raw import Reference
from odcpub.model.reading import Reading
from odcpub.model.types import UNKNOWN, data_type, limits_fit, spelled
from odcpub.model.yaml_text import Node, Scalar
from odcpub.text import suggest


def attribute(
    reading: Reading, name: Scalar, node: Node, element: str, kind: str = "attribute"
) -> tuple[Attribute, Fields]:
    """An attribute, and its checked values. ``kind``: by which of the language's tables it is read; variables of
    actions are like attributes."""
    found = fields(reading, kind, node, name, element)
    type_ = data_type(reading, found, element)
    values = found.values
    if not found.nodes.keys() <= _SIMPLE:
        limits_fit(reading, found, type_, element)
        _check_limits(reading, found, type_, element)
    pattern = values["pattern"] = _pattern(reading, found, element)
    default: el.Scalar | Function | Computed | None = None
    if "default" in values and type_ is not UNKNOWN:
        default = value_of_new_rows(reading, found, type_, element)
    made = Attribute(
        name=name.text,
        key=values.get("key", name.text),
        type=type_,
        mandatory=values.get("mandatory", False),
        default=default,
        min_length=values.get("min_length"),
        minimum=values.get("minimum"),
        maximum=values.get("maximum"),
        pattern=pattern,
        on_delete=values.get("on_delete", DeleteRule.PROTECT),
        description=values.get("description", ""),
        place=reading.place(name),
        explicit_key="key" in values,
    )
    return made, found


_SIMPLE = frozenset({"type", "mandatory", "description", "key", "default"})


def reference(reading: Reading, index: int, found: Fields) -> Reference:
    """What is looked up later of the attribute at ``index``, whose type names a target."""
    places = {key: reading.place(found.nodes[key]) for key in (*LIMITS, "default") if key in found.nodes}
    return Reference(index, reading.place(found.nodes["type"]), places)


def _check_limits(reading: Reading, found: Fields, type_: DataType, element: str) -> None:
    low, high, least = found.get("minimum"), found.get("maximum"), found.get("min_length")
    if type_.basic in NUMBER_TYPES:
        for limit in ("minimum", "maximum"):
            _held(reading, found, limit, type_, element)
    if low is not None and high is not None and low > high:
        message = f"minimum {as_text(low)} is greater than maximum {as_text(high)}"
        reading.problem(
            Code.BAD_LIMIT, found.nodes["minimum"], element, message, "lower the minimum, or raise the maximum"
        )
    if least is None or type_.basic not in TEXT_TYPES:
        return
    length = length_of(type_)
    if least < 1:
        hint = "leave it out, or make the attribute mandatory to have any text at all"
        reading.problem(
            Code.BAD_LIMIT, found.nodes["min_length"], element, f"min_length begins at 1, and is {least}", hint
        )
    elif length is not None and least > length:
        message = f"min_length {least} is greater than the length {length}"
        reading.problem(
            Code.BAD_LIMIT, found.nodes["min_length"], element, message, "lower min_length, or raise length"
        )


def _held(reading: Reading, found: Fields, limit: str, type_: DataType, element: str) -> None:
    """A limit must itself be a value of the type: what the type cannot hold limits nothing."""
    value: Decimal | None = found.get(limit)
    if value is None:
        return
    try:
        canonical(int(value) if value == value.to_integral_value() else value, type_)
    except ValueError as error:
        message = f"{limit} does not fit {spelled(type_)}: {error}"
        reading.problem(
            Code.BAD_LIMIT, found.nodes[limit], element, message, "leave it out where the type is limit enough"
        )


def _pattern(reading: Reading, found: Fields, element: str) -> str | None:
    pattern = found.get("pattern")
    if pattern is None:
        return None
    try:
        return portable(pattern)
    except PatternError as error:
        hint = (
            "use literals, classes, groups, alternatives, repetitions, \\d, \\w and \\s: they mean the same everywhere"
        )
        reading.problem(Code.BAD_PATTERN, found.nodes["pattern"], element, f"the pattern cannot be used: {error}", hint)
        return None


def setting(reading: Reading, name: Scalar, node: Node, element: str) -> el.Setting:
    """A setting; what is wrong with it goes to ``reading``."""
    found = fields(reading, "setting", node, name, element)
    type_ = data_type(reading, found, element)
    if type_ is not UNKNOWN and (type_.many or type_.basic not in SETTING_TYPES):
        hint = f"use one of {', '.join(basic.value for basic in SETTING_TYPES)}"
        code = Code.UNKNOWN_TYPE if type_.basic is Basic.STRUCTURE else Code.WRONG_TYPE
        hint = suggest(spelled(type_), [basic.value for basic in SETTING_TYPES], hint)
        reading.problem(code, found.nodes["type"], element, f"a setting cannot be a {spelled(type_)}", hint)
        type_ = UNKNOWN
    limits_fit(reading, found, type_, element)
    values = found.values
    default: el.Scalar | None = None
    if "default" in values and values.get("secret"):
        hint = "remove it; 'odcpub config set' asks for the secret, and each stage keeps its own, encrypted"
        reading.problem(Code.SECRET_DEFAULT, values["default"], element, "a secret has no default", hint)
    elif "default" in values and type_ is not UNKNOWN:
        default = value_of_setting(reading, found, type_, element)
    return el.Setting(
        name=name.text,
        type=type_,
        default=default,
        secret=values.get("secret", False),
        mandatory=values.get("mandatory", False),
        description=values.get("description", ""),
        place=reading.place(name),
        key=values.get("key", ""),
    )
