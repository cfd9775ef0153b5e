"""Defaults of attributes: literals and expressions, as far as one file can judge them. No I/O."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from odcpub.model import elements as el
from odcpub.model.data_types import DATA_TYPES
from odcpub.model.elements import Basic, Computed, DataType, Function
from odcpub.model.fields import Fields
from odcpub.model.literals import as_text, canonical
from odcpub.model.pattern_match import matches
from odcpub.model.problems import Code
from odcpub.model.reading import Reading
from odcpub.model.types import spelled
from odcpub.model.yaml_text import Scalar
from odcpub.text import shown

if TYPE_CHECKING:
    from odcpub.model.expressions.tree import Expression

_CALL = re.compile(r"=\s*([A-Za-z]+)\(\s*\)\s*")
_ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
"""A constant is the same at every moment."""


def value_of_new_rows(
    reading: Reading, found: Fields, type_: DataType, element: str
) -> el.Scalar | Function | Computed | None:
    """What a new row gets that is given no value."""
    node: Scalar = found.values["default"]
    if type_.many:
        reading.problem(Code.BAD_DEFAULT, node, element, "a list has no default: it begins empty", "leave default out")
        return None
    if type_.basic is Basic.STRUCTURE:
        return None
    if type_.basic is Basic.BINARY_DATA:
        reading.problem(Code.BAD_DEFAULT, node, element, "Binary Data has no default", "leave default out")
    elif type_.basic is Basic.IDENTIFIER:
        if not node.text.startswith("="):
            return node.text
        hint = "write the record's name"
        reading.problem(Code.EXPRESSION, node, element, "an identifier's default cannot be an expression", hint)
    elif isinstance(node.value, str) and node.value.startswith("="):
        return _expression(reading, found, type_, element)
    else:
        return literal(reading, found, type_, element)
    return None


def value_of_setting(reading: Reading, found: Fields, type_: DataType, element: str) -> el.Scalar | None:
    """What a setting has that no stage sets."""
    node: Scalar = found.values["default"]
    if not (isinstance(node.value, str) and node.value.startswith("=")):
        return literal(reading, found, type_, element)
    value = _expression(reading, found, type_, element)
    if isinstance(value, Function | Computed):
        message = "the default of a setting must be the same whenever it is computed"
        hint = "write a value, or an expression of values alone: '=24 * 7'"
        reading.problem(Code.EXPRESSION, node, element, message, hint)
        return None
    return value


def _expression(
    reading: Reading, found: Fields, type_: DataType, element: str
) -> el.Scalar | Function | Computed | None:
    """A default after ``=``. One that gives the same each time is computed here and is a literal from now on."""
    node: Scalar = found.values["default"]
    call = _CALL.fullmatch(node.text)
    fitting = DATA_TYPES[type_.basic].now
    if call and fitting and call[1] == fitting.value:
        return fitting
    from odcpub.model.expressions.check import check
    from odcpub.model.expressions.evaluate import is_constant
    from odcpub.model.expressions.in_yaml import cut_short, quoted
    from odcpub.model.expressions.scope import Scope
    from odcpub.model.expressions.syntax import ExpressionError
    from odcpub.model.expressions.written import written

    try:
        expression = check(node.text[1:], Scope(), type_).expression
    except ExpressionError as error:
        if node.plain and (meant := cut_short(reading.line(node), node.column, node.text[1:])):
            message = f"the default: YAML takes only '{shown(node.text)}' of the expression"
            reading.problem(Code.EXPRESSION, node, element, message, f"put it in quotes: {shown(quoted(meant), 500)}")
            reading.cut(node, meant)
            return None
        for fault in error.faults:
            place = reading.text_place(node).at(fault.at + 1)
            reading.problem(Code.EXPRESSION, place, element, f"the default: {fault.message}", fault.hint)
        return None
    if not is_constant(expression):
        return Computed(written(expression))
    return _constant(reading, found, type_, element, expression)


def _constant(
    reading: Reading, found: Fields, type_: DataType, element: str, expression: Expression
) -> el.Scalar | None:
    from odcpub.model.expressions.evaluate import Refused, evaluate

    node: Scalar = found.values["default"]
    try:
        value = evaluate(expression, {}, _ANY_MOMENT)
    except Refused as error:
        place = reading.text_place(node).at(error.fault.at + 1)
        reading.problem(Code.BAD_DEFAULT, place, element, f"the default: {error.fault.message}", error.fault.hint)
        return None
    if value is None:
        reading.problem(Code.BAD_DEFAULT, node, element, "the default has no value", "leave default out")
        return None
    return _fitting(reading, found, type_, element, value)


def literal(reading: Reading, found: Fields, type_: DataType, element: str) -> el.Scalar | None:
    """A default that is written as a value."""
    node: Scalar = found.values["default"]
    return _fitting(reading, found, type_, element, node.value)


def _fitting(reading: Reading, found: Fields, type_: DataType, element: str, value: object) -> el.Scalar | None:
    try:
        kept = canonical(value, type_)
        _keep_limits(found, kept)
    except ValueError as error:
        message = f"the default does not fit {spelled(type_)}: {error}"
        hint = "change the default, the type or its limits"
        reading.problem(Code.BAD_DEFAULT, found.nodes["default"], element, message, hint)
        return None
    return kept


def _keep_limits(found: Fields, value: el.Scalar) -> None:
    """Raises ValueError where a value breaks the attribute's own limits."""
    if isinstance(value, str):
        least, pattern = found.get("min_length"), found.get("pattern")
        if least is not None and len(value) < least:
            raise ValueError(f"it has {len(value)} characters, and {least} are the fewest")
        if pattern is not None and not matches(pattern, value):
            raise ValueError("it does not match the pattern")
    elif not isinstance(value, bool):
        low, high = found.get("minimum"), found.get("maximum")
        if low is not None and value < low:
            raise ValueError(f"it is less than the minimum {as_text(low)}")
        if high is not None and value > high:
            raise ValueError(f"it is greater than the maximum {as_text(high)}")
