"""Expressions in the files of a model: texts with places, and what YAML makes of one without quotes. No I/O."""

from __future__ import annotations

from odcpub.model.elements import Formula
from odcpub.model.expressions.in_yaml import can_be, cut_short, quoted
from odcpub.model.logic.steps import DIRECTION
from odcpub.model.problems import Code
from odcpub.model.reading import Reading
from odcpub.model.yaml_text import Scalar
from odcpub.text import shown


def expression(reading: Reading, what: str, node: Scalar, element: str) -> Formula | None:
    """The expression that ``node`` says, by the name ``what``, at the place of its text; None where it is already known
    to be wrong, which goes to ``reading``."""
    meant = _cut(reading, node) if node.plain else _bare(node)
    if fault := _fault(what, node, meant):
        reading.problem(Code.EXPRESSION, node, element, *fault)
        if meant and node.plain:
            reading.cut(node, meant)
        return None
    return Formula(what, node.text, reading.text_place(node))


def _fault(what: str, node: Scalar, meant: str) -> tuple[str, str] | None:
    """The message and the hint. ``meant``: what its author meant, where YAML takes it for something else."""
    if meant:
        message = f"{what}: YAML takes only '{shown(node.text)}' of the expression"
        if not node.plain:
            message = f"{what}: YAML takes the quotes away, so these are names: {shown(node.text)}"
        return message, f"put it in quotes: {shown(quoted(meant, ''), 500)}"
    if node.text.startswith("="):
        return f"{what}: an expression begins with '='", "remove the '=': here every value is an expression"
    if not node.text.strip():
        return f"{what}: there is no expression", "write NoValue() for no value"
    return None


def _cut(reading: Reading, node: Scalar) -> str:
    """The expression of which YAML took only a part, empty where it took all."""
    line = reading.line(node)
    at = node.column - 1
    if not line.startswith(node.text, at):
        return ""
    behind = line[at + len(node.text) :].lstrip()
    is_open = node.text.count("(") > node.text.count(")") or node.text.count('"') % 2
    return cut_short(line, at, node.text) if behind.startswith("#") or (is_open and behind.startswith(",")) else ""


def _bare(node: Scalar) -> str:
    """The text that an author meant who put it between quotes, which YAML took; empty where it is an expression."""
    if '"' in node.text or "\n" in node.text or not node.text.strip() or can_be(DIRECTION.sub("", node.text)):
        return ""
    return '"' + node.text + '"'
