"""``python -m odcpub.portal``: the resident server on its unix socket. Does I/O."""

from __future__ import annotations

import contextlib
import gc
import logging
import socket
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from odcpub.build import build
from odcpub.errors import EngineError, OdcpubError, system_failure
from odcpub.escaping import escaped
from odcpub.files import write_whole
from odcpub.home import Home, find_home
from odcpub.portal.api_socket import NAME, ApiSocket
from odcpub.waiting import looks

if TYPE_CHECKING:
    from odcpub.portal.life import Server

LOCK_SECONDS = 90.0
LOOK_SECONDS = 2
"""Between two looks at the socket."""


def main() -> int:
    """Serves until told to end; 0 as well where another server of this installation is there already. With ``--login
    STORE`` it only takes another login to the store, whose password is on standard input."""
    build()  # first: code that changes from here on is another build's
    home = find_home()
    if sys.argv[1:2] == ["--login"]:
        return _login(home, sys.argv[2])
    gc.disable()  # all that is loaded stays: looking through it again and again takes a tenth of the start
    try:
        home.make().check_files()
        from odcpub.portal.life import Server

        lock = _sole(home)
        if lock is None:
            return 0
        home.failed.unlink(missing_ok=True)
        home.stopped.unlink(missing_ok=True)
        _log_to(home.data / "server.log")
        _serve(Server(home), ApiSocket(home, lock))
    except Exception as error:
        from odcpub.portal.loading import cannot_go_on

        return _failed(home, cannot_go_on(home, error))
    return 0


def _login(home: Home, store: str) -> int:
    from odcpub.portal.store_login import give

    try:
        home.make().check_files()
        with _sole(home) or contextlib.nullcontext() as lock:
            if lock is None:
                raise EngineError("the server is already running", "run the command again")
            give(home.data, store, sys.stdin.read())
    except OdcpubError as error:
        return _failed(home, error)
    except OSError as error:
        return _failed(home, system_failure(error, home.data))
    return 0


def _failed(home: Home, error: OdcpubError) -> int:
    """Leaves the reason for the command that waits; not among the data, whose disk may be full."""
    # Whole or not there: the client looks for it all the time.
    write_whole(home.failed, f"{error.exit_code}\n{escaped(error.message)}\n{escaped(error.hint)}\n".encode())
    return error.exit_code


def _sole(home: Home) -> TextIO | None:
    """The installation's lock; None where another server answers. One that was killed holds it a moment longer than
    it answers, and one that starts holds it before: neither may leave the user without a server."""
    from odcpub.portal.life import take_lock

    for _ in looks(LOCK_SECONDS, 0.02):
        if (lock := take_lock(home)) is not None:
            return lock
        if any(_answers(path) for path in (home.socket(NAME), home.announced()) if path):
            return None
    pid = home.lock.read_text(encoding="utf-8").partition("\n")[0]
    raise EngineError(
        f"the server, process {pid}, holds {home.lock} and does not answer",
        f"see {home.data / 'server.log'}; end it with: kill {pid}",
    )


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as other, contextlib.suppress(OSError):
        other.connect(str(path))
        return True
    return False


def _serve(server: Server, place: ApiSocket) -> None:
    import uvicorn

    from odcpub.portal.api import make_api

    async def look() -> None:
        """Listens anew where the socket was removed."""
        if anew := place.again():
            before = serving.servers
            await serving.startup([anew])
            serving.servers += before

    config = uvicorn.Config(
        make_api(server), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=2,
        callback_notify=look, timeout_notify=LOOK_SECONDS,
    )  # fmt: skip
    serving = uvicorn.Server(config)
    with place.listen() as listening:  # who connects must find a server that has started
        server.launch()
        serving.run(sockets=[listening])


class _Lines(logging.Formatter):
    """An entry's first line begins with its time; what follows, such as a traceback, is indented, so that nothing can
    pass for another entry. All is escaped."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n    ".join(map(escaped, super().format(record).split("\n")))


def _log_to(path: Path) -> None:
    path.touch(mode=0o600, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=5_000_000, backupCount=1, encoding="utf-8")
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
