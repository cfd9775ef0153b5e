"""Edit one attribute → the new version answers, locally, step by step; beside the bare start of the app's process.

Both in turns in one run. The bare start is the very process that the last publish started, started once more by hand
with the same environment on a port of its own, until it says that it is ready.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import models
from bench.report import Table, median, seconds, times
from bench.surroundings import cpu, quiet_installation
from odcpub.model.elements import Kind
from odcpub.operations.kinds import KINDS
from odcpub.store.records import OperationKind
from tests.installation import Installation

ROUNDS = 5
SIZES = (10, 100, 1_000)
STEPS = tuple(step.name for step in KINDS[Kind.APP].steps[OperationKind.PUBLISH])


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def app_process(made: Installation) -> int:
    state = json.loads((made.folder / "data" / "apps" / "apps" / "development" / "bench.json").read_text())
    return int(state["current"]["pid"])


def bare_start(made: Installation) -> float:
    """Seconds from starting the process to its being ready."""
    folder = Path(f"/proc/{app_process(made)}")
    entries = (entry.split("=", 1) for entry in (folder / "environ").read_text().split("\0") if "=" in entry)
    ours = ("ODCPUB_LOCAL", "ODCPUB_LISTEN_FD", "ODCPUB_PRIVATE_FD")
    environment = {name: value for name, value in entries if name not in ours}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command, work = (folder / "exe").readlink(), (folder / "cwd").readlink()
    quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    start = time.perf_counter()
    with subprocess.Popen([command], cwd=work, env=environment | {"ODCPUB_PORT": str(port)}, **quiet) as process:
        while not is_ready(port):
            time.sleep(0.005)
        elapsed = time.perf_counter() - start
        process.terminate()
    return elapsed


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/_odc/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def answers_after(operation: dict[str, Any], start: float) -> float:
    """Seconds from ``start`` (of the clock on the wall) until the operation said that the new version answers."""
    said = next(one for one in operation["messages"] if one["message"].startswith("ready at "))
    return datetime.fromisoformat(said["timestamp"]).timestamp() - start


def step_seconds(made: Installation, operation: dict[str, Any]) -> dict[str, float]:
    """Of every step, those of the clean-up too, which the command does not wait for."""
    made.settled()
    messages = made.json("log", operation["key"])["messages"]
    ended = (one["data"] for one in messages if one["data"].get("event") == "ended")
    return {data["step"]: float(data["seconds"]) for data in ended}


def measure(entities: int) -> dict[str, float]:
    """Medians in seconds: the steps, ``answers``, ``command`` (the whole), ``unchanged``, ``bare``, ``server CPU``."""
    found: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    with quiet_installation() as made:
        folder = models.write(made.folder / "models" / "bench", entities)
        note("first", timed(lambda: made.run("publish", str(folder))))
        for number in range(ROUNDS):
            models.add_attribute(folder, number)
            before, start = cpu(made.server_pid()), time.time()
            operation = made.json("publish", str(folder))
            note("command", time.time() - start)
            note("server CPU", cpu(made.server_pid()) - before)
            note("answers", answers_after(operation, start))
            for step, took in step_seconds(made, operation).items():
                note(step, took)
            note("unchanged", timed(lambda: made.run("publish", str(folder))))
            note("bare", bare_start(made))
    return {name: median(values) for name, values in found.items()}


def run() -> Iterator[Table]:
    sizes = {size: measure(size) for size in SIZES}
    steps = [(step, *(seconds(figures[step]) for figures in sizes.values())) for step in STEPS]
    lines = {
        "from the command to the new version's answer": "answers",
        "to the command's end": "command",
        "server's CPU in it": "server CPU",
        "floor: bare start of the app": "bare",
        "nothing changed, the command": "unchanged",
        "first publish": "first",
    }
    rows = [(line, *(seconds(figures[name]) for figures in sizes.values())) for line, name in lines.items()]
    ratio = ("answer / bare start", *(times(figures["answers"], figures["bare"]) for figures in sizes.values()))
    columns = ("edit one attribute → new version answers", *(f"{size:,} entities" for size in SIZES))
    yield Table("Publish on this machine", columns, [*steps, *rows, ratio])


if __name__ == "__main__":
    import sys

    for size in map(int, sys.argv[1:] or ("10",)):
        print(size, json.dumps(measure(size), indent=1))
