"""The API's client: HTTP over the server's unix socket, and starting the server. Standard library only. Does I/O."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from odcpub.build import build
from odcpub.cli import routes
from odcpub.cli.exit_codes import INTERRUPTED
from odcpub.errors import EngineError, OdcpubError
from odcpub.home import Home, find_home
from odcpub.waiting import looks

if TYPE_CHECKING:
    from odcpub.api_types.installation import ShutDown
    from odcpub.api_types.operations import Message, Operation
    from odcpub.api_types.problems import MaybeError, ModelProblem, ProblemDetails
    from odcpub.cli.routes import Answer, Body, Route

Event: TypeAlias = "tuple[Literal['message'], Message] | tuple[Literal['serves', 'end'], Operation]"

START_SECONDS = 120.0
END_SECONDS = 150.0
"""How long a server of an earlier version, which does not say it, may take to end."""
ANSWER_SECONDS = 600.0
"""How long a command waits for an answer."""
TRIES = 3
SAFE = ("/api/deployments/", "/api/v1/model-files")
"""What is asked again where a server that was killed has not answered."""


class ApiError(OdcpubError):
    """A problem that the server answered, or that is a message of an operation; ``problems`` as it sent them."""

    def __init__(self, title: str, data: MaybeError) -> None:
        super().__init__(title or "the server failed", data.get("hint", ""))
        self.exit_code = data.get("exit_code", 3)
        self.details = tuple(data.get("details", ()))
        self.problems: list[ModelProblem] = data.get("problems", [])


class Stopped(EngineError):
    """The server was stopped by ``odcpub down`` while this command waited for it."""

    exit_code = INTERRUPTED

    def __init__(self) -> None:
        super().__init__("stopped by `odcpub down`", "run the same command again")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Client:
    """Talks to the server of this user; starts it where there is none."""

    def __init__(self, home: Home | None = None) -> None:
        self._home = (home or find_home()).make()
        self._socket = self._home.socket("api.sock")
        self._started: subprocess.Popen[bytes] | None = None

    @classmethod
    def connected(cls) -> Client:
        """A client of a server of this build; one of another build is ended first."""
        client = cls()
        client.check_version()
        return client

    def request(self, route: Route[Body, Answer], body: Body | None = None) -> Answer:
        """The answer's JSON; raises ApiError for a problem. What a server that was killed has not answered is asked
        again where that is safe: a beginning operation carries a key, under which there is one and no second."""
        answer = self._asked(route.method, route.path, None if body is None else json.dumps(body))
        return cast("Answer", answer)

    def _asked(self, method: str, path: str, content: str | None) -> object:
        headers = {"Content-Type": "application/json"}
        if again := method == "GET" or path.startswith(SAFE):
            headers["Idempotency-Key"] = _uuid()
        tries = TRIES if again else 1
        for left in reversed(range(tries)):
            connection = self._connect(waiting=left < tries - 1)
            try:
                connection.request(method, path, content, headers)
                response = connection.getresponse()
                return self._answer(response.status, response.read())
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, TimeoutError):
                    raise EngineError(
                        f"the server has not answered for {ANSWER_SECONDS:.0f} s; it goes on with the request",
                        f"odcpub log shows operations; its own log is {self._home.data / 'server.log'}",
                    ) from None
                if not left:
                    raise EngineError(
                        "the server ended while it answered; what it had begun may be done or not", self._log_hint()
                    ) from None
            finally:
                connection.close()
        raise AssertionError("the last try has answered or failed")

    def _answer(self, status: int, text: bytes) -> object:
        try:
            answer: object = json.loads(text) if text else {}
        except ValueError:
            raise EngineError(f"the server failed (status {status})", self._log_hint()) from None
        if status >= 400:
            raise ApiError(cast("ProblemDetails", answer).get("title", ""), cast("MaybeError", answer))
        return answer

    def events(self, path: str, after: int = 0) -> Iterator[Event]:
        """Server-sent events as (event, data): ``message`` with a Message, ``serves`` and at last ``end`` with the
        Operation. Goes on after the last message seen when the connection broke; ``serves`` can come again then. Raises
        Stopped when the server was told to end."""
        while True:
            connection = self._connect(timeout=60, waiting=True)
            try:
                connection.request("GET", path, headers={"Last-Event-ID": str(after)})
                response = connection.getresponse()
                if response.status >= 400:
                    self._answer(response.status, response.read())
                for event in _parse(response):
                    after = event[1]["id"] if event[0] == "message" else after
                    yield event
                    if event[0] == "end":
                        return
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            time.sleep(0.1)

    def running(self) -> bool:
        """Whether a server answers on the socket."""
        try:
            self._open(5).close()
        except OSError:
            return False
        return True

    def _connect(self, timeout: float = ANSWER_SECONDS, waiting: bool = False) -> http.client.HTTPConnection:
        """Starts the server where there is none. ``waiting``: a command that has asked already starts one only after
        the other was killed; after `odcpub down` the server stays down."""
        try:
            return self._open(timeout)
        except OSError:
            if waiting and self._home.stopped.exists():
                raise Stopped from None
            self._start()
        return self._open(timeout)

    def _open(self, timeout: float) -> http.client.HTTPConnection:
        """At the socket of this session, or where the server says that it listens."""
        try:
            return _connected(self._socket, timeout)
        except OSError:
            place = self._home.announced()
            if place is None or place == self._socket:
                raise
            return _connected(place, timeout)

    def _start(self) -> None:
        """Starts the server in the background; a second command waits for the same one."""
        failed = self._home.failed
        failed.unlink(missing_ok=True)
        self._home.check_files()
        with (self._home.data / "server.out").open("ab") as out:
            process = self._started = subprocess.Popen(
                [sys.executable, "-m", "odcpub.portal"], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, cwd="/", env=self._environment(),
            )  # fmt: skip
        for _ in looks(START_SECONDS, 0.02):
            if self.running():
                return
            if failed.exists():
                raise _failure(failed)
            if process.poll() not in (None, 0):
                break
        raise EngineError("the server did not start", self._log_hint())

    def give_login(self, store: str, password: str) -> None:
        """Gives the server that does not start another login to its store, on the standard input of a process that
        ends then; raises what it refused."""
        failed = self._home.failed
        failed.unlink(missing_ok=True)
        command = [sys.executable, "-m", "odcpub.portal", "--login", store]
        done = subprocess.run(
            command, input=password.encode(), env=self._environment(), cwd="/", capture_output=True, check=False
        )
        if failed.exists():
            raise _failure(failed)
        if done.returncode:
            raise EngineError("the new password could not be stored", self._log_hint())

    def _environment(self) -> dict[str, str]:
        """The server's bytecode is kept, whatever the environment says: without it every start compiles anew. Variables
        of libpq are not handed on: the server outlives this command, and its environment can be read."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        env = {name: value for name, value in own.items() if name != "PYTHONDONTWRITEBYTECODE"}
        # The server stands in another folder: a relative path would mean another one there.
        places = {"ODCPUB_HOME": str(self._home.data), "ODCPUB_CACHE": str(self._home.cache)}
        return env | places | {"PYTHONPYCACHEPREFIX": str(self._home.cache / "bytecode")}

    def stop(self) -> bool:
        """Ends the server and waits until it has gone; whether there was one."""
        if not self.running() and not self._left_behind():
            return False
        self._wait_for(self.request(routes.SHUT_DOWN))
        return True

    def _wait_for(self, ending: ShutDown) -> None:
        """Until the server that answered so has ended."""
        self.wait_for_end(ending["pid"], ending.get("seconds", END_SECONDS))

    def wait_for_end(self, pid: int, seconds: float) -> None:
        """Until the server's process has gone."""
        process = Path(f"/proc/{pid}")
        for _ in looks(seconds, 0.02):
            if not (process.exists() if os.path.isdir("/proc") else self.running()):  # noqa: PTH112
                return
            if self._started:
                self._started.poll()  # one that this very command has started stays in the process list until asked
        raise EngineError("the server does not end", self._log_hint())

    def _left_behind(self) -> bool:
        """Whether a server that was killed has left its database or its keeper of sockets running."""
        data = self._home.data
        return (data / "apps" / "keeper.sock").exists() or _alive(data / "postgres" / "cluster" / "postmaster.pid")

    def check_version(self) -> None:
        """A server of another version, or of code that has changed since it began, is ended, so that the next request
        starts one of this build. A server that names no build is of an earlier one."""
        if self.running() and self.request(routes.SERVER).get("build") != build():
            self._wait_for(self.request(routes.SHUT_DOWN.asking(apps="false")))

    def _log_hint(self) -> str:
        return f"see {self._home.data / 'server.log'}; it is started again by the next command"


