"""An installation with one app that a fake runner runs: real records, no engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from odcpub.compiler.drafts import Assembly
from odcpub.data.fingerprint import target_fingerprint
from odcpub.data.migration import Finding, MigrationPlan
from odcpub.data.schema import Schema
from odcpub.data.target import target_schema
from odcpub.deployment.configuration import Configuration
from odcpub.deployment.workload import DeploymentPlan, Running, Workload
from odcpub.engines.ports import Login, Place
from odcpub.engines.settings import EngineSettings
from odcpub.errors import EngineError
from odcpub.home import Home
from odcpub.image.content import ImageRef
from odcpub.model.elements import Asset, Basic, DataType, Kind, Setting
from odcpub.model.load import FileCache
from odcpub.operations import stage as stages
from odcpub.operations.core.command import ApplyConfigs, Command, Deploy, Publish, Undeploy
from odcpub.operations.core.outputs import AssetRef, Planned, StageRef, Unit
from odcpub.operations.core.run import Run
from odcpub.operations.kinds.library import LIBRARY as LIBRARY_KIND
from odcpub.operations.migration_text import to_text
from odcpub.operations.model_files import accept, keep
from odcpub.operations.models import Read, Sent, read_model
from odcpub.operations.platform import Caches, Platform
from odcpub.store.records import AssetRecord, DeploymentEnd, OperationKind, RevisionRecord, Status
from odcpub.store.store import Store
from odcpub.tree.folder import read_folder

KEY = "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10"
MODEL = Asset(
    Kind.APP,
    "Shop",
    KEY,
    settings=(Setting("Token", DataType(Basic.TEXT), secret=True), Setting("Rate", DataType(Basic.INTEGER), 1)),
)

EMPTY = MigrationPlan(base="x", target="y")


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

    def access_fault(self, _place: Place, _password: str) -> str:
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

    def settled(self) -> None:
        """What should run does."""


class Installed:
    """The records of an app whose model's folder is ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "model"
        self.folder.mkdir()
        self.store = Store(folder)
        self.engines = FakeEngines()
        home, memory = Home(folder, folder / "cache", folder / "run"), Caches(self.store)
        engines: Any = self.engines
        self.platform = Platform(home, self.store, lambda: engines, memory, FileCache())
        self.asset = AssetRecord(KEY, "Shop", "app", "shop", str(self.folder), "")
        self.store.assets.register(self.asset)

    def sent(self, folder: Path | None = None, renamed: bool = False) -> Sent:
        """The model of the folder (the app's own unless told), as a client sends it."""
        found = read_folder(folder or self.folder)
        assert not accept(self.platform, found.tree, found.contents.values())
        return Sent(found.tree.digest, found.where, "laptop", renamed)

    def read(self, folder: Path | None = None, update: bool = False) -> Read:
        """The same, read and verified."""
        sent = self.sent(folder)
        return read_model(self.platform, sent.source, sent.folder, update)

    def configured(self, asset: AssetRecord | None = None) -> AssetRecord:
        """The asset (the app unless told) with the files of its folder, as they are now, sent and kept."""
        record = asset or self.asset
        sent = self.sent(Path(record.folder))
        keep(self.platform, found := replace(record, source=sent.source, host=sent.host), "ada", "2026-01-01T00:00:00Z")
        return found

    def operation(
        self, kind: str = OperationKind.DEPLOY, stage: str = "Development", revision: int = 1, forget: bool = False
    ) -> Run:
        shop, where, ada = AssetRef(KEY, "Shop"), StageRef(stage, stage.lower()), "ada"
        commands: dict[str, Command] = {
            OperationKind.PUBLISH: Publish(actor=ada, stage=where, asset=self.asset),
            OperationKind.DEPLOY: Deploy(actor=ada, stage=where, asset=shop, revision=revision),
            OperationKind.APPLY: ApplyConfigs(actor=ada, stage=where, asset=shop, revision=revision),
            OperationKind.UNDEPLOY: Undeploy(actor=ada, stage=where, asset=shop, forget=forget),
        }
        return begun(self.platform, commands[kind])

    def planned(self, migration: MigrationPlan = EMPTY) -> Planned:
        """What the plan step finds out, with a secret and that migration."""
        sealed = stages.seal(self.platform, Configuration(secrets=(("Token", "s3cret"),)))
        return Planned("c", sealed, self.store.blobs.put(to_text(migration).encode()))

    def revision(self, asset: Asset = MODEL) -> int:
        """One more revision, of the model. One without tables has another name for its schema than this odcpub would
        give it, as an earlier one may have."""
        schema = target_fingerprint(target_schema(asset)) if asset.entities else "schema-1"
        run = self.operation("Publish")
        model = self.platform.caches.keep(asset)
        record = RevisionRecord(KEY, 0, model, "", "", "sha256:1", "shop", schema, "{}", "sdk", run.key, "", "ada")
        self.store.journal.finish(run.key, Status.FINISHED)
        return self.store.assets.add_revision(record).number

    def deployed(
        self, revision: int, stage: str = "Development", status: str = Status.FINISHED, address: str = ""
    ) -> Run:
        """A deployment of the revision that has ended; ``address``: where it serves."""
        run = self.operation(stage=stage, revision=revision)
        run.record(self.planned())
        self.store.stages.begin_deployment(KEY, stage.lower(), revision, "c", run.key)
        if status == Status.FINISHED:
            run.serve(address)
            self.platform.ledger.finish(run.key)
        else:
            run.fail(EngineError("no"), DeploymentEnd(Status(status)))
        return run.refreshed()


def begun(platform: Platform, command: Command) -> Run:
    found = platform.ledger.operation(platform.ledger.begin(command))
    assert found is not None
    return Run(platform, found, marker="Deploy")


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


def publish(installed: Installed, asset: AssetRecord) -> Unit:
    """A publish of a library, as it lies in its folder now: what its steps have found out."""
    asset = replace(asset, source=installed.sent(Path(asset.folder)).source)
    where = StageRef("Development", "development")
    run = begun(installed.platform, Publish(actor="ada", stage=where, asset=asset))
    for step in LIBRARY_KIND.steps[OperationKind.PUBLISH]:
        if step.always or not run.unit.unchanged:
            step.perform(run)
            run = run.refreshed()
    installed.platform.ledger.finish(run.key)
    return run.unit
