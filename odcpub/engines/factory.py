"""Chooses the engines behind the ports from the settings; the only place that knows them all. Does I/O when asked.

Engines are made when first needed: a server that only answers questions starts no database and no compiler.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from odcpub.api_types.installation import Check
from odcpub.engines.common.supervisor import Supervisor
from odcpub.engines.csharp.cached import CachedCompiler
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.csharp.standing import Standing, standing
from odcpub.engines.csharp.toolchain import find_toolchain, is_there
from odcpub.engines.diagnostics import Apps, examine
from odcpub.engines.image.base import BaseLayer, architecture, make_base
from odcpub.engines.ports import Database, ImageBuilder, Registry, Report, Runner
from odcpub.engines.settings import EngineSettings
from odcpub.home import OTHERS_WRITE, Home, make_private
from odcpub.image.content import ImageRef
from odcpub.late import load_alembic

if TYPE_CHECKING:
    from odcpub.engines.database.embedded import EmbeddedPostgres
    from odcpub.engines.image.unpack import Unpacked
    from odcpub.engines.runner.local import LocalRunner
    from odcpub.engines.runner.restarts import Recall

if TYPE_CHECKING:
    _shared = cached_property
else:

    class _shared(cached_property):  # noqa: N801 - used like the property it is
        """A cached property that several threads may ask for at once and that is made once."""

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            with instance.guard:
                return super().__get__(instance, owner)


RESUME_SECONDS = 30.0
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where engines work. ``installation``: what marks as ours what others could take for theirs; ``open_secret`` opens
    what the settings keep sealed."""

    home: Home
    installation: str
    open_secret: Callable[[str], str]
    report: Report


