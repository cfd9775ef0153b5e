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


def _arm(step: str, moment: str, die: Die) -> None:
    from odcpub.engines.csharp.server import RoslynCompiler
    from odcpub.operations import durable
    from odcpub.portal import deployments

    execute, events, run_step = durable._execute, deployments._events, durable.DBOS.run_step
    end = durable._end
    ran: set[tuple[str, str]] = set()
    """What this server did itself: an operation that ended under the last server goes through its records once more."""

    def killing_execute(key: str, name: str) -> bool:
        ran.add((key, name))
        if (name, BEFORE) == (step, moment):
            die()
        if (name, PAUSED) == (step, moment):
            time.sleep(PAUSE_SECONDS)
        _here.step = name
        going_on = execute(key, name)
        _here.step = ""
        if (name, DONE) == (step, moment):
            die()
        return going_on

    def killing_end(key: str) -> None:
        ran.add((key, "end"))
        if (step, moment) == ("end", BEFORE):
            die()
        end(key)
        if (step, moment) == ("end", DONE):
            die()

    def killing_run_step(options: dict[str, Any], work: Any, key: str, *more: str) -> Any:
        result = run_step(options, work, key, *more)
        if (options["name"], RECORDED) == (step, moment) and (key, step) in ran:
            die()
        return result

    async def followed_events(*arguments: Any) -> AsyncIterator[str]:
        _followed.set()
        async for event in events(*arguments):
            yield event

    durable._execute, durable._end, deployments._events = killing_execute, killing_end, followed_events
    durable.DBOS.run_step = killing_run_step
    # Most die before they compile: a compile server is started when one is needed, not ahead.
    RoslynCompiler.start = lambda _: 0
    if ":" in moment:
        _arm_call(step, *moment.split(":"), die)


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
            _arm(asked["step"], asked["moment"], functools.partial(_die, asked["client"]))
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
