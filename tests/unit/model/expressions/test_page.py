"""docs/expressions.md: its reference is the table's, and its examples are right."""

from __future__ import annotations

import re

import pytest
import yaml

from odcpub.model.expressions.catalog import FUNCTIONS, LEFT_OUT
from odcpub.model.expressions.check import check
from odcpub.model.expressions.parse import MAX_DEPTH
from odcpub.model.expressions.scope import Scope
from odcpub.model.expressions.tokens import MAX_LENGTH, MAX_TOKENS
from odcpub.model.expressions.tree import Operator
from tests.expressions_page import BEGINS, PAGE, page
from tests.unit.model.expressions.test_evaluate import worth

WRITTEN = PAGE.read_text().partition(BEGINS)[0]
BLOCKS = re.findall(r"```yaml\n(.*?)```", WRITTEN, re.DOTALL)
CELLS = re.findall(r"\| `([{d].*)` \|$", WRITTEN, re.MULTILINE)
LITERALS = WRITTEN.partition("## Literals")[2].partition("## Names")[0]


def test_the_reference_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run .venv/bin/python -m tests.expressions_page"


def test_every_function_is_there_or_left_out_with_a_reason() -> None:
    for name in FUNCTIONS:
        assert f"`{name}(" in PAGE.read_text()
    assert not FUNCTIONS.keys() & LEFT_OUT.keys()


@pytest.mark.parametrize(("text", "value"), re.findall(r"`([^`]+)` is `([^`]+)`", WRITTEN))
def test_what_the_page_says_of_an_expression_is_so(text: str, value: str) -> None:
    assert worth(text) == worth(value)


@pytest.mark.parametrize("text", re.findall(r"`([^`…]+)`", LITERALS))
def test_its_literals_can_be_written(text: str) -> None:
    assert check(text, Scope())


@pytest.mark.parametrize("text", BLOCKS + CELLS)
def test_its_yaml_holds_whole_expressions(text: str) -> None:
    found = re.findall(r"default: '?=", text)
    defaults = list(_defaults(yaml.safe_load(text)))
    assert len(defaults) == len(found) > 0
    for default in defaults:
        assert check(default.removeprefix("="), Scope())


def _defaults(value: object) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [
        *(one for key, one in value.items() if key == "default"),
        *(default for one in value.values() for default in _defaults(one)),
    ]


def test_every_operator_and_limit_is_there() -> None:
    for operator in Operator:
        assert f"`{operator.sign}`" in WRITTEN
    for limit in (MAX_LENGTH, MAX_TOKENS, MAX_DEPTH):
        assert f"{limit:,}" in WRITTEN
