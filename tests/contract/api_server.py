"""``python -m tests.contract.api_server FOLDER [ADDRESS]``: the real server on its socket, with records and without
engines. The records are in SQLite, or in the PostgreSQL database of the address, whose password is on standard input.

The app Shop has two revisions; the second runs in Development, the first in QA, which has a migration script. Units is
a library without a revision. Operations begin and run, on the engines in memory.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from odcpub.api_types.installation import Check
from odcpub.data.migration import MigrationPlan
from odcpub.data.script import plan_parts, script_text
from odcpub.engines.database.server import parse
from odcpub.engines.memory import MemoryBuilder, MemoryCompiler, MemoryDatabase, MemoryRegistry, MemoryRunner
from odcpub.engines.settings import read_settings
from odcpub.home import Home
from odcpub.operations import forgetting
from odcpub.operations.kinds.app import compile as compiling
from odcpub.portal import main
from odcpub.portal.api_socket import ApiSocket
from odcpub.portal.engine_choice import EngineChoice
from odcpub.portal.life import Server, take_lock
from odcpub.store.moving import move
from odcpub.store.records import AssetRecord
from odcpub.store.settings import StoreSettings
from odcpub.store.stages import Value
from tests.unit.operations.conftest import KEY, Installed

MODEL = f"""app: Shop
key: {KEY}
entities: {{ Order: {{ attributes: {{ Number: {{ type: Text, length: 20 }} }} }} }}
settings: {{ Rate: {{ type: Integer, default: 1 }} }}
"""
UNITS = KEY.replace("2f3c", "3f3c")


def engines(home: Home) -> Any:
    """What the server asks of its engines, all together."""
    registry = MemoryRegistry()
    made = SimpleNamespace(
        csharp=MemoryCompiler(), registry=registry, builder=MemoryBuilder(registry), database=MemoryDatabase(),
        runner=MemoryRunner(), settled=lambda: None,
    )  # fmt: skip
    check: Check = {"what": "database", "state": "warning", "found": "a stand-in", "hints": ["use a real one"]}
    made.examine = lambda _apps: [check]
    made.settings, made.roslyn = read_settings(home.data), None
    made.warm, made.close = lambda *_: None, lambda **_: None
    return made


def tiny() -> None:
    """Compiles next to nothing."""
    whole = compiling.compile_app

    def compile_app(*arguments: Any) -> Any:
        made = whole(*arguments)
        return replace(made, web=made.web[:1])

    compiling.compile_app = compile_app
    compiling.host_files = compiling.library_files = lambda _: ()


class StandIn(EngineChoice):
    """Engines that agree to all."""

    def current(self) -> Any:
        if self._engines is None:
            self._engines = engines(self._home)
        return self._engines


def script() -> str:
    """A migration script as odcpub writes it, of a plan that changes nothing."""
    made = plan_parts(MigrationPlan(base="", target="t"))
    return script_text(made, (made.expand,), 1, None)


def fill(folder: Path, store: str) -> None:
    """The records that the requests of the test find, moved to ``store`` where it names a database."""
    made = Installed(folder)
    made.store.assets.register(AssetRecord(UNITS, "Units", "library", "units", str(folder / "units"), ""))
    for stage in ("development", "qa"):
        made.store.stages.change_values(KEY, stage, [Value("Token", "t", secret=True)])
    made.deployed(made.revision())
    made.deployed(1, "QA")
    made.deployed(made.revision())
    made.store.scripts("shop", "qa").put("versions", "0001_expand.py", script())
    if store:
        password = made.store.vault.seal(sys.stdin.read()).decode()
        move(made.store, StoreSettings(store, password), parse)
    made.store.close()


def serve(folder: Path, store: str = "") -> None:
    data = folder / "data"
    home = Home(data, folder / "cache", folder / "run").make()
    fill(data, store)
    tiny()
    forgetting.PAUSE_SECONDS = 0.0
    lock = take_lock(home)
    assert lock is not None
    main._serve(Server(home, StandIn), ApiSocket(home, lock))


if __name__ == "__main__":
    serve(Path(sys.argv[1]), *sys.argv[2:])
