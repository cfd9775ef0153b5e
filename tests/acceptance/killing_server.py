"""Servers that kill themselves, as ``kill -9`` would, at one moment of one step. For tests: the product has no hook.

Run as a process it imports the server once, then forks one for every line on its standard input (JSON: ``env``,
``step``, ``moment``) and answers with its process id.

Moments: ``before`` the step does anything; ``done``, with its effect but before it is recorded; ``recorded``; or
``module:name``, inside the step, as soon as that function of the product has returned.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from importlib import import_module
from typing import Any

BEFORE, DONE, RECORDED = "before", "done", "recorded"
PRELOADED = (
    "odcpub.portal.main", "odcpub.portal.api", "odcpub.portal.deployments", "odcpub.portal.life", "uvicorn",
    "alembic.command", "psycopg", "odcpub.engines.runner.local", "odcpub.engines.database.embedded",
)  # fmt: skip
_followed = threading.Event()
_here = threading.local()


def _die() -> None:
    """Not before the client follows the operation: what is tested is the operation, not its request's answer."""
    _followed.wait(20)
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def _arm(step: str, moment: str) -> None:
    from odcpub.operations import durable
    from odcpub.portal import deployments

    execute, events, run_step = durable._execute, deployments._events, durable.DBOS.run_step

    def killing_execute(key: str, name: str) -> bool:
        if (name, BEFORE) == (step, moment):
            _die()
        _here.step = name
        going_on = execute(key, name)
        _here.step = ""
        if (name, DONE) == (step, moment):
            _die()
        return going_on

    def killing_run_step(options: dict[str, Any], *arguments: Any) -> Any:
        result = run_step(options, *arguments)
        if (options["name"], RECORDED) == (step, moment):
            _die()
        return result

    async def followed_events(*arguments: Any) -> AsyncIterator[str]:
        _followed.set()
        async for event in events(*arguments):
            yield event

    durable._execute, deployments._events = killing_execute, followed_events
    durable.DBOS.run_step = killing_run_step
    if ":" in moment:
        _arm_call(step, *moment.split(":"))


def _arm_call(step: str, module: str, name: str) -> None:
    holder: Any = import_module(module)
    *classes, last = name.split(".")
    for one in classes:
        holder = getattr(holder, one)
    original: Callable[..., Any] = getattr(holder, last)

    @functools.wraps(original)
    def killing(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        if getattr(_here, "step", "") == step:
            _die()
        return result

    setattr(holder, last, killing)


def _serve(asked: dict[str, Any]) -> None:
    from odcpub.portal.main import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    os.environ.clear()
    os.environ.update(asked["env"])
    if asked["step"]:
        _arm(asked["step"], asked["moment"])
    os._exit(main())


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