class Engines:
    """The engines of one set of settings. ``compiler``: one that is warm already; ``keep_cluster`` keeps which context
    and cluster the settings mean, where they did not say it."""

    def __init__(
        self,
        settings: EngineSettings,
        around: Surroundings,
        compiler: RoslynCompiler | None = None,
        keep_cluster: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self.settings = settings
        self._keep_cluster = keep_cluster
        self._compiler = compiler
        self._around = around
        self._home, self._installation = around.home, around.installation
        self._open, self._report = around.open_secret, around.report
        self.guard = threading.RLock()
        self._opened = ExitStack()
        """What keeps connections open."""
        self._resumed = threading.Event()

    @_shared
    def csharp(self) -> CachedCompiler:
        return CachedCompiler(self.roslyn, self._home.cache)

    @_shared
    def roslyn(self) -> RoslynCompiler:
        return self._compiler or RoslynCompiler(
            lambda: find_toolchain(self.settings.csharp, self._cache(), self._report)
        )

    def _cache(self) -> Path:
        """The cache folder, made again where it was removed meanwhile: closed to others as at the start."""
        make_private(self._home.cache, "ODCPUB_CACHE", OTHERS_WRITE)
        return self._home.cache

    @_shared
    def registry(self) -> Registry:
        if self.settings.registry == "layout":
            from odcpub.engines.registry.layout import LayoutRegistry

            return LayoutRegistry(self._home.data / "images")
        from odcpub.engines.registry.distribution import OciRegistry

        host, _, prefix = self.settings.registry.partition("/")
        return self._opened.enter_context(closing(OciRegistry(host, prefix)))

    @_shared
    def builder(self) -> ImageBuilder:
        def base_layer() -> BaseLayer:
            return make_base(self.csharp.toolchain(), self._cache(), self._report)

        def made_for() -> str:
            return architecture(self.csharp.toolchain())

        if self.settings.builder == "assembly":
            from odcpub.engines.image.assembly import AssemblyBuilder

            return AssemblyBuilder(self.registry, base_layer)
        from odcpub.engines.image.docker import DockerBuilder, connect
        from odcpub.engines.registry.distribution import OciRegistry

        assert isinstance(self.registry, OciRegistry)  # noqa: S101 - the settings allow no other
        client = self._opened.enter_context(closing(connect()))
        return DockerBuilder(client, self.registry, base_layer, made_for, self.settings.base_image)

    @_shared
    def database(self) -> Database:
        if self.settings.database == "embedded":
            return self._embedded
        from odcpub.engines.database.server import PostgresServer

        sealed = self.settings.database_password
        return PostgresServer(
            self.settings.database, lambda: self._open(sealed) if sealed else "", self.settings.reach()
        )

    @_shared
    def runner(self) -> Runner:
        if self.settings.runner == "local":
            return self._local
        from odcpub.engines.runner.cluster import Cluster
        from odcpub.engines.runner.kubernetes import KubernetesRunner

        settings = self.settings
        cluster = Cluster(settings.kubeconfig, settings.context, settings.cluster, self._keep_cluster)
        made = KubernetesRunner(self._installation, cluster, settings.node_address)
        return self._opened.enter_context(closing(made))

    @_shared
    def _local(self) -> LocalRunner:
        from odcpub.engines.image.unpack import unpack
        from odcpub.engines.runner.local import LocalRunner

        def lay_out(image: ImageRef) -> Unpacked:
            target = self._cache() / "unpacked" / image.repository / image.digest.removeprefix("sha256:")[:24]
            return unpack(self.registry, image, target, self._home.cache / "layers")

        return LocalRunner(self._home.data / "apps", lay_out)

    @_shared
    def _embedded(self) -> EmbeddedPostgres:
        """On loopback alone, unless the settings name an address that pods reach: then there too, for private
        networks. An address with a port is a pooler's."""
        from odcpub.engines.database.care import keep_running
        from odcpub.engines.database.embedded import EmbeddedPostgres

        data, run = self._home.data / "postgres", self._home.data
        reach = self.settings.reach()
        wide = (reach.host,) if reach.host and not reach.port else ()
        made = EmbeddedPostgres(data, run, wide, _PRIVATE if wide else (), reach)
        supervisor = Supervisor(lambda retries: keep_running(made, retries, self._report))
        supervisor.start()
        self._opened.callback(supervisor.stop)
        return made

    def warm(self, recall: Recall, deployed: bool) -> None:
        """Ahead of the first publish: what should run runs, the compile server is up if the toolchain is there.

        ``deployed``: apps run somewhere, so that an embedded database must be there for them."""
        try:
            if deployed and self.settings.database == "embedded":
                self._embedded.server()  # one that can't be started now is tried again, and apps wait for it
        finally:
            self._resume(recall)
        load_alembic()
        if self.toolchain_is_there():
            self.roslyn.start()

    def _resume(self, recall: Recall) -> None:
        try:
            if self.settings.runner == "local":
                self._local.resume(recall, self._report)
        finally:
            self._resumed.set()

    def others(self, settings: EngineSettings) -> Engines:
        """Engines of other settings, to be asked before anybody chooses them."""
        return Engines(settings, self._around)

    def settled(self) -> None:
        """Waits until what should run has been started again, so that a look at it shows no passing state."""
        self._resumed.wait(RESUME_SECONDS)

    def close(self, apps: bool, compiler: bool = True) -> None:
        """Ends the processes in its care; ``apps``: local apps and the embedded database too; ``compiler``: the compile
        server too, which others may go on with. Data stays."""
        with self._opened:
            if compiler:
                self.csharp.close()
            if self.settings.runner == "local":
                self._local.close() if apps else self._local.leave()
            if apps and self.settings.database == "embedded":
                self._embedded.close(stop=True)

    def examine(self, apps: Apps) -> list[Check]:
        """What is there behind each port, what is missing and how to get it."""
        return examine(self, apps)

    @property
    def folder(self) -> Path:
        """Where the installation's data is."""
        return self._home.data

    def toolchain_is_there(self) -> bool:
        """Whether asking for the toolchain fetches nothing."""
        return is_there(self.settings.csharp, self._home.cache)

    def csharp_standing(self) -> Standing:
        """What there is of the toolchain that the settings take."""
        return standing(self.settings.csharp, self._home.cache)
