"""A chain of scripts does the same in the store as in a folder: its parts, and what is read, moved and removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, update

from odcpub.engines.database.chain_folder import ScriptFolder
from odcpub.engines.ports import Scripts
from odcpub.errors import EngineError
from odcpub.operations.scripts import take_in
from odcpub.store.store import Store
from odcpub.store.tables import SCRIPTS

from .conftest import ENGINES, opener_on

TEXT = 'def upgrade(op: object) -> None:\n    op.execute("SELECT 1")\n'


@pytest.fixture(params=["folder", *ENGINES])
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scripts]:
    if request.param == "folder":
        yield ScriptFolder(tmp_path / "chain")
        return
    store = opener_on(request.param, request, tmp_path)()
    yield store.scripts("helpdesk", "qa")
    store.close()


def contents(chain: Scripts) -> dict[str, dict[str, str]]:
    found = {part: {name: chain.read(part, name) for name in chain.names(part)} for part in chain.parts()}
    return {part: names for part, names in found.items() if names}


def test_scripts_are_put_moved_and_removed(chain: Scripts) -> None:
    for name in ("0002_b.py", "0001_a.py"):
        chain.put("pending", name, TEXT)
    chain.put("pending", "0002_b.py", TEXT + "# changed\n")
    assert chain.names("pending") == ["0001_a.py", "0002_b.py"]
    chain.move("pending", "0001_a.py", "versions")
    chain.put("versions-before-0003", "0000_z.py", TEXT)
    assert contents(chain) == {
        "pending": {"0002_b.py": TEXT + "# changed\n"},
        "versions": {"0001_a.py": TEXT},
        "versions-before-0003": {"0000_z.py": TEXT},
    }
    chain.put("pending", "0001_a.py", TEXT + "# other\n")
    chain.move("pending", "0001_a.py", "versions")
    chain.remove("pending", "0002_b.py")
    assert contents(chain) == {
        "versions": {"0001_a.py": TEXT + "# other\n"},
        "versions-before-0003": {"0000_z.py": TEXT},
    }
    assert chain.names("nowhere") == []


def test_each_app_and_stage_has_its_own(store: Store) -> None:
    for app, stage in (("helpdesk", "qa"), ("helpdesk", "production"), ("money", "qa")):
        store.scripts(app, stage).put("versions", "0001_a.py", f"{app} {stage}")
    store.scripts("helpdesk", "qa").remove("versions", "0001_a.py")
    assert store.scripts("helpdesk", "qa").parts() == []
    assert store.scripts("helpdesk", "production").read("versions", "0001_a.py") == "helpdesk production"
    assert store.chains() == {("helpdesk", "production"), ("money", "qa")}


def test_a_damaged_script_is_not_executed(store: Store) -> None:
    store.scripts("helpdesk", "qa").put("versions", "0001_a.py", TEXT)
    with store.engine.begin() as connection:
        connection.execute(update(SCRIPTS).values(text="another"))
    with pytest.raises(EngineError, match=r"of helpdesk in qa: versions/0001_a\.py is damaged") as told:
        store.scripts("helpdesk", "qa").read("versions", "0001_a.py")
    assert "odcpub data scripts helpdesk --stage qa --from" in told.value.hint


def test_chains_of_before_are_taken_in_once_and_stay(store: Store, tmp_path: Path) -> None:
    before = ScriptFolder(tmp_path / "migrations" / "qa" / "helpdesk")
    before.put("versions", "0001_a.py", TEXT)
    before.put("pending", "0002_b.py", TEXT)
    assert take_in(store, tmp_path / "migrations").startswith("2 migration scripts of ")
    chain = store.scripts("helpdesk", "qa")
    assert contents(chain) == contents(before) == {"versions": {"0001_a.py": TEXT}, "pending": {"0002_b.py": TEXT}}
    chain.move("pending", "0002_b.py", "versions")
    before.put("versions", "0003_c.py", TEXT)
    assert take_in(store, tmp_path / "migrations") == ""
    assert contents(chain) == {"versions": {"0001_a.py": TEXT, "0002_b.py": TEXT}}


def test_a_text_that_is_replaced_while_it_is_read_is_one_of_both(store: Store) -> None:
    chain, texts = store.scripts("shop", "qa"), iter(("second",))
    chain.put("versions", "a.py", "first")

    def meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "scripts.text" in statement and (text := next(texts, None)):
            store.scripts("shop", "qa").put("versions", "a.py", text)

    event.listen(store.engine, "before_cursor_execute", meanwhile)
    assert chain.read("versions", "a.py") == "second"
    assert chain.read("versions", "a.py") == "second"
