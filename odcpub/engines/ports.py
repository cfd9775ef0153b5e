"""The five ports. An engine is a class that has a port's methods; ``factory.py`` chooses engines from settings.

Nothing here does I/O; what implements it does. Every method is idempotent, since a step of an operation may run
again after a kill. Failures are ``odcpub.errors.EngineError`` (or ``TemporaryEngineError``), refusals ``Refused``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from odcpub.compiler.drafts import Assembly
from odcpub.data.migration import Finding, MigrationPlan, RowCheck
from odcpub.data.phases import Phase
from odcpub.data.schema import Schema
from odcpub.deployment.workload import DeploymentPlan, Running, Workload
from odcpub.errors import EngineError
from odcpub.image.content import ImageContent, ImageRef

CONNECTIONS = 20
"""To the database, of one process of an app at most, unless it is set."""

Report = Callable[[str], None]
"""Takes one line of progress for the user."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A C# toolchain in use. ``source``: ``sdk`` or ``bootstrap``; ``identity`` changes whenever its output could.

    ``root``: a DOTNET_ROOT with ``shared/`` and ``host/fxr/``; ``launcher``: an apphost that starts ``app.dll``
    beside it; ``libraries``: managed assemblies published apps carry (Npgsql). ``warnings``: known vulnerabilities.
    ``notices``: licence texts that images must carry.
    """

    source: str
    compiler_version: str
    runtime_version: str
    identity: str
    root: Path
    launcher: Path
    libraries: tuple[Path, ...]
    warnings: tuple[str, ...] = ()
    notices: tuple[Path, ...] = ()


class CSharpCompiler(Protocol):
    def toolchain(self) -> Toolchain:
        """The toolchain in use, fetched first where there is none yet (progress is the engine's constructor's)."""

    def compile(self, assemblies: Sequence[Assembly], given: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """Assembly name → the bytes of its .dll, deterministic. ``given``: already compiled references by name.

        Raises ``CompileFailed`` (a ``Refused`` whose ``problems`` name the element a diagnostic belongs to).
        """

    def close(self) -> None:
        """Ends the processes in its care."""


class ImageBuilder(Protocol):
    def base(self) -> str:
        """The base layer's identity, an input of every image (see ``ImageContent.base``); made where missing."""

    def build(self, content: ImageContent, repository: str) -> ImageRef:
        """Builds the image and puts it into the builder's registry, only blobs that are missing there."""


class Registry(Protocol):
    def manifest(self, image: ImageRef) -> bytes | None:
        """The manifest's bytes, or None where the registry does not have it."""

    def has(self, image: ImageRef) -> bool:
        """Whether the image is there with every blob that it names."""

    def blob(self, image: ImageRef, digest: str) -> Iterator[bytes]:
        """A blob's bytes in pieces, checked against its digest."""

    def put(self, image: ImageRef, manifest: bytes, blobs: Mapping[str, Path | bytes]) -> None:
        """Stores what is missing of ``blobs`` (several at once), then the manifest. ``blobs``: digest → content."""

    def reference(self, image: ImageRef) -> str:
        """What a runner pulls: ``localhost:5001/helpdesk@sha256:…``."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose data it is: the asset's key and the installation that publishes it."""

    asset: str
    installation: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an app's data lives: the stage's database and the asset's schema, both physical names. With an ``owner``,
    whatever looks at the schema or prepares it raises ``Refused`` where it is another's."""

    database: str
    schema: str
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class Tls:
    """How apps encrypt their connections: ``mode`` and ``channel_binding`` in libpq's words, and texts (PEM).

    ``authority``: who may have signed the server's certificate; with a mode that verifies, none stands for the
    system's. ``certificate`` and ``key``: the client's own, for a server that asks for one.
    """

    mode: str = "disable"
    channel_binding: str = "prefer"
    authority: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Login:
    """How an app logs in. The password never enters a log, plan or process argument; ``repr`` hides it.

    ``pooling`` and ``connections``: as ``Reach`` has them.
    """

    host: str
    port: int
    database: str
    schema: str
    user: str
    password: str
    pooling: str = "none"
    connections: int = CONNECTIONS
    tls: Tls = Tls()

    def __repr__(self) -> str:
        return f"Login({self.user}@{self.host}:{self.port}/{self.database}, schema {self.schema})"


@dataclass(frozen=True, slots=True)
class Condition:
    """What doctor tells of an engine: ``found`` in words; ``hints``: how to go on, and ``missing`` where it must."""

    found: str
    hints: tuple[str, ...] = ()
    missing: bool = False

    def and_also(self, other: Condition) -> Condition:
        found = "; ".join(filter(None, (self.found, other.found)))
        return Condition(found, self.hints + other.hints, self.missing or other.missing)


