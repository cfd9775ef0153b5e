"""The reference of functions, as docs/expressions.md has it: made from the table."""

from __future__ import annotations

from collections.abc import Iterator

from odcpub.model.elements import Basic, DataType
from odcpub.model.expressions import rules
from odcpub.model.expressions.catalog import GROUPS, LEFT_OUT
from odcpub.model.expressions.functions import Function, InQueries, Parameter

_QUERY = {InQueries.TRANSLATED: "each row", InQueries.BEFORE: "before"}
_MANY = 3
"""A parameter that takes more types than this takes any."""


def reference() -> str:
    """The part of the page that follows its last written section, in Markdown."""
    return "\n".join([*_groups(), *_left_out()])


def _groups() -> Iterator[str]:
    for group, functions in GROUPS.items():
        yield f"### {group}"
        yield "| function | meaning | in a query |"
        yield "|---|---|---|"
        yield from (f"| {_call(one)} | {_told(one)} | {_QUERY[one.in_queries]} |" for one in functions)
        yield ""


def _left_out() -> Iterator[str]:
    yield "## What is left out"
    yield "| function of ODC or O11 | why it is not here |"
    yield "|---|---|"
    for reason in dict.fromkeys(LEFT_OUT.values()):
        names = ", ".join(f"`{name}`" for name, why in LEFT_OUT.items() if why == reason)
        yield f"| {names} | {reason} |"
    yield ""


def _call(function: Function) -> str:
    parameters = ", ".join(_parameter(one, function) for one in function.parameters)
    return f"`{function.name}({parameters})`<br>→ {_result(function)}"


def _parameter(parameter: Parameter, function: Function) -> str:
    if function.name == rules.IF:
        types = "Boolean" if parameter.types else "any"
    elif not parameter.types:
        types = "number"
    else:
        types = "any" if len(parameter.types) > _MANY else " or ".join(dict.fromkeys(map(_type, parameter.types)))
    return f"{parameter.name}: {types}" + ("" if parameter.default is None else f" = {parameter.default}")


def _type(type_: DataType) -> str:
    return type_.basic.value if type_.basic is Basic.IDENTIFIER else rules.spelled(type_)


def _result(function: Function) -> str:
    if function.result is None:
        return "the type of the two" if function.name == rules.IF else "the widest type given"
    return "the type expected" if function.result == rules.NOTHING else _type(function.result)


def _told(function: Function) -> str:
    sentences = (function.meaning, function.edges, function.empty)
    examples = [f"{_code(one)} is {_code(value)}" for one, value in function.examples]
    return "<br>".join([_plain(" ".join(filter(None, sentences))), *examples])


def _plain(text: str) -> str:
    """A sentence in a cell of a table: nothing in it is Markdown or HTML."""
    for sign, instead in (("\\", "\\\\"), ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "\\|")):
        text = text.replace(sign, instead)
    return text


def _code(expression: str) -> str:
    return f"`{expression}`".replace("|", "\\|")