def _connected(path: Path, timeout: float) -> http.client.HTTPConnection:
    connection = _UnixConnection(path, timeout)
    try:
        connection.connect()
    except OSError:
        connection.close()
        raise
    return connection


def _uuid() -> str:
    """A new key; the module ``uuid`` takes longer to load than all that a command does here."""
    digits = f"{int.from_bytes(os.urandom(16), 'big') & ~(0xF << 76) & ~(3 << 62) | 4 << 76 | 2 << 62:032x}"
    return "-".join(digits[start:end] for start, end in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))


def _failure(failed: Path) -> OdcpubError:
    """What the server said when it could not start."""
    code, message, hint = (*failed.read_text(encoding="utf-8").split("\n"), "", "", "")[:3]
    error = EngineError(message, hint)
    error.exit_code = int(code or EngineError.exit_code)
    return error


def _alive(file: Path) -> bool:
    """Whether the process whose number is the file's first line lives."""
    try:
        os.kill(int(file.read_text().split()[0]), 0)
    except (OSError, ValueError, IndexError):
        return False
    return True


def _parse(response: http.client.HTTPResponse) -> Iterator[Event]:
    """The events that came whole: an empty line ends one, and what a broken connection has cut off is none."""
    event = data = ""
    for raw in response:
        line = raw.decode()
        if line == "\n" and data:
            yield cast("Event", (event, json.loads(data)))
            event = data = ""
        elif line.startswith("event: "):
            event = line[7:-1]
        elif line.startswith("data: "):
            data = line[6:]
