"""Migration scripts are put back as they were written out, and nothing else becomes one."""

from __future__ import annotations

import threading

import pytest

from odcpub.data.migration import MigrationPlan
from odcpub.data.script import plan_parts, script_text
from odcpub.errors import Refused
from odcpub.operations.scripts import put_back, written_out

from .conftest import Installed

PLAN = plan_parts(MigrationPlan(base="", target="t"))
SCRIPT = script_text(PLAN, (PLAN.expand,), 1, None)
PATH = "versions/0001_expand_1a2b3c4d.py"


def test_a_chain_that_was_written_out_can_be_put_back(installed: Installed) -> None:
    installed.configured()
    installed.store.scripts("shop", "development").put("versions", PATH.partition("/")[2], SCRIPT)
    files = written_out(installed.platform, "shop", "development")["files"]
    installed.store.scripts("shop", "development").remove("versions", PATH.partition("/")[2])
    assert put_back(installed.platform, "shop", "development", files)["files"] == {PATH: SCRIPT}
    assert installed.store.scripts("shop", "development").read("versions", PATH.partition("/")[2]) == SCRIPT


def test_scripts_of_another_stage_are_refused(installed: Installed) -> None:
    """Two scripts that follow the same one: plain Alembic would have two heads."""
    installed.configured()
    own = script_text(PLAN, (PLAN.expand,), 3, "0001_expand_1a2b3c4d")
    installed.store.scripts("shop", "development").put_all(
        [("versions", "0001_expand_1a2b3c4d.py", SCRIPT), ("versions", "0003_expand_5e6f7a8b.py", own)]
    )
    other = script_text(PLAN, (PLAN.expand,), 2, "0001_expand_1a2b3c4d")
    files = {PATH: SCRIPT, "versions/0002_expand_5e6f7a8b.py": other}
    with pytest.raises(Refused, match=r"0002_\w+\.py and 0003_\w+\.py both follow 0001_\w+: nothing was changed"):
        put_back(installed.platform, "shop", "development", files)
    assert installed.store.scripts("shop", "development").names("versions") == [
        "0001_expand_1a2b3c4d.py", "0003_expand_5e6f7a8b.py",
    ]  # fmt: skip


def test_a_script_that_would_run_something_else_is_refused(installed: Installed) -> None:
    installed.configured()
    files = {PATH: SCRIPT, "versions/0002_expand_1a2b3c4d.py": f"{SCRIPT}\nimport os\n"}
    with pytest.raises(
        Refused, match=r"0002_expand_1a2b3c4d\.py: odcpub never writes .*: line \d+: import os; nothing"
    ):
        put_back(installed.platform, "shop", "development", files)
    assert installed.store.scripts("shop", "development").parts() == []


@pytest.mark.parametrize("text", ["", "parts = []\n", SCRIPT.replace("parts = []\n", ""), SCRIPT.partition("def q")[0]])
def test_a_script_that_is_not_whole_is_refused(installed: Installed, text: str) -> None:
    """Later, nobody could write the chain out, or migrate."""
    installed.configured()
    with pytest.raises(Refused, match=r"0001_expand_1a2b3c4d\.py: it is not a whole migration script; nothing was"):
        put_back(installed.platform, "shop", "development", {PATH: text})
    assert installed.store.scripts("shop", "development").parts() == []


def test_while_an_operation_waits_the_hint_says_what_for(installed: Installed) -> None:
    installed.configured()
    run = installed.operation()
    installed.platform.ledger.wait(run.key, "a value of Token", "ada", "odcpub config set shop Token")
    with pytest.raises(Refused) as refused:
        put_back(installed.platform, "shop", "development", {PATH: SCRIPT})
    assert refused.value.hint == (
        f"it waits for a value of Token: odcpub config set shop Token; or end it: odcpub cancel {run.key[:8]}"
    )


def test_a_chain_is_written_out_whole_while_a_migration_moves_its_scripts(installed: Installed) -> None:
    installed.configured()
    name, done = PATH.partition("/")[2], threading.Event()
    chain = installed.store.scripts("shop", "development")
    chain.put("versions", name, SCRIPT)

    def migrate() -> None:
        while not done.is_set():
            chain.move("versions", name, "pending")
            chain.move("pending", name, "versions")

    thread = threading.Thread(target=migrate)
    thread.start()
    try:
        for _ in range(30):
            files = written_out(installed.platform, "shop", "development")["files"]
            assert sum(path.endswith(name) for path in files) == 1
    finally:
        done.set()
        thread.join()
