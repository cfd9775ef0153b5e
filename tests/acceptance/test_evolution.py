"""Every way a model changes, on a populated PostgreSQL: rows compared value by value, or refused with rows named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import ENGINES, Stage, engine
from evolution_cases import CASES, Case

from odcpub.data.fingerprint import fingerprint
from odcpub.data.target import target_schema
from odcpub.engines.database.postgres import Postgres
from odcpub.errors import Refused


@pytest.fixture(scope="module", params=ENGINES)
def postgres(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with engine(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made


def compare(case: Case, before: dict[str, Any], after: dict[str, Any]) -> None:
    for table, rows in before.items():
        assert rows.keys() <= after[table].keys()
        for key, row in rows.items():
            now = after[table][key]
            for column, value in row.items():
                assert now[column] == case.changed.get((table, key, column), value), (table, key, column)
            for column in now.keys() - row.keys():
                assert now[column] == case.added.get((table, column)), (table, key, column)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rows_survive(case: Case, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(postgres, tmp_path / "chain", "evolution")
    stage.publish(case.models[0])
    stage.insert(case.rows)
    for model in case.models[1:-1]:
        stage.publish(model)
    before, prior = stage.rows(), stage.fingerprint()

    if case.refused:
        with pytest.raises(Refused) as refusal:
            stage.publish(case.models[-1], late=case.late)
        said = "\n".join(refusal.value.details)
        assert all(line in said for line in case.refused), said
        compare(case, before, stage.rows())
        if not case.late:
            assert stage.fingerprint() == prior
        return

    plan = stage.publish(case.models[-1], late=case.late)
    compare(case, before, stage.rows())
    assert plan.steps == () or not case.empty
    assert any(case.warned in line for line in plan.warnings) or not case.warned
    again = stage.plan(case.models[-1])
    assert (again.steps, again.checks, again.refusals) == ((), (), ())
    assert stage.visible_fingerprint(case.models[-1]) == fingerprint(target_schema(case.models[-1]))
    upgrade_head(stage, "evolution_head", monkeypatch)


def upgrade_head(stage: Stage, schema: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain Alembic on an empty schema comes to the same portable fingerprint."""
    from alembic import command
    from alembic.config import Config

    server = stage.engine.server()
    with stage.connect("") as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    monkeypatch.setenv(
        "ODCPUB_URL", f"postgresql://{server.user}:{server.password()}@{server.host}:{server.port}/{stage.database}"
    )
    monkeypatch.setenv("ODCPUB_NAMESPACE", schema)
    command.upgrade(Config(str(stage.folder / "alembic.ini")), "head")
    fresh = Stage.__new__(Stage)
    fresh.engine, fresh.database, fresh.schema = stage.engine, stage.database, schema
    assert fresh.fingerprint() == stage.fingerprint()


@pytest.mark.parametrize(
    "case", [case for case in CASES if not case.refused and len(case.models) > 1], ids=lambda case: case.name
)
def test_a_stage_that_jumps_revisions_arrives_at_the_same(case: Case, postgres: Postgres, tmp_path: Path) -> None:
    development = Stage(postgres, tmp_path / "development", "evolution")
    qa = Stage(postgres, tmp_path / "qa", "evolution", "odc_test_qa")
    for stage in (development, qa):
        stage.publish(case.models[0])
        stage.insert(case.rows)
    for model in case.models[1:]:
        development.publish(model)
    qa.publish(case.models[-1], ask=False)

    last = case.models[-1]
    assert qa.visible_fingerprint(last) == development.visible_fingerprint(last)
    step_by_step, jumped = development.rows(), qa.rows()
    for table in target_schema(last).tables:
        columns = [column.name for column in table.columns]
        for key, row in step_by_step[table.name].items():
            assert [jumped[table.name][key][column] for column in columns] == [row[column] for column in columns]
