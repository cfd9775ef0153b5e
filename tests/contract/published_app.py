"""A published app on real engines, for tests: compiled by Roslyn, its schema made in PostgreSQL, run as a process."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from odcpub.compiler.compile import compile_app, compile_library
from odcpub.compiler.drafts import Assembly, Compiled
from odcpub.compiler.literals import sql_script
from odcpub.compiler.project import About, app_project
from odcpub.compiler.runtime import runtime_assembly, runtime_config
from odcpub.data.fingerprint import target_fingerprint
from odcpub.data.phases import EXPAND, TIGHTEN
from odcpub.data.plan import plan_migration
from odcpub.data.script import whole_sql
from odcpub.data.target import target_schema
from odcpub.engines.database.chain import write_scripts
from odcpub.engines.database.chain_folder import ScriptFolder
from odcpub.engines.database.embedded import EmbeddedPostgres
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.ports import CSharpCompiler, Login, Place
from odcpub.model.elements import Asset, Library
from tests.helpdesk_asset import HELPDESK, LIBRARIES

DEADLINE = 60.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


_PORTS = cycle(range(10_000 + os.getpid() % 150 * 100 + 10, 10_000 + os.getpid() % 150 * 100 + 100))
"""Outside of what the system gives to those who ask for any: another process's app is not met there."""


def _free_port() -> int:
    for port in _PORTS:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


@dataclass
class App:
    """A running app; every request opens a connection of its own."""

    folder: Path
    environment: Mapping[str, str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    lines: list[str] = field(default_factory=list)
    _log: Path = Path("/dev/null")

    def start(self, **more: str) -> App:
        """At a port of this process's own; at the next where another program was quicker."""
        for tries_left in (2, 1, 0):
            self.port = _free_port()
            env = {**self.environment, "ODCPUB_PORT": str(self.port), **more}
            # In a file: a pipe that nobody reads holds the app up once it is full.
            self._log = self.folder.parent / f"app-{self.port}.log"
            with self._log.open("wb") as log:
                self.process = subprocess.Popen([self.folder / "app"], env=env, stdout=log)
            try:
                self.wait("/_odc/health", 200)
                break
            except AssertionError:
                self.process.kill()
                self.process.wait(DEADLINE)
                if "in use" not in self._log.read_text() or not tries_left:
                    raise
        return self

    def wait(self, path: str, status: int, saying: str = "") -> Answer:
        end = time.monotonic() + DEADLINE
        while True:
            try:
                answer = self.request("GET", path)
            except OSError:
                answer = Answer(0, {}, b"")
            if answer.status == status and saying.encode() in answer.body:
                return answer
            assert time.monotonic() < end, f"{path} answers {answer.status}: {answer.body!r}"
            assert self.process is None or self.process.poll() is None, "the app has ended"
            time.sleep(0.01)

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = DEADLINE,
    ) -> Answer:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} if data is not None else {}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)) as connection:
            connection.request(method, path, data, {**sent, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())

    def stop(self) -> str:
        """Ends the app; what it wrote."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(DEADLINE) == 0
        return self._log.read_text()


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of a suite's own, ended with it."""
    # A short path, for the server's unix socket is in it.
    with tempfile.TemporaryDirectory(prefix="odcpub-") as folder:
        Path(folder).chmod(0o700)
        made = EmbeddedPostgres(Path(folder) / "data", Path(folder))
        try:
            yield made
        finally:
            made.close(stop=True)


def published_helpdesk(compiler: CSharpCompiler, database: Postgres, place: Place, folder: Path) -> App:
    """The helpdesk's folder and environment as published, its schema in place; not started."""
    app = lay_out(compiler, HELPDESK, LIBRARIES, folder / "app")
    login = database.prepare(place, secrets.token_hex(16))
    fingerprint = migrate(database, place, HELPDESK, folder / "migrations")
    return App(app, environment(compiler, login, fingerprint))


def lay_out(compiler: CSharpCompiler, asset: Asset, libraries: Mapping[str, Library], folder: Path) -> Path:
    """The app's folder as in an image: assemblies, launcher, static files."""
    used = [compile_library(library.asset, {}).assemblies[0] for library in libraries.values()]
    return lay_out_compiled(compiler, compile_app(asset, libraries), folder, used)


def lay_out_compiled(
    compiler: CSharpCompiler, compiled: Compiled, folder: Path, libraries: Sequence[Assembly] = ()
) -> Path:
    """The same of what an app was compiled to."""
    toolchain = compiler.toolchain()
    images = compiler.compile((runtime_assembly(), *libraries, *compiled.assemblies), {})
    folder.mkdir()
    for name, image in images.items():
        (folder / f"{name}.dll").write_bytes(image)
    for draft in compiled.web:
        (folder / draft.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / draft.path).write_bytes(draft.content)
    (folder / "app.runtimeconfig.json").write_bytes(runtime_config(toolchain.runtime_version))
    for library in toolchain.libraries:
        shutil.copy(library, folder)
    shutil.copy(toolchain.launcher, folder / "app")
    return folder


def project(asset: Asset, libraries: Mapping[str, Library]) -> tuple[str, dict[str, str]]:
    """What ``odcpub source`` writes for the app, and the fingerprint that its SQL records."""
    plan = plan_migration(None, target_schema(asset, libraries), asset=asset)
    drafts = app_project(asset, libraries, About("helpdesk", 7, sql_script(whole_sql(plan)), plan.target))
    return plan.target, {draft.path: draft.content.decode() for draft in drafts}


def migrate(database: Postgres, place: Place, asset: Asset, folder: Path, number: int = 1) -> str:
    """Brings the schema to the asset's; the fingerprint that readiness asks for."""
    target = target_schema(asset)
    plan = plan_migration(database.observe(place), target, asset=asset)
    chain = ScriptFolder(folder)
    write_scripts(plan, chain, number)
    for phase in (EXPAND, TIGHTEN):
        database.apply(place, plan, phase, chain, lambda line: None)
    return target_fingerprint(target)


def environment(compiler: CSharpCompiler, login: Login, fingerprint: str) -> dict[str, str]:
    """What the platform tells an app; as ``odcpub.operations.stage`` does, but not quoted."""
    values = {
        "Host": login.host,
        "Port": login.port,
        "Database": login.database,
        "Username": login.user,
        "Password": login.password,
        "Search Path": login.schema,
        "Maximum Pool Size": login.connections,
    }
    return {
        "DOTNET_ROOT": str(compiler.toolchain().root),
        "DOTNET_EnableDiagnostics": "0",
        "ODCPUB_DATABASE": ";".join(f"{name}={value}" for name, value in values.items()),
        "ODCPUB_DATABASE_POOLING": login.pooling,
        "ODCPUB_SCHEMA": fingerprint,
        "ODCPUB_APP": "Helpdesk",
        "ODCPUB_STAGE": "Development",
        "ODCPUB_REVISION": "7",
    }
