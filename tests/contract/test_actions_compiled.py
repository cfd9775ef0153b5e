"""Generated server actions on the real compiler: it warns of nothing, also of names that C# has for something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from odcpub.compiler.compile import compile_app, compile_library
from odcpub.compiler.drafts import Assembly
from odcpub.compiler.project import About, app_project, library_project
from odcpub.compiler.runtime import runtime_assembly
from odcpub.engines.csharp.failure import CompileFailed
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.model.elements import Library, VerifiedAsset
from tests.contract.built import compiled
from tests.logic_asset import DESK, DESK_TEXT, LIBRARIES, MONEY, verified
from tests.toolchain import toolchain_of_tests

HOSTILE = (
    "call", "given", "mark", "value", "record", "class", "Task", "Func", "Numbers", "Texts", "Elements", "Odcpub",
    "System", "Run", "Run_", "Describe", "Inputs", "ActionRun", "ImmutableList", "TicketRow", "Found", "Money1", "left",
    "right", "each", "Refusal", "Values", "Saved", "Read", "Changes", "Columns", "Sorts", "var", "dynamic", "nint",
    "async", "Clone", "GetType",
)  # fmt: skip
"""Names that generated code has for something else."""


@pytest.fixture(scope="module")
def strict() -> Iterator[RoslynCompiler]:
    parts = toolchain_of_tests()
    made = RoslynCompiler(lambda: parts, strict=True)
    yield made
    made.close()


def hostile() -> VerifiedAsset:
    """An action for each name, which is called so, as are its variables and an attribute."""
    attributes = "".join(f"      {name}: {{ type: Text }}\n" for name in HOSTILE)
    actions = "".join(_ACTION.replace("NAME", name) for name in HOSTILE)
    return verified(
        _HEAD + attributes + "structures:\n  Line:\n    attributes:\n" + attributes + "server_actions:\n" + actions, {}
    )


_HEAD = """\
app: Hostile
key: 2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f21
entities:
  Ticket:
    attributes:
"""
_LIBRARY = """\
library: NAME
key: 5f5b7a53-6c0e-4a53-8d4c-6bb9f8f2a01NUMBER
structures:
  Amount: { attributes: { Value: { type: Decimal }, All: { type: Decimal List } } }
server_actions:
  Task:
    inputs: { Given: { type: Amount } }
    outputs: { Out: { type: Amount } }
    do:
      - set: { Out.Value: Given.Value }
  Twice:
    outputs: { Task: { type: Amount List } }
    do:
      - call: Task
        into: One
      - append: One
        to: Task
"""
_REST = "      Name: { type: Text }\nserver_actions:\n  Act:\n    outputs: { Sum: { type: Decimal } }\n    do:\n"
_CALL = """\
      - call: NAME.Twice
        into: Of1NAME
      - call: NAME.Task
        with: { Given: 'Of1NAME[0]' }
        into: Of2NAME
      - set: { Of2NAME.Value: 1, Sum: 'Sum + Of2NAME.Value' }
"""
_STRUCTURES = "structures:\n  Line:\n    attributes:\n"
_ACTION = """\
  NAME:
    inputs: { NAME: { type: Text, length: 5 }, Line1: { type: Line } }
    outputs: { Item1: { type: Text }, NAMEs: { type: Line List }, Line2: { type: Line } }
    do:
      - query: Ticket
        where: Ticket.NAME = NAME
        sort: [Ticket.NAME desc]
        maximum: 3
        as: NAMERow
      - for_each: NAMERow
        as: each1
        do:
          - set: { each1.NAME: NAME + 1, Item1: each1.NAME }
          - update: each1
      - query: Ticket
        group_by: { NAME: Ticket.NAME }
        count: Count
        maximum: 2
        as: NAMEValues
      - for_each: NAMEValues
        as: One
        do:
          - set: { Item1: One.NAME + One.Count }
      - append: Line1
        to: NAMEs
      - order: NAMEs
        each: One
        by: [One.NAME]
      - set: { Line2.NAME: Line1.NAME }
    on_error:
      - code: NAME
        do:
          - raise: Error.Message + NAME
"""


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def assemblies(asset: VerifiedAsset) -> tuple[Assembly, ...]:
    return (runtime_assembly(), *compile_library(MONEY, {}).assemblies, *compile_app(asset, LIBRARIES).assemblies)


def test_the_compiler_has_nothing_to_say(strict: RoslynCompiler) -> None:
    assert strict.compile(assemblies(DESK), {})


def test_an_error_leads_to_the_models_line_and_element(strict: RoslynCompiler) -> None:
    *before, unit, main = assemblies(DESK)
    (source,) = unit.sources
    wrong = replace(unit, sources=(replace(source, text=source.text.replace("Found.Status ==", "Found.Other ==")),))
    with pytest.raises(CompileFailed) as failed:
        strict.compile([*before, wrong, main], {})
    (problem,) = failed.value.problems
    (line,) = (number for number, text in enumerate(DESK_TEXT.splitlines(), 1) if "if: Found.Status" in text)
    assert (problem.element, str(problem.place)) == ("server_actions.CloseTicket", f"app.yaml:{line}:1")


def test_no_name_hides_what_the_code_needs(strict: RoslynCompiler) -> None:
    asset = hostile()
    assert strict.compile((runtime_assembly(), *compile_app(asset, {}).assemblies), {})


def test_no_librarys_name_hides_what_the_code_needs(strict: RoslynCompiler) -> None:
    libraries, given = {}, [runtime_assembly()]
    for number, name in enumerate(("Numbers", "Texts", "Task", "Refusal", "Func", "Money", "var")):
        text = _LIBRARY.replace("NAME", name).replace("NUMBER", str(number))
        libraries[name] = Library(verified(text, {}), "1.0.0", 1, "sha256:" + "0" * 64)
        given += compile_library(libraries[name].asset, {}).assemblies
    uses = ", ".join(f'{name}: "^1.0"' for name in libraries)
    calls = "".join(_CALL.replace("NAME", name) for name in libraries)
    app = verified(_HEAD.replace("entities:", f"uses: {{ {uses} }}\nentities:") + _REST + calls, libraries)
    assert strict.compile((*given, *compile_app(app, libraries).assemblies), {})


def test_a_project_builds_with_its_actions(strict: RoslynCompiler, tmp_path: Path) -> None:
    for asset in (DESK, hostile()):
        libraries = LIBRARIES if asset is DESK else {}
        drafts = app_project(asset, libraries, About("desk", 1, fingerprint="schema-0f"))
        folder = tmp_path / asset.name
        write(folder, {one.path: one.content.decode() for one in drafts if one.path.endswith(".cs")})
        assert compiled(strict, folder, "app", executable=True)


def test_a_library_with_actions_builds_by_itself(strict: RoslynCompiler, tmp_path: Path) -> None:
    drafts = library_project(MONEY, {}, About("money", 1))
    write(tmp_path, {one.path: one.content.decode() for one in drafts})
    assert compiled(strict, tmp_path, "Library.Money", executable=False)
