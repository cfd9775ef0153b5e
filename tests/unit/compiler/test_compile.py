"""The compiler as its callers see it: what comes out, that it is the same again, and what a change touches."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from odcpub.compiler import csharp
from odcpub.compiler.compile import compile_app, compile_library
from odcpub.compiler.drafts import Compiled
from odcpub.compiler.reuse import Reuse
from odcpub.compiler.runtime import runtime_assembly, runtime_config
from odcpub.model.elements import Asset, Basic, DataType, Entity, Structure
from tests.helpdesk_asset import HELPDESK, LIBRARIES, MONEY, attribute


def texts(compiled: Compiled) -> dict[str, str]:
    return {assembly.name: assembly.sources[0].text for assembly in compiled.assemblies}


def web(compiled: Compiled) -> dict[str, bytes]:
    return {draft.path: draft.content for draft in compiled.web}


def test_the_same_model_gives_the_same_drafts() -> None:
    assert compile_app(HELPDESK, LIBRARIES) == compile_app(HELPDESK, LIBRARIES)


def test_what_was_reused_is_what_would_be_made() -> None:
    reuse = Reuse()
    compile_app(many(40), {}, reuse)
    changed = many(40, extra=7)
    assert compile_app(changed, {}, reuse) == compile_app(changed, {})


def test_units_come_before_the_main_assembly_and_only_it_has_main() -> None:
    assemblies = compile_app(HELPDESK, LIBRARIES).assemblies
    assert assemblies[-1].name == "app"
    assert [assembly.executable for assembly in assemblies] == [False] * (len(assemblies) - 1) + [True]
    assert assemblies[-1].references == ("Odcpub.Runtime",)


def many(count: int, extra: int = -1) -> Asset:
    """``count`` like entities; number ``extra`` has one attribute more."""
    entities = tuple(
        Entity(
            f"Thing{i}",
            f"Thing{i}",
            tuple(attribute(f"A{j}", Basic.TEXT, length=50) for j in range(12 + (i == extra))),
            display="A0",
        )
        for i in range(count)
    )
    return replace(HELPDESK, entities=entities, static_entities=(), structures=(), screens=(), uses=())


def test_a_changed_entity_changes_one_unit_and_nothing_else() -> None:
    before, after = texts(compile_app(many(200), {})), texts(compile_app(many(200, extra=77), {}))
    assert len(before) > 8
    assert [name for name in before if before[name] != after[name]] == [next(n for n in after if "A12" in after[n])]


def test_an_entity_more_changes_its_unit_and_the_main_assembly() -> None:
    before, after = texts(compile_app(many(200), {})), texts(compile_app(many(201), {}))
    changed = [name for name in after if before.get(name) != after[name]]
    assert len(changed) == 2
    assert "app" in changed


def test_lines_of_a_unit_belong_to_their_elements() -> None:
    source = next(a.sources[0] for a in compile_app(HELPDESK, LIBRARIES).assemblies if a.name == "app.Unit00")
    lines = source.text.split("\n")
    places = [line for line, element in source.elements if element == "Ticket.Weight"]
    assert 'Name = "Weight"' in lines[places[0] - 1]
    assert "//@" not in source.text


def test_first_names_decide_on_physical_names() -> None:
    source = texts(compile_app(HELPDESK, LIBRARIES))["app.Unit00"]
    assert 'Name = "Ticket", Label = "Ticket", Table = "issue"' in source
    assert 'Name = "Subject", Label = "Subject", Column = "title"' in source


def test_a_members_name_never_meets_its_class_or_object() -> None:
    names = ("Address", "GetType", "Descriptor", "Clone", "Elements", "class")
    structure = Structure("Address", "Address", tuple(attribute(name, Basic.TEXT) for name in names))
    source = texts(compile_app(replace(HELPDESK, structures=(structure,)), LIBRARIES))["app.Structures"]
    for member in ("Address_", "GetType_", "Descriptor_", "Clone_", "Elements_", "@class"):
        assert f"public string? {member} {{ get; init; }}" in source


def test_structures_are_immutable_and_their_lists_begin_empty() -> None:
    many = replace(attribute("Tags", Basic.TEXT), type=DataType(Basic.TEXT, many=True))
    structure = Structure("Address", "Address", (many,))
    source = texts(compile_app(replace(HELPDESK, structures=(structure,)), LIBRARIES))["app.Structures"]
    assert "public ImmutableList<string?> Tags { get; init; } = ImmutableList<string?>.Empty;" in source
    assert "List = Elements.Of<string?>" in source


def test_a_library_is_one_assembly_and_its_descriptors() -> None:
    compiled = compile_library(MONEY, {})
    assert [assembly.name for assembly in compiled.assemblies] == ["Library.Money"]
    assert list(web(compiled)) == ["wwwroot/_odc/entities/Money.CurrencyCode.json"]
    assert '"DEM", "German mark", 3, false' in texts(compiled)["Library.Money"]


def test_a_consumer_serves_the_librarys_descriptors_byte_for_byte() -> None:
    path = "wwwroot/_odc/entities/Money.CurrencyCode.json"
    assert web(compile_app(HELPDESK, LIBRARIES))[path] == web(compile_library(MONEY, {}))[path]


def test_libraries_of_libraries_are_there_too() -> None:
    other = replace(HELPDESK, kind=MONEY.kind, name="Trade", entities=(), structures=(), screens=(), settings=())
    through = replace(LIBRARIES["Money"], asset=other, uses=(LIBRARIES["Money"],))
    compiled = compile_app(HELPDESK, {"Trade": through})
    assert "wwwroot/_odc/entities/Money.CurrencyCode.json" in web(compiled)
    assert '"Money.CurrencyCode", "", "Library.Money"' in texts(compiled)["app"]


def test_how_dotnet_starts_an_app() -> None:
    options = json.loads(runtime_config("9.0.7"))["runtimeOptions"]
    assert options["framework"] == {"name": "Microsoft.AspNetCore.App", "version": "9.0.7"}
    assert options["rollForward"] == "LatestMajor"
    assert options["configProperties"]["System.Globalization.Invariant"] is True


def test_the_runtime_library_is_one_assembly_of_many_sources() -> None:
    assert runtime_assembly().name == "Odcpub.Runtime"
    assert len(runtime_assembly().sources) > 5


def test_of_a_unit_only_the_element_that_changed_is_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    reuse, written, write = Reuse(), list[str](), csharp.description_of
    for extra in (-1, 7):
        compile_app(many(40, extra), {}, reuse)
    monkeypatch.setattr(csharp, "description_of", lambda one, *_: written.append(one.name) or write(one, *_))
    compile_app(many(40, extra=8), {}, reuse)
    assert len(written) == 2
