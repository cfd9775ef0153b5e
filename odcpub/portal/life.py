"""The life of the one resident process: lock, engines, operations, end. Does I/O.

Only who holds the installation's lock may run operations: a second server of the same installation ends at once.
"""

from __future__ import annotations

import contextlib
import gc
import getpass
import logging
import os
import signal
import threading
import time
from pathlib import Path
from typing import TextIO

from odcpub import locks
from odcpub.address import address, is_address, parts
from odcpub.engines.csharp.server import RoslynCompiler
from odcpub.engines.database import tls
from odcpub.engines.database.server import parse
from odcpub.engines.discovery import chosen, discover_kind
from odcpub.engines.factory import Engines, Surroundings
from odcpub.engines.settings import EngineSettings, change, draft_settings, read_settings, take_settings, use_profile
from odcpub.errors import EngineError, OdcpubError, Refused, UsageError
from odcpub.home import Home
from odcpub.model.load import FileCache
from odcpub.operations.core.ledger import Operation
from odcpub.operations.durable_records import check_records
from odcpub.operations.platform import Memory, Platform
from odcpub.operations.scripts import take_in
from odcpub.operations.voice import tell
from odcpub.operations.workloads import recall
from odcpub.portal.loading import Loading, cannot_go_on
from odcpub.portal.upkeep import Upkeep
from odcpub.store.moving import Moved, move
from odcpub.store.records import Status
from odcpub.store.settings import SQLITE, StoreSettings
from odcpub.store.store import open_store
from odcpub.store.vault import Unreadable
from odcpub.text import shown

LOG = logging.getLogger("odcpub.portal")
STORE = "write odcpub server set store=postgresql://user@host:5432/database"
CLUSTER = frozenset(("runner", "kubeconfig", "context"))
"""Engine settings that say which cluster is meant."""
IDLE_SECONDS = 8 * 3600
LAST_SECONDS = 1.0
"""How long a server that cannot go on tells those who wait for it why."""
CLEAN_UP_SECONDS = 30.0
"""How long other engines wait for what is left of operations whose versions serve."""
QUICK_SECONDS = 20.0
"""For the compile server, strays, the keeper of sockets and answers that are on their way."""


def longest_end() -> float:
    """Seconds that a healthy end can take, one part after the other: steps at work, apps and their last requests, the
    database, and what is quick."""
    from odcpub.engines.database import embedded
    from odcpub.engines.runner import local, process
    from odcpub.operations import durable

    return durable.GRACE_SECONDS + local.DRAIN_SECONDS + process.KILL_SECONDS + embedded.START_SECONDS + QUICK_SECONDS


def take_lock(home: Home) -> TextIO | None:
    """The installation's exclusive lock, held while the file is open; None where another server holds it."""
    file = locks.take(home.lock)
    if file is None:
        return None
    file.seek(0)
    file.truncate()
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from a later one of the same name; None where there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _cared_for(settings: EngineSettings) -> tuple[str, str]:
    """What apps and their database hang on. How the same server is logged in to is told them by their next
    deployment, which nobody notices."""
    return settings.runner, settings.database.partition("?")[0]


def store_target(text: str) -> str:
    """The address of a store, or ``sqlite``; UsageError where it is neither."""
    if text != SQLITE and not is_address(text):
        raise UsageError(f"store: {shown(text)}: is neither", f"{STORE}, or: odcpub server set store=sqlite")
    if text == SQLITE:
        return text
    found = address(parts(text))
    tls.check(dict(found.options))
    return found.url()


