"""Screens that are wrong in ways nobody thought of end in problems; right ones are stored, typed again and printed."""

import time

import pytest
from hypothesis import given

from odcpub.compiler.compile import compile_app
from odcpub.errors import Severity
from odcpub.model.digest import from_data, to_data
from odcpub.model.elements import VerifiedAsset
from odcpub.model.screens import check
from tests.contract import buttons_app, lists_app
from tests.tries import tries
from tests.unit.model.logic.test_mutations import mutated
from tests.unit.model.models import HEAD, MONEY, examined

LIBRARIES = {"Money": MONEY}
SECONDS = 5


@pytest.fixture(autouse=True, scope="module")
def _whole():  # type: ignore[no-untyped-def]
    """What pages do not show yet is looked at all the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "NOT_YET", ())
        yield


def judged(text: str) -> None:
    start = time.perf_counter()
    asset, problems = examined(text, libraries=LIBRARIES)
    assert time.perf_counter() - start < SECONDS
    for problem in problems:
        assert problem.place is not None and problem.place.line <= text.count("\n") + 2, problem
        assert problem.hint and "\n" not in problem.message, problem
    if asset is None or any(one.severity is Severity.ERROR for one in problems):
        return
    again = from_data(to_data(asset))
    assert to_data(again) == to_data(asset)
    assert units(again) == units(VerifiedAsset(asset))


def units(asset: VerifiedAsset) -> list[str]:
    """What describes entities and their screens, in C#; pages are written, too."""
    assemblies = compile_app(asset, LIBRARIES).assemblies
    return [source.text for one in assemblies if one.name.startswith("app.Unit") for source in one.sources]


@given(mutated(HEAD + buttons_app.MODEL))
@tries(150)
def test_buttons_and_dashboards(text: str) -> None:
    judged(text)


@given(mutated(HEAD + lists_app.MODEL))
@tries(150)
def test_lists(text: str) -> None:
    judged(text)
