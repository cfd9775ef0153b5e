"""The project that somebody goes on with: its files, their names and ends; it asks of .NET what an image asks."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from odcpub.compiler.compile import compile_app
from odcpub.compiler.literals import sql_script
from odcpub.compiler.project import ENV, About, app_project, library_project
from odcpub.compiler.runtime import runtime_config
from odcpub.engines.database.connection import HINTS, OLD
from odcpub.engines.image.base import ENV as IMAGE_ENV
from odcpub.model.elements import Basic, Structure
from tests.contract.built import options
from tests.helpdesk_asset import HELPDESK, LIBRARIES, MONEY, attribute

DOCS = Path(__file__).parents[3] / "docs"
OF_RUNNERS = {"ODCPUB_APP", "ODCPUB_LISTEN_FD", "ODCPUB_PRIVATE_FD"}
"""What only a runner has to tell an app; its name it knows."""
ABOUT = About("helpdesk", 7, sql_script("SELECT 1;"), "schema-0f")


def files() -> dict[str, str]:
    return {draft.path: draft.content.decode() for draft in app_project(HELPDESK, LIBRARIES, ABOUT)}


def test_an_element_is_in_a_file_of_its_name() -> None:
    found = files()
    assert {path for path in found if path.startswith(("Entities/", "Structures/", "Libraries/"))} == {
        "Entities/Comment.cs",
        "Entities/Customer.cs",
        "Entities/Status.cs",
        "Entities/Ticket.cs",
        "Libraries/Money.cs",
        "Structures/Address.cs",
    }
    assert "EntityDescriptor Entity_Ticket() => new()\n" in found["Entities/Ticket.cs"]
    assert 'new("Ticket", "issue", "app", "Odcpub.Generated.Descriptor_Ticket")' in found["Program.cs"]
    assert {"app.csproj", "Dockerfile", "schema.sql", "README.md", "Runtime/Api.cs", "wwwroot/index.html"} < set(found)


def test_the_same_revision_gives_the_same_bytes() -> None:
    assert app_project(HELPDESK, LIBRARIES, ABOUT) == app_project(HELPDESK, LIBRARIES, ABOUT)


def test_every_text_file_ends_in_a_newline() -> None:
    for path, text in files().items():
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path


def test_the_pages_are_those_of_the_image() -> None:
    """But for the screens, which an image has by the unit."""
    pages = {path: text for path, text in files().items() if path.startswith("wwwroot/")}
    image = {draft.path: draft.content.decode() for draft in compile_app(HELPDESK, LIBRARIES).web}
    for unit in [path for path in image if "/screens/" in path]:
        image |= {f"wwwroot/_odc/screens/{name}": text for name, text in json.loads(image.pop(unit)).items()}
    assert "wwwroot/_odc/screens/TicketDetail.js.map" in pages
    assert pages == image


def test_nothing_says_that_changes_are_lost() -> None:
    for path, text in files().items():
        assert "changes here are lost" not in text, path


def test_it_runs_as_an_image_runs() -> None:
    assert options(files()["app.csproj"]) == json.loads(runtime_config("10.0.0"))["runtimeOptions"]["configProperties"]
    assert set(ENV) <= set(IMAGE_ENV)


def test_the_readme_has_ten_lines_and_names_what_the_app_is_given() -> None:
    readme = files()["README.md"]
    assert len(readme.splitlines()) == 10
    for word in ("# Helpdesk", "ODCPUB_DATABASE", "ODC_SETTING_HourlyRate", "ODC_SECRET_MailToken", "schema-0f"):
        assert word in readme
    bare = replace(HELPDESK, settings=())
    told = next(one for one in app_project(bare, LIBRARIES, ABOUT) if one.path == "README.md").content.decode()
    assert "The app has no settings of its own" in told


def test_a_library_is_a_class_library_with_those_it_uses() -> None:
    debt = Structure("Debt", "Debt", (attribute("Due", Basic.STRUCTURE, target="Money.Amount"),))
    trade = replace(MONEY, name="Trade", static_entities=(), structures=(debt,))
    found = {one.path: one.content.decode() for one in library_project(trade, LIBRARIES, About("trade", 2))}
    own = {path for path in found if not path.startswith("Runtime/")}
    assert own == {".gitignore", "Libraries/Money.cs", "Libraries/Trade.cs", "README.md", "library.csproj"}
    assert "Runtime/Descriptors.cs" in found
    assert "<AssemblyName>Library.Trade</AssemblyName>" in found["library.csproj"]
    assert all(text.endswith("\n") for text in found.values())


def test_a_librarys_reference_to_anothers_record_is_text_as_it_is_published() -> None:
    price = Structure("Price", "Price", (attribute("In", Basic.IDENTIFIER, target="Money.CurrencyCode"),))
    trade = replace(LIBRARIES["Money"], asset=replace(MONEY, name="Trade", structures=(price,)))
    through = replace(trade, uses=(LIBRARIES["Money"],))
    found = {one.path: one.content.decode() for one in app_project(HELPDESK, {"Trade": through}, ABOUT)}
    assert "public string? In { get; init; }" in found["Libraries/Trade.cs"]


def test_its_readme_names_what_the_app_reads_of_its_environment() -> None:
    table = (DOCS / "published-app.md").read_text().partition("## Environment\n")[2].partition("\n## ")[0]
    documented = set(re.findall(r"`(ODCPUB_[A-Z_]+)`", table))
    assert "ODCPUB_DATABASE_AUTHORITY" in documented
    assert documented - OF_RUNNERS <= set(re.findall(r"ODCPUB_[A-Z_]+", files()["README.md"]))


def test_the_oldest_postgresql_is_one_wherever_it_is_told() -> None:
    told = (files()["README.md"], HINTS[OLD], (DOCS / "data.md").read_text())
    assert [re.findall(r"PostgreSQL (\d+) or newer", one) for one in told] == [["15"]] * 3
