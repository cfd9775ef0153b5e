"""What is told of tests whose engine is absent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.absence import SUITES, absent, left_out, need


@pytest.fixture(params=["", "1"])
def required(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setenv("ODCPUB_TEST_REQUIRE", request.param)
    return bool(request.param)


def test_what_is_absent_is_skipped_unless_it_is_required(required: bool) -> None:
    outcome = pytest.fail.Exception if required else pytest.skip.Exception
    with pytest.raises(outcome, match="Helm chart: no helm; to run this, put helm on the path"):
        absent("Helm chart", "no helm")


def test_variables_that_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODCPUB_TEST_REQUIRE", "")
    monkeypatch.setenv("THERE", "yes")
    need("Kubernetes", "THERE")
    with pytest.raises(pytest.skip.Exception, match="Kubernetes: GONE not set"):
        need("Kubernetes", "THERE", "GONE")


def test_variables_are_told_where_somebody_looks_for_them() -> None:
    """All in CONTRIBUTING.md, but for one that ``make test`` itself sets; what a suite needs in its line, too."""
    root = Path(__file__).parents[2]
    texts = [file.read_text() for file in sorted((root / "tests").rglob("*.py"))]
    found = {name for text in texts for name in re.findall(r"ODCPUB_TEST_[A-Z_]+", text)} - {"ODCPUB_TEST_LEFT_OUT"}
    told = (root / "CONTRIBUTING.md").read_text()
    assert not [name for name in sorted(found) if f"`{name}" not in told]
    calls = [call for text in texts for call in re.findall(r"\bneed\(\"([^\"]+)\"(.*?)\)", text)]
    needed = [(suite, name) for suite, rest in calls for name in re.findall(r"ODCPUB_TEST_[A-Z_]+", rest)]
    assert len(needed) > 5
    assert not [(suite, name) for suite, name in needed if name not in SUITES[suite]]


def test_one_line_a_suite_says_how_to_run_it() -> None:
    told = left_out(["Kubernetes: KUBECONFIG not set; …", "not on Sundays", "Kubernetes: no Go compiler; …"])
    assert told == [
        f"left out: Kubernetes (2); to run them, {SUITES['Kubernetes']}",
        "left out: not on Sundays (1)",
    ]