class Server:
    """What the routes work with. Made by who holds the lock."""

    def __init__(self, home: Home) -> None:
        self.pid = os.getpid()
        self.user = getpass.getuser()
        self._store = open_store(home.data, home.cache / "contents", parse, self._lost_store)
        if self._store.postgres is None:
            check_records(home.data)
        if taken := take_in(self._store, home.data / "migrations"):
            LOG.info("%s", taken)
        self._home = home
        self._folder = _identity(home.data)
        self._engines: Engines | None = None
        self._compiler: RoslynCompiler | None = None
        self._cold = False
        """Whether what should run was never started again, since nobody could read which engines there are."""
        self._guard = threading.RLock()
        self._last_request = time.monotonic()
        self.loading = Loading(self._load, self._not_loaded)
        self.platform = Platform(home, self._store, self.engines, Memory(self._store), FileCache())

    def move_store(self, store: str, password: str) -> Moved:
        """Moves the records to ``store`` (``store_target``), or gives the password of the present one anew. Nothing is
        written to the old one from then on: the server must end."""
        settings = StoreSettings(store, self._store.vault.seal(password).decode() if password else "")
        with self.platform.beginning:  # no operation begins meanwhile
            if self.platform.ledger.operations(status=Status.RUNNING, limit=1):
                raise Refused("the store cannot be moved: an operation is running", "wait for it: odcpub log")
            return move(self._store, settings, parse)

    def _lost_store(self) -> None:
        """Another server works on the store. Whatever this one is at ends as it would by a kill, and goes on there."""
        LOG.error("the server ends")
        os._exit(EngineError.exit_code)

    def engines(self) -> Engines:
        """The engines of the present settings, made when first needed."""
        with self._guard:
            if self._engines is None:
                settings = read_settings(self._home.data)
                self._engines = Engines(
                    settings,
                    Surroundings(self._home, self._store.installation, self._open, tell),
                    self._compiler,
                    lambda context, uid: self._keep_cluster(settings, context, uid),
                )
                if self._cold:
                    self._cold = False
                    threading.Thread(target=self._warm, daemon=True).start()
            return self._engines

    def _keep_cluster(self, settings: EngineSettings, context: str, uid: str) -> None:
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

    def launch(self) -> None:
        """Resumes pending operations, and what ran when the machine went down, beside the first answers."""
        self.loading.start()
        threading.Thread(target=self._watch_idleness, daemon=True).start()

    def _load(self) -> None:
        from odcpub.operations import durable  # late: DBOS is a third of the start

        durable.launch(self.platform, self._home.data)
        gc.freeze()
        gc.enable()
        threading.Thread(target=self._warm, daemon=True).start()

    def _not_loaded(self, error: Exception) -> OdcpubError:
        """The server ends; the next command starts another one."""
        threading.Timer(LAST_SECONDS, os.kill, (self.pid, signal.SIGTERM)).start()
        return cannot_go_on(self._home, error)

    def _warm(self) -> None:
        """Imports and starts ahead what the first publish needs; a failure shows there, with its hint."""
        try:
            self.engines()
        except OdcpubError as error:
            self._cold = True
            LOG.warning("warming up waits: %s", error.message)
            return
        try:
            self.engines().warm(lambda stage, asset: recall(self.platform, stage, asset), self._deployed())
        except Exception:
            LOG.warning("warming up failed", exc_info=True)

    def _deployed(self) -> bool:
        """Whether any app is meant to run in any stage: it needs its database, and here its sockets too."""
        assets, stages = self._store.assets.all(), self._store.stages
        return any(one.status == Status.FINISHED for asset in assets for one in stages.deployments(asset.key))

    def touched(self) -> None:
        self._last_request = time.monotonic()

    def check_folder(self) -> None:
        """Fails where the data folder was removed, or replaced, under the server: all that it knows is of no use."""
        if _identity(self._home.data) != self._folder:
            raise EngineError(
                f"{self._home.data}: the data folder has gone while the server ran, or another lies in its place",
                "end what still runs: odcpub down; the next command then starts with the folder that is there",
            )

    def _watch_idleness(self) -> None:
        upkeep = Upkeep(self.platform)
        while True:
            time.sleep(60)
            upkeep.look()
            try:
                idle = self._is_idle()
            except Exception:
                LOG.warning("whether the server is idle cannot be found out yet", exc_info=True)
                continue
            if idle:
                self.stop(apps=True)

    def _is_idle(self) -> bool:
        """Whether nobody has asked for long and nothing needs this process: no operation, and nothing that runs on
        this machine alone."""
        if time.monotonic() - self._last_request < IDLE_SECONDS:
            return False
        if self.platform.ledger.operations(status=Status.RUNNING, limit=1):
            return False
        return not (self._looks_after() and self._deployed())

    def _looks_after(self) -> bool:
        """Whether apps or their database are processes in its care; for all it knows, where the settings are lost."""
        try:
            settings = read_settings(self._home.data)
        except OdcpubError:
            return True
        return settings.runner == "local" or settings.database == "embedded"

    def chosen(self) -> EngineSettings | None:
        """The engines chosen; None where the settings cannot be read."""
        try:
            return read_settings(self._home.data)
        except UsageError:
            return None

    def other_engines(
        self, use: str | None, values: dict[str, str], password: str | None, kubeconfig: str
    ) -> EngineSettings:
        """The settings that somebody asks for, checked; nothing is changed."""
        if use is None and not values and password is None:
            raise UsageError(
                "engines: nothing to change", "odcpub engines use local | kind, or: engines set name=value"
            )
        found = discover_kind(kubeconfig) if use == "kind" else {}
        settings = read_settings(self._home.data) if use is None else use_profile(use, found)
        sealed = None if password is None else self._store.vault.seal(password).decode()
        if values or sealed:
            settings = change(settings, values, sealed)
        if use or CLUSTER.intersection(values) or not settings.context:
            settings = chosen(settings, kubeconfig)
        return settings

    def change_engines(self, settings: EngineSettings) -> None:
        """Other engines from now on; refused while an operation runs, since it would change them under its feet."""
        draft = draft_settings(self._home.data, settings)
        try:
            with self.platform.beginning:  # no operation begins meanwhile
                self._exchange(settings, draft)
        finally:
            draft.unlink(missing_ok=True)

    def _exchange(self, settings: EngineSettings, draft: Path) -> None:
        """From the present engines to others; whatever fails, there are engines afterwards that look after all."""
        if running := self._running():
            raise Refused("engines: an operation is running", f"wait for it: odcpub log {running.key[:8]} --follow")
        try:
            with self._guard:
                self._leave(settings)
                take_settings(self._home.data, draft)
        finally:
            threading.Thread(target=self._warm, daemon=True).start()

    def _running(self) -> Operation | None:
        """An operation that runs; one whose version serves is given time to end its clean-up."""
        deadline = time.monotonic() + CLEAN_UP_SECONDS
        while running := self.platform.ledger.operations(status=Status.RUNNING):
            if time.monotonic() > deadline or not all(one.serves for one in running):
                return next((one for one in running if not one.serves), running[0])
            time.sleep(0.05)
        return None

    def _leave(self, others: EngineSettings) -> None:
        """Closes the present engines. Nobody would look after the apps and the database of those not chosen again."""
        try:
            engines = self.engines()
        except UsageError:  # a settings file that cannot be read: it is about to be replaced
            return
        before, self._engines = engines.settings, None
        stays = before.csharp == others.csharp
        self._compiler = engines.roslyn if stays else None  # a warm one is worth seconds
        engines.close(apps=_cared_for(before) != _cared_for(others), compiler=not stays)

    def stop(self, apps: bool) -> None:
        """Ends the process: operations stay pending, engines are closed (apps and database too, if asked)."""
        time.sleep(0.05)  # the answer to who asked leaves first
        if apps:
            with contextlib.suppress(OSError):
                self._home.stopped.touch(0o600)  # or who follows an operation would start the next server at once
        if self.loading.ended:
            from odcpub.operations import durable

            durable.shut_down()
        try:
            if apps:
                self.engines().close(apps=True)
            elif self._engines is not None:
                self._engines.close(apps=False)
        except Exception:
            LOG.exception("ending the engines failed")
        finally:
            self._store.close()
            os.kill(self.pid, signal.SIGTERM)
