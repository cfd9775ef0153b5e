"""Which engines the server works with, and the change to others. Does I/O."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.discovery import chosen, discover_kind
from odcpub.engines.factory import Engines, Surroundings
from odcpub.engines.settings import EngineSettings, change, draft_settings, read_settings, take_settings, use_profile
from odcpub.errors import EngineError, Refused, UsageError
from odcpub.home import Home
from odcpub.operations.core.ledger import Operation, how_to_wait
from odcpub.operations.platform import Platform
from odcpub.operations.progress_sink import report
from odcpub.store.store import Store
from odcpub.store.vault import Unreadable
from odcpub.waiting import looks

CLUSTER = frozenset(("runner", "kubeconfig", "context"))
"""Engine settings that say which cluster is meant."""
CLEAN_UP_SECONDS = 30.0
"""How long other engines wait for what is left of operations whose versions serve."""


class EngineChoice:
    """``warm``: starts ahead, in a thread of its own, what the engines need."""

    def __init__(self, home: Home, store: Store, warm: Callable[[], None]) -> None:
        self._home, self._store, self._warm = home, store, warm
        self._engines: Engines | None = None
        self._compiler: RoslynCompiler | None = None
        self.cold = False
        """Whether warm-up was skipped: the settings could not be read."""
        self._guard = threading.RLock()

    def current(self) -> Engines:
        """The engines of the present settings, made when first needed."""
        with self._guard:
            if self._engines is None:
                self._engines = self._made(read_settings(self._home.data))
                if self.cold:
                    self.cold = False
                    threading.Thread(target=self._warm, daemon=True).start()
            return self._engines

    def _made(self, settings: EngineSettings) -> Engines:
        return Engines(
            settings,
            Surroundings(self._home, self._store.installation, self._open, report),
            self._compiler,
            lambda context, uid: self.keep_cluster(settings, context, uid),
        )

    def keep_cluster(self, settings: EngineSettings, context: str, uid: str) -> None:
        """Keeps which cluster ``settings`` mean, unless others have been chosen meanwhile."""
        with self._guard, contextlib.suppress(OSError):
            if read_settings(self._home.data) == settings:
                found = settings.model_copy(update={"context": context, "cluster": uid})
                take_settings(self._home.data, draft_settings(self._home.data, found))

    def _open(self, sealed: str) -> str:
        try:
            return self._store.vault.open(sealed.encode())
        except Unreadable as error:
            hint = "put the key file back that it was written with, or give the password again: odcpub engines set "
            raise EngineError(error.message, f"{hint}database={read_settings(self._home.data).database}") from None

    def chosen(self) -> EngineSettings | None:
        """The engines chosen; None where the settings cannot be read."""
        try:
            return read_settings(self._home.data)
        except UsageError:
            return None

    def other(self, use: str | None, values: dict[str, str], password: str | None, kubeconfig: str) -> EngineSettings:
        """The settings that somebody asks for, checked; nothing is changed."""
        if use is None and not values and password is None:
            hint = "choose a profile: odcpub engines use local; or one engine: odcpub engines set NAME=VALUE"
            raise UsageError("engines: nothing to change", hint)
        found = discover_kind(kubeconfig) if use == "kind" else {}
        settings = read_settings(self._home.data) if use is None else use_profile(use, found)
        sealed = None if password is None else self._store.vault.seal(password).decode()
        if values or sealed:
            settings = change(settings, values, sealed)
        if use or CLUSTER.intersection(values) or not settings.context:
            settings = chosen(settings, kubeconfig)
        return settings

    def change(self, settings: EngineSettings, platform: Platform) -> None:
        """Other engines from now on; refused while an operation runs, since it would change them under its feet."""
        draft = draft_settings(self._home.data, settings)
        try:
            with platform.beginning:  # no operation begins meanwhile
                self._exchange(settings, draft, platform)
        finally:
            draft.unlink(missing_ok=True)

    def _exchange(self, settings: EngineSettings, draft: Path, platform: Platform) -> None:
        """From the present engines to others; whatever fails, there are engines afterwards that look after all."""
        if running := _running(platform):
            raise Refused("engines: an operation is running", how_to_wait(running))
        try:
            with self._guard:
                self._leave(settings)
                take_settings(self._home.data, draft)
        finally:
            threading.Thread(target=self._warm, daemon=True).start()

    def _leave(self, others: EngineSettings) -> None:
        """Closes the present engines. Nobody would look after the apps and the database of those not chosen again."""
        try:
            engines = self.current()
        except UsageError:  # a settings file that cannot be read: it is about to be replaced
            return
        before, self._engines = engines.settings, None
        same = before.csharp == others.csharp
        self._compiler = engines.roslyn if same else None  # a warm one is worth seconds
        engines.close(apps=_cared_for(before) != _cared_for(others), compiler=not same)

    def close(self, apps: bool) -> None:
        """Ends the engines, and apps and database with them if asked."""
        if apps or self._engines is not None:
            self.current().close(apps=apps)


def _running(platform: Platform) -> Operation | None:
    """An operation that runs; one whose version serves is given time to end its clean-up."""
    running: tuple[Operation, ...] = ()
    for _ in looks(CLEAN_UP_SECONDS, 0.05):
        running = platform.ledger.running()
        if not all(one.serves for one in running) or not running:
            break
    return next((one for one in running if not one.serves), next(iter(running), None))


def _cared_for(settings: EngineSettings) -> tuple[str, str]:
    """What apps and their database hang on. How the same server is logged in to is told them by their next
    deployment, which nobody notices."""
    return settings.runner, settings.database.partition("?")[0]
