"""An installation with one app that a fake runner runs: real records, no engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from odcpub.compiler.drafts import Assembly
from odcpub.data.migration import Finding
from odcpub.data.schema import Schema
from odcpub.deployment.workload import DeploymentPlan, Running, Workload
from odcpub.engines.ports import Login, Place
from odcpub.engines.settings import EngineSettings
from odcpub.home import Home
from odcpub.image.content import ImageRef
from odcpub.model.elements import Asset, Basic, DataType, Kind, Setting
from odcpub.model.load import FileCache
from odcpub.operations import building
from odcpub.operations import stage as stages
from odcpub.operations.platform import Memory, Platform, Run
from odcpub.store.records import AssetRecord, OperationKind, RevisionRecord, Status
from odcpub.store.store import Store

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
MODEL = Asset(
    Kind.APP,
    "Shop",
    KEY,
    settings=(Setting("Token", DataType(Basic.TEXT), secret=True), Setting("Rate", DataType(Basic.INTEGER), 1)),
)


class FakeEngines:
    """Engines that note what is asked of them. ``broken``: engine → what it raises; ``serves``: the revision
    that is ready; ``runs``: what is said to run; ``lost``: digests of images that are not there; ``lost_by_role``:
    what the app's role cannot do."""

    def __init__(self) -> None:
        self.settings = EngineSettings()
        self.database = self.registry = self.runner = self
        self.passwords: list[str] = []
        self.asked: list[str] = []
        self.broken: dict[str, Exception] = {}
        self.serves = 0
        self.lost: set[str] = set()
        self.lost_by_role = ""
        self.runs: Running | None = None

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if what in self.broken:
            raise self.broken[what]

    def prepare(self, place: Place, password: str) -> Login:
        self._ask("prepare")
        self.passwords.append(password)
        return self.login(place, password)

    def login(self, place: Place, password: str) -> Login:
        return Login("db", 5432, place.database, place.schema, "shop", password)

    def amiss(self, _place: Place, _password: str) -> str:
        return self.lost_by_role

    def check(self, _place: Place) -> None:
        self._ask("check")

    def observe(self, what: Place | Workload) -> Schema | DeploymentPlan | None:
        self._ask("observe database" if isinstance(what, Place) else "observe runner")
        return None if isinstance(what, Place) else DeploymentPlan()

    def inspect(self, _place: Place, _checks: object) -> tuple[Finding, ...]:
        return ()

    def reference(self, image: ImageRef) -> str:
        return f"{image.repository}@{image.digest}"

    def has(self, image: ImageRef) -> bool:
        return image.digest not in self.lost

    def apply(self, *_: object) -> None:
        self._ask("apply")

    def start(self, workload: Workload) -> None:
        self._ask(f"start {workload.revision}")

    def wait(self, workload: Workload, _report: object) -> str:
        self._ask(f"wait {workload.revision}")
        return "http://127.0.0.1:8100"

    def take_back(self, workload: Workload) -> bool:
        self._ask(f"take back {workload.revision}")
        return self.serves == workload.revision

    def running(self, _stage: str, _asset: str, _key: str) -> Running | None:
        self._ask("running")
        return self.runs


class Installed:
    """The records of an app whose model's folder is ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "model"
        self.folder.mkdir()
        self.store = Store(folder)
        self.engines = FakeEngines()
        home, memory = Home(folder, folder / "cache", folder / "run"), Memory(self.store)
        engines: Any = self.engines
        self.platform = Platform(home, self.store, lambda: engines, memory, FileCache())
        self.asset = AssetRecord(KEY, "Shop", "app", "shop", str(self.folder), "")
        self.store.assets.register(self.asset)

    def operation(self, kind: str = OperationKind.DEPLOY, stage: str = "Development", **request: Any) -> Run:
        named = {"stage": stage, **request}
        key = self.store.journal.begin(kind, (KEY, "Shop"), stage.lower(), "ada", named)
        found = self.store.journal.operation(key)
        assert found is not None
        return Run(self.platform, found, "Deploy")

    def revision(self, asset: Asset = MODEL) -> int:
        """One more revision, of the model."""
        run = self.operation("Publish", asset=asdict(self.asset))
        model = self.platform.memory.keep(asset)
        record = RevisionRecord(
            KEY, 0, model, "", "", "sha256:1", "shop", "schema-1", "{}", "sdk", run.operation.key, "", "ada"
        )
        self.store.journal.finish(run.operation.key, Status.FINISHED)
        return self.store.assets.add_revision(record).number

    def deployed(self, revision: int, stage: str = "Development", status: str = Status.FINISHED) -> Run:
        """A deployment of the revision that has ended."""
        run = self.operation(stage=stage, revision=revision)
        resolved = stages.Resolved(secrets=(("Token", "s3cret"),))
        run.note(sealed=stages.seal(self.platform, resolved))
        self.store.stages.begin_deployment(KEY, stage.lower(), revision, "c", run.operation.key)
        self.store.stages.end_deployment(run.operation.key, status)
        self.store.journal.finish(run.operation.key, Status(status))
        return run


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installed]:
    made = Installed(tmp_path)
    yield made
    made.store.close()


LIBRARY = "8d4a2f51-7c0e-4b93-9e25-3f1b6c8a0d47"


class FakeCompiler:
    def __init__(self) -> None:
        self.content = b"dll"

    def toolchain(self) -> Any:
        return SimpleNamespace(identity="t", source="sdk")

    def compile(self, assemblies: Sequence[Assembly], _given: object) -> dict[str, bytes]:
        return {one.name: self.content for one in assemblies}


@pytest.fixture
def compiler(installed: Installed) -> FakeCompiler:
    made = FakeCompiler()
    installed.engines.csharp = made  # type: ignore[attr-defined]
    return made


@pytest.fixture
def library(installed: Installed, compiler: FakeCompiler) -> AssetRecord:
    """A library's model that has been published once."""
    folder = installed.folder.parent / "money"
    folder.mkdir()
    (folder / "money.yaml").write_text(
        f"library: Money\nkey: {LIBRARY}\nstructures: {{ Amount: {{ attributes: {{ Value: {{ type: Currency }} }} }} }}"
    )
    asset = AssetRecord(LIBRARY, "Money", "library", "money", str(folder), "")
    publish(installed, asset)
    return asset


def publish(installed: Installed, asset: AssetRecord) -> Run:
    request = {name: getattr(asset, name) for name in AssetRecord.__slots__}
    journal = installed.store.journal
    key = journal.begin(OperationKind.PUBLISH, (asset.key, asset.name), "development", "ada", {"asset": request})
    operation = journal.operation(key)
    assert operation is not None
    run = Run(installed.platform, operation, "Verify")
    for step in (building.verify, building.compile_step, building.store_step):
        if step is building.verify or not run.state["unchanged"]:
            step(run)
    journal.finish(key, Status.FINISHED)
    return run
