"""What is told of tests whose engine is absent."""

from __future__ import annotations

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


def test_one_line_a_suite_says_how_to_run_it() -> None:
    told = left_out(["Kubernetes: KUBECONFIG not set; …", "not on Sundays", "Kubernetes: no Go compiler; …"])
    assert told == [
        f"left out: Kubernetes (2); to run them, {SUITES['Kubernetes']}",
        "left out: not on Sundays (1)",
    ]
