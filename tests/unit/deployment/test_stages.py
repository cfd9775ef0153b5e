"""Stages: the usual ones, those of a project file, finding and following."""

from __future__ import annotations

import pytest

from odcpub.deployment.stages import DEFAULT_STAGES, Purpose, find, parse_project
from odcpub.errors import UsageError


def test_usual_stages_in_order() -> None:
    assert [(stage.name, stage.label, stage.order) for stage in DEFAULT_STAGES] == [
        ("Development", "development", 1),
        ("QA", "qa", 2),
        ("Production", "production", 3),
    ]
    assert [stage.allow_bootstrap for stage in DEFAULT_STAGES] == [True, True, False]
    assert parse_project("").stages == DEFAULT_STAGES


@pytest.mark.parametrize("word", ["qa", "QA", " Qa "])
def test_found_by_name_or_label(word: str) -> None:
    assert find(DEFAULT_STAGES, word).name == "QA"


def test_misspelt_stage_suggests_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        find(DEFAULT_STAGES, "prodution")
    assert caught.value.hint == "did you mean production?"
    with pytest.raises(UsageError) as caught:
        find(DEFAULT_STAGES, "x")
    assert caught.value.hint == "stages: development, qa, production"


def test_project_file_names_stages_in_its_order() -> None:
    project = parse_project(
        "stages:\n  Dev: {}\n  Pre Production: { purpose: NonProduction }\n  Production: { allow_bootstrap: true }\n"
    )
    assert project.problems == ()
    assert [(each.label, each.purpose, each.order, each.allow_bootstrap) for each in project.stages] == [
        ("dev", Purpose.DEVELOPMENT, 1, True),
        ("pre-production", Purpose.NON_PRODUCTION, 2, True),
        ("production", Purpose.PRODUCTION, 3, True),
    ]


@pytest.mark.parametrize(
    ("text", "purposes", "allowed"),
    [
        ("Dev: {}, Test: {}, Live: {}", "Development NonProduction Production", "yes yes no"),
        ("Dev: {}, Production: {}, Archive: {}", "Development Production Production", "yes no no"),
        ("Dev: {}, Demo: { purpose: NonProduction }", "Development NonProduction", "yes yes"),
        ("Dev: {}, QA: { allow_bootstrap: true }", "Development Production", "yes yes"),
        ("Production: {}", "Development", "yes"),
    ],
)
def test_the_last_of_several_stages_is_production_whatever_its_name(text: str, purposes: str, allowed: str) -> None:
    stages = parse_project(f"stages: {{ {text} }}").stages
    assert [each.purpose.value for each in stages] == purposes.split()
    assert ["yes" if each.allow_bootstrap else "no" for each in stages] == allowed.split()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stage: {}", "unknown key stage"),
        ("stages: {}", "there is no stage"),
        ("stages: [Development]", "a mapping is expected here"),
        ("stages: { Ünï: {} }", "cannot be a stage's name"),
        ("stages: { Dev: { porpose: Development } }", "unknown key porpose"),
        ("stages: { Dev: { purpose: Prod } }", "'Prod' is no purpose"),
        ("stages: { Dev: {}, dev: {} }", "another stage has this name"),
        ("stages: { Dev: { allow_bootstrap: maybe } }", "it must be true or false"),
        ("stages: { Live: { purpose: Production } }", "the first stage must have the purpose Development"),
        ("stages: { A: {}, B: { purpose: Development } }", "only the first stage can have the purpose Development"),
        ("stages: [", "not valid YAML"),
    ],
)
def test_wrong_project_file_is_told_with_its_place(text: str, message: str) -> None:
    problems = parse_project(text).problems
    assert any(message in problem.message for problem in problems)
    assert all(problem.place and problem.place.file == "odcpub.yaml" and problem.hint for problem in problems)


def test_all_problems_at_once() -> None:
    assert len(parse_project("stages: { Dev: { purpose: x, other: 1 } }\nmore: 1").problems) >= 3
