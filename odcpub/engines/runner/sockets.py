"""The server's side of the keeper, and the apps' ports. I/O: the keeper's unix socket, listening sockets, ports.json.

Every app of a stage has one public port on 127.0.0.1, remembered for good, so that its address stays the same.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from odcpub.engines.runner import keeper
from odcpub.engines.runner.state import write
from odcpub.errors import EngineError, system_failure
from odcpub.waiting import looks

HOST = "127.0.0.1"
FIRST_PORT, LAST_PORT = 8100, 8999
START_SECONDS = 10.0


class Keeper:
    """A client of the keeper of ``folder``; the keeper is started when something is to be kept.

    It has copies of what it has put or got, so that of server and keeper either may be killed and no address is lost.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._copies: dict[str, socket.socket] = {}
        self._lock = threading.RLock()

    def get(self, name: str) -> socket.socket | None:
        with self._lock:
            self.revive()
            answer = self._ask({"do": "get", "name": name})
            if answer is None and name in self._copies:
                # One that is slow has it still: without it the app would get another address, for good.
                return socket.socket(fileno=os.dup(self._copies[name].fileno()))
            found = answer[1] if answer else None
            self._copy(name, found)
            return found

    def put(self, name: str, listener: socket.socket) -> None:
        with self._lock:
            self._copy(name, listener)
            self._put(name, listener)

    def drop(self, name: str) -> None:
        with self._lock:
            self._copy(name, None)
            self._ask({"do": "drop", "name": name})

    def revive(self) -> None:
        """Starts a keeper that was killed and gives it back what it kept."""
        with self._lock:
            if self._copies and self._ask({"do": "ask"}) is None:
                for name, listener in self._copies.items():
                    self._put(name, listener)

    def _copy(self, name: str, listener: socket.socket | None) -> None:
        before = self._copies.pop(name, None)
        if before is not None:
            before.close()
        if listener is not None:
            # Not socket.dup(): it makes the socket block, for the apps that accept from it, too.
            self._copies[name] = socket.socket(fileno=os.dup(listener.fileno()))

    def _put(self, name: str, listener: socket.socket) -> None:
        if self._ask({"do": "put", "name": name}, listener) is None:
            self._start()
            if self._ask({"do": "put", "name": name}, listener) is None:
                raise EngineError(
                    "local runner: the socket holder does not answer",
                    "run `odcpub down`, then the same command again",
                )

    def leave(self) -> None:
        """Gives back its copies: another client of this keeper has its own, and may end it. One that stayed here would
        keep the port taken, and what connects to it waiting for ever."""
        with self._lock:
            for name in list(self._copies):
                self._copy(name, None)

    def end(self) -> None:
        """Tells the keeper to end and waits until it has; every socket it kept is closed."""
        self.leave()
        self._ask({"do": "end"})
        for _ in looks(START_SECONDS, 0.01):
            if self._ask({"do": "ask"}) is None:
                break
        self._end_lost()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(START_SECONDS)
            self._process = None

    def _end_lost(self) -> None:
        """Ends a keeper whose folder was removed: nobody can reach it any more."""
        if self._process is not None and not (self._folder / keeper.SOCKET).exists():
            self._process.kill()
            self._process.wait()

    def _ask(
        self, message: dict[str, object], given: socket.socket | None = None
    ) -> tuple[dict[str, object], socket.socket | None] | None:
        """The keeper's answer and the socket beside it; None where no keeper answers."""
        try:
            path, opened = keeper.address(str(self._folder))
        except FileNotFoundError:
            return None
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(START_SECONDS)
                connection.connect(path)
                keeper.send(connection, message, [given.fileno()] if given else [])
                answer, descriptors = keeper.receive(connection)
        except OSError:
            return None
        finally:
            os.close(opened)
        return (answer, socket.socket(fileno=descriptors[0]) if descriptors else None) if answer else None

    def _start(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._end_lost()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(keeper.__file__)), str(self._folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env={"LANG": "C.UTF-8"},
        )
        for _ in looks(START_SECONDS, 0.005):
            if self._ask({"do": "ask"}) is not None:
                break


class Ports:
    """Which public port belongs to which ``stage/asset``; kept in ``file``. ``deployed``: whether one is; what is not
    keeps its port as long as there are others."""

    def __init__(
        self, file: Path, deployed: Callable[[str], bool], first: int = FIRST_PORT, last: int = LAST_PORT
    ) -> None:
        self._file, self._deployed, self._first, self._last = file, deployed, first, last
        self._lock = threading.Lock()

    def listen(self, name: str, tell: Callable[[str], None]) -> socket.socket:
        """A listening socket on the remembered port, else on the first free one that is nobody's."""
        with self._lock:
            known = self._read()
            mine, others = known.get(name), {port for other, port in known.items() if other != name}
            free = [port for port in range(self._first, self._last + 1) if port not in others and port != mine]
            left = (port for other, port in known.items() if other != name and not self._deployed(other))
            for port in chain([mine] if mine else [], free, left):
                listener = _listen(port)
                if listener is None:
                    tell(f"port {port} on {HOST} is taken by another program; trying the next")
                    continue
                kept = {other: its for other, its in known.items() if its != port}
                write(self._file, {**kept, name: port})
                return listener
        raise EngineError(
            f"local runner: no free port: {self._first} to {self._last} on {HOST} are all taken",
            "end the programs that listen there, or undeploy apps with `odcpub undeploy`",
        )

    def _read(self) -> dict[str, int]:
        try:
            known = json.loads(self._file.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        found = known.items() if isinstance(known, dict) else ()
        return {str(name): port for name, port in found if isinstance(port, int)}


def _listen(port: int) -> socket.socket | None:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            return None
        raise system_failure(error, f"local runner: {HOST}:{port}") from error
    return listener


def private() -> socket.socket:
    """A listening socket of one process's own, where its readiness is asked."""
    listener = _listen(0)
    if listener is None:
        raise EngineError(
            f"local runner: no free port on {HOST}", "close connections on this machine: too many are open (ss -s)"
        )
    return listener
