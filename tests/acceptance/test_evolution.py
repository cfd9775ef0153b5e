"""Every way a model changes, on a populated PostgreSQL: rows compared value by value, or refused with rows named.

Each is tried every time as one publish after another. In the other ways (over several revisions at once, before the
publish before it was contracted) a covering choice is, and the others in `make long`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odcpub.data.fingerprint import fingerprint
from odcpub.data.target import target_schema
from odcpub.engines.database.postgres import Postgres
from odcpub.errors import Refused
from odcpub.model.elements import Asset, Attribute, Basic, DataType, DeleteRule, Entity, Index
from tests.acceptance.evolution_cases import CASES, Case, app
from tests.acceptance.evolution_choice import chosen
from tests.databases import QA, Stage, engine, upgrade_head
from tests.tries import tries


@pytest.fixture(scope="module", params=["embedded", pytest.param("server", marks=pytest.mark.long)])
def postgres(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with engine(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made


GOING_ON = [case for case in CASES if not case.refused and len(case.models) > 1]
CHOSEN = chosen(GOING_ON)
IN_OTHER_WAYS = pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=() if case.name in CHOSEN else pytest.mark.long) for case in GOING_ON],
    ids=lambda case: case.name,
)


def compare(case: Case, before: dict[str, Any], after: dict[str, Any]) -> None:
    for table, rows in before.items():
        assert rows.keys() <= after[table].keys()
        for key, row in rows.items():
            now = after[table][key]
            for column, value in row.items():
                assert now[column] == case.changed.get((table, key, column), value), (table, key, column)
            for column in now.keys() - row.keys():
                assert now[column] == case.added.get((table, column)), (table, key, column)


def written(case: Case, after: dict[str, Any]) -> None:
    """What either version wrote between the phases is what it wrote."""
    for table, rows in case.late.items():
        for row in rows:
            assert row.items() <= after[table][row["id"]].items()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rows_survive(case: Case, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(postgres, tmp_path / "chain", "evolution")
    for number, model in enumerate(case.models[:-1]):
        stage.libraries = case.uses[number]
        stage.publish(model)
        stage.insert(case.rows if number == 0 else {})
    before, prior = stage.rows(), stage.fingerprint()

    stage.libraries = case.uses[-1]
    if case.refused:
        with pytest.raises(Refused) as refusal:
            stage.publish(case.models[-1], late=case.late)
        said = "\n".join(refusal.value.details)
        assert all(line in said for line in case.refused), said
        compare(case, before, stage.rows())
        if not case.late:
            assert stage.fingerprint() == prior
            refused_again(stage, case, refusal.value.details)
        return

    plan = stage.publish(case.models[-1], late=case.late)
    compare(case, before, stage.rows())
    written(case, stage.rows())
    assert plan.steps == () or not case.empty
    assert any(case.warned in line for line in plan.warnings) or not case.warned
    again = stage.plan(case.models[-1])
    assert (again.steps, again.checks, again.refusals) == ((), (), ())
    assert stage.visible_fingerprint(case.models[-1]) == fingerprint(stage.target(case.models[-1]))
    upgrade_head(stage, "evolution_head", monkeypatch)


def refused_again(stage: Stage, case: Case, said: tuple[str, ...]) -> None:
    """Planning again says the same, and the version that runs has nothing to migrate."""
    with pytest.raises(Refused) as refusal:
        stage.publish(case.models[-1])
    assert refusal.value.details == said
    if len(case.models) > 1:
        stage.libraries = case.uses[-2]
        assert stage.plan(case.models[-2]).steps == ()


@IN_OTHER_WAYS
def test_a_stage_that_jumps_revisions_arrives_at_the_same(case: Case, postgres: Postgres, tmp_path: Path) -> None:
    development = Stage(postgres, tmp_path / "development", "evolution")
    qa = Stage(postgres, tmp_path / "qa", "evolution", QA)
    for stage in (development, qa):
        stage.libraries = case.uses[0]
        stage.publish(case.models[0])
        stage.insert(case.rows)
    for model, development.libraries in zip(case.models[1:], case.uses[1:], strict=True):
        development.publish(model)
    last, qa.libraries = case.models[-1], case.uses[-1]
    plan = qa.publish(last, ask=False)
    assert plan.steps or len(case.models) == 2 or last == case.models[0] or case.late
    again = qa.plan(last)
    assert (again.steps, again.checks, again.refusals) == ((), (), ())
    assert qa.visible_fingerprint(last) == development.visible_fingerprint(last)
    step_by_step, jumped = development.rows(), qa.rows()
    for table in qa.target(last).tables:
        columns = [column.name for column in table.columns]
        for key, row in step_by_step[table.name].items():
            assert [jumped[table.name][key][column] for column in columns] == [row[column] for column in columns]


@IN_OTHER_WAYS
@pytest.mark.parametrize("back", [False, True], ids=["again", "back"])
def test_what_a_publish_left_is_contracted_by_the_next(
    case: Case, back: bool, postgres: Postgres, tmp_path: Path
) -> None:
    """The next version came before the old one had gone: the same one again, or the one before it."""
    stage = Stage(postgres, tmp_path / "chain", "evolution")
    for number, model in enumerate(case.models[:-1]):
        stage.libraries = case.uses[number]
        stage.publish(model)
        stage.insert(case.rows if number == 0 else {})
    before, stage.libraries = stage.rows(), case.uses[-1]
    stage.publish(case.models[-1], late=case.late, contract=False)
    last = case.models[-2] if back else case.models[-1]
    stage.libraries = case.uses[-2] if back else case.uses[-1]
    try:
        stage.publish(last)
    except Refused:
        assert back, "what a version needs is what it needs again"
        return
    again = stage.plan(last)
    assert (again.steps, again.checks, again.refusals) == ((), (), ())
    after = stage.rows()
    if not back:  # what a version that has gone added in passing, such as a comment, may stay
        assert stage.visible_fingerprint(last) == fingerprint(stage.target(last))
        compare(case, before, after)
        written(case, after)
    for table, rows in before.items():
        assert rows.keys() <= after[table].keys()


NAMES = ("A", "B", "C")
TYPES = st.one_of(
    st.builds(DataType, st.just(Basic.TEXT), length=st.sampled_from((3, 10, None))),
    st.sampled_from([DataType(basic) for basic in (Basic.INTEGER, Basic.LONG_INTEGER, Basic.BOOLEAN, Basic.DATE_TIME)]),
    st.builds(DataType, st.just(Basic.DECIMAL), digits=st.sampled_from((12, 28)), decimals=st.sampled_from((0, 2))),
    st.sampled_from(NAMES).map(lambda name: DataType(Basic.IDENTIFIER, target=name, target_key=name)),
)


@st.composite
def models(draw: st.DrawFn) -> Asset:
    """Up to three entities that refer to one another, or to nobody where the target is not drawn."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    entities = []
    for name in names:
        attributes = []
        for key in draw(st.lists(st.sampled_from(("X", "Y", "Z")), unique=True)):
            type_ = draw(TYPES.filter(lambda found: found.target in ("", *names)))
            mandatory = draw(st.booleans())
            rule = draw(st.sampled_from([DeleteRule.PROTECT, DeleteRule.DELETE]))
            attributes.append(Attribute(key, key, type_, mandatory, on_delete=rule, explicit_key=True))
        keys = tuple(attribute.name for attribute in attributes)
        indexes = (Index("I", "I", keys[:1], draw(st.booleans())),) if keys and draw(st.booleans()) else ()
        entities.append(Entity(name, name, tuple(attributes), indexes, explicit_key=True))
    return app(*entities)


