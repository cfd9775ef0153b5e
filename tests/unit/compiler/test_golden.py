"""What is generated of example apps, as it stands in tests/golden: ``csharp`` is what is compiled, ``source`` what
somebody goes on with, but for what is the same in every project, ``screens`` those of examples/helpdesk.
``ODCPUB_TEST_UPDATE=1`` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from odcpub.compiler.compile import compile_app, compile_library
from odcpub.compiler.literals import sql_script
from odcpub.compiler.project import About, app_project
from odcpub.model.elements import Library
from odcpub.model.load import load_found
from odcpub.model.verify import verify
from odcpub.tree.folder import read_folder
from tests import logic_asset
from tests.helpdesk_asset import HELPDESK, LIBRARIES, MONEY

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden"
COMPILED = (*compile_app(HELPDESK, LIBRARIES).assemblies, *compile_library(MONEY, {}).assemblies)
ABOUT = About("helpdesk", 7, sql_script("CREATE TABLE …;\n"), "schema-0f")


def _screens() -> dict[str, str]:
    money = Library(verify(load_found(read_folder(ROOT / "examples" / "money")), {})[0], "1.0.0", 1, "")
    helpdesk, _ = verify(load_found(read_folder(ROOT / "examples" / "helpdesk")), {"Money": money})
    drafts = app_project(helpdesk, {"Money": money}, ABOUT)
    below = "wwwroot/_odc/screens/"
    return {
        f"screens/{draft.path.removeprefix(below)}": draft.content.decode()
        for draft in drafts
        if draft.path.startswith((f"{below}Ticket", f"{below}CustomerDetail"))
    }


TEXTS = {f"csharp/{source.path}": source.text for assembly in COMPILED for source in assembly.sources} | {
    f"source/{draft.path}": draft.content.decode()
    for draft in app_project(HELPDESK, LIBRARIES, ABOUT)
    if not draft.path.startswith(("Runtime/", "wwwroot/"))
}
_LOGIC = (
    *compile_app(logic_asset.DESK, logic_asset.LIBRARIES).assemblies,
    *compile_library(logic_asset.MONEY, {}).assemblies,
)
TEXTS |= {
    f"csharp/{source.path}": source.text
    for assembly in _LOGIC
    for source in assembly.sources
    if source.path.startswith("actions/") or source.path.endswith(".Actions.cs")
}
TEXTS |= {
    f"source/{draft.path}": draft.content.decode()
    for draft in app_project(logic_asset.DESK, logic_asset.LIBRARIES, ABOUT)
    if draft.path.startswith("Actions/") or draft.path.endswith(".Actions.cs")
}
"""Of the app and library with logic: their actions."""
TEXTS |= _screens()


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_generated_files(path: str) -> None:
    if os.environ.get("ODCPUB_TEST_UPDATE") == "1":
        (GOLDEN / path).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / path).write_text(TEXTS[path])
    assert TEXTS[path] == (GOLDEN / path).read_text()


def test_nothing_else_is_golden() -> None:
    folders = (GOLDEN / "csharp", GOLDEN / "source", GOLDEN / "screens")
    found = {path.relative_to(GOLDEN).as_posix() for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert found == set(TEXTS)
