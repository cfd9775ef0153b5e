"""What ``odcpub source`` writes, judged by the compiler and the database. What it answers: test_published_api.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.author.folder import write
from odcpub.compiler.project import About, library_project
from odcpub.data.plan import plan_migration
from odcpub.data.target import target_schema
from odcpub.engines.csharp.failure import CompileFailed
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.ports import Place
from odcpub.model.elements import Asset, Basic, Entity, Structure
from tests.contract.built import compiled, own_database
from tests.contract.published_app import own_postgres, project
from tests.helpdesk_asset import HELPDESK, LIBRARIES, MONEY, attribute
from tests.toolchain import toolchain_of_tests

NAMES = (
    "ticket", "e", "record", "file", "required", "var", "nint", "System", "Odcpub", "Runtime", "Generated", "Entities",
    "Libraries", "Money", "Task", "Json", "Log", "Program", "Main", "EntityDescriptor", "Descriptor_Ticket",
    "Library_Money", "get_x",
)  # fmt: skip
"""Names of types, namespaces and files that the project has, or C# may get."""


@pytest.fixture(scope="module")
def strict() -> Iterator[RoslynCompiler]:
    parts = toolchain_of_tests()
    made = RoslynCompiler(lambda: parts, strict=True)
    yield made
    made.close()


def awkward() -> Asset:
    entities = [
        Entity(n, n, (attribute(n, Basic.TEXT), attribute("Next", Basic.IDENTIFIER, target=n)), display=n)
        for n in NAMES
    ]
    structures = [Structure(f"{n}s", f"{n}s", (attribute(n, Basic.STRUCTURE, target=f"{n}s"),)) for n in NAMES]
    return replace(HELPDESK, entities=(*HELPDESK.entities, *entities), structures=tuple(structures))


def test_no_name_makes_the_compiler_warn(strict: RoslynCompiler, tmp_path: Path) -> None:
    write(tmp_path / "out", project(awkward(), LIBRARIES)[1])
    assert compiled(strict, tmp_path / "out", "app", executable=True)


def test_a_warning_would_have_been_seen(strict: RoslynCompiler, tmp_path: Path) -> None:
    """Of a null that may be one, and of a name that C# may want."""
    files = project(HELPDESK, LIBRARIES)[1]
    files["Entities/More.cs"] = "class more { string Name = null; }\n"
    write(tmp_path / "out", files)
    with pytest.raises(CompileFailed) as failed:
        compiled(strict, tmp_path / "out", "app", executable=True)
    assert [one.code for one in failed.value.problems] == ["CS8981", "CS0414", "CS8625"]


def test_a_library_compiles_by_itself(strict: RoslynCompiler, tmp_path: Path) -> None:
    drafts = library_project(MONEY, {}, About("money", 1))
    write(tmp_path / "out", {draft.path: draft.content.decode() for draft in drafts})
    assert compiled(strict, tmp_path / "out", "Library.Money", executable=False)


@pytest.mark.database
def test_its_sql_makes_what_the_data_tool_would(tmp_path: Path) -> None:
    with own_postgres() as database:
        (tmp_path / "schema.sql").write_text(project(HELPDESK, LIBRARIES)[1]["schema.sql"])
        own_database(database, tmp_path / "schema.sql", "desk")
        live = database.observe(Place("desk", "public"))
    again = plan_migration(live, target_schema(HELPDESK, LIBRARIES), asset=HELPDESK)
    assert (again.steps, again.refusals) == ((), ())
