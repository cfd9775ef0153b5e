"""The life of the one resident process: lock, start, warm-up, end. Does I/O.

Only the process that holds the installation's lock may run operations: a second server of the same installation ends at
once.
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
from collections.abc import Iterator
from typing import TextIO

from odcpub import locks
from odcpub.engines.database.server import parse
from odcpub.errors import EngineError, OdcpubError
from odcpub.files import identity_of
from odcpub.home import Home
from odcpub.model.load import FileCache
from odcpub.operations.durable_records import check_records
from odcpub.operations.platform import Caches, Platform
from odcpub.operations.scripts import take_in
from odcpub.operations.workloads import rebuild
from odcpub.portal.engine_choice import EngineChoice
from odcpub.portal.idleness import Idleness, deployed
from odcpub.portal.loading import Loading, cannot_go_on
from odcpub.store.store import open_store

LOG = logging.getLogger("odcpub.portal")
LAST_SECONDS = 1.0
"""How long a server that cannot go on tells those who wait for it why."""
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


class Server:
    """What the routes work with. Made by the process that holds the lock."""

    def __init__(self, home: Home, choice: type[EngineChoice] = EngineChoice) -> None:
        self.pid = os.getpid()
        self.user = getpass.getuser()
        self._store = open_store(home.data, home.cache / "contents", parse, self._lost_store)
        if self._store.postgres is None:
            check_records(home.data)
        if taken := take_in(self._store, home.data / "migrations"):
            LOG.info("%s", taken)
        self._home = home
        self._folder = identity_of(home.data)
        self.loading = Loading(self._load, self._not_loaded)
        self.engines = choice(home, self._store, self._warm)
        self.platform = Platform(home, self._store, self.engines.current, Caches(self._store), FileCache())
        self.idleness = Idleness(self.platform, lambda: self.stop(apps=True))

    def _lost_store(self) -> None:
        """Another server works on the store. Whatever this one is at ends as it would by a kill, and goes on there."""
        LOG.error("the server ends")
        os._exit(EngineError.exit_code)

    def launch(self) -> None:
        """Resumes pending operations, and what ran when the machine went down, beside the first answers."""
        self.loading.start()
        threading.Thread(target=self.idleness.watch, daemon=True).start()

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
            engines = self.engines.current()
        except OdcpubError as error:
            self.engines.cold = True
            LOG.warning("warming up waits: %s", error.message)
            return
        try:
            engines.warm(lambda stage, asset: rebuild(self.platform, stage, asset), deployed(self._store))
        except Exception:
            LOG.warning("warming up failed", exc_info=True)

    def check_folder(self) -> None:
        """Fails where the data folder was removed, or replaced, under the server: all that it knows is of no use."""
        if identity_of(self._home.data) != self._folder:
            raise EngineError(
                f"{self._home.data}: the data folder has gone while the server ran, or another lies in its place",
                "end what still runs: odcpub down; the next command then starts with the folder that is there",
            )

    def stop(self, apps: bool) -> None:
        """Ends the process: operations stay pending, engines are closed (apps and database too, if asked)."""
        time.sleep(0.05)  # the answer to who asked leaves first
        if apps:
            with contextlib.suppress(OSError):
                self._home.stopped.touch(0o600)  # or a command that follows an operation would start the next server
        try:
            with _logged("ending the operations"):
                self._shut_down()
            with _logged("ending the engines"):
                self.engines.close(apps)
            self._store.close()
        finally:
            os.kill(self.pid, signal.SIGTERM)

    def _shut_down(self) -> None:
        """Ends what runs operations, once that is loaded."""
        if self.loading.ended:
            from odcpub.operations import durable

            durable.shut_down()


@contextlib.contextmanager
def _logged(what: str) -> Iterator[None]:
    """Whatever fails within it is logged, and keeps nothing else from being ended."""
    try:
        yield
    except Exception:
        LOG.exception("%s failed", what)