class Scripts(Protocol):
    """The Alembic scripts of one stage and app, each by the part of the chain that it is in and by its name. What a
    call has changed stays changed, whatever ends the process then."""

    @property
    def where(self) -> str:
        """As messages name it."""

    @property
    def put_back(self) -> str:
        """How somebody puts lost scripts back, for hints."""

    def parts(self) -> list[str]: ...

    def names(self, part: str) -> list[str]:
        """Of the scripts there, sorted."""

    def digests(self, part: str) -> Mapping[str, str]:
        """What tells the text of each script there from another one, by its name; in the order of names."""

    def read(self, part: str, name: str) -> str: ...

    def put(self, part: str, name: str, text: str) -> None:
        """Writes or replaces a script, whole or not at all."""

    def move(self, part: str, name: str, to: str) -> None:
        """To another part, where it replaces one of the same name."""

    def remove(self, part: str, name: str) -> None: ...


class Database(Protocol):
    def condition(self, places: Sequence[Place]) -> Condition:
        """The server's version, what stands between, what the platform may do there and with what apps have at
        ``places``, what is free. Creates nothing."""

    def app_path(self, apps: Sequence[tuple[Place, str]]) -> Condition:
        """Whether apps can reach the database by the address that they are given, as far as this machine can tell.
        ``apps``: where deployed ones are, with their passwords; one in each database is tried. Changes nothing."""

    def prepare(self, place: Place, password: str) -> Login:
        """Makes what is missing of database, schema and app role; the login as the apps must use it."""

    def login(self, place: Place, password: str) -> Login:
        """The login that ``prepare`` would return; makes nothing."""

    def check(self, place: Place) -> None:
        """Raises ``EngineError`` where ``prepare`` would for want of rights. Creates nothing."""

    def access_fault(self, place: Place, password: str) -> str:
        """What keeps an app that was deployed from its data and ``prepare`` sets right, such as another password of its
        role, in words; empty where nothing does. Changes nothing."""

    def observe(self, place: Place) -> Schema | None:
        """The live schema, read with a few catalog queries in one transaction that is closed again; None where
        database or schema is not there. Creates nothing."""

    def inspect(self, place: Place, checks: Sequence[RowCheck]) -> tuple[Finding, ...]:
        """Runs the plan's row checks (read only): a finding for every check that found rows."""

    def apply(self, place: Place, plan: MigrationPlan, phase: Phase, scripts: Scripts, report: Report) -> None:
        """Executes the plan's phase (``expand`` or ``tighten``) through the Alembic script that ``scripts`` holds,
        under the advisory lock, retrying on lock timeouts; a phase that was applied already does nothing."""


Leave = Callable[[], bool]
"""Whether a wait is to end early."""


def never() -> bool:
    """A wait goes on to its end."""
    return False


class Gone(EngineError):
    """The runner can't be asked: nobody answers where it was, or nothing leads there any more."""


class NotReady(EngineError):
    """A new version can't become ready; the previous version keeps serving. ``log``: its last lines, secrets hidden."""

    def __init__(self, where: str, reason: str, hint: str = "", log: Sequence[str] = ()) -> None:
        super().__init__(f"{where}: the new version did not become ready: {reason}", hint)
        self.reason = reason
        self.log = tuple(log)
        self.details = self.log


class Runner(Protocol):
    """Where others run apps, too, whatever looks or changes raises ``Refused`` if what has the asset's name is of
    another key: nothing of anybody else's is changed."""

    def observe(self, workload: Workload) -> DeploymentPlan:
        """What is there compared with what the workload asks for: the deployment plan. Changes nothing."""

    def start(self, workload: Workload) -> None:
        """Applies configuration, then starts the new version; returns at once, the old version goes on serving."""

    def wait(self, workload: Workload, report: Report) -> str:
        """Waits until the new version is ready; its address. Raises ``NotReady`` (an EngineError that carries the
        reason and the last log lines) as soon as it is known that it can't become ready; the previous one serves."""

    def take_back(self, workload: Workload) -> bool:
        """Undoes ``start``: nothing of the version is left, the previous one keeps serving. One that has become ready
        stays as it is, and so does the only one there is once it has served. Whether it is ready."""

    def settle(self, workload: Workload, leave: Leave = never) -> bool:
        """True when all versions before it have drained and are gone, and what they left is pruned; False as soon as
        ``leave`` says so."""

    def stop(self, stage: str, asset: str, key: str) -> None:
        """Undeploys: nothing of the asset is left running or configured in the stage."""

    def running(self, stage: str, asset: str, key: str) -> Running | None:
        """What runs now."""

    def close(self) -> None:
        """Ends what only this machine's session needs (local processes, keeper)."""
