"""A model that is wrong in ways nobody thought of is told with its problems, soon, and never ends in a traceback."""

import re
import time

from hypothesis import given
from hypothesis import strategies as st

from odcpub.errors import ModelError, Problem, Severity
from odcpub.model.digest import from_data, to_data
from odcpub.model.elements import Asset
from odcpub.model.load import RawModel, parts_of
from odcpub.model.logic.check import typed
from odcpub.model.logic.surroundings import surroundings
from odcpub.model.verify import verify
from tests.tries import tries
from tests.unit.model.logic.whole import MONEY, WHOLE
from tests.unit.model.models import examined, problems, raw

HEAD, _, ACTIONS = WHOLE.partition("server_actions:\n")
FILES = raw(HEAD, f"server_actions:\n{ACTIONS}").parts
LIBRARIES = {"Money": MONEY}
BEFORE = verify(RawModel(FILES), LIBRARIES)[0]
WORDS = sorted(
    {*re.findall(r"[A-Za-z_]+|[^\sA-Za-z_]", WHOLE), "- ", "\n", "  ", "&a", "*a", "[]", "{}", "null", "'", '"'}
)
SECONDS = 5
"""For a model of 140 lines, on a machine that has other things to do."""


@st.composite
def mutated(draw: st.DrawFn, text: str = WHOLE) -> str:
    """The model with a few lines, words or characters left out, doubled, exchanged, replaced or moved inwards."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(("drop", "double", "swap", "indent", "word", "piece", "word", "piece")))
        if kind == "drop":
            del lines[at : at + draw(st.integers(1, 4))]
            lines = lines or [""]
        elif kind == "double":
            lines.insert(other, lines[at])
        elif kind == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "indent":
            lines[at] = " " * draw(st.integers(0, 12)) + lines[at].lstrip()
        else:
            lines[at] = changed(draw, lines[at], whole_words=kind == "word")
    return "\n".join(lines)


def changed(draw: st.DrawFn, line: str, whole_words: bool) -> str:
    parts = re.findall(r"[A-Za-z_]+|\s+|.", line) if whole_words else list(line)
    if not parts:
        return draw(st.sampled_from(WORDS))
    at = draw(st.integers(0, len(parts) - 1))
    new = draw(st.sampled_from(WORDS) if whole_words else st.one_of(st.just(""), st.characters(codec="utf-8")))
    parts[at] = draw(st.sampled_from((new, parts[at] * 2, parts[at] + new)))
    return "".join(parts)


def test_the_whole_model_is_right_and_uses_all_of_the_language() -> None:
    assert [str(one) for one in problems(WHOLE, libraries={"Money": MONEY})] == []


@given(mutated())
@tries(300)
def test_a_mutated_model_ends_in_problems_with_places(text: str) -> None:
    start = time.perf_counter()
    asset, problems = examined(text, libraries={"Money": MONEY})
    assert time.perf_counter() - start < SECONDS
    for problem in problems:
        assert problem.place is not None and problem.place.line <= text.count("\n") + 2, problem
        assert problem.hint and "\n" not in problem.message, problem
    if asset is None or any(one.severity is Severity.ERROR for one in problems):
        return
    again = from_data(to_data(asset))
    assert to_data(again) == to_data(asset)
    around = surroundings(again, {"Money": MONEY})
    for one in again.server_actions:
        assert typed(one, around).name == one.name


@given(mutated(HEAD))
@tries(200)
def test_what_is_remembered_of_actions_makes_no_difference(head: str) -> None:
    part = parts_of(head.encode(), "a.yaml")
    again = problems_of(RawModel((part, FILES[1])), BEFORE)
    anew = problems_of(RawModel((part, parts_of(f"server_actions:\n{ACTIONS}".encode(), "b.yaml"))), None)
    assert again == anew


def problems_of(model: RawModel, before: Asset | None) -> tuple[Problem, ...]:
    try:
        return verify(model, LIBRARIES, before)[1]
    except ModelError as error:
        return error.problems
