"""The database in memory says what PostgreSQL does of a schema that has been migrated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from odcpub.data.fingerprint import fingerprint
from odcpub.data.migrated import migrated
from odcpub.data.migration import Finding, MigrationPlan
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.schema import Column, Schema, Table
from odcpub.data.steps import AddCheck
from odcpub.data.target import target_schema
from odcpub.engines.database.chain_folder import ScriptFolder
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.memory import MemoryDatabase
from odcpub.engines.ports import Database, Place
from odcpub.errors import Refused
from tests.acceptance.evolution_cases import CASES, NAME, ORDER, SCORE, SHOP, Case, app, entity
from tests.databases import Stage, engine

PLACE = Place("odc", "shop")
EVERY_STEP = (
    "reference made a number, then to another entity, none held",
    "static entity, reference and its default, relabelled, unique, limits",
    "mandatory attribute dropped, back again",
    "text unbounded",
    "attribute of every type added",
    "mandatory integer to long integer without its default",
    "static record removed",
)
"""Cases that have a step of every class in every phase in which one comes."""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with engine("embedded", tmp_path_factory.mktemp("memory")) as made:
        yield made


@pytest.fixture
def database() -> MemoryDatabase:
    made = MemoryDatabase()
    made.prepare(PLACE, "a-password")
    return made


def plan(database: Database, case: Case, number: int) -> MigrationPlan:
    """Of one of the case's models, after those before it."""
    model, runs = case.models[number], case.models[number - 1] if number else None
    target = target_schema(model, case.uses[number])
    return plan_migration(database.observe(PLACE), target, asset=model, previous=runs, runs=runs)


def limits(schema: Schema | None) -> set[tuple[object, ...]]:
    """What the fingerprint has by name alone."""
    assert schema is not None
    return {(table.name, one.name, one.column, one.passes) for table in schema.tables for one in table.checks}


def apply(database: Database, made: MigrationPlan, phase: str, folder: Path) -> None:
    database.apply(PLACE, made, phase, ScriptFolder(folder), print)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_second_plan_has_nothing_to_do(case: Case, database: MemoryDatabase, tmp_path: Path) -> None:
    for number in range(len(case.models)):
        made = plan(database, case, number)
        for phase in () if made.refusals else (EXPAND, TIGHTEN, EXPAND, TIGHTEN):
            apply(database, made, phase, tmp_path)
        again = plan(database, case, number)
        assert (again.steps, again.refusals) == ((), made.refusals) or made.refusals


@pytest.mark.parametrize("case", [one for one in CASES if one.name in EVERY_STEP], ids=lambda case: case.name)
def test_it_has_the_schema_that_postgresql_has(
    case: Case, database: MemoryDatabase, postgres: Postgres, tmp_path: Path
) -> None:
    stage = Stage(postgres, tmp_path / "chain", "memory")
    for model, libraries in zip(case.models, case.uses, strict=True):
        stage.libraries = libraries
        made = stage.publish(model, contract=False)
        for phase in (EXPAND, TIGHTEN):
            if phase == TIGHTEN:
                stage.engine.apply(stage.place, made, phase, stage.chain, print)
            apply(database, made, phase, tmp_path)
            held, live = database.observe(PLACE), stage.live()
            assert fingerprint(held) == fingerprint(live)
            assert limits(held) == limits(live)


def test_a_check_is_of_the_column_that_it_names_and_not_of_one_in_a_text() -> None:
    schema = Schema((Table("thing", (Column("a", "text"), Column("b", "text"))),))
    after = migrated(schema, [AddCheck(EXPAND, "thing", "odd", """"b" <> 'see "a"'""")])
    assert after.tables[0].checks[0].column == "b"


def test_a_stale_plan_is_refused_and_changes_nothing(database: MemoryDatabase, tmp_path: Path) -> None:
    unique = app(entity("Customer", NAME, SCORE, unique=("Name",)), ORDER)
    case = Case("unique", (SHOP, unique), {})
    first = plan(database, case, 0)
    apply(database, first, EXPAND, tmp_path)
    before, second = database.observe(PLACE), plan(database, case, 1)
    with pytest.raises(Refused, match="stale"):
        apply(database, second, TIGHTEN, tmp_path)
    with pytest.raises(Refused, match="stale"):
        apply(database, plan(MemoryDatabase(), Case("other", (unique,), {}), 0), EXPAND, tmp_path)
    assert database.observe(PLACE) == before


def test_rows_in_the_way_are_refused_and_nothing_changes(database: MemoryDatabase, tmp_path: Path) -> None:
    case = Case("unique", (SHOP, app(entity("Customer", NAME, SCORE, unique=("Name",)), ORDER)), {})
    apply(database, plan(database, case, 0), EXPAND, tmp_path)
    before, second = database.observe(PLACE), plan(database, case, 1)
    database.findings = tuple(Finding(check, 2, (("Ada", "2"),)) for check in second.checks)
    with pytest.raises(Refused, match="rows stand in the way"):
        apply(database, second, EXPAND, tmp_path)
    assert database.observe(PLACE) == before
