"""Servers that kill themselves, as ``kill -9`` would, at one moment of one step. For tests: the product has no hook.

Run as a process it imports the server once, then forks one for every line on its standard input (JSON: ``env``,
``step``, ``moment``, ``client``) and answers with its process id.

``client`` is empty: the server dies once a command follows the operation, for what is tested is the operation and not
its request's answer. A file with that command's process id: the command is stopped before, as by Ctrl-Z, so that it
starts no server of its own between this one and those that are to die after it. ``null``, for these: nobody follows.

Moments of death: ``before`` the step does anything; ``done``, with its effect but before it is recorded;
``recorded``; or ``module:name``, inside the step, as soon as that function of the product has returned. ``paused``
kills nobody: the step begins only long after.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

BEFORE, DONE, RECORDED, PAUSED = "before", "done", "recorded", "paused"
PAUSE_SECONDS = 180.0
PRELOADED = (
    "odcpub.portal.main", "odcpub.portal.api", "odcpub.portal.deployments", "odcpub.portal.life", "uvicorn",
    "alembic.command", "psycopg", "odcpub.engines.runner.local", "odcpub.engines.database.embedded",
)  # fmt: skip
FOLLOWED_SECONDS = 90.0
_followed = threading.Event()
_here = threading.local()
Die = Callable[[], None]


def _die(client: str | None) -> None:
    if client is not None:
        _followed.wait(FOLLOWED_SECONDS)
    if client:
        _stop(Path(client))
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def _stop(client: Path) -> None:
    while not client.exists():
        time.sleep(0.01)
    os.kill(int(client.read_text()), signal.SIGSTOP)


class _Armed:
    """Stands before and after what an operation does in this server, and dies at one moment of one step."""

    def __init__(self, step: str, moment: str, die: Die) -> None:
        from odcpub.operations import durable

        self._step, self._moment, self._die = step, moment, die
        self._ran: set[tuple[str, str]] = set()
        """What this server did itself: an operation that ended under the last server goes through its records once
        more."""
        self._execute, self._end, self._run_step = durable._execute, durable._end, durable.DBOS.run_step

    def put_in_place(self) -> None:
        from odcpub.engines.csharp.server import RoslynCompiler
        from odcpub.operations import durable
        from odcpub.portal import deployments

        events = deployments._events

        async def followed_events(*arguments: Any) -> AsyncIterator[str]:
            _followed.set()
            async for event in events(*arguments):
                yield event

        durable._execute, durable._end, deployments._events = self.execute, self.end, followed_events
        durable.DBOS.run_step = self.run_step
        # Most die before they compile: a compile server is started when one is needed, not ahead.
        RoslynCompiler.start = lambda _: 0
        if ":" in self._moment:
            _arm_call(self._step, *self._moment.split(":"), self._die)

    def execute(self, key: str, name: str) -> bool:
        self._ran.add((key, name))
        self._at(name, BEFORE)
        if (name, PAUSED) == (self._step, self._moment):
            time.sleep(PAUSE_SECONDS)
        _here.step = name
        going_on = self._execute(key, name)
        _here.step = ""
        self._at(name, DONE)
        return going_on

    def end(self, key: str) -> None:
        self._ran.add((key, "end"))
        self._at("end", BEFORE)
        self._end(key)
        self._at("end", DONE)

    def run_step(self, options: dict[str, Any], work: Any, key: str, *more: str) -> Any:
        result = self._run_step(options, work, key, *more)
        if (key, self._step) in self._ran:
            self._at(options["name"], RECORDED)
        return result

    def _at(self, step: str, moment: str) -> None:
        if (step, moment) == (self._step, self._moment):
            self._die()


def _arm_call(step: str, module: str, name: str, die: Die) -> None:
    holder: Any = import_module(module)
    *classes, last = name.split(".")
    for one in classes:
        holder = getattr(holder, one)
    original: Callable[..., Any] = getattr(holder, last)

    @functools.wraps(original)
    def killing(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        if getattr(_here, "step", "") == step:
            die()
        return result

    setattr(holder, last, killing)


def _serve(asked: dict[str, Any]) -> None:
    from odcpub.portal.main import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.environ.clear()
    os.environ.update(asked["env"])
    out = os.open(Path(asked["env"]["ODCPUB_HOME"]) / "server.out", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for descriptor, opened in enumerate((os.open(os.devnull, os.O_RDONLY), out, out)):
        os.dup2(opened, descriptor)
    code = 1
    try:
        if asked["step"]:
            _Armed(asked["step"], asked["moment"], functools.partial(_die, asked["client"])).put_in_place()
        code = main()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _wait_for_orders() -> None:
    for module in PRELOADED:
        import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _serve(asked)
        print(pid, flush=True)


if __name__ == "__main__":
    _wait_for_orders()
