"""What the server loads after its first answer: who started it waits for that, and for nothing else. No I/O itself.

Modules that two threads load at once can be met half made. So nothing is loaded while a request is served, and no
request is served while something is: those that come meanwhile wait. Only the first ones, of which it is known that
they need nothing of it, are answered before.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from odcpub.errors import EngineError, OdcpubError, system_failure
from odcpub.home import Home

LOG = logging.getLogger("odcpub.portal")

EARLY = frozenset((("GET", "/api/v1/server"), ("GET", "/api/v1/status")))
"""What is answered before all is loaded."""
FIRST_SECONDS = 1.0
"""How long the first request is waited for."""


class Loading:
    """``load`` is called once, in a thread of its own; ``failed`` hears why it could not, and makes an error of it that
    is told to whoever waits."""

    def __init__(self, load: Callable[[], None], failed: Callable[[Exception], OdcpubError]) -> None:
        self._load, self._failed = load, failed
        self._changed = threading.Condition()
        self._served = 0
        self._wanted = False
        self._ended = threading.Event()
        self._error: OdcpubError | None = None

    def start(self) -> None:
        """Loads when the first requests have been answered, somebody waits for it, or nobody has come."""
        threading.Thread(target=self._run, name="loading", daemon=True).start()

    @property
    def ended(self) -> bool:
        """Whether all is loaded, or could not be."""
        return self._ended.is_set()

    def enter(self, method: str, path: str) -> bool:
        """Whether the request can be served before all is loaded: then ``leave`` is called when it has been. One that
        cannot ``wait``s."""
        with self._changed:
            early = (method, path) in EARLY and not self._wanted
            if early:
                self._served += 1
            else:
                self._wanted = True
            self._changed.notify_all()
            return early

    def leave(self) -> None:
        """A request that was served before all was loaded has its answer."""
        with self._changed:
            self._served -= 1
            self._wanted = True
            self._changed.notify_all()

    def wait(self) -> None:
        """Returns when all is loaded; raises what has kept it from that."""
        self._ended.wait()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._wanted, FIRST_SECONDS)
            self._wanted = True
            self._changed.wait_for(lambda: self._served == 0)
        try:
            self._load()
        except Exception as error:
            self._error = self._failed(error)
        finally:
            self._ended.set()


def cannot_go_on(home: Home, error: Exception) -> OdcpubError:
    """What is told of whatever keeps a server from going on; what nobody foresaw is in the log whole."""
    if isinstance(error, OdcpubError):
        return error
    if isinstance(error, OSError):
        return system_failure(error, home.data)
    LOG.error("the server cannot go on", exc_info=error)
    hint = f"see {home.data / 'server.log'}, and report it"
    return EngineError(f"the server cannot go on: internal error: {type(error).__name__}", hint)