VALUES = {"character varying(3)": "abc", "character varying(10)": "abcdef", "text": "long enough", "integer": 7,
          "bigint": 2**40, "boolean": True, "timestamp with time zone": "2026-01-31T12:30:00Z"}  # fmt: skip


def fill(stage: Stage, model: Asset) -> None:
    """Two rows a table: one with values wherever it can have them, one with what is mandatory alone."""
    for table in target_schema(model).tables:
        refers = {key.column for key in table.foreign_keys}
        if any(not column.nullable and column.name in refers for column in table.columns):
            continue
        own = [column for column in table.columns if column.name not in (*refers, "id")]
        full = {"id": 1, **{column.name: VALUES.get(column.type, 12) for column in own}}
        unique = {part for index in table.indexes if index.unique for part in index.columns}
        bare = {"id": 2, **{column.name: full[column.name] for column in own if not column.nullable}}
        stage.insert({table.name: [full] if unique & bare.keys() else [full, bare]})


@tries(12)
@given(models(), models(), models())
def test_any_models_each_before_the_one_before_it_is_contracted(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory, one: Asset, two: Asset, three: Asset
) -> None:
    """As below, but the second model's contract phase is left to the third."""
    stage = Stage(postgres, tmp_path_factory.mktemp("chain"), "evolution_any")
    stage.publish(one)
    fill(stage, one)
    before = stage.rows()
    for model, contract in ((two, False), (three, True)):
        prior = stage.fingerprint()
        try:
            plan = stage.publish(model, contract=contract)
        except Refused:
            assert stage.fingerprint() == prior
            continue
        if contract:
            assert stage.plan(model).steps == ()
            spared = any(check.spares for check in plan.notices)
            assert spared or stage.visible_fingerprint(model) == fingerprint(target_schema(model))
    after = stage.rows()
    for table, rows in before.items():
        for key, row in rows.items():
            assert row.items() <= after[table][key].items()


@tries(12)
@given(models(), models(), models())
def test_any_models_one_after_another(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory, one: Asset, two: Asset, three: Asset
) -> None:
    """Applied, planning is empty and every value is where it was; refused, nothing has changed."""
    stage = Stage(postgres, tmp_path_factory.mktemp("chain"), "evolution_any")
    stage.publish(one)
    fill(stage, one)
    for model in (two, three):
        before, prior = stage.rows(), stage.fingerprint()
        try:
            plan = stage.publish(model)
        except Refused:
            assert (stage.rows(), stage.fingerprint()) == (before, prior)
            continue
        assert stage.plan(model).steps == ()
        spared = any(check.spares for check in plan.notices)  # references that came back to rows that are gone
        assert spared or stage.visible_fingerprint(model) == fingerprint(target_schema(model))
        after = stage.rows()
        for table, rows in before.items():
            for key, row in rows.items():
                assert row.items() <= after[table][key].items()
