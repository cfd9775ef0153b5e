"""One source of truth: the table of steps, its JSON Schema, docs/logic.md and a model that uses all of it agree."""

import re
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from odcpub.model.json_schema import json_schema
from odcpub.model.logic.check import _CHECKED
from odcpub.model.logic.steps import (
    CASE,
    CODES,
    HANDLER,
    MAX_INPUTS,
    MAX_NESTING,
    MAX_STEPS,
    MAX_TIMEOUT,
    STEPS,
    TIMEOUT,
)
from odcpub.model.problems import Code
from tests.unit.model.logic.whole import WHOLE

DOCS = (Path(__file__).parents[4] / "docs" / "logic.md").read_text()
SCHEMA = jsonschema_rs.validator_for(json_schema())


def test_every_step_is_checked_documented_and_explained() -> None:
    assert set(_CHECKED) == set(STEPS)
    for kind, rule in STEPS.items():
        assert rule.about.endswith("."), kind
        for clause in rule.clauses:
            assert clause.about.endswith("."), (kind, clause.name)
            assert re.search(rf"`(- )?{clause.name}[`:]", DOCS), f"docs/logic.md does not tell of {kind}.{clause.name}"


def test_the_documentation_has_the_limits_and_the_codes_of_warnings() -> None:
    assert f"at most {MAX_INPUTS} inputs and {MAX_STEPS:,} steps, in blocks up to {MAX_NESTING} deep" in DOCS
    assert f"1 to {MAX_TIMEOUT}; {TIMEOUT} unless said" in DOCS
    for word in CODES:
        assert f"| `{word}` |" in DOCS, word
    for code in Code:
        if "(warning)" in code.meaning and code.startswith("ODC-M7"):
            assert f"| {code} |" in DOCS, code


def test_the_whole_model_uses_every_clause_and_the_schema_takes_it() -> None:
    for rules in (*(rule.clauses for rule in STEPS.values()), CASE.values(), HANDLER.values()):
        for clause in rules:
            assert re.search(rf"\b{clause.name}\b", WHOLE), clause.name
    assert [error.message for error in SCHEMA.iter_errors(yaml.safe_load(WHOLE))] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("        as: Found\n", "        ass: Found\n"),
        ("          - end\n", "          - ende\n"),
        ("      - update: Found\n", "      - update: Found\n        with: {}\n"),
        ("        optional: true\n", "        optional: 'yes'\n"),
        ("        by: [Word desc]\n", "        by: Word desc\n"),
        ("              - when: One.Fee > 5\n                do: []\n", "              - when: One.Fee > 5\n"),
        ("    timeout: 30\n", "    timeout: 90\n"),
        ("Words: { type: Text List }", "Words: { type: Text Lists }"),
    ],
)
def test_the_schema_refuses_what_is_no_step(before: str, after: str) -> None:
    assert before in WHOLE
    assert list(SCHEMA.iter_errors(yaml.safe_load(WHOLE.replace(before, after, 1))))
