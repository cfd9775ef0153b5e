"""Plans that a former version of odcpub stored, and the scripts that it wrote from them (``tests/former_plans``)."""

from __future__ import annotations

import json
import re

import pytest

from odcpub.data.phases import PHASES
from odcpub.data.script import plan_parts, script_text
from odcpub.data.steps import STEPS
from odcpub.operations.migration_text import from_text, to_text
from tests.former_plans import NUMBERS, pending, stored


@pytest.mark.parametrize("number", NUMBERS)
def test_its_scripts_are_those_that_were_written_from_it(number: int) -> None:
    """The same revisions, digests and bytes: what waits is found, and what is executed is what was written."""
    made, texts = plan_parts(from_text(stored(number))), {path.stem: path.read_text() for path in pending(number)}
    for phase in PHASES:
        for file in made.files(phase):
            text = texts.pop(made.revision(phase, number, file[-1].number))
            down = re.search(r"^down_revision = '?(\w+)'?$", text, re.MULTILINE)[1]  # type: ignore[index]
            assert script_text(made, file, number, None if down == "None" else down) == text
    assert not texts


def test_each_kind_of_step_is_read() -> None:
    plans = [from_text(stored(number)) for number in NUMBERS]
    assert {type(step) for plan in plans for step in plan.steps} == set(STEPS.values())
    summaries = [step.summary for plan in plans for step in plan.steps]
    assert [one for number in NUMBERS for one in _former(number)] == summaries
    (title,) = (step for step in plans[1].steps if step.summary.startswith("change ticket.subject"))
    assert (title.rewrites, title.rule) == (True, "Ticket.Title fits character varying(20)")


def _former(number: int) -> list[str]:
    return [step["summary"] for step in json.loads(stored(number))["steps"]]


@pytest.mark.parametrize("number", NUMBERS)
def test_stored_again_it_is_the_same_plan(number: int) -> None:
    plan = from_text(stored(number))
    assert from_text(to_text(plan)) == plan


def test_a_row_check_says_one_row_and_several() -> None:
    (check,) = (one for one in from_text(stored(2)).checks if "it is new and mandatory" in one.message.one)
    assert check.message.of(1) == "it is new and mandatory, and 1 row has no value for it"
    assert check.message.of(2) == "it is new and mandatory, and 2 rows have no value for it"
